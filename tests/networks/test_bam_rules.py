"""Learning rules of bidirectional associative memories."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from reference import bam as reference
from scipy.optimize import linprog

from evorc.kernels.compiler import JIT
from evorc.networks.bam_memory import stored, symmetric
from evorc.networks.bam_recall import recall
from evorc.networks.bam_rules import (
    RULES,
    attach_dummies,
    correlation,
    kosko_capacity,
    multiple_training,
    prlab,
    pseudo_inverse,
)

SOME = slice(None) if JIT else slice(2)
many_pairs = pytest.mark.filterwarnings("ignore:.*pairs:UserWarning")


def pairs_of(rng, n_pairs, n=256, m=128):
    return rng.choice([-1.0, 1.0], (n_pairs, n)), rng.choice([-1.0, 1.0], (n_pairs, m))


def conditions(x, y):
    """[pair and unit, pair]: what every multiplicity adds to the unit's sum, times the unit's sign."""
    to_y = np.einsum("ik,kj,ij->ijk", x @ x.T, y, y)
    to_x = np.einsum("ik,kj,ij->ijk", y @ y.T, x, x)
    return np.concatenate([to_y, to_x], axis=1).reshape(-1, len(x))


def widest_margin(x, y):
    """By a linear program of all conditions at once."""
    rows, n_pairs = conditions(x, y), len(x)
    program = linprog(
        np.append(np.zeros(n_pairs), -1.0),
        A_ub=np.hstack([-rows, np.ones((len(rows), 1))]),
        b_ub=np.zeros(len(rows)),
        A_eq=[np.append(np.ones(n_pairs), 0.0)],
        b_eq=[n_pairs],
        bounds=[(0, None)] * n_pairs + [(None, None)],
    )
    return program.x[-1]


def test_the_correlation_matrix_is_the_sum_of_outer_products(rng):
    x, y = pairs_of(rng, 2, 30, 20)
    memory = correlation(x, y)
    assert_array_equal(memory.forward, sum(np.outer(a, b) for a, b in zip(x, y)))
    assert_array_equal(memory.backward, memory.forward.T)


def test_the_share_that_koskos_rule_holds_is_the_measured_one():
    shares = [
        stored(correlation(*pairs), *pairs).mean()
        for pairs in (pairs_of(np.random.default_rng(k), 12) for k in range(40))
    ]
    assert np.mean(shares) == pytest.approx(0.967, abs=0.04)


@many_pairs
def test_relaxation_holds_all_of_64_pairs_of_which_koskos_rule_holds_none(rng):
    x, y = pairs_of(rng, 64)
    assert not stored(correlation(x, y), x, y).any()
    memory = prlab(x, y)
    assert stored(memory, x, y).all()
    assert_array_equal(recall(memory, x[SOME]).y, y[SOME])
    assert_array_equal(recall(memory, y[SOME], layer="y").x, x[SOME])


@many_pairs
def test_multiple_training_holds_all_of_64_pairs_with_dummies_and_no_multiplicities_do_without(rng):
    x, y = pairs_of(rng, 64)
    with pytest.warns(UserWarning, match=r"no multiplicities make all 64 pairs fixed points \(equal ones: 0\)"):
        multiple_training(x, y)
    wide_x, wide_y = attach_dummies(x, y)
    assert_array_equal(wide_x[:, :256], x)
    memory = multiple_training(wide_x, wide_y)
    assert_array_equal(recall(memory, wide_x[SOME]).y, wide_y[SOME])
    assert_array_equal(recall(memory, wide_y[SOME], layer="y").x, wide_x[SOME])


def test_the_codes_of_dummies_are_orthogonal(rng):
    x, y = pairs_of(rng, 20, 40, 30)
    wide_x, wide_y = attach_dummies(x, y)
    codes = wide_x[:, 40:]
    assert_array_equal(codes @ codes.T, codes.shape[1] * np.eye(20))
    assert_array_equal(wide_y[:, 30:], codes)


def test_pairs_that_need_no_dummies_get_none(rng):
    x, y = pairs_of(rng, 3, 40, 30)
    assert attach_dummies(x, y)[0].shape == x.shape


@many_pairs
@given(st.integers(1, 6), st.integers(2, 12), st.integers(2, 12), st.integers(0, 2**32))
def test_multiplicities_are_found_wherever_the_whole_program_has_some(n_pairs, n, m, seed):
    x, y = pairs_of(np.random.default_rng(seed), n_pairs, n, m)
    margin = widest_margin(x, y)
    memory = multiple_training(x, y)
    assert stored(memory, x, y).all() == (margin > 1e-7)
    if margin <= 1e-7:
        assert_array_equal(memory.forward, x.T @ y)
    else:
        least = min(((x @ memory.forward) * y).min(), ((y @ memory.backward) * x).min())
        assert least == pytest.approx(margin, rel=1e-6)


@pytest.mark.parametrize("seed", [2, 5, 6, 9])
def test_multiple_training_holds_pairs_that_equal_multiplicities_do_not(seed):
    x, y = pairs_of(np.random.default_rng(seed), 12)
    assert stored(multiple_training(x, y), x, y).all()


@many_pairs
@pytest.mark.parametrize("relaxation", [0.5, 1.0, 1.8])
def test_an_epoch_of_relaxation_equals_the_plain_loop(relaxation, rng):
    x, y = pairs_of(rng, 4, 7, 5)
    memory = prlab(x, y, relaxation=relaxation, max_epochs=1)
    w, theta_x, theta_y = reference.prlab_epoch(x, y, relaxation)
    assert_allclose(memory.forward, w, rtol=1e-12, atol=1e-14)
    assert_allclose(memory.thresholds_x, theta_x, rtol=1e-12, atol=1e-14)
    assert_allclose(memory.thresholds_y, theta_y, rtol=1e-12, atol=1e-14)
    assert_array_equal(memory.backward, memory.forward.T)


@pytest.mark.parametrize("relaxation", [0.5, 1.0, 1.9])
def test_relaxed_units_reach_the_margin(relaxation, rng):
    x, y = pairs_of(rng, 20, 40, 40)
    memory = prlab(x, y, relaxation=relaxation)
    assert ((x @ memory.forward - memory.thresholds_y) * y).min() > 0.98
    assert ((y @ memory.backward - memory.thresholds_x) * x).min() > 0.98


def test_thresholds_tell_apart_what_weights_alone_cannot():
    # with x and -x both paired with y, no weights without a threshold can hold the two
    x, y = np.array([[1.0, 1, -1, 1], [-1.0, -1, 1, -1]]), np.array([[1.0, 1, 1, -1, 1], [1.0, -1, 1, 1, 1]])
    memory = prlab(x, y)
    assert stored(memory, x, y).all()
    assert (memory.thresholds_y[[0, 2]] < 0).all()


@pytest.mark.parametrize("n_pairs", [5, 20, 40])
def test_independent_patterns_meet_no_crosstalk_in_a_linear_memory(n_pairs, rng):
    x, y = pairs_of(rng, n_pairs, 60, 50)
    memory = pseudo_inverse(x, y)
    assert_allclose(x @ memory.forward, y, atol=1e-10)
    assert_allclose(y @ memory.backward, x, atol=1e-10)
    assert stored(memory, x, y).all()


@pytest.mark.parametrize(
    ("rule", "n_pairs", "text"),
    [
        (correlation, 14, r"correlation: 14 pairs are more than the 13\.2 that the rule holds"),
        (pseudo_inverse, 150, "pseudo_inverse: 150 pairs are more than the 128 that are linearly independent"),
        (multiple_training, 30, "multiple_training: no multiplicities make all 30 pairs fixed points"),
    ],
)
def test_too_many_pairs_are_told_with_their_number(rule, n_pairs, text, rng):
    with pytest.warns(UserWarning, match=text):
        rule(*pairs_of(rng, n_pairs))


def test_pairs_that_contradict_each_other_are_told():
    with pytest.warns(UserWarning, match="prlab: 1 of 2 pairs are not fixed points after 20 epochs|prlab: 2 of 2"):
        prlab([[1, 1, -1], [1, 1, -1]], [[1, 1], [-1, 1]], max_epochs=20)


def test_the_capacity_of_koskos_rule_is_that_of_the_smaller_layer():
    assert kosko_capacity(256, 128) == kosko_capacity(128, 1000) == pytest.approx(13.19, abs=0.01)


def test_a_pair_with_an_undecided_unit_is_not_stored():
    x, y = [[1.0, 1.0]], [[1.0, -1.0]]
    assert_array_equal(stored(symmetric([[1.0, -1.0], [1.0, -1.0]]), x, y), [True])
    assert_array_equal(stored(symmetric([[1.0, -1.0], [-1.0, 1.0]]), x, y), [False])


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize(
    ("x", "y", "text"),
    [
        ([[1, 1], [1, -1]], [[1, 1]], "states_y: 1 patterns are not one for each of the 2 of states_x"),
        ([[1, 0.5]], [[1]], "states_x: unit 1 of row 0 is 0.5"),
        ([[1, 1]], [[0, 1]], "states_y: unit 0 of row 0 is 0"),
        ([1, 1], [[1]], r"states_x: their shape \(2,\) is not"),
    ],
)
def test_patterns_that_no_rule_learns_are_named(rule, x, y, text):
    with pytest.raises(ValueError, match=text):
        rule(x, y)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"relaxation": 2.0}, "relaxation: 2.0 is not a finite number above 0, up to 2"),
        ({"relaxation": 0}, "relaxation: 0 is not"),
        ({"max_epochs": 0}, "max_epochs: 0 is not a whole number of at least 1"),
    ],
)
def test_a_wrong_setting_of_the_relaxation_is_named(settings, text):
    with pytest.raises(ValueError, match=text):
        prlab([[1, 1]], [[1]], **settings)
