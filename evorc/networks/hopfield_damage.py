"""What becomes of a Hopfield network's memories when its connections are altered."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .checks import one_of, square, within
from .hopfield_memory import Memory
from .spec import Array
from .units import two_valued

ALTERATIONS = ("cut", "noise", "inverted")


class Alteration(NamedTuple):
    """What recall is worth after an alteration of each size."""

    sizes: Array  # [size]
    overlaps: Array  # [size]: mean over the patterns, 1 where all come back whole
    exact: Array  # [size]: share of the patterns that come back whole


def dilute(
    weights: ArrayLike, keep: float, *, symmetric: bool = True, random_state: int | np.random.Generator | None = None
) -> Array:
    """Cut connections at random.

    Parameters
    ----------
    weights : array_like of shape (n_units, n_units)
    keep : float
        Share of the connections that stay, in (0, 1]: each does so with this chance.
    symmetric : bool, default=True
        Whether the two connections between two units are cut together.
    random_state : int, Generator or None
        Seed.

    Returns
    -------
    ndarray of shape (n_units, n_units)

    Examples
    --------
    >>> float(dilute(np.ones((100, 100)) - np.eye(100), 0.25, random_state=0).mean().round(2))
    0.25
    """
    within("keep", keep, above=0.0, up_to=1.0)
    return _altered(square("weights", np.asarray(weights)), "cut", 1.0 - keep, symmetric, random_state)


def alteration_curve(
    weights: ArrayLike,
    patterns: ArrayLike,
    sizes: ArrayLike,
    *,
    probes: ArrayLike | None = None,
    alteration: str = "cut",
    random_state: int | np.random.Generator | None = None,
) -> Alteration:
    """How well patterns come back when connections are cut, disturbed or inverted: a memory's resistance.

    Parameters
    ----------
    weights : array_like of shape (n_units, n_units)
        Symmetric; they stay so.
    patterns : array_like of shape (n_patterns, n_units)
        What should come back, -1 or 1.
    sizes : array_like
        Of the alteration, at least 0: the share of the connections that is cut or changes its sign, up to 1; or the
        standard deviation of normal noise in units of that of the weights.
    probes : array_like of shape (n_patterns, n_units), optional
        What recall begins with; None is the patterns themselves.
    alteration : {"cut", "noise", "inverted"}, default="cut"
        What happens to the connections.
    random_state : int, Generator or None
        Seed; the connections of a smaller cut are among those of a larger one.

    Returns
    -------
    Alteration

    Examples
    --------
    >>> from evorc.networks.hopfield_rules import hebb
    >>> patterns = np.sign(np.random.default_rng(0).normal(size=(5, 100)))
    >>> alteration_curve(hebb(patterns), patterns, [0.0, 0.5, 0.95], random_state=0).overlaps.round(2).tolist()
    [1.0, 1.0, 0.75]
    """
    one_of("alteration", alteration, ALTERATIONS)
    known = two_valued("patterns", patterns, "bipolar")
    starts = known if probes is None else two_valued("probes", probes, "bipolar", known.shape[1])
    steps = np.atleast_1d(np.asarray(sizes, float))
    for size in steps:
        within("sizes", float(size), least=0.0, up_to=np.inf if alteration == "noise" else 1.0)
    seed = np.random.default_rng(random_state).integers(2**63)
    given = Memory(weights).weights
    found = []
    for size in steps:
        memory = Memory(_altered(given, alteration, size, True, int(seed)))
        states = memory.recall(starts, random_state=int(seed)).states
        found.append(((states * known).mean(), (states == known).all(axis=1).mean()))
    overlaps, exact = np.array(found).T
    return Alteration(steps, overlaps, exact)


def _altered(weights: Any, alteration: str, size: float, symmetric: bool, random_state: Any) -> Array:
    rng = np.random.default_rng(random_state)
    if alteration == "noise":
        change = _mirrored(rng.normal(size=weights.shape)) * (size * weights.std())
        np.fill_diagonal(change, 0.0)
        disturbed: Array = weights + change
        return disturbed
    hit = rng.random(weights.shape)
    hit = (_mirrored(hit) if symmetric else hit) < size
    left: Array = np.where(hit, 0.0 if alteration == "cut" else -weights, weights)
    return left


def _mirrored(numbers: Array) -> Array:
    """The upper triangle on both sides."""
    both: Array = np.triu(numbers) + np.triu(numbers, 1).T
    return both
