"""The one place that knows how a product over sources is computed and stored.

Dense, one matrix a lane or one for all; or one for all that is sparse, or that has few diagonals. Every sum is taken
in the same order whatever the number of lanes. One lane has loops of its own, along the targets instead of the lanes.
"""

import numpy as np

from .compiler import inline, kernel

LAST, SECOND, THIRD, FOURTH = map(np.uint64, (0xFFFF, 16, 32, 48))  # of four numbers in a word: a mask, and shifts


@inline
def two(weights, source, j, i, l, k):
    return weights[j, i, k] * source[j, l] + weights[j + 1, i, k] * source[j + 1, l]


@inline
def four(weights, source, j, i, l, k):
    return two(weights, source, j, i, l, k) + two(weights, source, j + 2, i, l, k)


@inline
def eight(weights, source, j, i, l, k):
    return four(weights, source, j, i, l, k) + four(weights, source, j + 4, i, l, k)


@kernel
def copy(source, target):
    """target[i, l] = source[i, l]. An assignment to a slice would look for overlaps and may make a copy first."""
    x, y = source.reshape(-1), target.reshape(-1)
    for k in range(y.size):
        y[k] = x[k]


@kernel
def couple(weights, source, target):
    """target[i, l] += sum_j weights[j, i, l] * source[j, l], eight, two or one source a pass, always in that order."""
    if target.size == 1:
        _dense_single(weights, source, target)
    elif target.shape[1] == 1:
        _dense_one(weights, source, target)
    elif weights.shape[2] == 1:
        _dense_shared(weights, source, target)
    else:
        _dense(weights, source, target, 0)


@kernel
def product(weights, source, target):
    """target[i, l] = sum_j weights[j, i, l] * source[j, l], in the bits of :func:`couple` on a target of zeros."""
    if weights.shape[0] >= 8 and weights.shape[2] > 1:
        _begin(weights, source, target)
        _dense(weights, source, target, 8)
    else:
        target[:, :] = 0
        couple(weights, source, target)


@kernel
def couple_shared(weights, structure, source, target):
    """As :func:`couple`, with a matrix that all lanes share and that may have a structure."""
    if structure.starts.size:
        if target.shape[1] == 1:
            _sparse_one(weights, structure, source, target)
        else:
            _sparse(weights, structure, source, target)
    elif structure.offsets.size:
        _diagonals(weights, structure.offsets, source, target)
    else:
        couple(weights, source, target)


@kernel
def _begin(weights, source, target):
    zero = type(target[0, 0])(0)
    for i in range(target.shape[0]):
        for l in range(target.shape[1]):
            target[i, l] = zero + eight(weights, source, 0, i, l, l)


@kernel
def _dense(weights, source, target, first):
    sources, targets, lanes = weights.shape
    eights, twos = sources - sources % 8, sources - sources % 2
    for j in range(first, eights, 8):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += eight(weights, source, j, i, l, l)
    for j in range(eights, twos, 2):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += two(weights, source, j, i, l, l)
    for j in range(twos, sources):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += weights[j, i, l] * source[j, l]


@kernel
def _dense_shared(weights, source, target):
    sources, targets, _ = weights.shape
    lanes = target.shape[1]
    eights, twos = sources - sources % 8, sources - sources % 2
    for j in range(0, eights, 8):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += eight(weights, source, j, i, l, 0)
    for j in range(eights, twos, 2):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += two(weights, source, j, i, l, 0)
    for j in range(twos, sources):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += weights[j, i, 0] * source[j, l]


@kernel
def _dense_single(weights, source, target):
    sources, total = weights.shape[0], target[0, 0]
    eights, twos = sources - sources % 8, sources - sources % 2
    for j in range(0, eights, 8):
        total += eight(weights, source, j, 0, 0, 0)
    for j in range(eights, twos, 2):
        total += two(weights, source, j, 0, 0, 0)
    for j in range(twos, sources):
        total += weights[j, 0, 0] * source[j, 0]
    target[0, 0] = total


@kernel
def _dense_one(weights, source, target):
    sources, targets, _ = weights.shape
    matrix, x, total = weights.reshape(sources, targets), source.reshape(sources), target.reshape(targets)
    eights, twos = sources - sources % 8, sources - sources % 2
    for j in range(0, eights, 8):
        _add_eight(matrix[j : j + 8], x[j : j + 8], total)
    for j in range(eights, twos, 2):
        a, b = x[j], x[j + 1]
        for i in range(targets):
            total[i] += matrix[j, i] * a + matrix[j + 1, i] * b
    for j in range(twos, sources):
        a = x[j]
        for i in range(targets):
            total[i] += matrix[j, i] * a


@kernel
def _add_eight(w, x, total):
    a, b, c, d, e, f, g, h = x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]
    for i in range(total.size):
        first = (w[0, i] * a + w[1, i] * b) + (w[2, i] * c + w[3, i] * d)
        total[i] += first + ((w[4, i] * e + w[5, i] * f) + (w[6, i] * g + w[7, i] * h))


@kernel
def _sparse(weights, structure, source, target):
    sources, starts = structure.sources, structure.starts
    for pack in range(structure.targets.shape[0]):
        begin, end = np.int64(starts[pack]), np.int64(starts[pack + 1])
        eights, twos = end - (end - begin) % 8, end - (end - begin) % 2
        for row in range(4):
            total = target[structure.targets[pack, row]]
            for k in range(begin, eights, 8):
                _add_rows_of_eight(weights[k : k + 8, row, 0], sources[k : k + 8, row], source, total)
            for k in range(eights, twos, 2):
                _add_two(weights[k : k + 2, row, 0], sources[k : k + 2, row], source, total)
            if twos < end:
                for l in range(total.size):
                    total[l] += weights[twos, row, 0] * source[sources[twos, row], l]


@kernel
def _add_rows_of_eight(weights, sources, source, total):
    a, b, c, d = weights[0], weights[1], weights[2], weights[3]
    e, f, g, h = weights[4], weights[5], weights[6], weights[7]
    p, q, r, s = source[sources[0]], source[sources[1]], source[sources[2]], source[sources[3]]
    t, u, v, w = source[sources[4]], source[sources[5]], source[sources[6]], source[sources[7]]
    for l in range(total.size):
        first = (((total[l] + a * p[l]) + b * q[l]) + c * r[l]) + d * s[l]
        total[l] = (((first + e * t[l]) + f * u[l]) + g * v[l]) + h * w[l]


@kernel
def _add_two(weights, sources, source, total):
    a, b = weights[0], weights[1]
    w, x = source[sources[0]], source[sources[1]]
    for l in range(total.size):
        total[l] = (total[l] + a * w[l]) + b * x[l]


@kernel
def _sparse_one(weights, structure, source, target):
    x, total, targets = source.reshape(-1), target.reshape(-1), structure.targets
    packed, words = weights.reshape(weights.shape[0], 4), structure.sources.view(np.uint64)
    for pack in range(targets.shape[0]):
        a, b, c, d = targets[pack, 0], targets[pack, 1], targets[pack, 2], targets[pack, 3]
        at_a, at_b, at_c, at_d = total[a], total[b], total[c], total[d]
        for k in range(structure.starts[pack], structure.starts[pack + 1]):
            word = words[k, 0]  # four sources are read at once: one by one they take 10 to 15 % longer
            at_a += packed[k, 0] * x[word & LAST]
            at_b += packed[k, 1] * x[(word >> SECOND) & LAST]
            at_c += packed[k, 2] * x[(word >> THIRD) & LAST]
            at_d += packed[k, 3] * x[word >> FOURTH]
        # An unfinished pack repeats its first target at its end, with no weights: the first is stored last.
        total[d], total[c], total[b], total[a] = at_d, at_c, at_b, at_a


@kernel
def _diagonals(weights, offsets, source, target):
    for k in range(offsets.size):
        _one_diagonal(weights[k, : offsets[k]], source[source.shape[0] - offsets[k] :], target[: offsets[k]])
        _one_diagonal(weights[k, offsets[k] :], source[: source.shape[0] - offsets[k]], target[offsets[k] :])


@kernel
def _one_diagonal(weights, source, target):
    if target.shape[1] == 1:
        w, x, total = weights.reshape(-1), source.reshape(-1), target.reshape(-1)
        for i in range(total.size):
            total[i] += w[i] * x[i]
    else:
        for i in range(target.shape[0]):
            for l in range(target.shape[1]):
                target[i, l] += weights[i, 0] * source[i, l]
