"""Spectral radius of recurrent weights: finding it, and scaling to a wanted one.

The spectrum of a matrix is that of its strongly connected components, put together: weights from one component to the
next have no part in it. So the radius of a delay line, or of any other network without a cycle, is exactly 0, whatever
the order of its units. Eigenvalues computed for such a matrix need not even be small.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import ArpackError, eigs

from .checks import Matrix, square, within

Array = NDArray[np.float64]

TOLERANCE = 1e-12  # relative; the radius is then right to 1e-13
DENSE_UP_TO = 400  # units: LAPACK takes all eigenvalues, ARPACK beyond (500 sparse units: 83 ms and 43 ms)

# With one wanted value, ARPACK's default, it settles on the second largest in many a random matrix (1 % too small).
N_VALUES, N_VECTORS, N_RESTARTS = 8, 80, 100

CANCELLATION_UP_TO = 32  # units: in larger networks cycles do not cancel by chance, and powers may overflow


def spectral_radius(matrix: Any) -> float:
    """Largest modulus of an eigenvalue.

    Exact for a cycle (the geometric mean of its weights), a chain in both directions, a diagonal and a triangle; else
    of LAPACK up to 400 strongly connected units, of ARPACK with a fixed first vector beyond, and of LAPACK again if
    ARPACK does not converge.

    Parameters
    ----------
    matrix : array_like or SciPy sparse, of shape (n_units, n_units)
        Recurrent weights. Finite and real.

    Returns
    -------
    float
        At least 0; exactly 0 if the matrix is nilpotent.

    Raises
    ------
    ValueError
        If the matrix is not square, or an entry is not finite or not real.

    Examples
    --------
    >>> spectral_radius([[0.0, 2.0], [0.5, 0.0]])
    1.0
    >>> spectral_radius([[0.0, 2.0], [0.0, 0.0]])
    0.0
    """
    return max(map(_irreducible_radius, _components(square("matrix", matrix))))


def scaled(matrix: Any, radius: float) -> Matrix:
    """The matrix times a positive number, so that its spectral radius is `radius`.

    Parameters
    ----------
    matrix : array_like or SciPy sparse, of shape (n_units, n_units)
        Recurrent weights. Finite and real.
    radius : float
        At least 0; 0 makes all weights 0.

    Returns
    -------
    ndarray or csc_array of shape (n_units, n_units)
        Sparse if `matrix` is.

    Raises
    ------
    ValueError
        If the matrix is nilpotent, so that no number would do, or not as :func:`spectral_radius` wants it; or if the
        radius is negative or not finite.

    Examples
    --------
    >>> scaled([[0.0, 2.0], [0.5, 0.0]], radius=0.5)
    array([[0.  , 1.  ],
           [0.25, 0.  ]])
    """
    within("radius", radius, least=0.0)
    weights = square("matrix", matrix)
    if radius == 0.0:
        return weights * 0.0
    found = spectral_radius(weights)
    if found == 0.0:
        raise ValueError(
            "matrix: it is nilpotent (it has no cycle, or its cycles cancel each other), so no factor gives it a "
            f"spectral radius of {radius:g}; close a cycle (a ring instead of a delay line, a higher density, another "
            "seed) or leave it unscaled"
        )
    return weights / found * radius


def effective_spectral_radius(matrix: Any, leak_rate: float) -> float:
    """Spectral radius of (1 - a) I + a W, what leaky units make of W near rest (Jaeger et al. 2007, section 3.1).

    Parameters
    ----------
    matrix : array_like or SciPy sparse, of shape (n_units, n_units)
        W, the recurrent weights. Finite and real.
    leak_rate : float
        a, in (0, 1].

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    ValueError
        If the leak rate is out of range, or the matrix not as :func:`spectral_radius` wants it.

    Examples
    --------
    >>> effective_spectral_radius([[0.0, 0.5], [0.5, 0.0]], leak_rate=0.25)
    0.875
    """
    within("leak_rate", leak_rate, above=0.0, up_to=1.0)
    weights = square("matrix", matrix)
    n = weights.shape[0]
    unit = sparse.eye_array(n, format="csc") if sparse.issparse(weights) else np.eye(n)
    return spectral_radius((1.0 - leak_rate) * unit + leak_rate * weights)


def _components(weights: Matrix) -> Iterator[Matrix]:
    """Weights within each strongly connected component; of all that are a single unit the strongest."""
    links = sparse.csr_array(weights != 0)  # of a plain array SciPy would overlook weights below 1e-8
    n_components, component = connected_components(links, connection="strong")
    if n_components == 1:
        yield weights
        return
    sizes = np.bincount(component)
    alone = abs(weights.diagonal()[sizes[component] == 1])
    if alone.size:
        yield np.array([[alone.max()]])
    order = np.argsort(component, kind="stable")
    ends = np.cumsum(sizes)
    for size, end in zip(sizes[sizes > 1], ends[sizes > 1]):
        members = order[end - size : end]
        yield weights[members][:, members]


def _irreducible_radius(weights: Matrix) -> float:
    closed = _chain_or_cycle(weights)
    if closed is not None:
        return closed
    n, peak = weights.shape[0], float(abs(weights).max())
    weights = weights / peak  # so that no power overflows
    if n <= CANCELLATION_UP_TO and _cancels(_dense(weights)):
        return 0.0
    return peak * (_lapack(weights) if n <= DENSE_UP_TO else _arpack(weights))


def _chain_or_cycle(weights: Matrix) -> float | None:
    """The closed forms, where all units have the same self-connection d."""
    n, diagonal = weights.shape[0], weights.diagonal()
    d = diagonal[0]
    if n == 1:
        return float(abs(d))
    n_links = _n_weights(weights) - np.count_nonzero(diagonal)
    if (diagonal != d).any():
        return None
    if n_links == n:  # as many as units, and strongly connected: a cycle
        return _cycle_radius(_links(weights), d)
    upper, lower = weights.diagonal(1), weights.diagonal(-1)
    if n_links == np.count_nonzero(upper) + np.count_nonzero(lower):
        return _chain_radius(upper, lower, d)
    return None


def _cycle_radius(links: Array, d: float) -> float:
    """max_k |d + r exp(i (phi + 2 pi k) / n)|, r the geometric mean of the weights, phi 0 or pi by their sign."""
    n = len(links)
    r = np.exp(np.log(abs(links)).mean())
    phi = np.pi * ((links < 0).sum() % 2)
    return float(abs(d + r * np.exp(1j * (phi + 2.0 * np.pi * np.arange(n)) / n)).max() if d else r)


def _chain_radius(upper: Array, lower: Array, d: float) -> float | None:
    """Of d I + T: where all pairs of weights agree in sign, or none, T is similar to a symmetric one or i times it."""
    agree = (upper > 0) == (lower > 0)
    if agree.any() and not agree.all():
        return None
    links = np.sqrt(abs(upper)) * np.sqrt(abs(lower))
    last = len(links)  # the spectrum is symmetric about 0
    largest = linalg.eigvalsh_tridiagonal(np.zeros(last + 1), links, select="i", select_range=(last, last))[0]
    return float(abs(d) + largest if agree.all() else np.hypot(d, largest))


def _cancels(weights: Array) -> bool:
    """Whether the n-th power is nothing but rounding, since cycles cancel each other, as in [[1, -1], [1, -1]]."""
    n = len(weights)
    power, error = weights, np.zeros_like(weights)
    for _ in range(n.bit_length()):
        size = abs(power)
        error = size @ error + error @ size + error @ error + n * np.finfo(float).eps * (size @ size)
        power = power @ power
    return bool((abs(power) <= error).all())


def _lapack(weights: Matrix) -> float:
    return float(abs(linalg.eigvals(_dense(weights))).max())


def _arpack(weights: Matrix) -> float:
    first = np.random.default_rng(0).normal(size=weights.shape[0])
    # W'W has an arbitrary vector as eigenvector only where it is r^2 I. Then all moduli are r, and ARPACK is lost.
    image = weights.T @ (weights @ first)
    square_of_r = first @ image / (first @ first)
    if linalg.norm(image - square_of_r * first) <= 1e-12 * linalg.norm(image):
        return float(np.sqrt(square_of_r))
    settings = {"k": N_VALUES, "ncv": N_VECTORS, "maxiter": N_RESTARTS, "tol": TOLERANCE, "v0": first}
    try:
        return float(abs(eigs(weights, **settings, return_eigenvectors=False)).max())
    except ArpackError:
        return _lapack(weights)


def _dense(weights: Matrix) -> Array:
    dense: Array = weights.toarray() if sparse.issparse(weights) else weights
    return dense


def _n_weights(weights: Matrix) -> int:
    return int(weights.nnz if sparse.issparse(weights) else np.count_nonzero(weights))


def _links(weights: Matrix) -> Array:
    """The weights that are not zero and not on the diagonal."""
    sources, targets = weights.nonzero()
    links: Array = np.asarray(weights[sources, targets]).ravel()[sources != targets]
    return links
