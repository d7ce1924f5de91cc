"""A drawn liquid state machine, and spike trains through it."""

import warnings
from collections.abc import Sequence
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels import aligned
from ..kernels.elementwise import exp_of
from ..kernels.spiking import Cells, Decay, Outside, Wiring, run, silent
from .checks import within
from .lsm_column import Connections, by_distance, check_connections, from_matrix, from_outside, positions, wire
from .lsm_parameters import INPUT_AMPLITUDES, PATHWAYS
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
        streams = np.random.SeedSequence(network.random_state).spawn(4)
        rng, of_synapses, of_inputs, of_potentials = map(np.random.default_rng, streams)
        size = n // network.n_columns
        quiet = [rng.permutation(size) < round(network.inhibitory * size) for _ in range(network.n_columns)]
        self.excites = ~np.concatenate(quiet)
        self.places = positions(network.shape, network.n_columns)
        self.connections = self._inner(of_synapses)
        self.input_connections = self._outer(of_inputs)
        self.first_potentials = of_potentials.uniform(*network.initial, n)

    def restarted(self, random_state: int | np.random.Generator | None = None) -> "Liquid":
        """The same liquid, whose neurons start from other potentials: what it makes of them is its noise."""
        other = copy(self)
        other.first_potentials = np.random.default_rng(random_state).uniform(
            *self.network.initial, self.network.n_neurons
        )
        return other

    def __getstate__(self) -> dict[str, Any]:
        """Without what is made anew: arrays that were stored may come back read-only."""
        return {name: value for name, value in vars(self).items() if name != "wiring"}

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

    @cached_property
    def wiring(self) -> Wiring:
        """What the kernels run on."""
        network = self.network
        return wire(self.connections, self.input_connections, network.n_neurons, self.n_inputs, network.dt)

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
        within("duration", duration, least=self.network.dt)
        given = [check_spikes(train, self.n_inputs, duration, f"trains {k}") for k, train in enumerate(trains)]
        reads = self._reads(read_times, duration)
        width = max(1, min(SIDE_BY_SIDE, PLACES // max(len(self.wiring.targets), 1)))
        parts = [self._side_by_side(given[k : k + width], duration, reads) for k in range(0, len(given), width)]
        spikes = [train for _, trains_of_part in parts for train in trains_of_part]
        found = np.concatenate([states for states, _ in parts]) if parts else np.empty((0, 2, len(reads), 0))
        n_spikes = sum(len(train.times) for train in spikes)
        rate = 1000.0 * n_spikes / (max(len(given), 1) * self.network.n_neurons * duration)
        if given:
            _warn(rate)
        return Response(found[:, 0], found[:, 1], spikes, rate)

    def _reads(self, read_times: ArrayLike | None, duration: float) -> NDArray[np.int64]:
        times = np.atleast_1d(np.asarray(duration if read_times is None else read_times, float))
        fits = times.ndim == 1 and np.isfinite(times).all() and (np.diff(times) >= 0).all()
        if not (fits and (not times.size or (times[0] > 0 and times[-1] <= duration * (1.0 + ON_STEP)))):
            raise ValueError(f"read_times: they must rise within (0, {duration}] ms")
        return np.maximum(np.rint(times / self.network.dt).astype(np.int64), 1)

    def _side_by_side(
        self, trains: Sequence[Spikes], duration: float, reads: NDArray[np.int64]
    ) -> tuple[Array, list[Spikes]]:
        """States [series, 2, read, neuron] and spikes of some series."""
        width, last = len(trains), max(1, round(duration / self.network.dt))
        reads = np.minimum(reads, last)
        outside = self._outside(trains, reads)
        synapses, pending = silent(self.wiring, width)
        when, cells = [], []
        for times, fired in run(self.wiring, self.cells(width), synapses, pending, self.decay(), outside, last):
            when.append(times)
            cells.append(fired)
        numbers, steps = np.concatenate(cells), np.concatenate(when)
        order = np.argsort(numbers % width, kind="stable")
        cuts = np.cumsum(np.bincount(numbers % width, minlength=width))[:-1]
        each = zip(np.split(steps[order] * self.network.dt, cuts), np.split(numbers[order] // width, cuts))
        states = outside.found.transpose(3, 1, 0, 2) if width else outside.found
        return np.ascontiguousarray(states), [Spikes(*pair) for pair in each]

    def _outside(self, trains: Sequence[Spikes], reads: NDArray[np.int64]) -> Outside:
        """All spikes from outside in the order of time, one a step and channel."""
        series = np.repeat(np.arange(len(trains)), [len(train.times) for train in trains])
        steps = np.rint(np.concatenate([train.times for train in trains]) / self.network.dt).astype(np.int64)
        channels = np.concatenate([train.channels for train in trains])
        steps, channels, series = np.unique(np.stack([steps, channels, series]), axis=1).copy()
        found = np.empty((len(reads), 2, self.network.n_neurons, len(trains)))
        return Outside(steps, channels, series, reads, found)

    def decay(self) -> Decay:
        """What one step leaves, and moves: the exact solution between two spikes."""
        network = self.network
        tau, dt = network.tau_membrane, network.dt
        keep = float(exp_of(np.array([-dt / tau]))[0])
        left = exp_of(np.array([-dt / slow for slow in network.tau_synapse])).tolist()
        pulls = [network.resistance * self._pull(slow, kept, keep) for slow, kept in zip(network.tau_synapse, left)]
        return Decay(keep, (left[0], left[1]), (pulls[0], pulls[1]), network.tau_trace / dt)

    def _pull(self, slow: float, kept: float, keep: float) -> float:
        """What a current of 1 adds to the potential over a step while it decays."""
        tau, dt = self.network.tau_membrane, self.network.dt
        if abs(slow - tau) < 1e-6 * tau:
            return dt / tau * keep
        return slow / (tau - slow) * (keep - kept)

    def cells(self, n: int) -> Cells:
        """Neurons before the first step, for `n` series."""
        network, size = self.network, self.network.n_neurons
        keep = self.decay().potential
        goal = network.rest + network.resistance * network.background
        pause = np.where(self.excites, *network.refractory) / network.dt
        columns: dict[str, Any] = {
            "drift": (1.0 - keep) * goal,
            "threshold": network.threshold,
            "reset": network.reset,
            "rest": np.rint(pause),
            "potential": self.first_potentials,
            "until": -1.0,
            "trace": 0.0,
        }
        spread = {
            name: aligned.copy(np.broadcast_to(np.broadcast_to(value, size)[:, None], (size, n)))
            for name, value in columns.items()
        }
        return Cells(currents=aligned.zeros((2, size, n), float), **spread)


def _warn(rate: float) -> None:
    if rate < QUIET:
        text = "the liquid is nearly silent; raise input_scale, input_density, background or the scales of EE and EI"
    elif rate > WILD:
        text = "the liquid runs away; lower input_scale, background or the scale of EE, or raise that of IE"
    else:
        return
    warnings.warn(f"rate: {rate:.3g} spikes a second and neuron: {text}", RuntimeWarning, stacklevel=3)
