"""Optimizers that are asked for genomes and told their fitness. Each is imported when it is first named."""

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .search import Individual, Optimizer

if TYPE_CHECKING:
    from .cmaes import CMAES
    from .cosyne import CoSyNE
    from .differential_evolution import DifferentialEvolution
    from .genetic_algorithm import GeneticAlgorithm
    from .nsga2 import NSGA2
    from .open_aies import OpenAIES
    from .particle_swarm import ParticleSwarm
    from .random_weight_guessing import RandomWeightGuessing
    from .simulated_annealing import SimulatedAnnealing
    from .snes import SNES
    from .xnes import XNES

__all__ = [
    "CMAES",
    "NSGA2",
    "SNES",
    "XNES",
    "CoSyNE",
    "DifferentialEvolution",
    "GeneticAlgorithm",
    "Individual",
    "OpenAIES",
    "Optimizer",
    "ParticleSwarm",
    "RandomWeightGuessing",
    "SimulatedAnnealing",
    "by_name",
    "names",
]

_MODULES = {
    "CMAES": "cmaes",
    "CoSyNE": "cosyne",
    "DifferentialEvolution": "differential_evolution",
    "GeneticAlgorithm": "genetic_algorithm",
    "NSGA2": "nsga2",
    "OpenAIES": "open_aies",
    "ParticleSwarm": "particle_swarm",
    "RandomWeightGuessing": "random_weight_guessing",
    "SimulatedAnnealing": "simulated_annealing",
    "SNES": "snes",
    "XNES": "xnes",
}
_SEVERAL = "nsga2"  # has several objectives, which nobody who names an optimizer has
_LONG = {module: name for name, module in _MODULES.items() if module != _SEVERAL}
_NAMES = _LONG | {
    "de": "DifferentialEvolution",
    "ga": "GeneticAlgorithm",
    "guessing": "RandomWeightGuessing",
    "openai_es": "OpenAIES",
    "pso": "ParticleSwarm",
    "sa": "SimulatedAnnealing",
}


def names() -> list[str]:
    """The long names that :func:`by_name` knows.

    Examples
    --------
    >>> "particle_swarm" in names()
    True
    """
    return sorted(_LONG)


def by_name(name: str) -> Any:
    """Class of an optimizer, by the name that an experiment file gives it.

    Parameters
    ----------
    name : str
        Its module's name, such as ``"particle_swarm"``, or a short one: ``"de"``, ``"ga"``, ``"guessing"``,
        ``"openai_es"``, ``"pso"``, ``"sa"``.

    Raises
    ------
    ValueError
        If there is no such optimizer; the message has the nearest names. ``"nsga2"`` is none of them: it is told
        several objectives, and what is run by name has one fitness.

    Examples
    --------
    >>> by_name("pso").__name__
    'ParticleSwarm'
    """
    if name == _SEVERAL:
        raise ValueError(f"optimizer: {name!r} is told several objectives, and here is one fitness; ask and tell NSGA2")
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
