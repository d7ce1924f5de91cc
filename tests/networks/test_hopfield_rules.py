"""Rules by which Hopfield networks learn, how much they hold, and what is left after damage."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from reference import hopfield as reference
from sklearn.exceptions import ConvergenceWarning

from evorc.kernels.compiler import JIT
from evorc.networks.hopfield_damage import alteration_curve, dilute
from evorc.networks.hopfield_memory import Memory
from evorc.networks.hopfield_rules import RULES, hebb, perceptron, pseudo_inverse, storkey, unlearn, warn_of_capacity
from evorc.networks.hopfield_theory import capacity, critical_load, dense_capacity, magnetisation, retrieval_overlap

compiled = pytest.mark.skipif(not JIT, reason="takes too long without a compiler")


def signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


def stable(weights, patterns):
    """Share of the patterns of which no unit would turn."""
    return ((patterns @ weights) * patterns > 0).all(axis=1).mean()


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(2, 9))
def test_hebb_and_storkey_equal_their_definitions(seed, n_patterns, n):
    patterns = signs(np.random.default_rng(seed), n_patterns, n)
    assert_allclose(hebb(patterns), reference.hebb(patterns), atol=1e-15)
    assert_allclose(storkey(patterns), reference.storkey(patterns), atol=1e-12)


def test_storkeys_patterns_may_be_many(rng):
    patterns = signs(rng, 70, 30)  # more than go together
    assert_allclose(storkey(patterns), reference.storkey(patterns), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_weights_are_symmetric_without_loops_and_the_same_for_binary_patterns(rule, rng):
    patterns = signs(rng, 5, 30)
    weights = rule(patterns)
    assert_array_equal(weights, weights.T)
    assert_array_equal(weights.diagonal(), np.zeros(30))
    assert_array_equal(rule(0.5 * (patterns + 1.0), units="binary"), weights)


def test_hebb_mixed_by_the_inverse_correlations_is_the_pseudo_inverse(rng):
    patterns = signs(rng, 8, 30)
    correlations = patterns @ patterns.T / 30
    inverse = np.linalg.inv(correlations)
    assert_allclose(hebb(patterns, mixing=0.5 * (inverse + inverse.T)), pseudo_inverse(patterns), atol=1e-12)


def test_the_pseudo_inverse_projects_on_patterns_that_may_repeat(rng):
    patterns = signs(rng, 8, 30)
    once, twice = pseudo_inverse(patterns), pseudo_inverse(np.concatenate([patterns, -patterns[:3]]))
    assert_allclose(twice, once, atol=1e-12)
    projection = once + np.diag(1.0 - ((patterns @ once) * patterns)[0])
    assert_allclose(patterns @ projection, patterns, atol=1e-12)


@pytest.mark.parametrize("symmetric", [True, False])
def test_the_perceptron_reaches_its_margin(symmetric, rng):
    patterns = signs(rng, 40, 60)
    weights = perceptron(patterns, margin=0.4, symmetric=symmetric)
    assert ((patterns @ weights) * patterns > 0.4 * np.linalg.norm(weights, axis=0)).all()
    assert (weights == weights.T).all() == symmetric


def test_asymmetric_perceptrons_hold_more_patterns_than_units(rng):
    patterns = signs(rng, 60, 50)
    weights = perceptron(patterns, margin=0.0, symmetric=False)
    assert stable(weights, patterns) == 1.0
    assert_array_equal(Memory(weights, asymmetric=True).recall(patterns).states, patterns)


def test_a_masked_perceptron_learns_with_the_connections_there_are(rng):
    patterns, mask = signs(rng, 6, 60), np.triu(rng.random((60, 60)) < 0.4, 1)
    weights = perceptron(patterns, margin=0.2, mask=mask | mask.T)
    assert not weights[~(mask | mask.T)].any()
    assert stable(weights, patterns) == 1.0


def test_a_perceptron_that_gives_up_says_so(rng):
    with pytest.warns(ConvergenceWarning, match="patterns: .* of 600 units are below the margin 0 after 20 epochs"):
        perceptron(signs(rng, 60, 10), margin=0.0, max_epochs=20)


def test_unlearning_brings_overlapping_patterns_back(rng):
    patterns = signs(rng, 25, 100)
    learnt = hebb(patterns)
    awake = unlearn(learnt, n_dreams=150 if JIT else 1, strength=0.01, random_state=0)
    assert_array_equal(awake, awake.T)
    assert_array_equal(awake.diagonal(), np.zeros(100))
    if JIT:
        assert stable(awake, patterns) > stable(learnt, patterns) + 0.3


def test_one_dream_takes_its_share_away(rng):
    learnt = hebb(signs(rng, 3, 20))
    change = (learnt - unlearn(learnt, n_dreams=1, strength=0.05, random_state=0)) * 20 / 0.05
    assert_allclose(np.abs(change), 1.0 - np.eye(20))
    values, vectors = np.linalg.eigh(change + np.eye(20))
    dream = np.sign(vectors[:, -1])
    assert_array_equal(Memory(learnt).recall([dream]).states, [dream])
    assert values[-1] == pytest.approx(20.0)


def test_hebb_holds_most_of_72_patterns_in_1000_units(rng):
    shares = [stable(hebb(patterns), patterns) for patterns in signs(rng, 5, 72, 1000)]
    assert 0.80 <= np.mean(shares) <= 0.95


def test_storkey_holds_269_patterns_in_1000_units(rng):
    patterns = signs(rng, 269, 1000)
    assert stable(storkey(patterns), patterns) >= 0.95


def test_the_pseudo_inverse_holds_900_patterns_in_1000_units(rng):
    patterns = signs(rng, 900, 1000)
    assert stable(pseudo_inverse(patterns), patterns) == 1.0


@compiled
@pytest.mark.parametrize("load", [0.05, 0.10, 0.12])
def test_the_overlap_is_that_of_amit_gutfreund_and_sompolinsky(load, rng):
    patterns = signs(rng, round(2000 * load), 2000)
    found = Memory(hebb(patterns)).recall(patterns[:100], random_state=0)
    assert (found.sweeps >= 0).all()
    overlap = (found.states * patterns[:100]).mean()
    assert overlap == pytest.approx(retrieval_overlap(load), abs=0.003)


def test_the_theory_has_the_published_numbers():
    assert critical_load() == pytest.approx(0.137906, abs=1e-6)
    assert retrieval_overlap(critical_load()) == pytest.approx(0.96742, abs=1e-5)
    assert_allclose(retrieval_overlap([0.1, 0.12, 0.135]), [0.99800, 0.99322, 0.98079], atol=1e-5)
    assert_array_equal(retrieval_overlap([0.138, 0.5]), [0.0, 0.0])


@given(st.floats(0.01, 0.999))
def test_the_magnetisation_solves_its_equation(temperature):
    m = magnetisation(temperature)
    assert m > 0
    assert np.tanh(m / temperature) == pytest.approx(m, abs=1e-9)


def test_too_many_patterns_are_counted_in_a_warning():
    with pytest.warns(UserWarning, match='patterns: 139 are more than the 138 that the rule "hebb" can hold in 1000'):
        warn_of_capacity("hebb", 139, 1000)


def test_a_diluted_network_keeps_its_share(rng):
    weights = hebb(signs(rng, 3, 200))
    cut = dilute(weights, 0.3, random_state=0)
    assert_array_equal(cut, cut.T)
    assert_array_equal(cut[cut != 0], weights[cut != 0])
    assert (cut != 0).sum() / (weights != 0).sum() == pytest.approx(0.3, abs=0.02)
    one_way = dilute(weights, 0.3, symmetric=False, random_state=0)
    assert (one_way != one_way.T).any()


@pytest.mark.parametrize("alteration", ["cut", "noise", "inverted"])
def test_memories_resist_until_the_alteration_is_large(alteration, rng):
    patterns = signs(rng, 6, 200)
    sizes = [0.0, 0.2, 20.0 if alteration == "noise" else 0.99 if alteration == "cut" else 0.5]
    found = alteration_curve(hebb(patterns), patterns, sizes, alteration=alteration, random_state=0)
    assert found.overlaps[0] == found.exact[0] == 1.0
    assert found.overlaps[1] > 0.99
    assert found.overlaps[2] < 0.8
    assert found.exact[2] == 0.0


def test_all_connections_inverted_turn_every_unit(rng):
    patterns = signs(rng, 1, 50)
    found = alteration_curve(hebb(patterns), patterns, [1.0], alteration="inverted", probes=-patterns)
    assert found.overlaps[0] < 0.5


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: hebb([[1, 0], [1, 1]]), "patterns: unit 1 of row 0 is 0, as 1 values"),
        (lambda: storkey([1, -1]), "patterns: their shape (2,)"),
        (lambda: hebb([[1, -1]], mixing=np.eye(2)), "mixing: its shape (2, 2)"),
        (lambda: hebb([[1, -1], [1, 1]], mixing=[[1, 2], [3, 4]]), "mixing: it is not symmetric"),
        (lambda: perceptron([[1, -1]], margin=-1.0), "margin: -1.0 is not"),
        (lambda: perceptron([[1, -1]], max_epochs=0), "max_epochs: 0"),
        (lambda: perceptron([[1, -1]], mask=[[True]]), "mask: its shape (1, 1)"),
        (lambda: perceptron([[1, -1]], mask=[[1, 1], [0, 1]]), "mask: it is not symmetric"),
        (lambda: unlearn(np.zeros((2, 2)), n_dreams=0), "n_dreams: 0"),
        (lambda: unlearn(np.zeros((2, 2)), n_dreams=1, strength=0.0), "strength: 0.0"),
        (lambda: dilute(np.zeros((2, 2)), 0.0), "keep: 0.0"),
        (lambda: alteration_curve(np.zeros((2, 2)), [[1, 1]], [1.5]), "sizes: 1.5"),
        (lambda: alteration_curve(np.zeros((2, 2)), [[1, 1]], [0], alteration="burn"), "alteration: 'burn'"),
        (lambda: retrieval_overlap([0.1, 0.0]), "load: 0.0 is not above 0"),
        (lambda: magnetisation(-0.1), "temperature: -0.1 is not at least 0"),
        (lambda: capacity("hope", 10), "rule: 'hope'"),
        (lambda: capacity("hebb", 1), "n_units: 1"),
        (lambda: dense_capacity(10, 1), "degree: 1"),
    ],
)
def test_what_is_not_allowed_is_named(refused, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        refused()
