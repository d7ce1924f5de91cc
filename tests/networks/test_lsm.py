"""The liquid state machine: against its oracle, its closed forms, and what it must refuse."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from reference.lsm import lsm
from scipy.sparse import csr_array

from evorc.kernels.spiking import Outside, run, silent
from evorc.networks.lsm import LSM
from evorc.networks.lsm_column import static
from evorc.networks.lsm_neurons import LIF
from evorc.networks.lsm_parameters import PATHWAYS
from evorc.networks.spikes import poisson_spikes

SMALL = {"shape": (3, 3, 2), "input_density": 0.6, "input_scale": 4.0}
pytestmark = pytest.mark.filterwarnings("ignore:rate:RuntimeWarning")


def lone(background, dt=0.1):
    """One neuron without synapses."""
    neuron = LIF(initial=(0.0, 0.0), reset=0.0, background=background)
    return LSM(shape=(1,), inhibitory=0.0, neuron=neuron, dt=dt).draw(0)


def trains(n_channels, duration, rate, n):
    return [poisson_spikes(n_channels, duration, rate, number) for number in range(n)]


@pytest.mark.parametrize("seed", [0, 1])
def test_the_column_equals_the_plain_oracle(seed):
    liquid = LSM(**SMALL, random_state=seed).draw(3)
    train = poisson_spikes(3, 100.0, 60.0, seed)
    filtered, potentials, spikes = lsm(liquid, train, 1000)
    found = liquid.run([train], duration=100.0, read_times=np.arange(1, 1001) * 0.1)
    assert len(spikes) > 50
    assert_array_equal(np.rint(found.spikes[0].times / 0.1), [step for step, _ in spikes])
    assert_array_equal(found.spikes[0].channels, [neuron for _, neuron in spikes])
    assert_allclose(found.filtered[0], filtered, rtol=1e-11, atol=1e-13)
    assert_allclose(found.potentials[0], potentials, rtol=1e-11)


@pytest.mark.parametrize("current", [15.5, 17.0, 20.0, 30.0])
def test_the_rate_follows_the_closed_form(current):
    """1 / f = t_ref + tau ln((I - V_reset) / (I - threshold)), within 0.1 %.

    Spikes fall on the ends of steps, so these are of 0.01 ms.
    """
    found = lone(background=current, dt=0.01).run([([], [])], duration=2000.0).spikes[0].times
    period = 3.0 + 30.0 * np.log(current / (current - 15.0))
    assert np.diff(found).mean() == pytest.approx(period, rel=1e-3)
    assert found[0] == pytest.approx(period - 3.0, rel=1e-3)


def test_a_neuron_below_the_threshold_stays_silent():
    assert not lone(background=14.99).run([([], [])], duration=2000.0).spikes[0].times.size


@pytest.mark.parametrize("dt", [0.05, 0.1, 0.5])
def test_the_potential_after_one_spike_is_exact_at_any_step(dt):
    """V(t) = A R tau_s / (tau - tau_s) (exp(-t / tau) - exp(-t / tau_s)), the exact answer to one charge."""
    network = LSM(
        shape=(1,),
        inhibitory=0.0,
        neuron=LIF(initial=(0.0, 0.0), background=0.0),
        dt=dt,
        input_connections=static([0], [0], 5.0, 1.0),
    )
    found = network.draw(1).run([([2.0], [0])], duration=60.0, read_times=[10.0, 33.0, 60.0]).potentials[0, :, 0]
    t = np.array([10.0, 33.0, 60.0]) - 3.0
    assert_allclose(found, 5.0 * 3.0 / 27.0 * (np.exp(-t / 30.0) - np.exp(-t / 3.0)), rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.01, 1.0),
    st.floats(1.0, 2000.0),
    st.floats(1.0, 2000.0),
    st.lists(st.integers(1, 400), min_size=1, max_size=12),
)
def test_a_dynamic_synapse_follows_the_published_recursion(utilisation, recovery, facilitation, gaps):
    """u' = U + u (1 - U) exp(-gap / F), R' = 1 + (R - u R - 1) exp(-gap / D), and the charge is A u R."""
    dynamics = {"utilisation": utilisation, "recovery": recovery, "facilitation": facilitation}
    synapse = static([0], [0], 7.0, 0.1)._replace(**{name: np.array([value]) for name, value in dynamics.items()})
    neuron = LIF(initial=(0.0, 0.0), background=0.0, threshold=1e9)
    liquid = LSM(shape=(1,), neuron=neuron, input_connections=synapse).draw(1)
    u, r, current = utilisation, 1.0, 0.0
    for number, gap in enumerate(gaps):
        memory, current = after_spikes(liquid, np.cumsum([0, *gaps[:number]])), current + 7.0 * u * r
        assert_allclose(memory[0], [u, r], rtol=1e-12)
        assert_allclose(memory[1], current, rtol=1e-12)
        left, eased = np.exp(-gap * 0.1 / np.array([recovery, facilitation]))
        current *= np.exp(-gap * 0.1 / 3.0)
        u, r = utilisation + u * (1 - utilisation) * eased, 1 + (r - u * r - 1) * left


def after_spikes(liquid, steps):
    """u and R of the only synapse, and its neuron's current, when the last of some spikes has just arrived."""
    cells, (synapses, pending) = liquid.cells(1), silent(liquid.wiring, 1)
    zeros = np.zeros(len(steps), np.int64)
    outside = Outside(steps, zeros, zeros, zeros[:0], np.empty((0, 2, 1)))
    list(run(LIF.move, liquid.wiring, cells, synapses, pending, outside, int(steps[-1]) + 1))
    return synapses.memory[0, 0], cells.memory[1, 0] * cells.constants[1]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("n", [1, 7, 70])
def test_a_series_has_the_same_bits_alone_and_beside_others(n, dtype):
    liquid = LSM(**SMALL, random_state=3, dtype=dtype).draw(2)
    some = trains(2, 60.0, 60.0, n)
    together, alone = (liquid.run(part, duration=60.0, read_times=[20, 60]) for part in (some, some[-1:]))
    assert len(alone.spikes[0].times) > 5
    assert_array_equal(together.filtered[-1], alone.filtered[0])
    assert_array_equal(together.potentials[-1], alone.potentials[0])
    assert_array_equal(together.spikes[-1].times, alone.spikes[0].times)


def test_single_precision_fires_nearly_the_same_spikes():
    train = poisson_spikes(4, 200.0, 20.0, 0)
    one, other = (LSM(dtype=dtype).draw(4).run([train], duration=200.0) for dtype in ("float64", "float32"))
    assert other.potentials.dtype == other.filtered.dtype == np.float32
    here, there = (set(zip(np.rint(run.spikes[0].times / 0.1), run.spikes[0].channels)) for run in (one, other))
    assert len(here) > 500
    assert len(here & there) > 0.95 * max(len(here), len(there))


def test_a_long_silence_leaves_no_faint_numbers():
    """Numbers below 1e-308 would make every step a hundred times as slow."""
    neuron = LIF(initial=(1.0, 1.0), background=0.0)
    liquid = LSM(shape=(1,), neuron=neuron, input_connections=static([0], [0], 5.0, 1.0)).draw(1)
    cells, (synapses, pending) = liquid.cells(1), silent(liquid.wiring, 1)
    first = np.zeros(1, np.int64)
    outside = Outside(first, first, first, first[:0], np.empty((0, 2, 1)))
    list(run(LIF.move, liquid.wiring, cells, synapses, pending, outside, 200_000))
    assert_array_equal(cells.memory, 0.0)


def test_the_column_has_the_published_statistics():
    liquid = LSM(shape=(15, 3, 3), n_columns=12).draw(4)
    inner = liquid.connections
    assert (liquid.places[inner.sources, -1] == liquid.places[inner.targets, -1]).all()
    assert (inner.sources != inner.targets).all()
    for name, (excites, onto) in {"EE": (1, 1), "EI": (1, 0), "IE": (0, 1), "II": (0, 0)}.items():
        here = (liquid.excites[inner.sources] == excites) & (liquid.excites[inner.targets] == onto)
        mean = PATHWAYS[name]
        assert inner.amplitude[here].mean() == pytest.approx(mean.amplitude, rel=0.15)
        assert inner.amplitude[here].std() == pytest.approx(abs(mean.amplitude), rel=0.2)
        assert inner.recovery[here].mean() == pytest.approx(mean.recovery, rel=0.1)
        assert inner.utilisation[here].min() > 0
        assert (inner.delay[here] == mean.delay).all()
    assert liquid.excites.sum() == 12 * 108


def test_near_neurons_are_connected_as_often_as_the_rule_says():
    liquid = LSM(shape=(15, 3, 3), n_columns=40, inhibitory=0.0).draw(0)
    apart = np.linalg.norm(
        liquid.places[liquid.connections.sources] - liquid.places[liquid.connections.targets], axis=1
    )
    one = LSM(shape=(15, 3, 3), inhibitory=0.0).draw(0).places
    every = np.linalg.norm(one[:, None] - one[None], axis=2)
    for distance in (1.0, 2.0, 3.0):
        share = np.isclose(apart, distance).sum() / (40 * np.isclose(every, distance).sum())
        assert share == pytest.approx(0.3 * np.exp(-((distance / 2.0) ** 2)), rel=0.12)


def test_connections_of_ones_own_are_taken_as_they_are():
    matrix = np.array([[0.0, 40.0], [-3.0, 0.0]])
    liquid = LSM(shape=(2,), connections=matrix, input_connections=np.array([[90.0, 0.0]])).draw(1)
    assert_array_equal(liquid.connections.amplitude, [40.0, -3.0])
    found = liquid.run([([1.0], [0])], duration=30.0).spikes[0]
    assert found.channels[0] == 0
    assert 1 in found.channels


def test_a_sparse_matrix_is_the_dense_one():
    matrix = np.array([[0.0, 40.0], [-3.0, 0.0]])
    dense, thin = (LSM(shape=(2,), connections=given).draw(1).connections for given in (matrix, csr_array(matrix)))
    for one, other in zip(dense, thin, strict=True):
        assert_array_equal(one, other)


def test_many_series_through_many_synapses_take_turns(monkeypatch):
    liquid = LSM(**SMALL).draw(2)
    some = trains(2, 40.0, 80.0, 5)
    whole = liquid.run(some, duration=40.0)
    monkeypatch.setattr("evorc.networks.lsm_liquid.PLACES", 2 * len(liquid.wiring.delays))
    assert_array_equal(liquid.run(some, duration=40.0).states("both"), whole.states("both"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"connections": np.zeros((3, 3))}, "connections: their shape"),
        ({"connections": static([0], [9], 1.0, 1.0)}, "connections targets: they reach from 9 to 9; 0 to 1"),
        ({"connections": static([0], [1], 1.0, 0.01)}, "longer than the smallest delay of connections"),
        ({"input_connections": static([1], [1], 1.0, 1.0)}, "input_connections sources"),
        ({"connections": static([0], [1], np.nan, 1.0)}, "nan or infinite"),
    ],
)
def test_connections_that_cannot_be_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        LSM(shape=(2,), **options).draw(1)


def test_amplitudes_scale_with_the_four_factors():
    plain, scaled = LSM().draw(1).connections, LSM(scales=(2.0, 1.0, 0.0, 1.0)).draw(1).connections
    excites = LSM().draw(1).excites
    ee, ie = (((excites[plain.sources] == source) & excites[plain.targets]) for source in (True, False))
    assert_allclose(scaled.amplitude[ee], 2 * plain.amplitude[ee])
    assert not scaled.amplitude[ie].any()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tau_synapse": (3.0, -6.0)}, "tau_synapse: -6.0"),
        ({"dt": 4.0}, "dt: 4.0 ms is longer than the smallest time constant"),
        ({"dt": 1.0}, "dt: 1.0 ms is longer than the smallest delay"),
        ({"neuron": "LIF"}, "neuron: 'LIF'"),
        ({"dtype": "float16"}, "dtype: 'float16'"),
        ({"inhibitory": 1.5}, "inhibitory: 1.5"),
        ({"shape": (3, 0)}, "shape: 0"),
        ({"length": 0.0}, "length: 0.0"),
        ({"pathways": {"EE": PATHWAYS["EE"]}}, "pathways: their names"),
        ({"pathways": {**PATHWAYS, "EE": PATHWAYS["EE"]._replace(amplitude=-1.0)}}, "negative, but E excites"),
        ({"scales": (1.0, 1.0)}, "scales"),
    ],
)
def test_a_network_that_cannot_be_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        LSM(**options)


@pytest.mark.parametrize(
    ("train", "words"),
    [
        (([3.0, 2.0], [0, 0]), "sorted"),
        (([3.0, 50.0], [0, 0]), "the window is"),
        (([-1.0], [0]), "the window is"),
        (([3.0], [2]), "channels reach from 2 to 2; 0 to 1"),
        (([3.0], [0, 1]), "must be alike"),
        (([np.nan], [0]), "nan or infinite"),
        ([1.0, 2.0, 3.0], "not a pair"),
    ],
)
def test_spikes_that_cannot_be_are_refused(train, words):
    with pytest.raises(ValueError, match=f"trains 0.*{words}"):
        LSM(**SMALL).draw(2).run([train], duration=50.0)


@pytest.mark.parametrize("reads", [[0.0], [60.0], [20.0, 10.0], [np.nan]])
def test_read_times_outside_the_window_are_refused(reads):
    with pytest.raises(ValueError, match="read_times"):
        LSM(**SMALL).draw(1).run([([], [])], duration=50.0, read_times=reads)


@pytest.mark.parametrize(("scale", "background", "word"), [(1.0, 10.0, "nearly silent"), (1.0, 300.0, "runs away")])
def test_a_silent_or_a_runaway_liquid_is_warned_of(scale, background, word):
    with pytest.warns(RuntimeWarning, match=word):
        LSM(**{**SMALL, "input_scale": scale}, neuron=LIF(background=background)).draw(1).run(
            [([], [])], duration=200.0
        )


def test_a_lively_liquid_brings_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LSM().draw(2).run(trains(2, 300.0, 40.0, 2), duration=300.0)


def test_two_spikes_of_a_channel_in_one_step_count_once():
    liquid = LSM(**SMALL).draw(1)
    once, twice = (liquid.run([(times, [0] * len(times))], duration=20.0) for times in ([5.0], [5.0, 5.01]))
    assert_array_equal(once.potentials, twice.potentials)
