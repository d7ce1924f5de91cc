"""Incremental evolution: when a stage ends, what is kept, and that a run may be stopped in any of them."""

import numpy as np
import pytest
from run.experiments import changed, outcome, reopened, started

from evorc import evolve
from evorc.networks import FullyRecurrent
from evorc.optimizers import Individual
from evorc.run import StopRules, session
from evorc.scenario import load_scenario

UNIT = FullyRecurrent(n_neurons=1)
EASY = load_scenario("double_pole", velocities=False)
STAGED = changed(
    ("[stop]", "[[stages]]\nuntil = { max_generations = 3 }\npassing = -9.0\n\n[stop]"),
    ("[run]", "[[stages]]\nuntil = { target_fitness = -4.0, stagnation = 4 }\n\n[run]"),
)


def stages_of(history):
    return [record.stage for record in history]


def broken_off(path, text, moment):
    """A run that ended after so many generations, as if it had been killed."""
    broken = started(path, text, name=f"broken at {moment}")
    folder, evolution = broken.folder, broken.evolution
    with folder.locked(), evolution:
        folder.begin(text, broken.settings.model_dump())
        while len(evolution.history) < moment:
            evolution._generation(session.Interrupts())
        folder.watch(evolution, at_once=True)


@pytest.mark.parametrize("name", ["ga", "pso", "sa", "de", "cosyne", "snes", "cmaes"])
def test_a_stage_ends_by_its_rule_and_the_best_so_far_begins_anew(name):
    stages = [(EASY, StopRules(max_generations=4)), (EASY, StopRules(max_evaluations=40))]
    options = {"population_size": 20}
    result = evolve(
        "double_pole", UNIT, optimizer=name, optimizer_options=options, max_generations=9, stages=stages, random_state=3
    )
    assert stages_of(result.history) == [0, 0, 0, 0, 1, 1, 2, 2, 2]
    assert [row.evaluations for row in result.history] == [20 * (n + 1) for n in range(9)]
    assert all(result.history[first].improved == first for first in (0, 4, 6))
    assert result.best.fitness == max(row.best for row in result.history[6:])


def test_what_lived_on_is_evaluated_again_in_the_new_world():
    asked = [np.random.default_rng(0).uniform(-10.0, 10.0, (64, 4))]
    options = {"initial": asked[0]}

    def watch(evolution):
        asked.append(evolution.optimizer.ask())

    easier = load_scenario("double_pole", velocities=False, fitness="damping")
    stages = [(easier, StopRules(max_generations=5))]
    evolve("double_pole", UNIT, optimizer_options=options, max_generations=7, stages=stages, watch=watch)
    before = np.concatenate(asked[:5])
    assert all((genome == before).all(axis=1).any() for genome in asked[5])
    assert not any((genome == before).all(axis=1).any() for genome in asked[6])


def test_no_early_stage_solves_the_scenario():
    always = StopRules(max_generations=30)
    result = evolve("double_pole", UNIT, optimizer="pso", max_generations=30, stages=[(EASY, always)], random_state=0)
    assert result.reason == "max_generations"
    assert set(stages_of(result.history)) == {0}


def test_targets_of_the_run_wait_for_the_last_stage():
    stages = [(EASY, StopRules(max_generations=3))]
    result = evolve("double_pole", UNIT, target_fitness=1.0, stages=stages, random_state=0)
    assert (result.reason, stages_of(result.history)) == ("target_fitness", [0, 0, 0, 1])


def test_a_file_names_stages_and_a_resumed_run_ends_with_the_same_bytes(tmp_path):
    whole = started(tmp_path, STAGED, name="whole")
    records = whole.run(session.Console(quiet=True)).history
    assert stages_of(records)[:4] == [0, 0, 0, 1]
    for moment in (2, 3, 5):
        broken_off(tmp_path, STAGED, moment)
        reopened(tmp_path, name=f"broken at {moment}").run(session.Console(quiet=True))
        assert outcome(tmp_path / f"broken at {moment}") == outcome(tmp_path / "whole")


@pytest.mark.parametrize(
    ("stages", "text"),
    [
        ([(EASY, StopRules())], "stages: nothing ends stage 1; give `until` one of max_generations"),
        (
            [(load_scenario("double_pole", velocities=True), StopRules(stagnation=1))],
            "the genome of stage 1 has 7 genes",
        ),
    ],
)
def test_stages_without_sense_are_refused(stages, text):
    with pytest.raises(ValueError, match=text):
        evolve("double_pole", UNIT, max_generations=2, stages=stages)


def test_a_fault_in_a_stage_names_the_file_and_the_section(tmp_path):
    for wrong, text in (
        (
            STAGED.replace("max_generations = 3", "max_generation = 3"),
            r"\[stages\] number 1, until, max_generation: is not known; allowed are max_generations",
        ),
        (STAGED.replace("passing = -9.0", "pasing = -9.0"), "pasing: is not known; allowed are pause"),
        (STAGED.replace("max_generations = 3", ""), "nothing ends stage 1"),
    ):
        with pytest.raises(ValueError, match=r"error in experiment.toml, .*" + text):
            started(tmp_path, wrong)


def test_a_file_may_ask_for_a_race(tmp_path):
    raced = started(tmp_path, changed(("[run]", "[racing]\nheats = [0.5, 1.0]\nsurvivors = 0.5\n\n[run]")))
    assert raced.evolution.evaluator.racing.survivors == 0.5
    assert isinstance(raced.run(session.Console(quiet=True)).best, Individual)
    with pytest.raises(ValueError, match=r"\[racing\] survivors: 2.0 is not within"):
        started(tmp_path, changed(("[run]", "[racing]\nsurvivors = 2.0\n\n[run]")), name="other")


BARREN = changed(  # copies are never better: three generations of a world, and the population is given up
    ("population_size = 8\n", "population_size = 8\ncxpb = 0.0\nmutpb = 0.0\nrestart_after = 2\n"),
    ("[stop]", "[[stages]]\nuntil = { max_generations = 2 }\npassing = -9.0\n\n[stop]"),
)


def test_an_optimizer_that_begins_anew_begins_in_the_first_stage(tmp_path):
    result = started(tmp_path, BARREN).run(session.Console(quiet=True))
    assert stages_of(result.history) == [0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0]
    assert result.best.fitness == max(row.best for row in result.history if row.stage == 1)
    again = result.problem.scores(result.best.genome[None]).mean()
    assert again == pytest.approx(result.best.fitness)


def test_the_best_of_the_last_stage_is_kept_over_a_restart(tmp_path):
    for moment in range(1, 13):
        text = BARREN.replace("max_generations = 12", f"max_generations = {moment}")
        result = started(tmp_path, text, name=f"run {moment}").run(session.Console(quiet=True))
        stage = max(stages_of(result.history))
        assert result.best.fitness == max(row.best for row in result.history if row.stage == stage)


def test_a_run_that_began_anew_is_resumed_to_the_same_bytes(tmp_path):
    started(tmp_path, BARREN, name="whole").run(session.Console(quiet=True))
    for moment in (5, 6, 8):
        broken_off(tmp_path, BARREN, moment)
        reopened(tmp_path, name=f"broken at {moment}").run(session.Console(quiet=True))
        assert outcome(tmp_path / f"broken at {moment}") == outcome(tmp_path / "whole")


def test_threads_that_ended_with_a_stage_begin_again(tmp_path):
    one, two = (
        started(tmp_path, BARREN, name=f"{n}", n_jobs=n).run(session.Console(quiet=True)).history for n in (1, 2)
    )
    assert one == two
