"""Spike-timing-dependent plasticity: closed forms, its oracle, bounds, and that it can be left off."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from reference.stdp import stdp

from evorc.networks.lsm import LSM
from evorc.networks.lsm_column import static
from evorc.networks.lsm_neurons import LIF, Izhikevich
from evorc.networks.lsm_plasticity import STDP
from evorc.networks.spikes import poisson_spikes

pytestmark = pytest.mark.filterwarnings("ignore:rate:RuntimeWarning")
ALIVE = {"shape": (3, 3, 3), "input_density": 0.6, "input_scale": 4.0}


def two(delay=1.0, amplitude=1e-3, **options):
    """Neuron 0 onto neuron 1, each of which fires soon after a spike of its own channel."""
    return LSM(
        shape=(2,),
        inhibitory=0.0,
        neuron=LIF(initial=(0.0, 0.0), background=0.0, reset=0.0, refractory=(5.0, 5.0)),
        connections=static([0], [1], amplitude, delay),
        input_connections=static([0, 1], [0, 1], 250.0, 0.1),
        **options,
    ).draw(2)


def learnt(liquid, train, duration, rule):
    """The synapse at the end, and the times at which the two neurons fired."""
    found, response = liquid.learn([train], duration=duration, rule=rule)
    times, neurons = response.spikes[0]
    return found.connections.amplitude[0], times[neurons == 0], times[neurons == 1]


@pytest.mark.parametrize("gap", [-30.0, -7.0, -0.1, 5.0, 12.5, 40.0])
def test_one_pair_moves_the_synapse_by_the_window_of_the_paper(gap):
    """dw = A+ exp(-t / tau+) for t > 0, -A- exp(t / tau-) for t < 0; t is from the arrival to the target's spike."""
    rule = STDP(potentiation=0.01, depression=0.02, tau_plus=15.0, tau_minus=25.0, highest=10.0)
    at = 60.0 + gap
    train = ([60.0, at], [0, 1]) if gap >= 0 else ([at, 60.0], [1, 0])
    weight, before, after = learnt(two(amplitude=5.0), train, 150.0, rule)
    assert len(before) == len(after) == 1
    t = after[0] - before[0] - 1.0
    change = 0.1 * np.exp(-t / 15.0) if t > 0 else -0.2 * np.exp(t / 25.0)
    assert weight - 5.0 == pytest.approx(change, rel=1e-10)


def test_an_arrival_and_a_spike_in_one_step_are_no_pair():
    weight, before, after = learnt(two(), ([20.0, 21.0], [0, 1]), 60.0, STDP(highest=10.0))
    assert after[0] - before[0] == pytest.approx(1.0)
    assert weight == 1e-3


moments = st.lists(st.integers(1, 190), min_size=1, max_size=8, unique=True).map(sorted)


@settings(max_examples=25)
@given(moments, moments, st.sampled_from([0.1, 3.0, 20.0]))
def test_all_pairs_count_between_the_bounds(first, second, delay):
    """Weights begin near 0 and near the highest, so that bounds are met too."""
    rule = STDP(potentiation=0.2, depression=0.25, highest=2.0)
    both = sorted([(float(t), 0) for t in first] + [(float(t), 1) for t in second])
    for start in (0.1, 1.0, 1.9):
        liquid = two(delay, start)
        weight, before, after = learnt(liquid, tuple(zip(*both)), 250.0, rule)
        arrivals, spikes = (np.rint(t / 0.1).astype(int) for t in (before + delay, after))
        assert_allclose(weight, stdp(start, arrivals[arrivals <= 2500], spikes, rule, 2.0, 0.1), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("pathways", [("EE",), ("EE", "EI")])
def test_a_column_learns_as_the_plain_oracle(pathways):
    liquid = LSM(**ALIVE).draw(2)
    rule = STDP(potentiation=0.02, depression=0.021, highest=60.0, pathways=pathways)
    found, response = liquid.learn([poisson_spikes(2, 200.0, 60.0, 0)], duration=200.0, rule=rule)
    steps, synapses = np.rint(response.spikes[0].times / 0.1).astype(int), liquid.connections
    fired = [steps[response.spikes[0].channels == neuron] for neuron in range(27)]
    onto = liquid.excites[synapses.targets] | ("EI" in pathways)
    moved = 0
    for k, (source, target) in enumerate(zip(synapses.sources, synapses.targets)):
        expected = synapses.amplitude[k]
        if liquid.excites[source] and onto[k]:
            arrivals = fired[source] + round(synapses.delay[k] / 0.1)
            start = min(expected, 60.0)
            expected = stdp(start, arrivals[arrivals <= 2000], fired[target], rule, 60.0, 0.1)
            moved += expected != start
        assert_allclose(found.connections.amplitude[k], expected, rtol=1e-9, atol=1e-11)
    assert moved > 30


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_rule_that_changes_nothing_gives_the_run_itself(dtype):
    liquid = LSM(**ALIVE, dtype=dtype).draw(2)
    train = poisson_spikes(2, 100.0, 60.0, 0)
    still = STDP(potentiation=0.0, depression=0.0)
    found, response = liquid.learn([train], duration=100.0, rule=still)
    plain = liquid.run([train], duration=100.0)
    assert_array_equal(response.states("both"), plain.states("both"))
    assert_array_equal(found.run([train], duration=100.0).states("both"), plain.states("both"))


def test_learning_leaves_the_liquid_itself_as_it_was():
    liquid = LSM(**ALIVE, neuron=Izhikevich()).draw(2)
    before, train = liquid.run([([5.0], [0])], duration=50.0).states("both"), poisson_spikes(2, 200.0, 80.0, 0)
    found, _ = liquid.learn([train], duration=200.0, rule=STDP(potentiation=0.1))
    assert (found.connections.amplitude != liquid.connections.amplitude).sum() > 5
    assert_array_equal(liquid.run([([5.0], [0])], duration=50.0).states("both"), before)


def test_series_are_learnt_one_after_the_other():
    liquid, rule = LSM(**ALIVE).draw(2), STDP(highest=50.0)
    first, second = (poisson_spikes(2, 100.0, 60.0, seed) for seed in (0, 1))
    together, both = liquid.learn([first, second], duration=100.0, rule=rule)
    halfway, one = liquid.learn([first], duration=100.0, rule=rule)
    apart, other = halfway.learn([second], duration=100.0, rule=rule)
    assert_array_equal(together.connections.amplitude, apart.connections.amplitude)
    assert_array_equal(both.filtered, np.concatenate([one.filtered, other.filtered]))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"potentiation": -0.1}, "potentiation: -0.1"),
        ({"tau_minus": 0.0}, "tau_minus: 0.0"),
        ({"highest": 0.0}, "highest: 0.0"),
        ({"pathways": ("IE",)}, "pathways: 'IE'"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        STDP(**options)
