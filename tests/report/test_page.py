"""The report is one page that is well formed, loads nothing, and takes no text for code."""

import builtins
import io
import json
import re

import matplotlib
import numpy as np
import pytest
from matplotlib._pylab_helpers import Gcf
from report.page import HOSTILE, Page, dot, page_of, toy_history, toy_report, toy_scenario, toy_test, toy_trace

from evorc.genome import Genome
from evorc.networks import Feedforward, FullyRecurrent
from evorc.networks.spec import Size
from evorc.report.behaviour import _fitting, write_animation
from evorc.report.charts import thinned

SECTIONS = ["Fitness", "Behaviour of the champion", "Parameters of the champion"]
MASK = ((True, False), (True, True))
MORE = {"tests": [toy_test()], "settings": {"optimizer": {"kind": "pso"}}, "versions": {"numpy": "2.4"}}


@pytest.fixture(scope="module")
def full():
    return page_of(toy_report(scenario=toy_scenario(draw=dot, chance=1.0, baseline={"published": 8.0}), **MORE))


@pytest.fixture(scope="module")
def hostile():
    names = (HOSTILE, HOSTILE + "2")
    scenario = toy_scenario(draw=dot, name=HOSTILE, chance=0.0, baseline={HOSTILE: 1.0})
    settings = {HOSTILE: {HOSTILE: HOSTILE}}
    texts = {"title": HOSTILE, "outcome": HOSTILE, "settings": settings, "versions": {HOSTILE: HOSTILE}}
    return page_of(toy_report(scenario=scenario, trace=toy_trace(names=names), tests=[toy_test(HOSTILE)], **texts))


def headings(page, level="h2"):
    return re.findall(rf"<{level}>(.*?)</{level}>", page.text)


def frames(page):
    data = re.search(r'<script type="application/json" id="frames">(.*?)</script>', page.text)
    return json.loads(data.group(1))


def test_all_sections_are_there(full):
    assert headings(full) == [*SECTIONS, "Held-out tests", "Settings and versions"]


def test_sections_without_content_are_left_out():
    assert headings(page_of(toy_report())) == [SECTIONS[0], "What it sees and does", SECTIONS[2]]


@pytest.mark.parametrize("page", ["full", "hostile"])
def test_every_element_is_closed(page, request):
    found = request.getfixturevalue(page)
    assert (found.open, found.unbalanced) == ([], [])


@pytest.mark.parametrize("page", ["full", "hostile"])
def test_nothing_is_loaded_from_elsewhere(page, request):
    found = request.getfixturevalue(page)
    sources = [value for _, name, value in found.attributes if name in ("src", "srcset", "data", "poster")]
    links = [value for _, name, value in found.attributes if name.endswith("href")]
    assert all(source.startswith("data:") for source in sources)
    assert all(link.startswith(("#", "data:")) for link in links)
    assert not re.search(r"https?:|url\((?!#)|@import", found.text)


def test_the_page_forbids_what_it_does_not_hold(full):
    policy = next(value for _, name, value in full.attributes if name == "content" and "default-src" in value)
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy


def test_hostile_names_stay_text(hostile, full):
    assert hostile.tags.count("script") == full.tags.count("script")
    assert "<script>alert" not in hostile.text
    assert not [name for _, name, _ in hostile.attributes if name.startswith("on")]


def test_hostile_names_are_shown_as_they_are(hostile):
    assert hostile.words.count(HOSTILE) >= 8


def test_the_headline_tells_title_outcome_and_counts(full):
    shown = full.words[: full.words.index("Fitness")]
    for expected in ("A toy", "Solved after 640 evaluations.", "9", "640", "10", "21"):
        assert expected in shown


def test_levels_to_compare_with_are_named_in_the_chart(full):
    assert {"chance 1", "published 8"} <= set(full.words)


def test_failed_evaluations_are_counted(full):
    assert full.words[full.words.index("evaluations without a fitness") - 1] == "5"


@pytest.mark.parametrize(("passed", "verdict"), [(2, "passed"), (1, "not passed")])
def test_a_held_out_test_is_passed_with_as_many_trials_as_needed(passed, verdict):
    page = page_of(toy_report(tests=[toy_test("far", passed=passed, needed=2)]))
    assert verdict in page.words[page.words.index("far") :]


def test_settings_of_sections_carry_their_names(full):
    assert full.words[full.words.index("optimizer.kind") + 1] == "pso"


def test_every_gene_is_there_in_full_precision():
    report = toy_report()
    listed = re.search(r"<pre>(.*?)</pre>", page_of(report).text).group(1)
    assert np.array_equal([float(gene) for gene in listed.split(", ")], report.champion)


@pytest.mark.parametrize("network", [FullyRecurrent(n_neurons=2, recurrent_mask=MASK), Feedforward(n_hidden=20)])
def test_every_gene_has_a_cell_in_a_heat_map(network):
    genome = Genome.of(network, Size(inputs=2, outputs=1))
    page = page_of(toy_report(genome=genome, champion=np.ones(genome.n_genes)))
    assert sum(tag == "td" and value in ("above", "below") for tag, _, value in page.attributes) == genome.n_genes


def test_a_scenario_without_channels_has_no_chart_of_inputs():
    assert "Inputs" not in headings(page_of(toy_report(trace=toy_trace(names=()))), "h3")


@pytest.mark.parametrize("neurons", [3, 30])
def test_few_neurons_are_lines_and_many_are_rows_of_pixels(neurons):
    page = page_of(toy_report(trace=toy_trace(neurons=neurons)))
    assert ("image" in page.tags) == (neurons == 30)


@pytest.mark.parametrize(("neurons", "beside"), [(8, 6), (32, 30), (33, 0)])
def test_names_stand_beside_the_signals_while_there_is_room(neurons, beside):
    page = page_of(toy_report(trace=toy_trace(neurons=neurons)))
    assert sum(word in page.words for word in (f"neuron {k}" for k in range(3, neurons + 1))) == beside
    assert ("Rows" in page.words) == (beside == 0)


def test_a_long_trace_makes_no_larger_chart():
    short, long = (page_of(toy_report(trace=toy_trace(n))) for n in (2000, 50_000))
    assert len(long.text) < 1.5 * len(short.text)


def test_a_chart_keeps_the_extremes_of_a_long_trace():
    signal = np.zeros(100_000)
    signal[[12_345, 70_001]] = 1.0, -2.0
    time, kept = thinned(np.arange(100_000.0), signal)
    assert dict(zip(time, kept, strict=True)) == {**dict.fromkeys(time, 0.0), 12_345.0: 1.0, 70_001.0: -2.0}


@pytest.mark.parametrize("steps", [1, 20])
def test_the_player_shows_all_from_the_first_moment_to_the_last(steps):
    shown = frames(page_of(toy_report(scenario=toy_scenario(draw=dot), trace=toy_trace(steps))))
    assert len(shown["frames"]) == len(shown["captions"]) == len(shown["places"]) == steps + 1
    times = [float(shown["captions"][end].split()[2]) for end in (0, -1)]
    assert times == pytest.approx([0.0, 0.1 * steps])


def test_the_line_in_the_charts_moves_from_the_first_moment_to_the_last():
    page = page_of(toy_report(scenario=toy_scenario(draw=dot), trace=toy_trace(5)))
    places = frames(page)["places"]
    assert page.text.count('class="now"') == 2
    assert 0.0 < places[0] < places[-1] <= 1.0
    assert np.diff(places[:-1]) == pytest.approx(places[1] - places[0], abs=2e-5)


def test_signals_of_several_agents_have_charts_of_their_own():
    names = tuple(f"agent {agent} {name}" for agent in (1, 2) for name in ("left", "right"))
    page = page_of(toy_report(trace=toy_trace(names=names)))
    assert [name for name in headings(page, "h3") if "Inputs" in name] == ["Inputs, agent 1", "Inputs, agent 2"]
    assert page.words.count("left") == 2


def test_a_page_of_an_animation_alone_loads_nothing():
    stream = io.StringIO()
    write_animation(stream, HOSTILE, toy_trace(3), toy_scenario(draw=dot))
    page = Page(stream.getvalue())
    assert (page.open, page.unbalanced) == ([], [])
    assert "<script>alert" not in page.text
    assert not re.search(r"https?:|url\((?!#)|@import", page.text)


def test_a_scenario_without_a_drawing_is_told_to_have_none():
    with pytest.raises(ValueError, match="has no function draw"):
        write_animation(io.StringIO(), "toy", toy_trace(), toy_scenario())


def test_large_frames_arethinned_out_and_keep_the_ends():
    kept = _fitting([50_000] * 150)
    assert (kept[0], kept[-1]) == (0, 149)
    assert 14 <= len(kept) <= 28


@pytest.mark.parametrize("generations", [0, 1])
def test_a_run_that_ended_early_has_a_report(generations):
    page = page_of(toy_report(history=toy_history(generations)))
    assert ("Fitness" in headings(page)) == (generations > 0)


def test_generations_without_a_fitness_leave_a_gap():
    history = toy_history(4)
    for name in ("best", "lower_quartile", "median", "upper_quartile"):
        setattr(history[1], name, float("-inf") if name == "best" else float("nan"))
    assert "Fitness" in headings(page_of(toy_report(history=history)))


def test_the_same_values_make_the_same_page_but_for_its_ids():
    def without_ids(page):
        return re.sub(r'(id="|#)[\w-]+', "", page.text)

    assert without_ids(page_of(toy_report())) == without_ids(page_of(toy_report()))


def test_global_state_of_matplotlib_is_left_alone():
    before = matplotlib.rcParams.copy()
    page_of(toy_report())
    assert matplotlib.rcParams.copy() == before
    assert Gcf.get_all_fig_managers() == []


def test_a_missing_extra_is_named(monkeypatch):
    found = builtins.__import__

    def without_matplotlib(name, *rest):
        if name.startswith("matplotlib"):
            raise ModuleNotFoundError(name)
        return found(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    with pytest.raises(ModuleNotFoundError, match=re.escape('pip install "evorc[plots]"')):
        page_of(toy_report())
