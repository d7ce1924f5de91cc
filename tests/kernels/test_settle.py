"""Repeated until nothing changes."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from evorc.kernels.compiler import kernel
from evorc.kernels.couple import copy, couple
from evorc.kernels.layout import State, Weights, no_structure
from evorc.kernels.settle import settle

DTYPES = pytest.mark.parametrize("dtype", ["float64", "float32"])


@kernel
def halve(weights, state, inputs):
    """Down to the input by halves of whole numbers; counts its steps in the memory, and in the stream."""
    for i in range(state.output.shape[0]):
        for l in range(state.output.shape[1]):
            state.memory[0, i, l] += 1
            state.output[i, l] = inputs[0, l] + np.floor((state.output[i, l] - inputs[0, l]) / 2)
    for l in range(state.stream.shape[1]):
        state.stream[1, l] += np.uint64(1)


@kernel
def follow(weights, state, inputs):
    """output_i(t) = sum_j w_ji output_j(t - 1): a permutation goes round."""
    state.drive[:, :] = 0
    couple(weights.recurrent, state.output, state.drive)
    copy(state.drive, state.output)


def lanes_of(output, recurrent, dtype, channels=1):
    neurons, lanes = output.shape
    empty = np.zeros((0, neurons, 1), dtype)
    inputs = np.zeros((channels, neurons, 1), dtype)
    weights = Weights(recurrent.astype(dtype), inputs, empty, empty, no_structure(), np.dtype(dtype).type(1))
    shown = output.astype(dtype)
    return weights, State(
        np.zeros((1, neurons, lanes), dtype), shown, np.zeros_like(shown), np.zeros((2, lanes), np.uint64)
    )


def permutation(cycles, dtype="float64"):
    """Neurons in rings of these lengths."""
    matrix, first = np.zeros((sum(cycles), sum(cycles), 1)), 0
    for length in cycles:
        for k in range(length):
            matrix[first + k, first + (k + 1) % length] = 1
        first += length
    return matrix


@DTYPES
def test_a_lane_reports_the_steps_that_changed_it(dtype):
    starts = np.array([[0, 1, 2, 7, 100]])
    weights, state = lanes_of(starts, np.zeros((1, 1, 1)), dtype)
    assert_array_equal(settle(halve, weights, state, np.zeros((1, 5)), 50), [0, 1, 2, 3, 7])
    assert_array_equal(state.output, np.zeros((1, 5)))


@DTYPES
def test_a_still_lane_keeps_its_memory_and_its_stream(dtype):
    weights, state = lanes_of(np.array([[0, 1, 100]]), np.zeros((1, 1, 1)), dtype)
    settle(halve, weights, state, np.zeros((1, 3)), 50)
    assert_array_equal(state.memory[0, 0], [1, 2, 8])
    assert_array_equal(state.stream[1], [1, 2, 8])


def test_the_inputs_are_held():
    weights, state = lanes_of(np.array([[9.0, 9.0]]), np.zeros((1, 1, 1)), "float64")
    settle(halve, weights, state, np.array([[3.0, 5.0]]), 50)
    assert_array_equal(state.output, [[3, 5]])


@DTYPES
def test_a_cycle_of_two_is_found_and_a_longer_one_is_left_at_the_limit(dtype):
    output = np.array([[1, 5, 5], [1, 5, 6], [1, 2, 2], [1, 3, 2], [1, 4, 2]])
    weights, state = lanes_of(output, permutation((2, 3)), dtype)
    assert_array_equal(settle(follow, weights, state, np.zeros((1, 3)), 20), [0, -1, -2])


@pytest.mark.parametrize(("max_steps", "steps"), [(0, -1), (1, -1), (3, -1), (4, 3), (5, 3)])
def test_the_limit_is_a_number_of_steps(max_steps, steps):
    weights, state = lanes_of(np.array([[7.0]]), np.zeros((1, 1, 1)), "float64")
    assert settle(halve, weights, state, np.zeros((1, 1)), max_steps) == [steps]
    assert state.memory[0, 0, 0] == max(0, min(max_steps, 4))


def test_a_lane_goes_its_way_whatever_goes_on_beside_it(rng):
    starts = rng.integers(-3, 2 ** np.arange(20), (3, 20))
    weights, together = lanes_of(starts, np.zeros((3, 3, 1)), "float64")
    steps = settle(halve, weights, together, np.zeros((1, 20)), 6)
    for l in range(20):
        weights, alone = lanes_of(starts[:, l : l + 1], np.zeros((3, 3, 1)), "float64")
        assert settle(halve, weights, alone, np.zeros((1, 1)), 6) == [steps[l]]
        assert_array_equal(alone.output[:, 0], together.output[:, l])
    assert set(steps) >= {-1, 1, 5}


@DTYPES
def test_a_tolerance_ends_a_geometric_approach(dtype):
    weights, state = lanes_of(np.array([[1.0]]), np.full((1, 1, 1), 0.5), dtype)
    assert settle(follow, weights, state, np.zeros((1, 1)), 100, tolerance=0.1) == [3]  # 1/16 is too little
    assert state.output[0, 0] == 0.0625


def test_infinity_is_still_and_nan_never_is():
    weights, state = lanes_of(np.array([[np.inf, np.nan]]), np.ones((1, 1, 1)), "float64")
    assert_array_equal(settle(follow, weights, state, np.zeros((1, 2)), 9), [0, -1])


def test_inputs_of_another_shape_are_refused():
    weights, state = lanes_of(np.zeros((2, 3)), np.zeros((2, 2, 1)), "float64", channels=2)
    with pytest.raises(ValueError, match=r"inputs: their shape \(1, 3\) is not \[2, 3\]"):
        settle(follow, weights, state, np.zeros((1, 3)), 9)
