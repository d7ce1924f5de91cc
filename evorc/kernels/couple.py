"""The one place that knows how a product over sources is computed and stored.

Dense, one matrix a lane. Matrices shared by all lanes, dense or sparse, get their kernels here, chosen by the type.
"""

from .compiler import inline, kernel


@inline
def two(weights, source, j, i, l):
    return weights[j, i, l] * source[j, l] + weights[j + 1, i, l] * source[j + 1, l]


@inline
def four(weights, source, j, i, l):
    return two(weights, source, j, i, l) + two(weights, source, j + 2, i, l)


@kernel
def couple(weights, source, target):
    """target[i, l] += sum_j weights[j, i, l] * source[j, l], eight, two or one source a pass, always in that order."""
    sources, targets, lanes = weights.shape
    eights, twos = sources - sources % 8, sources - sources % 2
    for j in range(0, eights, 8):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += four(weights, source, j, i, l) + four(weights, source, j + 4, i, l)
    for j in range(eights, twos, 2):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += two(weights, source, j, i, l)
    for j in range(twos, sources):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += weights[j, i, l] * source[j, l]
