"""A trial as moving pictures, drawn by the scenario itself."""

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..evaluate.trace import Trace
from .canvas import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from PIL.Image import Image

Draw = Callable[[Any, Any], None]
FRAMES = 150  # at most
WIDTH, HEIGHT, DPI = 8.0, 4.5, 120  # of a picture, before its empty margins are cut
PADDING = 12  # pixels left of a margin
COLORS = 64
PAPER, LINES = "#fbfbf9", "#9a9a94"


def animate(stream: BinaryIO, trace: Trace, draw: Draw, fps: float = 15.0) -> None:
    """Write a trial as an endless GIF.

    Parameters
    ----------
    stream : binary file
        Where to.
    trace : Trace
        The trial. At most 150 of its moments are drawn, evenly chosen.
    draw : callable (axes, world) -> None
        A scenario's `draw`.
    fps : float, default=15
        Frames a second, at most 50.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    if not 0.0 < fps <= 50.0:
        raise ValueError(f"fps: {fps!r} is not a positive number of at most 50")
    first, *others = pictures([trace.worlds[index] for index in moments(len(trace.worlds))], draw)
    first.save(stream, "GIF", save_all=True, append_images=others, duration=round(1000 / fps), loop=0)


def moments(count: int, most: int = FRAMES) -> list[int]:
    """Evenly chosen indices of `count` moments, the first and the last among them."""
    chosen: list[int] = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)).tolist()
    return chosen


def pictures(worlds: Sequence[Any], draw: Draw) -> "list[Image]":
    """Draw each world; the pictures are of one size, without the margins that are empty in all."""
    axes = _paper()
    from PIL import Image, ImageChops

    drawn = [Image.fromarray(_pixels(axes, draw, world)).convert("RGB") for world in worlds]
    blank = Image.new("RGB", drawn[0].size, PAPER)
    boxes = np.array([ImageChops.difference(picture, blank).getbbox() or (0, 0, *blank.size) for picture in drawn])
    left, top = np.maximum(boxes[:, :2].min(axis=0) - PADDING, 0).tolist()
    right, bottom = np.minimum(boxes[:, 2:].max(axis=0) + PADDING, blank.size).tolist()
    method, dither = Image.Quantize.FASTOCTREE, Image.Dither.NONE
    return [picture.crop((left, top, right, bottom)).quantize(COLORS, method, dither=dither) for picture in drawn]


def _paper() -> "Axes":
    """Quiet axes on light paper: what a scenario draws is made for it."""
    figure = new_figure(WIDTH, HEIGHT, DPI)
    figure.set_layout_engine("constrained")
    figure.patch.set_facecolor(PAPER)
    axes = figure.add_subplot(facecolor=PAPER)
    axes.spines[:].set_color(LINES)
    axes.tick_params(color=LINES)
    return axes


def _pixels(axes: "Axes", draw: Draw, world: Any) -> NDArray[np.uint8]:
    """Draw one world on axes as they were; clearing them would cost more than all the rest."""
    before = set(axes.get_children())
    axes.set_prop_cycle(None)
    draw(axes, world)
    figure: Any = axes.figure
    figure.canvas.draw()
    figure.set_layout_engine("none")  # the first layout holds for all, so that nothing jumps
    for artist in set(axes.get_children()) - before:
        artist.remove()
    return np.array(figure.canvas.buffer_rgba())


def png(picture: "Image") -> bytes:
    """A picture as the bytes of a file."""
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()
