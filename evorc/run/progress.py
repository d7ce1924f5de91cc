"""Progress of a run on a terminal; silent where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from .evolution import Evolution, Watcher

STEPS = 20  # characters of the bar


@contextmanager
def shown(console: Console, quiet: bool) -> Iterator[Watcher]:
    """A watcher that keeps one line up to date."""
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    with Live(console=console, refresh_per_second=8, transient=True) as live:
        yield lambda evolution: live.update(_line(evolution), refresh=False)


def _line(evolution: Evolution) -> Table:
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
    done = min(1.0, max(shares, default=0.0))
    filled = round(STEPS * done)
    bar = f"[green]{'━' * filled}[/][dim]{'━' * (STEPS - filled)}[/] {done:4.0%}" if shares else ""
    table = Table.grid(padding=(0, 2))
    table.add_row(
        f"generation {last.generation + 1}",
        f"{last.evaluations:,} evaluations",
        f"best {last.best_so_far:.6g}",
        f"mean {last.mean:.4g}",
        f"[red]{last.failed} failed[/]" if last.failed else "",
        bar,
        f"{evolution.seconds:.0f} s",
    )
    return table
