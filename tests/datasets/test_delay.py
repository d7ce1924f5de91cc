"""Mackey-Glass against an independent integration, closed forms and recorded bits."""

import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.mackey_glass import mackey_glass as oracle

from evorc.datasets import delay, mackey_glass
from evorc.kernels.compiler import JIT

ROOT = Path(__file__).parents[2]
RECORDED = "c7b95bb0ec2f0a1e67cee1b894e42de8b9b02fa909317d525d7c1baac535b168"
DIGEST = """
import hashlib
from evorc.datasets import mackey_glass
print(hashlib.sha256(mackey_glass(2000, history=0.9, discard=0).tobytes()).hexdigest())
"""


def wave(t):
    return 0.9 + 0.3 * np.sin(0.5 * t)


def slope(steps, errors):
    return np.polyfit(np.log(steps), np.log(errors), 1)[0]


@pytest.mark.parametrize(("tau", "history"), [(17.0, wave), (6.0, wave), (17.0, lambda t: 1.2), (1.0, wave)])
def test_the_series_equals_the_method_of_steps(tau, history):
    expected = oracle(np.arange(60.0), history, tau=tau)
    found = mackey_glass(60, tau=tau, history=history, substeps=40, discard=0)
    assert_allclose(found[:, 0], expected, rtol=0, atol=2e-8)


def test_a_delay_of_a_single_step_is_right_too():
    expected = oracle(0.05 * np.arange(100), wave, tau=0.05)
    found = mackey_glass(100, tau=0.05, dt=0.05, substeps=1, history=wave, discard=0)
    assert_allclose(found[:, 0], expected, atol=1e-8)


@pytest.mark.parametrize("history", [wave, lambda t: 0.5], ids=["wave", "constant, with a kink at 0"])
def test_the_method_is_of_order_four(history):
    expected = oracle(np.arange(51.0), history)[-1]
    substeps = (4, 8, 16)
    errors = [abs(mackey_glass(51, substeps=k, history=history, discard=0)[-1, 0] - expected) for k in substeps]
    assert slope([1.0 / k for k in substeps], errors) == pytest.approx(4.0, abs=0.25)


def test_before_one_delay_has_passed_the_solution_is_an_exponential():
    a, b, start, t = 0.3, 0.1, 1.4, np.arange(18.0)
    level = a * start / (1.0 + start**10) / b
    found = mackey_glass(18, a=a, b=b, history=start, discard=0)
    assert_allclose(found[:, 0], level + (start - level) * np.exp(-b * t), rtol=1e-8)


@pytest.mark.parametrize("n", [1, 4, 10])
def test_a_history_at_the_fixed_point_stays_there(n):
    fixed = (0.25 / 0.1 - 1.0) ** (1.0 / n)
    assert_allclose(mackey_glass(30, tau=2.0, a=0.25, n=n, history=fixed, discard=0), fixed, rtol=1e-12)


def test_the_fixed_point_turns_unstable_where_the_linearised_equation_does():
    # x' = -0.1 x - 0.4 x(t - tau) around x = 1: a pair of roots crosses at i w, w = sqrt(0.15), cos(w tau) = -1/4
    critical = np.arccos(-0.25) / np.sqrt(0.15)
    assert critical == pytest.approx(4.71, abs=0.01)
    below = mackey_glass(2000, tau=4.5, history=1.01, discard=0)
    above = mackey_glass(2000, tau=4.9, history=1.01, discard=0)
    assert np.ptp(below[-100:]) < 1e-4
    assert np.ptp(above[-100:]) > 0.1


def test_production_and_decay_balance_over_a_long_time():
    x = mackey_glass(20_000, random_state=0)[:, 0]
    produced = 0.2 * x / (1.0 + x**10)
    assert produced.mean() == pytest.approx(0.1 * x.mean(), abs=2.0 / len(x))


def test_the_attractor_has_its_known_extent():
    x = mackey_glass(20_000, random_state=1)
    assert x.min() == pytest.approx(0.42, abs=0.01)
    assert x.max() == pytest.approx(1.32, abs=0.01)
    assert x.std() == pytest.approx(0.226, abs=0.005)


def test_a_constant_history_is_a_constant_function():
    constant = mackey_glass(50, history=0.7, discard=0)
    assert constant.tobytes() == mackey_glass(50, history=lambda t: 0.7, discard=0).tobytes()
    assert constant[0, 0] == 0.7


def test_the_history_is_asked_for_from_one_delay_ago_to_now():
    asked = []
    mackey_glass(1, tau=2.0, substeps=2, history=lambda t: asked.append(t) or 1.0)
    assert asked == [-2.0, -1.75, -1.5, -1.25, -1.0, -0.75, -0.5, -0.25, 0.0]


@pytest.mark.skipif(not JIT, reason="the compiler is off")
def test_compiled_and_interpreted_the_bits_are_the_same(monkeypatch):
    compiled = mackey_glass(300, history=wave, discard=0)
    monkeypatch.setattr(delay, "_mackey_glass", delay._mackey_glass.py_func)
    monkeypatch.setattr(delay, "_rate", delay._rate.py_func)
    assert mackey_glass(300, history=wave, discard=0).tobytes() == compiled.tobytes()


def test_the_bits_are_those_recorded():
    assert hashlib.sha256(mackey_glass(2000, history=0.9, discard=0).tobytes()).hexdigest() == RECORDED


@pytest.mark.skipif(not JIT or platform.machine() != "x86_64", reason="about code compiled for x86-64")
def test_an_older_processor_finds_the_same_bits(tmp_path):
    older = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2", "EVORC_CACHE_DIR": str(tmp_path)}
    environment = {**os.environ, **older, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == RECORDED
