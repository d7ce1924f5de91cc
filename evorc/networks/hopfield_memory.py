"""Hopfield network of two-valued units (Hopfield 1982) with given weights: recall, energy, and the way there.

s_i <- 1 where sum_j w_ji s_j > theta_i, the low value where it is less, and s_i where they are equal
E = -1/2 sum_ij s_i w_ij s_j + sum_i theta_i s_i
P(s_i <- 1) = 1 / (1 + exp(-(1 - low) (sum_j w_ji s_j - theta_i) / T))      (Glauber 1963)
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from ..kernels.couple import product
from .checks import one_of, square, whole
from .hopfield_sweeps import Net, Plan, Work, name_streams, relax
from .spec import Array
from .units import LOW, two_valued

UPDATES, ORDERS = ("asynchronous", "synchronous"), ("random", "fixed")
EXACT = {"float32": 2.0**24, "float64": 2.0**53}  # up to here every whole number is one


class Recall(NamedTuple):
    """What became of the probes."""

    states: Array  # [probe, unit]
    sweeps: NDArray[np.int64]  # [probe]: that turned a unit; -1 had not settled, -2 between two states for ever
    trace: Array  # [probe, moment, unit]: states on the way, if they were asked for


class Memory:
    """Hopfield network with given weights: its equations stand at the top of this module.

    Parameters
    ----------
    weights : array_like or SciPy sparse matrix of shape (n_units, n_units)
        w[source, target], with nothing on the diagonal.
    thresholds : array_like of shape (n_units,), optional
        theta. None is 0 for bipolar units. For binary ones it is half of the sum of the weights that reach a unit,
        with which they do what bipolar units without thresholds do.
    units : {"bipolar", "binary"}, default="bipolar"
        Whether units are -1 or 1, or 0 or 1.
    asymmetric : bool, default=False
        Lets asymmetric weights pass. They have no energy, and one by one the units may then go round for ever.

    Raises
    ------
    ValueError
        If weights are not square, finite, symmetric (unless allowed) and without self-connections.

    References
    ----------
    J. J. Hopfield, PNAS 79, 2554, 1982. R. J. Glauber, Journal of Mathematical Physics 4, 294, 1963.

    Examples
    --------
    >>> from evorc.networks.hopfield_rules import hebb
    >>> patterns = np.sign(np.random.default_rng(0).normal(size=(5, 100)))
    >>> memory = Memory(hebb(patterns))
    >>> probes = patterns.copy()
    >>> probes[:, :10] *= -1
    >>> found = memory.recall(probes, random_state=0)
    >>> np.array_equal(found.states, patterns), found.sweeps.tolist()
    (True, [1, 1, 1, 1, 1])
    >>> bool((memory.energy(found.states) < memory.energy(probes)).all())
    True
    """

    def __init__(
        self,
        weights: Any,
        thresholds: ArrayLike | None = None,
        *,
        units: str = "bipolar",
        asymmetric: bool = False,
    ) -> None:
        one_of("units", units, LOW)
        self.units = units
        given = square("weights", weights)
        self.weights: Array = given.toarray() if sparse.issparse(given) else given
        self.symmetric = bool((self.weights == self.weights.T).all())
        self._check_connections(asymmetric)
        self.thresholds = self._thresholds(thresholds)
        self._net, self._unit, self._whole = self._compact()

    def _check_connections(self, asymmetric: bool) -> None:
        if not self.symmetric and not asymmetric:
            i, j = np.argwhere(self.weights != self.weights.T)[0]
            raise ValueError(
                f"weights: w[{i}, {j}] = {self.weights[i, j]:g} is not w[{j}, {i}] = {self.weights[j, i]:g}; they must "
                "be symmetric, or asymmetric=True lets them pass without a promise that recall ends"
            )
        loops = np.flatnonzero(self.weights.diagonal())
        if loops.size:
            raise ValueError(f"weights: w[{loops[0]}, {loops[0]}] is not 0; units have no connection to themselves")

    def _thresholds(self, thresholds: ArrayLike | None) -> Array:
        n = len(self.weights)
        if thresholds is None:
            return np.zeros(n) if self.units == "bipolar" else 0.5 * self.weights.sum(axis=0)
        given = np.array(thresholds, float)
        if given.shape != (n,) or not np.isfinite(given).all():
            raise ValueError(f"thresholds: their shape {given.shape} is not ({n},), or not all are finite")
        return given

    def _compact(self) -> tuple[Net, float, bool]:
        """The network in units of 1 / n or 1 / 2n if that makes it whole numbers, whose sums are exact in any order."""
        n = len(self.weights)
        for unit in (1.0, 1.0 / n, 0.5, 0.5 / n):
            matrix, thresholds = np.rint(self.weights / unit), np.rint(self.thresholds / unit)
            near = 1e-12 * max(np.abs(matrix).max(), np.abs(thresholds).max(), 1.0)
            if (
                max(np.abs(matrix - self.weights / unit).max(), np.abs(thresholds - self.thresholds / unit).max())
                < near
            ):
                largest = (np.abs(matrix).sum(axis=0) + np.abs(thresholds)).max()
                for dtype, limit in EXACT.items():
                    if 2.0 * largest < limit:
                        return self._net_of(matrix, thresholds, dtype), unit, True
        return self._net_of(self.weights, self.thresholds, "float64"), 1.0, False

    def _net_of(self, matrix: Array, thresholds: Array, dtype: str) -> Net:
        kind = np.dtype(dtype).type
        return Net(np.ascontiguousarray(matrix, kind), thresholds.astype(kind), kind(LOW[self.units]))

    def energy(self, states: ArrayLike) -> Array:
        """E of states [..., unit].

        Raises
        ------
        ValueError
            If the weights are asymmetric.
        """
        if not self.symmetric:
            raise ValueError("weights: they are asymmetric; only a network of symmetric weights has an energy")
        shape = np.shape(states)
        known = two_valued("states", np.reshape(states, (-1, shape[-1])), self.units, len(self.weights))
        pull: Array = -0.5 * (known @ self.weights) + self.thresholds
        energies: Array = np.einsum("pi,pi->p", pull, known).reshape(shape[:-1])
        return energies

    def recall(
        self,
        probes: ArrayLike,
        *,
        update: str | int = "asynchronous",
        order: str = "random",
        temperature: ArrayLike = 0.0,
        max_sweeps: int = 100,
        record_every: int | None = None,
        names: ArrayLike | None = None,
        random_state: int | np.random.Generator | None = None,
    ) -> Recall:
        """Let the units decide, sweep after sweep, until none turns.

        Parameters
        ----------
        probes : array_like of shape (n_probes, n_units)
            States to begin with.
        update : {"asynchronous", "synchronous"} or int, default="asynchronous"
            How many units decide at once: one, all, or a number of them.
        order : {"random", "fixed"}, default="random"
            Whether every sweep goes through the units in a random order of its own.
        temperature : float or array_like, default=0
            T; or that of each sweep, after which sweeps at T = 0 follow, up to `max_sweeps` in all.
        max_sweeps : int, default=100
            Sweeps of probes that do not settle. At a temperature above 0 none does.
        record_every : int, optional
            Return the states after every so many decisions, the first ones included.
        names : array_like of int, shape (n_probes,), optional
            Whose random numbers a probe draws; None counts the probes. Equal probes of equal names go the same way.
        random_state : int, Generator or None
            Seed of orders and chances.

        Returns
        -------
        Recall
            States, the number of sweeps that turned a unit (-1 had not settled after the last, -2 where every unit
            goes back and forth between two states), and the trace.

        Raises
        ------
        ValueError
            If a probe's value is none of the units', or an option is not allowed.
        """
        start = two_valued("probes", probes, self.units, len(self.weights))
        plan = self._plan(update, order, temperature, max_sweeps, record_every)
        moments = 0 if record_every is None else plan.temperatures.size * start.shape[1] // plan.record_every + 1
        numbers = np.arange(len(start)) if names is None else np.asarray(names, np.int64)
        if numbers.shape != (len(start),):
            raise ValueError(f"names: their shape {numbers.shape} is not ({len(start)},), one a probe")
        words, seed = np.empty(len(start), np.uint64), np.random.default_rng(random_state).integers(2**63)
        name_streams(seed, numbers, words)
        dtype, n = self._net.matrix.dtype, start.shape[1]
        states = start.astype(dtype)
        trace = np.empty((len(start), moments, n), dtype)
        work, sweeps = Work(*np.empty((3, n), np.int64)), np.empty(len(start), np.int64)
        relax(self._net, plan, words, states, self._fields(states), trace, work, sweeps)
        return Recall(states.astype(float), sweeps, trace.astype(float))

    def _fields(self, states: NDArray[Any]) -> NDArray[Any]:
        """[probe, unit]. BLAS has its own orders of summation, and so may do only the sums that are exact."""
        if self._whole:
            exact: NDArray[Any] = states @ self._net.matrix
            return exact
        fields = np.empty(states.T.shape)
        product(self._net.matrix[:, :, None], np.ascontiguousarray(states.T), fields)
        return np.ascontiguousarray(fields.T)

    def _plan(self, update: Any, order: str, temperature: Any, max_sweeps: int, record_every: int | None) -> Plan:
        n = len(self.weights)
        if isinstance(update, str):
            one_of("update", update, UPDATES)
        else:
            whole("update", update, least=1)
        one_of("order", order, ORDERS)
        whole("max_sweeps", max_sweeps, least=1)
        if record_every is not None:
            whole("record_every", record_every, least=1)
        block = {"asynchronous": 1, "synchronous": n}.get(update, update)
        warmth = self._schedule(temperature, max_sweeps)
        cold_from = int(np.flatnonzero(warmth).max(initial=-1)) + 1
        shuffled = order == "random" and block < n
        return Plan(warmth / self._unit, cold_from, block, shuffled, record_every or 1)

    @staticmethod
    def _schedule(temperature: Any, max_sweeps: int) -> Array:
        given = np.asarray(temperature, float)
        if given.ndim > 1 or given.size == 0 or not (np.isfinite(given) & (given >= 0.0)).all():
            raise ValueError(
                f"temperature: {temperature!r} is not a finite number of at least 0, or one for each sweep"
            )
        if given.ndim == 0:
            return np.full(max_sweeps, float(given))
        if given.size > max_sweeps:
            raise ValueError(f"temperature: its {given.size} sweeps are more than max_sweeps = {max_sweeps}")
        return np.append(given, np.zeros(max_sweeps - given.size))
