"""Lanes one after the other are the same lanes, and all settings have their turn."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from evorc.kernels.drive import Layer, drive
from evorc.kernels.turn import batches_of, drive_turned
from evorc.networks.esn import ESN, rest, side_by_side


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("lanes", [1, 7, 16, 21])
def test_turned_lanes_hold_the_same_outputs_and_end_in_the_same_state(lanes, dtype, rng):
    networks = [ESN(n_units=9, leak_rate=0.1 + 0.04 * k, dtype=dtype) for k in range(lanes)]
    weights, inputs = side_by_side(networks, 2), rng.normal(size=(11, 2, lanes))
    state, turned_state = (rest(networks[0], lanes, range(lanes)) for _ in range(2))
    plain = np.concatenate(list(drive(networks[0].step, weights, state, inputs)))
    turned = np.full((lanes, 15, 9), np.nan, dtype)
    drive_turned(Layer(networks[0].step, weights, turned_state), inputs, turned)
    assert_array_equal(turned[:, :11], plain.transpose(2, 0, 1))
    assert np.isnan(turned[:, 11:]).all()
    assert_array_equal(turned_state.output, state.output)


@pytest.mark.parametrize("n", [1, 15, 16, 64, 65, 200])
def test_every_setting_is_in_one_batch(n):
    assert_array_equal(np.concatenate([np.arange(n)[batch] for batch in batches_of(n)]), np.arange(n))
