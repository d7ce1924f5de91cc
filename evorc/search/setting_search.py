"""A search for the hyper-parameters of an estimator."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from rich.console import Console
from rich.progress import Progress
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.exceptions import FitFailedWarning
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..optimizers import by_name
from .space import Array, Setting, Space
from .trials import Trials
from .validation import Validation, lengths_of


def _best_has(name: str) -> Callable[["SettingSearch"], bool]:
    return lambda search: hasattr(getattr(search, "best_estimator_", search.estimator), name)


class SettingSearch(MetaEstimatorMixin, BaseEstimator):
    """Hyper-parameters by an optimizer or by a grid, each setting scored on data that it has not learnt.

    Settings of an :class:`~evorc.estimators.ESNRegressor` that share a reservoir, that is all that differ only in
    spectral radius, leak rate, scalings, readout, features or washout, run side by side in one pass over its
    matrix, and settings that differ only in alpha share all but the last solution. Any other estimator, and a reservoir
    with noise, feedback, several layers or both directions, is fitted setting by setting. The scores are the same.

    Of one series the last share of the rows is held out, and the reservoir is led there through what was learnt. Of
    several series every fifth (at the default share) is held out, and starts from rest.

    Parameters
    ----------
    estimator : estimator
        What is tuned; clones of it are fitted.
    space : mapping from str to (low, high), (low, high, "log") or list
        Full names of parameters, such as ``leak_rate`` or ``readout__alpha``, and where to look: in a range of real
        numbers, even on a linear or a logarithmic scale, or among choices of any kind. An optimizer takes choices to
        be in order.
    optimizer : {"pso", "ga", "sa", "grid"} or callable, default="pso"
        A name of :func:`evorc.optimizers.by_name`; ``"grid"`` for every combination of choices; or what is called as
        ``optimizer(bounds, population_size=..., max_generations=..., random_state=...)`` and has `ask`, `tell` and
        `stop`.
    max_evaluations : int, default=100
        Settings that an optimizer may try, in whole populations. A grid is tried whole.
    population_size : int, default=20
        Settings of a generation of the optimizer.
    validation : float, default=0.2
        Share of the rows, or of the series, that is held out.
    refit : bool, default=True
        Whether the best setting is fitted to everything in the end.
    verbose : bool, default=False
        Whether progress is shown, if there is a terminal.
    random_state : int, Generator or None, default=0
        Seed of the optimizer.

    Attributes
    ----------
    best_params_ : dict
        The setting of the highest score, the first of equals.
    best_score_ : float
        Its score: R^2 over the held-out rows after the washout, for a classifier the share that is right.
    best_estimator_ : estimator
        The best setting, fitted to everything; only with `refit`.
    results_ : dict of ndarray
        Every setting tried, in order: the values of each parameter, and ``"score"``, nan where it failed.

    Raises
    ------
    ValueError
        If an argument is not allowed, or every setting failed.

    Warns
    -----
    FitFailedWarning
        If some settings failed; they rank last.

    Examples
    --------
    >>> import numpy as np
    >>> from evorc.estimators import ESNRegressor
    >>> series = np.sin(np.arange(501.0) / 5) * np.sin(np.arange(501.0) / 7)
    >>> space = {"spectral_radius": (0.1, 1.5), "leak_rate": (0.1, 1.0), "alpha": (1e-9, 1e-1, "log")}
    >>> search = SettingSearch(ESNRegressor(50, washout=50), space, max_evaluations=40)
    >>> search = search.fit(series[:500, None], series[1:])
    >>> sorted(search.best_params_)
    ['alpha', 'leak_rate', 'spectral_radius']
    >>> search.results_["score"].shape, bool(search.best_score_ > 0.999)
    ((40,), True)
    >>> search.generate(3, warmup=series[:, None]).shape
    (3,)
    """

    def __init__(
        self,
        estimator: Any,
        space: Mapping[str, Any],
        *,
        optimizer: Any = "pso",
        max_evaluations: int = 100,
        population_size: int = 20,
        validation: float = 0.2,
        refit: bool = True,
        verbose: bool = False,
        random_state: Any = 0,
    ) -> None:
        self.estimator = estimator
        self.space = space
        self.optimizer = optimizer
        self.max_evaluations = max_evaluations
        self.population_size = population_size
        self.validation = validation
        self.refit = refit
        self.verbose = verbose
        self.random_state = random_state

    def fit(self, X: Any, y: Any, *, lengths: ArrayLike | None = None) -> Self:
        """Try settings, and fit the best to everything.

        Parameters
        ----------
        X, y, lengths
            As in :meth:`evorc.estimators.ESNRegressor.fit`, or what the estimator takes. Rows without `lengths` are
            taken to be one series, so the last of them are held out.

        Returns
        -------
        SettingSearch
        """
        self._check_names()
        space, validation = Space(self.space), Validation(X, y, lengths, self.validation)
        grid = space.grid() if self.optimizer == "grid" else None
        with _shown(self.verbose, self._n_evaluations() if grid is None else len(grid)) as done:
            trials = Trials(self.estimator, validation, done)
            settings, scores = self._tried(space, trials) if grid is None else (grid, trials.scores(grid))
        self._report(trials, settings, scores)
        best = int(np.nanargmax(scores))
        self.best_params_, self.best_score_ = settings[best], float(scores[best])
        self.results_ = {name: _column([setting[name] for setting in settings]) for name in space.parts}
        self.results_["score"] = scores
        if self.refit:
            chosen = clone(self.estimator).set_params(**clone(self.best_params_, safe=False))
            self.best_estimator_ = chosen.fit(X, y, **lengths_of(validation.whole))
        return self

    def _tried(self, space: Space, trials: Trials) -> tuple[list[Setting], Array]:
        """Generation by generation."""
        make = by_name(self.optimizer) if isinstance(self.optimizer, str) else self.optimizer
        optimizer = make(
            space.bounds,
            population_size=self.population_size,
            max_generations=self._n_evaluations() // self.population_size,
            random_state=self.random_state,
        )
        settings: list[Setting] = []
        scores: list[Array] = []
        while not optimizer.stop():
            population = [space.setting(genome) for genome in optimizer.ask()]
            scores.append(trials.scores(population))
            settings += population
            optimizer.tell(scores[-1])
        return settings, np.concatenate(scores)

    def _n_evaluations(self) -> int:
        """As many as fill whole populations."""
        for name, least in (("population_size", 2), ("max_evaluations", self.population_size)):
            found = getattr(self, name)
            if isinstance(found, bool) or not isinstance(found, int | np.integer) or found < least:
                raise ValueError(f"{name}: {found!r} is not a whole number of at least {least}, one population")
        return int(self.max_evaluations - self.max_evaluations % self.population_size)

    def _check_names(self) -> None:
        """Every name of the space is a parameter, or one of an estimator that the space sets."""
        known = self.estimator.get_params()
        for name in self.space:
            above = {name[:place] for place in range(len(name)) if name.startswith("__", place)}
            if name not in known and not above & set(self.space):
                near = get_close_matches(str(name), known, cutoff=0.5)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                raise ValueError(f"space: {name!r} is not a parameter of {type(self.estimator).__name__}{hint}")

    def _report(self, trials: Trials, settings: list[Setting], scores: Array) -> None:
        """Warn of failures, and refuse when nothing else is left."""
        failed = int(np.count_nonzero(np.isnan(scores)))
        if not failed:
            return
        setting, why = trials.failures[0]
        told = f"{failed} of {len(scores)} settings failed; the first was {setting}: {why}"
        if failed == len(scores):
            raise ValueError(told)
        warnings.warn(told, FitFailedWarning, stacklevel=3)

    @available_if(_best_has("predict"))  # type: ignore[untyped-decorator]
    def predict(self, X: Any, **options: Any) -> Any:
        """Of the best estimator."""
        return self._best().predict(X, **options)

    @available_if(_best_has("predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any, **options: Any) -> Any:
        """Of the best estimator."""
        return self._best().predict_proba(X, **options)

    @available_if(_best_has("transform"))  # type: ignore[untyped-decorator]
    def transform(self, X: Any, **options: Any) -> Any:
        """Of the best estimator."""
        return self._best().transform(X, **options)

    @available_if(_best_has("score"))  # type: ignore[untyped-decorator]
    def score(self, X: Any, y: Any, **options: Any) -> float:
        """Of the best estimator."""
        return float(self._best().score(X, y, **options))

    @available_if(_best_has("final_state"))  # type: ignore[untyped-decorator]
    def final_state(self, X: Any, **options: Any) -> Any:
        """Of the best estimator."""
        return self._best().final_state(X, **options)

    @available_if(_best_has("generate"))  # type: ignore[untyped-decorator]
    def generate(self, n_steps: int, **options: Any) -> Any:
        """Of the best estimator."""
        return self._best().generate(n_steps, **options)

    @property
    def n_features_in_(self) -> int:
        """Channels seen in `fit`."""
        return int(self._best().n_features_in_)

    @property
    def classes_(self) -> Any:
        """Labels of a classifier."""
        return self._best().classes_

    def _best(self) -> Any:
        check_is_fitted(self, "results_")
        check_is_fitted(self, "best_estimator_", msg="refit: with False there is no best_estimator_ to ask")
        return self.best_estimator_

    def __sklearn_tags__(self) -> Any:
        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        for name in ("estimator_type", "classifier_tags", "regressor_tags", "input_tags", "target_tags"):
            setattr(tags, name, getattr(inner, name))
        return tags


def _column(values: list[Any]) -> Any:
    """An array, of objects where they are neither all numbers nor all words."""
    kinds = {type(value) for value in values}
    if kinds <= {float, int} or kinds in ({str}, {bool}):
        return np.array(values)
    column = np.empty(len(values), object)
    column[:] = values
    return column


@contextmanager
def _shown(verbose: bool, n: int) -> Iterator[Callable[[int], None]]:
    """Something to tell how many settings are done, which a bar shows where somebody looks."""
    console = Console()
    with Progress(console=console, transient=True, disable=not (verbose and console.is_terminal)) as bar:
        task = bar.add_task("settings", total=n)
        yield lambda n_done: bar.advance(task, n_done)
