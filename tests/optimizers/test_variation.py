"""Every operator against DEAP's own, fed with the same random numbers."""

import random

import numpy as np
import pytest
from deap import tools
from scipy import stats

from evorc.kernels.random import stream_integer, stream_normal, stream_uniform
from evorc.optimizers import variation

WORD = np.uint64(1234567890123456789)
GENES = 7
LOW, HIGH = np.linspace(-3.0, -1.0, GENES), np.linspace(1.0, 4.0, GENES)


@pytest.fixture
def pair(rng):
    return rng.uniform(LOW, HIGH, (5, GENES)), rng.uniform(LOW, HIGH, (5, GENES))


def feed(monkeypatch, name, values):
    numbers = iter(values)
    monkeypatch.setattr(random, name, lambda *arguments: next(numbers))


def uniforms(n, step=1, start=0):
    return [stream_uniform(WORD, start + step * i) for i in range(n)]


def mated(function, pair, *arguments):
    first, second = pair[0].copy(), pair[1].copy()
    function(WORD, first, second, *arguments)
    return np.array([first, second])


def mated_by_deap(function, pair, *arguments):
    children = [function(one.tolist(), other.tolist(), *arguments) for one, other in zip(*pair)]
    return np.array(children).transpose(1, 0, 2)


@pytest.mark.parametrize(("name", "parameter"), [("cxBlend", 0.5), ("cxSimulatedBinary", 2.0), ("cxUniform", 0.4)])
def test_crossover_of_genes_equals_deap(name, parameter, pair, monkeypatch):
    ours = mated(getattr(variation, name), pair, parameter)
    feed(monkeypatch, "random", uniforms(5 * GENES))
    theirs = mated_by_deap(getattr(tools, name), pair, parameter)
    np.testing.assert_allclose(ours, theirs, rtol=1e-14, atol=1e-15)


def test_two_point_crossover_equals_deap(pair, monkeypatch):
    ours = mated(variation.cxTwoPoint, pair)
    sizes = [GENES, GENES - 1] * 5
    feed(monkeypatch, "randint", [1 + stream_integer(WORD, i, n) for i, n in enumerate(sizes)])
    assert np.array_equal(ours, mated_by_deap(tools.cxTwoPoint, pair))


def test_two_point_crossover_of_one_gene_is_allowed():
    first, second = np.zeros((3, 1)), np.ones((3, 1))
    variation.cxTwoPoint(WORD, first, second)
    assert np.array_equal(first + second, np.ones((3, 1)))


def test_gaussian_mutation_equals_deap(pair, monkeypatch):
    mu, sigma = np.full(GENES, 0.1), np.linspace(0.1, 2.0, GENES)
    ours = pair[0].copy()
    variation.mutGaussian(WORD, ours, mu, sigma, 0.5)
    drawn = uniforms(5 * GENES)
    normals = iter([stream_normal(WORD, i) for i, u in enumerate(drawn) if u < 0.5])
    feed(monkeypatch, "random", drawn)
    monkeypatch.setattr(random, "gauss", lambda m, s: m + s * next(normals))
    theirs = [tools.mutGaussian(row.tolist(), mu.tolist(), sigma.tolist(), 0.5)[0] for row in pair[0]]
    np.testing.assert_allclose(ours, theirs, rtol=1e-15)


@pytest.mark.parametrize("indpb", [0.5, 1.0])
def test_polynomial_mutation_equals_deap(indpb, pair, monkeypatch):
    ours = pair[0].copy()
    variation.mutPolynomialBounded(WORD, ours, 20.0, LOW, HIGH, indpb)
    chances, sizes = uniforms(5 * GENES, step=2), uniforms(5 * GENES, step=2, start=1)
    feed(
        monkeypatch,
        "random",
        [u for chance, size in zip(chances, sizes) for u in (chance, size)[: 1 + (chance <= indpb)]],
    )
    theirs = [tools.mutPolynomialBounded(row.tolist(), 20.0, LOW.tolist(), HIGH.tolist(), indpb)[0] for row in pair[0]]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)


def test_polynomial_mutation_of_a_gene_outside_stays_a_number():
    genomes = np.array([[-9.0, 9.0]])
    variation.mutPolynomialBounded(WORD, genomes, 20.5, np.zeros(2), np.ones(2), 1.0)
    assert np.all((genomes >= 0.0) & (genomes <= 1.0))


def test_cauchy_mutation_adds_a_cauchy_number():
    genomes = np.zeros((400, 10))
    variation.mutCauchy(WORD, genomes, np.full(10, 1.5), np.full(10, 0.2), 1.0)
    assert stats.kstest(genomes.ravel(), stats.cauchy(1.5, 0.2).cdf).pvalue > 1e-3


@pytest.mark.parametrize("mutate", [variation.mutGaussian, variation.mutCauchy])
def test_a_gene_mutates_with_its_probability(mutate):
    genomes = np.zeros((400, 10))
    mutate(WORD, genomes, np.zeros(10), np.ones(10), 0.3)
    assert np.mean(genomes != 0.0) == pytest.approx(0.3, abs=0.03)
    mutate(WORD, genomes := np.ones((20, 10)), np.zeros(10), np.ones(10), 0.0)
    assert np.all(genomes == 1.0)


def test_a_cauchy_number_is_the_tangent_and_always_finite():
    u = np.linspace(0.001, 0.999, 999)
    np.testing.assert_allclose([variation.cauchy(v) for v in u], np.tan(np.pi * (u - 0.5)), rtol=1e-10, atol=1e-15)
    assert all(np.isfinite(variation.cauchy(v)) for v in (0.0, 2.0**-53, 1.0 - 2.0**-53))


def test_reflection_mirrors_at_the_bounds_as_often_as_it_takes():
    genomes = np.array([[-0.25, 1.25, 2.5, -3.75, 0.5]]).T
    variation.reflect(genomes, np.zeros(1), np.ones(1))
    np.testing.assert_allclose(genomes.T, [[0.25, 0.75, 0.5, 0.25, 0.5]], rtol=1e-15)


def test_reflection_keeps_the_bits_of_a_gene_inside(rng):
    genomes = rng.uniform(LOW, HIGH, (50, GENES))
    genomes[0], genomes[1] = LOW, HIGH
    before = genomes.copy()
    variation.reflect(genomes, LOW, HIGH)
    assert np.array_equal(genomes, before)


def test_reflection_brings_back_a_gene_from_far_away():
    genomes = np.array([[1e300], [-1e300], [1e16], [3.0000000001]])
    variation.reflect(genomes, np.array([0.1]), np.array([0.3]))
    assert np.all((genomes >= 0.1) & (genomes <= 0.3))
