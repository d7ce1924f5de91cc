"""Experiment files: TOML, checked field by field before anything runs. A file is data and can never run code."""

import difflib
import inspect
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from ..scenario import builtin_folder

MESSAGES = {
    "extra_forbidden": "is not known; allowed are {allowed}",
    "missing": "is missing",
    "int_type": "{found} is not a whole number",
    "int_from_float": "{found} is not a whole number",
    "float_type": "{found} is not a number",
    "bool_type": "{found} is not true or false",
    "string_type": "{found} is not a text in quotes",
    "dict_type": "{found} is not a section",
    "model_type": "{found} is not a section",
    "tuple_type": "{found} is not a list",
    "literal_error": "{found} is not {expected}",
    "greater_than": "{found} is not above {gt}",
    "greater_than_equal": "{found} is not at least {ge}",
    "less_than_equal": "{found} is not at most {le}",
}
STRICT = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)
OURS = {"initial", "random_state", "target", "max_generations"}  # of an optimizer: the run sets them
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """A section whose keys are all known."""

    model_config = STRICT


class StopSection(Section):
    """Rules that end the run; see :class:`evorc.run.StopRules`."""

    max_generations: Count | None = None
    max_evaluations: Count | None = None
    max_seconds: Annotated[float, Field(gt=0)] | None = None
    target_fitness: float | None = None
    target_share: Annotated[float, Field(gt=0, le=1)] | None = None
    stagnation: Count | None = None


class RunSection(Section):
    """How it is run."""

    random_state: Annotated[int, Field(ge=0)] = 0
    n_jobs: int = 1
    backend: Literal["auto", "serial", "threads", "processes"] = "auto"
    timeout: Annotated[float, Field(gt=0)] | None = None


class Named(BaseModel):
    """A section that names what it sets; its other keys belong to that."""

    model_config = ConfigDict(extra="allow", strict=True)
    name: str

    @property
    def options(self) -> dict[str, Any]:
        """All keys but the name."""
        return dict(self.model_extra or {})


class Settings(Section):
    """An experiment file."""

    title: str = ""
    scenario: Named
    network: Named
    optimizer: Named
    stop: StopSection
    run: RunSection = RunSection()


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
    places = [*folders, builtin_folder()]
    for folder in places:
        if (folder / f"{name}.toml").is_file():
            return folder / f"{name}.toml"
    known = sorted({path.stem for folder in places for path in folder.glob("*.toml")})
    near = suggestion(name, known)
    raise SettingsError(f"experiment: {name!r} is not known.{near} Known are {', '.join(known)}, or a path to a .toml")


def suggestion(name: str, known: Iterable[str]) -> str:
    """A question that names what may have been meant."""
    near = difflib.get_close_matches(name, list(known), n=3)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def read(path: Path) -> tuple[Settings, str]:
    """Settings of an experiment file, and its text."""
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(f"experiment: there is no file {path}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise SettingsError(f"error in {path.name}: it is not a whole TOML file ({fault})") from None
    return checked(content, path.name), text


def checked(content: Mapping[str, Any], file: str) -> Settings:
    """Settings of the content of an experiment file."""
    try:
        return Settings.model_validate(content)
    except ValidationError as fault:
        raise SettingsError(explained(fault, file, Settings)) from None


def typed(make: Callable[..., Any], options: Mapping[str, Any], section: str, file: str) -> dict[str, Any]:
    """The options of a section, once each is known to the signature of what they make, and of the type it says."""
    hints = get_type_hints(make.__init__ if inspect.isclass(make) else make)
    keywords = [
        p for p in inspect.signature(make).parameters.values() if p.kind is p.KEYWORD_ONLY and p.name not in OURS
    ]
    fields: Any = {p.name: (hints[p.name], ... if p.default is p.empty else p.default) for p in keywords}
    model = create_model("Options", __config__=STRICT, **fields)
    try:
        values = model.model_validate({name: _tuples(value) for name, value in options.items()})
    except ValidationError as fault:
        raise SettingsError(explained(fault, file, model, section)) from None
    return {name: getattr(values, name) for name in options}


@contextmanager
def blamed(file: str, section: str) -> Iterator[None]:
    """Say of every ValueError which section of which file it is about."""
    try:
        yield
    except SettingsError:
        raise
    except ValueError as fault:
        raise SettingsError(f"error in {file}, [{section}] {fault}") from fault


def _tuples(value: Any) -> Any:
    """TOML's arrays as tuples, which is what specifications are made of."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def explained(fault: ValidationError, file: str, model: type[BaseModel], section: str = "") -> str:
    """The first thing that is wrong, in a sentence."""
    error = fault.errors()[0]
    *sections, field = [section, *error["loc"]] if section else error["loc"]
    fields: Mapping[str, Any] = model.model_fields
    if sections and not section:
        fields = getattr(fields[str(sections[0])].annotation, "model_fields", fields)
    words = {"found": repr(error["input"]), "allowed": ", ".join(fields), **error.get("ctx", {})}
    message = MESSAGES.get(error["type"], "{found}: " + error["msg"].lower()).format_map(words)
    place = f", [{sections[0]}]" if sections and sections[0] else ""
    rest = "".join(f"[{part}]" for part in sections[1:])
    return f"error in {file}{place} {rest}{field}: {message}"
