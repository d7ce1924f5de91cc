import random

import numpy as np
import pytest
from deap import base, tools
from scipy import stats

from evorc.optimizers import selection

FITNESS = np.array([3.0, 1.0, 7.0, 0.5, 2.0, 7.5])
DRAWS = 12_000


class Fitness(base.Fitness):
    weights = (1.0,)


class Row(list):
    def __init__(self, index, fitness):
        super().__init__([index])
        self.fitness = Fitness((fitness,))


def counts(indices):
    return np.bincount(indices, minlength=len(FITNESS))


def deap_counts(select, **options):
    random.seed(1)
    rows = [Row(i, fitness) for i, fitness in enumerate(FITNESS)]
    return counts([row[0] for row in select(rows, DRAWS, **options)])


@pytest.mark.parametrize(
    ("name", "options"),
    [("selTournament", {"tournsize": 2}), ("selTournament", {"tournsize": 4}), ("selRoulette", {})],
)
def test_selection_draws_like_deap(name, options, rng):
    ours = counts(getattr(selection, name)(FITNESS, DRAWS, rng, **options))
    theirs = deap_counts(getattr(tools, name), **options)
    seen = (ours + theirs) > 0
    assert stats.chi2_contingency(np.array([ours, theirs])[:, seen]).pvalue > 1e-3


def test_tournament_of_the_same_draws_chooses_what_deap_chooses(monkeypatch):
    drawn = np.random.default_rng(0).integers(0, len(FITNESS), (50, 3))
    ours = selection.selTournament(FITNESS, 50, np.random.default_rng(0), tournsize=3)
    feed = iter(drawn.ravel())
    monkeypatch.setattr(random, "choice", lambda rows: rows[next(feed)])
    rows = [Row(i, fitness) for i, fitness in enumerate(FITNESS)]
    assert ours.tolist() == [row[0] for row in tools.selTournament(rows, 50, tournsize=3)]


@pytest.mark.parametrize("k", [4, 6, 13])
def test_universal_sampling_of_the_same_spin_chooses_what_deap_chooses(k, monkeypatch):
    spin = np.random.default_rng(0).random()
    ours = selection.selStochasticUniversalSampling(FITNESS, k, np.random.default_rng(0))
    monkeypatch.setattr(random, "uniform", lambda low, high: low + spin * (high - low))
    rows = [Row(i, fitness) for i, fitness in enumerate(FITNESS)]
    assert ours.tolist() == [row[0] for row in tools.selStochasticUniversalSampling(rows, k)]


def test_roulette_of_the_same_spins_chooses_what_deap_chooses(monkeypatch):
    spins = iter(np.random.default_rng(0).random(40))
    ours = selection.selRoulette(FITNESS, 40, np.random.default_rng(0))
    monkeypatch.setattr(random, "random", lambda: next(spins))
    rows = [Row(i, fitness) for i, fitness in enumerate(FITNESS)]
    assert ours.tolist() == [row[0] for row in tools.selRoulette(rows, 40)]


@pytest.mark.parametrize("expected_best", [1.0, 1.1, 1.5, 2.0])
def test_rank_gives_the_offspring_that_baker_expects(expected_best, rng):
    n = len(FITNESS)
    share = np.mean([counts(selection.selRank(FITNESS, n, rng, expected_best)) for _ in range(3000)], axis=0)
    rank = np.argsort(np.argsort(-FITNESS))
    expected = expected_best - (2 * expected_best - 2) * rank / (n - 1)
    np.testing.assert_allclose(share, expected, atol=0.04)


@pytest.mark.parametrize("select", [selection.selRoulette, selection.selStochasticUniversalSampling])
def test_a_failed_individual_owns_no_slot(select, rng):
    fitness = np.array([1.0, -np.inf, 2.0, -np.inf])
    assert set(select(fitness, 500, rng)) == {0, 2}


@pytest.mark.parametrize("select", [selection.selRoulette, selection.selStochasticUniversalSampling])
def test_equal_slots_where_all_have_nothing(select, rng):
    assert set(select(np.zeros(4), 400, rng)) == {0, 1, 2, 3}
    assert set(select(np.full(4, -np.inf), 400, rng)) == {0, 1, 2, 3}
    assert set(select(np.array([0.0, -np.inf, 0.0]), 400, rng)) == {0, 2}


def test_a_roulette_refuses_a_negative_fitness(rng):
    with pytest.raises(ValueError, match=r"at least 0, found -2\.0; use selTournament or selRank"):
        selection.selRoulette(np.array([1.0, -2.0]), 2, rng)


@pytest.mark.parametrize("select", [selection.selTournament, selection.selRank])
def test_failed_individuals_rank_last(select, rng):
    fitness = np.array([-np.inf, 5.0, -np.inf, -3.0])
    chosen = np.bincount(select(fitness, 4000, rng, 2), minlength=4)
    assert chosen[1] > chosen[3] > max(chosen[0], chosen[2])
