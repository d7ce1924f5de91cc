"""Rules by which a Hopfield network learns patterns: each gives weights with nothing on the diagonal."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg
from sklearn.exceptions import ConvergenceWarning

from .checks import square, whole, within
from .hopfield_memory import Memory
from .hopfield_theory import capacity
from .spec import Array
from .units import bipolar, two_valued

TOGETHER = 64  # Storkey's patterns whose fields share one product


def hebb(patterns: ArrayLike, *, units: str = "bipolar", mixing: ArrayLike | None = None) -> Array:
    """Hebb's rule (Hopfield 1982), or its generalisation w_ij = sum_mn x_i(m) A_mn x_j(n) / N.

    Parameters
    ----------
    patterns : array_like of shape (n_patterns, n_units)
    units : {"bipolar", "binary"}, default="bipolar"
        Whether the patterns are of -1 and 1, or of 0 and 1; the weights are the same.
    mixing : array_like of shape (n_patterns, n_patterns), optional
        The symmetric A; None is the identity, and with it Hebb's rule. The inverse of the patterns' correlations makes
        it the pseudo-inverse rule: to search A is to search among rules.

    Returns
    -------
    ndarray of shape (n_units, n_units)
        Symmetric.

    Examples
    --------
    >>> hebb([[1, -1, 1]]) * 3
    array([[ 0., -1.,  1.],
           [-1.,  0., -1.],
           [ 1., -1.,  0.]])
    """
    x = _known(patterns, units)
    if mixing is None:
        return _without_loops(x.T @ x / x.shape[1])
    a = square("mixing", np.asarray(mixing, float), len(x))
    if not (a == a.T).all():
        raise ValueError("mixing: it is not symmetric, and so the weights would not be")
    weights = x.T @ a @ x / x.shape[1]
    return _without_loops(0.5 * (weights + weights.T))


def storkey(patterns: ArrayLike, *, units: str = "bipolar") -> Array:
    """Storkey's rule (Storkey & Valabregue 1999), pattern after pattern.

    w_ij += (x_i x_j - x_i h_ji - h_ij x_j) / N,  h_ij = sum_{k != i, j} w_ik x_k

    A pattern x changes the weights by w (1 + 2 / N) - (x b' + b x') / N off the diagonal, where b = w x - x / 2. So the
    weights after all of them are one product of two matrices, and the fields w x come from products of patterns: N^2
    work a pattern only at the very end.

    Parameters
    ----------
    patterns, units
        As in :func:`hebb`. Their order matters.

    Returns
    -------
    ndarray of shape (n_units, n_units)
        Symmetric.

    Examples
    --------
    >>> storkey([[1, -1, 1]]) * 3
    array([[ 0., -1.,  1.],
           [-1.,  0., -1.],
           [ 1., -1.,  0.]])
    """
    x = _known(patterns, units)
    n_patterns, n = x.shape
    growth = 1.0 + 2.0 / n
    half = np.zeros_like(x)  # b of each pattern
    diagonal = np.zeros(n)  # of the product, which the weights leave out
    age = growth ** (n_patterns - 1.0 - np.arange(n_patterns))  # how much a pattern's change has grown at the end
    for first in range(0, n_patterns, TOGETHER):
        later = slice(first, first + TOGETHER)
        grown = age[:first]
        base = -(x[later] @ x[:first].T * grown) @ half[:first] - (x[later] @ half[:first].T * grown) @ x[:first]
        for k in range(first, min(first + TOGETHER, n_patterns)):
            field = base[k - first] - (age[first:k] * (x[first:k] @ x[k])) @ half[first:k]
            field -= (age[first:k] * (half[first:k] @ x[k])) @ x[first:k]
            field /= n * growth * age[k]
            half[k] = field - diagonal * x[k] - 0.5 * x[k]
            diagonal = growth * diagonal - 2.0 * half[k] * x[k] / n
    product = (age[:, None] * half).T @ x
    return _without_loops(-(product + product.T) / n)


def pseudo_inverse(patterns: ArrayLike, *, units: str = "bipolar") -> Array:
    """The projection on the patterns (Personnaz, Guyon & Dreyfus 1985): w = X' (X X')^+ X.

    Its diagonal is left out (Kanter & Sompolinsky 1987). Patterns that depend on others linearly are allowed.

    Parameters
    ----------
    patterns, units
        As in :func:`hebb`.

    Returns
    -------
    ndarray of shape (n_units, n_units)
        Symmetric.

    Examples
    --------
    >>> np.round(pseudo_inverse([[1, -1, 1], [1, 1, 1]]), 3) + 0.0
    array([[0. , 0. , 0.5],
           [0. , 0. , 0. ],
           [0.5, 0. , 0. ]])
    """
    x = _known(patterns, units)
    basis, triangle, _ = linalg.qr(x.T, mode="economic", pivoting=True)
    size = np.abs(triangle.diagonal())
    basis = basis[:, size > size[0] * max(x.shape) * np.finfo(float).eps]
    weights = basis @ basis.T
    return _without_loops(0.5 * (weights + weights.T))


def perceptron(
    patterns: ArrayLike,
    *,
    units: str = "bipolar",
    margin: float = 0.5,
    symmetric: bool = True,
    mask: ArrayLike | None = None,
    max_epochs: int = 1000,
) -> Array:
    """Perceptron rule of every unit with a margin (Gardner 1988), all patterns at once.

    w_ji += x_i x_j / N wherever x_i sum_j w_ji x_j <= kappa (sum_j w_ji^2)^(1/2)

    Parameters
    ----------
    patterns, units
        As in :func:`hebb`.
    margin : float, default=0.5
        kappa, at least 0: the larger it is, the larger the basins and the fewer the patterns.
    symmetric : bool, default=True
        Whether w_ij and w_ji learn together. Without it as many as 2 N patterns can be learnt, with no energy.
    mask : array_like of bool, shape (n_units, n_units), optional
        Connections that exist, [source, target].
    max_epochs : int, default=1000
        After so many it gives up, with a warning.

    Returns
    -------
    ndarray of shape (n_units, n_units)
        [source, target].

    Warns
    -----
    ConvergenceWarning
        If a unit of a pattern is still below the margin.

    Examples
    --------
    >>> patterns = np.sign(np.random.default_rng(0).normal(size=(30, 50)))
    >>> fields = patterns @ perceptron(patterns)
    >>> bool((fields * patterns > 0).all())
    True
    """
    x = _known(patterns, units)
    within("margin", margin, least=0.0)
    whole("max_epochs", max_epochs, least=1)
    n = x.shape[1]
    there = _mask(mask, n, symmetric)
    weights, low = np.zeros((n, n)), 0
    for _ in range(max_epochs):
        wrong = x * (x @ weights) <= margin * np.sqrt((weights**2).sum(axis=0))
        wrong &= there.any(axis=0)
        low = int(wrong.sum())
        if not low:
            return weights
        change = x.T @ (wrong * x) / n
        weights += there * (0.5 * (change + change.T) if symmetric else change)
    warnings.warn(
        f"patterns: {low} of {x.size} units are below the margin {margin:g} after {max_epochs} epochs",
        ConvergenceWarning,
        stacklevel=2,
    )
    return weights


def unlearn(
    weights: ArrayLike, *, n_dreams: int, strength: float = 0.01, random_state: int | np.random.Generator | None = None
) -> Array:
    """Weaken what random states fall into (Hopfield, Feinstein & Palmer 1983): w_ij -= strength s_i s_j / N a dream.

    Parameters
    ----------
    weights : array_like of shape (n_units, n_units)
        Symmetric, as learnt.
    n_dreams : int
        How many states are drawn, recalled and weakened, one after the other.
    strength : float, default=0.01
        Of one dream, beside a pattern's 1 in Hebb's rule.
    random_state : int, Generator or None
        Seed.

    Returns
    -------
    ndarray of shape (n_units, n_units)
        Symmetric.

    Examples
    --------
    >>> patterns = np.sign(np.random.default_rng(0).normal(size=(20, 100)))
    >>> learnt = hebb(patterns)
    >>> awake = unlearn(learnt, n_dreams=100, random_state=0)
    >>> [int(((patterns @ w) * patterns > 0).all(axis=1).sum()) for w in (learnt, awake)]
    [6, 11]
    """
    whole("n_dreams", n_dreams, least=1)
    within("strength", strength, above=0.0)
    rng = np.random.default_rng(random_state)
    now = Memory(weights).weights
    for _ in range(n_dreams):
        dream = Memory(now).recall(rng.choice([-1.0, 1.0], (1, len(now))), random_state=rng).states
        now = _without_loops(now - strength * dream.T @ dream / len(now))
    return now


def _known(patterns: ArrayLike, units: str) -> Array:
    return bipolar(two_valued("patterns", patterns, units), units)


def _without_loops(weights: Array) -> Array:
    np.fill_diagonal(weights, 0.0)
    return weights


def _mask(mask: ArrayLike | None, n: int, symmetric: bool) -> Any:
    there = np.ones((n, n), bool) if mask is None else np.array(mask, bool)
    if there.shape != (n, n):
        raise ValueError(f"mask: its shape {there.shape} is not ({n}, {n}), [source, target]")
    if symmetric and not (there == there.T).all():
        raise ValueError("mask: it is not symmetric; symmetric=False learns with it")
    np.fill_diagonal(there, False)
    return there


RULES: dict[str, Callable[..., Array]] = {
    "hebb": hebb,
    "storkey": storkey,
    "pseudo_inverse": pseudo_inverse,
    "perceptron": perceptron,
}


def warn_of_capacity(rule: str, n_patterns: int, n_units: int) -> None:
    """Warn where a rule is given more patterns than it can hold: any holds one, in two units or more."""
    most = capacity(rule, n_units)
    if n_patterns > max(1.0, most):
        warnings.warn(
            f'patterns: {n_patterns} are more than the {most:.0f} that the rule "{rule}" can hold in {n_units} units',
            UserWarning,
            stacklevel=3,
        )
