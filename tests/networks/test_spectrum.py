import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from evorc.networks import spectrum
from evorc.networks.spectrum import effective_spectral_radius, scaled, spectral_radius
from evorc.networks.topology import make_matrix

RANDOM = [
    ("dense", {}),
    ("erdos_renyi", {"density": 0.3}),
    ("fixed_in_degree", {"in_degree": 2}),
    ("small_world", {}),
    ("block_diagonal", {"block": "erdos_renyi", "density": 0.5}),
    ("cycle_with_jumps", {"jump_size": 3}),
    ("ring", {"signs": "bernoulli"}),
    ("orthogonal", {}),
]
LARGE = [
    ("dense", {}),
    ("erdos_renyi", {}),
    ("fixed_in_degree", {"in_degree": 3}),
    ("small_world", {"distribution": "normal"}),
]
random_topology = st.sampled_from(RANDOM)
seeds = st.integers(0, 1000)


def made(name, n_units, seed=0, **options):
    return make_matrix(name, n_units, np.random.default_rng(seed), **options)


def full(matrix):
    return matrix.toarray() if sparse.issparse(matrix) else matrix


def by_eigenvalues(matrix):
    return abs(np.linalg.eigvals(full(matrix))).max()


def shuffled(matrix, seed=0):
    order = np.random.default_rng(seed).permutation(matrix.shape[0])
    return matrix[order][:, order]


@given(topology=random_topology, n=st.integers(7, 60), seed=seeds)
def test_the_radius_is_that_of_all_eigenvalues(topology, n, seed):
    matrix = made(topology[0], n, seed, **topology[1])
    assume(spectral_radius(matrix) > 0)
    assert spectral_radius(matrix) == pytest.approx(by_eigenvalues(matrix), rel=1e-10)
    assert spectral_radius(full(matrix)) == pytest.approx(spectral_radius(matrix), rel=1e-12)


@pytest.mark.parametrize(("name", "options"), LARGE)
def test_the_radius_of_a_large_matrix_is_that_of_all_eigenvalues(name, options):
    for seed in range(2):
        matrix = made(name, 520, seed, **options)
        assert spectral_radius(matrix) == pytest.approx(by_eigenvalues(matrix), rel=1e-10)


def test_a_large_radius_is_the_same_bits_every_time():
    matrix = made("erdos_renyi", 700)
    assert spectral_radius(matrix) == spectral_radius(matrix.copy())


def test_a_large_matrix_on_which_arpack_does_not_converge_gets_all_eigenvalues(monkeypatch):
    monkeypatch.setattr(spectrum, "N_RESTARTS", 1)
    matrix = made("small_world", 510)
    assert spectral_radius(matrix) == pytest.approx(by_eigenvalues(matrix), rel=1e-10)


@pytest.mark.parametrize("size", [1.0, 1e-6])
def test_a_large_orthogonal_matrix_needs_no_eigenvalues(size, monkeypatch):
    monkeypatch.setattr(spectrum, "eigs", None)
    assert spectral_radius(size * made("orthogonal", 510)) == pytest.approx(size, rel=1e-12)


@given(log_weights=st.lists(st.floats(-250, 250), min_size=1, max_size=40), seed=seeds)
def test_the_radius_of_a_cycle_is_the_geometric_mean_of_its_weights(log_weights, seed):
    n = len(log_weights)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], n)
    unit = np.arange(n)
    cycle = sparse.csc_array((signs * 10.0 ** np.array(log_weights), (unit, (unit + 1) % n)))
    for matrix in (cycle, shuffled(cycle, seed), full(cycle)):
        assert spectral_radius(matrix) == pytest.approx(10.0 ** np.mean(log_weights), rel=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 1000, 100_000])
def test_the_radius_of_a_ring_is_its_weight(n):
    assert spectral_radius(made("ring", n, weight=0.37, signs="pi_signs")) == pytest.approx(0.37, rel=1e-14)


@given(n=st.integers(1, 60), seed=seeds)
def test_a_network_without_a_cycle_has_a_radius_of_exactly_zero(n, seed):
    triangle = np.triu(np.random.default_rng(seed).normal(size=(n, n)), 1)
    for matrix in (
        triangle,
        shuffled(triangle, seed),
        sparse.csr_array(shuffled(triangle, seed)),
        made("delay_line", n),
    ):
        assert spectral_radius(matrix) == 0.0


def test_stored_zeros_close_no_cycle():
    matrix = sparse.csc_array(([1.0, 0.0], ([0, 1], [1, 0])), shape=(2, 2))
    assert matrix.nnz == 2
    assert spectral_radius(matrix) == 0.0


def test_the_radius_of_a_triangle_is_its_largest_self_connection():
    triangle = np.triu(np.full((50, 50), 9.0), 1) + np.diag(np.linspace(-0.7, 0.5, 50))
    assert spectral_radius(triangle) == 0.7
    assert spectral_radius(shuffled(triangle)) == 0.7


@pytest.mark.parametrize("backward", [0.05, -0.05])
@pytest.mark.parametrize("n", [2, 3, 40, 2000])
def test_the_radius_of_a_chain_in_both_directions_is_known(n, backward):
    chain = made("delay_line", n, weight=0.9, backward_weight=backward)
    expected = 2.0 * np.sqrt(0.9 * 0.05) * np.cos(np.pi / (n + 1))
    assert spectral_radius(chain) == pytest.approx(expected, rel=1e-12)


@given(n=st.integers(3, 30), seed=seeds, positive=st.booleans())
def test_the_radius_of_a_chain_of_any_weights_is_that_of_all_eigenvalues(n, seed, positive):
    rng = np.random.default_rng(seed)
    chain = np.diag(rng.normal(size=n - 1), 1) + np.diag(rng.normal(size=n - 1), -1) + rng.normal() * np.eye(n)
    chain = abs(chain) if positive else chain
    assert spectral_radius(chain) == pytest.approx(by_eigenvalues(chain), rel=1e-9)


def test_the_radius_of_blocks_is_their_largest():
    blocks = [made("dense", 20), made("ring", 30, weight=4.1), made("delay_line", 10, weight=50.0), [[-4.0]]]
    matrix = shuffled(sparse.block_diag(blocks, format="csc"))
    expected = max(4.1, by_eigenvalues(blocks[0]))
    assert spectral_radius(matrix) == pytest.approx(expected, rel=1e-12)
    assert spectral_radius(0.5 * matrix) == pytest.approx(0.5 * expected, rel=1e-12)


def test_weights_between_components_do_not_matter():
    matrix = full(sparse.block_diag([made("dense", 20), made("dense", 20, seed=1)]))
    apart = spectral_radius(matrix)
    matrix[:20, 20:] = 1e6
    assert spectral_radius(matrix) == apart


@pytest.mark.parametrize(
    "matrix",
    [
        [[1.0, -1.0], [1.0, -1.0]],
        [[3.0, -1.0, 2.0], [3.0, -1.0, 2.0], [-3.0, 1.0, -2.0]],
        [[1.0, -1.0, -1.0, -1.0], [1.0, 1.0, -1.0, 1.0], [-1.0, 1.0, -1.0, 1.0], [-1.0, -1.0, -1.0, -1.0]],
    ],
)
def test_cycles_that_cancel_have_a_radius_of_exactly_zero(matrix):
    assert spectral_radius(matrix) == 0.0
    assert spectral_radius(0.1 * np.array(matrix)) == 0.0


def test_cycles_that_almost_cancel_do_not():
    assert spectral_radius([[1.0, -1.0], [1.0, -1.0 - 1e-8]]) == pytest.approx(1e-4, rel=1e-3)


@pytest.mark.parametrize("distribution", ["uniform", "bernoulli"])
@pytest.mark.parametrize("n", [5, 31, 32, 33])
def test_random_matrices_are_not_mistaken_for_nilpotent_ones(n, distribution):
    for seed in range(40):
        matrix = made("dense", n, seed, distribution=distribution)
        assert spectral_radius(matrix) == pytest.approx(by_eigenvalues(matrix), rel=1e-10)


@given(topology=random_topology, n=st.integers(7, 60), seed=seeds, radius=st.floats(0.01, 3.0))
def test_a_scaled_matrix_has_the_wanted_radius(topology, n, seed, radius):
    matrix = made(topology[0], n, seed, **topology[1])
    before = matrix.copy()
    assume(spectral_radius(matrix) > 0)
    found = scaled(matrix, radius)
    assert type(found) is type(matrix)
    assert by_eigenvalues(found) == pytest.approx(radius, rel=1e-10)
    assert_array_equal(full(matrix), full(before))


def test_a_large_scaled_matrix_has_the_wanted_radius():
    assert by_eigenvalues(scaled(made("erdos_renyi", 600), 0.95)) == pytest.approx(0.95, rel=1e-10)


def test_scaling_is_by_one_positive_number():
    matrix = made("dense", 20)
    ratio = scaled(matrix, 0.8) / matrix
    assert_allclose(ratio, ratio[0, 0], rtol=1e-14)
    assert ratio[0, 0] > 0


@pytest.mark.parametrize("size", [1e-300, 1e-150, 1e150, 1e300])
@pytest.mark.parametrize("n", [20, 510])
def test_very_large_and_very_small_weights_are_scaled_alike(size, n):
    matrix = made("erdos_renyi", n, density=0.5)
    assert_allclose(full(scaled(size * matrix, 0.9)), full(scaled(matrix, 0.9)), rtol=1e-10)


@pytest.mark.parametrize("matrix", [made("dense", 5), made("ring", 5), made("delay_line", 5)])
def test_a_radius_of_zero_silences_all_weights(matrix):
    assert not full(scaled(matrix, 0)).any()
    assert scaled(matrix, 0).shape == (5, 5)


@pytest.mark.parametrize("matrix", [made("delay_line", 9), made("erdos_renyi", 9, density=0.01), np.zeros((3, 3))])
def test_a_nilpotent_matrix_cannot_be_scaled(matrix):
    with pytest.raises(ValueError, match=r"matrix: it is nilpotent .* spectral radius of 0.9; close a cycle"):
        scaled(matrix, 0.9)


@given(topology=random_topology, n=st.integers(7, 40), seed=seeds, leak_rate=st.floats(0.05, 1.0))
def test_the_effective_radius_is_that_of_the_leaky_matrix(topology, n, seed, leak_rate):
    matrix = made(topology[0], n, seed, **topology[1])
    expected = by_eigenvalues((1.0 - leak_rate) * np.eye(n) + leak_rate * full(matrix))
    assume(spectral_radius(matrix) > 0)
    assert effective_spectral_radius(matrix, leak_rate) == pytest.approx(expected, rel=1e-10)
    assert effective_spectral_radius(full(matrix), leak_rate) == pytest.approx(expected, rel=1e-10)


def test_the_effective_radius_of_long_rings_and_lines_is_known():
    assert effective_spectral_radius(made("ring", 3000, weight=0.6), 0.25) == pytest.approx(0.9, rel=1e-12)
    assert effective_spectral_radius(made("ring", 3000, weight=-0.6), 0.25) == pytest.approx(0.9, rel=1e-12)
    assert effective_spectral_radius(made("delay_line", 3000), 0.25) == 0.75


def test_an_odd_ring_of_negative_weights_is_damped_by_its_leak():
    odd = made("ring", 3, weight=-0.6)  # eigenvalues 0.6 exp(i pi / 3), -0.6
    assert effective_spectral_radius(odd, 0.25) == pytest.approx(abs(0.75 + 0.15 * np.exp(1j * np.pi / 3)), rel=1e-12)


def test_a_leak_rate_of_one_leaves_the_radius():
    matrix = made("erdos_renyi", 30)
    assert effective_spectral_radius(matrix, 1) == spectral_radius(matrix)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spectral_radius(np.ones((2, 3))), r"matrix: its shape \(2, 3\) is not that of a square matrix"),
        (lambda: spectral_radius(np.ones((0, 0))), r"matrix: its shape \(0, 0\)"),
        (lambda: spectral_radius(5.0), r"matrix: its shape \(\)"),
        (lambda: spectral_radius([[np.nan]]), "matrix: 1 of its entries are nan or infinite"),
        (lambda: spectral_radius([[1j]]), "matrix: its entries are of type complex128"),
        (lambda: scaled(np.eye(2), -0.1), "radius: -0.1 is not a finite number of at least 0"),
        (lambda: scaled(np.eye(2), np.inf), "radius: inf is not a finite number of at least 0"),
        (lambda: scaled(np.eye(2), "0.9"), "radius: '0.9' is not"),
        (lambda: scaled([[np.inf]], 0.0), "matrix: 1 of its entries"),
        (lambda: effective_spectral_radius(np.eye(2), 0), "leak_rate: 0 is not a finite number above 0, up to 1"),
        (lambda: effective_spectral_radius(np.eye(2), 1.5), "leak_rate: 1.5 is not"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
