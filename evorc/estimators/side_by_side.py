"""Settings of an ESNRegressor on one drawn reservoir: they learn and predict in one pass over its matrix."""

from collections.abc import Sequence
from copy import copy
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.series import Where
from ..kernels.turn import batches_of
from ..networks.esn import ESN, Drawn, rest, side_by_side
from ..networks.reservoir import Reservoir, setting_rows
from ..readouts import Collected, Readout, RidgeReadout
from ..readouts.ridge import penalties
from ._driven import Array
from ._learning import held_out
from .reservoir import ESNRegressor
from .series import Layout


class Data(NamedTuple):
    """Series and their targets, in one of the forms that estimators take."""

    X: Any
    y: Any
    lengths: ArrayLike | None = None


class Lesson(NamedTuple):
    """Rows of series that are learnt."""

    rows: Array
    targets: Array  # [row, target]
    layout: Layout
    held: NDArray[np.bool_]


def common(model: Any) -> tuple[Any, ...] | None:
    """What models must have in common to run side by side; None if this one runs alone.

    Raises
    ------
    ValueError
        If a hyper-parameter is out of range.
    """
    plain = type(model) is ESNRegressor and model.n_layers == 1 and not model.bidirectional and not model.noise
    if not plain or model.feedback_scaling is not None or not _keeps_no_rows(model.readout):
        return None
    if isinstance(model.random_state, bool) or not isinstance(model.random_state, int | np.integer):
        return None  # each draws a reservoir of its own
    return (*_network(model).shared, model.missing_targets)


def draw(model: ESNRegressor, data: Data) -> Drawn:
    """The reservoir that models of this kind share."""
    rows, _ = copy(model)._series(data.X, data.lengths, reset=True)
    return _network(model).draw(rows.shape[1])


def outputs_for(
    models: Sequence[ESNRegressor], learnt: Data, unseen: Data, drawn: Drawn, *, goes_on: bool
) -> list[Array | ValueError]:
    """Outputs [row, target] of each model for `unseen` once it has learnt `learnt`, or why it failed.

    Parameters
    ----------
    models : sequence of ESNRegressor
        Not fitted, and alike in what :func:`common` tells. They are changed.
    learnt, unseen : Data
        Series.
    drawn : Drawn
        Their reservoir.
    goes_on : bool
        Whether `unseen` is what follows on the one series of `learnt`, and not series that begin at rest.
    """
    lesson = _lesson(models[0], learnt)
    further, offsets = _rows(models[0], unseen)
    found: list[Array | ValueError] = [ValueError()] * len(models)
    runs = _runs(models, lesson, len(further), found)
    for batch in batches_of(len(runs)):
        together = runs[batch]
        networks, n = [run[0].network for run in together], len(together)
        weights = side_by_side(networks, further.shape[1], drawn)
        states = [rest(networks[0], n, [0] * n)] if goes_on else None
        run_through = partial(setting_rows, networks, weights=weights, states=states)
        for rows in run_through(lesson.rows, lesson.layout.offsets):
            for run, of_setting in zip(together, rows.states):
                for pupil in run:
                    pupil.learn(of_setting, rows.where)
        for run in together:
            for pupil in run:
                pupil.solve()
        for rows in run_through(further, offsets):
            for run, of_setting in zip(together, rows.states):
                for pupil in run:
                    pupil.read(of_setting, further[rows.where], rows.where)
    return found


def _keeps_no_rows(readout: Any) -> bool:
    """Whether a readout learns beside others without filling the memory, and not in a loop."""
    if readout is None:
        return True
    streams = isinstance(readout, Readout) and not isinstance(readout, Collected)
    return streams and getattr(readout, "selection", "") != "leave_one_out" and not hasattr(readout, "closed_loop")


def _network(model: ESNRegressor) -> ESN:
    return model._network(model._scaling())


def _lesson(model: ESNRegressor, data: Data) -> Lesson:
    rows, layout = model._series(data.X, data.lengths, reset=True)
    return Lesson(rows, model._targets(data.y, layout).reshape(len(rows), -1), layout, held_out(layout))


def _rows(model: ESNRegressor, data: Data) -> tuple[Array, NDArray[np.int64]]:
    rows, layout = model._series(data.X, data.lengths, reset=False)
    return rows, layout.offsets


def _runs(models: Sequence[ESNRegressor], lesson: Lesson, n_unseen: int, found: list[Any]) -> list[list["Pupil"]]:
    """Pupils, those of one run of the reservoir together; models that differ in nothing but alpha are one pupil."""
    runs: dict[Any, dict[str, Pupil]] = {}
    used: dict[str, Array] = {}
    for number, model in enumerate(models):
        network, kind = _network(model), _all_but_alpha(model)
        states = network.spectral_radius, network.leak_rate, network.input_scaling, network.bias_scaling, network.noise
        run = runs.setdefault(states, {})
        try:
            if kind not in run:
                if (washout := repr(model.washout)) not in used:
                    used[washout] = model._used(lesson.targets, lesson.layout)
                run[kind] = Pupil(model, network, lesson, used[washout], n_unseen, found)
            run[kind].numbers[number] = model
        except ValueError as error:
            found[number] = error
    return [list(run.values()) for run in runs.values() if run]


def _ridge_of(model: ESNRegressor) -> RidgeReadout | None:
    """The ridge readout of a model, if it has one alpha."""
    readout = RidgeReadout(model.alpha) if model.readout is None else model.readout
    return readout if isinstance(readout, RidgeReadout) and np.ndim(readout.alpha) == 0 else None


def _all_but_alpha(model: ESNRegressor) -> str:
    """What decides on the moments of a readout."""
    ridge = _ridge_of(model)
    if ridge is None:
        return f"alone {id(model)}"
    return repr((model.features, model.include_inputs, model.washout, vars(ridge) | {"alpha": None}))


class Pupil:
    """A readout that learns for all models that would learn it from the same rows."""

    def __init__(
        self, model: ESNRegressor, network: ESN, lesson: Lesson, used: Array, n_unseen: int, found: list[Any]
    ) -> None:
        self.model, self.network, self.lesson, self.used = model, network, lesson, used
        self.n_unseen, self.found = n_unseen, found
        self.numbers: dict[int, ESNRegressor] = {}
        model.reservoir_ = Reservoir([network], lesson.rows.shape[1])
        model.readout_ = model._new_readout()
        model.readout_.start(model._n_features(), lesson.targets.shape[1])

    def learn(self, states: Array, where: Where) -> None:
        """Take in the states of some rows."""
        if not self.numbers:
            return
        features = self.model._expanded(states, self.lesson.rows[where])
        try:
            self.model._add(features, self.lesson.targets[where], self.used[where], self.lesson.held[where])
        except ValueError as error:
            for number in list(self.numbers):
                self._fail(number, error)

    def solve(self) -> None:
        """A readout for each model, from the same moments."""
        self.readouts = {}
        for number, model in list(self.numbers.items()):
            readout, ridge = copy(self.model.readout_), _ridge_of(model)
            try:
                if ridge is not None:
                    readout.alphas_ = penalties(ridge.alpha)
                readout.solve()
            except ValueError as error:
                self._fail(number, error)
                continue
            self.readouts[number] = readout
            self.found[number] = np.empty((self.n_unseen, readout.n_targets_))

    def read(self, states: Array, driving: Array, where: Where) -> None:
        """Outputs of all models for some rows."""
        features = self.model._expanded(states, driving)
        for number in list(self.numbers):
            try:
                self.found[number][where] = self.readouts[number].predict(features)
            except ValueError as error:
                self._fail(number, error)

    def _fail(self, number: int, error: ValueError) -> None:
        self.found[number] = error
        del self.numbers[number]
