"""Measured series that ship with scikit-learn, aeon, sktime or ReservoirPy; none of the last three is imported."""

from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._checks import Array


class LabelledSeries(NamedTuple):
    """Series, each [time, channel], and one label each."""

    series: list[Array]
    labels: NDArray[np.int64]


class Split(NamedTuple):
    """The series to learn from, and those to be judged by."""

    train: LabelledSeries
    test: LabelledSeries


def digits_rows() -> LabelledSeries:
    """Handwritten digits of scikit-learn, each read row by row from the top: 8 steps of 8 channels.

    Returns
    -------
    LabelledSeries
        `series`, 1,797 ndarrays of shape (8, 8) with values from 0 to 16, and `labels`, the digits 0 to 9.

    See Also
    --------
    sklearn.datasets.load_digits : The images, from the UCI repository (Alpaydin & Kaynak 1998).

    Examples
    --------
    >>> digits = digits_rows()
    >>> len(digits.series), digits.series[0].shape, int(digits.labels[0])
    (1797, (8, 8), 0)
    """
    from sklearn.datasets import load_digits

    digits = load_digits()
    return LabelledSeries(list(digits.images), digits.target.astype(np.int64))


def japanese_vowels() -> Split:
    """Nine men say "ae", and are to be told apart: 12 cepstrum coefficients a step, 7 to 29 steps (Kudo et al. 1999).

    Returns
    -------
    Split
        The published `train` (270 utterances, 30 of each speaker) and `test` (370), with labels 1 to 9.

    Raises
    ------
    ImportError
        If neither aeon nor sktime is installed: the data ship with them.

    References
    ----------
    M. Kudo, J. Toyama and M. Shimbo, Pattern Recognition Letters 20, 1999.
    """
    folder = "datasets/data/JapaneseVowels/JapaneseVowels_{}.ts"
    train, test = (_shipped("japanese_vowels", ("aeon", "sktime"), folder.format(part)) for part in ("TRAIN", "TEST"))
    return Split(_read_ts(train), _read_ts(test))


def santa_fe_laser() -> Array:
    """Intensity of a far-infrared laser in a chaotic state, 8-bit values (Hübner et al. 1989).

    Set A of the Santa Fe competition and its continuation.

    Returns
    -------
    ndarray of shape (10093, 1)
        From 0 to 255.

    Raises
    ------
    ImportError
        If ReservoirPy is not installed: the data ship with it.

    References
    ----------
    U. Hübner, N. B. Abraham and C. O. Weiss, Physical Review A 40, 1989; A. S. Weigend and N. A. Gershenfeld, Time
    series prediction, 1994.
    """
    file = _shipped("santa_fe_laser", ("reservoirpy",), "datasets/santafe_laser.npy")
    series: Array = np.load(file, allow_pickle=False).astype(np.float64)
    return series


def _shipped(dataset: str, packages: tuple[str, ...], place: str) -> Path:
    """A file within the first of the packages that is installed and has it."""
    for package in packages:
        spec = find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            file = Path(folder) / place
            if file.is_file():
                return file
    raise ImportError(f"{dataset}: its data ship with {' and '.join(packages)}; run `pip install {packages[0]}`")


def _read_ts(file: Path) -> LabelledSeries:
    """Series of unequal length in the `.ts` format: a line each, `channel:channel:...:label`, values between commas."""
    lines = file.read_text(encoding="utf-8").splitlines()
    first = lines.index("@data") + 1
    parts = [line.split(":") for line in lines[first:] if line]
    series = [np.array([channel.split(",") for channel in channels], np.float64).T for *channels, _ in parts]
    return LabelledSeries(series, np.array([int(label) for *_, label in parts]))
