"""Recurrent and input weights of reservoirs: which unit feeds which, and how strongly.

All matrices are [source, target]: entry (j, i) is the weight from unit j to unit i. Those with few weights are SciPy's
``csc_array``, whose columns are what flows into a unit; the others are plain arrays. All are float64 and unscaled:
:mod:`evorc.networks.spectrum` brings them to a spectral radius.
"""

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, sparse

from .checks import Matrix, one_of, square, whole, within
from .distributions import DISTRIBUTIONS, draw, pi_signs

Array = NDArray[np.float64]
Topology = Callable[..., Matrix]

SOURCES = 10  # of a unit, at least, where no density is given

TOPOLOGIES: dict[str, Topology] = {}
"""By name: functions of a number of units, a generator of random numbers, and options by keyword."""


def registered(make: Topology) -> Topology:
    """Make a topology known by its name, and have it refuse a bad number of units and options it does not take."""
    taken = inspect.signature(make).parameters.values()
    options = [option.name for option in taken if option.kind is option.KEYWORD_ONLY]
    takes_any = any(option.kind is option.VAR_KEYWORD for option in taken)

    @wraps(make)
    def checked(n_units: int, rng: np.random.Generator, **given: Any) -> Matrix:
        whole("n_units", n_units, least=1)
        for name in given:
            if name not in options and not takes_any:
                words = ", ".join(options) or "none"
                raise ValueError(f'{name}: not an option of the topology "{make.__name__}"; its options: {words}')
        return make(n_units, rng, **given)

    TOPOLOGIES[make.__name__] = checked
    return checked


def make_matrix(topology: Any, n_units: int, rng: np.random.Generator, **options: Any) -> Matrix:
    """Recurrent weights of a named topology, of a function, or the user's own.

    Parameters
    ----------
    topology : str, callable, array_like or SciPy sparse
        A name in `TOPOLOGIES`; a function of (n_units, rng, **options) that returns a matrix; or the matrix itself,
        of shape (n_units, n_units), finite and real.
    n_units : int
        At least 1.
    rng : numpy.random.Generator
        Source of the draws.
    **options
        Of the topology. A matrix takes none.

    Returns
    -------
    ndarray or csc_array of shape (n_units, n_units)
        [source, target], float64. A user's matrix is copied, and stays sparse if it is.

    Raises
    ------
    ValueError
        If the name is not known, an option is not one of the topology's or out of its range, or a matrix is not square,
        of another size, or not of finite real numbers.

    Examples
    --------
    >>> make_matrix("ring", 3, np.random.default_rng(0), weight=0.9).toarray()
    array([[0. , 0.9, 0. ],
           [0. , 0. , 0.9],
           [0.9, 0. , 0. ]])
    """
    whole("n_units", n_units, least=1)
    if isinstance(topology, str):
        one_of("topology", topology, TOPOLOGIES)
        return TOPOLOGIES[topology](n_units, rng, **options)
    if callable(topology):
        return square("topology", topology(n_units, rng, **options), n_units)
    if options:
        raise ValueError(
            f"{next(iter(options))}: not an option of a matrix that is given; only a named topology has options"
        )
    return square("topology", topology, n_units)


def input_weights(
    n_inputs: int, n_units: int, rng: np.random.Generator, *, distribution: str = "uniform", density: float = 1.0
) -> Array:
    """Weights from input channels to units.

    Parameters
    ----------
    n_inputs, n_units : int
        At least 1.
    rng : numpy.random.Generator
        Source of the draws.
    distribution : {"uniform", "normal", "bernoulli", "pi_signs"}, default="uniform"
        Uniform in [-1, 1]; normal with standard deviation 1; -1 or 1 with equal chance; or -1 and 1 by the decimals of
        pi, channel after channel, which draws nothing (Rodan & Tino 2011).
    density : float, default=1
        Chance of each weight to be there, in (0, 1].

    Returns
    -------
    ndarray of shape (n_inputs, n_units)
        [channel, target], dense whatever the density.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    A. Rodan and P. Tino, Minimum complexity echo state network, IEEE Transactions on Neural Networks 22(1), 2011.

    Examples
    --------
    >>> input_weights(1, 5, np.random.default_rng(0), distribution="pi_signs")
    array([[-1., -1., -1.,  1.,  1.]])
    """
    whole("n_inputs", n_inputs, least=1)
    whole("n_units", n_units, least=1)
    one_of("distribution", distribution, [*DISTRIBUTIONS, "pi_signs"])
    within("density", density, above=0.0, up_to=1.0)
    size = n_inputs * n_units
    weights = pi_signs(size) if distribution == "pi_signs" else draw(distribution, size, rng)
    if density < 1.0:
        weights = np.where(rng.random(size) < density, weights, 0.0)
    return weights.reshape(n_inputs, n_units)


@registered
def dense(n_units: int, rng: np.random.Generator, *, distribution: str = "uniform") -> Matrix:
    """Every unit feeds every unit, itself too (Jaeger 2001).

    Parameters
    ----------
    n_units, rng
        As in :func:`make_matrix`.
    distribution : {"uniform", "normal", "bernoulli"}, default="uniform"
        Uniform in [-1, 1]; normal with standard deviation 1; -1 or 1 with equal chance.
    """
    return draw(distribution, n_units * n_units, rng).reshape(n_units, n_units)


@registered
def erdos_renyi(
    n_units: int, rng: np.random.Generator, *, density: float | None = None, distribution: str = "uniform"
) -> Matrix:
    """Each weight, self-connections too, is there with the same chance (Erdos & Renyi 1959; Gilbert 1959).

    Parameters
    ----------
    n_units, rng
        As in :func:`make_matrix`.
    density : float or None, default=None
        That chance, in (0, 1]. None is 0.1, or what feeds a unit by ten others on average if that is more.
    distribution : {"uniform", "normal", "bernoulli"}, default="uniform"
        Of the weights that are there, as in :func:`dense`.
    """
    if density is None:
        density = min(1.0, max(0.1, SOURCES / n_units))
    within("density", density, above=0.0, up_to=1.0)
    # a binomial number of sources, all sets of that size alike, is one toss a source
    return _random_sources(rng.binomial(n_units, density, n_units), rng, distribution)


@registered
def fixed_in_degree(
    n_units: int, rng: np.random.Generator, *, in_degree: int = 10, distribution: str = "uniform"
) -> Matrix:
    """Every unit is fed by the same number of units, drawn without replacement, itself not barred.

    Parameters
    ----------
    n_units, rng
        As in :func:`make_matrix`.
    in_degree : int, default=10
        That number, from 1 to `n_units`.
    distribution : {"uniform", "normal", "bernoulli"}, default="uniform"
        Of the weights that are there, as in :func:`dense`.
    """
    whole("in_degree", in_degree, least=1, most=n_units)
    return _random_sources(np.full(n_units, in_degree), rng, distribution)


@registered
def ring(n_units: int, rng: np.random.Generator, *, weight: float = 1.0, signs: str = "positive") -> Matrix:
    """Simple cycle reservoir: each unit feeds the next, the last the first (Rodan & Tino 2011).

    Parameters
    ----------
    n_units, rng
        As in :func:`make_matrix`.
    weight : float, default=1
        All weights, and so the spectral radius.
    signs : {"positive", "bernoulli", "pi_signs"}, default="positive"
        Whether some of them are negated: none, each with a chance of one half, or by the decimals of pi.
    """
    within("weight", weight)
    one_of("signs", signs, ["positive", "bernoulli", "pi_signs"])
    if signs == "positive":
        pattern = np.ones(n_units)
    else:
        pattern = pi_signs(n_units) if signs == "pi_signs" else draw("bernoulli", n_units, rng)
    unit = np.arange(n_units)
    return _sparse(n_units, (unit, (unit + 1) % n_units, weight * pattern))


@registered
def delay_line(n_units: int, rng: np.random.Generator, *, weight: float = 1.0, backward_weight: float = 0.0) -> Matrix:
    """Each unit feeds the next, and if asked for the one before (DLR and DLRB of Rodan & Tino 2011).

    Parameters
    ----------
    n_units, rng
        As in :func:`make_matrix`.
    weight : float, default=1
        From a unit to the next. Without backward weights the spectral radius is 0 and cannot be scaled.
    backward_weight : float, default=0
        From a unit to the one before.
    """
    within("weight", weight)
    within("backward_weight", backward_weight)
    unit = np.arange(n_units - 1)
    return _sparse(n_units, (unit, unit + 1, weight), (unit + 1, unit, backward_weight))


@registered
def cycle_with_jumps(
    n_units: int, rng: np.random.Generator, *, cycle_weight: float = 1.0, jump_weight: float = 0.5, jump_size: int = 3
) -> Matrix:
    """A ring with regular jumps in both directions (CRJ, Rodan & Tino 2012).

    The first jump joins unit 0 and unit `jump_size`, the next starts where it ends. Where `jump_size` divides the
    number of units the last one closes the circle, else the units that remain are not jumped over.

    Parameters
    ----------
    n_units, rng
        As in :func:`make_matrix`.
    cycle_weight : float, default=1
        From a unit to the next.
    jump_weight : float, default=0.5
        Of all jumps, in both directions.
    jump_size : int, default=3
        Units that a jump advances, from 2 to less than half of `n_units`.
    """
    within("cycle_weight", cycle_weight)
    within("jump_weight", jump_weight)
    whole("n_units", n_units, least=5)
    whole("jump_size", jump_size, least=2, most=(n_units - 1) // 2)
    unit = np.arange(n_units)
    leave = jump_size * np.arange(n_units // jump_size)
    land = (leave + jump_size) % n_units
    return _sparse(
        n_units, (unit, (unit + 1) % n_units, cycle_weight), (leave, land, jump_weight), (land, leave, jump_weight)
    )


@registered
def orthogonal(n_units: int, rng: np.random.Generator) -> Matrix:
    """A rotation or reflection, uniform among all (Haar measure; Mezzadri 2007): all eigenvalues have modulus 1.

    Parameters
    ----------
    n_units, rng
        As in :func:`make_matrix`.
    """
    q, r = linalg.qr(rng.normal(size=(n_units, n_units)))
    return q * np.sign(r.diagonal())


@registered
def small_world(
    n_units: int, rng: np.random.Generator, *, neighbours: int = 4, rewiring: float = 0.1, distribution: str = "uniform"
) -> Matrix:
    """Watts & Strogatz 1998: neighbours on a circle, some of whose links end elsewhere.

    A link that is rewired keeps one end and draws the other among the units that are not yet linked to it. Each link
    has two weights of its own, one a direction.

    Parameters
    ----------
    n_units, rng
        As in :func:`make_matrix`.
    neighbours : int, default=4
        Links of a unit before rewiring, half of them on each side: even, at least 2 and below `n_units`.
    rewiring : float, default=0.1
        Chance of a link to be rewired, in [0, 1].
    distribution : {"uniform", "normal", "bernoulli"}, default="uniform"
        Of the weights that are there, as in :func:`dense`.
    """
    whole("n_units", n_units, least=3)
    whole("neighbours", neighbours, least=2, most=n_units - 1)
    if neighbours % 2:
        raise ValueError(f"neighbours: {neighbours!r} is not even; half of them are on each side")
    within("rewiring", rewiring, least=0.0, up_to=1.0)
    ends = np.array(_small_world_links(n_units, neighbours, rewiring, rng))
    one, other = ends.T
    weights = draw(distribution, 2 * len(ends), rng)
    return _sparse(n_units, (one, other, weights[: len(ends)]), (other, one, weights[len(ends) :]))


@registered
def block_diagonal(
    n_units: int, rng: np.random.Generator, *, n_blocks: int = 2, block: str = "dense", **options: Any
) -> Matrix:
    """Reservoirs side by side that do not feed each other.

    Parameters
    ----------
    n_units, rng
        As in :func:`make_matrix`.
    n_blocks : int, default=2
        From 1 to `n_units`. Where it does not divide `n_units`, the first blocks have one unit more.
    block : str, default="dense"
        Topology of each block, by its name; each is drawn anew.
    **options
        Of that topology.
    """
    whole("n_blocks", n_blocks, least=1, most=n_units)
    one_of("block", block, TOPOLOGIES)
    sizes = [len(units) for units in np.array_split(np.arange(n_units), n_blocks)]
    return sparse.csc_array(sparse.block_diag([TOPOLOGIES[block](size, rng, **options) for size in sizes]))


def _sparse(n_units: int, *links: tuple[ArrayLike, ArrayLike, ArrayLike]) -> Matrix:
    """A matrix of links (sources, targets, weights); weights of 0 are none."""
    whole_links = [np.broadcast_arrays(*part) for part in links]
    sources, targets, weights = (np.concatenate(part) for part in zip(*whole_links))
    matrix = sparse.csc_array((weights.astype(float), (sources, targets)), shape=(n_units, n_units))
    matrix.eliminate_zeros()
    return matrix


def _random_sources(
    in_degrees: Sequence[int] | NDArray[np.int64], rng: np.random.Generator, distribution: str
) -> Matrix:
    n = len(in_degrees)
    sources = np.concatenate([rng.choice(n, degree, replace=False, shuffle=False) for degree in in_degrees])
    return _sparse(n, (sources, np.repeat(np.arange(n), in_degrees), draw(distribution, len(sources), rng)))


def _small_world_links(n: int, neighbours: int, rewiring: float, rng: np.random.Generator) -> list[tuple[int, int]]:
    links = [(i, (i + away) % n) for away in range(1, neighbours // 2 + 1) for i in range(n)]
    linked = [{j for step in range(1, neighbours // 2 + 1) for j in ((i + step) % n, (i - step) % n)} for i in range(n)]
    for k in np.flatnonzero(rng.random(len(links)) < rewiring):
        i, old = links[k]
        strangers = np.setdiff1d(np.arange(n), [i, *linked[i]])
        if strangers.size:
            new = int(rng.choice(strangers))
            linked[i] ^= {old, new}
            linked[old].remove(i)
            linked[new].add(i)
            links[k] = (i, new)
    return links
