"""What statistical mechanics says of Hopfield networks with many random patterns."""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erf, factorial2

from .checks import one_of, whole
from .spec import Array

SLOPE = 2.0 / np.sqrt(np.pi)


def retrieval_overlap(load: ArrayLike) -> Array:
    """Mean overlap of what Hebb's rule recalls with the pattern, in a large network without noise.

    With load = P / N, at zero temperature and replica-symmetric (Amit, Gutfreund & Sompolinsky 1985, 1987):
    m = erf(y), y ((2 load)^(1/2) + 2 exp(-y^2) / pi^(1/2)) = erf(y), of which the largest y is the memory.

    Parameters
    ----------
    load : array_like
        P / N, above 0.

    Returns
    -------
    ndarray
        Overlaps from 0.967 to 1; 0 above the critical load.

    Examples
    --------
    >>> retrieval_overlap([0.05, 0.1, 0.12, 0.13, 0.14]).round(5).tolist()
    [0.99999, 0.998, 0.99322, 0.98721, 0.0]
    """
    loads = np.asarray(load, float)
    if not (loads > 0.0).all():
        raise ValueError(f"load: {loads.min()} is not above 0")
    overlaps: Array = np.vectorize(_overlap, otypes=[float])(loads)
    return overlaps


def critical_load() -> float:
    """The load above which Hebb's rule recalls nothing.

    Examples
    --------
    >>> round(critical_load(), 5)
    0.13791
    """
    return _load(_turning())


def magnetisation(temperature: ArrayLike) -> Array:
    """m = tanh(m / T): the overlap at temperature T, few patterns, and a large network; 0 from T = 1 on.

    Examples
    --------
    >>> magnetisation([0.3, 0.5, 0.7, 0.9, 1.2]).round(4).tolist()
    [0.9974, 0.9575, 0.8286, 0.5254, 0.0]
    """
    values = np.asarray(temperature, float)
    if not (values >= 0.0).all():
        raise ValueError(f"temperature: {values.min()} is not at least 0")
    overlaps: Array = np.vectorize(_magnetisation, otypes=[float])(values)
    return overlaps


def capacity(rule: str, n_units: int) -> float:
    """How many random patterns a rule can hold.

    Hebb's rule 0.138 N, with a few wrong units each (Amit, Gutfreund & Sompolinsky 1985); Storkey's rule
    N / (2 ln N)^(1/2) (Storkey & Valabregue 1999); the pseudo-inverse N (Personnaz, Guyon & Dreyfus 1985); the
    perceptron 2 N (Gardner 1988), with asymmetric weights and no margin.

    Parameters
    ----------
    rule : {"hebb", "storkey", "pseudo_inverse", "perceptron"}
    n_units : int
        N, at least 2.

    Examples
    --------
    >>> [round(capacity(rule, 1000)) for rule in ("hebb", "storkey", "pseudo_inverse", "perceptron")]
    [138, 269, 1000, 2000]
    """
    one_of("rule", rule, ("hebb", "storkey", "pseudo_inverse", "perceptron"))
    whole("n_units", n_units, least=2)
    if rule == "hebb":
        return critical_load() * n_units
    if rule == "storkey":
        return float(n_units / np.sqrt(2.0 * np.log(n_units)))
    return n_units * (2.0 if rule == "perceptron" else 1.0)


def dense_capacity(n_units: int, degree: int) -> float:
    """Random patterns that a dense memory of a polynomial's degree holds without error (Krotov & Hopfield 2016).

    N^(n - 1) / (2 (2 n - 3)!! ln N).

    Examples
    --------
    >>> [round(dense_capacity(100, degree), 1) for degree in (2, 3, 4)]
    [10.9, 361.9, 7238.2]
    """
    whole("n_units", n_units, least=2)
    whole("degree", degree, least=2)
    return float(n_units ** (degree - 1.0) / (2.0 * factorial2(2 * degree - 3) * np.log(n_units)))


def _load(y: float) -> float:
    return float(0.5 * (erf(y) / y - SLOPE * np.exp(-(y**2))) ** 2)


@cache
def _turning() -> float:
    """The y of the critical load: the load has its maximum there, and memories lie above."""
    return float(minimize_scalar(lambda y: -_load(y), bounds=(0.5, 5.0), method="bounded", options={"xatol": 1e-10}).x)


def _overlap(load: float) -> float:
    if load > critical_load():
        return 0.0
    largest = 1.0 / np.sqrt(2.0 * load) + 1.0  # erf(y) / y is below 1 / y
    return float(erf(brentq(lambda y: _load(y) - load, _turning(), largest)))


def _magnetisation(temperature: float) -> float:
    if temperature == 0.0 or temperature >= 1.0:
        return float(temperature == 0.0)
    low = np.sqrt(1.0 - temperature) * 0.5  # m is about (3 (1 - T))^(1/2) near T = 1, and more below
    return float(brentq(lambda m: np.tanh(m / temperature) - m, low, 1.0))
