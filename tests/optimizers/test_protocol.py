"""What every optimizer promises, whatever its algorithm."""

import hashlib
import json
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optimizers.variants import BOUNDS, VARIANTS, every, make, objective, run

from evorc.optimizers import (
    CMAES,
    SNES,
    XNES,
    CoSyNE,
    DifferentialEvolution,
    GeneticAlgorithm,
    Individual,
    OpenAIES,
    Optimizer,
    ParticleSwarm,
    RandomWeightGuessing,
    SimulatedAnnealing,
    by_name,
    names,
)


@every
def test_genomes_are_contiguous_floats_inside_the_bounds(variant):
    optimizer = make(variant)
    for genomes in run(optimizer, 20):
        assert genomes.shape == (12, 3)
        assert genomes.dtype == np.float64
        assert genomes.flags.c_contiguous
        assert np.all((genomes >= BOUNDS[:, 0]) & (genomes <= BOUNDS[:, 1]))


@every
def test_the_search_gets_better(variant):
    optimizer = make(variant, population_size=30)
    first = optimizer.ask()
    run(optimizer, 30)
    assert optimizer.best.fitness > objective(first).max()


@every
def test_same_random_state_same_bits(variant):
    assert np.array_equal(run(make(variant), 8), run(make(variant), 8))


@pytest.mark.parametrize(
    ("variant", "digest"),
    [
        ("ga", "6ee8a86d49636ac9"),
        ("sa", "457810482e8ea9e7"),
        ("pso", "e88eb07aafd1e994"),
        ("de", "66e00e06a70206ad"),
        ("cosyne", "a8270828a70ab631"),
        ("snes", "0a122798729de98a"),
        ("cmaes separable", "39847a51b3030900"),
        ("openai es", "2555585a7e55d769"),
    ],
)
def test_the_bits_are_those_of_every_machine_and_of_plain_python(variant, digest):
    assert hashlib.sha256(run(make(variant), 20).tobytes()).hexdigest()[:16] == digest


@every
def test_another_random_state_gives_other_genomes(variant):
    assert not np.array_equal(make(variant).ask(), make(variant, random_state=6).ask())


@every
@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("generations", [0, 1, 7])
def test_a_restored_state_goes_on_with_the_same_bits(variant, asked, generations, tmp_path):
    optimizer = make(variant)
    run(optimizer, generations)
    if asked:
        optimizer.ask()
    state = optimizer.state_dict()
    np.savez(tmp_path / "state.npz", **state)
    expected = run(optimizer, 6)
    with np.load(tmp_path / "state.npz", allow_pickle=False) as arrays:
        from_npz = dict(arrays)
    text = json.dumps(state, default=np.ndarray.tolist)
    for saved in (state, from_npz, json.loads(text)):
        other = make(variant, random_state=99)
        other.load_state_dict(saved)
        assert (other.generation, other.evaluations) == (generations, 12 * generations)
        assert np.array_equal(run(other, 6), expected)
        assert other.best.fitness == optimizer.best.fitness
        assert np.array_equal(other.best.genome, optimizer.best.genome)


@every
def test_a_state_does_not_change_when_the_search_goes_on(variant):
    optimizer = make(variant)
    run(optimizer, 3)
    state = optimizer.state_dict()
    before = json.dumps(state, default=np.ndarray.tolist)
    run(optimizer, 3)
    assert json.dumps(state, default=np.ndarray.tolist) == before


@every
def test_a_state_of_other_genes_of_another_size_or_algorithm_is_refused(variant):
    state = make(variant, bounds=BOUNDS[:2]).state_dict()
    with pytest.raises(ValueError, match=r"state: .*shape"):
        make(variant).load_state_dict(state)
    state = make(variant, population_size=14).state_dict()
    with pytest.raises(ValueError, match=r"state: it began with a population of 14, not of 12"):
        make(variant).load_state_dict(state)
    state = make(variant).state_dict() | {"optimizer": "Other"}
    with pytest.raises(ValueError, match="state: it belongs to Other"):
        make(variant).load_state_dict(state)


@every
def test_ask_twice_gives_the_same_genomes(variant):
    optimizer = make(variant)
    run(optimizer, 2)
    first = optimizer.ask()
    expected = first.copy()
    first[:] = 0.0  # the caller's own copy
    assert np.array_equal(optimizer.ask(), expected)


@every
def test_best_is_the_best_of_all_that_were_told(variant):
    optimizer = make(variant)
    asked = run(optimizer, 10).reshape(-1, 3)
    assert isinstance(optimizer.best, Individual)
    assert optimizer.best.fitness == objective(asked).max()
    assert np.array_equal(optimizer.best.genome, asked[np.argmax(objective(asked))])
    assert (optimizer.generation, optimizer.evaluations) == (10, 120)


@every
def test_failed_fitnesses_rank_last(variant):
    def failing(genomes):
        fitness = objective(genomes)
        fitness[::3], fitness[1], fitness[2] = np.nan, np.inf, -np.inf
        return fitness

    optimizer = make(variant)
    asked = run(optimizer, 10, failing)
    known = [fitness[np.isfinite(fitness)].max() for fitness in map(failing, asked)]
    assert optimizer.best.fitness == max(known)


@every
def test_a_generation_that_failed_whole_does_not_stop_the_search(variant):
    optimizer = make(variant)
    run(optimizer, 3, lambda genomes: np.full(len(genomes), np.nan))
    assert optimizer.best.fitness == -np.inf
    assert np.isnan(optimizer.best.genome).all()
    run(optimizer, 3)
    assert np.isfinite(optimizer.best.fitness)


@every
def test_global_random_states_are_left_alone(variant):
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    np.random.normal()  # noqa: NPY002 - leaves a second normal number waiting
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    owner = np.random.get_bit_generator()
    run(make(variant), 4)
    after = random.getstate(), np.random.get_state()  # noqa: NPY002
    assert np.random.get_bit_generator() is owner
    assert before[0] == after[0]
    assert all(np.array_equal(one, other) for one, other in zip(before[1], after[1]))


@every
def test_the_global_random_state_does_not_matter(variant):
    first = run(make(variant), 4)
    random.seed(17)
    np.random.seed(17)  # noqa: NPY002
    assert np.array_equal(run(make(variant), 4), first)


@every
def test_stop_at_the_last_generation(variant):
    optimizer = make(variant, max_generations=3)
    run(optimizer, 2)
    assert not optimizer.stop()
    run(optimizer, 1)
    assert optimizer.stop()


@every
def test_stop_at_the_target(variant):
    optimizer = make(variant, target=2.0)
    run(optimizer, 2)
    assert not optimizer.stop()
    run(optimizer, 1, lambda genomes: np.full(len(genomes), 2.0))
    assert optimizer.stop()


@every
def test_tell_without_ask_is_refused(variant):
    optimizer = make(variant)
    with pytest.raises(ValueError, match="fitness: nothing was asked"):
        optimizer.tell(np.zeros(12))
    run(optimizer, 1)
    with pytest.raises(ValueError, match="fitness: nothing was asked"):
        optimizer.tell(np.zeros(12))


@every
@pytest.mark.parametrize("shape", [(11,), (12, 1), ()])
def test_a_fitness_of_the_wrong_shape_is_refused_and_may_be_told_again(variant, shape):
    optimizer = make(variant)
    optimizer.ask()
    with pytest.raises(ValueError, match=r"fitness: .*shape \(12,\)"):
        optimizer.tell(np.zeros(shape))
    optimizer.tell(np.zeros(12))


@every
@pytest.mark.parametrize("size", [1, 0, -3, 2.5, True, "12"])
def test_a_population_size_that_is_too_small_is_refused(variant, size):
    with pytest.raises(ValueError, match=r"population_size: .* is not a whole number of at least \d"):
        make(variant, population_size=size)
    optimizer = make(variant)
    with pytest.raises(ValueError, match=r"population_size: .* is not a whole number of at least \d"):
        optimizer.resize(size)
    assert optimizer.population_size == 12


@every
@pytest.mark.parametrize(
    "bounds",
    [[[1.0, 1.0]], [[2.0, 1.0]], [[0.0, np.nan]], [[0.0, np.inf]], [[0.0, 1.0], [-np.inf, 0.0]], [[0.0, 1.0, 2.0]], []],
)
def test_wrong_bounds_are_refused(variant, bounds):
    with pytest.raises(ValueError, match="bounds: "):
        make(variant, bounds=np.array(bounds))


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "deap"])
def test_initial_genomes_are_the_first_asked(variant):
    genomes = np.random.default_rng(1).uniform(*BOUNDS.T, (12, 3))
    assert np.array_equal(make(variant, initial=genomes).ask(), genomes)
    assert np.array_equal(make(variant, initial=lambda generator, n: genomes[:n]).ask(), genomes)


@pytest.mark.parametrize("variant", ["ga", "sa", "pso"])
def test_wrong_initial_genomes_are_refused(variant):
    with pytest.raises(ValueError, match="initial: genomes of shape"):
        make(variant, initial=np.zeros((3, 3))).ask()
    with pytest.raises(ValueError, match="initial: a gene is outside"):
        make(variant, initial=np.full((12, 3), 50.0)).ask()


@settings(max_examples=25)
@given(
    lows=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5),
    span=st.floats(1e-3, 1e6),
    size=st.integers(4, 20),
    seed=st.integers(0, 2**32),
    variant=st.sampled_from(
        ["ga", "sa", "pso", "pso star", "de", "de current", "cosyne", "snes", "cmaes", "xnes", "openai es"]
    ),
)
def test_genomes_stay_inside_any_bounds(lows, span, size, seed, variant):
    bounds = np.array([[low, low + span] for low in lows])
    optimizer = make(variant, bounds, population_size=size, random_state=seed)
    for genomes in run(optimizer, 4, lambda genomes: genomes.sum(axis=1)):
        assert np.all((genomes >= bounds[:, 0]) & (genomes <= bounds[:, 1]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ga", GeneticAlgorithm),
        ("genetic_algorithm", GeneticAlgorithm),
        ("sa", SimulatedAnnealing),
        ("simulated_annealing", SimulatedAnnealing),
        ("pso", ParticleSwarm),
        ("particle_swarm", ParticleSwarm),
        ("cmaes", CMAES),
        ("cosyne", CoSyNE),
        ("open_aies", OpenAIES),
        ("openai_es", OpenAIES),
        ("snes", SNES),
        ("xnes", XNES),
        ("de", DifferentialEvolution),
        ("differential_evolution", DifferentialEvolution),
        ("guessing", RandomWeightGuessing),
        ("random_weight_guessing", RandomWeightGuessing),
    ],
)
def test_optimizers_have_names(name, expected):
    assert by_name(name) is expected


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ValueError, match=r"optimizer: 'partical_swarm' is not one of .*Did you mean particle_swarm"):
        by_name("partical_swarm")


def test_what_has_several_objectives_is_not_run_by_name():
    with pytest.raises(ValueError, match="'nsga2' is told several objectives, and here is one fitness"):
        by_name("nsga2")
    assert "nsga2" not in names()
    assert all(issubclass(by_name(name), Optimizer) for name in names())


def test_importing_the_package_imports_no_optimizer():
    code = "import sys, evorc.optimizers; print({'numba', 'deap', 'pyswarms', 'scipy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
