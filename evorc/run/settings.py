"""Experiment files: TOML, checked field by field before anything runs. A file is data and can never run code."""

import difflib
import inspect
import reprlib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model, field_validator

from ..evaluate.faults import ScenarioError
from ..scenario import builtin_folder

MESSAGES = {
    "extra_forbidden": "is not known; allowed are {allowed}",
    "missing": "is missing",
    "too_short": "{found} has too few values",
    "too_long": "{found} has too many values",
    "int_type": "{found} is not a whole number",
    "int_from_float": "{found} is not a whole number",
    "float_type": "{found} is not a number",
    "bool_type": "{found} is not true or false",
    "string_type": "{found} is not a text in quotes",
    "dict_type": "{found} is not a section",
    "model_type": "{found} is not a section",
    "tuple_type": "{found} is not a list",
    "literal_error": "{found} is not {expected}",
    "finite_number": "{found} is not a finite number",
    "less_than": "{found} is not below {lt}",
    "greater_than": "{found} is not above {gt}",
    "greater_than_equal": "{found} is not at least {ge}",
    "less_than_equal": "{found} is not at most {le}",
}
STRICT = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)
OURS = {"random_state", "target", "max_generations"}  # of an optimizer: the run sets them
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
WRITTEN = {"initial": tuple[float, ...]}  # what a file can say of an option that is an array: here a genome
SEEDS = 2**63  # kernels hold a seed in 64 bits
LETTERS = 80  # of a value that is shown


class Section(BaseModel):
    """A section whose keys are all known."""

    model_config = STRICT


class StopSection(Section):
    """Rules that end the run; see :class:`evorc.run.StopRules`."""

    max_generations: Count | None = None
    max_evaluations: Count | None = None
    max_seconds: Positive | None = None
    target_fitness: Annotated[float, Field(allow_inf_nan=False)] | None = None
    target_share: Annotated[float, Field(gt=0, le=1)] | None = None
    stagnation: Count | None = None


class RunSection(Section):
    """How it is run."""

    random_state: Annotated[int, Field(ge=0, lt=SEEDS)] = 0
    n_jobs: int = 1
    backend: Literal["auto", "serial", "threads", "processes"] = "auto"
    timeout: Positive | None = None


class Named(BaseModel):
    """A section that names what it sets; its other keys belong to that."""

    model_config = ConfigDict(extra="allow", strict=True)
    name: str

    @property
    def options(self) -> dict[str, Any]:
        """All keys but the name."""
        return dict(self.model_extra or {})


class StageSection(BaseModel):
    """A stage before the last: what ends it, and the options of the scenario that differ in it."""

    model_config = ConfigDict(extra="allow", strict=True)
    until: StopSection

    @property
    def options(self) -> dict[str, Any]:
        """All keys but `until`."""
        return dict(self.model_extra or {})


class RacingSection(Section):
    """Stops hopeless individuals early; see :class:`evorc.evaluate.Racing`."""

    heats: tuple[float, ...] = (0.25, 1.0)
    survivors: float = 0.25

    @field_validator("heats", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return _tuples(value)


class Settings(Section):
    """An experiment file."""

    title: str = ""
    scenario: Named
    network: Named
    optimizer: Named
    stop: StopSection
    run: RunSection = RunSection()
    racing: RacingSection | None = None
    encoding: Named | None = None
    stages: list[StageSection] = []


SECTIONS = set(Settings.model_fields) - {"title"}


class SettingsError(ValueError):
    """An experiment file that cannot be run; the message names the file, the field, what was found, what is allowed."""


def find(name: str, folders: Iterable[Path] = ()) -> Path:
    """The file of an experiment: a path to a TOML file, or the name of one beside the scenarios.

    Raises
    ------
    SettingsError
        If there is no such file; the names of those that exist are told.
    """
    if name.endswith(".toml"):
        return Path(name)
    known = experiments(folders)
    if name not in known:
        near = suggestion(name, known)
        raise SettingsError(
            f"experiment: {name!r} is not known.{near} Known are {', '.join(known)}, or a path to a .toml"
        )
    return known[name]


def experiments(folders: Iterable[Path] = ()) -> dict[str, Path]:
    """The experiment files beside the scenarios by their names; the folders come before the built-in one."""
    found: dict[str, Path] = {}
    for folder in (*folders, builtin_folder()):
        found = {path.stem: path for path in sorted(folder.glob("*.toml"))} | found
    return dict(sorted(found.items()))


def suggestion(name: str, known: Iterable[str]) -> str:
    """A question that names what may have been meant."""
    near = difflib.get_close_matches(name, list(known), n=3)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def read(path: Path) -> tuple[Settings, str]:
    """Settings of an experiment file, and its text."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as fault:
        raise SettingsError(f"experiment: {path} cannot be read ({fault.strerror})") from None
    except ValueError as fault:
        raise SettingsError(f"error in {path.name}: it is not a whole TOML file ({fault})") from None
    except RecursionError:
        raise SettingsError(f"error in {path.name}: its lists are nested too deeply") from None
    return checked(content, path.name), text


def checked(content: Mapping[str, Any], file: str) -> Settings:
    """Settings of the content of an experiment file."""
    try:
        return Settings.model_validate(content)
    except ValidationError as fault:
        raise SettingsError(explained(fault, file, Settings)) from None


def typed(make: Callable[..., Any], options: Mapping[str, Any], section: str, file: str) -> dict[str, Any]:
    """The options of a section, once each is known to the signature of what they make, and of the type it says."""
    hints = get_type_hints(make.__init__ if inspect.isclass(make) else make) | WRITTEN
    keywords = [
        p for p in inspect.signature(make).parameters.values() if p.kind is p.KEYWORD_ONLY and p.name not in OURS
    ]
    fields: Any = {p.name: (hints.get(p.name, Any), ... if p.default is p.empty else p.default) for p in keywords}
    model = create_model("Options", __config__=STRICT, **fields)
    try:
        values = model.model_validate({name: _tuples(value) for name, value in options.items()})
    except ValidationError as fault:
        raise SettingsError(explained(fault, file, model, section)) from None
    return {name: getattr(values, name) for name in options}


@contextmanager
def blamed(file: str, section: str) -> Iterator[None]:
    """Say of everything that is wrong which section of which file it is about."""
    try:
        yield
    except (SettingsError, ScenarioError):
        raise
    except ValueError as fault:
        message = str(fault)
        if message.startswith(f"{section}: "):  # a section is named after what its `name` names
            message = message.replace(section, "name", 1)
        raise SettingsError(f"error in {file}, [{section}] {message}") from fault
    except (MemoryError, OverflowError) as fault:
        raise SettingsError(f"error in {file}, [{section}] asks for more than there is: {fault}") from fault


def _tuples(value: Any) -> Any:
    """TOML's arrays as tuples, which is what specifications are made of."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def explained(fault: ValidationError, file: str, model: type[BaseModel], section: str = "") -> str:
    """The first thing that is wrong, in a sentence; a name that is not known may be why another is missing."""
    error = min(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
    part, *inner = [section, *error["loc"]] if section else error["loc"]
    fields = _fields(model, error["loc"][:-1])
    kind = error["type"]
    if kind == "missing" and isinstance(error["loc"][-1], int):
        kind, inner = "too_short", inner[:-1]
    words = {"found": shown(error["input"]), "allowed": ", ".join(fields), **error.get("ctx", {})}
    message = MESSAGES[kind].format_map(words) if kind in MESSAGES else f"{words['found']}: {error['msg'].lower()}"
    if kind == "extra_forbidden":
        message += suggestion(str(error["loc"][-1]), fields).replace(" Did", ". Did")
    return f"error in {file}, {_place(str(part), inner)}: {message}"


def _fields(model: type[BaseModel], place: tuple[int | str, ...]) -> Mapping[str, Any]:
    """Fields of the innermost section around a place."""
    fields: Mapping[str, Any] = model.model_fields
    for name in place:
        annotation = fields[str(name)].annotation if name in fields else None
        inner = [part for part in (annotation, *get_args(annotation)) if hasattr(part, "model_fields")]
        fields = inner[0].model_fields if inner else fields
    return fields


def _place(part: str, inner: list[int | str]) -> str:
    """A field as its file has it: a section in brackets, its key, the place in a list."""
    if not inner:
        return f"[{part}]" if part in SECTIONS else part
    if isinstance(inner[0], int):  # one of a list of sections
        return f"[{part}] number {inner[0] + 1}" + "".join(f", {item}" for item in inner[1:])
    field, *items = inner
    return f"[{part}] {field}" + "".join(f"[{item}]" for item in items if isinstance(item, int))


def shown(value: Any) -> str:
    """What was found, no longer than a line."""
    text = reprlib.repr(value) if isinstance(value, (list, tuple, dict)) else repr(value)
    return text if len(text) <= LETTERS else f"{text[:LETTERS]}..."
