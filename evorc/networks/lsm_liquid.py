"""A drawn liquid state machine, and spike trains through it."""

import warnings
from collections.abc import Callable, Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels import aligned
from ..kernels.elementwise import exp_of
from ..kernels.plasticity import Plasticity
from ..kernels.spiking import BLOCK, LONG_AGO, Cells, Outside, Wiring, by_series, run, silent, slots_for
from .checks import within
from .lsm_column import Connections, by_distance, check_connections, from_matrix, from_outside, positions, wire
from .lsm_parameters import INPUT_AMPLITUDES, PATHWAYS
from .lsm_plasticity import STDP
from .spikes import Spikes, check_spikes

if TYPE_CHECKING:
    from .lsm import LSM

Array = NDArray[np.float64]
SIDE_BY_SIDE = 64  # series
PLACES = 1 << 22  # charges that may be under way; more series than have room run one after the other
QUIET, WILD = 0.1, 150.0  # Hz: liquids below and above are warned of
ON_STEP = 1e-6  # share of a step by which a time may miss it
STATES = ("filtered", "potential", "both")


class Response(NamedTuple):
    """What a liquid made of some spike trains.

    Parameters
    ----------
    filtered : ndarray [series, read, neuron]
        Spikes filtered with exp(-t / tau_trace) at the times that were read.
    potentials : ndarray [series, read, neuron]
        Membrane potentials, mV.
    spikes : list of Spikes
        What the neurons of each series fired.
    rate : float
        Mean over all neurons and series, Hz.
    """

    filtered: Array
    potentials: Array
    spikes: list[Spikes]
    rate: float

    def states(self, kind: str = "filtered") -> Array:
        """States [series, read, feature]: ``"filtered"`` spikes, ``"potential"``, or ``"both"`` side by side."""
        if kind not in STATES:
            raise ValueError(f"state: {kind!r} is not {' or '.join(map(repr, STATES))}")
        both = {"filtered": (self.filtered,), "potential": (self.potentials,)}
        return np.concatenate(both.get(kind, (self.filtered, self.potentials)), axis=2)


class Liquid:
    """A drawn liquid state machine.

    Parameters
    ----------
    network : LSM
        What to draw.
    n_inputs : int
        Channels from outside.

    Attributes
    ----------
    excites : ndarray of bool [neuron]
        Which neurons are excitatory.
    places : ndarray [neuron, axis]
        Where they stand; the last axis is the number of the column.
    connections, input_connections : Connections
        The synapses.
    """

    def __init__(self, network: "LSM", n_inputs: int) -> None:
        self.network, self.n_inputs = network, n_inputs
        n = network.n_neurons
        streams = np.random.SeedSequence(network.random_state).spawn(5)
        rng, of_synapses, of_inputs, of_potentials, of_traits = map(np.random.default_rng, streams)
        size = n // network.n_columns
        quiet = [rng.permutation(size) < round(network.inhibitory * size) for _ in range(network.n_columns)]
        self.excites = ~np.concatenate(quiet)
        self.places = positions(network.shape, network.n_columns)
        self.connections = self._inner(of_synapses)
        self.input_connections = self._outer(of_inputs)
        self.first_potentials = of_potentials.uniform(*network.neuron.initial, n)
        self.traits = network.neuron.traits(self.excites, of_traits)

    def restarted(self, random_state: int | np.random.Generator | None = None) -> "Liquid":
        """The same liquid, whose neurons start from other potentials: what it makes of them is its noise."""
        other = copy(self)
        other.first_potentials = np.random.default_rng(random_state).uniform(
            *self.network.neuron.initial, self.network.n_neurons
        )
        return other

    def __getstate__(self) -> dict[str, Any]:
        """Without what is made anew: arrays that were stored may come back read-only."""
        return {name: value for name, value in vars(self).items() if name != "_wired"}

    def _inner(self, rng: np.random.Generator) -> Connections:
        network = self.network
        if network.connections is not None:
            return self._given("connections", network.connections, network.n_neurons)
        scaled = {
            name: network.pathways[name]._replace(amplitude=scale * network.pathways[name].amplitude)
            for name, scale in zip(PATHWAYS, network.scales)
        }
        return by_distance(self.places, self.excites, scaled, network.length, rng)

    def _outer(self, rng: np.random.Generator) -> Connections:
        network = self.network
        if network.input_connections is not None:
            return self._given("input_connections", network.input_connections, self.n_inputs)
        amplitudes = [network.input_scale * strength for strength in INPUT_AMPLITUDES]
        delay = min(pathway.delay for pathway in network.pathways.values())
        return from_outside(self.n_inputs, self.excites, network.input_density, amplitudes, delay, rng)

    def _given(self, name: str, given: Any, n_sources: int) -> Connections:
        network, n = self.network, self.network.n_neurons
        if not isinstance(given, Connections):
            if np.shape(given) != (n_sources, n):
                raise ValueError(f"{name}: their shape {np.shape(given)} is not {(n_sources, n)}, [source, target]")
            given = from_matrix(given, network.pathways["EE"].delay)
        found = Connections(*map(np.asarray, given))
        check_connections(name, found, n_sources, n, network.dt)
        return found

    @property
    def wiring(self) -> Wiring:
        """What the kernels run on."""
        return self._wired[0]

    @cached_property
    def _wired(self) -> tuple[Wiring, NDArray[np.int64]]:
        """That, and the order of the synapses in it."""
        network = self.network
        return wire(
            self.connections, self.input_connections, network.n_neurons, self.n_inputs, network.dt, network.dtype
        )

    def run(self, trains: Sequence[Any], *, duration: float, read_times: ArrayLike | None = None) -> Response:
        """Drive the liquid, from rest, by spike trains side by side.

        Parameters
        ----------
        trains : sequence of (times, channels)
            One pair for each series; times in ms, sorted, within [0, duration). Spikes that fall into one step of one
            channel count once.
        duration : float
            Length of each series, ms; at least one step.
        read_times : array_like of float or None, default=None
            When the state is read, ms, rising, within (0, duration]; each is moved to the end of the nearest step. None
            reads once, at the end.

        Returns
        -------
        Response

        Raises
        ------
        ValueError
            If a train or a time is out of its range.

        Warns
        -----
        RuntimeWarning
            If hardly a neuron fires, or nearly all do all the time.
        """
        return self._run(trains, duration, read_times)

    def _run(
        self,
        trains: Sequence[Any],
        duration: float,
        read_times: ArrayLike | None,
        plasticity: Callable[[], Plasticity] | None = None,
    ) -> Response:
        within("duration", duration, least=self.network.dt)
        given = [check_spikes(train, self.n_inputs, duration, f"trains {k}") for k, train in enumerate(trains)]
        reads = self._reads(read_times, duration)
        width = 1 if plasticity else max(1, min(SIDE_BY_SIDE, PLACES // max(len(self.wiring.delays), 1)))
        parts = [
            self._side_by_side(given[k : k + width], duration, reads, plasticity) for k in range(0, len(given), width)
        ]
        spikes = [train for _, trains_of_part in parts for train in trains_of_part]
        found = np.concatenate([states for states, _ in parts]) if parts else np.empty((0, 2, len(reads), 0))
        n_spikes = sum(len(train.times) for train in spikes)
        rate = 1000.0 * n_spikes / (max(len(given), 1) * self.network.n_neurons * duration)
        if given:
            _warn(rate)
        return Response(found[:, 0], found[:, 1], spikes, rate)

    def learn(
        self, trains: Sequence[Any], *, duration: float, rule: STDP, read_times: ArrayLike | None = None
    ) -> tuple["Liquid", Response]:
        """Drive the liquid as :meth:`run` does, one series after the other, while its synapses learn.

        Each series starts from rest with the amplitudes that the one before has left. This liquid stays as it is.

        Parameters
        ----------
        trains, duration, read_times
            As in :meth:`run`.
        rule : STDP
            How they learn.

        Returns
        -------
        Liquid
            With the amplitudes learnt.
        Response
            Of the liquid while it learnt.

        Raises
        ------
        ValueError
            If a train or a time is out of its range.

        Warns
        -----
        RuntimeWarning
            As :meth:`run`.
        """
        learnt, network = copy(self), self.network
        chosen = rule.chosen(self.connections, self.excites)
        learnt.connections, highest = rule.bounded(self.connections, chosen)
        (wiring, order), inner = learnt._wired, len(chosen)
        ends = np.append(np.where(chosen, self.connections.targets, -1), np.full(len(order) - inner, -1))[order]

        def plasticity() -> Plasticity:
            return rule.plasticity(ends, network.n_neurons, highest, network.dt, network.dtype)

        response = learnt._run(trains, duration, read_times, plasticity)
        amplitude = np.empty(len(order))
        amplitude[order] = wiring.params[:, 0]
        learnt.connections = learnt.connections._replace(amplitude=amplitude[:inner])
        return learnt, response

    def _reads(self, read_times: ArrayLike | None, duration: float) -> NDArray[np.int64]:
        times = np.atleast_1d(np.asarray(duration if read_times is None else read_times, float))
        fits = times.ndim == 1 and np.isfinite(times).all() and (np.diff(times) >= 0).all()
        if not (fits and (not times.size or (times[0] > 0 and times[-1] <= duration * (1.0 + ON_STEP)))):
            raise ValueError(f"read_times: they must rise within (0, {duration}] ms")
        return np.maximum(np.rint(times / self.network.dt).astype(np.int64), 1)

    def _side_by_side(
        self,
        trains: Sequence[Spikes],
        duration: float,
        reads: NDArray[np.int64],
        plasticity: Callable[[], Plasticity] | None,
    ) -> tuple[Array, list[Spikes]]:
        """States [series, 2, read, neuron] and spikes of some series."""
        width, last = len(trains), max(1, round(duration / self.network.dt))
        reads = np.minimum(reads, last)
        outside = self._outside(trains, reads)
        synapses, pending = silent(self.wiring, width)
        if plasticity:
            synapses = synapses._replace(plastic=plasticity())
        when, cells = [], []
        move = self.network.neuron.move
        for times, fired in run(move, self.wiring, self.cells(width), synapses, pending, outside, last):
            when.append(times)
            cells.append(fired)
        numbers, steps = np.concatenate(cells), np.concatenate(when)
        each = by_series(steps, numbers, width)
        states = outside.found.reshape(len(reads), 2, -1, width).transpose(3, 1, 0, 2)
        return np.ascontiguousarray(states), [Spikes(at * self.network.dt, neurons) for at, neurons in each]

    def _outside(self, trains: Sequence[Spikes], reads: NDArray[np.int64]) -> Outside:
        """All spikes from outside in the order of time, one a step and channel."""
        series = np.repeat(np.arange(len(trains)), [len(train.times) for train in trains])
        steps = np.rint(np.concatenate([train.times for train in trains]) / self.network.dt).astype(np.int64)
        channels = np.concatenate([train.channels for train in trains])
        sizes = (int(steps.max(initial=0)) + 1, max(self.n_inputs, 1), max(len(trains), 1))
        once = np.unique(np.ravel_multi_index((steps, channels, series), sizes))
        steps, channels, series = map(np.ascontiguousarray, np.unravel_index(once, sizes))
        found = np.empty((len(reads), 2, self.network.n_neurons * len(trains)), self.network.dtype)
        return Outside(steps, channels, series, reads, found)

    def cells(self, n: int) -> Cells:
        """Neurons before the first step, for `n` series."""
        network, size, traits = self.network, self.network.n_neurons, self.traits
        dtype, neuron, start = network.dtype, network.neuron, self.first_potentials
        memory = np.concatenate([start[None], np.zeros((2, size)), neuron.own(start, traits)])
        left = exp_of(np.array([-network.dt / tau for tau in network.tau_synapse]))
        threshold, *own = neuron.constants(network.tau_synapse, network.dt)
        pause = np.rint(traits.pause / network.dt).astype(np.int64)
        return Cells(
            memory=aligned.copy(np.repeat(memory.astype(dtype), n, axis=1)),
            params=aligned.copy(np.repeat(traits.params.astype(dtype), n, axis=1)),
            constants=np.array([threshold, 1.0, 1.0, *own], dtype),
            decay=np.array([network.tau_trace / network.dt, *left], dtype),
            marks=np.zeros(-(-size * n // BLOCK), np.int64),
            reset=traits.reset.astype(dtype),
            jump=traits.jump.astype(dtype),
            rest=pause,
            trace=np.zeros(size * n, dtype),
            last=np.full((size + self.n_inputs, n), LONG_AGO),
            waking=np.full(slots_for(int(pause.max()) + 1), -1),
            following=np.full(size * n, -1),
        )


def _warn(rate: float) -> None:
    if rate < QUIET:
        text = "the liquid is nearly silent; raise input_scale, input_density, background or the scales of EE and EI"
    elif rate > WILD:
        text = "the liquid runs away; lower input_scale, background or the scale of EE, or raise that of IE"
    else:
        return
    warnings.warn(f"rate: {rate:.3g} spikes a second and neuron: {text}", RuntimeWarning, stacklevel=4)
