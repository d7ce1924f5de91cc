"""The one place that knows how a product over sources is computed and stored.

Dense, one matrix a lane. Matrices shared by all lanes, dense or sparse, get their kernels here, chosen by the type.
"""

from .compiler import kernel


@kernel
def couple(weights, source, target):
    """target[i, l] += sum_j weights[j, i, l] * source[j, l], several sources a pass, always in the same order."""
    sources, targets, lanes = weights.shape
    fours, pairs = sources - sources % 4, sources - sources % 2
    for j in range(0, fours, 4):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += (weights[j, i, l] * source[j, l] + weights[j + 1, i, l] * source[j + 1, l]) + (
                    weights[j + 2, i, l] * source[j + 2, l] + weights[j + 3, i, l] * source[j + 3, l]
                )
    for j in range(fours, pairs, 2):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += weights[j, i, l] * source[j, l] + weights[j + 1, i, l] * source[j + 1, l]
    for j in range(pairs, sources):
        for i in range(targets):
            for l in range(lanes):
                target[i, l] += weights[j, i, l] * source[j, l]
