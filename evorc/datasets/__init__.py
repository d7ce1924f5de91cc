"""Series to learn from: generated ones, small real ones, the user's own. Each is imported when it is first named."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .delay import mackey_glass
    from .driven import Task, memory_capacity_input, narma
    from .files import read_series
    from .flows import lorenz63, lorenz96, roessler
    from .real import LabelledSeries, Split, digits_rows, japanese_vowels, santa_fe_laser
    from .spatial import kuramoto_sivashinsky
    from .spikes import SpikeTask, jittered_templates, rate_sums, segment_recall, temporal_xor
    from .stepped import henon, multiple_superimposed_oscillators

__all__ = [
    "LabelledSeries",
    "SpikeTask",
    "Split",
    "Task",
    "digits_rows",
    "henon",
    "japanese_vowels",
    "jittered_templates",
    "kuramoto_sivashinsky",
    "lorenz63",
    "lorenz96",
    "mackey_glass",
    "memory_capacity_input",
    "multiple_superimposed_oscillators",
    "narma",
    "rate_sums",
    "read_series",
    "roessler",
    "santa_fe_laser",
    "segment_recall",
    "temporal_xor",
]

_MODULES = {
    "LabelledSeries": "real",
    "SpikeTask": "spikes",
    "Split": "real",
    "Task": "driven",
    "digits_rows": "real",
    "henon": "stepped",
    "japanese_vowels": "real",
    "jittered_templates": "spikes",
    "kuramoto_sivashinsky": "spatial",
    "lorenz63": "flows",
    "lorenz96": "flows",
    "mackey_glass": "delay",
    "memory_capacity_input": "driven",
    "multiple_superimposed_oscillators": "stepped",
    "narma": "driven",
    "rate_sums": "spikes",
    "read_series": "files",
    "roessler": "flows",
    "santa_fe_laser": "real",
    "segment_recall": "spikes",
    "temporal_xor": "spikes",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f".{_MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
