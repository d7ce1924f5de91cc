"""Features of the states, and how a closed loop computes with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from evorc.readouts import Features

KINDS = ("linear", "squares", "half_squares")
STATES = np.array([[2.0, 3.0, 5.0], [-1.0, -2.0, -3.0]])


def test_squares_stand_beside_the_states():
    assert Features("squares").expand(STATES).tolist() == [[2, 3, 5, 4, 9, 25], [-1, -2, -3, 1, 4, 9]]


def test_half_squares_stand_in_place_of_every_second_state():
    states = STATES.copy()
    assert Features("half_squares").expand(states).tolist() == [[2, 9, 5], [-1, 4, -3]]
    assert states.tolist() == STATES.tolist()


def test_linear_features_are_the_states_themselves():
    assert Features().expand(STATES) is STATES


@pytest.mark.parametrize("kind", KINDS)
def test_features_keep_the_precision_of_the_states(kind):
    assert Features(kind).expand(STATES.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("kind", KINDS)
@given(n_units=st.integers(1, 9), n_targets=st.integers(1, 3), seed=st.integers(0, 99))
def test_a_split_solution_gives_the_same_outputs(kind, n_units, n_targets, seed):
    rng, features = np.random.default_rng(seed), Features(kind)
    states = rng.normal(size=(4, n_units))
    coef = rng.normal(size=(features.n_features(n_units), n_targets))
    before = coef.copy()
    linear, square = features.split(coef, n_units)
    assert linear.shape == square.shape == (n_units, n_targets)
    assert_allclose(states @ linear + states**2 @ square, features.expand(states) @ coef, atol=1e-12)
    linear[:] = square[:] = 0.0
    assert coef.tobytes() == before.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_a_name_for_every_feature(kind):
    features = Features(kind)
    names = features.names(["a", "b", "c"])
    assert len(names) == features.n_features(3) == features.expand(STATES).shape[1]
    row = dict(zip("abc", STATES[0], strict=True))
    values = [row[name[0]] ** (2 if name.endswith("^2") else 1) for name in names]
    assert values == features.expand(STATES)[0].tolist()


@pytest.mark.parametrize("kind", ["cubes", None])
def test_an_unknown_kind_is_refused(kind):
    with pytest.raises(ValueError, match=r"kind: .* is not 'linear' or 'squares' or 'half_squares'"):
        Features(kind)
