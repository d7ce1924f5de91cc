"""The elementary functions, one source for both floating-point formats.

Each takes a scalar `x` and the constants `c` of its format. There are no branches: a condition chooses between two
values that are both computed, so that LLVM turns the loop around a call into SIMD. Every constant is taken from `c`
and no value changes its type, so that single precision stays single.
"""

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from ._fused import fma
from .compiler import INLINED

inlined = register_jitable(**INLINED)  # plain Python when called from Python, inlined when called from a kernel


def bits(x):
    """Bits of `x` as a signed integer of the same width."""
    return x.view(np.int32 if x.dtype == np.float32 else np.int64)


@overload(bits, jit_options=INLINED)
def compile_bits(x):
    if x is types.float32:
        return lambda x: np.float32(x).view(np.int32)
    return lambda x: np.float64(x).view(np.int64)


def from_bits(i, like):
    """Number of the type of `like` whose bits are `i`."""
    return np.int32(i).view(np.float32) if like.dtype == np.float32 else np.int64(i).view(np.float64)


@overload(from_bits, jit_options=INLINED)
def compile_from_bits(i, like):
    if like is types.float32:
        return lambda i, like: np.int32(i).view(np.float32)
    return lambda i, like: np.int64(i).view(np.float64)


@inlined
def horner(coefficients, x):
    """Polynomial as two chains, of every other power, which a processor works off side by side."""
    square = x * x
    p, q = coefficients[0], coefficients[1]
    for i in range(2, len(coefficients) - 1, 2):
        p, q = fma(p, square, coefficients[i]), fma(q, square, coefficients[i + 1])
    return fma(p, x, q) if len(coefficients) % 2 == 0 else fma(q, x, fma(p, square, coefficients[-1]))


@inlined
def clamp(x, low, high):  # keeps nan
    x = low if x < low else x
    return high if x > high else x


@inlined
def reduce_exponent(x, c):
    """x = n ln2 + r + tail with |r| <= ln2 / 2; also `i`, whose low bits are n plus twice the exponent bias."""
    k = fma(x, c.log2_e, c.round_biased)
    n = k - c.round_biased
    high = fma(-n, c.ln2[0], x)
    r = fma(-n, c.ln2[1], high)
    return bits(k), r, fma(-n, c.ln2[1], high - r)


@inlined
def exp(x, c):
    """e^x as p 2^n, where 2^n is two factors: both are normal even where 2^n is not."""
    i, r, _ = reduce_exponent(clamp(x, c.exp_range[0], c.exp_range[1]), c)
    p = c.one + fma(r * r, horner(c.exponential, r), r)
    half = i >> 1
    return p * from_bits(half << c.fraction_bits, x) * from_bits((i - half) << c.fraction_bits, x)


@inlined
def less_power(w, r, tail, c):
    """e^(r + tail) - w and its rounding error, where `tail` already holds the powers of r from the second on."""
    a = c.one - w
    s = a + r
    rest = tail + (r - (s - a))
    p = s + rest
    return p, rest - (p - s)


@inlined
def expm1(x, c):
    i, r, tail = reduce_exponent(clamp(x, c.expm1_range[0], c.expm1_range[1]), c)
    tail = fma(r * r, horner(c.exponential, r), tail)
    # 2^-n as half of 2^(1-n), and 2^n as twice 2^(n-1): both are normal or 0 up to n = bias + 1
    inverse = from_bits((3 * c.bias + 1 - i) << c.fraction_bits, x) * c.half
    p, _ = less_power(inverse, r, tail, c)
    y = (p + p) * from_bits((i - c.bias - 1) << c.fraction_bits, x)
    return from_bits(bits(y) | (bits(x) & c.sign), x)


@inlined
def tanh(x, c):
    """p / q = (e^2|x| - 1) / (e^2|x| + 1) below 1/2, else 1 - 2 / (e^2|x| + 1); all scaled by 2^-n."""
    a = abs(x)
    large = a > c.artanh_half
    a = c.tanh_end if a > c.tanh_end else a
    i, r, tail = reduce_exponent(a + a, c)
    tail = fma(r * r, horner(c.exponential, r), tail)
    inverse = from_bits((3 * c.bias - i) << c.fraction_bits, x)
    p, p_error = less_power(inverse, r, tail, c)
    more = c.one + inverse
    rest = r + tail
    q = more + rest
    y = (-c.two * inverse if large else p) / q
    # the quotient's share of the rounding errors of p and q; 1/2 is near enough to 1/q
    correction = c.half * fma(-y, rest - (q - more), p_error)
    y = y + (c.one if large else correction)
    return from_bits(bits(y) | (bits(x) & c.sign), x)


@inlined
def sigmoid(x, c):
    """1 / (1 + s) or s / (1 + s) with s = e^-|x| <= 1, corrected for the rounding errors of s and 1 + s."""
    a = -abs(x)
    i, r, _ = reduce_exponent(c.exp_range[0] if a < c.exp_range[0] else a, c)
    rest = fma(r * r, horner(c.exponential, r), r)
    p = c.one + rest
    s = p * from_bits((i - c.raise_tiny) << c.fraction_bits, x) * c.tiny  # both factors normal for every s
    q = c.one + s
    negative = x < c.zero
    y = (s if negative else c.one) / q
    # the relative errors of numerator and denominator; 1 is near enough to 1/p and to 1/q
    return fma(y, ((rest - (p - c.one)) if negative else c.zero) - (s - (q - c.one)), y)


@inlined
def log_of_scaled(f, n, c):
    """n ln2 + log(1 + f) for 1 + f in [sqrt(1/2), sqrt(2)], with s = f / (2 + f) and log(1 + f) = 2 artanh s."""
    s = f / (c.two + f)
    z = s * s
    h = c.half * f * f
    return fma(n, c.ln2[0], f - (h - fma(s, fma(z, horner(c.logarithm, z), h), n * c.ln2[1])))


@inlined
def log(x, c):
    small = x < c.least_normal
    shifted = from_bits(bits(x * c.to_normal[0] if small else x) + c.from_root, x)
    i = bits(shifted)  # through a number, so that Numba keeps the sum as narrow as x
    n = from_bits((i >> c.fraction_bits) | c.exponent_carrier[0], x) - c.exponent_carrier[1]
    n = n - c.to_normal[1] if small else n
    y = log_of_scaled(from_bits((i & c.fraction) + c.root, x) - c.one, n, c)
    y = y if x < c.infinity else x
    y = -c.infinity if x == c.zero else y
    return c.nan if x < c.zero else y


@inlined
def softplus(x, c):
    """max(x, 0) + log(1 + e^-|x|)."""
    s = exp(-abs(x), c)
    halve = c.one + s > c.sqrt2
    f = (s - c.one) * c.half if halve else s
    y = log_of_scaled(f, c.one if halve else c.zero, c)
    return y + (x if x > c.zero else c.zero)


@inlined
def reduce_quarter(x, c):
    """x = n pi/2 + r + tail with |r| <= pi/4; also `i`, whose low bits are those of n."""
    k = fma(x, c.two_over_pi, c.round_even)
    n = k - c.round_even
    a = fma(-n, c.half_pi[2], fma(-n, c.half_pi[1], fma(-n, c.half_pi[0], x)))  # exact
    b = fma(-n, c.half_pi[3], a)
    r = fma(-n, c.half_pi[4], b)
    tail = fma(-n, c.half_pi[3], a - b) + fma(-n, c.half_pi[4], b - r)
    return bits(k), r, fma(-n, c.half_pi[5], tail)


@inlined
def turn(r, tail, i, sign, c):
    """sin(i pi/2 + r + tail), its sign changed by `sign`."""
    z = r * r
    s = r + fma(r * z, horner(c.sine, z), tail)
    h = c.half * z
    w = c.one - h
    q = w + fma(z * z, horner(c.cosine, z), fma(-r, tail, (c.one - w) - h))
    y = s if (i & 1) == 0 else q
    return from_bits(bits(y) ^ ((i & 2) << c.to_sign) ^ sign, r)


@inlined
def sin(x, c):
    a = abs(x)
    i, r, tail = reduce_quarter(a, c)
    y = turn(r, tail, i, bits(x) & c.sign, c)
    return y if a <= c.angle_end else c.nan


@inlined
def cos(x, c):
    a = abs(x)
    i, r, tail = reduce_quarter(a, c)
    y = turn(r, tail, i + 1, 0, c)
    return y if a <= c.angle_end else c.nan


@inlined
def sqrt(x, c):
    return np.sqrt(x)
