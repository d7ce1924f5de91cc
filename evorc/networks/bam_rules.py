"""Learning rules of bidirectional associative memories: pairs of patterns in, a matrix for each direction out.

P pairs (x_k, y_k) of -1 and 1 are stored where each is a fixed point: every unit's sum has the sign of the unit,
(sum_j w_ij y_j - theta_i) x_i > 0 and (sum_i w_ij x_i - theta_j) y_j > 0.
"""

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import hadamard
from scipy.optimize import linprog

from .bam_memory import Array, Memory, paired, stored, symmetric
from .checks import whole, within

CLOSE = 0.99  # to the margin of 1, which a relaxation factor up to 1 would only reach in the limit


def kosko_capacity(n_x: int, n_y: int) -> float:
    """Random pairs that the correlation rule holds, most without an error: n / (2 ln n), n the smaller layer."""
    n = max(min(n_x, n_y), 2)
    return float(n / (2 * np.log(n)))


def correlation(states_x: ArrayLike, states_y: ArrayLike) -> Memory:
    """Kosko's rule: the sum of the pairs' outer products, W = sum_k x_k y_k'.

    Parameters
    ----------
    states_x, states_y : array_like of shape (n_pairs, n_x), (n_pairs, n_y)
        -1 or 1.

    Returns
    -------
    Memory
        No thresholds.

    Warns
    -----
    UserWarning
        If there are more pairs than n / (2 ln n), n the number of units of the smaller layer.

    References
    ----------
    Kosko, B. (1988). Bidirectional associative memories. IEEE Trans. Systems, Man, and Cybernetics 18(1), 49-60.

    Examples
    --------
    >>> correlation([[1, -1, 1, -1]], [[1, 1, -1, -1]]).forward[0]
    array([ 1.,  1., -1., -1.])
    """
    x, y = paired(states_x, states_y)
    capacity = kosko_capacity(x.shape[1], y.shape[1])
    if len(x) > max(capacity, 1):
        _warn(f"correlation: {len(x)} pairs are more than the {capacity:.3g} that the rule holds in so many units")
    return symmetric(x.T @ y)


def multiple_training(states_x: ArrayLike, states_y: ArrayLike) -> Memory:
    """Multiple training: W = sum_k q_k x_k y_k' with multiplicities q_k that make every pair a fixed point.

    The multiplicities are those of the widest margin, found by linear programming. There may be none, since P numbers
    have to meet (n + m) P conditions; then :func:`attach_dummies` helps without fail.

    Parameters
    ----------
    states_x, states_y : array_like of shape (n_pairs, n_x), (n_pairs, n_y)
        -1 or 1.

    Returns
    -------
    Memory
        No thresholds.

    Warns
    -----
    UserWarning
        If no multiplicities make all pairs fixed points; all are 1 then.

    References
    ----------
    Wang, Y.-F., Cruz, J. B. & Mulligan, J. H. (1991). Guaranteed recall of all training pairs for bidirectional
    associative memory. IEEE Trans. Neural Networks 2(6), 559-567.

    Examples
    --------
    >>> x, y = [[1, 1, 1, -1], [1, 1, -1, -1]], [[1, 1, 1], [1, -1, -1]]
    >>> stored(multiple_training(x, y), x, y)
    array([ True,  True])
    """
    x, y = paired(states_x, states_y)
    q = _multiplicities(x, y)
    if q is not None:
        return symmetric(x.T @ (q[:, None] * y))
    alone = symmetric(x.T @ y)
    n_stored = np.count_nonzero(stored(alone, x, y))
    _warn(
        f"multiple_training: no multiplicities make all {len(x)} pairs fixed points (equal ones: {n_stored}); "
        "attach_dummies makes such pairs"
    )
    return alone


def attach_dummies(states_x: ArrayLike, states_y: ArrayLike) -> tuple[Array, Array]:
    """Pairs with dummy units at the end of both layers, on which the pairs are orthogonal, for `multiple_training`.

    There are as many dummies as it takes for all pairs to be fixed points: a power of two, more than pairs, of which
    the codes are rows of a Hadamard matrix. A probe needs its dummies, too.

    Parameters
    ----------
    states_x, states_y : array_like of shape (n_pairs, n_x), (n_pairs, n_y)
        -1 or 1.

    Returns
    -------
    wide_x, wide_y : ndarray of shape (n_pairs, n_x + n_dummies), (n_pairs, n_y + n_dummies)
        The pairs as they are if they need no dummies.

    References
    ----------
    Wang, Y.-F., Cruz, J. B. & Mulligan, J. H. (1990). Two coding strategies for bidirectional associative memory. IEEE
    Trans. Neural Networks 1(1), 81-92.

    Examples
    --------
    >>> x, y = [[1, 1, 1], [1, 1, 1]], [[1, 1], [-1, -1]]  # no memory can tell one x from the other
    >>> wide_x, wide_y = attach_dummies(x, y)
    >>> wide_x[:, 3:]
    array([[ 1.,  1.,  1.,  1.],
           [ 1., -1.,  1., -1.]])
    >>> stored(multiple_training(wide_x, wide_y), wide_x, wide_y)
    array([ True,  True])
    """
    x, y = paired(states_x, states_y)
    wide_x, wide_y = x, y
    n_dummies = 1 << len(x).bit_length()
    while _multiplicities(wide_x, wide_y) is None:
        codes = hadamard(n_dummies)[: len(x)]
        wide_x, wide_y = np.hstack([x, codes]), np.hstack([y, codes])
        n_dummies *= 2
    return wide_x, wide_y


def _multiplicities(x: Array, y: Array) -> Array | None:
    """Those of the widest margin t: sum_k q_k (x_k . x_i) y_kj y_ij >= t for all i and j, and so for x; sum_k q_k = P.

    Of the (n + m) P conditions few bind: the worst one of each pair joins the program until the margin is reached.
    """
    n_pairs, both = len(x), np.hstack([y, x])
    near = np.stack([x @ x.T, y @ y.T]).repeat([y.shape[1], x.shape[1]], axis=0)  # [unit, pair, pair]
    q, widest, conditions = np.ones(n_pairs), np.inf, np.empty((0, n_pairs))
    objective = np.append(np.zeros(n_pairs), -1.0)
    while True:
        margins = both * np.einsum("jik,k,kj->ij", near, q, both, optimize=True)
        if margins.min() >= widest - 1e-9 * n_pairs * near.max():
            return q if margins.min() > 0 else None
        if widest <= 0:
            return None
        worst = margins.argmin(axis=1)
        pairs = np.arange(n_pairs)
        conditions = np.vstack([conditions, near[worst, pairs] * both[pairs, worst][:, None] * both[:, worst].T])
        solved = linprog(
            objective,
            A_ub=np.hstack([-conditions, np.ones((len(conditions), 1))]),
            b_ub=np.zeros(len(conditions)),
            A_eq=[np.append(np.ones(n_pairs), 0.0)],
            b_eq=[n_pairs],
            bounds=[(0, None)] * n_pairs + [(None, None)],
        )
        q, widest = solved.x[:-1], solved.x[-1]


def prlab(states_x: ArrayLike, states_y: ArrayLike, *, relaxation: float = 1.8, max_epochs: int = 1000) -> Memory:
    """Pseudo-relaxation (PRLAB): the weights of every unit that is short of a margin are moved towards it.

    Pair by pair, with S_i = sum_j w_ij y_j - theta_i, wherever S_i x_i is below the margin of 1 by more than 1 %,

        w_ij -= r / (1 + m) (S_i - x_i) y_j,    theta_i += r / (1 + m) (S_i - x_i),

    and the same for the y layer with n in the place of m, until all units of all pairs are there. It ends if there is
    a memory that stores all pairs. It starts from Kosko's matrix over sqrt(n m).

    Parameters
    ----------
    states_x, states_y : array_like of shape (n_pairs, n_x), (n_pairs, n_y)
        -1 or 1.
    relaxation : float, default=1.8
        r, above 0 and below 2: at 1 a sum is moved to the margin exactly, above 1 beyond it.
    max_epochs : int, default=1000
        Passes through all pairs, at least 1.

    Returns
    -------
    Memory
        With thresholds.

    Warns
    -----
    UserWarning
        If some pairs are not fixed points after `max_epochs`.

    References
    ----------
    Oh, H. & Kothari, S. C. (1994). Adaptation of the relaxation method for learning in bidirectional associative
    memory. IEEE Trans. Neural Networks 5(4), 576-583.

    Examples
    --------
    >>> x, y = [[1, 1, 1, -1], [1, 1, -1, -1], [1, -1, 1, 1]], [[1, 1, 1], [1, -1, -1], [-1, -1, 1]]
    >>> stored(prlab(x, y), x, y).all()
    np.True_
    """
    x, y = paired(states_x, states_y)
    within("relaxation", relaxation, above=0.0, up_to=float(np.nextafter(2.0, 0.0)))
    whole("max_epochs", max_epochs, least=1)
    n, m = x.shape[1], y.shape[1]
    memory = symmetric(x.T @ y / np.sqrt(n * m))
    for _ in range(max_epochs):
        short = 0
        for x_k, y_k in zip(x, y):
            short += _relax(memory.forward, memory.thresholds_x, x_k, y_k, relaxation / (1 + m))
            short += _relax(memory.backward, memory.thresholds_y, y_k, x_k, relaxation / (1 + n))
        if not short:
            return memory
    wrong = len(x) - np.count_nonzero(stored(memory, x, y))
    if wrong:
        _warn(f"prlab: {wrong} of {len(x)} pairs are not fixed points after {max_epochs} epochs")
    return memory


def _relax(weights: Array, theta: Array, shown: Array, seen: Array, rate: float) -> int:
    """Move the weights [unit, source] of the units that are short of the margin, in place; say how many there were."""
    total = weights @ seen - theta
    short = np.flatnonzero(total * shown < CLOSE)
    if short.size:
        move = rate * (total[short] - shown[short])
        weights[short] -= move[:, None] * seen
        theta[short] += move
    return int(short.size)


def pseudo_inverse(states_x: ArrayLike, states_y: ArrayLike) -> Memory:
    """Optimal linear associative memory (OLAM) each way: y = F' x with F = X^+ Y, and x = B' y with B = Y^+ X.

    The rows of X and Y are the pairs' patterns, ^+ is the pseudo-inverse. Linearly independent patterns are recalled
    without crosstalk. Each direction has a matrix of its own, so there is no energy and recall may end in a cycle.

    Parameters
    ----------
    states_x, states_y : array_like of shape (n_pairs, n_x), (n_pairs, n_y)
        -1 or 1.

    Returns
    -------
    Memory
        No thresholds.

    Warns
    -----
    UserWarning
        If there are more pairs than independent patterns in a layer, so that they are recalled by least squares.

    References
    ----------
    Kohonen, T. & Ruohonen, M. (1973). Representation of associated data by matrix operators. IEEE Trans. Computers
    C-22(7), 701-702.

    Examples
    --------
    >>> x, y = [[1, 1, 1, -1], [1, 1, -1, -1]], [[1, 1, 1], [1, -1, -1]]
    >>> stored(pseudo_inverse(x, y), x, y)
    array([ True,  True])
    """
    x, y = paired(states_x, states_y)
    rank = int(min(np.linalg.matrix_rank(x), np.linalg.matrix_rank(y)))
    if len(x) > rank:
        _warn(f"pseudo_inverse: {len(x)} pairs are more than the {rank} that are linearly independent in both layers")
    forward, backward = np.linalg.pinv(x) @ y, np.linalg.pinv(y) @ x
    return Memory(forward, backward, np.zeros(x.shape[1]), np.zeros(y.shape[1]))


RULES: dict[str, Callable[..., Memory]] = {
    "correlation": correlation,
    "multiple_training": multiple_training,
    "prlab": prlab,
    "pseudo_inverse": pseudo_inverse,
}
"""By the names that estimators use."""


def _warn(text: str) -> None:
    warnings.warn(text, UserWarning, stacklevel=3)
