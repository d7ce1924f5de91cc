"""HopfieldMemory keeps scikit-learn's contract, and says what is wrong with its data."""

import re
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import parametrize_with_checks

from evorc.estimators.hopfield import HopfieldMemory
from evorc.networks.hopfield_rules import RULES, perceptron

# The checks bring real numbers, which only `binarize` makes two-valued.
BINARIZED = [
    HopfieldMemory(binarize=0.0),
    HopfieldMemory(binarize=0.0, rule="pseudo_inverse", units="binary", update="synchronous", order="fixed"),
    HopfieldMemory(binarize=0.0, rule="storkey", temperature=[0.5, 0.2], update=3),
]


@pytest.mark.filterwarnings("ignore:patterns.*can hold", "ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(BINARIZED)
def test_it_keeps_the_contract(estimator, check):
    check(estimator)


def signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def flipped(patterns, rng, share):
    return np.where(rng.random(patterns.shape) < share, -patterns, patterns)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("units", ["bipolar", "binary"])
def test_what_was_learnt_is_recalled_from_disturbed_probes(rule, units, rng):
    patterns = signs(rng, 5, 100)
    probes = flipped(patterns, rng, 0.1)
    if units == "binary":
        patterns, probes = 0.5 * (patterns + 1.0), 0.5 * (probes + 1.0)
    memory = HopfieldMemory(rule=rule, units=units, random_state=0).fit(patterns)
    assert_array_equal(memory.predict(probes), patterns)
    assert_array_equal(memory.transform(probes).argmax(axis=1), np.arange(5))
    assert_array_equal(memory.transform(probes).max(axis=1), np.ones(5))
    assert memory.score(probes, patterns) == memory.score(probes, np.arange(5)) == memory.score(patterns) == 1.0
    assert memory.score(probes) == 0.0
    assert (memory.energy(patterns) < memory.energy(probes)).all()


def test_a_rule_may_be_a_function(rng):
    patterns = signs(rng, 55, 50)
    with pytest.warns(UserWarning, match="55 are more than the 7 that"):
        HopfieldMemory().fit(patterns)
    memory = HopfieldMemory(rule=partial(perceptron, margin=0.0, symmetric=False)).fit(patterns)
    assert memory.score(patterns) == 1.0
    with pytest.raises(ValueError, match="weights: they are asymmetric"):
        memory.energy(patterns)


def test_a_probe_is_recalled_the_same_way_in_any_company(rng):
    memory = HopfieldMemory(temperature=[1.0, 0.5], random_state=3).fit(signs(rng, 8, 60))
    probes = signs(rng, 9, 60)
    together = memory.predict(probes)
    assert_array_equal(memory.predict(probes[[7, 2]]), together[[7, 2]])
    assert_array_equal(memory.predict(probes[[4, 4]]), together[[4, 4]])


def test_probes_without_rest_are_counted():
    memory = HopfieldMemory(update="synchronous", rule=lambda patterns: np.array([[0.0, -1.0], [-1.0, 0.0]]))
    memory.fit([[1, 1]])
    with pytest.warns(ConvergenceWarning, match="recall: 2 of 3 probes alternate between two states"):
        memory.predict([[1, 1], [1, -1], [-1, -1]])
    ring = HopfieldMemory(rule=lambda patterns: np.array([[0.0, 1, 0], [0, 0, 1], [-1, 0, 0]]), max_sweeps=7)
    ring.set_params(update="synchronous").fit([[1, 1, 1]])
    with pytest.warns(ConvergenceWarning, match="recall: 1 of 1 had not settled after max_sweeps = 7"):
        ring.predict([[1, 1, 1]])


@pytest.mark.filterwarnings("error")
def test_a_warm_memory_is_not_expected_to_rest(rng):
    HopfieldMemory(temperature=0.5, max_sweeps=5).fit(signs(rng, 2, 50)).predict(signs(rng, 3, 50))


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: HopfieldMemory().fit([[1, -1], [1, 0.5]]), "X: unit 1 of row 1 is 0.5, as 1 values"),
        (lambda: HopfieldMemory(units="binary").fit([[1, -1]]), "X: unit 1 of row 0 is -1"),
        (lambda: HopfieldMemory(rule="hope").fit([[1, -1]]), "rule: 'hope' is not one of hebb, storkey"),
        (lambda: HopfieldMemory(units="other").fit([[1, -1]]), "units: 'other'"),
        (lambda: HopfieldMemory().fit([[1, -1]]).predict([[1, -1, 1]]), "X has 3 features, but HopfieldMemory"),
        (lambda: HopfieldMemory().fit([[1, -1]]).score([[1, -1]], [[1, -1], [1, 1]]), "y: it is for 2 probes"),
        (lambda: HopfieldMemory().fit([[1, -1]]).score([[1, -1]], [1]), "y: not all are numbers of patterns"),
        (lambda: HopfieldMemory(order="up").fit([[1, -1]]).predict([[1, -1]]), "order: 'up'"),
    ],
)
def test_what_is_not_allowed_is_named(refused, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        refused()
