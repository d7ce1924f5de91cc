"""Lowest values of quadratic forms of two-valued units, found by Hopfield networks that cool down.

The energy of a network with weights -Q and thresholds q is 1/2 s' Q s + q' s (Hopfield & Tank 1985).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from .checks import one_of, square, whole
from .hopfield_memory import Memory
from .spec import Array
from .units import LOW

HOT, COLD = 1.0, 0.05  # in units of the fields' spread


class Minimum(NamedTuple):
    """What was found."""

    state: Array  # [unit]
    energy: float
    energies: Array  # [run]: lowest of each run


class Form(NamedTuple):
    """1/2 s' quadratic s + linear' s + constant."""

    quadratic: Array  # [unit, unit]
    linear: Array  # [unit]
    constant: float


def minimize(
    quadratic: Any,
    linear: ArrayLike | None = None,
    *,
    units: str = "bipolar",
    temperature: ArrayLike | None = None,
    n_sweeps: int = 1000,
    n_runs: int = 1,
    random_state: int | np.random.Generator | None = None,
) -> Minimum:
    """Search the state of lowest 1/2 s' Q s + q' s by simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983).

    Units decide one by one at a falling temperature, and at T = 0 in the end, until none turns.

    Parameters
    ----------
    quadratic : array_like or SciPy sparse matrix of shape (n_units, n_units)
        Q. Only its symmetric part counts.
    linear : array_like of shape (n_units,), optional
        q.
    units : {"bipolar", "binary"}, default="bipolar"
        Whether s is of -1 and 1, or of 0 and 1.
    temperature : array_like of shape (n_sweeps,), optional
        T of every sweep; None is :func:`cooling`.
    n_sweeps : int, default=1000
        Sweeps of that cooling.
    n_runs : int, default=1
        Independent searches, each from a random state.
    random_state : int, Generator or None
        Seed.

    Returns
    -------
    Minimum
        The best state, its energy, and what each run found.

    Raises
    ------
    ValueError
        If the form is not square and finite, or an option is not allowed.

    Examples
    --------
    >>> ring = np.roll(np.eye(6), 1, axis=1)  # each unit beside two others: they differ from both
    >>> found = minimize(ring, random_state=0)
    >>> found.energy, (found.state[0] * found.state).tolist()
    (-3.0, [1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
    """
    one_of("units", units, LOW)
    whole("n_sweeps", n_sweeps, least=1)
    whole("n_runs", n_runs, least=1)
    given = square("quadratic", quadratic)
    q = given.toarray() if sparse.issparse(given) else given
    n = len(q)
    line = np.zeros(n) if linear is None else np.array(linear, float)
    if line.shape != (n,) or not np.isfinite(line).all():
        raise ValueError(f"linear: its shape {line.shape} is not ({n},), or not all are finite")
    q = 0.5 * (q + q.T)
    constant, line = _fold(q, line, units)
    memory = Memory(-q, line, units=units)
    warmth = cooling(q, n_sweeps, units=units) if temperature is None else np.asarray(temperature, float)
    rng = np.random.default_rng(random_state)
    starts = rng.choice([LOW[units], 1.0], (n_runs, n))
    states = memory.recall(starts, temperature=warmth, max_sweeps=warmth.size + n, random_state=rng).states
    energies = memory.energy(states) + constant
    best = int(energies.argmin())
    return Minimum(states[best], float(energies[best]), energies)


def _fold(q: Array, line: Array, units: str) -> tuple[float, Array]:
    """Take the diagonal out of `q`: a bipolar unit's square is 1, a binary one's is itself."""
    diagonal = 0.5 * q.diagonal()
    np.fill_diagonal(q, 0.0)
    return (float(diagonal.sum()), line) if units == "bipolar" else (0.0, line + diagonal)


def cooling(quadratic: Array, n_sweeps: int, *, units: str = "bipolar") -> Array:
    """Temperatures that fall evenly, from above where a spin glass of such couplings freezes to almost none.

    Parameters
    ----------
    quadratic : ndarray of shape (n_units, n_units)
        Symmetric. The root mean square over the units of (sum_j Q_ij^2)^(1/2) is the unit of temperature.
    n_sweeps : int
        How many.
    units : {"bipolar", "binary"}, default="bipolar"
        What binary units are to each other, bipolar ones with a quarter of the couplings are.

    Returns
    -------
    ndarray of shape (n_sweeps,)

    Examples
    --------
    >>> cooling(np.ones((2, 2)) - np.eye(2), 3).round(2).tolist()
    [1.0, 0.52, 0.05]
    """
    spread = np.sqrt((quadratic**2).sum() / len(quadratic)) / (1.0 if units == "bipolar" else 4.0)
    falling: Array = np.linspace(HOT, COLD, n_sweeps) * spread
    return falling


def spin_glass(n_units: int, *, random_state: int | np.random.Generator | None = None) -> Form:
    """The spin glass of Sherrington & Kirkpatrick 1975: couplings are normal with variance 1 / N.

    Its lowest energy a unit tends to -0.7632 (Parisi) in a large glass.

    Examples
    --------
    >>> glass = spin_glass(200, random_state=0)
    >>> bool(minimize(glass.quadratic, n_runs=3, random_state=0).energy / 200 < -0.70)
    True
    """
    whole("n_units", n_units, least=2)
    upper = np.triu(np.random.default_rng(random_state).normal(size=(n_units, n_units)), 1) / np.sqrt(n_units)
    return Form(-(upper + upper.T), np.zeros(n_units), 0.0)


def max_cut(adjacency: Any) -> Form:
    """The weight that two sides of a graph do not cut: its total less the energy's negative is the cut.

    Parameters
    ----------
    adjacency : array_like or SciPy sparse matrix of shape (n_nodes, n_nodes)
        Symmetric weights of the edges.

    Returns
    -------
    Form
        For bipolar units; its lowest value is minus the weight of the largest cut.

    Examples
    --------
    >>> square_ring = np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])
    >>> form = max_cut(square_ring)
    >>> minimize(form.quadratic, random_state=0).energy + form.constant
    -4.0
    """
    given = square("adjacency", adjacency)
    edges = given.toarray() if sparse.issparse(given) else given
    if not (edges == edges.T).all():
        raise ValueError("adjacency: it is not symmetric")
    np.fill_diagonal(edges, 0.0)
    return Form(0.5 * edges, np.zeros(len(edges)), -0.25 * float(edges.sum()))


def travelling_salesman(
    distances: ArrayLike,
    *,
    row: float = 500.0,
    column: float = 500.0,
    total: float = 200.0,
    length: float = 500.0,
    count: float | None = None,
) -> Form:
    """The round trip as an energy of n x n binary units, "city x is the i-th stop" (Hopfield & Tank 1985, eq. 5).

    A/2 sum_x sum_{i != j} v_xi v_xj + B/2 sum_i sum_{x != y} v_xi v_yi + C/2 (sum v - n)^2
    + D/2 sum_{x != y} sum_i d_xy v_xi (v_y,i+1 + v_y,i-1)

    Parameters
    ----------
    distances : array_like of shape (n_cities, n_cities)
        Symmetric d, at least 3 cities.
    row, column, total, length : float
        A, B, C and D.
    count : float, optional
        n in the third term; None is the number of cities. Hopfield & Tank take more, which keeps units from going out.

    Returns
    -------
    Form
        Unit n_cities x + i is city x at stop i. With as many units on as cities, one a row and one a column, its value
        is D times the length of the trip, plus C/2 (n_cities - count)^2.

    Examples
    --------
    >>> corners = np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    >>> distances = np.linalg.norm(corners[:, None] - corners, axis=2)
    >>> form = travelling_salesman(distances, total=500.0, length=100.0)
    >>> found = minimize(form.quadratic, form.linear, units="binary", n_runs=4, random_state=0)
    >>> round((found.energy + form.constant) / 100, 6)
    4.0
    """
    d = square("distances", np.asarray(distances, float))
    n = len(d)
    whole("the number of cities", n, least=3)
    if not (d == d.T).all() or d.diagonal().any():
        raise ValueError("distances: they are not symmetric, or not 0 from a city to itself")
    wanted = float(n) if count is None else count
    one, others = np.eye(n), 1.0 - np.eye(n)
    beside = np.roll(one, 1, axis=1) + np.roll(one, -1, axis=1)
    quadratic = row * np.kron(one, others) + column * np.kron(others, one) + total + length * np.kron(d, beside)
    return Form(quadratic, np.full(n * n, -total * wanted), 0.5 * total * wanted**2)


def trip(state: ArrayLike) -> Array | None:
    """The cities in their order, or None where the units that are on are no permutation.

    Examples
    --------
    >>> trip([0, 1, 0, 1, 0, 0, 0, 0, 1]).tolist()
    [1, 0, 2]
    """
    n = int(np.sqrt(np.size(state)))
    there = np.reshape(state, (n, n)) > 0.5
    if not ((there.sum(axis=0) == 1).all() and (there.sum(axis=1) == 1).all()):
        return None
    order: Array = there.argmax(axis=0)
    return order
