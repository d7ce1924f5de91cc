"""The command line: words and exit codes."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

DONE, FAILED, WRONG_INPUT, ENVIRONMENT = 0, 1, 2, 4

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
Folders = Annotated[
    list[Path], typer.Option("--scenarios", help="A folder with scenarios of your own; may be repeated.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one line of JSON.")]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", help="Workers, instead of the file's; -1 is one a core.")]


@app.command()
def run(
    experiment: Annotated[str, typer.Argument(help="A TOML file, or a name that `evorc list` shows.")],
    folder: Annotated[Path | None, typer.Option(help="Where to write; runs/NAME-N by default.")] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the file's random_state.")] = None,
    jobs: Jobs = None,
    scenarios: Folders = [],  # noqa: B006
    report: Annotated[bool, typer.Option(help="Write report.html at the end.")] = True,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run an experiment."""
    from .run import session

    with told(quiet or as_json) as console:
        session_ = session.start(experiment, folder, scenarios, seed, jobs)
        _finish(session_, console, report, as_json)


@app.command()
def resume(
    folder: Annotated[Path, typer.Argument(help="The folder of a run.")],
    jobs: Jobs = None,
    scenarios: Folders = [],  # noqa: B006
    report: Annotated[bool, typer.Option(help="Write report.html at the end.")] = True,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a run that was interrupted; the result is the same as if it had never been."""
    from .run import session

    with told(quiet or as_json) as console:
        _finish(session.reopen(folder, scenarios, jobs), console, report, as_json)


def _finish(session: Any, console: Console, report: bool, as_json: bool) -> None:
    """Run it to its end and tell what came out."""
    console.print(f"[bold]{session.title}[/]  [dim]{session.folder.path}[/]")
    result = session.run(console)
    if report:
        _report(session, result, console)
    for line in session.summary(result):
        console.print(line)
    if as_json:
        print(json.dumps(session.as_json(result)))


def _report(session: Any, result: Any, console: Console) -> None:
    from .report import write_report

    try:
        with session.folder.writing("report.html") as stream:
            write_report(stream, **session.report_data(result))
    except ModuleNotFoundError as fault:
        console.print(f"[yellow]no report:[/] {fault}")


@app.command("list")
def list_(scenarios: Folders = [], as_json: AsJson = False) -> None:  # noqa: B006
    """Show scenarios, networks and optimizers."""
    from .run.catalogue import catalogue

    with told(False) as console:
        found = catalogue(scenarios)
        if as_json:
            print(json.dumps(found))
            return
        for heading, entries in found.items():
            console.print(f"[bold]{heading}[/]")
            _table(console, entries)


@app.command()
def show(folder: Annotated[Path, typer.Argument(help="The folder of a run.")], as_json: AsJson = False) -> None:
    """Show what a run has come to."""
    from .run.session import look

    with told(False) as console:
        found = look(folder)
        if as_json:
            print(json.dumps(found))
            return
        _table(console, found)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Print versions, processor, threads and the state of the kernel cache."""
    from .run.catalogue import diagnosis

    with told(False) as console:
        found = diagnosis()
        if as_json:
            print(json.dumps(found))
            return
        _table(console, found)


def _table(console: Console, rows: Mapping[str, Any]) -> None:
    """Names and what they stand for; a pipe gets whole lines."""
    width = max(map(len, rows), default=0)
    for name, value in rows.items():
        line = Text.assemble("  ", (name.ljust(width), "cyan"), "  ", str(value))
        console.print(line, soft_wrap=not console.is_terminal)


@contextmanager
def told(quiet: bool) -> Iterator[Console]:
    """Turn what goes wrong into one message and an exit code."""
    from .evaluate import EvaluationError
    from .run import Interrupted

    try:
        yield Console(quiet=quiet, highlight=False, soft_wrap=True)
    except Interrupted as fault:
        _fail(f"{fault}: go on with `evorc resume`", 128 + fault.signum)
    except EvaluationError as fault:
        _fail(str(fault), FAILED)
    except ValueError as fault:
        _fail(str(fault), WRONG_INPUT)
    except OSError as fault:
        _fail(str(fault), ENVIRONMENT)


def _fail(message: str, code: int) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        message if message.startswith("error") else f"error: {message}", markup=False
    )
    raise typer.Exit(code)


def main() -> None:
    """Entry point of the command `evorc`."""
    app()
