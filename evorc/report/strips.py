"""Signals over time as strips one above the other, each with its name: what is shown below an animation."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .canvas import new_figure, tints
from .charts import number, reach_of, span, stack
from .ink import COLORS, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.floating]
Group = tuple[str, list[int], tuple[str, ...]]  # whose signals, their columns, and their names

WIDTH, BOTTOM = 8.0, 0.5  # inches of the picture, and of its time axis with ticks and label
LEFT, RIGHT = 0.09, 0.79  # where strips begin and end, of the width; right of it are their names
PANEL, LINE, ROW, GAP = 1.0, 0.27, 0.13, 0.12  # inches of a panel, of a line and a row in it, and between two panels
ROWS = 32  # with a name each; more are counted
PAPER, LINES = "#fbfbf9", "#9a9a94"


class Strips(NamedTuple):
    """A picture, and in its pixels from where to where its time axis goes and each of its panels."""

    pixels: NDArray[np.uint8]
    across: tuple[float, float]
    panels: list[tuple[float, float]]


def strips(time: NDArray[np.float64], signals: Array, groups: list[Group], dpi: int) -> Strips:
    """Draw signals, a panel a group: lines while their colours can be told apart, and else rows of pixels.

    All have the range of the largest and the smallest value, which the corner tells.
    """
    heights = [_height(len(names)) for _, _, names in groups]
    height = bottom = BOTTOM + sum(heights) + GAP * len(groups)
    figure = new_figure(WIDTH, height, dpi)
    figure.patch.set_facecolor(PAPER)
    reach = reach_of(signals)
    panels: list[Axes] = []
    for (whose, columns, names), tall in zip(groups, heights, strict=True):
        bottom -= tall + GAP
        axes = figure.add_axes((LEFT, bottom / height, RIGHT - LEFT, tall / height), facecolor=PAPER)
        axes.spines[:].set_color(LINES)
        axes.spines[["top", "right"]].set_visible(False)
        (_lines if len(names) <= len(COLORS) else _rows)(axes, time, signals[:, columns], names, reach)
        axes.set_xlim(*span(time))
        axes.set_ylabel(whose.removeprefix(", ") or "outputs", fontsize=9, color=MUTED)
        axes.tick_params(axis="x", colors=MUTED, labelsize=8, length=0, labelbottom=len(panels) == len(groups) - 1)
        panels.append(axes)
    panels[-1].set_xlabel("time", fontsize=9, color=MUTED)
    key = _key(reach, pixels=any(len(names) > len(COLORS) for *_, names in groups))
    figure.text(RIGHT, 0.1 / height, key, ha="right", fontsize=8, color=MUTED)
    canvas: Any = figure.canvas
    canvas.draw()
    boxes = [axes.get_window_extent() for axes in panels]
    pixels = np.array(canvas.buffer_rgba())[..., :3]
    return Strips(pixels, (boxes[0].x0, boxes[0].x1), [(len(pixels) - box.y1, len(pixels) - box.y0) for box in boxes])


def _height(count: int) -> float:
    """Inches of a panel of so many signals."""
    each = LINE if count <= len(COLORS) else ROW if count <= ROWS else 0.0
    return max(PANEL, each * count)


def _key(reach: tuple[float, float], *, pixels: bool) -> str:
    low, high = reach
    if not pixels:
        return f"each from {number(low)} to {number(high)}"
    full = number(max(-low, high))
    return (f"orange \u2212{full}, " if low < 0.0 else "") + f"white 0, blue {full}"


def _lines(
    axes: "Axes", time: NDArray[np.float64], signals: Array, names: tuple[str, ...], reach: tuple[float, float]
) -> None:
    for strip in range(len(names)):
        axes.axhline(strip + 0.42, color=LINES, linewidth=0.5, alpha=0.6)
    stack(axes, time, signals, COLORS, reach)
    _name(axes, names, 8)
    for label, color in zip(axes.get_yticklabels(), COLORS, strict=False):
        label.set_color(color)


def _rows(
    axes: "Axes", time: NDArray[np.float64], signals: Array, names: tuple[str, ...], reach: tuple[float, float]
) -> None:
    """Each as a row of pixels."""
    count = len(names)
    pixels = tints(signals.T, max(-reach[0], reach[1]))
    axes.imshow(pixels, aspect="auto", interpolation="nearest", extent=(*span(time), count - 0.5, -0.5))
    if count <= ROWS:
        _name(axes, names, 7)
    else:
        axes.set_yticks([])
        axes.text(1.02, 0.5, f"{count} neurons", transform=axes.transAxes, fontsize=8, color=MUTED, va="center")


def _name(axes: "Axes", names: tuple[str, ...], size: float) -> None:
    """Names right of the strips."""
    axes.yaxis.tick_right()
    axes.set_yticks(range(len(names)), [name.replace("$", r"\$") for name in names], fontsize=size)
    axes.tick_params(axis="y", length=0)
