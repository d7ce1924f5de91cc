"""Optimizers that are asked for genomes and told their fitness. Each is imported when it is first named."""

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .search import Individual, Optimizer

if TYPE_CHECKING:
    from .genetic_algorithm import GeneticAlgorithm
    from .particle_swarm import ParticleSwarm
    from .simulated_annealing import SimulatedAnnealing

__all__ = ["GeneticAlgorithm", "Individual", "Optimizer", "ParticleSwarm", "SimulatedAnnealing", "by_name"]

_MODULES = {
    "GeneticAlgorithm": "genetic_algorithm",
    "ParticleSwarm": "particle_swarm",
    "SimulatedAnnealing": "simulated_annealing",
}
_NAMES = {module: name for name, module in _MODULES.items()} | {
    "ga": "GeneticAlgorithm",
    "pso": "ParticleSwarm",
    "sa": "SimulatedAnnealing",
}


def by_name(name: str) -> Any:
    """Class of an optimizer, by the name that an experiment file gives it.

    Parameters
    ----------
    name : {"genetic_algorithm", "ga", "particle_swarm", "pso", "simulated_annealing", "sa"}
        Name or short name.

    Raises
    ------
    ValueError
        If there is no such optimizer; the message has the nearest names.

    Examples
    --------
    >>> by_name("pso").__name__
    'ParticleSwarm'
    """
    if name not in _NAMES:
        near = get_close_matches(str(name), _NAMES, cutoff=0.4)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f"optimizer: {name!r} is not one of {', '.join(sorted(_NAMES))}.{hint}")
    return __getattr__(_NAMES[name])


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
