"""Products over sources, in every form in which weights are stored, against a matrix product."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import sparse

from evorc.kernels.compiler import JIT
from evorc.kernels.couple import copy, couple, couple_shared, product
from evorc.kernels.layout import no_structure
from evorc.kernels.structure import structured

SIZES = (1, 2, 3, 7, 8, 9, 12, 16, 21)
LANES = (1, 2, 9)


def banded(n, *offsets):
    return sparse.csc_array(sum(np.diag(np.arange(1.0, n + 1))[:, (np.arange(n) - o) % n] for o in offsets))


def scattered(rng, sources, targets, density):
    return sparse.random_array((sources, targets), density=density, rng=rng, format="csc", data_sampler=rng.normal)


def added(matrix, source, target, dtype="float64"):
    weights, structure = structured(matrix, dtype)
    found = target.astype(dtype)
    couple_shared(weights, structure, np.ascontiguousarray(source, dtype), found)
    return found


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("sources", SIZES)
def test_a_matrix_a_lane(sources, lanes, rng):
    weights, source = rng.normal(size=(sources, 5, lanes)), rng.normal(size=(sources, lanes))
    target = rng.normal(size=(5, lanes))
    expected = target + np.einsum("jil,jl->il", weights, source)
    couple(weights, source, target)
    assert_allclose(target, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("sources", SIZES)
def test_a_product_has_the_bits_of_a_sum_that_begins_at_zero(sources, lanes, shared, rng):
    weights, source = rng.normal(size=(sources, 5, 1 if shared else lanes)), rng.normal(size=(sources, lanes))
    weights[:, 0], source[:, 0] = -0.0, 0.0  # a sum of -0, which 0 + makes 0
    expected, found = np.zeros((5, lanes)), np.full((5, lanes), np.nan)
    couple(weights, source, expected)
    product(weights, source, found)
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("form", ["dense", "diagonals", "packs", "rectangle"])
def test_a_matrix_for_all_lanes(form, n, lanes, rng):
    matrix = {
        "dense": rng.normal(size=(n, n)),
        "diagonals": banded(n, 1, 3),
        "packs": scattered(rng, n, n, 0.2),
        "rectangle": scattered(rng, n, 2 * n + 1, 0.2),
    }[form]
    source, target = rng.normal(size=(n, lanes)), rng.normal(size=(matrix.shape[1], lanes))
    assert_allclose(added(matrix, source, target), target + matrix.T @ source, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("form", ["dense", "one target", "diagonals", "packs"])
def test_a_shared_sum_is_the_same_bits_in_one_lane_and_in_many(form, rng):
    n = 37
    matrix = {
        "dense": rng.normal(size=(n, n)),
        "one target": rng.normal(size=(n, 1)),
        "diagonals": banded(n, 0, 2),
        "packs": scattered(rng, n, n, 0.2),
    }[form]
    source, target = rng.normal(size=(n, 11)), rng.normal(size=(matrix.shape[1], 11))
    together = added(matrix, source, target)
    alone = [added(matrix, source[:, l : l + 1], target[:, l : l + 1]) for l in range(11)]
    assert together.tobytes() == np.concatenate(alone, axis=1).tobytes()


def test_one_lane_of_its_own_matrix_is_the_same_bits_as_many(rng):
    weights, source = rng.normal(size=(21, 6, 5)), rng.normal(size=(21, 5))
    together, alone = np.zeros((6, 5)), np.zeros((6, 5))
    couple(weights, source, together)
    for l in range(5):
        target = np.zeros((6, 1))
        couple(weights[:, :, l : l + 1].copy(), source[:, l : l + 1].copy(), target)
        alone[:, l] = target[:, 0]
    assert together.tobytes() == alone.tobytes()


def test_forms_are_chosen_by_what_is_there(rng):
    dense, packs = scattered(rng, 40, 40, 0.5), scattered(rng, 40, 40, 0.1)
    assert structured(dense, float)[1].starts.size == structured(dense, float)[1].offsets.size == 0
    assert structured(packs, float)[1].starts.size > 0
    assert structured(banded(40, 1), float)[1].offsets.tolist() == [1]
    assert structured(sparse.csc_array((4, 4)), float)[0].shape == (4, 4, 1)


def test_weights_given_twice_add_up():
    twice = sparse.coo_array(([1.0, 2.0], ([0, 0], [1, 1])), shape=(9, 9))
    assert_allclose(added(twice, np.ones((9, 1)), np.zeros((9, 1)))[1], 3.0)


def test_more_units_than_an_index_holds_are_refused():
    with pytest.raises(ValueError, match=r"\(70000, 70000\) is more than 65536 units"):
        structured(sparse.eye_array(70000, format="csc"), float)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_copying(dtype):
    source, target = np.arange(6, dtype=dtype).reshape(2, 3), np.zeros((2, 3), dtype)
    copy(source, target)
    assert target.tolist() == source.tolist()


@settings(max_examples=40 if JIT else 5, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.floats(0.0, 1.0), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_any_sparse_matrix(sources, targets, density, lanes, seed):
    rng = np.random.default_rng(seed)
    matrix = scattered(rng, sources, targets, density)
    source, target = rng.normal(size=(sources, lanes)), rng.normal(size=(targets, lanes))
    assert_allclose(added(matrix, source, target), target + matrix.T @ source, rtol=1e-11, atol=1e-12)


def test_single_precision_stays_single(rng):
    matrix, source = scattered(rng, 30, 30, 0.2), rng.normal(size=(30, 3))
    found = added(matrix, source, np.zeros((30, 3)), "float32")
    assert found.dtype == np.float32
    assert_allclose(found, matrix.T @ source, atol=1e-5)
    assert no_structure().starts.size == 0
