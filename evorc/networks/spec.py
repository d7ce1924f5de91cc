"""What a network is to the rest of evorc: a step kernel, and a map from named parameters to its arrays."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.layout import Population

Array = NDArray[np.float64]
Parameters = Mapping[str, Array]  # name -> [individual, *shape of the block]
Bounds = tuple[float, float]
Mask = tuple[tuple[bool, ...], ...]


class Size(NamedTuple):
    """What the world offers: channels in, motors out."""

    inputs: int
    outputs: int


@dataclass(frozen=True)
class Block:
    """A named group of parameters.

    Parameters
    ----------
    name : str
        What the network's equation calls them.
    genes : ndarray of int
        For every parameter the number of its gene within the block; equal numbers are tied to one gene, -1 has none and
        is zero.
    bounds : (float, float)
        Lowest and highest value that is searched.
    initial : (float, float) or None, default=None
        Within which first genomes are drawn, no wider than the bounds; None is the bounds.
    """

    name: str
    genes: NDArray[np.int64]
    bounds: Bounds
    initial: Bounds | None = None

    def __post_init__(self) -> None:
        low, high = self.initial or self.bounds
        if not self.bounds[0] <= low < high <= self.bounds[1]:
            raise ValueError(
                f"{self.name}: its first values {self.initial!r} are not within its bounds {self.bounds!r}"
            )

    @property
    def n_genes(self) -> int:
        """How many genes the block takes."""
        return int(self.genes.max(initial=-1)) + 1


@dataclass(frozen=True, kw_only=True)
class NetworkSpec(ABC):
    """Base of all networks: what a user may set on each of them.

    Parameters
    ----------
    dt : float or None, default=None
        Length of a step in the network's unit of time. None takes the scenario's own.
    dtype : {"float64", "float32"}, default="float64"
        Precision of weights and states. Worlds are float64 in any case.
    """

    dt: float | None = None
    dtype: str = "float64"

    output_range: ClassVar[Bounds] = (-1.0, 1.0)

    def __post_init__(self) -> None:
        self.check_choices(dtype=("float64", "float32"))
        if self.dt is not None and not (isinstance(self.dt, int | float) and 0.0 < self.dt < np.inf):
            raise ValueError(f"dt: {self.dt!r} is not a positive number")

    @property
    @abstractmethod
    def step(self) -> Callable[..., None]:
        """The kernel `step(weights, state, inputs)`."""

    @abstractmethod
    def blocks(self, size: Size) -> tuple[Block, ...]:
        """Name every parameter that is searched, with its bounds."""

    @abstractmethod
    def population(self, parameters: Parameters, size: Size) -> Population:
        """Turn named parameters into the arrays of the step kernel, with the state before the first step."""

    def initialise(self, parameters: dict[str, Array]) -> dict[str, Array]:
        """Adjust parameters drawn uniformly within the bounds; most networks leave them as they are."""
        return parameters

    def check_choices(self, **allowed: tuple[str | None, ...]) -> None:
        """Refuse a value that is none of those allowed."""
        for name, values in allowed.items():
            found = getattr(self, name)
            if not (found is None or isinstance(found, str)) or found not in values:
                words = " or ".join("None" if value is None else f'"{value}"' for value in values)
                raise ValueError(f"{name}: {found!r} is not {words}")

    def check_neurons(self, name: str, found: int, least: int) -> None:
        """Refuse a number of neurons below `least`."""
        if not isinstance(found, int | np.integer) or isinstance(found, bool) or found < least:
            raise ValueError(f"{name}: {found!r} is not a whole number of at least {least}")

    def check_bounds(self, **bounds: Bounds) -> None:
        """Refuse bounds that are not two finite numbers in order."""
        for name, pair in bounds.items():
            two = isinstance(pair, Sequence) and len(pair) == 2
            numbers = two and all(isinstance(end, int | float | np.number) for end in pair)
            if not (numbers and np.isfinite(pair).all() and pair[0] < pair[1]):
                raise ValueError(f"{name}: {pair!r} is not a pair of finite numbers, the lower first")

    def arrays(self, *, output: Array, **parts: Array) -> Population:
        """Contiguous arrays of this network's dtype; the parts that it has none of are empty."""
        empty = np.empty((len(output), 0, 0))
        whole = (output if name == "output" else parts.get(name, empty) for name in Population._fields)
        return Population(*(np.ascontiguousarray(part, self.dtype) for part in whole))


def free(*shape: int, mask: Mask | None = None, name: str = "mask") -> NDArray[np.int64]:
    """One gene for every parameter that the mask lets be."""
    try:
        there = np.ones(shape, bool) if mask is None else np.asarray(mask, bool)
    except ValueError:
        raise ValueError(f"{name}: its rows are not of one length; its shape should be {shape}") from None
    if there.shape != shape:
        raise ValueError(f"{name}: its shape {there.shape} is not {shape}, [source, target]")
    return np.where(there, np.cumsum(there).reshape(shape) - 1, -1)


def tied(genes: NDArray[np.int64], *mirrors: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tie every parameter to its mirror image, one permutation an axis."""
    image = genes[np.ix_(*mirrors)]
    if ((genes < 0) != (image < 0)).any():
        raise ValueError("symmetry: the mask of a bilaterally symmetric network must be its own mirror image")
    both = np.minimum(genes, image)
    return np.searchsorted(np.unique(both[both >= 0]), both) - (both < 0)
