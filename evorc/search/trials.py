"""Trying settings: side by side where they share a reservoir, and one by one where not."""

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from ..estimators import ESNRegressor
from ..estimators.side_by_side import common, draw, outputs_for
from .space import Setting
from .validation import Validation, lengths_of


class Trials:
    """Settings of an estimator, each fitted to what is learnt and scored on what is held out.

    Parameters
    ----------
    estimator : estimator
        It is not changed.
    validation : Validation
        The data.
    advance : callable
        Called with a number of settings when they are done.
    """

    def __init__(self, estimator: Any, validation: Validation, advance: Callable[[int], Any]) -> None:
        self.estimator, self.validation, self.advance = estimator, validation, advance
        self.failures: list[tuple[Setting, str]] = []
        self._drawn: dict[Any, Any] = {}

    def scores(self, settings: Sequence[Setting]) -> NDArray[np.float64]:
        """The score of each setting, nan for those that failed."""
        scores = np.full(len(settings), np.nan)
        models: dict[int, Any] = {}
        alone: list[int] = []
        groups: dict[Any, list[int]] = {}
        for number, setting in enumerate(settings):
            try:
                models[number] = model = self._model(setting)
                shared = common(model)
            except ValueError as error:
                self._failed(setting, error)
                self.advance(1)
                continue
            if shared is None:
                alone.append(number)
            else:
                groups.setdefault(shared, []).append(number)
        for number in alone:
            scores[number] = self._score_alone(models[number], settings[number])
        drawn, self._drawn = self._drawn, {}
        for shared, numbers in groups.items():
            members = [models[number] for number in numbers]
            scores[numbers] = self._score_together(shared, members, [settings[number] for number in numbers], drawn)
        return scores

    def _model(self, setting: Setting) -> Any:
        """The estimator with a setting. An ESNRegressor keeps weights as they are: they tell what is shared."""
        if type(self.estimator) is not ESNRegressor:
            return clone(self.estimator).set_params(**setting)
        model = copy(self.estimator)
        if hasattr(model.readout, "get_params"):
            model.readout = clone(model.readout)
        if any("__" in name for name in setting):
            return model.set_params(**setting)
        model.__dict__.update(setting)  # as set_params, in 1/50 of its time
        return model

    def _score_alone(self, model: Any, setting: Setting) -> float:
        learnt = self.validation.learnt
        try:
            model.fit(learnt.X, learnt.y, **lengths_of(learnt))
            score = self.validation.score(model, self.validation.predict(model))
        except ValueError as error:
            self._failed(setting, error)
            score = np.nan
        self.advance(1)
        return score

    def _score_together(
        self, shared: Any, models: Sequence[Any], settings: Sequence[Setting], drawn: dict[Any, Any]
    ) -> list[float]:
        validation, outputs = self.validation, []
        try:
            self._drawn[shared] = reservoir = drawn.get(shared) or draw(models[0], validation.learnt)
            outputs = outputs_for(models, validation.learnt, validation.unseen, reservoir, goes_on=validation.goes_on)
        except ValueError as error:
            outputs = [error] * len(models)
        scores = []
        for model, setting, found in zip(models, settings, outputs):
            try:
                if isinstance(found, ValueError):
                    raise found
                scores.append(validation.score(model, found))
            except ValueError as error:
                self._failed(setting, error)
                scores.append(np.nan)
        self.advance(len(models))
        return scores

    def _failed(self, setting: Setting, error: ValueError) -> None:
        self.failures.append((setting, str(error)))
