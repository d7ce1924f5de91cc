"""The champion at work: its animation, and its signals over time."""

import json
from base64 import b64encode
from html import escape

import numpy as np
from numpy.typing import NDArray

from ..evaluate.trace import Trace
from ..scenario import Scenario
from .animation import moments, pictures, png
from .canvas import SERIES
from .charts import legend, number, signal_chart

PACE = (8.0, 25.0)  # frames a second, at least and at most
ROOM = 1_400_000  # bytes of all frames together


def player(trace: Trace, scenario: Scenario) -> str:
    """The animation with its controls; nothing if the scenario cannot be drawn."""
    if scenario.draw is None:
        return ""
    chosen = moments(len(trace.worlds))
    files = [png(picture) for picture in pictures([trace.worlds[index] for index in chosen], scenario.draw)]
    fitting = _fitting([len(file) for file in files])
    frames = [b64encode(files[index]).decode() for index in fitting]
    chosen = [chosen[index] for index in fitting]
    times = [f"{scenario.dt * index:.2f}" for index in chosen]
    seconds = float(np.clip(scenario.dt * chosen[-1], len(frames) / PACE[1], len(frames) / PACE[0]))
    data = json.dumps({"frames": frames, "times": times, "delay": round(1000 * seconds / len(frames))})
    note = f"One trial. Steps: {len(trace.time):,}; time: {times[-1]}; moments shown: {len(frames)}."
    return (
        f'<p class="note">{note}</p>\n<div class="player">\n'
        f'<img src="data:image/png;base64,{frames[0]}" alt="The champion in its world">\n'
        f'<div class="controls"><button type="button">Play</button>'
        f'<input type="range" min="0" max="{len(frames) - 1}" value="0" aria-label="Moment"><output></output></div>\n'
        f'<div class="strip"></div>\n</div>\n<script type="application/json" id="frames">{data}</script>'
    )


def _fitting(sizes: list[int]) -> list[int]:
    """Evenly chosen indices of as many files as there is room for, halving their number until they fit."""
    kept = moments(len(sizes))
    while len(kept) > 2 and sum(sizes[index] for index in kept) > ROOM:
        kept = [kept[index] for index in moments(len(kept), len(kept) // 2)]
    return kept


def activity(trace: Trace) -> str:
    """Inputs and outputs of the trial over time."""
    count = trace.outputs.shape[1] - len(trace.output_names)
    hidden = tuple(f"neuron {len(trace.output_names) + number + 1}" for number in range(count))
    return _signals("Inputs", trace.time, trace.inputs, trace.input_names) + _signals(
        "Outputs of the neurons", trace.time, trace.outputs, trace.output_names + hidden
    )


def _signals(title: str, time: NDArray[np.float64], signals: NDArray[np.floating], names: tuple[str, ...]) -> str:
    if signals.shape[1] == 0:
        return ""
    if signals.shape[1] > len(SERIES):
        reach = number(float(np.nanmax(np.abs(signals))))
        rows = "; ".join(f"{index} {escape(name)}" for index, name in enumerate(names, 1))
        key = f'<p class="note">Blue is above zero, orange below, full at {reach}. Rows: {rows}.</p>'
    else:
        key = legend({name: f"s{index}" for index, name in enumerate(names, 1)})
    return f"<h3>{title}</h3>\n{key}\n{signal_chart(time, signals, f'{title} over time')}\n"
