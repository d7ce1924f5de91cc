"""Experiment files: what is wrong is told in one sentence that names the field, what was found, what is allowed."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from run.experiments import LEVER, SCENARIOS, changed

from evorc.run.experiment import build
from evorc.run.settings import SettingsError, checked, experiments, find, read
from evorc.scenario import builtin_folder

NETWORK, OPTIMIZER, STOP, RUN = "n_neurons = 2", "population_size = 8", "max_generations = 12", "random_state = 5"
SECTION = '[network]\nname = "fully_recurrent"\nn_neurons = 2\n'


def network(option):
    return NETWORK, f"{NETWORK}\n{option}"


FAULTS = {
    # sections and names
    "a missing section": ((SECTION, ""), "[network]: is missing"),
    "an unknown section": (("[run]", "[runs]"), "runs: is not known; .* Did you mean run?"),
    "a misspelt section": (("[optimizer]", "[optimiser]"), "optimiser: is not known; .* Did you mean optimizer?"),
    "a section that is a number": ((SECTION, ""), "[network]: 3 is not a section", "network = 3\n"),
    "a list of sections": (("[network]", "[[network]]"), "[network]: [{.*}] is not a section"),
    "a missing name": (('name = "ga"', ""), "[optimizer] name: is missing"),
    "a name that is a number": (('name = "ga"', "name = 3"), "[optimizer] name: 3 is not a text in quotes"),
    "a title that is a number": (('"Holding a lever"', "3"), "title: 3 is not a text in quotes"),
    "an unknown scenario": (('"lever"', '"leaver"'), "[scenario] name: 'leaver' is not known. Did you mean lever?"),
    "a scenario by its path": (('"lever"', '"../lever"'), "[scenario] name: '../lever' is not known."),
    "an unknown network": (('"fully_', '"fuly_'), "[network] name: 'fuly_recurrent' .* Did you mean fully_recurrent?"),
    "an unheard-of network": (('"fully_recurrent"', '"jordan"'), "[network] name: 'jordan' is not known. Known are "),
    "an unknown optimizer": (('"ga"', '"pso2"'), "[optimizer] name: 'pso2' is not one of .* Did you mean pso?"),
    # options of scenario, network, optimizer
    "an unknown option": (network("neurons = 3"), "[network] neurons: is not known; allowed are .*n_neurons"),
    "an option of the run": ((OPTIMIZER, "target = 3"), "[optimizer] target: is not known; allowed are "),
    "a missing option": ((NETWORK, ""), "[network] n_neurons: is missing"),
    "an option of the scenario": (('"lever"', '"lever"\nfault = "loud"'), "[scenario] fault: 'loud' is not 'none', "),
    "a text for a number": ((OPTIMIZER, 'population_size = "8"'), "population_size: '8' is not a whole number"),
    "a fraction for a count": ((OPTIMIZER, "population_size = 8.0"), "population_size: 8.0 is not a whole number"),
    "a truth for a count": ((OPTIMIZER, "population_size = true"), "population_size: True is not a whole number"),
    "a date for a number": (network("dt = 1979-05-27"), "[network] dt: datetime.date.* is not a number"),
    "a population of one": ((OPTIMIZER, "population_size = 1"), "population_size: 1 is not a whole number of at "),
    "a vast population": ((OPTIMIZER, f"population_size = {10**15}"), "[optimizer] asks for more than there is: "),
    "a vaster population": ((OPTIMIZER, f"population_size = {10**30}"), "[optimizer] "),
    "a genome in words": ((OPTIMIZER, 'initial = "zero"'), "[optimizer] initial: 'zero' is not a list"),
    "a short genome": ((OPTIMIZER, "initial = [0.0]"), "[optimizer] initial: genomes of shape (1,) are not of shape "),
    "no neuron": ((NETWORK, "n_neurons = 0"), "[network] n_neurons: 0 is not a whole number of at least 1"),
    "a vast network": ((NETWORK, "n_neurons = 1000000000"), "[network] asks for more than there is: "),
    "an unknown precision": (network('dtype = "half"'), "[network] dtype: 'half' is not "),
    # bounds
    "low above high": (network("weight_bounds = [1, -1]"), "weight_bounds: (1.0, -1.0) is not a pair of "),
    "low equal to high": (network("weight_bounds = [1, 1]"), "weight_bounds: (1.0, 1.0) is not a pair of "),
    "nan in bounds": (network("weight_bounds = [nan, 1]"), "weight_bounds: (nan, 1.0) is not a pair of "),
    "infinite bounds": (network("weight_bounds = [-inf, 1]"), "weight_bounds: (-inf, 1.0) is not a pair "),
    "bounds too wide": (network("weight_bounds = [-1e308, 1.7e308]"), "[network] bounds: they are so far "),
    "bounds of three": (network("weight_bounds = [1, 2, 3]"), "weight_bounds: (1, 2, 3) has too many values"),
    "bounds of one": (network("weight_bounds = [1]"), "weight_bounds: (1,) has too few values"),
    "a text in bounds": (network('weight_bounds = [1, "a"]'), "weight_bounds[1]: 'a' is not a number"),
    "bounds in words": (network('weight_bounds = "wide"'), "weight_bounds: 'wide' is not a list"),
    "a number in a mask": (network("recurrent_mask = [[1]]"), "recurrent_mask[0][0]: 1 is not true or false"),
    "a mask of another shape": (network("recurrent_mask = [[true]]"), "recurrent_mask: its shape (1, 1) "),
    # stop and run
    "no rule": ((STOP, ""), "[stop] is empty; give at least one of max_generations, max_evaluations, "),
    "a rule of zero": ((STOP, "max_generations = 0"), "[stop] max_generations: 0 is not at least 1"),
    "an unknown rule": ((STOP, "generations = 3"), "[stop] generations: is not known; .* Did you mean max_generations"),
    "an endless run": ((STOP, "max_seconds = inf"), "[stop] max_seconds: inf is not a finite number"),
    "a target of nan": ((STOP, "target_fitness = nan"), "[stop] target_fitness: nan is not a finite number"),
    "a share above one": ((STOP, "target_share = 1.5"), "[stop] target_share: 1.5 is not at most 1"),
    "no workers": ((RUN, "n_jobs = 0"), "[run] n_jobs: 0 is not a whole number of at least 1, or -1 for one a core"),
    "an unknown backend": ((RUN, 'backend = "thread"'), "[run] backend: 'thread' is not 'auto', 'serial', "),
    "a timeout of nan": ((RUN, "timeout = nan"), "[run] timeout: nan is not a finite number"),
    "a timeout for threads": ((RUN, 'backend = "threads"\ntimeout = 1'), '[run] timeout: 1.0 .*"processes"'),
    "a negative seed": ((RUN, "random_state = -1"), "[run] random_state: -1 is not at least 0"),
    "a seed too large": ((RUN, f"random_state = {2**63}"), f"[run] random_state: {2**63} is not below {2**63}"),
    # names that mean something to what reads them
    "a name with braces": (('name = "ga"', 'name = "{0} {x}"'), "[optimizer] name: '{0} {x}' is not one of "),
    "a key with braces": ((OPTIMIZER, '"{a}" = "{b}"'), "[optimizer] {a}: is not known; "),
    "a key of the checker": ((OPTIMIZER, "model_config = 3"), "[optimizer] model_config: is not known; "),
    "a key of a method": ((OPTIMIZER, "self = 3"), "[optimizer] self: is not known; "),
}  # fmt: skip


def pattern(message):
    """A message as a regular expression in which only ``.*`` has a meaning."""
    for sign in "()[]{}?+|^$":
        message = message.replace(sign, f"\\{sign}")
    return message


def made(text):
    return build(checked(tomllib.loads(text), "lever.toml"), "lever.toml", [SCENARIOS])


def test_the_unchanged_file_is_right():
    assert made(LEVER).optimizer.population_size == 8


def test_a_mean_starts_at_the_genome_that_a_file_gives():
    asked = made(LEVER)
    genes = len(asked.evaluator.bounds)
    text = changed(('name = "ga"', f'name = "snes"\nsigma = 0.001\ninitial = {[0.25] * genes}'))
    assert np.allclose(made(text).optimizer.ask(), 0.25, atol=0.2)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_by_file_field_and_what_was_found(fault):
    change, message, *before = FAULTS[fault]
    with pytest.raises(SettingsError) as told:
        made("".join(before) + changed(change))
    assert str(told.value).startswith("error in lever.toml, ")
    assert "\n" not in str(told.value)
    told.match(pattern(message))


def test_what_was_found_is_shown_no_longer_than_a_line():
    with pytest.raises(SettingsError) as told:
        made(changed((OPTIMIZER, f'selection = {[1] * 9999}\ncrossover = "{"x" * 9999}"')))
    assert len(str(told.value)) < 200


@pytest.mark.parametrize("length", range(1, LEVER.index("max_generations"), 19))
def test_a_file_cut_short_is_refused(tmp_path, length):
    file = tmp_path / "cut.toml"
    file.write_text(LEVER[:length])
    with pytest.raises(SettingsError, match=r"error in cut\.toml"):
        build(read(file)[0], "cut.toml", [SCENARIOS])


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"a = " + b"[" * 3000 + b"]" * 3000, b"a = " + b"9" * 5000, b"a = 1\na = 2"]
)
def test_a_file_that_is_no_toml_is_refused(tmp_path, content):
    file = tmp_path / "other.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"error in other\.toml"):
        read(file)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    for file in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(SettingsError, match=rf"experiment: {file} cannot be read \(.+\)"):
            read(file)


KEYS = st.sampled_from(
    ["name", "title", "n_neurons", "weight_bounds", "population_size", "max_seconds", "n_jobs", "dt"]
)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=9) | st.sampled_from(["ga", "ctrnn"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | KEYS, inner, max_size=3),
    max_leaves=6,
)
SECTIONS = st.sampled_from(["title", "scenario", "network", "optimizer", "stop", "run"])


@given(st.dictionaries(SECTIONS | st.text(max_size=5), VALUES, max_size=6))
def test_no_content_of_a_file_is_answered_by_anything_but_a_sentence(content):
    with pytest.raises(SettingsError):
        checked(content, "random.toml")


def answer(content):
    """What `build` says to the content of a file; a population or network that would fill the memory is left out."""
    try:
        settings = checked(content, "random.toml")
        sizes = settings.optimizer.options.get("population_size"), settings.network.options.get("n_neurons")
        if not any(isinstance(size, int) and 1000 < size < 10**12 for size in sizes):
            build(settings, "random.toml", [SCENARIOS])
    except SettingsError as fault:
        return str(fault)
    return "error in random.toml, none"


@given(SECTIONS.filter(lambda name: name != "title"), st.text(max_size=9) | KEYS, VALUES)
def test_no_value_of_an_option_is_answered_by_anything_but_a_sentence(section, key, value):
    content = tomllib.loads(LEVER)
    content[section][key] = value
    assert answer(content).startswith("error in random.toml, ")


def test_options_reach_what_they_set():
    text = changed(network("weight_bounds = [-2, 3]"), ('"lever"', '"lever"\npause = 1'))
    evolution = made(text)
    assert evolution.evaluator.bounds.tolist()[0] == [-2.0, 3.0]


@pytest.mark.parametrize("rule", ["max_generations = 7", "max_evaluations = 56"])
@pytest.mark.parametrize("optimizer", ['"pso"\ninertia = "linear_decay"', '"sa"\ncooling = "linear"'])
def test_a_schedule_that_runs_to_an_end_ends_with_the_rules(optimizer, rule):
    optimizer = made(changed(('"ga"', optimizer), (STOP, rule))).optimizer
    assert optimizer._search.max_generations == 7


@pytest.mark.parametrize("name", experiments())
def test_an_experiment_that_comes_with_evorc_can_be_built(name):
    settings, _ = read(experiments()[name])
    for env, package in {"LunarLander": "Box2D", "Bipedal": "Box2D", "Pendulum": "mujoco", "Swimmer": "mujoco"}.items():
        if env in settings.scenario.options.get("env", ""):
            pytest.importorskip(package)
    assert build(settings, name).optimizer.population_size >= 2


def test_an_experiment_is_found_by_its_name(tmp_path):
    own = tmp_path / "double_pole.toml"
    own.write_text(LEVER)
    assert find("double_pole") == builtin_folder() / "double_pole.toml"
    assert find("double_pole", [tmp_path]) == own
    assert find("other.toml") == Path("other.toml")


def test_an_unknown_experiment_is_told_with_the_nearest_names():
    with pytest.raises(SettingsError, match=r"experiment: 'duble_pole' is not known\. Did you mean double_pole\?"):
        find("duble_pole")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def scenario(:", "SyntaxError: .*own.py, line 1"),
        ("import nothing_of_this_name", "No module named 'nothing_of_this_name'"),
        ("x = 1", "has no function scenario"),
        (
            "def scenario():\n    return 1 / 0",
            "'own' cannot be made: ZeroDivisionError: division by zero .own.py, line 2",
        ),
        ("def scenario():\n    return 3", "own"),
    ],
)
def test_a_scenario_that_cannot_be_loaded_is_told_with_the_place(tmp_path, source, message):
    (tmp_path / "own.py").write_text(source)
    content = tomllib.loads(changed(('"lever"', '"own"')))
    with pytest.raises((SettingsError, ModuleNotFoundError), match=message):
        build(checked(content, "own.toml"), "own.toml", [tmp_path])


def test_a_scenario_may_leave_its_options_without_types(tmp_path):
    (tmp_path / "own.py").write_text("from evorc.scenario import load_scenario\n"
        "def scenario(*, steps=3):\n    return load_scenario('double_pole', max_steps=steps)\n")  # fmt: skip
    content = tomllib.loads(changed(('"lever"', '"own"\nsteps = 4')))
    assert build(checked(content, "own.toml"), "own.toml", [tmp_path]).evaluator.problem.scenario.max_steps == 4
