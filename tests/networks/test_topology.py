import re

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, stats

from evorc.networks.distributions import pi_signs
from evorc.networks.topology import TOPOLOGIES, input_weights, make_matrix

LEAST_UNITS = {"cycle_with_jumps": 7, "fixed_in_degree": 10, "small_world": 5, "block_diagonal": 2}
DENSE = {"dense", "orthogonal"}
DRAWN = {"dense", "erdos_renyi", "fixed_in_degree", "orthogonal", "small_world", "block_diagonal"}
WITH_DISTRIBUTION = [("dense", {}), ("erdos_renyi", {}), ("fixed_in_degree", {}), ("small_world", {})]
every_topology = pytest.mark.parametrize("name", TOPOLOGIES)
sizes = st.integers(0, 40)


def made(name, n_units, seed=0, **options):
    matrix = make_matrix(name, n_units, np.random.default_rng(seed), **options)
    return matrix.toarray() if sparse.issparse(matrix) else matrix


def in_degrees(matrix):
    return np.count_nonzero(matrix, axis=0)


def out_degrees(matrix):
    return np.count_nonzero(matrix, axis=1)


def links(matrix):
    return {(int(source), int(target)) for source, target in zip(*np.nonzero(matrix))}


@every_topology
@given(more=sizes)
def test_a_matrix_is_square_and_finite_and_sparse_where_few_weights_are(name, more):
    n = LEAST_UNITS.get(name, 1) + more
    matrix = make_matrix(name, n, np.random.default_rng(0))
    assert isinstance(matrix, np.ndarray if name in DENSE else sparse.csc_array)
    assert matrix.shape == (n, n)
    assert matrix.dtype == np.float64
    entries = matrix if name in DENSE else matrix.data
    assert np.isfinite(entries).all()
    assert name in DENSE or (matrix.has_canonical_format and entries.all())


@every_topology
def test_the_seed_alone_decides(name):
    first, again, other = (made(name, 30, seed) for seed in (1, 1, 2))
    assert_array_equal(first, again)
    assert (first != other).any() == (name in DRAWN)


@pytest.mark.parametrize(("name", "options"), WITH_DISTRIBUTION)
def test_weights_follow_their_distribution(name, options):
    laws = {"uniform": stats.uniform(-1.0, 2.0), "normal": stats.norm()}
    for distribution, law in laws.items():
        matrix = made(name, 80, distribution=distribution, **options)
        assert stats.kstest(matrix[matrix != 0], law.cdf).pvalue > 1e-3
    coins = made(name, 80, distribution="bernoulli", **options)
    heads, tails = (coins == 1).sum(), (coins == -1).sum()
    assert heads + tails == np.count_nonzero(coins)
    assert stats.binomtest(heads, heads + tails).pvalue > 1e-3


def test_a_dense_matrix_has_no_zero():
    assert np.count_nonzero(made("dense", 50)) == 2500


@pytest.mark.parametrize("density", [0.01, 0.1, 0.7])
def test_an_erdos_renyi_graph_has_binomial_numbers_of_weights(density):
    matrix = np.stack([made("erdos_renyi", 60, seed, density=density) for seed in range(40)]) != 0
    for tosses in (matrix, matrix[:, range(60), range(60)], matrix[:, 0], matrix[:, :, -1]):
        assert stats.binomtest(int(tosses.sum()), tosses.size, density).pvalue > 1e-3
    degrees = matrix.sum(axis=1).ravel()
    spread = (len(degrees) - 1) * degrees.var(ddof=1) / (60 * density * (1 - density))
    assert 1e-3 < stats.chi2(len(degrees) - 1).cdf(spread) < 1 - 1e-3


def test_an_erdos_renyi_graph_of_density_one_is_complete():
    assert np.count_nonzero(made("erdos_renyi", 20, density=1)) == 400


@given(more=sizes, data=st.data())
def test_fixed_in_degree_feeds_every_unit_alike(more, data):
    in_degree = data.draw(st.integers(1, 1 + more))
    assert set(in_degrees(made("fixed_in_degree", 1 + more, in_degree=in_degree))) == {in_degree}


def test_fixed_in_degree_draws_all_sources_with_equal_chance():
    counts = sum(out_degrees(made("fixed_in_degree", 30, seed, in_degree=6)) for seed in range(50))
    assert stats.chisquare(counts).pvalue > 1e-3


@given(n=st.integers(1, 60), weight=st.floats(0.1, 2.0), signs=st.sampled_from(["positive", "bernoulli", "pi_signs"]))
def test_the_eigenvalues_of_a_ring_lie_evenly_on_a_circle(n, weight, signs):
    matrix = made("ring", n, weight=weight, signs=signs)
    assert links(matrix) == {(i, (i + 1) % n) for i in range(n)}
    assert_array_equal(abs(matrix).max(axis=0), weight)
    product = np.prod(np.sign(matrix[matrix != 0]))
    assert_allclose(np.linalg.eigvals(matrix) ** n, product * weight**n, rtol=1e-9)


def test_the_signs_of_a_ring_are_as_asked_for():
    rings = {signs: made("ring", 200, signs=signs) for signs in ("positive", "bernoulli", "pi_signs")}
    patterns = {signs: ring[range(200), np.arange(1, 201) % 200] for signs, ring in rings.items()}
    assert_array_equal(patterns["positive"], 1.0)
    assert_array_equal(patterns["pi_signs"], pi_signs(200))
    assert 60 < (patterns["bernoulli"] == 1).sum() < 140


def test_a_delay_line_shifts_and_forgets():
    line = made("delay_line", 4, weight=0.5)
    assert_array_equal(np.ones(4) @ line, [0.0, 0.5, 0.5, 0.5])
    assert not np.linalg.matrix_power(line, 4).any()
    assert np.linalg.matrix_power(line, 3)[0, 3] == 0.125


@given(n=st.integers(1, 40))
def test_a_delay_line_with_backward_weights_has_known_eigenvalues(n):
    expected = 2.0 * np.sqrt(0.9 * 0.4) * np.cos(np.pi * np.arange(1, n + 1) / (n + 1))
    matrix = made("delay_line", n, weight=0.9, backward_weight=0.4)
    assert_allclose(np.sort(np.linalg.eigvals(matrix).real), np.sort(expected), atol=1e-9)
    assert_array_equal(matrix.diagonal(1), 0.9)


@pytest.mark.parametrize(
    ("n", "size", "jumps"),
    [
        (18, 3, [(0, 3), (3, 6), (6, 9), (9, 12), (12, 15), (15, 0)]),
        (18, 4, [(0, 4), (4, 8), (8, 12), (12, 16)]),
        (7, 3, [(0, 3), (3, 6)]),
        (5, 2, [(0, 2), (2, 4)]),
    ],
)
def test_jumps_are_regular_and_go_both_ways(n, size, jumps):
    matrix = made("cycle_with_jumps", n, cycle_weight=0.7, jump_weight=-0.2, jump_size=size)
    assert links(matrix == 0.7) == {(i, (i + 1) % n) for i in range(n)}
    assert links(matrix == -0.2) == {*jumps, *((end, start) for start, end in jumps)}
    assert np.count_nonzero(matrix) == n + 2 * len(jumps)


@given(n=st.integers(1, 40))
def test_an_orthogonal_matrix_keeps_lengths(n):
    matrix = made("orthogonal", n)
    assert_allclose(matrix.T @ matrix, np.eye(n), atol=1e-13)


def test_orthogonal_matrices_are_drawn_by_the_haar_measure():
    drawn = np.array([made("orthogonal", 5, seed) for seed in range(1500)])
    traces = np.trace(drawn, axis1=1, axis2=2)  # of mean 0 and variance 1 in O(n), n > 1 (Diaconis & Shahshahani 1994)
    assert abs(traces.mean()) < 0.1
    assert np.mean(traces**2) == pytest.approx(1.0, abs=0.15)
    assert stats.binomtest(int((np.linalg.det(drawn) > 0).sum()), 1500).pvalue > 1e-3


@given(n=st.integers(5, 40), half=st.integers(1, 2), rewiring=st.floats(0.0, 1.0))
def test_a_small_world_keeps_its_number_of_links_and_has_no_loop(n, half, rewiring):
    matrix = made("small_world", n, neighbours=2 * half, rewiring=rewiring)
    there = matrix != 0
    assert_array_equal(there, there.T)
    assert there.sum() == 2 * half * n
    assert not matrix.diagonal().any()


def test_a_small_world_without_rewiring_is_a_lattice():
    expected = {(i, (i + away) % 9) for i in range(9) for away in (-2, -1, 1, 2)}
    assert links(made("small_world", 9, neighbours=4, rewiring=0)) == expected


def test_the_weights_of_a_link_differ_by_direction():
    matrix = made("small_world", 50)
    assert (matrix != matrix.T)[matrix != 0].all()


@pytest.mark.parametrize("rewiring", [0.1, 0.5])
def test_as_many_links_are_rewired_as_asked_for(rewiring):
    n, kept = 300, 0
    for seed in range(10):
        matrix = made("small_world", n, seed, neighbours=6, rewiring=rewiring)
        kept += sum(np.count_nonzero(matrix[range(n), (np.arange(n) + away) % n]) for away in (1, 2, 3))
    # a rewired link is drawn back onto the lattice about once in n / 6 times
    assert kept / (10 * 3 * n) == pytest.approx(1 - rewiring, abs=0.03)


def test_a_rewired_link_frees_both_of_its_ends():
    later = [links(made("small_world", 4, seed, neighbours=2, rewiring=1)) for seed in range(20)]
    assert 0 < sum((1, 0) in drawn for drawn in later) < 20


def test_rewiring_leaves_a_complete_graph_alone():
    assert np.count_nonzero(made("small_world", 5, neighbours=4, rewiring=1)) == 20


@given(n=st.integers(1, 30), data=st.data())
def test_blocks_do_not_feed_each_other(n, data):
    n_blocks = data.draw(st.integers(1, n))
    matrix = made("block_diagonal", n, n_blocks=n_blocks)
    block = np.concatenate([np.full(len(part), k) for k, part in enumerate(np.array_split(range(n), n_blocks))])
    assert_array_equal(matrix != 0, block[:, None] == block)


def test_a_block_is_of_its_topology():
    matrix = made("block_diagonal", 11, n_blocks=2, block="ring", weight=0.5)
    first, second = [(i, (i + 1) % 6) for i in range(6)], [(6 + i, 6 + (i + 1) % 5) for i in range(5)]
    assert links(matrix == 0.5) == {*first, *second}
    assert links(matrix) == {*first, *second}


def test_each_block_is_drawn_anew():
    matrix = made("block_diagonal", 10)
    assert (matrix[:5, :5] != matrix[5:, 5:]).all()


@pytest.mark.parametrize(
    "form", [sparse.csr_array, sparse.coo_array, sparse.lil_array, sparse.csc_matrix, np.asarray, np.ndarray.tolist]
)
@pytest.mark.parametrize("dtype", [float, np.float32, int, bool])
def test_a_users_matrix_is_taken_as_it_is(form, dtype):
    values = (made("erdos_renyi", 12, density=0.4) > 0).astype(dtype)
    given_matrix = form(values)
    matrix = make_matrix(given_matrix, 12, np.random.default_rng(0))
    assert isinstance(matrix, sparse.csc_array if sparse.issparse(given_matrix) else np.ndarray)
    assert matrix.dtype == np.float64
    assert_array_equal(matrix.toarray() if sparse.issparse(matrix) else matrix, values)


@pytest.mark.parametrize("form", [sparse.csc_array, np.array])
def test_a_users_matrix_is_copied(form):
    brought = form(np.eye(3))
    kept = make_matrix(brought, 3, np.random.default_rng(0))
    brought[0, 0] = 7.0
    assert kept[0, 0] == 1.0


def test_stored_zeros_and_duplicates_of_a_users_matrix_are_no_links():
    brought = sparse.csc_array(([0, 1, 2], [1, 0, 0], [0, 1, 3]), shape=(2, 2))
    matrix = make_matrix(brought, 2, np.random.default_rng(0))
    assert matrix.data.tolist() == [3.0]
    assert matrix.indices.tolist() == [0]
    assert brought.nnz == 3


def test_a_users_function_makes_a_matrix():
    def diagonal(n_units, rng, *, low):
        return np.diag(rng.uniform(low, 1.0, n_units))

    matrix = make_matrix(diagonal, 4, np.random.default_rng(0), low=0.5)
    assert_array_equal(matrix, np.diag(np.random.default_rng(0).uniform(0.5, 1.0, 4)))


BAD = [
    ("dense", 0, {}, "n_units: 0 is not a whole number of at least 1"),
    ("dense", 2.0, {}, "n_units: 2.0 is not"),
    ("dense", True, {}, "n_units: True is not"),
    ("dens", 9, {}, 'topology: \'dens\' is not "dense" or "erdos_renyi" or'),
    ("dense", 9, {"density": 0.1}, 'density: not an option of the topology "dense"; its options: distribution'),
    ("orthogonal", 9, {"density": 0.1}, "its options: none"),
    ("dense", 9, {"distribution": "pi_signs"}, 'distribution: \'pi_signs\' is not "uniform" or "normal"'),
    ("erdos_renyi", 9, {"density": 0.0}, "density: 0.0 is not a finite number above 0, up to 1"),
    ("erdos_renyi", 9, {"density": 1.01}, "density: 1.01 is not"),
    ("erdos_renyi", 9, {"density": np.nan}, "density: nan is not"),
    ("erdos_renyi", 9, {"density": "0.1"}, "density: '0.1' is not"),
    ("fixed_in_degree", 9, {"in_degree": 0}, "in_degree: 0 is not a whole number from 1 to 9"),
    ("fixed_in_degree", 9, {"in_degree": 10}, "in_degree: 10 is not a whole number from 1 to 9"),
    ("fixed_in_degree", 9, {"in_degree": 2.5}, "in_degree: 2.5 is not"),
    ("ring", 9, {"weight": np.inf}, "weight: inf is not a finite number"),
    ("ring", 9, {"signs": "negative"}, "signs: 'negative' is not \"positive\""),
    ("delay_line", 9, {"backward_weight": None}, "backward_weight: None is not a finite number"),
    ("cycle_with_jumps", 9, {"jump_size": 1}, "jump_size: 1 is not a whole number from 2 to 4"),
    ("cycle_with_jumps", 9, {"jump_size": 9}, "jump_size: 9 is not a whole number from 2 to 4"),
    ("cycle_with_jumps", 10, {"jump_size": 5}, "jump_size: 5 is not a whole number from 2 to 4"),
    ("cycle_with_jumps", 4, {}, "n_units: 4 is not a whole number of at least 5"),
    ("small_world", 9, {"neighbours": 3}, "neighbours: 3 is not even"),
    ("small_world", 9, {"neighbours": 9}, "neighbours: 9 is not a whole number from 2 to 8"),
    ("small_world", 9, {"neighbours": 0}, "neighbours: 0 is not"),
    ("small_world", 2, {}, "n_units: 2 is not a whole number of at least 3"),
    ("small_world", 9, {"rewiring": -0.1}, "rewiring: -0.1 is not a finite number of at least 0, up to 1"),
    ("block_diagonal", 9, {"n_blocks": 10}, "n_blocks: 10 is not a whole number from 1 to 9"),
    ("block_diagonal", 9, {"block": "circle"}, "block: 'circle' is not \"dense\""),
    (
        "block_diagonal",
        9,
        {"block": "ring", "size": 3},
        'size: not an option of the topology "ring"; its options: weight',
    ),
    (np.eye(3), 9, {}, r"topology: its shape (3, 3) is not (9, 9)"),
    (np.ones((9, 8)), 9, {}, r"topology: its shape (9, 8) is not (9, 9)"),
    (sparse.csr_array((9, 8)), 9, {}, r"topology: its shape (9, 8) is not (9, 9)"),
    (np.ones(9), 9, {}, r"topology: its shape (9,) is not (9, 9)"),
    (3.0, 9, {}, "topology: its shape () is not (9, 9)"),
    (None, 9, {}, "topology: its shape () is not (9, 9)"),
    (np.diag([1.0, np.nan]), 2, {}, "topology: 1 of its entries are nan or infinite; all must be finite"),
    (sparse.diags_array([np.inf, np.nan]), 2, {}, "topology: 2 of its entries are nan or infinite"),
    (1j * np.eye(2), 2, {}, "topology: its entries are of type complex128; they must be real numbers"),
    (np.eye(2).astype(str), 2, {}, "they must be real numbers"),
    (np.eye(2), 2, {"density": 0.5}, "density: not an option of a matrix that is given"),
    (lambda n, rng: np.eye(3), 2, {}, "topology: its shape (3, 3) is not (2, 2)"),
]


@pytest.mark.parametrize(("topology", "n_units", "options", "message"), BAD, ids=[case[3][:40] for case in BAD])
def test_bad_input_names_the_option_what_was_found_and_what_is_allowed(topology, n_units, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make_matrix(topology, n_units, np.random.default_rng(0), **options)


@pytest.mark.parametrize("distribution", ["uniform", "normal", "bernoulli", "pi_signs"])
def test_input_weights_are_channel_by_target_and_by_the_seed(distribution):
    first, again, other = (
        input_weights(3, 200, np.random.default_rng(seed), distribution=distribution) for seed in (1, 1, 2)
    )
    assert first.shape == (3, 200)
    assert_array_equal(first, again)
    assert (first != other).any() == (distribution != "pi_signs")


def test_input_weights_are_there_with_their_density():
    for distribution in ("normal", "pi_signs"):
        there = input_weights(20, 200, np.random.default_rng(0), distribution=distribution, density=0.3) != 0
        assert stats.binomtest(int(there.sum()), there.size, 0.3).pvalue > 1e-3


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((0, 5), {}, "n_inputs: 0 is not a whole number of at least 1"),
        ((1, 0), {}, "n_units: 0 is not a whole number of at least 1"),
        ((1, 5), {"density": 0}, "density: 0 is not a finite number above 0, up to 1"),
        ((1, 5), {"distribution": "pi"}, '"bernoulli" or "pi_signs"'),
    ],
)
def test_bad_input_weights_are_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        input_weights(*arguments, np.random.default_rng(0), **options)


def test_signs_of_pi_are_those_of_its_first_decimals():
    digits = [int(digit) for digit in "14159265358979323846264338327950288419716939937510"]
    expected = [1.0 if digit >= 5 else -1.0 for digit in digits]
    assert input_weights(2, 25, np.random.default_rng(0), distribution="pi_signs").ravel().tolist() == expected


@pytest.mark.parametrize("size", [1, 1023, 1024, 1025, 10_000, 20_000])
def test_signs_of_pi_are_right_to_the_last(size):
    with mpmath.workdps(size + 30):
        digits = mpmath.libmp.to_str(mpmath.mpf(mpmath.pi)._mpf_, size + 25)[2 : size + 2]
    assert_array_equal(pi_signs(size), np.where(np.array(list(digits), int) >= 5, 1.0, -1.0))
