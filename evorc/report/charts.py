"""The page's charts: fitness over evaluations, and signals over time."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .canvas import GRID, MUTED, SERIES, drawing, new_figure, themed_axes, tints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.floating]
WIDTH, MARGIN, GUTTER = 960, 64, 224  # units of a drawing: its width, the room left for ticks, and right for names
BINS = 800  # of the time axis, each drawn by its lowest and highest value
NAME = 32  # letters and digits that fit in the gutter
APART = 15  # units between two names, at least
LINE, NAMED = 16, 32  # units of a row of pixels, half of those of a line; rows that have their names beside them


class Generation(Protocol):
    """What the fitness chart reads of one generation."""

    @property
    def evaluations(self) -> int: ...
    @property
    def best(self) -> float: ...
    @property
    def lower_quartile(self) -> float: ...
    @property
    def median(self) -> float: ...
    @property
    def upper_quartile(self) -> float: ...
    @property
    def failed(self) -> int: ...


class Level(NamedTuple):
    """A fitness to compare with, by its name."""

    name: str
    fitness: float


def fitness_chart(history: Sequence[Generation], levels: Sequence[Level]) -> str:
    """Best so far, median and quartiles over evaluations, with levels to compare with."""
    figure = new_figure(WIDTH / 72, 330 / 72)
    place = (MARGIN / WIDTH, 0.14, (WIDTH - MARGIN - GUTTER) / WIDTH, 0.83)
    axes = themed_axes(figure, place, xlabel="evaluations")
    time = np.array([row.evaluations for row in history], float)
    best, low, median, high = (
        _column(history, name) for name in ("best", "lower_quartile", "median", "upper_quartile")
    )
    axes.fill_between(time, low, high, color=SERIES[1], alpha=0.25, linewidth=0)
    for values, color, style in ((median, SERIES[1], "default"), (np.fmax.accumulate(best), SERIES[0], "steps-post")):
        axes.plot(time, values, color=color, linewidth=2, drawstyle=style, marker="o", markevery=[-1], clip_on=False)
    for level in levels:
        axes.axhline(level.fitness, color=MUTED, linewidth=1.25, dashes=(4, 3))
    axes.set_xlim(0, 1.005 * time[-1])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.yaxis.set_major_formatter(lambda value, _: number(value))
    return drawing(figure, "Fitness over evaluations", _names(axes, levels))


def signal_chart(time: Array, signals: Array, names: Sequence[str], description: str, *, moving: bool = False) -> str:
    """Signals [step, signal] over time: lines while their colours can be told apart, and else rows of pixels.

    Each has a strip of its own, and its name beside it if there is room. A `moving` chart has a line that the player
    moves with the picture.
    """
    count = len(names)
    inner = max(100, min(LINE * count, 420) if count > len(SERIES) else 2 * LINE * count)
    height, room = inner + 58, WIDTH - MARGIN - GUTTER
    figure = new_figure(WIDTH / 72, height / 72)
    axes = themed_axes(figure, (MARGIN / WIDTH, 46 / height, room / WIDTH, inner / height), xlabel="time")
    (_rows if count > len(SERIES) else _lines)(axes, time, signals)
    axes.set_xlim(*span(time))
    axes.grid(visible=False)
    if count <= NAMED:
        axes.set_yticks([])
    line = f'<line class="now" x1="{MARGIN}" x2="{MARGIN}" y1="12" y2="{height - 46}" data-room="{room}"/>'
    beside = "".join(_text(16 + (row + 0.5) * inner / count, name) for row, name in enumerate(names))
    return drawing(figure, description, (line if moving else "") + (beside if count <= NAMED else ""))


def stack(axes: "Axes", time: Array, signals: Array, colors: Sequence[str], reach: tuple[float, float]) -> None:
    """Lines [step, signal] one above the other, the first on top, each from `reach` to `reach`; none hides another."""
    low, high = reach
    for strip, (signal, color) in enumerate(zip(signals.T, colors, strict=False)):
        place, value = thinned(time, signal)
        above = 0.42 - 0.84 * (value - low) / ((high - low) or 1.0)
        axes.plot(place, strip + above, color=color, linewidth=1.3, marker="o" if len(time) == 1 else "")
    axes.set_ylim(signals.shape[1] - 0.5, -0.5)


def reach_of(signals: Array) -> tuple[float, float]:
    """The lowest and the highest value, and zero between them."""
    return float(np.nanmin(signals, initial=0.0)), float(np.nanmax(signals, initial=0.0))


def number(value: float) -> str:
    """A number as short as its size allows."""
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}".replace("-", "\u2212")


def legend(entries: Mapping[str, str]) -> str:
    """Names with swatches of the style sheet's classes."""
    items = (f'<li><i class="{escape(kind)}"></i>{escape(name)}</li>' for name, kind in entries.items())
    return f'<ul class="legend">{"".join(items)}</ul>'


def _column(history: Sequence[Generation], name: str) -> Array:
    values = np.array([getattr(row, name) for row in history], float)
    return np.where(np.isfinite(values), values, np.nan)


def _lines(axes: "Axes", time: Array, signals: Array) -> None:
    for strip in range(signals.shape[1]):
        axes.axhline(strip + 0.42, color=GRID, linewidth=1)
    stack(axes, time, signals, SERIES, reach_of(signals))


def _rows(axes: "Axes", time: Array, signals: Array) -> None:
    from matplotlib.ticker import MaxNLocator

    count = signals.shape[1]
    pixels = tints(signals.T, max(map(abs, reach_of(signals))))
    axes.imshow(pixels, aspect="auto", interpolation="nearest", extent=(*span(time), count + 0.5, 0.5))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def span(time: Array) -> tuple[float, float]:
    """From half a step before the first to half a step after the last."""
    half = 0.5 * float(time[-1] - time[0]) / max(len(time) - 1, 1) or 0.5
    return float(time[0]) - half, float(time[-1]) + half


def thinned(time: Array, signal: Array) -> tuple[Array, Array]:
    """The same curve in fewer points: the lowest and the highest of each bin, in their order."""
    if len(time) <= 2 * BINS:
        return time, signal
    parts = np.array_split(np.nan_to_num(signal), BINS)
    firsts = np.cumsum([0, *map(len, parts[:-1])])
    kept = np.unique([first + pick(part) for first, part in zip(firsts, parts) for pick in (np.argmin, np.argmax)])
    return time[kept], signal[kept]


def _names(axes: "Axes", levels: Sequence[Level]) -> str:
    """Names of levels, right of the axes and clear of each other."""
    figure = axes.figure
    height = figure.get_size_inches()[1] * 72  # type: ignore[union-attr]
    texts, lowest = "", np.inf
    for level in sorted(levels, key=lambda level: level.fitness):
        wanted = height - float(axes.transData.transform((0.0, level.fitness))[1])
        lowest = min(wanted, lowest - APART)
        value = number(level.fitness)
        texts += _text(lowest + 4, level.name, f" {value}")
    return texts


def _text(bottom: float, name: str, end: str = "") -> str:
    """A name in the gutter, cut to its width."""
    room = NAME - len(end)
    short, whole = (name, "") if len(name) <= room else (f"{name[: room - 1]}\u2026", f"<title>{escape(name)}</title>")
    return f'<text x="{WIDTH - GUTTER + 8}" y="{bottom:.1f}">{escape(short)}{escape(end)}{whole}</text>'
