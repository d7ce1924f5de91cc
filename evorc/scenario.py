"""What a scenario is, and finding one by its name."""

import difflib
import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.metadata import entry_points
from inspect import signature
from math import isfinite
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, SupportsIndex

from .kernels.weave import Loops, Rules, Seats, weave

GROUP = "evorc.scenarios"
PREFIX = "evorc_scenarios_"  # of the modules made of scenarios' files
Draw = Callable[[Any, Any], None]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A world, how a network senses it and acts in it, and what its behaviour is worth.

    A compiled scenario has a `world` and five `numba.njit` functions, which see one world at a time. A plain one has
    none and five Python functions, for simulators written elsewhere; its world may be any object.

    Parameters
    ----------
    name : str
        By which it is known.
    start : callable (key) -> world, or (key, body) -> world
        The world before the first step. `key.trial` counts the trials; :mod:`evorc.kernels.random` draws from the key.
        Where there is a `body`, the second argument is a tuple of its genes.
    sense : callable (world) -> tuple of float
        What the network sees, one value a sensor, best within [-1, 1]. Of several agents one after the other.
    act : callable (world, motors) -> world
        One step of `dt` under the motors, a tuple of floats within `motor_range`; of several agents one after the
        other. Array fields may be written in place.
    ended : callable (world) -> bool
        Whether the trial is over before `max_steps`.
    score : callable (world) -> float
        What the trial was worth, asked once when it is over. Higher is better.
    sensors, motors : tuple of str
        Their names, those of one agent.
    dt : float
        Length of a step, in seconds or the scenario's own unit of time.
    max_steps : int
        Steps after which a trial is over.
    world : NamedTuple type or None, default=None
        Fields are float, int (up to 2**53), bool or `Annotated[numpy.ndarray, size]`. None for a plain scenario.
    motor_range : (float, float), default=(-1, 1)
        A network's output is mapped to it.
    agents : int, default=1
        Bodies that an individual has in one world.
    clonal : bool, default=True
        Whether all agents have the same network; otherwise the genome holds one for each.
    body : dict of str to (float, float)
        Genes of the body, evolved beside the network: their names and bounds.
    trials : int, default=1
        Trials an individual.
    aggregate : {"mean", "min"} or tuple of float, default="mean"
        How trials make a fitness; numbers are the weights of a sum, one a trial.
    conditions : {"fixed", "fresh"}, default="fixed"
        Whether all generations meet the same trials, or each draws its own. Within one, all individuals meet the same.
    passing : float or None, default=None
        A trial with at least this score is passed.
    tests : dict of str to HeldOut
        Held-out tests by name.
    confirm : tuple of str, default=()
        The tests that an individual must pass before the scenario counts as solved. They are put to all that pass every
        training trial, or to the best of each generation where `passing` is None.
    chance : float or None, default=None
        Mean fitness of random controllers.
    baseline : dict of str to float
        Fitnesses of other solutions, to be shown beside a result.
    draw : callable (axes, world) or None, default=None
        Draws one moment on matplotlib axes; what it labels in the first moment is the animation's legend.
    """

    name: str
    start: Callable[..., Any]
    sense: Callable[..., Any]
    act: Callable[..., Any]
    ended: Callable[..., Any]
    score: Callable[..., Any]
    sensors: tuple[str, ...]
    motors: tuple[str, ...]
    dt: float
    max_steps: int
    world: type | None = None
    motor_range: tuple[float, float] = (-1.0, 1.0)
    agents: int = 1
    clonal: bool = True
    body: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    trials: int = 1
    aggregate: Literal["mean", "min"] | tuple[float, ...] = "mean"
    conditions: Literal["fixed", "fresh"] = "fixed"
    passing: float | None = None
    tests: Mapping[str, "HeldOut"] = field(default_factory=dict)
    confirm: tuple[str, ...] = ()
    chance: float | None = None
    baseline: Mapping[str, float] = field(default_factory=dict)
    draw: Draw | None = None
    origin: "Origin | None" = field(default=None, init=False, compare=False, repr=False)  # a changed copy has none

    def __post_init__(self) -> None:
        for name, number in (("trials", self.trials), ("max_steps", self.max_steps), ("agents", self.agents)):
            if not isinstance(number, SupportsIndex) or isinstance(number, bool) or number < 1:
                raise ValueError(f"{name}: {number!r} is not a whole number of at least 1")
        if self.conditions not in ("fixed", "fresh"):
            raise ValueError(f'conditions: {self.conditions!r} is not "fixed" or "fresh"')
        weighted = isinstance(self.aggregate, tuple) and len(self.aggregate) == self.trials
        if self.aggregate not in ("mean", "min") and not (weighted and _finite(*self.aggregate)):
            raise ValueError(f'aggregate: {self.aggregate!r} is not "mean", "min" or a number for each of the trials')
        for name, bounds in self.body.items():
            if not (len(bounds) == 2 and _finite(*bounds) and bounds[0] < bounds[1]):
                raise ValueError(f"body: {name!r} has {bounds!r}, not a pair of finite numbers, the lower first")
        if not 0.0 < self.dt < float("inf"):
            raise ValueError(f"dt: {self.dt!r} is not a positive number")
        if not (_finite(*self.motor_range) and self.motor_range[0] < self.motor_range[1]):
            raise ValueError(f"motor_range: {self.motor_range!r} is not a pair of finite numbers, the lower first")

    @property
    def compiled(self) -> bool:
        """Whether its functions are compiled."""
        return self.world is not None

    @property
    def n_inputs(self) -> int:
        """Channels that a network gets."""
        return len(self.sensors)

    @property
    def n_outputs(self) -> int:
        """Outputs that it is asked for."""
        return len(self.motors)

    @property
    def output_range(self) -> tuple[float, float]:
        """To which a network's outputs are mapped."""
        return self.motor_range

    @property
    def seats(self) -> Seats:
        """How much its functions take and give."""
        return Seats(self.n_inputs, self.n_outputs, self.agents, len(self.body))

    @property
    def rules(self) -> Rules:
        """The five functions."""
        return Rules(self.start, self.sense, self.act, self.ended, self.score)

    @cached_property
    def loops(self) -> Loops:
        """The functions applied to whole rows of worlds."""
        if self.world is None:
            raise ValueError(f"scenario {self.name!r} is not compiled")
        return weave(self.world, self.rules, self.seats)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.origin is None:
            fields = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "origin"}
            return _rebuild, (tuple(map(_Source, self._files)), fields)
        return self.origin.load, ()

    @property
    def _files(self) -> list[str]:
        """Files, known to this process alone, in which its functions stand."""
        modules = {str(getattr(rule, "__module__", "")) for rule in self.rules}
        return sorted(str(sys.modules[name].__file__) for name in modules if name.startswith(PREFIX))


def _finite(*numbers: Any) -> bool:
    return all(isinstance(number, int | float) and isfinite(number) for number in numbers)


class _Source:
    """A scenario's file, read again before the functions that are looked up in it by name."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return _module, (Path(self.file),)


def _rebuild(_: Any, fields: dict[str, Any]) -> Scenario:
    return Scenario(**fields)


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """A test on conditions that were never trained.

    Parameters
    ----------
    scenario : Scenario
        The conditions; its `passing` says when a trial is passed.
    needed : int, default=0
        Trials to be passed.
    least_mean : float or None, default=None
        Mean score of all trials to be reached, where the test asks for one.
    """

    scenario: Scenario
    needed: int = 0
    least_mean: float | None = None


@dataclass(frozen=True)
class Origin:
    """Where a scenario came from: enough to make the same one in another process."""

    file: str
    options: tuple[tuple[str, Any], ...]

    def load(self) -> Scenario:
        """Make it."""
        return _load(self)


def load_scenario(name: str, folders: Iterable[str | Path] = (), **options: Any) -> Scenario:
    """Find a scenario and make it.

    Parameters
    ----------
    name : str
        Of a file `NAME.py` with a function `scenario`, in `folders`, among the built-in ones, or among those that
        installed packages declare under the entry-point group `evorc.scenarios`.
    folders : iterable of path, default=()
        More folders to look in, before all others.
    **options
        Keyword arguments of its function `scenario`.

    Raises
    ------
    ValueError
        If there is no such scenario (the nearest names are suggested) or it does not take these options.

    Examples
    --------
    >>> load_scenario("double_pole", velocities=True).sensors
    ('x', 'x_dot', 'theta1', 'theta1_dot', 'theta2', 'theta2_dot')
    """
    return _load(Origin(str(_file(name, folders)), _hashable(options)))


def scenario_function(name: str, folders: Iterable[str | Path] = ()) -> Callable[..., Scenario]:
    """The function `scenario` of a scenario's file: its keyword arguments are the options.

    Raises
    ------
    ValueError
        If there is no such scenario.
    """
    return _maker(_file(name, folders))


def scenario_module(name: str, folders: Iterable[str | Path] = ()) -> ModuleType:
    """The file of a scenario as a module, for another one that builds on its functions and constants.

    Raises
    ------
    ValueError
        If there is no such scenario.

    Examples
    --------
    >>> scenario_module("single_leg_walker").LEG
    15.0
    """
    return _module(_file(name, folders))


def _maker(file: Path) -> Callable[..., Scenario]:
    make = getattr(_module(file), "scenario", None)
    if make is None:
        raise ValueError(f"scenario: {file} has no function scenario()")
    return make  # type: ignore[no-any-return]


def _file(name: str, folders: Iterable[str | Path]) -> Path:
    known = list_scenarios(folders)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Known are {', '.join(sorted(known))}."
        raise ValueError(f"scenario: {name!r} is not known. {hint}")
    return known[name]


def list_scenarios(folders: Iterable[str | Path] = ()) -> dict[str, Path]:
    """Names of all scenarios that can be found, with the files that hold them.

    Examples
    --------
    >>> "double_pole" in list_scenarios()
    True
    """
    found = {point.name: file for point in entry_points(group=GROUP) if (file := _file_of(point.module))}
    for folder in (builtin_folder(), *reversed([Path(folder).resolve() for folder in folders])):
        if not folder.is_dir():
            raise ValueError(f"scenario folder: {folder} is not a folder")
        found |= {source.stem: source for source in sorted(folder.glob("[!_]*.py"))}
    return found


def builtin_folder() -> Path:
    """Folder of the scenarios that come with evorc: within the wheel, or beside the package in a checkout."""
    here = Path(__file__).resolve().parent
    inside = here / "scenarios"
    return inside if inside.is_dir() else here.parent / "scenarios"


def _file_of(module: str) -> Path | None:
    """File of an installed module; None where a package declares one that it does not hold."""
    with suppress(ModuleNotFoundError):
        spec = importlib.util.find_spec(module)
        return Path(spec.origin) if spec and spec.origin else None
    return None


@lru_cache(maxsize=64)
def _load(origin: Origin) -> Scenario:
    make = _maker(Path(origin.file))
    made = make(**_checked(make, dict(origin.options)))
    if not isinstance(made, Scenario):
        raise ValueError(f"scenario: {origin.file} has a function scenario() that returns {made!r}, not a Scenario")
    object.__setattr__(made, "origin", origin)
    return made


def _checked(make: Callable[..., Scenario], options: dict[str, Any]) -> dict[str, Any]:
    allowed = signature(make).parameters
    for option in options:
        if option not in allowed:
            raise ValueError(f"scenario option {option!r} is not known; allowed are {', '.join(allowed) or 'none'}")
    for name, parameter in allowed.items():
        if parameter.default is parameter.empty and name not in options:
            raise ValueError(f"scenario option {name!r} is not given and has no default")
    return options


def _hashable(options: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Options in the order of their names, a list as a tuple."""
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in sorted(options.items()))


@lru_cache(maxsize=64)
def _module(file: Path) -> ModuleType:
    # Compiled code on the disk knows the module by its name, which must not change when the file moves.
    name = f"{PREFIX}{hashlib.sha256(file.read_bytes()).hexdigest()[:8]}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ValueError(f"scenario: {file} cannot be read as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
