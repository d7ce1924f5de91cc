"""The elementary functions on whole arrays: the same bits as in a kernel, which NumPy's own do not promise."""

import numpy as np

from .compiler import kernel
from .vmath import exp, sigmoid


@kernel
def _exp(x, out):
    for i in range(x.size):
        out[i] = exp(x[i])


@kernel
def _sigmoid(x, out):
    for i in range(x.size):
        out[i] = sigmoid(x[i])


def exp_of(x: np.ndarray) -> np.ndarray:
    """Exponential of every element, in float64."""
    return _each(_exp, x)


def sigmoid_of(x: np.ndarray) -> np.ndarray:
    """Logistic function of every element, in float64."""
    return _each(_sigmoid, x)


def _each(function, x: np.ndarray) -> np.ndarray:
    flat = np.ascontiguousarray(x, np.float64).reshape(-1)
    out = np.empty_like(flat)
    function(flat, out)
    return out.reshape(np.shape(x))
