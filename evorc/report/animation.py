"""A trial as moving pictures: the world as its scenario draws it, the neurons below, time and score above."""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..evaluate.fitness import worth_so_far
from ..evaluate.trace import Trace
from ..evaluate.uncompiled import uncompiled
from ..scenario import Scenario
from .canvas import new_figure
from .charts import number, span
from .ink import MUTED
from .strips import BOTTOM, LEFT, LINES, PAPER, RIGHT, WIDTH, Group, strips

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from PIL.Image import Image

Draw = Callable[[Any, Any], None]
FRAMES = 150  # at most
REST = 1500  # milliseconds that the last stands still, before all begins anew
HEIGHT, DPI = 4.5, 120  # of a picture, before its empty margins are cut
TOP = 0.4  # inches above a world, for its title
PADDING = 12  # pixels left of a margin
COLORS = 64
NOW = "#191917"
AGENTS = 4  # with a panel each; the signals of more share one


def animate(stream: BinaryIO, lived: Trace, scenario: Scenario, fps: float = 15.0) -> None:
    """Write a trial as an endless GIF.

    Parameters
    ----------
    stream : binary file
        Where to.
    lived : Trace
        The trial. At most 150 of its moments are drawn, evenly chosen.
    scenario : Scenario
        In which it was lived; its `draw` is what is shown above the signals.
    fps : float, default=15
        Frames a second, at most 50.

    Raises
    ------
    ValueError
        If the scenario cannot be drawn, or no GIF has such a frame rate.
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    if not 0.0 < fps <= 50.0:
        raise ValueError(f"fps: {fps!r} is not a positive number of at most 50")
    chosen = moments(len(lived.worlds))
    tops = pictures([lived.worlds[index] for index in chosen], drawn_by(scenario))
    first, *others = _with_signals(tops, lived, scenario, chosen)
    durations = [10 * round(100 / fps)] * len(others) + [REST]  # in hundredths of a second, as the format has them
    first.save(stream, "GIF", save_all=True, append_images=others, duration=durations, loop=0)


def drawn_by(scenario: Scenario) -> Draw:
    """What draws a scenario's worlds.

    Raises
    ------
    ValueError
        If it has nothing to draw with.
    """
    if scenario.draw is None:
        raise ValueError(f"scenario: {scenario.name!r} has no function draw, so that there is nothing to show")
    (draw,) = uncompiled(scenario.draw)  # compiling what it calls would take longer than all pictures
    return draw


def moments(count: int, most: int = FRAMES) -> list[int]:
    """Evenly chosen indices of `count` moments, the first and the last among them."""
    chosen: list[int] = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int)).tolist()
    return chosen


def captions_of(lived: Trace, scenario: Scenario, chosen: Sequence[int]) -> list[str]:
    """Time and score of moments; of the last also whether the trial is passed."""
    worth = worth_so_far(lived, scenario)[list(chosen)]
    verdicts = [""] * len(chosen)
    if scenario.passing is not None and chosen[-1] == len(lived.worlds) - 1:
        passed = worth[-1] >= scenario.passing
        verdicts[-1] = f"   {'passed' if passed else 'failed'} ({number(scenario.passing)} needed)"
    return [
        f"t = {scenario.dt * index:.2f}" + ("" if np.isnan(value) else f"   score {number(float(value))}") + verdict
        for index, value, verdict in zip(chosen, worth, verdicts, strict=True)
    ]


def neuron_names(lived: Trace) -> tuple[str, ...]:
    """Names of all neurons; those that drive nothing may have none yet."""
    count = lived.outputs.shape[1]
    return lived.output_names + tuple(f"neuron {number + 1}" for number in range(len(lived.output_names), count))


def by_agent(names: tuple[str, ...]) -> list[Group]:
    """Whose signals these are, their columns, and their names, agent by agent; those of one or of many together.

    Of many agents the same signal of all is side by side.
    """
    found = [(match[1], match[2]) for name in names if (match := re.match(r"agent (\d+)[ :]+(.*)", name))]
    agents, kinds = (list(dict.fromkeys(part)) for part in zip(*found, strict=True)) if found else ([], [])
    if len(found) < len(names) or len(agents) < 2:
        return [("", list(range(len(names))), names)]
    if len(agents) > AGENTS:
        order = sorted(range(len(names)), key=lambda column: kinds.index(found[column][1]))
        return [("", order, tuple(names[column] for column in order))]
    parts = [[column for column, (whose, _) in enumerate(found) if whose == agent] for agent in agents]
    return [
        (f", agent {agent}", part, tuple(found[column][1] for column in part))
        for agent, part in zip(agents, parts, strict=True)
    ]


def pictures(worlds: Sequence[Any], draw: Draw) -> "list[Image]":
    """Draw each world; the pictures are of one size, without the rows that are empty in all above and below."""
    axes = _paper()
    from PIL import Image, ImageChops

    drawn = [Image.fromarray(pixels).convert("RGB") for pixels in _drawn(axes, draw, worlds)]
    blank = Image.new("RGB", drawn[0].size, PAPER)
    boxes = np.array([ImageChops.difference(picture, blank).getbbox() or (0, 0, *blank.size) for picture in drawn])
    top = max(int(boxes[:, 1].min()) - PADDING, 0)
    bottom = min(int(boxes[:, 3].max()) + PADDING, blank.height)
    return [_reduced(picture.crop((0, top, blank.width, bottom))) for picture in drawn]


def png(picture: "Image") -> bytes:
    """A picture as the bytes of a file."""
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def _reduced(picture: "Image") -> "Image":
    """In few colours: a third of the bytes."""
    from PIL import Image

    return picture.quantize(COLORS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def _paper() -> "Axes":
    """Quiet axes on light paper, above those of the signals: what a scenario draws is made for them."""
    figure = new_figure(WIDTH, HEIGHT, DPI)
    figure.patch.set_facecolor(PAPER)
    place = (LEFT, BOTTOM / HEIGHT, RIGHT - LEFT, 1.0 - (BOTTOM + TOP) / HEIGHT)
    axes = figure.add_axes(place, facecolor=PAPER)
    axes.spines[:].set_color(LINES)
    axes.tick_params(color=LINES, labelcolor=MUTED, labelsize=8)
    axes.xaxis.label.set(color=MUTED, size=9)
    axes.yaxis.label.set(color=MUTED, size=9)
    return axes


def _drawn(axes: "Axes", draw: Draw, worlds: Sequence[Any]) -> Iterator[NDArray[np.uint8]]:
    """Each world in turn. The legend of the first is copied to the others: to draw it would take half of the time."""
    first = _pixels(axes, draw, worlds[0])
    yield first
    still = (slice(0), slice(0))
    if (legend := axes.get_legend()) is not None:
        still = _covered(legend, len(first))
        legend.set_visible(False)
    for world in worlds[1:]:
        pixels = _pixels(axes, draw, world)
        pixels[still] = first[still]
        yield pixels


def _covered(artist: Any, height: int) -> tuple[slice, slice]:
    """Rows and columns of an artist's pixels, and of one more all around."""
    (left, low), (right, high) = artist.get_window_extent().get_points()
    rows = slice(max(height - int(np.ceil(high)) - 1, 0), max(height - int(low) + 1, 0))
    return rows, slice(max(int(left) - 1, 0), int(np.ceil(right)) + 1)


def _pixels(axes: "Axes", draw: Draw, world: Any) -> NDArray[np.uint8]:
    """Draw one world on axes as they were; clearing them would cost more than all the rest."""
    before = set(axes.get_children())
    axes.set_prop_cycle(None)
    with np.errstate(all="ignore"):  # uncompiled, integers tell of their wrapping around
        draw(axes, world)
    if axes.get_legend() is None:
        before |= _legend(axes)
    canvas: Any = axes.figure.canvas
    canvas.draw()
    for artist in set(axes.get_children()) - before:
        artist.remove()
    return np.array(canvas.buffer_rgba())


def _legend(axes: "Axes") -> set[Any]:
    """What the first world's artists are labelled, right of them: it stays, so that nothing jumps."""
    named = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    if not named:
        return set()
    style = {"frameon": False, "fontsize": 8, "handlelength": 1.4, "labelspacing": 0.7, "markerscale": 0.7}
    return {axes.legend(named.values(), named, loc="upper left", bbox_to_anchor=(1.01, 1.0), **style)}


def _with_signals(tops: "list[Image]", lived: Trace, scenario: Scenario, chosen: Sequence[int]) -> "list[Image]":
    """Each picture with its caption above, and the neurons below with a line at its moment."""
    from PIL import Image, ImageDraw

    below = strips(lived.time, lived.outputs, by_agent(neuron_names(lived)), DPI)
    signals, (left, right), edges = Image.fromarray(below.pixels), below.across, below.panels
    width, bar = max(tops[0].width, signals.width), round(0.36 * DPI)
    first, last = span(lived.time)
    font = _font()
    made = []
    for top, index, caption in zip(tops, chosen, captions_of(lived, scenario, chosen), strict=True):
        sheet = Image.new("RGB", (width, bar + top.height + signals.height), PAPER)
        sheet.paste(top.convert("RGB"), ((width - top.width) // 2, bar))
        sheet.paste(signals, (0, bar + top.height))
        pen = ImageDraw.Draw(sheet)
        pen.text((left, PADDING), caption, fill=NOW, font=font)
        place = left + (right - left) * min((scenario.dt * index - first) / (last - first), 1.0)
        for low, high in edges:
            pen.line((place, bar + top.height + low, place, bar + top.height + high), fill=NOW, width=2)
        made.append(_reduced(sheet))
    return made


def _font() -> Any:
    """The font of the drawings."""
    from matplotlib.font_manager import findfont
    from PIL import ImageFont

    return ImageFont.truetype(findfont("DejaVu Sans"), round(0.155 * DPI))
