"""Series that ship with other packages: how they are found without importing those, and what is in them."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.datasets import load_digits

from evorc.datasets import digits_rows, japanese_vowels, real, santa_fe_laser

TS = """#a comment: with a colon
@problemName JapaneseVowels
@classLabel true 1 2
@data
1.5,2.5,3.5:-1.0,-2.0,-3.0:2
0.25,0.5:4.0,5.0:1

"""
needs_vowels = pytest.mark.skipif(not (find_spec("aeon") or find_spec("sktime")), reason="neither aeon nor sktime")
needs_laser = pytest.mark.skipif(not find_spec("reservoirpy"), reason="no ReservoirPy")


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """A folder of packages that cannot be imported, the only ones that are found."""
    for name in ("aeon", "sktime", "reservoirpy"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])

    def make(name, **files):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('imported')\n")
        for content in files.values():
            content(tmp_path / name / "datasets")

    return make


def vowels(folder):
    (folder / "data/JapaneseVowels").mkdir(parents=True)
    for part in ("TRAIN", "TEST"):
        (folder / f"data/JapaneseVowels/JapaneseVowels_{part}.ts").write_text(TS.replace("1.5", str(len(part))))


def laser(folder):
    folder.mkdir()
    np.save(folder / "santafe_laser.npy", np.array([[86], [141], [255]]))


def test_digits_are_the_images_row_by_row():
    digits, loaded = digits_rows(), load_digits()
    assert len(digits.series) == len(digits.labels) == 1797
    assert digits.labels.tolist() == loaded.target.tolist()
    assert np.array(digits.series).reshape(1797, 64).tolist() == loaded.data.tolist()


@pytest.mark.parametrize("name", ["aeon", "sktime"])
def test_vowels_are_read_from_the_package_that_is_there(packages, name):
    packages(name, files=vowels)
    before = set(sys.modules)
    train, test = japanese_vowels()
    assert not {"aeon", "sktime"} & (set(sys.modules) - before)
    assert train.labels.tolist() == test.labels.tolist() == [2, 1]
    assert [found.tolist() for found in train.series] == [
        [[5.0, -1.0], [2.5, -2.0], [3.5, -3.0]],
        [[0.25, 4], [0.5, 5]],
    ]
    assert test.series[0][0, 0] == 4.0


def test_a_package_without_the_file_is_passed_over(packages):
    packages("aeon")
    packages("sktime", files=vowels)
    assert len(japanese_vowels().train.series) == 2


def test_the_laser_is_read_without_importing_the_package(packages):
    packages("reservoirpy", files=laser)
    series = santa_fe_laser()
    assert series.dtype == np.float64
    assert series.tolist() == [[86.0], [141.0], [255.0]]


def test_without_the_packages_the_message_says_what_to_install(packages):
    with pytest.raises(
        ImportError, match=r"japanese_vowels: its data ship with aeon and sktime; run `pip install aeon`"
    ):
        japanese_vowels()
    with pytest.raises(ImportError, match=r"santa_fe_laser: .* reservoirpy; run `pip install reservoirpy`"):
        santa_fe_laser()


@needs_vowels
def test_the_vowels_are_those_published():
    train, test = japanese_vowels()
    assert np.bincount(train.labels).tolist() == [0] + [30] * 9
    assert np.bincount(test.labels).tolist() == [0, 31, 35, 88, 44, 29, 24, 40, 50, 29]
    lengths = [len(series) for series in (*train.series, *test.series)]
    assert (min(lengths), max(lengths)) == (7, 29)
    assert {series.shape[1] for series in (*train.series, *test.series)} == {12}
    assert train.series[0][0, :2].tolist() == [1.860936, -0.207383]


@needs_laser
def test_the_laser_is_the_one_published():
    before = set(sys.modules)
    series = santa_fe_laser()
    assert "reservoirpy" not in set(sys.modules) - before
    assert series.shape == (10093, 1)
    assert series[:10, 0].tolist() == [86, 141, 95, 41, 22, 21, 32, 72, 138, 111]
    assert (series.min(), series.max()) == (0.0, 255.0)


def test_the_parser_knows_files_by_their_marker(tmp_path):
    (tmp_path / "no.ts").write_text("1,2:3\n")
    with pytest.raises(ValueError, match="@data"):
        real._read_ts(tmp_path / "no.ts")
