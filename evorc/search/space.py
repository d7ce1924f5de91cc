"""The settings among which a search looks: ranges and choices, and the genes that stand for them."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Setting = dict[str, Any]


class Range:
    """Numbers from `low` to `high`, even on a linear or on a logarithmic scale."""

    def __init__(self, name: str, low: Any, high: Any, scale: Any = "linear") -> None:
        numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in (low, high))
        if scale not in ("linear", "log") or not numbers or not np.isfinite([low, high]).all() or low >= high:
            raise ValueError(
                f"space: {name} has {(low, high, *[scale] * (scale != 'linear'))!r}; a range is (low, high) "
                'or (low, high, "log") with finite numbers and low < high'
            )
        if scale == "log" and low <= 0.0:
            raise ValueError(f"space: {name} has a logarithmic range from {low!r}; its ends must be above 0")
        self.low, self.high, self.log = float(low), float(high), scale == "log"

    @property
    def bounds(self) -> tuple[float, float]:
        """Of the gene."""
        return (float(np.log(self.low)), float(np.log(self.high))) if self.log else (self.low, self.high)

    def value(self, gene: float) -> float:
        """What a gene stands for; rounding leads nowhere beyond the ends."""
        return min(max(float(np.exp(gene)) if self.log else float(gene), self.low), self.high)


class Choices:
    """A list of values, for an optimizer in that order."""

    def __init__(self, name: str, values: Sequence[Any]) -> None:
        if not len(values):
            raise ValueError(f"space: {name} has no choices; give at least one")
        self.values = list(values)

    @property
    def bounds(self) -> tuple[float, float]:
        """Of the gene."""
        return 0.0, float(len(self.values))

    def value(self, gene: float) -> Any:
        """What a gene stands for."""
        return self.values[min(int(gene), len(self.values) - 1)]


class Space:
    """Where to look, parameter by parameter.

    Parameters
    ----------
    given : mapping
        As in :class:`SettingSearch`.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        if not isinstance(given, Mapping) or not given:
            raise ValueError(f"space: {given!r} is not a mapping from at least one parameter to a range or choices")
        self.parts = {name: _part(name, part) for name, part in given.items()}

    @property
    def bounds(self) -> Array:
        """Of the genes, [gene, 2]."""
        return np.array([part.bounds for part in self.parts.values()])

    def setting(self, genome: Array) -> Setting:
        """What a genome stands for."""
        return {name: part.value(gene) for (name, part), gene in zip(self.parts.items(), genome)}

    def grid(self) -> list[Setting]:
        """Every combination of the choices; the last parameter changes first."""
        for name, part in self.parts.items():
            if isinstance(part, Range):
                raise ValueError(f'space: {name} is a range; optimizer="grid" needs a list of choices')
        choices = [part.values for part in self.parts.values() if isinstance(part, Choices)]
        return [dict(zip(self.parts, values)) for values in product(*choices)]


def _part(name: str, given: Any) -> Range | Choices:
    if isinstance(given, tuple):
        if len(given) not in (2, 3):
            raise ValueError(f'space: {name} has {given!r}; a range is (low, high) or (low, high, "log")')
        return Range(name, *given)
    if isinstance(given, np.ndarray) and given.ndim == 1:
        return Choices(name, given.tolist())
    if isinstance(given, list):
        return Choices(name, given)
    raise ValueError(f"space: {name} has {given!r}, which is neither a range (low, high) nor a list of choices")
