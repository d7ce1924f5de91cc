"""Random numbers that are pure functions of a key and a counter.

A generator's state would tie a number to the order of its draws, and so to lanes and blocks. Here a number is a hash of
who draws it: the run's seed, the generation, the individual, the trial, and a counter of the caller's choice. The hash
absorbs the fields by multiply-xorshift rounds, and its last step is SplitMix64's Weyl sequence and output function
(Steele, Lea & Flood 2014, fig. 17; the constants are Stafford's variant 13), with one odd increment a key.
"""

from typing import NamedTuple

import numpy as np

from .compiler import JIT, inline, kernel
from .vmath import cos, log, sqrt

MASK = 0xFFFFFFFFFFFFFFFF
TWO_PI = 6.283185307179586
UNIT = 2.0**-53


class Key(NamedTuple):
    """Who draws a random number. Two keys that differ in any field give independent numbers.

    Parameters
    ----------
    seed, generation, individual, trial : int
        Whole numbers; all 64 bits count.

    Examples
    --------
    >>> key = Key(seed=7, generation=0, individual=3, trial=0)
    >>> 0.0 <= uniform(key, 0) < 1.0
    True
    >>> bool(uniform(key, 0) == uniform(key, 0))
    True
    """

    seed: int
    generation: int
    individual: int
    trial: int


if JIT:
    as_word = np.uint64
else:

    def as_word(value):
        """64 bits of a whole number; plain integers wrap by the masks below, where NumPy's would warn."""
        return int(value) & MASK


# Every constant and shift is a word: Numba would turn a sum of signed and unsigned numbers into floats.
WORD = as_word(MASK)
ONE, FOUR = as_word(1), as_word(4)
UNIFORM, RADIUS, ANGLE, INTEGER = as_word(0), as_word(1), as_word(2), as_word(3)
ABSORB = as_word(0xD6E8FEB86659FD93)
MIX_1, MIX_2 = as_word(0xBF58476D1CE4E5B9), as_word(0x94D049BB133111EB)
S11, S27, S30, S31, S32 = as_word(11), as_word(27), as_word(30), as_word(31), as_word(32)


@inline
def mix(word):
    """SplitMix64's output function: each input bit turns each output bit with probability one half."""
    word = ((word ^ (word >> S30)) * MIX_1) & WORD
    word = ((word ^ (word >> S27)) * MIX_2) & WORD
    return word ^ (word >> S31)


@inline
def absorb(word, field):
    """Take one field of a key into a word; two fields never cancel, since the product lies between them."""
    word = ((word ^ as_word(field)) * ABSORB) & WORD
    return word ^ (word >> S32)


@inline
def stream(key):
    """The word that stands for a key."""
    return absorb(absorb(absorb(mix(as_word(key.seed)), key.generation), key.individual), key.trial)


@inline
def bits(word, counter, purpose):
    """64 random bits. The increment depends on the word, so no two streams are one sequence at different offsets."""
    start = as_word(word)
    place = (as_word(counter) * FOUR + purpose) & WORD
    return mix((start + place * (mix(start) | ONE)) & WORD)


@inline
def unit(word):
    """The upper 53 bits of a word as a float in [0, 1)."""
    return np.float64(np.int64(word >> S11)) * UNIT


@inline
def stream_uniform(word, counter):
    """Uniform number in [0, 1) of a stream (a word), for loops that hold the word."""
    return unit(bits(word, counter, UNIFORM))


@inline
def stream_normal(word, counter):
    """Standard normal number of a stream (Box & Muller 1958, the cosine branch)."""
    radius = sqrt(-2.0 * log(1.0 - unit(bits(word, counter, RADIUS))))
    return radius * cos(TWO_PI * unit(bits(word, counter, ANGLE)))


@inline
def stream_integer(word, counter, n):
    """Whole number in [0, n) of a stream."""
    return np.int64(unit(bits(word, counter, INTEGER)) * n)


@inline
def uniform(key, counter):
    """Uniform random number.

    Parameters
    ----------
    key : Key
        Who draws.
    counter : int
        Which of its numbers; the same counter gives the same number. Uniform, normal and whole numbers of one counter
        are independent.

    Returns
    -------
    float
        In [0, 1), a multiple of 2**-53.
    """
    return stream_uniform(stream(key), counter)


@inline
def normal(key, counter):
    """Normal random number of mean 0 and standard deviation 1, below 8.6 in size (arguments as in :func:`uniform`)."""
    return stream_normal(stream(key), counter)


@inline
def integer(key, counter, n):
    """Whole random number in [0, n), for n up to 2**53 (arguments as in :func:`uniform`).

    No number is more likely than another by more than n parts in 2**53.
    """
    return stream_integer(stream(key), counter, n)


@kernel
def fill_uniform(word, out):
    """Fill a contiguous array with the first uniform numbers of a stream, in C order."""
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = stream_uniform(word, i)


@kernel
def fill_normal(word, out):
    """Fill a contiguous array with the first standard normal numbers of a stream, in C order."""
    flat = out.reshape(-1)
    for i in range(flat.shape[0]):
        flat[i] = stream_normal(word, i)


@kernel
def disturb(size, streams, x):
    """Add normal noise of standard deviation `size` [unit, lane]: its own numbers in every lane, step and unit.

    `streams` [2, lane] are the lanes' words and the steps taken, which are counted here.
    """
    n, lanes = x.shape
    for l in range(lanes):
        if size[0, l] != 0:
            for i in range(n):
                number = stream_normal(streams[0, l], streams[1, l] * np.uint64(n) + np.uint64(i))
                x[i, l] += size[i, l] * type(size[i, l])(number)
        streams[1, l] += np.uint64(1)
