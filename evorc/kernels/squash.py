"""How units in discrete time answer the sum that drives them."""

from .compiler import inline, kernel
from .vmath import tanh


@inline
def rectified(z):
    """max(0, z); nan stays nan."""
    return z if not z <= 0 else type(z)(0)


@kernel
def squash(drive, output):
    """output[i, l] = tanh(drive[i, l]): all units of all lanes in one loop, so that one lane is as fast as many."""
    z, answer = drive.reshape(-1), output.reshape(-1)
    for k in range(answer.size):
        answer[k] = tanh(z[k])
