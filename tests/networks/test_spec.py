"""What a network refuses, and how it says so."""

import numpy as np
import pytest

from evorc.genome import Genome
from evorc.networks import CTRNN, Feedforward, FullyRecurrent, Size

ASKED = Size(inputs=2, outputs=2)


@pytest.mark.parametrize(
    ("network", "found", "text"),
    [
        (CTRNN, {"n_neurons": 0}, "n_neurons: 0 is not a whole number of at least 1"),
        (CTRNN, {"n_neurons": 2.0}, "n_neurons: 2.0 is not a whole number of at least 1"),
        (CTRNN, {"n_neurons": True}, "n_neurons: True is not a whole number"),
        (CTRNN, {"integrator": "RK4"}, 'integrator: \'RK4\' is not "euler" or "rk4"'),
        (CTRNN, {"tau_scale": "lin"}, 'tau_scale: \'lin\' is not "log" or "linear"'),
        (CTRNN, {"symmetry": "Bilateral"}, "symmetry: 'Bilateral' is not None or \"bilateral\""),
        (CTRNN, {"initialisation": "centre"}, 'initialisation: \'centre\' is not "uniform" or "centre_crossing"'),
        (CTRNN, {"weight_bounds": (1.0, 1.0)}, "weight_bounds: .* is not a pair of finite numbers, the lower first"),
        (CTRNN, {"theta_bounds": (0.0, np.nan)}, "theta_bounds: .* is not a pair"),
        (CTRNN, {"input_bounds": (-np.inf, 0.0)}, "input_bounds: .* is not a pair"),
        (CTRNN, {"gain_bounds": ()}, "gain_bounds: .* is not a pair"),
        (CTRNN, {"weight_bounds": 3.0}, "weight_bounds: 3.0 is not a pair"),
        (CTRNN, {"weight_bounds": ("-1", "1")}, "weight_bounds: .* is not a pair"),
        (CTRNN, {"tau_bounds": (0.0, 1.0)}, "tau_bounds: .* lower bound that is not positive"),
        (CTRNN, {"dt": 0.0}, "dt: 0.0 is not a positive number"),
        (CTRNN, {"dt": "fast"}, "dt: 'fast' is not a positive number"),
        (CTRNN, {"dtype": "float16"}, 'dtype: \'float16\' is not "float64" or "float32"'),
        (FullyRecurrent, {"n_neurons": -1}, "n_neurons: -1 is not"),
        (FullyRecurrent, {"weight_bounds": (2, 1)}, "weight_bounds: .* is not a pair"),
        (Feedforward, {"n_hidden": 0}, "n_hidden: 0 is not a whole number of at least 1"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_named(network, found, text):
    size = "n_hidden" if network is Feedforward else "n_neurons"
    with pytest.raises(ValueError, match=text):
        network(**{size: 3, **found})


@pytest.mark.parametrize(
    ("network", "text"),
    [
        (CTRNN(n_neurons=1), "n_neurons: 1 is less than the 2 motors"),
        (FullyRecurrent(n_neurons=1), "n_neurons: 1 is less than the 2 motors"),
        (CTRNN(n_neurons=2, recurrent_mask=((True, True),)), r"recurrent_mask: its shape \(1, 2\) is not \(2, 2\)"),
        (CTRNN(n_neurons=2, input_mask=((True,),)), r"input_mask: its shape \(1, 1\) is not \(2, 2\)"),
        (
            CTRNN(n_neurons=2, symmetry="bilateral", recurrent_mask=((True, True), (True, False))),
            "symmetry: the mask of a bilaterally symmetric network must be its own mirror image",
        ),
    ],
    ids=str,
)
def test_a_network_that_does_not_fit_the_world_says_why(network, text):
    with pytest.raises(ValueError, match=text):
        Genome.of(network, ASKED)


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert Genome.of(CTRNN(n_neurons=np.int64(2)), ASKED).n_genes == 12


def test_the_published_double_pole_unit_has_four_weights():
    assert Genome.of(FullyRecurrent(n_neurons=1), Size(inputs=3, outputs=1)).n_genes == 4
