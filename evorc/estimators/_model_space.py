"""Series as the linear maps that predict their own next states (Chen, Tino, Rodan & Yao 2014; Bianchi et al. 2020)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ._driven import Array
from .series import Layout

PENALTY = 1.0  # of the maps; the states are of the order of one


class Axes(NamedTuple):
    """The directions in which states vary most."""

    mean: Array  # [feature]
    directions: Array  # [feature, direction]


def principal(rows: Iterator[tuple[Array, Any]], n_directions: int) -> Axes:
    """Principal axes of rows of features, some at a time."""
    count, total, squares = 0, np.zeros(1), np.zeros((1, 1))
    for features, _ in rows:
        wide = np.asarray(features, np.float64)
        count, total, squares = count + len(wide), total + wide.sum(axis=0), squares + wide.T @ wide
    mean = total / count
    _, vectors = np.linalg.eigh(squares / count - np.outer(mean, mean))
    return Axes(mean, vectors[:, : -n_directions - 1 : -1])


def maps(rows: Iterator[tuple[Array, Any]], axes: Axes, layout: Layout) -> Array:
    """For every series [series, (direction + 1) * direction] the ridge map from a state to the next."""
    n_directions = axes.directions.shape[1]
    states = np.empty((layout.offsets[-1], n_directions))
    for features, where in rows:
        states[where] = (features - axes.mean) @ axes.directions
    return np.array([_map(part) for part in np.split(states, layout.offsets[1:-1])])


def _map(states: Array) -> Array:
    now = np.concatenate([states[:-1], np.ones((len(states) - 1, 1))], axis=1)
    gram = now.T @ now + PENALTY * np.eye(now.shape[1])
    return np.linalg.solve(gram, now.T @ states[1:]).ravel()
