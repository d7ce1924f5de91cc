"""Pictures of spike trains, each a figure to save."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from .canvas import new_figure
from .ink import COLORS, DPI, INK, MUTED, PAPER

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXCITATORY, INHIBITORY = COLORS[:2]
WIDTH = 8.0
BINS = 100  # of the rate below the raster


def plot_raster(
    spikes: Any, *, n_neurons: int, duration: float, excites: ArrayLike | None = None, inputs: Any = None
) -> "Figure":
    """When which neuron fired, and below it the rate of all of them.

    Parameters
    ----------
    spikes : (array_like, array_like)
        Times in ms and neurons, such as one of the ``spikes`` of :class:`evorc.networks.lsm_liquid.Response`.
    n_neurons : int
        How many there are.
    duration : float
        Length of the window, ms.
    excites : array_like of bool or None, default=None
        Which neurons are excitatory: they stand below the others, in a colour of their own. None is all.
    inputs : (array_like, array_like) or None, default=None
        Times and channels of the input, drawn above.

    Returns
    -------
    matplotlib.figure.Figure
        Save it with its method ``savefig``.

    Raises
    ------
    ValueError
        If a spike is outside the window, or a neuron not one of `n_neurons`.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> figure = plot_raster(([1.0, 4.0], [0, 1]), n_neurons=2, duration=10.0)
    >>> len(figure.axes)
    2
    """
    times, neurons = np.asarray(spikes[0], float), np.asarray(spikes[1], int)
    _check(times, neurons, n_neurons, duration)
    kind = np.ones(n_neurons, bool) if excites is None else np.asarray(excites, bool)
    place = np.empty(n_neurons, int)
    place[np.argsort(~kind, kind="stable")] = np.arange(n_neurons)
    figure = new_figure(WIDTH, 5.4 if inputs is not None else 4.8, DPI)
    figure.patch.set_facecolor(PAPER)
    heights = ([0.5] if inputs is not None else []) + [4.0, 1.0]
    axes = list(
        figure.subplots(len(heights), 1, sharex=True, gridspec_kw={"height_ratios": heights}, squeeze=False)[:, 0]
    )
    if inputs is not None:
        fed = np.asarray(inputs[0], float), np.asarray(inputs[1], int)
        _ticks(axes[0], fed[0], fed[1], INK, None)
        axes[0].set_ylim(fed[1].max(initial=0) + 0.5, -0.5)
        axes[0].set_yticks([])
        axes[0].set_ylabel("input", color=MUTED, rotation=0, ha="right", va="center")
    raster, below = axes[-2:]
    for chosen, color, name in ((True, EXCITATORY, "excitatory"), (False, INHIBITORY, "inhibitory")):
        here = kind[neurons] == chosen
        _ticks(raster, times[here], place[neurons[here]], color, name if excites is not None else None)
    raster.set_ylim(-0.5, n_neurons - 0.5)
    raster.set_ylabel("neuron", color=MUTED)
    if excites is not None:
        key = raster.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, labelcolor=MUTED)
        for line in key.get_lines():
            line.set_markersize(8)
    width = duration / BINS
    counts, edges = np.histogram(times, BINS, (0.0, duration))
    below.stairs(counts / (n_neurons * width / 1000.0), edges, color=INK, fill=True, alpha=0.55)
    below.set_ylabel("Hz", color=MUTED)
    below.set_xlabel("time (ms)", color=MUTED)
    below.set_xlim(0.0, duration)
    for part in axes:
        part.set_facecolor(PAPER)
        part.spines[["top", "right"]].set_visible(False)
        part.tick_params(colors=MUTED)
    figure.align_ylabels(axes)
    figure.tight_layout()
    return figure


def _ticks(axes: Any, times: Any, rows: Any, color: str, name: str | None) -> None:
    axes.plot(times, rows, "|", color=color, markersize=3.2, markeredgewidth=0.9, label=name)


def _check(times: Any, neurons: Any, n_neurons: int, duration: float) -> None:
    if times.shape != neurons.shape or times.ndim != 1:
        raise ValueError(f"spikes: times of shape {times.shape} and neurons of shape {neurons.shape} must be alike")
    if times.size and not (times.min() >= 0 and times.max() <= duration):
        raise ValueError(f"spikes: times from {times.min()} to {times.max()} ms are not within [0, {duration}] ms")
    if neurons.size and not (neurons.min() >= 0 and neurons.max() < n_neurons):
        raise ValueError(f"spikes: neurons from {neurons.min()} to {neurons.max()} are not 0 to {n_neurons - 1}")
