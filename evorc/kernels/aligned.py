"""Arrays that begin on a cache line: a vector register filled from two lines takes twice as long."""

from math import prod
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic, overload

LINE = 64  # bytes


def zeros(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """As `numpy.zeros`."""
    raw = np.zeros(prod(shape) * np.dtype(dtype).itemsize + LINE, np.uint8)
    return np.ndarray(shape, dtype, raw, -raw.ctypes.data % LINE)


def copy(array: np.ndarray) -> np.ndarray:
    """As `numpy.copy`, contiguous whatever the order of `array`."""
    made = zeros(array.shape, array.dtype)
    made[...] = array
    return made


def on_stack(rows, columns):
    """Uninitialised float64 [rows, columns], two literals, which lives until the kernel returns."""
    return np.empty((rows, columns))


@intrinsic(prefer_literal=True)
def _place(typing, rows, columns):
    """LLVM sees that no other array overlaps it, and aligns all of the stack, where large kernels spill registers."""

    def lower(context, builder, signature, arguments):
        size = ir.Constant(ir.IntType(64), rows.literal_value * columns.literal_value)
        place = cgutils.alloca_once(builder, ir.DoubleType(), size=size)
        place.align = LINE
        return place

    return types.CPointer(types.float64)(rows, columns), lower


@overload(on_stack, prefer_literal=True, inline="always")
def compile_on_stack(rows, columns):
    shape = n_rows, n_columns = rows.literal_value, columns.literal_value
    return lambda rows, columns: carray(_place(n_rows, n_columns), shape)
