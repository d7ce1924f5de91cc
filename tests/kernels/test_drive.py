"""Driven by a series, in blocks of time."""

import numpy as np
import pytest
from networks.drawn import drawn, in_arrays

from evorc.kernels.drive import drive, run_through
from evorc.networks import CTRNN, Feedforward, FullyRecurrent

NETWORKS = [CTRNN(n_neurons=3, integrator="rk4"), FullyRecurrent(n_neurons=3, dtype="float32"), Feedforward(n_hidden=2)]
every_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda network: type(network).__name__)


def ready(network, rng, lanes=3):
    return in_arrays(network, drawn(network, rng, lanes))


@every_network
@pytest.mark.parametrize("block", [1, 7, 29, 30, 31, 256])
def test_blocks_of_any_size_give_the_same_outputs(network, block, rng):
    series = rng.normal(size=(30, 2, 3))
    whole, parts = (
        list(drive(network.step, *ready(network, np.random.default_rng(3)), series, block=size)) for size in (30, block)
    )
    assert np.concatenate(parts).tobytes() == np.concatenate(whole).tobytes()
    assert max(map(len, parts)) <= block


@every_network
def test_running_through_ends_in_the_same_state(network, rng):
    series = rng.normal(size=(30, 2, 3))
    weights, driven = ready(network, np.random.default_rng(3))
    outputs = np.concatenate(list(drive(network.step, weights, driven, series)))
    _, passed = ready(network, np.random.default_rng(3))
    run_through(network.step, weights, passed, series)
    assert [part.tobytes() for part in passed] == [part.tobytes() for part in driven]
    assert passed.output.tobytes() == outputs[-1].tobytes()


def test_a_second_series_goes_on_where_the_first_ended(rng):
    network, series = NETWORKS[0], rng.normal(size=(30, 2, 3))
    weights, state = ready(network, np.random.default_rng(3))
    halves = [np.concatenate(list(drive(network.step, weights, state, half))) for half in (series[:11], series[11:])]
    whole = np.concatenate(list(drive(network.step, *ready(network, np.random.default_rng(3)), series)))
    assert np.concatenate(halves).tobytes() == whole.tobytes()


def test_a_series_in_any_layout_is_understood(rng):
    network, series = NETWORKS[0], rng.normal(size=(3, 2, 30)).T
    as_given, copied = (
        np.concatenate(list(drive(network.step, *ready(network, np.random.default_rng(3)), each)))
        for each in (series, series.copy(order="C"))
    )
    assert as_given.tobytes() == copied.tobytes()


def test_no_time_leaves_the_state_alone(rng):
    weights, state = ready(NETWORKS[0], rng)
    before = state.memory.copy()
    assert list(drive(NETWORKS[0].step, weights, state, np.empty((0, 2, 3)))) == []
    run_through(NETWORKS[0].step, weights, state, np.empty((0, 2, 3)))
    assert state.memory.tobytes() == before.tobytes()


@pytest.mark.parametrize("shape", [(30, 1, 3), (30, 2, 4), (30, 2), (30,)], ids=str)
def test_a_series_of_another_shape_is_refused(shape, rng):
    weights, state = ready(NETWORKS[0], rng)
    with pytest.raises(ValueError, match=r"inputs: their shape .* is not \[time, 2, 3\]"):
        run_through(NETWORKS[0].step, weights, state, np.zeros(shape))
    with pytest.raises(ValueError, match="inputs: their shape"):
        next(drive(NETWORKS[0].step, weights, state, np.zeros(shape)))
