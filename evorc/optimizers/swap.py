"""Lend NumPy's global random functions to a library that uses them, without a trace in the caller's own state."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.random.mtrand import get_bit_generator, set_bit_generator

_swapping = threading.RLock()


@contextmanager
def global_random_state(generator: np.random.Generator) -> Iterator[None]:
    """Let NumPy's global functions draw from a generator, and give them back the state that they had."""
    with _swapping:
        owner, state = get_bit_generator(), np.random.get_state(legacy=False)  # noqa: NPY002
        set_bit_generator(generator.bit_generator)
        try:
            yield
        finally:
            set_bit_generator(owner)
            np.random.set_state(state)  # noqa: NPY002
