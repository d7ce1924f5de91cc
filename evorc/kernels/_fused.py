"""Fused multiply-add, a b + c rounded once: one instruction on any x86-64 CPU since 2013 and on ARM.

It is asked for by name, so LLVM never contracts anything by itself and the bits are the same everywhere: a CPU without
the instruction calls its library's exact one. From Python the same number comes out of whole numbers of any size.
"""

import math

import numpy as np
from numba.extending import intrinsic, overload

from .compiler import INLINED


@intrinsic
def _fused(typing_context, a, b, c):
    def generate(context, builder, signature, arguments):
        return builder.fma(*arguments)

    return a(a, b, c), generate


def fma(a, b, c):
    """a b + c of three numbers of one format."""
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return c if math.isfinite(a) and math.isfinite(b) else a * b + c
    (p, q), (r, s), (u, v) = (float(x).as_integer_ratio() for x in (a, b, c))
    over, under = p * r * v + u * q * s, q * s * v
    return type(a)(_rounded(over, under, type(a)) if over else a * b + c)  # 0 has a sign that ratios do not have


def _rounded(over, under, real):
    """The quotient rounded once: to double precision, or so that what rounds it to single precision sees all of it."""
    try:
        near = over / under
    except OverflowError:
        return math.inf if over > 0 else -math.inf
    if real is np.float64:
        return near
    p, q = near.as_integer_ratio()
    missing = over * q - p * under
    even = int(np.float64(near).view(np.int64)) % 2 == 0
    beyond = math.inf if missing > 0 else -math.inf
    return math.nextafter(near, beyond) if missing and even else near  # round to odd


@overload(fma, jit_options=INLINED)
def _compiled(a, b, c):
    return lambda a, b, c: _fused(a, b, c)
