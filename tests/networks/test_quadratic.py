"""The lowest values of quadratic forms."""

import re
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from evorc.kernels.compiler import JIT
from evorc.networks.quadratic import cooling, max_cut, minimize, spin_glass, travelling_salesman, trip

compiled = pytest.mark.skipif(not JIT, reason="takes too long without a compiler")
LOW = {"bipolar": -1.0, "binary": 0.0}


def value(quadratic, linear, states):
    return 0.5 * np.einsum("...i,ij,...j->...", states, quadratic, states) + states @ linear


@compiled
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.sampled_from([*LOW]))
def test_the_minimum_is_that_of_all_states(seed, n, units):
    rng = np.random.default_rng(seed)
    q, line = rng.normal(size=(n, n)), rng.normal(size=n)
    found = minimize(q, line, units=units, n_sweeps=100, n_runs=20, random_state=seed)
    everything = value(q, line, np.array(list(product((LOW[units], 1.0), repeat=n))))
    assert found.energy == pytest.approx(value(q, line, found.state))
    assert found.energy == found.energies.min()
    assert found.energy == pytest.approx(everything.min())


def test_sparse_forms_are_forms(rng):
    q = sparse.random_array((30, 30), density=0.1, random_state=0)
    options = {"n_sweeps": 20, "random_state": 0}
    assert minimize(q, **options).energy == minimize(q.toarray(), **options).energy


@compiled
def test_a_spin_glass_of_1000_units_is_cooled_below_the_bound():
    glass = spin_glass(1000, random_state=0)
    assert glass.quadratic.var() * 1000 == pytest.approx(1.0, abs=0.01)
    assert minimize(glass.quadratic, n_sweeps=2000, n_runs=4, random_state=0).energy / 1000 <= -0.750


@compiled
def test_the_largest_cut_of_a_graph_of_two_sides_is_all_of_it(rng):
    sides = rng.choice([-1.0, 1.0], 60)
    edges = np.triu((sides[:, None] != sides) & (rng.random((60, 60)) < 0.3), 1).astype(float)
    form = max_cut(edges + edges.T)
    found = minimize(form.quadratic, n_runs=4, random_state=0)
    assert found.energy + form.constant == -edges.sum()
    cut = edges[found.state[:, None] != found.state].sum()
    assert cut == edges.sum()


def test_a_trips_energy_is_its_length(rng):
    cities = rng.random((5, 2))
    distances = np.linalg.norm(cities[:, None] - cities, axis=2)
    form = travelling_salesman(distances, length=300.0)
    for order in ((0, 1, 2, 3, 4), (3, 1, 4, 0, 2)):
        units = np.zeros((5, 5))
        units[order, range(5)] = 1.0
        length = sum(distances[order[k], order[k - 1]] for k in range(5))
        assert value(form.quadratic, form.linear, units.ravel()) + form.constant == pytest.approx(300.0 * length)
        assert_array_equal(trip(units.ravel()), order)


def test_every_term_of_the_trip_costs_what_it_should(rng):
    v = rng.choice([0.0, 1.0], (4, 4))
    d = rng.random((4, 4))
    d = (d + d.T) * (1.0 - np.eye(4))
    form = travelling_salesman(d, row=3.0, column=5.0, total=7.0, length=11.0, count=6.0)
    rows = sum(v[x, i] * v[x, j] for x in range(4) for i in range(4) for j in range(4) if i != j)
    columns = sum(v[x, i] * v[y, i] for i in range(4) for x in range(4) for y in range(4) if x != y)
    way = sum(
        d[x, y] * v[x, i] * (v[y, (i + 1) % 4] + v[y, i - 1]) for x in range(4) for y in range(4) for i in range(4)
    )
    expected = 1.5 * rows + 2.5 * columns + 3.5 * (v.sum() - 6.0) ** 2 + 5.5 * way
    assert value(form.quadratic, form.linear, v.ravel()) + form.constant == pytest.approx(expected)


@compiled
def test_the_shortest_of_small_trips_is_found(rng):
    cities = rng.random((6, 2))
    distances = np.linalg.norm(cities[:, None] - cities, axis=2)
    form = travelling_salesman(distances, total=1000.0, length=200.0)
    found = minimize(form.quadratic, form.linear, units="binary", n_sweeps=3000, n_runs=20, random_state=0)
    shortest = min(sum(distances[o[k], o[k - 1]] for k in range(6)) for o in permutations(range(6)))
    assert trip(found.state) is not None
    assert (found.energy + form.constant) / 200.0 == pytest.approx(shortest)


def test_units_that_are_no_permutation_are_no_trip():
    assert trip([1, 0, 0, 0]) is None
    assert trip([1, 0, 1, 0]) is None


def test_the_cooling_scales_with_the_couplings(rng):
    q = rng.normal(size=(9, 9))
    assert_allclose(cooling(10 * q, 7), 10 * cooling(q, 7))
    assert_allclose(4 * cooling(q, 7, units="binary"), cooling(q, 7))
    assert (np.diff(cooling(q, 7)) < 0).all()


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: minimize(np.zeros((2, 3))), "quadratic: its shape (2, 3)"),
        (lambda: minimize(np.eye(2), [1.0]), "linear: its shape (1,)"),
        (lambda: minimize(np.eye(2), units="real"), "units: 'real'"),
        (lambda: minimize(np.eye(2), n_runs=0), "n_runs: 0"),
        (lambda: minimize(np.eye(2), n_sweeps=0), "n_sweeps: 0"),
        (lambda: minimize(np.eye(2), temperature=[-1.0]), "temperature: "),
        (lambda: max_cut([[0, 1], [2, 0]]), "adjacency: it is not symmetric"),
        (lambda: travelling_salesman([[0, 1], [1, 0]]), "the number of cities: 2"),
        (lambda: travelling_salesman(np.ones((3, 3))), "distances: they are not"),
        (lambda: spin_glass(1), "n_units: 1"),
    ],
)
def test_what_is_not_allowed_is_named(refused, message):
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        refused()
