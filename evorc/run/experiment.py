"""From settings to an evolution, and one call that does it all."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..evaluate import PopulationEvaluator
from ..networks import NETWORKS, NetworkSpec
from ..optimizers import by_name
from ..scenario import Scenario, load_scenario, scenario_function
from .evolution import Evolution, Watcher
from .result import Result
from .settings import Named, Settings, SettingsError, blamed, suggestion, typed
from .stopping import StopRules


def build(settings: Settings, file: str, folders: Iterable[Path] = (), n_jobs: int | None = None) -> Evolution:
    """Make the evolution that an experiment file describes.

    Parameters
    ----------
    settings : Settings
    file : str
        Its name, for messages.
    folders : iterable of Path, default=()
        More folders with scenarios.
    n_jobs : int or None, default=None
        Instead of the file's.

    Raises
    ------
    SettingsError
        If something is unknown or out of range.
    """
    name, run = settings.scenario.name, settings.run
    with blamed(file, "scenario"):
        options = typed(scenario_function(name, folders), settings.scenario.options, "scenario", file)
        scenario = load_scenario(name, folders, **options)
    network = _network(settings.network, file)
    with blamed(file, "run"):
        evaluator = PopulationEvaluator(
            scenario,
            network,
            n_jobs=run.n_jobs if n_jobs is None else n_jobs,
            backend=run.backend,
            timeout=run.timeout,
            random_state=run.random_state,
        )
    with blamed(file, "network"):
        _ = evaluator.bounds
    with blamed(file, "optimizer"):
        make = by_name(settings.optimizer.name)
        chosen = typed(make, settings.optimizer.options, "optimizer", file)
        optimizer = make(evaluator.bounds, initial=evaluator.initial, random_state=run.random_state, **chosen)
    with blamed(file, "stop"):
        rules = StopRules(**settings.stop.model_dump())
        if rules.empty:
            raise ValueError(f"is empty; give at least one of {', '.join(rules.__dataclass_fields__)}")
    return Evolution(evaluator, optimizer, rules)


def _network(section: Named, file: str) -> NetworkSpec:
    if section.name not in NETWORKS:
        hint = suggestion(section.name, NETWORKS) or f" Known are {', '.join(NETWORKS)}."
        raise SettingsError(f"error in {file}, [network] name: {section.name!r} is not known.{hint}")
    make = NETWORKS[section.name]
    with blamed(file, "network"):
        return make(**typed(make, section.options, "network", file))


def evolve(
    scenario: Scenario | str,
    network: NetworkSpec,
    *,
    optimizer: str = "ga",
    optimizer_options: Mapping[str, Any] | None = None,
    max_generations: int | None = None,
    max_evaluations: int | None = None,
    max_seconds: float | None = None,
    target_fitness: float | None = None,
    target_share: float | None = None,
    stagnation: int | None = None,
    random_state: int = 0,
    n_jobs: int = 1,
    backend: Any = "auto",
    timeout: float | None = None,
    watch: Watcher = lambda _: None,
) -> Result:
    """Evolve a network in a scenario.

    It ends at the first of the rules given, or when an individual passes the scenario's confirming tests.

    Parameters
    ----------
    scenario : Scenario or str
        What to live in; a string is a scenario's name.
    network : NetworkSpec
        What to evolve.
    optimizer : str, default="ga"
        Name of an optimizer: ``"ga"``, ``"sa"``, ``"pso"`` or their long forms.
    optimizer_options : mapping or None, default=None
        Its keyword arguments, such as ``population_size``.
    max_generations, max_evaluations, max_seconds, target_fitness, target_share, stagnation : optional
        See :class:`StopRules`. At least one is needed.
    random_state : int, default=0
        Seed of everything. The same seed gives the same bits for any `n_jobs` and `backend`.
    n_jobs, backend, timeout : optional
        See :class:`evorc.evaluate.PopulationEvaluator`.
    watch : callable (Evolution) -> None, optional
        Called after every generation.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If an argument is unknown or out of range; the message names it.
    EvaluationError
        If the scenario raised, or more than half of a generation had no fitness.

    Examples
    --------
    >>> from evorc.networks import FullyRecurrent
    >>> unit = FullyRecurrent(n_neurons=1)
    >>> result = evolve("double_pole", unit, optimizer="pso", max_evaluations=20_000, random_state=0)
    >>> result.solved, result.tests[0].name
    (True, 'long')
    """
    rules = StopRules(
        max_generations=max_generations,
        max_evaluations=max_evaluations,
        max_seconds=max_seconds,
        target_fitness=target_fitness,
        target_share=target_share,
        stagnation=stagnation,
    )
    if rules.empty:
        raise ValueError(
            f"no rule would end the evolution; give at least one of {', '.join(rules.__dataclass_fields__)}"
        )
    with PopulationEvaluator(
        scenario, network, n_jobs=n_jobs, backend=backend, timeout=timeout, random_state=random_state
    ) as evaluator:
        made = by_name(optimizer)(
            evaluator.bounds, initial=evaluator.initial, random_state=random_state, **(optimizer_options or {})
        )
        return Evolution(evaluator, made, rules).run(watch)
