"""Elementary functions that leave a loop over a contiguous axis free for SIMD.

Inside a jitted function each name compiles to branch-free arithmetic of the type of its argument: float32 in, float32
out, everything else float64. From Python the same source runs interpreted, with the same bits and without warnings.
Arithmetic is strict IEEE without contraction, so results are the same on every CPU.

The named errors are the largest found against mpmath, in units in the last place (ulp) of float64 and float32.
"""

from functools import wraps

import numpy as np
from numba import types
from numba.extending import overload

from evorc.kernels import _vmath_core as core
from evorc.kernels._vmath_formats import DOUBLE, SINGLE


def elementary(source):
    """Give `source(x, constants)` the constants of the type of `x`, in Python and in kernels alike."""

    def public(documented):
        @wraps(documented)
        def function(x):
            with np.errstate(all="ignore"):
                return source(x, SINGLE) if isinstance(x, np.float32) else source(np.float64(x), DOUBLE)

        @overload(function, jit_options=core.INLINE)
        def compiled(x):
            if x is types.float32:
                return lambda x: source(x, SINGLE)
            if isinstance(x, types.Integer | types.Float):
                return lambda x: source(np.float64(x), DOUBLE)
            return None

        return function

    return public


@elementary(core.exp)
def exp(x):
    """Exponential e^x."""


@elementary(core.expm1)
def expm1(x):
    """e^x - 1."""


@elementary(core.log)
def log(x):
    """Natural logarithm."""


@elementary(core.tanh)
def tanh(x):
    """Hyperbolic tangent."""


@elementary(core.sigmoid)
def sigmoid(x):
    """Logistic function."""


@elementary(core.sin)
def sin(x):
    """Sine."""


@elementary(core.cos)
def cos(x):
    """Cosine."""


@elementary(core.sqrt)
def sqrt(x):
    """Square root."""


@elementary(core.softplus)
def softplus(x):
    """Softplus."""
