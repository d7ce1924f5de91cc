"""Normal search distributions: points drawn and summed in compiled loops, and mirrors at the bounds.

The fitness is searched as if its mirror images went on beyond the bounds. A drawn point may lie out there; its image
inside the bounds is evaluated, and the distribution learns from the point itself, so that its update is that of an
unbounded search.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evorc.kernels.compiler import inline, kernel
from evorc.kernels.random import ANGLE, RADIUS, bits, unit
from evorc.kernels.vmath import cos, log, sin, sqrt

from .search import Array, Search, State
from .variation import reflect

TWO_PI = 6.283185307179586


@inline
def normal_pair(word: np.uint64, counter: int) -> tuple[float, float]:
    """Two independent standard normal numbers of a stream (Box & Muller 1958)."""
    radius = sqrt(-2.0 * log(1.0 - unit(bits(word, counter, RADIUS))))
    angle = TWO_PI * unit(bits(word, counter, ANGLE))
    return radius * cos(angle), radius * sin(angle)


@kernel
def draw(word: np.uint64, mean: Array, scale: Array, points: Array) -> None:
    """Fill rows with normal points, two at a time: gene `j` of pair `i` uses counter ``i * n_genes + j``.

    Parameters
    ----------
    word : uint64
        Stream of the random numbers.
    mean, scale : ndarray of shape (n_genes,)
        Mean and standard deviation of each gene.
    points : ndarray of shape (n_points, n_genes)
        Filled.
    """
    n, genes = points.shape
    for i in range(n // 2):
        one, other = points[2 * i], points[2 * i + 1]
        for j in range(genes):
            z, w = normal_pair(word, i * genes + j)
            one[j] = mean[j] + scale[j] * z
            other[j] = mean[j] + scale[j] * w
    if n % 2 == 1:
        one = points[n - 1]
        for j in range(genes):
            z, _ = normal_pair(word, n // 2 * genes + j)
            one[j] = mean[j] + scale[j] * z


def draw_pairs(word: np.uint64, mean: Array, scale: Array, points: Array) -> None:
    """Fill rows as :func:`draw` does, the second half opposite the first; in an odd number one has no partner."""
    half = (len(points) + 1) // 2
    draw(word, mean, scale, points[:half])
    np.subtract(2.0 * mean, points[: len(points) - half], out=points[half:])


@kernel
def moments(weights: Array, points: Array, mean: Array, scale: Array, first: Array, second: Array) -> None:
    """Sums of w z and of w z^2 over the points, where z = (point - mean) / scale.

    Parameters
    ----------
    weights : ndarray of shape (n_points,)
        Weight w of each point.
    points : ndarray of shape (n_points, n_genes)
    mean, scale : ndarray of shape (n_genes,)
    first, second : ndarray of shape (n_genes,)
        Filled with the sums.
    """
    for j in range(first.size):
        first[j] = 0.0
        second[j] = 0.0
    for i in range(points.shape[0]):
        if weights[i] != 0.0:
            for j in range(points.shape[1]):
                z = (points[i, j] - mean[j]) / scale[j]
                first[j] += weights[i] * z
                second[j] += weights[i] * (z * z)


class Mirrors:
    """What was drawn, and its images inside the bounds.

    Parameters
    ----------
    search : Search
        Its bounds are the mirrors.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._points: Array = np.empty((0, len(search.low)))
        self._images: Array | None = None

    def images(self, points: Array) -> Array:
        """Images of drawn points, which are kept until the fitness is told."""
        self._points, self._images = points, self._image(points)
        return self._images

    def points(self, told: Array) -> tuple[Array, NDArray[np.intp]]:
        """The points of told genomes, and the rows in which a gene is not that of a drawn one.

        Those rows were injected, refined, or given by the user; a gene that was changed is its own point.
        """
        points, images = self._points, self._images
        self._points, self._images = points[:0], None
        if told is images:
            return points, np.empty(0, dtype=np.intp)
        if len(points) == 0:
            return told, np.arange(len(told))
        kept = told == self._image(points)
        return np.where(kept, points, told), np.flatnonzero(~kept.all(axis=1))

    def centre(self, mean: Array) -> NDArray[np.bool_]:
        """Move a mean to its image inside the bounds, in place; which of its axes were turned by that."""
        search = self._search
        turned: NDArray[np.bool_] = np.floor((mean - search.low) / search.span) % 2.0 == 1.0
        reflect(mean[None], search.low, search.high)
        return turned

    def state_dict(self) -> State:
        """Points that wait for their fitness."""
        return {"points": self._points.copy()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on with the points of a state."""
        self._points, self._images = self._search.restored(state, "points"), None

    def _image(self, points: Array) -> Array:
        images = points.copy()
        reflect(images, self._search.low, self._search.high)
        return images


def bounded(
    points: Array,
    foreign: NDArray[np.intp],
    mean: Array,
    scale: Array,
    lengths: Callable[[Array], Array],
) -> Array:
    """Points of which the foreign ones lie about as near to the mean as drawn ones do (Hansen 2011, eqs. 4 and 5).

    `lengths` gives the Mahalanobis length of steps (x - mean) / scale; a longer one than sqrt(n) + 2 n / (n + 2) is
    shortened to that.
    """
    if len(foreign) == 0:
        return points
    steps, n = (points[foreign] - mean) / scale, len(mean)
    longest = n**0.5 + 2.0 * n / (n + 2.0)
    points = points.copy()
    points[foreign] = mean + scale * steps * (longest / np.maximum(lengths(steps), longest))[:, None]
    return points


def lengths(rows: Array) -> Array:
    """Euclidean length of each row."""
    found: Array = np.sqrt((rows * rows).sum(axis=1))
    return found
