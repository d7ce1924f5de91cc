"""A forecast of a column of the user's file: settings chosen, tested on the last part, beside the naive forecasts.

A step is forecast directly: one readout has an output for each of the next N steps, and learns them all at once. It
learns the change since the last value, so that a penalty leads it to that value and not to the mean.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from scipy import signal
from sklearn.model_selection import ParameterGrid

from ..datasets import read_series
from ..estimators import ESNRegressor
from ..metrics import nrmse
from .checkpoint import write_file

Array = NDArray[np.float64]

TEST = 5  # one in so many rows, the last ones, is for the test
WASHOUT = 100  # rows at most, and at most a tenth of them
SPARE = 25  # rows needed beside six horizons
ALIKE = 0.8  # a season's peak of the autocorrelation, as a share of the most prominent
PROMINENT = 0.4
SHOWN = 400  # rows of the test in the picture, or ten horizons
FIXED = {"n_units": 200, "bias_scaling": 0.5, "include_inputs": True, "missing_targets": "skip"}
GRID = {"spectral_radius": (0.5, 0.9, 1.1), "leak_rate": (0.1, 0.3, 1.0), "input_scaling": (0.1, 1.0)}
ALPHAS = 10.0 ** np.arange(-12, 1)  # a row, so that none is lost in rounding
PREDICTIONS, FUTURE, PICTURE = FILES = ("predictions.csv", "forecast.csv", "forecast.png")


class Errors(NamedTuple):
    """Of forecasts of the test part; `nrmse` is nan where that part is constant."""

    nrmse: float
    mae: float


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What came out.

    Parameters
    ----------
    target : str
        Name of the column.
    horizon : int
        Steps ahead.
    first : int
        Step of the first test row; the first row of the file is 0.
    targets : ndarray of shape (n_test,)
        The test rows, a whole number of horizons.
    predictions : mapping of str to ndarray of shape (n_test,)
        Of the reservoir, and of the naive forecasts, each made at the last row before its stretch of `horizon` steps.
    future : ndarray of shape (horizon,)
        The reservoir's forecast of the steps after the file's end.
    settings : mapping
        The hyper-parameters that were chosen.
    season : int or None
        Steps of a season.
    """

    target: str
    horizon: int
    first: int
    targets: Array
    predictions: Mapping[str, Array]
    future: Array
    settings: Mapping[str, Any]
    season: int | None

    @property
    def errors(self) -> dict[str, Errors]:
        """For each kind of forecast."""
        constant = np.ptp(self.targets) == 0.0
        return {
            name: Errors(np.nan if constant else nrmse(self.targets, found), float(np.abs(found - self.targets).mean()))
            for name, found in self.predictions.items()
        }

    def summary(self) -> list[str]:
        """What came out, in a few lines with markup."""
        n, seasonal = len(self.targets), f"season of {self.season}"
        kinds = {"last_value": "last value", "seasonal": seasonal}
        lines = [
            f"[bold]{escape(self.target)}[/], {self.horizon:,} step{'s' * (self.horizon > 1)} ahead: "
            f"learnt from {self.first:,} rows, tested on the next {n:,} by {n // self.horizon:,} forecasts"
        ]
        lines.append(f"[dim]{'':{len(seasonal)}}  {'NRMSE':>10}  {'MAE':>10}[/]")
        for name, error in self.errors.items():
            lines.append(f"{kinds.get(name, name):{len(seasonal)}}  {error.nrmse:>10.4g}  {error.mae:>10.4g}")
        best = min(self.errors, key=lambda name: self.errors[name].mae)
        if best != "reservoir":
            lines.append(f"[yellow]a naive forecast, {kinds[best]}, is the better one here[/]")
        if self.season is None:
            lines.append("[dim]no season found; --season sets one[/]")
        return lines

    def as_json(self) -> dict[str, Any]:
        """What came out, for programs."""
        return {
            "target": self.target,
            "horizon": self.horizon,
            "season": self.season,
            "learnt": self.first,
            "tested": len(self.targets),
            "errors": {
                name: {"nrmse": None if np.isnan(error.nrmse) else error.nrmse, "mae": error.mae}
                for name, error in self.errors.items()
            },
            "settings": dict(self.settings),
            "forecast": self.future.tolist(),
        }

    def picture_data(self) -> dict[str, Any]:
        """The end of the test and the steps after it, for a picture."""
        shown = -max(SHOWN, 10 * self.horizon)
        targets, found = self.targets[shown:], self.predictions["reservoir"][shown:]
        start = self.first + len(self.targets) - len(targets)
        return {"targets": targets, "predictions": found, "start": start, "future": self.future, "names": [self.target]}

    def write(self, folder: Path) -> None:
        """Write both tables into a folder, in the place of an earlier forecast's files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
        n = len(self.targets)
        steps = np.arange(self.first, self.first + n)
        columns = [found.tolist() for found in self.predictions.values()]
        rows = zip(steps.tolist(), (1 + np.arange(n) % self.horizon).tolist(), self.targets.tolist(), *columns)
        write_file(folder / PREDICTIONS, _table(["step", "ahead", "target", *self.predictions], rows))
        later = enumerate(self.future.tolist(), self.first + n)
        write_file(folder / FUTURE, _table(["step", "reservoir"], later))


def read(file: Path, names: Sequence[str]) -> Array:
    """The target and the other inputs, [step, column].

    Parameters
    ----------
    file : Path
        CSV or Parquet.
    names : sequence of str
        The target, and the other columns whose past the forecast may use; or their positions from 0 in a file without
        a header.

    Raises
    ------
    ValueError
        If the file cannot be read, a column is not there, or a cell is no number.
    """
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise ValueError(f"--inputs: {twice[0]!r} is there twice; the target's own past is an input anyway")
    if not file.is_file():
        raise ValueError(f"file: {file} cannot be read, there is no such file")
    try:
        return read_series(file, [int(name) if name.isdecimal() else name for name in names])
    except OSError as fault:
        raise ValueError(f"file: {file} cannot be read ({fault.strerror})") from None
    except (csv.Error, UnicodeDecodeError) as fault:
        raise ValueError(f"file: {file} is not a table of text in UTF-8 ({fault})") from None


def forecast(
    series: Array,
    names: Sequence[str],
    horizon: int,
    *,
    season: int | None = None,
    random_state: int = 0,
    console: Console | None = None,
) -> Forecast:
    """Choose settings, test them on the last part of a series, and forecast what comes after its end.

    The last fifth of the rows is the test, a whole number of horizons. Of the rows before it the last fifth chooses
    among all settings of ``GRID`` and ``ALPHAS``. The test's predictions are of a reservoir that has seen nothing of
    it, each for `horizon` steps from its own origin, the origins `horizon` steps apart. The forecast is of one that has
    learnt from all rows. Columns are standardised by the mean and the standard deviation of the rows learnt from.

    Parameters
    ----------
    series : ndarray of shape (n_steps, n_columns)
        The target, then other inputs.
    names : sequence of str
        Of the columns.
    horizon : int
        Steps ahead, at least 1.
    season : int or None, default=None
        Steps of a season for the seasonal naive forecast, at least 2. None takes the first prominent peak of the
        autocorrelation about a straight line.
    random_state : int, default=0
        Seed of the reservoirs.
    console : Console or None, default=None
        Where progress is shown, if it is a terminal.

    Returns
    -------
    Forecast

    Raises
    ------
    ValueError
        If there are too few rows, a column is constant, or an option is out of its range.
    """
    if horizon < 1:
        raise ValueError(f"--horizon: {horizon} is not a whole number of at least 1")
    n_rows, needed = len(series), 6 * horizon + SPARE
    if n_rows < needed:
        raise ValueError(f"--horizon: {horizon} steps need at least {needed:,} rows; the file has {n_rows:,}")
    tested = max(1, n_rows // (TEST * horizon)) * horizon
    first = n_rows - tested
    _check_changing(names, series[:first])
    season = _check_season(season, first) if season is not None else find_season(series[:first, 0])
    grid = list(ParameterGrid(GRID))
    shown = console is not None and console.is_terminal
    chosen = min(
        (
            _tried(series[:first], horizon, {**FIXED, **settings, "random_state": random_state})
            for settings in track(grid, "choosing settings", console=console, transient=True, disable=not shown)
        ),
        key=lambda tried: tried[0],
    )[1]
    predictions = {
        "reservoir": Fitted(series[:first], horizon, chosen).forecasts(series, first),
        **naive(series[:, 0], horizon, first, season),
    }
    future = Fitted(series, horizon, chosen).forecasts(series, n_rows)
    return Forecast(
        target=names[0],
        horizon=horizon,
        first=first,
        targets=series[first:, 0],
        predictions=predictions,
        future=future,
        settings=chosen,
        season=season,
    )


class Fitted:
    """A reservoir that has learnt to forecast from all of some rows.

    Parameters
    ----------
    series : ndarray of shape (n_steps, n_columns)
    horizon : int
    settings : mapping
        Hyper-parameters.
    aside : bool, default=False
        Whether no row may see into the last fifth, which then chooses among several alphas.
    """

    def __init__(self, series: Array, horizon: int, settings: Mapping[str, Any], *, aside: bool = False) -> None:
        self.mean, self.std = series.mean(axis=0), series.std(axis=0)
        rows, n = (series - self.mean) / self.std, len(series)
        targets = np.full((n, horizon), np.nan)
        targets[: n - horizon] = sliding_window_view(rows[1:, 0], horizon) - rows[: n - horizon, :1]
        if aside:
            targets[n - n // 5 - horizon : n - n // 5] = np.nan
        self.horizon = horizon
        self.model = ESNRegressor(**settings, washout=min(WASHOUT, n // 10)).fit(rows, targets)

    def forecasts(self, series: Array, first: int) -> Array:
        """One after the other from step `first` on, a horizon each, to the end of the series or one beyond it."""
        rows = (series - self.mean) / self.std
        state = self.model.final_state(rows[: first - 1])
        origins = rows[first - 1 : max(first, len(rows) - self.horizon)]
        found = self.model.predict(origins, initial_state=state).reshape(len(origins), self.horizon)
        forecasts: Array = self.mean[0] + self.std[0] * (origins[:, :1] + found)[:: self.horizon].ravel()
        return forecasts


def _tried(series: Array, horizon: int, settings: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Error of the best alpha on the rows held out, and the settings with it."""
    readout = Fitted(series, horizon, {**settings, "alpha": len(series) * ALPHAS}, aside=True).model.readout_
    return float(readout.errors_.min()), {**settings, "alpha": float(readout.alpha_)}


def naive(series: Array, horizon: int, first: int, season: int | None) -> dict[str, Array]:
    """The last value before each origin, and the value of as many whole seasons before as it takes."""
    steps = np.arange(first, len(series))
    ahead = (steps - first) % horizon
    found = {"last_value": series[steps - ahead - 1]}
    if season is not None:
        found["seasonal"] = series[steps - season * (1 + ahead // season)]
    return found


def find_season(series: Array) -> int | None:
    """Lag of the first prominent peak of the autocorrelation about a straight line.

    Parameters
    ----------
    series : ndarray of shape (n_steps,)

    Returns
    -------
    int or None
        At most half the series; None where no peak stands out.
    """
    centred = signal.detrend(series)
    shared = signal.correlate(centred, centred, method="fft")[len(centred) - 1 :]
    if not shared[0] > 0.0:
        return None
    lags, peaks = signal.find_peaks(shared[: len(shared) // 2] / shared[0], prominence=PROMINENT)
    heights = peaks["prominences"]
    return int(lags[np.argmax(heights >= ALIKE * heights.max())]) if len(lags) else None


def check_folder(folder: Path, file: Path) -> None:
    """See that a folder can take what is written: the files of an earlier forecast may be in it, and no others.

    Raises
    ------
    ValueError
        If it holds anything else, or is that of the file that is read.
    """
    if not folder.is_dir():
        if folder.exists():
            raise ValueError(f"--out: {folder} cannot be a folder, a file is in its place")
        return
    others = sorted({found.name for found in folder.iterdir()} - set(FILES))
    if others or folder.resolve() == file.resolve().parent:
        raise ValueError(f"--out: {folder} holds {(others or [file.name])[0]}; a forecast needs a folder of its own")


def _check_changing(names: Sequence[str], learnt: Array) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.where(np.ptp(learnt, axis=0) == 0.0, 0.0, learnt.std(axis=0))
    for option, name, std in zip(["--target", *["--inputs"] * len(names)], names, spread.tolist(), strict=False):
        if std == 0.0:
            raise ValueError(f"{option}: {name!r} is constant over the {len(learnt):,} rows to learn from")
        if not np.isfinite(std):
            raise ValueError(f"{option}: {name!r} has values that are too large to be squared")


def _check_season(season: int, learnt: int) -> int:
    if not 2 <= season <= learnt:
        raise ValueError(f"--season: {season} is not a whole number from 2 to {learnt}, the rows to learn from")
    return season


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(names)
    table.writerows(rows)
    return stream.getvalue().encode()
