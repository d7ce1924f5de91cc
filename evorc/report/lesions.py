"""What a champion is worth without one of its parts, and with one of its genes a little off."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..evaluate import Problem
from ..evaluate.fitness import fitness_of
from ..evaluate.trace import trace
from ..kernels.episodes import Individuals
from .charts import number
from .dynamics import Array
from .ink import COLORS, GRID, INK, MUTED, PAPER
from .naming import gene_names
from .paper import panels, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PARTS = ("recurrent", "inputs", "readout")
LEGIBLE = 12  # rows and columns up to which a cell shows its number
FAINT = 0.002  # of the largest change: a smaller one is shown as none
MOST = 24  # genes in a figure


@dataclass(frozen=True)
class Lesions:
    """Fitnesses with one part silenced.

    Attributes
    ----------
    intact : float
        Fitness of the whole champion.
    neurons : ndarray of shape (networks, neurons)
        Fitness where no neuron hears this one; what it drives in the body it still drives.
    connections : dict of str to ndarray of shape (networks, sources, targets)
        Fitness where one connection is cut: ``recurrent``, ``inputs`` and ``readout``, as far as the network has them;
        nan where there is none.
    names, channels : tuple of str
        Of the neurons and of the channels.
    """

    intact: float
    neurons: Array
    connections: dict[str, Array]
    names: tuple[str, ...]
    channels: tuple[str, ...]

    def rows(self) -> Iterator[dict[str, float | str]]:
        """A row for each lesion, for a table."""
        several = len(self.neurons) > 1
        for network, fitnesses in enumerate(self.neurons):
            whose = f"agent {network + 1}: " if several else ""
            for name, fitness in zip(self.names, fitnesses.tolist(), strict=True):
                yield self._row("neuron", f"{whose}{name}", fitness)
            for kind, all_fitnesses in self.connections.items():
                sources, targets = self.ends(kind)
                for source, target in np.argwhere(~np.isnan(all_fitnesses[network])).tolist():
                    what = f"{whose}{sources[source]} > {targets[target]}"
                    yield self._row(kind, what, float(all_fitnesses[network, source, target]))

    def _row(self, kind: str, what: str, fitness: float) -> dict[str, float | str]:
        return {"part": kind, "silenced": what, "fitness": fitness, "change": fitness - self.intact}

    def ends(self, kind: str) -> tuple[list[str], list[str]]:
        """Names of the sources and targets of a kind of connections."""
        sources, targets = self.connections[kind].shape[1:]
        from_channels = kind == "inputs" and sources == len(self.channels)
        return list(self.channels) if from_channels else self._last(sources), self._last(targets, kind == "readout")

    def _last(self, count: int, first: bool = False) -> list[str]:
        """Names of so many neurons, which are the last ones or the first; numbers where they are no neurons."""
        if count > len(self.names):
            return [str(number + 1) for number in range(count)]
        return list(self.names[:count] if first else self.names[len(self.names) - count :])

    def figure(self, network: int = 0) -> "Figure":
        """Change of the fitness: a bar a neuron, a cell a connection."""
        kinds = [kind for kind in self.connections if not np.isnan(self.connections[kind][network]).all()]
        tall = max(2.6, 0.32 * max([len(self.names), *(self.connections[kind].shape[1] for kind in kinds)]) + 1.4)
        figure, sheets = panels([tall], columns=1 + len(kinds))
        worst = [self.neurons, *self.connections.values()]
        reach = max((float(np.nanmax(np.abs(part - self.intact), initial=0.0)) for part in worst), default=1.0) or 1.0
        _bars(sheets[0], self.names, self.neurons[network] - self.intact)
        for axes, kind in zip(sheets[1:], kinds, strict=True):
            _cells(axes, kind, self.connections[kind][network] - self.intact, self.ends(kind), reach)
        figure.suptitle(
            f"fitness {self.intact:.4g}; its change where a neuron, or a connection from row to column, is silenced",
            color=INK,
            size=11,
        )
        return figure


def lesions(problem: Problem, genome: ArrayLike) -> Lesions:
    """Silence each neuron and each connection of a champion, one at a time.

    Parameters
    ----------
    problem : Problem
        In which it was evolved; all of the scenario's trials are lived through.
    genome : array_like of shape (genes,)

    Returns
    -------
    Lesions

    Examples
    --------
    >>> from evorc.networks import FullyRecurrent
    >>> from evorc.scenario import load_scenario
    >>> unit = Problem(load_scenario("double_pole"), FullyRecurrent(n_neurons=1))
    >>> found = lesions(unit, [0.1, 1.0, 2.0, 3.0])
    >>> found.intact, found.neurons.shape, found.connections["inputs"].shape
    (29.0, (1, 1), (1, 3, 1))
    """
    flat = np.asarray(genome, np.float64)
    whole = problem.blueprint.individuals(flat[None])
    cuts = list(_cuts(whole, problem.blueprint.networks))
    networks = len(cuts) + 1
    population = type(whole.population)(
        *(np.tile(part, (networks, *[1] * (part.ndim - 1))) for part in whole.population)
    )
    each = problem.blueprint.networks
    for cut, (network, kind, source, target) in enumerate(cuts, 1):
        row = cut * each + network
        if kind == "neuron":
            for part in (population.recurrent, population.readout):
                first = population.output.shape[1] - part.shape[1]
                if part.shape[1] and source >= first:
                    part[row, source - first] = 0.0
        else:
            getattr(population, kind)[row, source, target] = 0.0
    fitness = fitness_of(problem, Individuals(population, np.repeat(whole.bodies, networks, axis=0)))
    return _gathered(problem, flat, cuts, fitness, whole)


def _cuts(whole: Individuals, networks: int) -> Iterator[tuple[int, str, int, int]]:
    """Network, part, source and target of every lesion."""
    for network in range(networks):
        for neuron in range(whole.population.output.shape[1]):
            yield network, "neuron", neuron, -1
        for kind in PARTS:
            for source, target in np.argwhere(getattr(whole.population, kind)[network] != 0.0).tolist():
                yield network, kind, source, target


def _gathered(problem: Problem, genome: Array, cuts: list[Any], fitness: Array, whole: Individuals) -> Lesions:
    """Fitnesses where they belong."""
    lived = trace(problem, genome, max_steps=1)
    networks, neurons = whole.population.output.shape
    alone = np.full((networks, neurons), np.nan)
    connections = {kind: np.full(getattr(whole.population, kind).shape, np.nan) for kind in PARTS}
    for (network, kind, source, target), found in zip(cuts, fitness[1:].tolist(), strict=True):
        if kind == "neuron":
            alone[network, source] = found
        else:
            connections[kind][network, source, target] = found
    present = {kind: found for kind, found in connections.items() if found.size}
    names = tuple(name.removeprefix("agent 1 ") for name in lived.output_names[:neurons])
    channels = tuple(name.removeprefix("agent 1 ") for name in lived.input_names[: problem.blueprint.size.inputs])
    return Lesions(float(fitness[0]), alone, present, names, channels)


@dataclass(frozen=True)
class Sensitivity:
    """Fitnesses with one gene moved.

    Attributes
    ----------
    intact : float
        Fitness of the champion.
    share : float
        By which genes were moved, of the range of their bounds.
    names : list of str
        Of the genes.
    values : ndarray of shape (genes, 2)
        The gene below and above; never beyond its bounds.
    fitness : ndarray of shape (genes, 2)
        What the champion is worth with it.
    """

    intact: float
    share: float
    names: list[str]
    values: Array
    fitness: Array

    def rows(self) -> Iterator[dict[str, float | str]]:
        """A row for each gene, for a table."""
        for name, (low, high), (below, above) in zip(
            self.names, self.values.tolist(), self.fitness.tolist(), strict=True
        ):
            yield {"gene": name, "lower": low, "fitness lower": below, "higher": high, "fitness higher": above}

    def figure(self) -> "Figure":
        """The genes that matter most, the most sensitive first: fitness below and above."""
        lost = np.nan_to_num(np.abs(self.fitness - self.intact), nan=np.inf).max(axis=1)
        order = np.argsort(-lost, kind="stable")[:MOST][::-1]
        figure, (axes,) = panels([0.24 * len(order) + 1.1])
        for column, color, label in ((0, COLORS[1], "lower"), (1, COLORS[0], "higher")):
            shown = self.fitness[order, column]
            axes.hlines(np.arange(len(order)), self.intact, shown, color=color, linewidth=1.6, alpha=0.55)
            axes.plot(shown, np.arange(len(order)), "o", color=color, markersize=5.5, label=label)
        axes.axvline(self.intact, color=MUTED, linewidth=1.2)
        axes.set_yticks(np.arange(len(order)), [plain(self.names[gene]) for gene in order])
        axes.set(ylim=(-0.7, len(order) - 0.3), xlabel="fitness")
        place = {"bbox_to_anchor": (1.0, 0.99), "ncols": 2, "borderaxespad": 0.0}  # beside the title, off the dots
        axes.legend(loc="lower right", frameon=False, labelcolor=INK, fontsize=10, **place)
        most = "" if len(order) == len(self.names) else f", the {len(order)} most sensitive of {len(self.names)}"
        title = f"one gene moved by {100 * self.share:g} % of its range{most}"
        axes.set_title(title, color=INK, size=11, loc="left")
        return figure


def sensitivity(problem: Problem, genome: ArrayLike, *, share: float = 0.05) -> Sensitivity:
    """Move each gene of a champion down and up by a share of its range, one at a time.

    Parameters
    ----------
    problem : Problem
        In which it was evolved; all of the scenario's trials are lived through.
    genome : array_like of shape (genes,)
    share : float, default=0.05
        Of the range, above 0 and at most 1. A gene is not moved beyond its bounds.

    Raises
    ------
    ValueError
        If `share` is out of range.

    Examples
    --------
    >>> from evorc.networks import FullyRecurrent
    >>> from evorc.scenario import load_scenario
    >>> unit = Problem(load_scenario("double_pole"), FullyRecurrent(n_neurons=1))
    >>> sensitivity(unit, [0.1, 1.0, 2.0, 3.0]).fitness.shape
    (4, 2)
    """
    if not 0.0 < share <= 1.0:
        raise ValueError(f"share: {share!r} is not a number above 0 and at most 1")
    flat, bounds = np.asarray(genome, np.float64), problem.genome.bounds
    moved = share * np.diff(bounds, axis=1)
    values = np.clip(flat[:, None] + moved * (-1.0, 1.0), bounds[:, :1], bounds[:, 1:])
    genomes = np.tile(flat, (1 + 2 * len(flat), 1))
    places = np.arange(len(flat))
    genomes[1 + places, places], genomes[1 + len(flat) + places, places] = values.T
    fitness = fitness_of(problem, problem.blueprint.individuals(genomes))
    channels = trace(problem, flat, max_steps=1).input_names[: problem.blueprint.size.inputs]
    names = gene_names(problem.genome, [name.removeprefix("agent 1 ") for name in channels])
    return Sensitivity(float(fitness[0]), share, names, values, fitness[1:].reshape(2, -1).T)


def _bars(axes: "Axes", names: tuple[str, ...], change: Array) -> None:
    """A bar for each neuron."""
    colors = [COLORS[0] if value >= 0.0 else COLORS[1] for value in np.nan_to_num(change)]
    axes.barh(np.arange(len(names)), change, color=colors, height=0.6)
    axes.axvline(0.0, color=MUTED, linewidth=1.0)
    axes.set_yticks(np.arange(len(names)), [plain(name) for name in names])
    axes.set(ylim=(len(names) - 0.4, -0.6), xlabel="change")
    axes.set_title("neurons", color=INK, size=10)


def _cells(axes: "Axes", kind: str, change: Array, ends: tuple[list[str], list[str]], reach: float) -> None:
    """A cell for each connection."""
    from matplotlib.colors import LinearSegmentedColormap

    colors = LinearSegmentedColormap.from_list("sign", [COLORS[1], PAPER, COLORS[0]])
    axes.imshow(np.ma.masked_invalid(change), cmap=colors, vmin=-reach, vmax=reach, aspect="auto")
    sources, targets = ends
    axes.set_yticks(range(len(sources)), [plain(name) for name in sources])
    axes.set_xticks(range(len(targets)), [plain(name) for name in targets], rotation=40, ha="right")
    axes.grid(visible=False)
    axes.set_xticks(np.arange(len(targets) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(sources) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color=GRID, linewidth=1.0)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(which="minor", length=0)
    axes.set_title({"recurrent": "between neurons", "inputs": "from channels"}.get(kind, kind), color=INK, size=10)
    if max(change.shape) <= LEGIBLE:
        for (row, column), value in np.ndenumerate(change):
            if not np.isnan(value):
                shown = number(float(f"{value:.2g}")) if abs(value) > FAINT * reach else "0"
                axes.text(column, row, shown, ha="center", va="center", size=8, color=INK)
