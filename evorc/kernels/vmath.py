"""Elementary functions that leave a loop over a contiguous axis free for SIMD.

Inside a jitted function each name compiles to branch-free arithmetic of the type of its argument: float32 in, float32
out, everything else float64. From Python the same source runs interpreted, with the same bits and without warnings.
Arithmetic is strict IEEE: sums and products are fused where the source says so and nowhere else, so results have the
same bits with SSE2, AVX2 and AVX-512.

The named errors are the largest found, in units in the last place (ulp): for float64 against mpmath and 12 million
random arguments in extended precision, for float32 against float64 on every number whose magnitude matters.
"""

from functools import wraps

import numpy as np
from numba import types
from numba.extending import overload

from . import _vmath_core as core
from ._vmath_formats import DOUBLE, SINGLE
from .compiler import INLINED


def elementary(source):
    """Give `source(x, constants)` the constants of the type of `x`, in Python and in kernels alike."""

    def public(documented):
        @wraps(documented)
        def function(x):
            with np.errstate(all="ignore"):
                return source(x, SINGLE) if isinstance(x, np.float32) else source(np.float64(x), DOUBLE)

        @overload(function, jit_options=INLINED)
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
    """Exponential, e^x.

    0 and infinity where the result is too small or too large; subnormal results are right. Largest error found:
    1.07 ulp (float64), 1.09 ulp (float32).

    Parameters
    ----------
    x : float
        Exponent.

    Examples
    --------
    >>> exp(1.0)
    np.float64(2.7182818284590455)
    """


@elementary(core.expm1)
def expm1(x):
    """e^x - 1, without loss of digits near 0.

    Keeps the sign of zero. Largest error found: 1.36 ulp (float64), 1.29 ulp (float32).

    Parameters
    ----------
    x : float
        Exponent.

    Examples
    --------
    >>> expm1(1e-10)
    np.float64(1.00000000005e-10)
    """


@elementary(core.log)
def log(x):
    """Natural logarithm.

    -infinity at 0, nan below. Largest error found: 0.84 ulp (float64), 0.84 ulp (float32).

    Parameters
    ----------
    x : float
        Zero or more; subnormal numbers too.

    Examples
    --------
    >>> log(10.0)
    np.float64(2.302585092994046)
    """


@elementary(core.tanh)
def tanh(x):
    """Hyperbolic tangent, odd to the last bit.

    Largest error found: 1.82 ulp (float64), 1.84 ulp (float32).

    Parameters
    ----------
    x : float
        Any number.

    Examples
    --------
    >>> tanh(0.5)
    np.float64(0.46211715726000974)
    """


@elementary(core.sigmoid)
def sigmoid(x):
    """Logistic function, 1 / (1 + e^-x).

    Keeps its relative accuracy in the lower tail, down to subnormal results. Largest error found: 1.54 ulp (float64),
    1.57 ulp (float32).

    Parameters
    ----------
    x : float
        Any number.

    Examples
    --------
    >>> sigmoid(-2.0)
    np.float64(0.11920292202211755)
    """


@elementary(core.sin)
def sin(x):
    """Sine, odd to the last bit.

    nan for abs(x) above 5e10 (float64) or 5e4 (float32), where the reduction by pi/2 would lose digits.
    Largest error found: 0.98 ulp (float64), 0.99 ulp (float32). sin and cos of one angle share their work.

    Parameters
    ----------
    x : float
        Angle, radians.

    Examples
    --------
    >>> sin(1.0)
    np.float64(0.8414709848078965)
    """


@elementary(core.cos)
def cos(x):
    """Cosine, even to the last bit.

    nan for abs(x) above 5e10 (float64) or 5e4 (float32), as for :func:`sin`. Largest error found: 0.99 ulp (float64),
    0.98 ulp (float32).

    Parameters
    ----------
    x : float
        Angle, radians.

    Examples
    --------
    >>> cos(1.0)
    np.float64(0.5403023058681397)
    """


@elementary(core.sqrt)
def sqrt(x):
    """Square root, correctly rounded (0.5 ulp).

    nan below 0; keeps the sign of zero.

    Parameters
    ----------
    x : float
        Zero or more.

    Examples
    --------
    >>> sqrt(2.0)
    np.float64(1.4142135623730951)
    """


@elementary(core.softplus)
def softplus(x):
    """log(1 + e^x), the smooth ramp whose slope is the sigmoid.

    Keeps its relative accuracy in the lower tail, down to subnormal results. Largest error found: 1.68 ulp (float64),
    1.70 ulp (float32).

    Parameters
    ----------
    x : float
        Any number.

    Examples
    --------
    >>> softplus(-1.0)
    np.float64(0.31326168751822286)
    """
