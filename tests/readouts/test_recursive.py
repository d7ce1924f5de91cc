"""Recursive least squares and FORCE against the sums that they make smallest."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from readouts.rows import rows
from reference.ridge import weighted_ridge

from evorc.kernels.compiler import JIT
from evorc.readouts import ForceReadout, RecursiveLeastSquares


def assert_weights(readout, expected, rtol=1e-9):
    found = np.vstack([readout.coef_, readout.intercept_])
    assert_allclose(found, expected, rtol=0, atol=rtol * np.abs(expected).max())


@given(
    shape=st.tuples(st.integers(1, 30), st.integers(1, 8), st.integers(1, 3)),
    exponent=st.floats(-3.0, 3.0),
    seed=st.integers(0, 99),
)
def test_without_forgetting_it_is_ridge_with_a_penalty_on_the_intercept(shape, exponent, seed):
    states, targets = rows(seed, *shape)
    readout = RecursiveLeastSquares(10.0**exponent).fit(states, targets)
    assert_weights(readout, weighted_ridge(states, targets, 10.0**exponent, 1.0))


@pytest.mark.parametrize("forgetting", [0.9, 0.99, 0.999])
def test_an_older_row_counts_less_by_the_forgetting(forgetting):
    states, targets = rows(0, n_rows=300)
    readout = RecursiveLeastSquares(0.1, forgetting=forgetting).fit(states, targets)
    assert_weights(readout, weighted_ridge(states, targets, 0.1, forgetting))


def test_it_is_up_to_date_after_every_row():
    states, targets = rows(1, n_rows=40)
    readout = RecursiveLeastSquares(0.1)
    readout.start(7, 2)
    for n in range(40):
        readout.update(states[n], targets[n])
        assert_weights(readout, weighted_ridge(states[: n + 1], targets[: n + 1], 0.1, 1.0))


def test_it_starts_from_zero():
    readout = RecursiveLeastSquares()
    readout.start(3, 2)
    assert readout.predict([[1.0, 2.0, 3.0]]).tolist() == [[0.0, 0.0]]


def test_the_inverse_stays_symmetric_to_the_bit():
    readout = RecursiveLeastSquares(1e-3, forgetting=0.99).fit(*rows(2, n_rows=1000))
    assert readout._inverse.tobytes() == readout._inverse.T.tobytes()


def test_it_follows_a_target_that_changes():
    states, targets = rows(3, n_rows=400, noise=0.0)
    targets[200:] *= -1.0
    faithful = RecursiveLeastSquares(1e-3).fit(states, targets)
    agile = RecursiveLeastSquares(1e-3, forgetting=0.9).fit(states, targets)
    error = [np.abs(readout.predict(states[-9:]) - targets[-9:]).max() for readout in (faithful, agile)]
    assert error[1] < 1e-6 < 0.1 < error[0]


@pytest.mark.parametrize("scale", [1.0, 1e200])
def test_a_recursion_that_breaks_down_says_so(scale):
    states = np.zeros((20_000, 2))
    states[:, 0] = scale * np.sin(np.arange(20_000))
    with pytest.raises(ValueError, match=r"states: in row \d+ the recursion has lost its precision"):
        RecursiveLeastSquares(forgetting=0.9).fit(states, states[:, :1])


def test_rows_of_single_precision_are_learnt_in_double():
    states, targets = (part.astype(np.float32) for part in rows(4))
    single = RecursiveLeastSquares(0.1).fit(states, targets)
    assert single.coef_.tobytes() == RecursiveLeastSquares(0.1).fit(states.astype(float), targets).coef_.tobytes()


@pytest.mark.parametrize("every", [1, 2, 5])
def test_force_learns_from_every_so_many_th_row(every):
    states, targets = rows(5, n_rows=53)
    readout = ForceReadout(0.1, every=every)
    for part in np.array_split(np.arange(53), [1, 2, 9, 30]):
        readout.partial_fit(states[part], targets[part])
    learnt = slice(every - 1, None, every)
    assert_weights(readout, weighted_ridge(states[learnt], targets[learnt], 0.1, 1.0))


@pytest.mark.skipif(not JIT, reason="many steps")
def test_force_makes_a_chaotic_network_say_a_sine():
    """Sussillo & Abbott 2009, figure 2: a chaotic network that runs on its own output during learning."""
    rng = np.random.default_rng(0)
    n, dt, steps = 200, 0.1, 6000
    recurrent = 1.5 / np.sqrt(0.1 * n) * rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.1)
    feedback, x = rng.uniform(-1.0, 1.0, n), 0.5 * rng.normal(size=n)
    target = np.sin(2.0 * np.pi * dt * np.arange(2 * steps) / 20.0)
    readout, outputs, z = ForceReadout(every=2), [], np.zeros(1)
    readout.start(n, 1)
    for t, wanted in enumerate(target):
        x += dt * (recurrent @ np.tanh(x) + feedback * z[0] - x)
        rates = np.tanh(x)
        z = rates @ readout.coef_ + readout.intercept_
        outputs.append(z[0])
        if t < steps:
            readout.update(rates, [wanted])
    assert readout.closed_loop
    assert np.abs(np.array(outputs[-500:]) - target[-500:]).max() < 0.1


def test_a_pickled_readout_is_updated_alone():
    readout = RecursiveLeastSquares().fit(*rows(6))
    copy = pickle.loads(pickle.dumps(readout))
    before = readout.coef_.tobytes()
    copy.update(np.ones(7), [5.0, 5.0])
    assert readout.coef_.tobytes() == before != copy.coef_.tobytes()
