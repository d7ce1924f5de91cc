"""Features of a state x that a linear readout sees: x itself, with squares of it beside or in place of some."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .readout import Array, one_of


@dataclass(frozen=True)
class Features:
    """Map from the units of a reservoir to the features of its readout.

    Parameters
    ----------
    kind : {"linear", "squares", "half_squares"}, default="linear"
        ``linear``: x. ``squares``: x, then x^2 of every unit (Pathak et al. 2017). ``half_squares``: x, with every
        second unit squared, from the second on (Pathak et al. 2018). From ``linear`` features of tanh units without a
        bias only odd functions of the input can be learnt.

    References
    ----------
    .. [1] J. Pathak, Z. Lu, B. R. Hunt, M. Girvan and E. Ott, Chaos 27, 121102, 2017.
    .. [2] J. Pathak, B. Hunt, M. Girvan, Z. Lu and E. Ott, Physical Review Letters 120, 024102, 2018.

    Examples
    --------
    >>> import numpy as np
    >>> Features("half_squares").expand(np.array([[1.0, 2.0, 3.0, 4.0]]))
    array([[ 1.,  4.,  3., 16.]])
    >>> Features("squares").names(["a", "b"])
    ['a', 'b', 'a^2', 'b^2']
    """

    kind: str = "linear"

    def __post_init__(self) -> None:
        one_of("kind", self.kind, "linear", "squares", "half_squares")

    def n_features(self, n_units: int) -> int:
        """How many features `n_units` units have."""
        return n_units * (1 + (self.kind == "squares"))

    def expand(self, states: Array) -> Array:
        """Features of states [rows, units], in their precision. Linear ones are the states themselves, not a copy."""
        if self.kind == "linear":
            return states
        if self.kind == "squares":
            return np.concatenate([states, states**2], axis=1)
        features = states.copy()
        features[:, 1::2] **= 2
        return features

    def names(self, unit_names: Sequence[str]) -> list[str]:
        """A name for every feature."""
        squared = [f"{name}^2" for name in unit_names]
        if self.kind == "squares":
            return [*unit_names, *squared]
        names = list(unit_names)
        if self.kind == "half_squares":
            names[1::2] = squared[1::2]
        return names

    def split(self, coef: Array, n_units: int) -> tuple[Array, Array]:
        """What `coef` gives to x and to x^2, so that x @ linear + x**2 @ square is expand(x) @ coef.

        Parameters
        ----------
        coef : ndarray of shape (n_features, n_targets)
        n_units : int

        Returns
        -------
        linear, square : ndarray of shape (n_units, n_targets)
        """
        linear, square = np.array(coef[:n_units]), np.zeros((n_units, coef.shape[1]))
        if self.kind == "squares":
            square[:] = coef[n_units:]
        elif self.kind == "half_squares":
            square[1::2], linear[1::2] = coef[1::2], 0.0
        return linear, square
