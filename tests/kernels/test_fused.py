"""The fused multiply-add: compiled, interpreted, and against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from evorc.kernels._fused import fma

FINITE = {
    np.float64: st.floats(allow_nan=False, allow_infinity=False),
    np.float32: st.floats(allow_nan=False, allow_infinity=False, width=32),
}
every_format = pytest.mark.parametrize("real", FINITE, ids=lambda real: real.__name__)
compiled = njit(lambda a, b, c: fma(a, b, c))


def alike(a, b):
    return type(a) is type(b) and (a.tobytes() == b.tobytes() or (np.isnan(a) and np.isnan(b)))


def error(found, exact):
    return abs(Fraction(float(found)) - exact)


@every_format
@given(data=st.data())
def test_no_other_number_is_nearer(real, data):
    a, b, c = (real(data.draw(FINITE[real])) for _ in range(3))
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    with np.errstate(all="ignore"):
        found = fma(a, b, c)
        around = [x for x in (np.nextafter(found, -real(np.inf)), np.nextafter(found, real(np.inf))) if np.isfinite(x)]
    if np.isfinite(found):
        assert all(error(found, exact) <= error(x, exact) for x in around)
    else:
        assert abs(exact) > Fraction(float(np.finfo(real).max))
        assert (found > 0) == (exact > 0)


@every_format
@given(data=st.data())
def test_python_and_a_kernel_give_the_same_bits(real, data):
    numbers = st.floats(width=64 if real is np.float64 else 32)
    a, b, c = (real(data.draw(numbers)) for _ in range(3))
    with np.errstate(all="ignore"):
        assert alike(fma(a, b, c), real(compiled(a, b, c)))


@given(st.floats(0.5, 2.0), st.floats(0.5, 2.0))
@example(1 + 2.0**-30, 1 - 2.0**-30)
def test_the_rounding_error_of_a_product_comes_out_whole(a, b):
    product = np.float64(a * b)
    assert Fraction(float(fma(np.float64(a), np.float64(b), -product))) == Fraction(a) * Fraction(b) - Fraction(a * b)


def test_single_precision_is_rounded_once():
    """The sum is just below the middle of two numbers; as a double it is the middle, which goes to the other one."""
    a, b, c = np.float32(2.0**-24 * (1 + 2.0**-20)), np.float32(1 - 2.0**-20), np.float32(1 + 2.0**-23)
    assert fma(a, b, c) == c
    assert compiled(a, b, c) == c
    assert np.float32(float(a) * float(b) + float(c)) != c
