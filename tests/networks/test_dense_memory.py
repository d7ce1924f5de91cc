"""Memories of steeper energies: their steps, their energies, and how much they hold."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference import hopfield as reference

from evorc.kernels.compiler import JIT
from evorc.networks.dense_memory import DenseMemory, ModernMemory

compiled = pytest.mark.skipif(not JIT, reason="takes too long without a compiler")


def signs(rng, *shape):
    return rng.choice([-1.0, 1.0], shape)


@pytest.mark.parametrize("degree", [2, 3, 5])
def test_a_sweep_of_a_dense_memory_equals_the_oracle(degree, rng):
    patterns, probes = signs(rng, 11, 13), signs(rng, 7, 13)
    expected = [reference.dense(patterns, degree, probe) for probe in probes]
    assert_array_equal(DenseMemory(patterns, degree=degree).recall(probes, max_sweeps=1).states, expected)


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_no_sweep_of_a_dense_memory_raises_its_energy(degree, rng):
    memory, states = DenseMemory(signs(rng, 30, 20), degree=degree), signs(rng, 25, 20)
    before = memory.energy(states)
    for _ in range(4):
        states = memory.recall(states, max_sweeps=1).states
        after = memory.energy(states)
        assert (after <= before).all()
        before = after
    assert (memory.recall(states).steps >= 0).all()


def test_the_energies_are_those_of_the_papers(rng):
    patterns, states = signs(rng, 5, 8), signs(rng, 3, 8)
    expected = [-sum(max(x @ s, 0.0) ** 3 for x in patterns) for s in states]
    assert_allclose(DenseMemory(patterns).energy(states), expected)
    real, probes = rng.normal(size=(5, 8)), rng.normal(size=(3, 8))
    for energy, s in zip(ModernMemory(real, beta=2.0).energy(probes), probes):
        lse = np.log(np.exp(2.0 * real @ s).sum()) / 2.0
        longest = max(x @ x for x in real)
        assert energy == pytest.approx(-lse + 0.5 * s @ s + np.log(5) / 2.0 + 0.5 * longest)
        assert energy >= 0.0


@pytest.mark.parametrize("probes", [1, 3, 70])
def test_a_step_of_a_modern_memory_equals_the_oracle(probes, rng):
    patterns, starts = rng.normal(size=(9, 6)), rng.normal(size=(probes, 6))
    expected = [reference.modern(patterns, 1.5, s) for s in starts]
    assert_allclose(ModernMemory(patterns, beta=1.5).recall(starts, max_steps=1).states, expected, rtol=1e-12)


def test_no_step_of_a_modern_memory_raises_its_energy(rng):
    memory, states = ModernMemory(rng.normal(size=(20, 8)), beta=0.8), rng.normal(size=(10, 8))
    before = memory.energy(states)
    for _ in range(30):
        states = memory.recall(states, max_steps=1).states
        after = memory.energy(states)
        assert (after <= before + 1e-12).all()
        before = after


def test_a_modern_memory_comes_to_rest_and_large_overlaps_do_not_overflow(rng):
    patterns = 100.0 * signs(rng, 20, 16)
    found = ModernMemory(patterns).recall(patterns + 1.0)
    assert (found.steps >= 0).all()
    assert_allclose(found.states, patterns)


def test_a_low_beta_recalls_the_mean(rng):
    patterns = rng.normal(size=(20, 8))
    assert_allclose(
        ModernMemory(patterns, beta=1e-9).recall(patterns).states,
        patterns.mean(axis=0)[None] + 0 * patterns[:, :1],
        atol=1e-6,
    )


@compiled
def test_degree_three_holds_300_patterns_in_100_units(rng):
    patterns = signs(rng, 300, 100)
    probes = patterns * np.where(rng.permuted(np.arange(100) < 5 + np.zeros((300, 1)), axis=1), -1.0, 1.0)
    found = DenseMemory(patterns, degree=3).recall(probes)
    assert (found.states == patterns).all(axis=1).mean() >= 0.95


@compiled
def test_a_modern_memory_of_64_units_holds_100000_patterns(rng):
    patterns = rng.normal(size=(100_000, 64))
    patterns *= 8.0 / np.linalg.norm(patterns, axis=1, keepdims=True)
    wanted = patterns[:200]
    found = ModernMemory(patterns).recall(wanted + 0.3 * rng.normal(size=wanted.shape), max_steps=1).states
    errors = np.linalg.norm(found - wanted, axis=1) / 8.0
    assert (errors < 1e-4).mean() >= 0.999


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: DenseMemory([[1, 0]]), "patterns: unit 1 of row 0 is 0"),
        (lambda: DenseMemory([[1, -1]], degree=1), "degree: 1"),
        (lambda: DenseMemory([[1, -1]]).recall([[1, -1, 1]]), "probes: their shape (1, 3)"),
        (lambda: DenseMemory([[1, -1]]).recall([[1, -1]], max_sweeps=0), "max_sweeps: 0"),
        (lambda: ModernMemory([[1.0, np.inf]]), "patterns: unit 1 of row 0 is inf"),
        (lambda: ModernMemory([[1.0, 2.0]], beta=0.0), "beta: 0.0"),
        (lambda: ModernMemory([[1.0, 2.0]]).recall([[1.0]]), "probes: their shape (1, 1)"),
        (lambda: ModernMemory([[1.0, 2.0]]).recall([[1.0, 2.0]], tolerance=-1), "tolerance: -1"),
    ],
)
def test_what_is_not_allowed_is_named(refused, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        refused()
