"""Neurons of a liquid: how they move over one step, and what a spike leaves of them. Times in ms, potentials in mV.

Each model is one kernel for its step, as :mod:`evorc.kernels.spiking` wants it; synapses, delays and the record of
spikes are the same for all.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.compiler import kernel
from ..kernels.elementwise import exp_of
from ..kernels.spiking import BLOCK, MARK
from ..kernels.vmath import exp
from .checks import within

Array = NDArray[np.float64]
PEAK = 30.0  # mV, of Izhikevich's spikes


class Traits(NamedTuple):
    """What differs from neuron to neuron."""

    params: Array  # [kind, neuron]: the model's own
    reset: Array  # mV
    jump: Array  # what a spike adds to the model's own memory
    pause: Array  # ms of rest after a spike


class Neuron(ABC):
    """What a liquid asks of a model."""

    move: ClassVar[Callable[..., None]]
    initial: tuple[float, float]

    @property
    @abstractmethod
    def shortest(self) -> float:
        """The time that no step may pass, ms."""

    @abstractmethod
    def constants(self, tau_synapse: Sequence[float], dt: float) -> list[float]:
        """Of the kernel: the threshold, and what follows the scales of both currents."""

    @abstractmethod
    def traits(self, excites: NDArray[np.bool_], rng: np.random.Generator) -> Traits:
        """Of each neuron, drawn where they differ."""

    @abstractmethod
    def own(self, potentials: Array, traits: Traits) -> Array:
        """Memories of the model's own [kind, neuron], to begin with."""


@kernel
def move_integrate(memory, params, constants, marks):
    threshold, keep, drift = constants[0], constants[3], constants[4]
    pull_fast, pull_slow = constants[1] * constants[5], constants[2] * constants[6]
    for block in range(marks.size):
        here = slice(block * BLOCK, (block + 1) * BLOCK)
        v, fast, slow = memory[0, here], memory[1, here], memory[2, here]
        above = 0
        for k in range(v.size):
            after = (keep * v[k] + drift) + (pull_fast * fast[k] + pull_slow * slow[k])
            v[k] = after
            above += MARK + k if after >= threshold else 0
        marks[block] = above


@dataclass(frozen=True, kw_only=True)
class LIF(Neuron):
    """Leaky integrate-and-fire neuron: tau dV/dt = -(V - rest) + R (I_fast + I_slow + background).

    V >= threshold is a spike: V = reset, and stands still for the refractory period. Potential and currents move over
    a step by their exact solution.

    Parameters
    ----------
    tau_membrane : float, default=30
        ms.
    resistance : float, default=1
        R, MOhm.
    rest, threshold, reset : float, default=0, 15, 13.5
        mV.
    initial : (float, float), default=(13.5, 15)
        Between which the first potentials are drawn, mV.
    background : float, default=13.5
        Constant current, nA.
    refractory : (float, float), default=(3, 2)
        Rest after a spike of excitatory and of inhibitory neurons, ms.

    Raises
    ------
    ValueError
        If a number is out of its range, or the reset is not below the threshold.

    References
    ----------
    W. Maass, T. Natschlaeger and H. Markram, Neural Computation 14(11), 2002.

    Examples
    --------
    >>> from evorc.networks.lsm import LSM
    >>> lone = LSM(neuron=LIF(background=20.0), shape=(1,)).draw(0)
    >>> len(lone.run([([], [])], duration=500.0).spikes[0].times) in (45, 46)
    True
    """

    tau_membrane: float = 30.0
    resistance: float = 1.0
    rest: float = 0.0
    threshold: float = 15.0
    reset: float = 13.5
    initial: tuple[float, float] = (13.5, 15.0)
    background: float = 13.5
    refractory: tuple[float, float] = (3.0, 2.0)

    move: ClassVar[Callable[..., None]] = staticmethod(move_integrate)

    def __post_init__(self) -> None:
        for name in ("tau_membrane", "resistance"):
            within(name, getattr(self, name), above=0.0)
        for name in ("rest", "threshold", "reset", "background"):
            within(name, getattr(self, name))
        pair("refractory", self.refractory, least=0.0)
        pair("initial", self.initial)
        if self.reset >= self.threshold:
            raise ValueError(f"reset: {self.reset!r} mV is not below the threshold, {self.threshold!r} mV")

    @property
    def shortest(self) -> float:
        """The time constant of the membrane."""
        return self.tau_membrane

    def constants(self, tau_synapse: Sequence[float], dt: float) -> list[float]:
        """The exact solution between two spikes."""
        keep, *left = exp_of(np.array([-dt / tau for tau in (self.tau_membrane, *tau_synapse)])).tolist()
        pulls = [self.resistance * self._pull(tau, kept, keep, dt) for tau, kept in zip(tau_synapse, left)]
        drift = (1.0 - keep) * (self.rest + self.resistance * self.background)
        return [self.threshold, keep, drift, *pulls]

    def _pull(self, slow: float, kept: float, keep: float, dt: float) -> float:
        """What a current of 1 adds to the potential over a step while it decays."""
        tau = self.tau_membrane
        if abs(slow - tau) < 1e-6 * tau:
            return dt / tau * keep
        return slow / (tau - slow) * (keep - kept)

    def traits(self, excites: NDArray[np.bool_], rng: np.random.Generator) -> Traits:
        """Of each neuron; nothing is drawn."""
        n = len(excites)
        return Traits(np.empty((0, n)), np.full(n, self.reset), np.zeros(n), np.where(excites, *self.refractory))

    def own(self, potentials: Array, traits: Traits) -> Array:
        """None."""
        return np.empty((0, len(potentials)))


@kernel
def move_conducting(memory, params, constants, marks):
    threshold, rate, base = constants[0], constants[3], constants[4]
    by_fast, by_slow = constants[1] * constants[5], constants[2] * constants[6]
    of_fast, of_slow, one = constants[7], constants[8], constants.dtype.type(1)
    for block in range(marks.size):
        here = slice(block * BLOCK, (block + 1) * BLOCK)
        v, fast, slow = memory[0, here], memory[1, here], memory[2, here]
        above = 0
        for k in range(v.size):
            excites, inhibits = by_fast * fast[k], by_slow * slow[k]
            total = one + excites + inhibits
            goal = (base + excites * of_fast + inhibits * of_slow) / total
            after = goal + (v[k] - goal) * exp(-rate * total)
            v[k] = after
            above += MARK + k if after >= threshold else 0
        marks[block] = above


@dataclass(frozen=True, kw_only=True)
class ConductanceLIF(LIF):
    """Leaky integrate-and-fire neuron whose synapses are conductances.

    tau dV/dt = -(V - rest) + R (g_e (E_e - V) + g_i (E_i - V) + background), dg/dt = -g / tau_synapse. A spike that
    arrives adds ``|A| u R_synapse / |E - threshold|``: at the threshold a synapse gives the current that it gives a
    :class:`LIF`, so the same amplitudes serve both. Over a step V moves exactly for conductances as they are at its
    beginning (exponential Euler).

    Parameters
    ----------
    reversal : (float, float), default=(70, -10)
        E_e, above the threshold, and E_i, below it, mV.
    tau_membrane, resistance, rest, threshold, reset, initial, background, refractory
        As in :class:`LIF`.

    Raises
    ------
    ValueError
        As :class:`LIF`, or if a reversal potential is on the wrong side of the threshold.

    References
    ----------
    R. Brette et al., Journal of Computational Neuroscience 23, 2007 (benchmark 1).

    Examples
    --------
    >>> from evorc.networks.lsm import LSM
    >>> liquid = LSM(neuron=ConductanceLIF(), shape=(5, 3, 3)).draw(1)
    >>> 5.0 < liquid.run([(range(1, 200, 5), [0] * 40)], duration=200.0).rate < 80.0
    True
    """

    reversal: tuple[float, float] = (70.0, -10.0)

    move: ClassVar[Callable[..., None]] = staticmethod(move_conducting)

    def __post_init__(self) -> None:
        super().__post_init__()
        pair("reversal", self.reversal)
        if not self.reversal[1] < self.threshold < self.reversal[0]:
            raise ValueError(
                f"reversal: {self.reversal!r} mV are not above and below the threshold, {self.threshold!r}"
            )

    def constants(self, tau_synapse: Sequence[float], dt: float) -> list[float]:
        """Of one step."""
        base = self.rest + self.resistance * self.background
        units = [self.resistance / (potential - self.threshold) for potential in self.reversal]
        return [self.threshold, dt / self.tau_membrane, base, *units, *self.reversal]


@kernel
def move_quadratic(memory, params, constants, marks):
    threshold, half, step = constants[0], constants[3], constants[4]
    by_fast, by_slow = constants[1] * constants[5], constants[2] * constants[5]
    of_square, of_one, base = constants[6], constants[7], constants[8]
    for block in range(marks.size):
        here = slice(block * BLOCK, (block + 1) * BLOCK)
        v, fast, slow, u = memory[0, here], memory[1, here], memory[2, here], memory[3, here]
        a, b, background = params[0, here], params[1, here], params[2, here]
        above = 0
        for k in range(v.size):
            current = base + background[k] + (by_fast * fast[k] + by_slow * slow[k]) - u[k]
            x = v[k] + half * ((of_square * v[k] + of_one) * v[k] + current)
            after = x + half * ((of_square * x + of_one) * x + current)
            v[k] = after
            u[k] += step * a[k] * (b[k] * after - u[k])
            above += MARK + k if after >= threshold else 0
        marks[block] = above


@dataclass(frozen=True, kw_only=True)
class Izhikevich(Neuron):
    """Izhikevich's simple model, each neuron somewhere between two of its cell types.

    dv/dt = 0.04 v^2 + 5 v + 140 - u + I, du/dt = a (b v - u); v >= 30: v = c, u = u + d. With r drawn from [0, spread]
    for each neuron, excitatory ones have a = 0.02, b = 0.2, c = -65 + 15 r^2, d = 8 - 6 r^2, inhibitory ones
    a = 0.02 + 0.08 r, b = 0.25 - 0.05 r, c = -65, d = 2: from regular spiking to chattering, and from low-threshold to
    fast spiking. As in the paper's program a step takes v through two halves of Euler's rule, then u through a whole
    one.

    Parameters
    ----------
    spread : float, default=1
        In [0, 1]. With 0 excitatory neurons are all regular spiking, inhibitory ones all low-threshold spiking.
    capacitance : float, default=5
        nF. Synaptic currents in nA over this are the synapses' part of I.
    background : (float, float), default=(3.5, 1)
        Constant part of I of excitatory and of inhibitory neurons, mV / ms.
    initial : (float, float), default=(-70, -60)
        Between which the first v are drawn, mV; u begins at b v.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    E. M. Izhikevich, IEEE Transactions on Neural Networks 14(6), 2003.

    Examples
    --------
    >>> from evorc.networks.lsm import LSM
    >>> lone = LSM(neuron=Izhikevich(spread=0.0, background=(10.0, 0.0)), shape=(1,), inhibitory=0.0).draw(0)
    >>> bool(8 < len(lone.run([([], [])], duration=500.0).spikes[0].times) < 20)
    True
    """

    spread: float = 1.0
    capacitance: float = 5.0
    background: tuple[float, float] = (3.5, 1.0)
    initial: tuple[float, float] = (-70.0, -60.0)

    move: ClassVar[Callable[..., None]] = staticmethod(move_quadratic)

    def __post_init__(self) -> None:
        within("spread", self.spread, least=0.0, up_to=1.0)
        within("capacitance", self.capacitance, above=0.0)
        pair("background", self.background)
        pair("initial", self.initial, up_to=PEAK)

    @property
    def shortest(self) -> float:
        """The paper's own step."""
        return 1.0

    def constants(self, tau_synapse: Sequence[float], dt: float) -> list[float]:
        """Of one step."""
        return [PEAK, 0.5 * dt, dt, 1.0 / self.capacitance, 0.04, 5.0, 140.0]

    def traits(self, excites: NDArray[np.bool_], rng: np.random.Generator) -> Traits:
        """Of each neuron, somewhere between the model's cell types."""
        r = self.spread * rng.random(len(excites))
        a = np.where(excites, 0.02, 0.02 + 0.08 * r)
        b = np.where(excites, 0.2, 0.25 - 0.05 * r)
        c = np.where(excites, -65.0 + 15.0 * r**2, -65.0)
        d = np.where(excites, 8.0 - 6.0 * r**2, 2.0)
        return Traits(np.stack([a, b, np.where(excites, *self.background)]), c, d, np.zeros(len(excites)))

    def own(self, potentials: Array, traits: Traits) -> Array:
        """u, at rest with v."""
        start: Array = (traits.params[1] * potentials)[None]
        return start


def pair(name: str, found: Any, **bounds: float) -> None:
    """Refuse what is not two numbers in a range."""
    if not isinstance(found, Sequence) or len(found) != 2:
        raise ValueError(f"{name}: {found!r} is not a pair of numbers")
    for value in found:
        within(name, value, **bounds)
