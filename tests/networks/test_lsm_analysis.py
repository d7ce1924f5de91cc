"""Distances of trains, separation of states, the genome of a liquid."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.integrate import quad

from evorc.metrics import generalisation_rank, kernel_rank
from evorc.networks.lsm import LSM
from evorc.networks.lsm_analysis import pair_at_distance, rates, separation, spike_distance
from evorc.networks.lsm_genome import GENES, liquid_bounds, liquid_of
from evorc.networks.spikes import Spikes, poisson_spikes
from evorc.optimizers import GeneticAlgorithm, ParticleSwarm, SimulatedAnnealing

pytestmark = pytest.mark.filterwarnings("ignore:rate:RuntimeWarning")


def test_the_distance_is_the_integral_of_the_smoothed_difference():
    first, second = ([100.0, 107.0], [0, 0]), ([103.0], [0])

    def difference(t):
        return sum(np.exp(-(((t - s) / 5.0) ** 2)) for s in first[0]) - np.exp(-(((t - 103.0) / 5.0) ** 2))

    whole = quad(lambda t: difference(t) ** 2, 50.0, 160.0, epsabs=1e-12)[0] / 1000.0
    assert spike_distance(first, second, duration=500.0) == pytest.approx(np.sqrt(whole) / 0.5, rel=1e-9)


def test_channels_do_not_cancel_each_other():
    first, second = ([10.0], [0]), ([10.0], [1])
    assert_allclose(spike_distance(first, second, duration=500.0), np.sqrt(2) * 0.1583, rtol=1e-3)


@pytest.mark.parametrize("distance", [0.1, 0.2, 0.4])
def test_a_pair_lies_as_far_apart_as_it_should(distance):
    first, second = pair_at_distance(distance, random_state=2)
    assert len(first.times) == len(second.times)
    assert spike_distance(first, second, duration=500.0) == pytest.approx(distance, rel=1e-6)


def test_states_separate_more_the_farther_the_inputs_are_apart():
    liquid = LSM(shape=(5, 3, 3), input_density=0.5, dt=0.5).draw(1)
    apart = []
    for distance in (0.1, 0.4):
        pairs = [pair_at_distance(distance, random_state=k) for k in range(12)]
        one, other = (liquid.run([pair[k] for pair in pairs], duration=500.0, read_times=[350, 500]) for k in (0, 1))
        apart.append(separation(one, other))
    trains = [pair_at_distance(0.0, random_state=k)[0] for k in range(12)]
    floor = separation(
        *(part.run(trains, duration=500.0, read_times=[350, 500]) for part in (liquid, liquid.restarted(1)))
    )
    assert (apart[1] > apart[0]).all()
    assert (apart[0] > floor).all()


def test_another_start_leaves_the_wiring_as_it_is():
    liquid = LSM(shape=(3, 3, 2)).draw(1)
    other = liquid.restarted(5)
    assert other.wiring is liquid.wiring or (other.wiring.targets == liquid.wiring.targets).all()
    assert (other.first_potentials != liquid.first_potentials).all()


def test_different_inputs_span_more_than_versions_of_one():
    liquid = LSM(shape=(5, 3, 2), input_density=0.6, dt=0.5).draw(4)
    different = [poisson_spikes(4, 200.0, 40.0, k) for k in range(30)]
    rng = np.random.default_rng(0)
    versions = [
        Spikes(
            np.sort(np.clip(different[0].times + rng.normal(0, 0.3, len(different[0].times)), 0, 199)),
            different[0].channels,
        )
        for _ in range(30)
    ]
    wide, narrow = (liquid.run(trains, duration=200.0).states()[:, -1] for trains in (different, versions))
    assert kernel_rank(wide, tolerance=0.05) > generalisation_rank(narrow, tolerance=0.05)


def test_rates_are_those_of_the_spikes():
    liquid = LSM(shape=(3, 3, 2), input_scale=3.0).draw(2)
    response = liquid.run([poisson_spikes(2, 400.0, 60.0, 0)], duration=400.0)
    each = rates(response.spikes[0], n_neurons=18, duration=400.0)
    assert each.sum() > 0
    assert each.mean() == pytest.approx(response.rate)


@pytest.mark.parametrize("optimizer", [GeneticAlgorithm, SimulatedAnnealing, ParticleSwarm])
def test_any_optimizer_can_search_a_liquid(optimizer):
    """What is searched is a rate of 20 Hz."""
    search = optimizer(liquid_bounds(), population_size=8, random_state=0)
    train = poisson_spikes(2, 200.0, 30.0, 0)
    best = []
    for _ in range(12):
        genomes = search.ask()
        found = [liquid_of(g, LSM(shape=(4, 3, 3), dt=0.5)).draw(2).run([train], duration=200.0).rate for g in genomes]
        search.tell(-np.abs(np.array(found) - 20.0))
        best.append(search.best.fitness)
    assert best[-1] > max(best[0], -2.0)


def test_a_genome_sets_what_its_genes_say():
    network = liquid_of([0.5, 1.0, 1.5, 2.0, 3.0, 4.0], LSM(tau_trace=50.0))
    assert (network.scales, network.length, network.input_scale) == ((0.5, 1.0, 1.5, 2.0), 3.0, 4.0)
    assert network.tau_trace == 50.0
    assert_array_equal(liquid_bounds().shape, (len(GENES), 2))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: liquid_of([1.0], LSM()), "genome: its shape"),
        (lambda: pair_at_distance(-0.1), "distance: -0.1"),
        (lambda: pair_at_distance(50.0, random_state=0), "distance: 50.0"),
        (lambda: spike_distance(([], []), ([], []), duration=0.0), "duration: 0.0"),
    ],
)
def test_what_cannot_be_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
