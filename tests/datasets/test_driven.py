"""NARMA against its plain recursion, and delayed copies of a noise against the noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from reference.narma import narma as oracle

from evorc.datasets import memory_capacity_input, narma

USUAL = (0.3, 0.05, 1.5, 0.1)
ORDER_30 = (0.2, 0.04, 1.5, 0.001)


@pytest.mark.parametrize(
    ("order", "coefficients"), [(10, USUAL), (1, USUAL), (5, (0.2, 0.1, 1.0, 0.05)), (30, ORDER_30), (300, ORDER_30)]
)
def test_the_targets_equal_the_plain_recursion(order, coefficients):
    task = narma(200, order, coefficients=coefficients, discard=0, random_state=0)
    assert_allclose(task.targets[:, 0], oracle(task.inputs[:, 0], order, *coefficients), rtol=1e-13)


def test_the_usual_task_is_of_order_ten():
    task = narma(200, discard=0, random_state=0)
    assert_allclose(task.targets[:, 0], oracle(task.inputs[:, 0], 10, *USUAL), rtol=1e-13)


def test_inputs_are_uniform_between_zero_and_a_half():
    u = narma(20_000, random_state=0).inputs
    assert u.min() >= 0.0
    assert u.max() <= 0.5
    assert u.mean() == pytest.approx(0.25, abs=0.005)
    assert u.var() == pytest.approx(0.25 / 12, rel=0.03)


@pytest.mark.parametrize(("seed", "step"), [(75, 2166), (83, 969), (144, 3341)])
def test_an_input_that_makes_the_task_diverge_is_drawn_anew(seed, step):
    generator = np.random.default_rng(seed)
    first, second = (generator.uniform(0.0, 0.5, 9000) for _ in range(2))
    assert max(oracle(first[: step + 1], 10, *USUAL)) > 2.0
    task = narma(9000, discard=0, random_state=seed)
    assert np.array_equal(task.inputs[:, 0], second)
    assert np.abs(task.targets).max() < 1.3


def test_a_task_that_always_diverges_is_refused():
    with pytest.raises(ValueError, match=r"narma: y leaves \[-2, 2\] for each of 100 inputs"):
        narma(2000, 20, random_state=0)


@given(n_steps=st.integers(1, 40), max_delay=st.integers(1, 12), seed=st.integers(0, 9))
@settings(max_examples=50)
def test_the_targets_are_the_input_one_two_and_more_steps_ago(n_steps, max_delay, seed):
    inputs, targets = memory_capacity_input(n_steps, max_delay, random_state=seed)
    assert inputs.shape == (n_steps, 1)
    assert targets.shape == (n_steps, max_delay)
    series = np.append(targets[0, ::-1], inputs[:, 0])  # the past of the first row, then all
    for k in range(1, max_delay + 1):
        assert targets[:, k - 1].tolist() == series[max_delay - k : len(series) - k].tolist()


def test_the_noise_is_uniform_around_zero():
    u = memory_capacity_input(20_000, 1, random_state=0).inputs
    assert abs(u).max() <= 0.5
    assert u.mean() == pytest.approx(0.0, abs=0.01)
    assert u.var() == pytest.approx(1 / 12, rel=0.03)
