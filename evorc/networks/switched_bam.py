"""Continuous bidirectional associative memory among parameter sets that a Markov chain switches, with Brownian noise.

    dx = [-a_r x(t - delta_r) + B_r' f(y(t - tau_r)) - theta_r] dt + (s_r + q_r x) dw,     f = tanh

and dy with F_r' f(x(t - tau_r)); r(t) is a Markov chain in continuous time, whose generator holds its rates, and every
unit has a Brownian motion w of its own (the family of Rakkiyappan, Chandrasekar, Lakshmanan & Park 2015). Solved by
Euler & Maruyama (1955), Ito's sense; the chain is exact: its steps are drawn from expm(generator dt).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import expm, null_space

from ..kernels import aligned
from ..kernels.compiler import kernel
from ..kernels.couple import copy, product
from ..kernels.random import Key, stream, stream_normal, stream_uniform
from ..kernels.squash import squash
from .bam_memory import Array, Memory, check_shapes
from .checks import whole, within

BIAS, DECAY, NOISE, RELATIVE = range(4)  # kinds of parameters


@dataclass(frozen=True, kw_only=True)
class Mode:
    """One parameter set of :class:`SwitchedBAM`.

    Parameters
    ----------
    memory : Memory
        Weights and thresholds of both directions.
    decay : float, default=1
        a, the rate at which a potential falls back to 0; above 0.
    noise : float, default=0
        s, the noise that is always there, in potential per square root of time; at least 0.
    relative_noise : float, default=0
        q, the noise in proportion to the potential, per square root of time; at least 0.
    delay : float, default=0
        tau, after which one layer sees the other; at least 0, rounded to whole steps.
    leakage_delay : float, default=0
        delta, after which the decay acts; at least 0, rounded to whole steps.
    """

    memory: Memory
    decay: float = 1.0
    noise: float = 0.0
    relative_noise: float = 0.0
    delay: float = 0.0
    leakage_delay: float = 0.0

    def __post_init__(self) -> None:
        check_shapes(self.memory)
        within("decay", self.decay, above=0.0)
        for name in ("noise", "relative_noise", "delay", "leakage_delay"):
            within(name, getattr(self, name), least=0.0)


class Record(NamedTuple):
    """What was recorded.

    Parameters
    ----------
    time : ndarray [record]
        From the first record, after `record_every` steps.
    x, y : ndarray [record, run, unit]
        Potentials of the layers; the other layer sees their tanh.
    mode : ndarray of int [record, run]
        Which parameter set is at work.
    """

    time: Array
    x: Array
    y: Array
    mode: NDArray[np.int64]


class SwitchedBAM:
    """Stochastic bidirectional associative memory with Markov switching: its equation stands at the top of the module.

    Parameters
    ----------
    modes : sequence of Mode
        The parameter sets, for layers of the same sizes.
    generator : array_like of shape (n_modes, n_modes)
        Rates of the switches from row to column, in 1 / time; rows add up to 0.
    dt : float, default=0.01
        Step of time, above 0.

    Raises
    ------
    ValueError
        If the sizes differ, or the generator is not one, or its chain has more than one stationary law.

    References
    ----------
    Rakkiyappan, R., Chandrasekar, A., Lakshmanan, S. & Park, J. H. (2015). Exponential stability for Markovian jumping
    stochastic BAM neural networks with mode-dependent probabilistic time-varying delays and impulse control. Complexity
    20(3), 39-65.
    Maruyama, G. (1955). Continuous Markov processes and stochastic equations. Rend. Circ. Mat. Palermo 4, 48-90.

    Examples
    --------
    >>> from evorc.networks.bam_memory import symmetric
    >>> calm, rough = Mode(memory=symmetric([[0.5]])), Mode(memory=symmetric([[-0.5]]), relative_noise=0.5)
    >>> network = SwitchedBAM([calm, rough], [[-1.0, 1.0], [3.0, -3.0]])
    >>> network.stationary_law
    array([0.75, 0.25])
    >>> runs = network.simulate(np.ones((100, 1)), np.ones((100, 1)), n_steps=500, record_every=100, random_state=0)
    >>> runs.x.shape, bool((runs.x[-1] ** 2).mean() < 0.1)
    ((5, 100, 1), True)
    """

    def __init__(self, modes: Sequence[Mode], generator: ArrayLike, *, dt: float = 0.01) -> None:
        self.modes, self.dt = tuple(modes), dt
        within("dt", dt, above=0.0)
        shapes = sorted({mode.memory.forward.shape for mode in self.modes})
        if len(shapes) != 1:
            raise ValueError(f"modes: their layers are of the sizes {shapes}; all should be of one")
        self.shape = shapes[0]
        self.generator = checked_generator(generator, len(self.modes))

    @cached_property
    def stationary_law(self) -> Array:
        """Share of time in each mode, [mode], in the long run: the law p with p' generator = 0."""
        law = null_space(self.generator.T)[:, 0]
        return np.asarray(law / law.sum())

    def simulate(
        self,
        initial_x: ArrayLike,
        initial_y: ArrayLike,
        *,
        n_steps: int,
        record_every: int = 1,
        random_state: int | np.random.Generator | None = None,
    ) -> Record:
        """Runs with noise and a chain of their own, whose first modes are drawn from the stationary law.

        Parameters
        ----------
        initial_x, initial_y : array_like of shape (n_runs, n_x), (n_runs, n_y)
            Potentials at time 0, and before it as far back as the delays reach. Finite.
        n_steps : int
            At least 1.
        record_every : int, default=1
            Steps between records, from 1 to `n_steps`.
        random_state : int, Generator or None, default=None
            Seed of the noise and of the chains.

        Returns
        -------
        Record
            A row for every `record_every` steps.

        Raises
        ------
        ValueError
            If an initial state has another shape or is not finite, or an option is out of its range.
        """
        whole("n_steps", n_steps, least=1)
        whole("record_every", record_every, least=1, most=n_steps)
        initial = self._initial(initial_x, initial_y)
        seed = int(np.random.default_rng(random_state).integers(2**63))
        sets = self._sets()
        room = _room(initial, len(self.modes), int(sets.lags.max()))
        begin(seed, np.cumsum(self.stationary_law), room)
        n_records = n_steps // record_every
        states, modes = np.empty((n_records, *initial.shape)), np.empty((n_records, initial.shape[1]), np.int64)
        advance(sets, room, record_every, states, modes)
        m = self.shape[1]
        x, y = states[:, m:].transpose(0, 2, 1), states[:, :m].transpose(0, 2, 1)
        return Record(np.arange(1.0, n_records + 1) * (record_every * self.dt), x, y, modes)

    def _initial(self, initial_x: ArrayLike, initial_y: ArrayLike) -> Array:
        """[unit of y, then of x, run]"""
        parts = [np.asarray(initial_y, float), np.asarray(initial_x, float)]
        n_runs = len(parts[1]) if parts[1].ndim else 0
        for name, part, n in zip(("initial_y", "initial_x"), parts, reversed(self.shape)):
            if not n_runs or part.shape != (n_runs, n) or not np.isfinite(part).all():
                raise ValueError(
                    f"{name}: an array of shape {part.shape} is not one of finite numbers [run, {n} units]"
                )
        return np.hstack(parts).T

    def _sets(self) -> "Sets":
        memories = [mode.memory for mode in self.modes]
        bias = [-np.concatenate([memory.thresholds_y, memory.thresholds_x]) for memory in memories]
        kinds = [(mode.decay, mode.noise, mode.relative_noise) for mode in self.modes]
        params = [[b, *(np.full_like(b, kind) for kind in found)] for b, found in zip(bias, kinds)]
        lags = [(round(mode.delay / self.dt), round(mode.leakage_delay / self.dt)) for mode in self.modes]
        return Sets(
            aligned.copy(np.stack([memory.forward for memory in memories])[..., None]),
            aligned.copy(np.stack([memory.backward for memory in memories])[..., None]),
            np.array(params),
            np.array(lags, np.int64),
            np.cumsum(expm(self.generator * self.dt), axis=1),
            float(self.dt),
        )


def checked_generator(generator: ArrayLike, n_modes: int) -> Array:
    """The generator of a Markov chain with one stationary law."""
    rates = np.asarray(generator, float)
    if rates.shape != (n_modes, n_modes) or not np.isfinite(rates).all():
        raise ValueError(f"generator: an array of shape {rates.shape} is not one of {n_modes} x {n_modes} finite rates")
    if (rates - np.diag(np.diag(rates)) < 0).any() or (np.abs(rates.sum(axis=1)) > 1e-9 * np.abs(rates).max()).any():
        raise ValueError("generator: its rows should hold rates of at least 0, and on the diagonal minus their sum")
    if null_space(rates.T).shape[1] != 1:
        raise ValueError("generator: its chain falls into parts that do not meet, so it has no single stationary law")
    return rates


class Sets(NamedTuple):
    """The parameter sets of all modes. Units are y, then x."""

    forward: Any  # [mode, x, y, 1]
    backward: Any  # [mode, y, x, 1]
    params: Any  # [mode, kind, unit]
    lags: Any  # [mode, 2]: delay and leakage delay in steps
    chances: Any  # [mode, mode]: cumulated chances of the mode after a step
    dt: float


class Room(NamedTuple):
    """The runs under way, one a lane."""

    past: Any  # [slot, unit, lane]: potentials, the last steps in a ring
    seen: Any  # [unit, lane]: scratch
    drive: Any  # [mode, unit, lane]: scratch
    mode: Any  # [lane]
    words: Any  # [lane]: of the random numbers


def _room(initial: Array, n_modes: int, longest: int) -> Room:
    past, n = np.tile(initial, (longest + 2, 1, 1)), initial.shape[1]
    return Room(
        past, np.empty_like(past[0]), np.empty((n_modes, *initial.shape)), np.empty(n, np.int64), np.empty(n, np.uint64)
    )


@kernel
def chosen(chances, u):
    """The first place whose cumulated chance is above u, the last one in any case."""
    k = 0
    while k < chances.size - 1 and u >= chances[k]:
        k += 1
    return k


@kernel
def begin(seed, law, room):
    for l in range(room.mode.size):
        room.words[l] = stream(Key(seed, 0, l, 0))
        room.mode[l] = chosen(law, stream_uniform(room.words[l], 0))


@kernel
def advance(sets, room, every, states, modes):
    """Fill the records states [record, unit, lane] and modes [record, lane]."""
    slots = room.past.shape[0]
    for record in range(states.shape[0]):
        for t in range(record * every, (record + 1) * every):
            pull(sets, room, t)
            move(sets, room, t)
        copy(room.past[(record + 1) * every % slots], states[record])
        for l in range(modes.shape[1]):
            modes[record, l] = room.mode[l]


@kernel
def pull(sets, room, t):
    """What drives the units in each mode."""
    m, slots = sets.forward.shape[2], room.past.shape[0]
    for r in range(room.drive.shape[0]):
        squash(room.past[(t + slots - sets.lags[r, 0]) % slots], room.seen)
        drive = room.drive[r]
        product(sets.forward[r], room.seen[m:], drive[:m])
        product(sets.backward[r], room.seen[:m], drive[m:])


@kernel
def move(sets, room, t):
    """One step of Euler and Maruyama, each run in its mode, and of the chains."""
    slots, units = room.past.shape[:2]
    now, after = room.past[t % slots], room.past[(t + 1) % slots]
    root = np.sqrt(sets.dt)
    for i in range(units):
        for l in range(room.mode.size):
            r, x = room.mode[l], now[i, l]
            leaking = room.past[(t + slots - sets.lags[r, 1]) % slots, i, l]
            slope = room.drive[r, i, l] + sets.params[r, BIAS, i] - sets.params[r, DECAY, i] * leaking
            size = sets.params[r, NOISE, i] + sets.params[r, RELATIVE, i] * x
            if size != 0:
                size *= root * stream_normal(room.words[l], t * units + i)
            after[i, l] = x + sets.dt * slope + size
    for l in range(room.mode.size):
        room.mode[l] = chosen(sets.chances[room.mode[l]], stream_uniform(room.words[l], t + 1))
