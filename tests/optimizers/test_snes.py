import numpy as np
import pytest
from optimizers.strategies import WIDE, follow, spread_out, tilted
from reference.natural import snes
from scipy import stats

from evorc.optimizers import SNES
from evorc.optimizers.gaussian import draw
from evorc.optimizers.starts import by_rank

BOUNDS = np.array([[-1.0, 1.0]] * 3)
EVERY = pytest.mark.parametrize("fitness", [1.0, np.nan])


def test_the_update_is_that_of_the_paper():
    optimizer = SNES(WIDE, population_size=9, sigma=0.02, random_state=0)
    for genomes, values, before, after in follow(optimizer, 30):
        mean, sigma = snes(before["mean"], before["sigma"], genomes, values)
        np.testing.assert_allclose(after["mean"], mean, rtol=1e-12)
        np.testing.assert_allclose(after["sigma"], sigma, rtol=1e-12)


@pytest.mark.parametrize("n", [400, 401])
def test_points_are_normal_and_independent(n):
    points = np.empty((n, 25))
    draw(np.uint64(77), np.full(25, 3.0), np.full(25, 2.0), points)
    z = (points - 3.0) / 2.0
    assert stats.kstest(z.ravel(), "norm").pvalue > 0.01
    assert np.abs(np.corrcoef(z.T) - np.eye(25)).max() < 0.2
    assert np.abs(np.mean(z[0::2][: n // 2] * z[1::2])) < 0.05


def test_genomes_are_drawn_around_the_mean_with_the_given_sigma():
    genomes = SNES([[-10.0, 30.0]] * 2, population_size=4000, sigma=0.05, random_state=1).ask()
    np.testing.assert_allclose(genomes.mean(axis=0), 10.0, atol=0.15)
    np.testing.assert_allclose(genomes.std(axis=0), 2.0, rtol=0.05)


@pytest.mark.parametrize("size", [10, 11])
def test_antithetic_steps_come_in_pairs_and_are_still_normal(size):
    mean, sigma = np.array([1.0, 2.0, 3.0, 4.0]), 2.0
    optimizer = SNES(WIDE, population_size=size, sigma=0.02, antithetic=True, initial=mean, random_state=0)
    pairs, drawn = size // 2, []
    for _ in range(200):
        genomes = optimizer.ask()
        np.testing.assert_allclose(genomes[:pairs] + genomes[size - pairs :], np.tile(2.0 * mean, (pairs, 1)))
        assert len(np.unique(genomes, axis=0)) == size
        drawn.append(genomes[: size - pairs])
        optimizer.tell(np.zeros(size))  # a plateau moves nothing
        optimizer.forget()  # and starts nothing anew
    assert stats.kstest(np.ravel((np.concatenate(drawn) - mean) / sigma), "norm").pvalue > 0.01


def test_antithetic_steps_leave_the_mean_where_the_fitness_is_even():
    optimizer = SNES(WIDE, population_size=10, sigma=0.02, antithetic=True, random_state=0)
    optimizer.tell(-((optimizer.ask() ** 2).sum(axis=1)).round(9))  # rounded: partners differ in the last bit
    state = optimizer.state_dict()
    np.testing.assert_allclose(state["mean"], 0.0, atol=1e-12)
    assert np.all(state["sigma"] != 2.0)


def test_antithetic_steps_follow_the_same_update():
    optimizer = SNES(WIDE, population_size=9, sigma=0.02, antithetic=True, random_state=0)
    for genomes, values, before, after in follow(optimizer, 30):
        mean, sigma = snes(before["mean"], before["sigma"], genomes, values)
        np.testing.assert_allclose(after["mean"], mean, rtol=1e-12)
        np.testing.assert_allclose(after["sigma"], sigma, rtol=1e-12)


def test_equal_fitnesses_share_their_weights():
    weights = by_rank(np.array([4.0, 2.0, 0.0, -6.0]), np.array([1.0, 5.0, -np.inf, 1.0]))
    assert weights.tolist() == [1.0, 4.0, -6.0, 1.0]


@EVERY
def test_a_plateau_moves_nothing(fitness):
    optimizer = SNES(BOUNDS, population_size=8, random_state=0)
    for *_, before, after in follow(optimizer, 3, lambda genomes: np.full(len(genomes), fitness)):
        np.testing.assert_allclose(after["mean"], before["mean"], atol=1e-15)
        np.testing.assert_allclose(after["sigma"], before["sigma"], rtol=1e-14)


def test_a_point_beyond_a_bound_counts_where_it_was_drawn():
    optimizer = SNES([[0.0, 10.0]], population_size=4, sigma=0.2, initial=[1.0], random_state=0)
    genomes = optimizer.ask()
    state = optimizer.state_dict() | {"points": [[-1.0], [0.5], [2.0], [3.0]], "asked": [[1.0], [0.5], [2.0], [3.0]]}
    optimizer.load_state_dict(state)
    optimizer.tell([9.0, 3.0, 2.0, 1.0])
    mean, _ = snes(np.array([1.0]), np.array([2.0]), np.array(state["points"]), np.array([9.0, 3.0, 2.0, 1.0]))
    assert mean[0] < 1.0
    np.testing.assert_allclose(optimizer.state_dict()["mean"], np.abs(mean), rtol=1e-12)
    assert np.all(genomes >= 0.0)


def test_an_optimum_on_a_bound_is_found():
    optimizer = SNES(BOUNDS, max_generations=150, random_state=0)
    while not optimizer.stop():
        optimizer.tell(optimizer.ask().sum(axis=1))
    assert optimizer.best.fitness > 3.0 - 1e-3


def test_no_sigma_grows_beyond_the_range():
    optimizer = SNES(BOUNDS, population_size=20, random_state=0)
    for after in spread_out(optimizer, 60):
        assert np.all(after["sigma"] <= 2.0)
    assert np.all(after["sigma"] == 2.0)


def test_a_distant_injected_genome_pulls_no_farther_than_a_drawn_one():
    optimizer = SNES(WIDE, population_size=10, sigma=1e-4, random_state=0)
    optimizer.inject(np.full(4, 40.0))
    genomes = optimizer.ask()
    optimizer.tell(np.arange(10.0))
    step = np.linalg.norm(optimizer.state_dict()["mean"]) / 0.01
    assert genomes[-1].tolist() == [40.0] * 4
    assert 0.2 < step < 4.0
    assert optimizer.best.genome.tolist() == [40.0] * 4


def test_refined_genomes_steer_the_mean():
    optimizer = SNES(WIDE, population_size=10, sigma=0.02, random_state=0)
    genomes = optimizer.ask()
    refined = genomes + 0.5
    before = optimizer.state_dict()["mean"]
    values = tilted(refined)
    optimizer.tell(values, refined)
    mean, sigma = snes(before, np.full(4, 2.0), refined, values)
    np.testing.assert_allclose(optimizer.state_dict()["mean"], mean, rtol=1e-12)
    np.testing.assert_allclose(optimizer.state_dict()["sigma"], sigma, rtol=1e-12)


def test_the_first_mean_may_be_given_and_is_that_of_every_start():
    optimizer = SNES(BOUNDS, population_size=6, initial=[0.5, -0.5, 0.0], restart_after=2, random_state=0)
    for _ in range(2):
        optimizer.ask()
        assert optimizer.state_dict()["mean"].tolist() == [0.5, -0.5, 0.0]
        for fitness in (3.0, 2.0, 1.0):
            optimizer.ask()
            optimizer.tell(fitness - np.arange(6))
    assert optimizer.state_dict()["restarts"] == 2


def test_first_genomes_give_mean_and_sigma():
    first = np.random.default_rng(3).uniform(-1, 1, (12, 3)) * [0.1, 0.5, 1.0]
    optimizer = SNES(BOUNDS, population_size=12, initial=first, random_state=0)
    assert np.array_equal(optimizer.ask(), first)
    state = optimizer.state_dict()
    np.testing.assert_allclose(state["mean"], first.mean(axis=0))
    np.testing.assert_allclose(state["sigma"], first.std(axis=0))


def test_a_start_without_a_given_one_is_the_middle_and_a_restart_is_anywhere():
    optimizer = SNES(BOUNDS, population_size=6, restart_after=1, random_state=0)
    optimizer.ask()
    assert optimizer.state_dict()["mean"].tolist() == [0.0] * 3
    for fitness in (3.0, 2.0):
        optimizer.ask()
        optimizer.tell(fitness - np.arange(6))
    optimizer.ask()
    assert np.abs(optimizer.state_dict()["mean"]).min() > 1e-3


def test_a_plateau_ends_in_a_restart_with_a_larger_population():
    optimizer = SNES(BOUNDS, population_size=10, incpopsize=1.5, random_state=0)
    sizes = []
    for _ in range(45):
        sizes.append(len(optimizer.ask()))
        optimizer.tell(np.zeros(sizes[-1]))
    assert sizes[:20] == [10] * 20  # 10 + 30 * 3 / 10 generations that equal the one before
    assert sizes[20:] == [15] * 17 + [22] * 8
    assert optimizer.evaluations == sum(sizes)


def test_vanishing_steps_end_in_a_restart():
    optimizer = SNES(BOUNDS, population_size=30, random_state=0)
    while optimizer.state_dict()["restarts"] == 0 and optimizer.generation < 1000:
        optimizer.tell(-((optimizer.ask() - 1e-3) ** 2).sum(axis=1))
    assert optimizer.best.fitness > -1e-18
    assert 50 < optimizer.generation < 1000


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"sigma": 0.0}, "sigma: 0.0"),
        ({"sigma": 1.5}, "sigma: 1.5"),
        ({"restart_after": 0}, "restart_after: 0"),
        ({"incpopsize": 0.5}, "incpopsize: 0.5"),
        ({"initial": [0.0, 0.0]}, "initial: genomes of shape"),
        ({"initial": [0.0, 0.0, 7.0]}, "initial: a gene is outside its bounds"),
    ],
)
def test_a_wrong_option_is_named(option, message):
    with pytest.raises(ValueError, match=message):
        SNES(BOUNDS, **option)


@pytest.mark.parametrize(("genes", "size"), [(1, 4), (4, 8), (21, 13), (100, 17)])
def test_the_population_is_as_large_as_hansen_and_ostermeier_say(genes, size):
    assert SNES([[0.0, 1.0]] * genes).population_size == size
