"""Pictures of associative memories, each a figure to save: recall on its way, capacity, annealing, round trips."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..networks.hopfield_theory import critical_load, retrieval_overlap
from .animation import moments
from .canvas import new_figure
from .ink import COLORS, DPI, GRID, INK, MUTED, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
MARKS = "osD^vPX*"
TILE, CHART = 0.9, 2.6  # inches: an image's side, a chart's width


def plot_recall(
    states: ArrayLike,
    energies: ArrayLike,
    image: tuple[int, int],
    *,
    patterns: ArrayLike | None = None,
    every: int = 1,
    most: int = 6,
) -> "Figure":
    """Images on the way from probes to memories, a row each, beside their energies.

    Parameters
    ----------
    states : array_like of shape (n_probes, n_moments, n_units)
        Such as the trace of :meth:`evorc.networks.hopfield_memory.Memory.recall`.
    energies : array_like of shape (n_probes, n_moments)
        Of these states.
    image : (int, int)
        Rows and columns of an image, whose product is the number of units.
    patterns : array_like of shape (n_probes, n_units), optional
        What each probe should remind of, shown at the left.
    every : int, default=1
        Decisions between two moments.
    most : int, default=6
        Moments shown as images; the energy is drawn at all, up to the last that changes something.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with its method ``savefig``.

    Raises
    ------
    ValueError
        If shapes do not fit together.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> figure = plot_recall([[[1, 1, -1, 1], [1, 1, 1, 1]]], [[0.0, -1.0]], (2, 2))
    >>> len(figure.axes)  # two images and a chart
    3
    """
    trace, energy = np.asarray(states, float), np.asarray(energies, float)
    if trace.ndim != 3 or energy.shape != trace.shape[:2] or trace.shape[2] != image[0] * image[1]:
        raise ValueError(
            f"states: their shape {trace.shape} does not fit energies of shape {energy.shape} and images of {image}"
        )
    wanted = None if patterns is None else np.asarray(patterns, float)
    if wanted is not None and wanted.shape != (len(trace), trace.shape[2]):
        raise ValueError(f"patterns: their shape {wanted.shape} is not {(len(trace), trace.shape[2])}")
    shown = moments(_last_change(trace) + 1, most)
    columns = len(shown) + (wanted is not None)
    figure, grid = _tiles(len(trace), columns)
    for row in range(len(trace)):
        tiles = [] if wanted is None else [wanted[row]]
        for column, tile in enumerate([*tiles, *trace[row, shown]]):
            _image(figure.add_subplot(grid[row, column]), tile.reshape(image), float(trace.min()))
        axes = figure.add_subplot(grid[row, -1], sharey=figure.axes[columns] if row else None)
        _energy(axes, energy[row], shown, every, row == len(trace) - 1)
    heads = [] if wanted is None else ["learnt"]
    heads += ["probe" if moment == 0 else f"after {every * moment:,}" for moment in shown]
    for axes, head in zip(figure.axes, [*heads, "energy"], strict=False):
        axes.set_title(head, color=MUTED, size=9)
    return figure


def plot_capacity(
    loads: ArrayLike, overlaps: Mapping[str, ArrayLike], *, errors: Mapping[str, ArrayLike] | None = None
) -> "Figure":
    """Overlaps that Hebb's rule recalls over the load, beside the theory of Amit, Gutfreund & Sompolinsky (1987).

    Parameters
    ----------
    loads : array_like of shape (n_loads,)
        Patterns a unit.
    overlaps : mapping of str to array_like of shape (n_loads,)
        Mean overlaps of each series, by its name; up to eight.
    errors : mapping of str to array_like of shape (n_loads,), optional
        Their standard errors.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with its method ``savefig``.

    Raises
    ------
    ValueError
        If there is not an overlap for each load, or there are more than eight series.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> figure = plot_capacity([0.05, 0.1], {"1,000 units": [1.0, 0.998]})
    >>> figure.axes[0].get_xlabel()
    'patterns a unit'
    """
    x = np.asarray(loads, float)
    if len(overlaps) > len(COLORS):
        raise ValueError(f"overlaps: {len(overlaps)} series are more than {len(COLORS)}")
    figure, axes = _chart("patterns a unit", "mean overlap")
    fine = np.linspace(min(x.min(), 0.02), critical_load(), 400)
    axes.plot(fine, retrieval_overlap(fine - 1e-12), color=INK, linewidth=1.4, label="theory")
    drop = [critical_load()] * 2, [float(retrieval_overlap(critical_load() - 1e-12)), 0.0]
    axes.plot(*drop, color=INK, linewidth=1.4, linestyle=":")
    axes.plot([critical_load(), max(x.max(), 0.16)], [0.0, 0.0], color=INK, linewidth=1.4)
    for (name, values), color, mark in zip(overlaps.items(), COLORS, MARKS, strict=False):
        if np.shape(values) != x.shape:
            raise ValueError(f"overlaps: the shape {np.shape(values)} of {name!r} is not that of the loads, {x.shape}")
        bars = None if errors is None else errors.get(name)
        axes.errorbar(x, values, bars, color=color, marker=mark, markersize=5, linewidth=0, elinewidth=1.2, label=name)
    axes.set_ylim(-0.04, 1.06)
    axes.legend(frameon=False, fontsize=9, labelcolor=MUTED, loc="lower left")
    return figure


def plot_annealing(
    energies: ArrayLike, *, cooling: ArrayLike | None = None, level: tuple[str, float] | None = None
) -> "Figure":
    """Energies of runs over their sweeps.

    Parameters
    ----------
    energies : array_like of shape (n_runs, n_sweeps)
        Of each run, after each sweep.
    cooling : array_like of shape (n_sweeps,), optional
        The temperature of each sweep, drawn at a second axis.
    level : (str, float), optional
        An energy to compare with, by its name.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with its method ``savefig``.

    Raises
    ------
    ValueError
        If shapes do not fit together.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> figure = plot_annealing([[0.0, -0.5, -0.7]], level=("lowest", -0.76))
    >>> figure.axes[0].get_ylabel()
    'energy'
    """
    e = np.atleast_2d(np.asarray(energies, float))
    figure, axes = _chart("sweep", "energy")
    for number, run in enumerate(e):
        axes.plot(run, color=COLORS[0], linewidth=1.2, alpha=0.8, label="" if number else "energy")
    if level is not None:
        axes.axhline(level[1], color=INK, linewidth=1.2, linestyle="--", label=level[0])
    handles, names = axes.get_legend_handles_labels()
    if cooling is not None:
        t = np.asarray(cooling, float)
        if t.shape != e.shape[1:]:
            raise ValueError(f"cooling: their shape {t.shape} is not {e.shape[1:]}")
        other = axes.twinx()
        (line,) = other.plot(t, color=COLORS[1], linewidth=1.2)
        other.set_ylabel("temperature", color=COLORS[1], size=10)
        other.tick_params(colors=MUTED, labelsize=9, length=0)
        other.spines[:].set_visible(False)
        other.patch.set_visible(False)
        other.set_ylim(0.0, None)
        handles, names = [*handles, line], [*names, "temperature"]
    axes.legend(handles, names, frameon=False, fontsize=9, labelcolor=MUTED, loc="upper right")
    axes.margins(x=0.0)
    return figure


def plot_trips(cities: ArrayLike, trips: Mapping[str, Sequence[int] | NDArray[np.int64]]) -> "Figure":
    """Round trips through the same cities, side by side.

    Parameters
    ----------
    cities : array_like of shape (n_cities, 2)
        Where they are.
    trips : mapping of str to sequence of int
        The cities in their order, by the trip's name.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with its method ``savefig``.

    Raises
    ------
    ValueError
        If a trip is no permutation of the cities.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> figure = plot_trips([[0, 0], [0, 1], [1, 1]], {"annealed": [0, 1, 2]})
    >>> figure.axes[0].get_title()
    'annealed: 3.41'
    """
    places = np.asarray(cities, float)
    figure = new_figure(3.1 * len(trips), 3.3, DPI)
    _lay_out(figure)
    for number, (name, order) in enumerate(trips.items(), 1):
        if sorted(order) != list(range(len(places))):
            raise ValueError(f"trips: {name!r} is no permutation of the {len(places)} cities")
        axes = figure.add_subplot(1, len(trips), number)
        way = places[[*order, order[0]]]
        axes.plot(*way.T, color=COLORS[0], linewidth=1.6, zorder=1)
        axes.plot(*places.T, "o", color=INK, markersize=5, zorder=2)
        length = np.linalg.norm(np.diff(way, axis=0), axis=1).sum()
        axes.set_title(f"{name}: {length:.2f}", color=MUTED, size=10)
        axes.set_aspect("equal")
        axes.set_axis_off()
        axes.margins(0.06)
    return figure


def _last_change(trace: Array) -> int:
    """The first moment from which on no probe changes."""
    changed = (trace[:, 1:] != trace[:, :-1]).any(axis=(0, 2))
    return int(np.flatnonzero(changed).max(initial=-1)) + 1


def _tiles(rows: int, columns: int) -> tuple["Figure", NDArray[np.object_]]:
    figure = new_figure(TILE * columns + CHART, TILE * rows + 0.6, DPI)
    _lay_out(figure)
    grid = figure.add_gridspec(rows, columns + 1, width_ratios=[TILE] * columns + [CHART])
    return figure, np.array([[grid[row, column] for column in range(columns + 1)] for row in range(rows)], object)


def _image(axes: "Axes", tile: Array, low: float) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("ink", [GRID, INK])
    axes.imshow(tile, cmap=shades, vmin=low, vmax=1.0, interpolation="nearest")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _energy(axes: "Axes", energy: Array, shown: list[int], every: int, last: bool) -> None:
    end = shown[-1] + 1
    axes.plot(every * np.arange(end), energy[:end], color=COLORS[0], linewidth=1.5)
    axes.plot(every * np.array(shown), energy[shown], "o", color=COLORS[0], markersize=3.5)
    _quiet(axes)
    axes.tick_params(labelbottom=last)
    axes.locator_params(axis="y", nbins=3)
    if last:
        axes.set_xlabel("decisions", color=MUTED, size=9)


def _chart(xlabel: str, ylabel: str) -> tuple["Figure", "Axes"]:
    figure = new_figure(6.4, 4.0, DPI)
    _lay_out(figure)
    axes = figure.add_subplot()
    _quiet(axes)
    axes.set_xlabel(xlabel, color=MUTED, size=10)
    axes.set_ylabel(ylabel, color=MUTED, size=10)
    return figure, axes


def _lay_out(figure: "Figure") -> None:
    figure.patch.set_facecolor(PAPER)
    figure.set_layout_engine("constrained", w_pad=0.08, h_pad=0.08, wspace=0.02, hspace=0.02)


def _quiet(axes: "Axes") -> None:
    axes.patch.set_visible(False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.grid(axis="y", color=GRID, linewidth=1)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelsize=9, length=0)
