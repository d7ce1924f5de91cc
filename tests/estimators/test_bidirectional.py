"""BidirectionalMemory keeps scikit-learn's contract, and says what is wrong with its data."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from evorc.estimators.bidirectional import BidirectionalMemory
from evorc.networks.bam_memory import symmetric
from evorc.networks.bam_rules import RULES, correlation

# The checks bring real numbers, which only `binarize` makes two-valued.
BINARIZED = [
    BidirectionalMemory(binarize=0.0),
    BidirectionalMemory(binarize=0.0, rule="pseudo_inverse", units="binary"),
    BidirectionalMemory(binarize=0.0, rule="multiple_training"),
    BidirectionalMemory(binarize=0.0, rule="prlab"),
]


@pytest.mark.filterwarnings("ignore:.*pairs:UserWarning", "ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(BINARIZED)
def test_it_keeps_the_contract(estimator, check):
    check(estimator)


@pytest.fixture
def pairs(rng):
    return rng.choice([-1, 1], (4, 60)), rng.choice([-1, 1], (4, 40))


@pytest.mark.parametrize("rule", RULES)
def test_pairs_are_recalled_both_ways_by_every_rule(rule, pairs):
    x, y = pairs
    memory = BidirectionalMemory(rule=rule).fit(x, y)
    assert_array_equal(memory.predict(x), y)
    assert_array_equal(memory.recall_x(y), x)
    assert memory.score(x, y) == 1.0


def test_binary_units_are_bipolar_ones_with_another_name(pairs):
    x, y = pairs
    names = {"x": (x + 1) // 2, "y": (y + 1) // 2}
    memory = BidirectionalMemory(units="binary").fit(names["x"], names["y"])
    assert_array_equal(memory.predict(names["x"]), names["y"])
    assert_array_equal(memory.recall_x(names["y"]), names["x"])
    assert_array_equal(memory.memory_.forward, correlation(x, y).forward)


def test_binarize_splits_real_numbers_at_its_value(pairs, rng):
    x, y = pairs
    memory = BidirectionalMemory(binarize=2.0).fit(x * rng.uniform(0.1, 5, x.shape) + 2, y * 0.5 + 2)
    assert_array_equal(memory.predict(x + 2), y)


def test_one_target_comes_back_in_its_own_form(pairs):
    x, y = pairs
    assert BidirectionalMemory().fit(x, y[:, 0]).predict(x).shape == (4,)
    assert BidirectionalMemory().fit(x, y[:, :1]).predict(x).shape == (4, 1)


def test_score_is_the_share_of_whole_answers(pairs):
    x, y = pairs
    wanted = y.copy()
    wanted[0, 3] *= -1
    assert BidirectionalMemory().fit(x, y).score(x, wanted) == 0.75


def test_the_energy_of_pairs_is_below_that_of_disturbed_ones(pairs):
    x, y = pairs
    memory = BidirectionalMemory().fit(x, y)
    disturbed = x * np.where(np.arange(60) < 10, -1, 1)
    assert (memory.energy(x, y) < memory.energy(disturbed, y)).all()


def test_two_matrices_have_no_energy(pairs):
    memory = BidirectionalMemory(rule="pseudo_inverse").fit(*pairs)
    with pytest.raises(ValueError, match="each direction has a matrix of its own"):
        memory.energy(*pairs)


def test_a_rule_of_ones_own_is_used(pairs):
    x, y = pairs
    memory = BidirectionalMemory(rule=lambda a, b: symmetric(-(a.T @ b))).fit(x, y)
    assert_array_equal(memory.predict(x), -y)


@pytest.mark.parametrize(
    ("settings", "x", "y", "text"),
    [
        ({}, [[1, -1], [1, 0]], [[1], [1]], "X: unit 1 of row 1 is 0, as 1 values are neither -1 nor 1"),
        ({}, [[1, -1], [1, 1]], [[1], [3]], "y: unit 0 of row 1 is 3"),
        ({"units": "binary"}, [[0, 1], [-1, 1]], [[1], [0]], "X: unit 0 of row 1 is -1"),
        ({"units": "spin"}, [[1, -1]], [[1]], 'units: \'spin\' is not "bipolar" or "binary"'),
        ({"rule": "hebb"}, [[1, -1]], [[1]], "rule: 'hebb' is not \"correlation\" or "),
    ],
)
def test_what_cannot_be_learnt_is_named(settings, x, y, text):
    with pytest.raises(ValueError, match=text):
        BidirectionalMemory(**settings).fit(x, y)


def test_a_probe_of_another_width_is_refused(pairs):
    x, y = pairs
    memory = BidirectionalMemory().fit(x, y)
    with pytest.raises(ValueError, match="X has 59 features, but BidirectionalMemory is expecting 60"):
        memory.predict(x[:, :-1])
    with pytest.raises(ValueError, match=r"y: their shape \(4, 39\) is not \[y, 40 units\]"):
        memory.recall_x(y[:, :-1])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        memory.score(x, y[:2])


def test_more_pairs_than_the_rule_holds_are_told(rng):
    x, y = rng.choice([-1, 1], (64, 256)), rng.choice([-1, 1], (64, 128))
    with pytest.warns(UserWarning, match=r"correlation: 64 pairs are more than the 13\.2 that the rule holds"):
        BidirectionalMemory().fit(x, y)


def test_probes_that_alternate_or_do_not_settle_are_told():
    memory = BidirectionalMemory(rule=lambda x, y: symmetric(x.T @ y)).fit([[1, 1]], [[1, 1]])
    memory.memory_ = memory.memory_._replace(backward=-memory.memory_.backward)
    with pytest.warns(ConvergenceWarning, match="1 of 1 probes alternate between two states"):
        memory.predict([[1, 1]])
    with pytest.warns(ConvergenceWarning, match="1 of 1 had not settled after max_steps = 1"):
        clone(memory).set_params(max_steps=1, rule=lambda x, y: memory.memory_).fit([[1, 1]], [[1, 1]]).predict(
            [[1, 1]]
        )
