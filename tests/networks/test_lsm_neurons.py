"""Neuron models of a liquid: against their oracles, their closed forms, and what they must refuse."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from reference.lsm import lsm
from scipy.integrate import solve_ivp

from evorc.networks.lsm import LSM
from evorc.networks.lsm_column import static
from evorc.networks.lsm_neurons import LIF, ConductanceLIF, Izhikevich
from evorc.networks.spikes import poisson_spikes

SMALL = {"shape": (3, 3, 2), "input_density": 0.6, "input_scale": 4.0}
pytestmark = pytest.mark.filterwarnings("ignore:rate:RuntimeWarning")


@pytest.mark.parametrize("neuron", [ConductanceLIF(), Izhikevich(), Izhikevich(spread=0.0)], ids=str)
def test_the_column_equals_the_plain_oracle(neuron):
    liquid = LSM(**SMALL, neuron=neuron, random_state=1).draw(3)
    train = poisson_spikes(3, 100.0, 60.0, 1)
    filtered, potentials, spikes = lsm(liquid, train, 1000)
    found = liquid.run([train], duration=100.0, read_times=np.arange(1, 1001) * 0.1)
    assert len(spikes) > 20
    assert_array_equal(np.rint(found.spikes[0].times / 0.1), [step for step, _ in spikes])
    assert_array_equal(found.spikes[0].channels, [neuron for _, neuron in spikes])
    assert_allclose(found.filtered[0], filtered, rtol=1e-9, atol=1e-12)
    assert_allclose(found.potentials[0], potentials, rtol=1e-8)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("neuron", [ConductanceLIF(), Izhikevich()], ids=lambda neuron: type(neuron).__name__)
def test_a_series_has_the_same_bits_alone_and_beside_others(neuron, dtype):
    liquid = LSM(**SMALL, neuron=neuron, dtype=dtype).draw(2)
    some = [poisson_spikes(2, 60.0, 60.0, number) for number in range(9)]
    together, alone = (liquid.run(part, duration=60.0) for part in (some, some[-1:]))
    assert len(alone.spikes[0].times) > 5
    assert together.potentials.dtype == dtype
    assert_array_equal(together.states("both")[-1], alone.states("both")[0])


def one(neuron, amplitude, dt=0.1):
    """A neuron that channel 0 feeds."""
    return LSM(
        shape=(1,), inhibitory=0.0, neuron=neuron, dt=dt, input_connections=static([0], [0], amplitude, 1.0)
    ).draw(1)


@pytest.mark.parametrize("amplitude", [40.0, -40.0])
def test_exponential_euler_follows_the_conductance_equation_with_order_one(amplitude):
    """One conductance that decays, against scipy's solution."""
    kind, slow = (0, 3.0) if amplitude > 0 else (1, 6.0)
    errors = []
    for dt in (0.2, 0.1, 0.05):
        neuron = ConductanceLIF(initial=(5.0, 5.0), background=0.0, threshold=60.0)
        found = one(neuron, amplitude, dt).run([([2.0], [0])], duration=12.0).potentials[0, 0, 0]
        far = abs(neuron.reversal[kind] - 60.0)

        def slope(t, v, neuron=neuron, far=far):
            g = abs(amplitude) / far * np.exp(-(t - 3.0) / slow) * (t >= 3.0)
            return (-v + g * (neuron.reversal[kind] - v)) / 30.0

        exact = solve_ivp(slope, (0.0, 12.0), [5.0], rtol=1e-10, atol=1e-12, max_step=0.05).y[0, -1]
        errors.append(abs(found - exact))
    assert_allclose(np.log2([errors[0] / errors[1], errors[1] / errors[2]]), 1.0, atol=0.1)


def test_a_conductance_never_drives_the_potential_beyond_its_reversal():
    found = one(ConductanceLIF(background=0.0), -1e4).run(
        [([1.0, 2.0, 3.0], [0] * 3)], duration=40.0, read_times=np.arange(1.0, 41.0)
    )
    assert found.potentials.min() > -10.0
    assert found.potentials.min() < -9.0


def test_a_weak_conductance_acts_at_the_threshold_as_the_current_does():
    """At the threshold g (E - V) is A, whatever E is."""
    near = {"initial": (14.99, 14.99), "background": 14.99, "refractory": (0.0, 0.0), "threshold": 15.0}
    moved = [
        one(neuron, 1e-4).run([([1.0], [0])], duration=8.0).potentials[0, 0, 0] - 14.99
        for neuron in (LIF(**near), ConductanceLIF(**near))
    ]
    assert moved[1] == pytest.approx(moved[0], rel=0.03)


def test_regular_spiking_adapts_and_fast_spiking_does_not():
    """Regular spiking is an excitatory neuron with r = 0, fast spiking an inhibitory one with r = 1."""
    network = LSM(
        shape=(80,), inhibitory=0.5, neuron=Izhikevich(background=(10.0, 10.0)), connections=np.zeros((80, 80))
    )
    liquid = network.draw(0)
    times, neurons = liquid.run([([], [])], duration=600.0).spikes[0]
    slow, fast = (
        np.diff(times[neurons == chosen])
        for chosen in (np.argmax(liquid.traits.jump), np.argmax(liquid.traits.params[0]))
    )
    assert slow[0] < 0.7 * slow[-1]
    assert fast[1] > 0.8 * fast[-1]
    assert fast.mean() < 0.5 * slow.mean()


def test_neurons_of_the_paper_differ_within_its_bounds():
    liquid = LSM(neuron=Izhikevich(), n_columns=4).draw(0)
    (a, b, _), c, d = liquid.traits.params, liquid.traits.reset, liquid.traits.jump
    excites = liquid.excites
    assert (a[excites] == 0.02).all()
    assert (b[excites] == 0.2).all()
    assert (c[~excites] == -65.0).all()
    assert (d[~excites] == 2.0).all()
    r = np.sqrt((c[excites] + 65.0) / 15.0)
    assert_allclose(d[excites], 8.0 - 6.0 * r**2)
    assert 0.45 < r.mean() < 0.55
    assert_allclose((a[~excites] - 0.02) / 0.08, (0.25 - b[~excites]) / 0.05)


@pytest.mark.parametrize("neuron", [LIF(), ConductanceLIF(), Izhikevich()], ids=lambda neuron: type(neuron).__name__)
def test_a_column_of_each_model_is_neither_silent_nor_wild(neuron):
    rate = LSM(neuron=neuron).draw(4).run([poisson_spikes(4, 200.0, 20.0, 0)], duration=200.0).rate
    assert 4.0 < rate < 60.0


@pytest.mark.parametrize(
    ("make", "options", "words"),
    [
        (LIF, {"tau_membrane": -1.0}, "tau_membrane: -1.0"),
        (LIF, {"reset": 15.0}, "reset: 15.0"),
        (LIF, {"refractory": (-1.0, 2.0)}, "refractory: -1.0"),
        (LIF, {"initial": 3.0}, "initial: 3.0 is not a pair"),
        (ConductanceLIF, {"reversal": (-10.0, 70.0)}, "reversal: \\(-10.0, 70.0\\)"),
        (ConductanceLIF, {"resistance": 0.0}, "resistance: 0.0"),
        (Izhikevich, {"spread": 2.0}, "spread: 2.0"),
        (Izhikevich, {"capacitance": 0.0}, "capacitance: 0.0"),
        (Izhikevich, {"initial": (-70.0, 40.0)}, "initial: 40.0"),
    ],
)
def test_a_neuron_that_cannot_be_is_refused(make, options, words):
    with pytest.raises(ValueError, match=words):
        make(**options)


def test_a_step_longer_than_the_papers_is_refused():
    with pytest.raises(ValueError, match=r"dt: 1\.5"):
        LSM(neuron=Izhikevich(), dt=1.5)
