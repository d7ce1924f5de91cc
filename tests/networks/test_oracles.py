"""Every network's step against its plain oracle."""

import re
from importlib import import_module

import numpy as np
import pytest
from networks.drawn import LANES, STEPS, drawn, driven, in_arrays
from numba import config, njit
from numpy.testing import assert_allclose
from reference import ctrnn
from reference.esn import esn

from evorc.kernels.compiler import JIT, STRICT
from evorc.kernels.drive import run_through
from evorc.kernels.layout import types_of
from evorc.networks import CTRNN, ESN, NETWORKS, Feedforward, FullyRecurrent

MILD = {"weight_bounds": (-1.5, 1.5)}  # contracting, so that rounding errors do not grow
HOLES = ((True, False, True, True), (True, True, True, False), (False, True, True, True), (True, False, False, True))
WIDE = tuple(tuple((i + j) % 3 > 0 for i in range(9)) for j in range(9))
CTRNNS = {
    "euler": CTRNN(n_neurons=5, **MILD),
    "rk4": CTRNN(n_neurons=5, integrator="rk4", **MILD),
    "gains": CTRNN(n_neurons=3, gain_bounds=(0.5, 2.0), **MILD),
    "masks": CTRNN(n_neurons=4, recurrent_mask=HOLES, input_mask=HOLES[:2], **MILD),
    "linear tau": CTRNN(n_neurons=4, tau_scale="linear", **MILD),
    "symmetry": CTRNN(n_neurons=7, symmetry="bilateral", gain_bounds=(0.5, 2.0), **MILD),
    "wide, masked rk4": CTRNN(n_neurons=9, integrator="rk4", recurrent_mask=WIDE, weight_bounds=(-0.8, 0.8)),
    "two": CTRNN(n_neurons=2, **MILD),
}
OTHERS = {
    "fully recurrent": FullyRecurrent(n_neurons=3, weight_bounds=(-0.5, 0.5)),
    "with bias": FullyRecurrent(n_neurons=5, bias=True, weight_bounds=(-0.3, 0.3)),
    "masked": FullyRecurrent(n_neurons=4, recurrent_mask=HOLES, weight_bounds=(-0.4, 0.4)),
    "feedforward": Feedforward(n_hidden=5, weight_bounds=(-2.0, 2.0)),
    "one hidden": Feedforward(n_hidden=1),
}
ORACLES = {made: import_module(f"reference.{name}") for name, made in NETWORKS.items()}
EXAMPLES = {  # a network's oracle may bring its own
    f"{made.__name__} {settings}": made(**settings)
    for made, module in ORACLES.items()
    for settings in getattr(module, "EXAMPLES", ())
}
CASES = CTRNNS | OTHERS | EXAMPLES
COMPILED = {name: CASES[name] for name in ("euler", "fully recurrent", "feedforward")}
every_case = pytest.mark.parametrize("network", CASES.values(), ids=CASES)


def oracle(network, parameters, series):
    if isinstance(network, CTRNN):
        return ctrnn(parameters, series, 0.1, network.integrator)
    if isinstance(network, ESN):
        return esn(network, parameters, series)
    module = ORACLES[type(network)]
    return getattr(module, module.__name__.split(".")[-1])(parameters, series)


def in_single(network):
    return type(network)(**{**vars(network), "dtype": "float32"})


def rounded(parameters):
    return {name: part.astype(np.float32).astype(np.float64) for name, part in parameters.items()}


@every_case
@pytest.mark.parametrize("lanes", LANES)
def test_a_network_equals_its_oracle(network, lanes, rng):
    parameters, series = drawn(network, rng, lanes), rng.normal(size=(STEPS, lanes, 2))
    expected = oracle(network, parameters, series)
    assert_allclose(driven(network, parameters, series), expected, rtol=1e-12, atol=1e-15)


@every_case
def test_single_precision_follows_the_oracle_to_its_precision(network, rng):
    single, lanes = in_single(network), LANES[-1]
    parameters, series = rounded(drawn(network, rng, lanes)), rng.normal(size=(STEPS, lanes, 2)).astype(np.float32)
    expected = oracle(network, parameters, series.astype(float))
    assert_allclose(driven(single, parameters, series), expected, rtol=0, atol=1e-5)


@every_case
def test_single_precision_stays_single(network, rng):
    single = in_single(network)
    weights, state = in_arrays(single, drawn(single, rng, 3))
    run_through(single.step, weights, state, rng.normal(size=(5, 2, 3)))
    numbers = (*weights, *weights.structure, *state)
    found = {part.dtype for part in numbers if not isinstance(part, tuple)}
    assert np.dtype("float32") in found
    assert np.dtype("float64") not in found


@pytest.mark.skipif(not JIT or config.BOUNDSCHECK, reason="about compiled code as it is delivered")
@pytest.mark.parametrize("network", COMPILED.values(), ids=COMPILED)
def test_no_arithmetic_of_a_single_precision_step_is_widened(network):
    compiled = njit(**STRICT)(network.step.py_func)
    types = types_of(np.dtype("float32"))
    compiled.compile((types.weights, types.state, types.matrix))
    assert not re.search(r"fpext|x double>", next(iter(compiled.inspect_llvm().values())))


@every_case
def test_the_number_of_lanes_changes_no_bit(network, rng):
    parameters, series = drawn(network, rng, LANES[-1]), rng.normal(size=(20, LANES[-1], 2))
    together = driven(network, parameters, series)
    alone = [
        driven(network, {name: part[n : n + 1] for name, part in parameters.items()}, series[:, n : n + 1])
        for n in range(LANES[-1])
    ]
    assert together.tobytes() == np.concatenate(alone, axis=1).tobytes()


def test_a_feedforward_network_has_no_memory(rng):
    network = Feedforward(n_hidden=4)
    parameters, series = drawn(network, rng, 3), rng.normal(size=(20, 3, 2))
    shuffled = rng.permutation(20)
    same = driven(network, parameters, series)[shuffled]
    assert driven(network, parameters, series[shuffled]).tobytes() == same.tobytes()


def test_every_network_of_the_registry_is_tested_here():
    assert {type(network) for network in CASES.values()} == set(NETWORKS.values())
