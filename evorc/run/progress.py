"""Progress of a run on a terminal; silent where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from .evolution import Evolution, Watcher

STEPS = 16  # characters of the bar


@contextmanager
def shown(console: Console, quiet: bool) -> Iterator[Watcher]:
    """A watcher that keeps one line up to date."""
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        yield lambda evolution: live.update(_line(evolution), refresh=False)


def _line(evolution: Evolution) -> Text:
    last, rules = evolution.history[-1], evolution.rules
    shares = [
        reached / limit
        for reached, limit in (
            (last.evaluations, rules.max_evaluations),
            (last.generation + 1, rules.max_generations),
            (evolution.seconds, rules.max_seconds),
        )
        if limit
    ]
    parts = [
        *([_bar(min(1.0, max(shares)))] if shares else []),
        f"generation {last.generation + 1:,}",
        f"best {last.best_so_far:.6g}",
        f"mean {last.mean:.4g}",
        *([f"[red]{last.failed} failed[/]"] if last.failed else []),
        f"{evolution.seconds:.0f} s",
        f"[dim]{last.evaluations:,} evaluations[/]",
    ]
    line = Text.from_markup("  ".join(parts))
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


def _bar(done: float) -> str:
    filled = round(STEPS * done)
    return f"[green]{'━' * filled}[/][dim]{'━' * (STEPS - filled)}[/] {done:3.0%}"
