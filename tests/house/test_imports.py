"""`import evorc` is cheap, and importing any part of evorc leaves the user's folder as it was."""

import os
import subprocess
import sys

import pytest
from house.sources import ROOT

HEAVY = {"numba", "sklearn", "matplotlib", "deap", "pyswarms"}
EVERY_MODULE = """
import importlib, pkgutil, evorc
for module in pkgutil.walk_packages(evorc.__path__, "evorc."):
    importlib.import_module(module.name)
"""


def loaded_by(statement, folder):
    """Top-level modules that `statement` loads in a fresh interpreter started in `folder`."""
    report = "import sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    command = [sys.executable, "-c", f"{statement}\n{report}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def files_left_by(statement, folder):
    loaded_by(statement, folder)
    return {file.name for file in folder.iterdir()}


def test_importing_evorc_loads_nothing_heavy(tmp_path):
    assert loaded_by("import evorc", tmp_path) & HEAVY == set()


@pytest.mark.parametrize("statement", ["import evorc", EVERY_MODULE], ids=["evorc", "every module"])
def test_importing_leaves_no_file_in_the_working_folder(statement, tmp_path):
    assert files_left_by(statement, tmp_path) == set()


def test_a_heavy_import_is_found(tmp_path):
    assert "sklearn" in loaded_by("import sklearn", tmp_path) & HEAVY


def test_a_file_left_behind_is_found(tmp_path):
    assert files_left_by("open('report.log', 'w')", tmp_path) == {"report.log"}
