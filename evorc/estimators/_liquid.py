"""What the liquid state machines share: numbers to spikes, spikes through a liquid, a state at the end of each row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import validate_data

from ..kernels.series import Rows
from ..networks.checks import whole, within
from ..networks.encoders import ENCODERS, n_channels
from ..networks.lsm import LSM
from ..networks.lsm_liquid import STATES
from ..networks.spikes import Spikes, bin_spikes, check_spikes
from ._driven import Array
from ._learning import Learning
from .series import Layout

OF_THE_NETWORK = (
    "shape",
    "n_columns",
    "length",
    "scales",
    "connections",
    "input_connections",
    "input_density",
    "input_scale",
    "dt",
    "dtype",
)
AS_GIVEN = "spikes"  # the encoder that takes pairs (times, channels)
WINDOW = ("n_channels", "duration")  # its options
ROOM = 1 << 23  # numbers: states of series that run side by side, 64 MiB
SIDE_BY_SIDE = 64


class SpikingReservoir:
    """A liquid behind an encoder, which is to an estimator what a reservoir of rate units is.

    Parameters
    ----------
    network : LSM
        The liquid to draw.
    encoder : str
        A name in :data:`evorc.networks.encoders.ENCODERS`, or ``"spikes"`` where trains are given.
    options : mapping
        Of the encoder.
    width : float
        How long a row lasts, ms.
    state : {"filtered", "potential", "both"}
        What is read.
    bounds : ndarray [2, channel]
        Lowest and highest value of each channel, which become 0 and 1; what lies beyond is cut off.
    seed : int
        Of an encoder that draws.
    """

    def __init__(
        self, network: LSM, encoder: str, options: Mapping[str, Any], width: float, state: str, bounds: Array, seed: int
    ) -> None:
        self.encoder, self.options, self.width, self.state = encoder, dict(options), width, state
        self.bounds, self.seed, self.n_inputs = bounds, seed, bounds.shape[1]
        self.liquid = network.draw(n_channels(encoder, self.n_inputs))
        self.n_states = network.n_neurons * (2 if state == "both" else 1)

    def encode(self, series: Array, number: int) -> Spikes:
        """Spikes of one series [row, channel]."""
        options = dict(self.options)
        if self.encoder != "counts":
            low, high = self.bounds
            span = np.where(high > low, high - low, 1.0)
            series = np.clip((series - low) / span, 0.0, 1.0)
        if self.encoder == "poisson":
            options["random_state"] = np.random.default_rng((self.seed, number))
        return ENCODERS[self.encoder](series, width=self.width, **options)

    def rows(self, series: Array, offsets: Any, given: Sequence[Spikes] | None = None) -> Iterator[Rows]:
        """States [row, feature] at the end of every row of all series, a series at a time.

        What is `given` are the spikes themselves, where they need not be made.
        """
        lengths = np.diff(offsets)
        order = np.argsort(-lengths, kind="stable")
        done = 0
        while done < order.size:
            longest = int(lengths[order[done]])
            most = max(1, min(SIDE_BY_SIDE, ROOM // (longest * self.n_states)))
            batch = order[done : done + most]
            if given is None:
                trains = [self.encode(series[offsets[k] : offsets[k + 1]], int(k)) for k in batch]
            else:
                trains = [given[k] for k in batch]
            ends = np.arange(1, longest + 1) * self.width
            response = self.liquid.run(trains, duration=longest * self.width, read_times=ends)
            for k, states in zip(batch, response.states(self.state), strict=True):
                yield Rows(states[: lengths[k]], slice(int(offsets[k]), int(offsets[k + 1])))
            done += most


class TrainLayout(Layout):
    """That of series that came as spikes, and these; rows are their numbers in bins."""

    trains: Sequence[Spikes]


class SpikeDriven(Learning):
    """Base of the liquid state machines; a class that is one says its parameters itself."""

    def _series(self, X: Any, lengths: ArrayLike | None, *, reset: bool) -> Any:
        read = self._trains if self.encoder == AS_GIVEN else super()._series
        rows, layout = read(X, lengths, reset=reset)
        if reset:
            self._bounds = np.stack([rows.min(axis=0), rows.max(axis=0)])
        return rows, layout

    def _trains(self, X: Any, lengths: ArrayLike | None, *, reset: bool) -> tuple[Array, TrainLayout]:
        """Series that are pairs (times, channels): numbers of spikes in rows, and the spikes."""
        pairs = isinstance(X, Sequence) and all(isinstance(part, tuple | list) and len(part) == 2 for part in X)
        if not pairs or not len(X) or lengths is not None:
            raise ValueError(
                f"X: {type(X).__name__} is not a list of pairs (times, channels), as encoder='spikes' takes"
            )
        if reset:
            self._window = self._widest(X)
        n, duration = self._window
        trains = [check_spikes(part, n, duration, f"X: series {k}") for k, part in enumerate(X)]
        counts = [bin_spikes(train, n_channels=n, duration=duration, width=self.width) for train in trains]
        rows = validate_data(self, np.concatenate(counts), reset=reset, dtype=np.float64)
        layout = TrainLayout(np.arange(len(trains) + 1) * len(counts[0]), "list")
        layout.trains = trains
        return rows, layout

    def _widest(self, X: Sequence[Any]) -> tuple[int, float]:
        """Number of channels and length of the series: as the options say, or as far as the spikes reach."""
        options = dict(self.encoder_options or {})
        if unknown := sorted(set(options) - set(WINDOW)):
            raise ValueError(f"encoder_options: {unknown[0]!r} is not {' or '.join(map(repr, WINDOW))}")
        within("width", self.width, above=0.0)
        latest = max((float(np.max(times, initial=0.0, where=np.isfinite(times))) for times, _ in X), default=0.0)
        largest = max((int(np.max(channels, initial=0)) for _, channels in X), default=0)
        n, duration = options.get("n_channels", largest + 1), options.get("duration")
        whole("encoder_options n_channels", n, least=1)
        if duration is None:
            duration = (np.floor(latest / self.width) + 1.0) * self.width
        within("encoder_options duration", duration, above=0.0)
        return n, float(duration)

    def _states(
        self, rows: Array, layout: Layout, initial_state: ArrayLike | None = None, *, noisy: bool = False
    ) -> Iterator[Rows]:
        self._initial(initial_state, layout)
        return self.reservoir_.rows(rows, layout.offsets, getattr(layout, "trains", None))

    def _scaling(self) -> Any:
        return None

    def _scalings(self, n_inputs: int, n_targets: int) -> Any:
        return None

    def _made(self, n_inputs: int, input_scaling: Any) -> Any:
        if self.encoder not in (*ENCODERS, AS_GIVEN):
            raise ValueError(f"encoder: {self.encoder!r} is not {' or '.join(map(repr, (*ENCODERS, AS_GIVEN)))}")
        if self.state not in STATES:
            raise ValueError(f"state: {self.state!r} is not {' or '.join(map(repr, STATES))}")
        seed = self._seed()
        settings = {name: getattr(self, name) for name in OF_THE_NETWORK}
        network = LSM(**settings, **(self.network_options or {}), random_state=seed)
        if not isinstance(self.width, int | float) or isinstance(self.width, bool) or self.width < network.dt:
            raise ValueError(f"width: {self.width!r} ms is not a number of at least one step, {network.dt} ms")
        options = self.encoder_options or {}
        return SpikingReservoir(network, self.encoder, options, float(self.width), self.state, self._bounds, seed)

    def _initial(self, initial_state: ArrayLike | None, layout: Any) -> None:
        if initial_state is not None:
            raise ValueError("initial_state: a liquid starts from rest, and has no state to go on from")

    def final_state(self, X: Any, *, lengths: ArrayLike | None = None, initial_state: ArrayLike | None = None) -> Array:
        """Refused: what a liquid remembers are charges under way as well, not a row of numbers."""
        raise ValueError("final_state: a liquid starts from rest, and has no state to go on from")
