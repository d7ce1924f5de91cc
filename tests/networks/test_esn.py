"""Reservoirs: every unit, every form of series, against the plain recursion."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose
from reference.esn import states
from scipy import sparse

from evorc.kernels import series as in_lanes
from evorc.kernels.compiler import JIT
from evorc.networks import ESN, Size
from evorc.networks.reservoir import Reservoir, setting_rows, stacked

STEPS = 200 if JIT else 12
UNITS = 23
KINDS = {
    "leaky tanh": {"leak_rate": 0.3, "bias_scaling": 0.2},
    "linear": {"activation": "linear"},
    "relu": {"activation": "relu", "spectral_radius": 0.5},
    "logistic": {"activation": "logistic", "leak_rate": 0.7},
    "es2n": {"update": "es2n", "leak_rate": 0.4},
    "euler": {"update": "euler", "leak_rate": 0.1, "diffusion": 0.5},
    "ring": {"topology": "ring"},
    "dense": {"topology": "dense", "input_scaling": (0.3, 0.7)},
    "jumps": {"topology": "cycle_with_jumps", "topology_options": {"jump_size": 5}},
    "as it is": {"spectral_radius": None, "topology": np.eye(UNITS, k=1) * 0.5},
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def gathered(rows, n, width):
    found = np.full((n, width), np.nan)
    for part, where in rows:
        found[where] = part
    return found


def driven(reservoir, series, offsets, initial=None):
    return gathered(reservoir.rows(series, np.asarray(offsets), initial), len(series), reservoir.n_states)


def made(kind, **settings):
    return ESN(n_units=UNITS, **KINDS[kind], **settings)


@every_kind
def test_states_are_those_of_the_plain_recursion(kind, rng):
    network, series = made(kind), rng.normal(size=(STEPS, 2))
    found = driven(Reservoir([network], 2), series, [0, STEPS])
    assert_allclose(found, states(network, series), rtol=1e-11, atol=1e-12)


@every_kind
def test_series_side_by_side_are_the_same_bits_as_one_by_one(kind, rng, monkeypatch):
    offsets = np.concatenate([[0], np.cumsum(rng.integers(1, 9, 20))])
    series, reservoir = rng.normal(size=(offsets[-1], 2)), Reservoir([made(kind, noise=0.1)], 2)
    together = driven(reservoir, series, offsets)
    monkeypatch.setattr(in_lanes, "FEWEST", 100)
    assert driven(reservoir, series, offsets).tobytes() == together.tobytes()
    assert np.isfinite(together).all()


def test_single_precision_follows_double(rng):
    series = rng.normal(size=(STEPS, 2))
    double, single = (
        driven(Reservoir([made("leaky tanh", dtype=t)], 2), series, [0, STEPS]) for t in ("float64", "float32")
    )
    assert_allclose(single, double, atol=1e-5)


def test_a_series_goes_on_from_a_given_state(rng):
    series, reservoir = rng.normal(size=(30, 2)), Reservoir(stacked(made("leaky tanh"), 2, 1.0), 2)
    whole = driven(reservoir, series, [0, 30])
    assert driven(reservoir, series[11:], [0, 19], whole[10:11]).tobytes() == whole[11:].tobytes()


def test_each_layer_is_driven_by_the_one_below(rng):
    series, layers = rng.normal(size=(STEPS, 2)), stacked(made("leaky tanh"), 3, 0.8)
    found, given = driven(Reservoir(layers, 2), series, [0, STEPS]), series
    for k, layer in enumerate(layers):
        given = states(layer, given)
        assert_allclose(found[:, k * UNITS : (k + 1) * UNITS], given, rtol=1e-10, atol=1e-12)
    assert len({layer.random_state for layer in layers}) == 3


def test_both_directions_stand_side_by_side(rng):
    offsets, network = [0, 7, 7 + 12], made("leaky tanh")
    series = rng.normal(size=(19, 2))
    found = driven(Reservoir([network], 2, bidirectional=True), series, offsets)
    for first, last in ((0, 7), (7, 19)):
        assert_allclose(found[first:last, :UNITS], states(network, series[first:last]), atol=1e-12)
        assert_allclose(found[first:last, UNITS:], states(network, series[first:last][::-1])[::-1], atol=1e-12)


def test_settings_side_by_side_are_the_same_bits_as_alone(rng):
    series, offsets = rng.normal(size=(40, 2)), np.array([0, 25, 40])
    choices = [
        {"spectral_radius": r, "leak_rate": a, "input_scaling": s} for r, a, s in [(0.5, 0.2, 1.0), (0.9, 1.0, 0.3)]
    ]
    networks = [ESN(n_units=UNITS, bias_scaling=0.1, **choice) for choice in choices]
    together = np.full((2, 40, UNITS), np.nan)
    for part, where in setting_rows(networks, series, offsets):
        together[:, where] = part
    for network, found in zip(networks, together):
        assert driven(Reservoir([network], 2), series, offsets).tobytes() == found.tobytes()


@pytest.mark.parametrize(
    "other", [{"n_units": UNITS + 1}, {"random_state": 1}, {"topology": "ring"}, {"activation": "relu"}]
)
def test_settings_of_two_reservoirs_do_not_run_side_by_side(other):
    with pytest.raises(ValueError, match="drawn reservoirs differ"):
        next(setting_rows([ESN(n_units=UNITS), ESN(**{"n_units": UNITS} | other)], np.zeros((3, 1)), np.array([0, 3])))


def test_noise_has_its_size_and_differs_between_units_and_steps():
    network = ESN(n_units=200, noise=0.25, leak_rate=1.0, spectral_radius=1e-9)
    found = driven(Reservoir([network], 1), np.zeros((100, 1)), [0, 100])
    assert_allclose(found.std(), 0.25, rtol=0.02)
    assert len(np.unique(found)) == found.size


def test_two_states_come_together_where_the_reservoir_contracts(rng):
    network = ESN(n_units=50, topology="orthogonal", spectral_radius=0.9)
    series, starts = np.zeros((100, 1)), 0.1 * rng.normal(size=(2, 1, 50))
    a, b = (driven(Reservoir([network], 1), series, [0, 100], start) for start in starts)
    gap = np.linalg.norm(a - b, axis=1)
    assert (gap[1:] <= 0.9 * gap[:-1] + 1e-15).all()  # |tanh'| <= 1 and |W x| = 0.9 |x|


def test_the_users_matrices_are_used(rng):
    w, u, b = rng.normal(size=(6, 6)), rng.normal(size=(2, 6)), rng.normal(size=6)
    network = ESN(
        n_units=6, topology=sparse.csr_array(w), input_weights=u, bias_weights=b, bias_scaling=1.0, spectral_radius=None
    )
    found = driven(Reservoir([network], 2), np.ones((1, 2)), [0, 1])
    assert_allclose(found[0], np.tanh(u.sum(axis=0) + b))


def test_a_pickled_reservoir_gives_the_same_states(rng):
    series, reservoir = rng.normal(size=(9, 2)), Reservoir([made("jumps")], 2)
    found = driven(reservoir, series, [0, 9])
    assert driven(pickle.loads(pickle.dumps(reservoir)), series, [0, 9]).tobytes() == found.tobytes()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_units": 0}, "n_units: 0 is not a whole number of at least 1"),
        ({"leak_rate": 0.0}, "leak_rate: 0.0 is not a finite number above 0, up to 1"),
        ({"leak_rate": 1.5}, "leak_rate: 1.5 is not"),
        ({"spectral_radius": 0}, "spectral_radius: 0 is not a finite number above 0"),
        ({"noise": -1.0}, "noise: -1.0 is not a finite number of at least 0"),
        ({"input_scaling": float("nan")}, "input_scaling: nan is not a finite number"),
        ({"activation": "sine"}, "activation: 'sine' is not \"tanh\" or"),
        ({"update": "lazy"}, "update: 'lazy' is not \"leaky\" or"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        ESN(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"topology": "delay_line"}, "spectral_radius: 0.9 cannot be had, since the recurrent weights are nilpotent"),
        ({"input_scaling": (1.0, 2.0, 3.0)}, "input_scaling: 3 factors are not one for each of the 2 channels"),
        ({"input_weights": np.ones((3, 4))}, r"input_weights: an array of shape \(3, 4\) is not .* shape \(2, 8\)"),
        ({"topology": np.ones((3, 3))}, "topology"),
    ],
)
def test_what_cannot_be_drawn_is_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        ESN(n_units=8, **settings).draw(2)


def test_an_es2n_is_no_controller():
    with pytest.raises(ValueError, match="es2n"):
        ESN(update="es2n").blocks(Size(inputs=1, outputs=1))
