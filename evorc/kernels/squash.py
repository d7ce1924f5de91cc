"""The hyperbolic tangent of a sum: how most units in discrete time answer."""

from .compiler import kernel
from .vmath import tanh


@kernel
def squash(drive, output):
    """output[i, l] = tanh(drive[i, l])."""
    for i in range(output.shape[0]):
        for l in range(output.shape[1]):
            output[i, l] = tanh(drive[i, l])
