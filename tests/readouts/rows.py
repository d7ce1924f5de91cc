"""Rows of states and targets, and what a solution for them should be."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

ALPHAS = [1e-6, 1e-3, 1.0, 30.0]
both_solvers = pytest.mark.parametrize("solver", ["moments", "qr"])


def rows(seed, n_rows=200, n_features=7, n_targets=2, noise=0.3):
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(n_rows, n_features)) @ rng.normal(size=(n_features, n_features)) + rng.normal(
        size=n_features
    )
    targets = states @ rng.normal(size=(n_features, n_targets)) + noise * rng.normal(size=(n_rows, n_targets)) + 1.0
    return states, targets


def vandermonde(n_rows=60, n_features=18):
    x = np.linspace(0.0, 1.0, n_rows)
    states = np.vander(x, n_features + 1, increasing=True)[:, 1:]
    return states, np.exp(np.sin(9.0 * x))[:, None]


def assert_solution(readout, expected, rtol=1e-9):
    scale = max(np.abs(part).max() for part in expected)
    assert_allclose(readout.coef_, expected[0], rtol=0, atol=rtol * scale)
    assert_allclose(readout.intercept_, expected[1], rtol=0, atol=rtol * scale)
