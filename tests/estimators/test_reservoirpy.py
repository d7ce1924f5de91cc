"""The same matrices give the same states as in ReservoirPy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from evorc.estimators import ReservoirTransformer
from evorc.networks import esn

nodes = pytest.importorskip("reservoirpy.nodes")

UNITS, STEPS = 60, 300
FUNCTIONS = {"tanh": "tanh", "linear": "identity", "relu": "relu", "logistic": "sigmoid"}


@pytest.mark.parametrize("leak", [0.3, 1.0])
@pytest.mark.parametrize("density", [0.1, 1.0])
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_states_are_equal(activation, density, leak, rng):
    recurrent = (
        0.5 * rng.normal(size=(UNITS, UNITS)) * (rng.random((UNITS, UNITS)) < density) / np.sqrt(UNITS * density)
    )
    inputs, bias, series = rng.normal(size=(UNITS, 2)), rng.normal(size=UNITS), rng.normal(size=(STEPS, 2))
    peer = nodes.Reservoir(W=recurrent, Win=inputs, bias=bias, lr=leak, activation=FUNCTIONS[activation])
    own = ReservoirTransformer(
        UNITS,
        spectral_radius=None,
        leak_rate=leak,
        topology=recurrent.T,
        input_weights=inputs.T,
        bias_weights=bias,
        bias_scaling=1.0,
        activation=activation,
    )
    assert_allclose(own.fit_transform(series), peer.run(series), rtol=1e-12, atol=1e-12)


def test_states_of_an_es2n_are_equal(rng, monkeypatch):
    peer, series = nodes.ES2N(units=UNITS, proximity=0.4, seed=1), rng.normal(size=(STEPS, 2))
    expected = peer.run(series)
    own = ReservoirTransformer(
        UNITS, spectral_radius=None, leak_rate=0.4, update="es2n", topology=peer.W.T, input_weights=peer.Win.T.toarray()
    )
    made = esn.make_matrix
    monkeypatch.setattr(
        esn, "make_matrix", lambda kind, *rest: peer.O.T if isinstance(kind, str) else made(kind, *rest)
    )
    assert_allclose(own.fit_transform(series), expected, rtol=1e-12, atol=1e-12)
