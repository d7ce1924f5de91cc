"""What is compiled with which options, and when the disk cache has to be believed."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest
from house.sources import ROOT
from kernels.worlds import drifter
from numba import config, njit

from evorc.evaluate.problem import Problem
from evorc.kernels.compiler import JIT, STRICT, cache_folder, fingerprint, make_strict, reach
from evorc.networks import FullyRecurrent

compiled_only = pytest.mark.skipif(not JIT or config.BOUNDSCHECK, reason="about compiled code as it is delivered")

SOURCE = """
from enum import IntEnum
import numpy as np
from numba import njit
from evorc.kernels.vmath import cos, sin, sin as wave

A, B, C = 1, 1, 2
TABLE = np.arange(6.0)
LARGE = (np.zeros(2000), 3.0)

class Mode(IntEnum):
    UP = 1
    DOWN = 2

@njit
def inner(x):
    return x * 2.0

@njit
def nested(x, shift=1.0):
    return inner(x) + shift

def make(slope):
    @njit
    def rule(x):
        return slope * nested(x) + A + B * C + TABLE[0] + LARGE[1] + wave(x) + Mode.UP
    return rule

rule = make(0.5)
"""
CHANGES = {
    "a nested function": ("x * 2.0", "x * 3.0"),
    "a constant": ("TABLE[0]", "TABLE[1]"),
    "a global": ("A, B, C = 1, 1, 2", "A, B, C = 1, 1, 3"),
    "which of two equal globals differs": ("A, B, C = 1, 1, 2", "A, B, C = 1, 2, 2"),
    "a value of the closure": ("make(0.5)", "make(0.25)"),
    "a default": ("shift=1.0", "shift=2.0"),
    "an array's values": ("np.arange(6.0)", "np.arange(6.0) + 1"),
    "an array's type": ("np.arange(6.0)", "np.arange(6.0).view(np.int64)"),
    "an array's shape": ("np.arange(6.0)", "np.arange(6.0).reshape(2, 3)"),
    "the depth of an array in a tuple": ("(np.zeros(2000), 3.0)", "(np.r_[np.zeros(1000), 1, np.zeros(999)], 3.0)"),
    "a member of an enumeration": ("UP = 1", "UP = 3"),
    "an alias of evorc's own functions": ("sin as wave", "cos as wave"),
}
SAME = {
    "nothing": ("", ""),
    "a comment that moves all lines": ("from enum", "# one\n# two\n\nfrom enum"),
    "a function that is not reached": ("def make", "@njit\ndef other(x):\n    return x\n\ndef make"),
}


def module_of(file, source):
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text(source)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def signed(folder, source, stem="rules"):
    return fingerprint(module_of(folder / f"{stem}.py", source).rule)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_fingerprint_sees(change, tmp_path):
    assert SOURCE.count(change[0]) == 1
    assert signed(tmp_path / "a", SOURCE) != signed(tmp_path / "b", SOURCE.replace(*change))


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_the_fingerprint_is_blind_to(change, tmp_path):
    assert signed(tmp_path / "a", SOURCE) == signed(tmp_path / "b", SOURCE.replace(*change, 1))


def test_the_fingerprint_is_blind_to_where_a_file_is(tmp_path):
    assert signed(tmp_path, SOURCE) == signed(tmp_path / "deep" / "down", SOURCE)


def test_the_fingerprint_sees_the_name_of_a_module_which_code_on_the_disk_will_import(tmp_path):
    assert signed(tmp_path, SOURCE) != signed(tmp_path, SOURCE, "renamed")


HELPER = "from numba import njit\nimport {deeper}\nG = {g}\n@njit\ndef fall(x):\n    return x * G + {deeper}.WIND\n"
USERS = ["from {helper} import fall\n", "import {helper}\nfall = {helper}.fall\n", None]


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("changed", ["helper", "deeper"])
def test_the_fingerprint_sees_a_change_in_an_imported_module(user, changed, tmp_path):
    found = []
    for k in range(2):
        values = {"helper": 0, "deeper": 0} | ({changed: 1} if k else {})
        module_of(tmp_path / str(k) / "deeper.py", f"WIND = {values['deeper']}.5\n")
        module_of(tmp_path / str(k) / "numb.py", HELPER.format(deeper="deeper", g=values["helper"] + 9.81))
        named = "fall" if user else "numb.fall"
        rule = f"from numba import njit\n@njit\ndef rule(x):\n    return {named}(x)\n"
        found.append(signed(tmp_path / str(k), (user or "import {helper}\n").format(helper="numb") + rule))
    assert found[0] != found[1]


def test_modules_that_import_each_other_are_read_once(tmp_path):
    first = module_of(tmp_path / "round_a.py", "from numba import njit\n@njit\ndef g(x):\n    return x\n")
    second = module_of(tmp_path / "round_b.py", "import round_a\n")
    first.round_b = second
    source = "from numba import njit\nimport round_a\n@njit\ndef rule(x):\n    return round_a.round_b.round_a.g(x)\n"
    assert first.g in reach(module_of(tmp_path / "round_c.py", source).rule)


def test_the_fingerprint_is_the_same_in_every_process(tmp_path):
    (tmp_path / "signed_rules.py").write_text(SOURCE)
    command = "from signed_rules import rule; from evorc.kernels.compiler import fingerprint; print(fingerprint(rule))"
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    found = {
        subprocess.run(
            [sys.executable, "-c", command],
            env={**env, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


@compiled_only
def test_plain_functions_of_a_scenario_become_strict():
    loose = njit(lambda x: 1.0 / x)
    outer = njit(lambda x: loose(x))
    make_strict(outer)
    assert outer(0.0) == np.inf
    assert loose.targetoptions["error_model"] == "numpy"


@compiled_only
@pytest.mark.parametrize("signature", [(), ("float64(float64)",)], ids=["lazy", "eager"])
def test_a_function_that_was_compiled_before_becomes_strict_too(signature):
    loose = njit(*signature, fastmath=True)(lambda x: 1.0 / x)
    with pytest.raises(ZeroDivisionError):
        loose(0.0)
    make_strict(loose)
    assert loose(0.0) == np.inf
    assert not loose.targetoptions["fastmath"]


def options_of_the_floor():
    floor = vars(sys.modules["evorc.kernels.random"]).items()
    return {name: dict(thing.targetoptions) for name, thing in floor if hasattr(thing, "targetoptions")}


@compiled_only
def test_the_floor_itself_is_left_alone():
    before = options_of_the_floor()
    make_strict(*drifter().rules)
    assert options_of_the_floor() == before


def test_strict_means_no_lock_no_fastmath_and_no_exception_for_a_division():
    assert STRICT == {"error_model": "numpy", "nogil": True, "fastmath": False}


USE = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
from evorc.evaluate import PopulationEvaluator
from evorc.networks import FullyRecurrent
from evorc.scenario import load_scenario
for name in ("double_pole", "falling"):
    scenario = load_scenario(name, folders=[sys.argv[2]])
    evaluator = PopulationEvaluator(scenario, FullyRecurrent(n_neurons=1))
    evaluator(np.zeros((2, len(evaluator.bounds))))
"""
FALLING = """
from typing import NamedTuple
from numba import njit
from evorc.scenario import Scenario

class World(NamedTuple):
    height: float

@njit
def start(key): return World(10.0)

@njit
def sense(world): return (world.height,)

@njit
def act(world, motors): return World(world.height - 1.0 + motors[0])

@njit
def ended(world): return world.height < 0.0

@njit
def score(world): return world.height

def scenario():
    return Scenario(name="falling", world=World, start=start, sense=sense, act=act, ended=ended, score=score,
                    sensors=("height",), motors=("lift",), dt=1.0, max_steps=50)
"""


@compiled_only
def test_a_second_process_compiles_nothing(tmp_path):
    found = []
    environment = os.environ | {"EVORC_CACHE_DIR": str(tmp_path / "cache")}  # other tests fill the common one meanwhile
    for k in range(2):
        folder = tmp_path / str(k)  # the second finds the user's file elsewhere
        folder.mkdir()
        (folder / "falling.py").write_text(FALLING)
        use = [sys.executable, "-c", USE, str(ROOT), str(folder)]
        subprocess.run(use, check=True, timeout=300, env=environment)
        found.append(sorted(file.name for file in (tmp_path / "cache").rglob("*.n??")))
    assert found[0]
    assert found[0] == found[1]


@compiled_only
def test_one_compilation_serves_all_networks_of_a_precision():
    def schedules():
        return sorted(file.name for file in cache_folder().rglob("*interpreted*.nbc"))

    for bias in (False, True):
        problem = Problem(drifter(), FullyRecurrent(n_neurons=2, bias=bias))
        problem.scores(np.zeros((3, problem.genome.n_genes)))
    before = schedules()
    problem = Problem(drifter(), FullyRecurrent(n_neurons=3))
    problem.scores(np.zeros((3, problem.genome.n_genes)))
    assert schedules() == before
