"""What all datasets share: light imports, seeds, rows left out, and refusals that name the argument."""

import subprocess
import sys

import numpy as np
import pytest

from evorc import datasets

DRAWN = {
    "mackey_glass": {},
    "lorenz63": {},
    "lorenz96": {"n_variables": 5},
    "roessler": {},
    "henon": {},
    "kuramoto_sivashinsky": {"n_points": 32},
    "narma": {},
    "memory_capacity_input": {"max_delay": 3},
}
LEAVING_OUT = [name for name in DRAWN if name != "memory_capacity_input"]
every_drawn = pytest.mark.parametrize("name", DRAWN)
LIGHT = "import sys\nimport evorc.datasets\nprint(*{name.partition('.')[0] for name in sys.modules})"


def generated(name, n_steps=20, **settings):
    """A generated series, or input and targets side by side."""
    if name in LEAVING_OUT:
        settings = {"discard": 10, **settings}
    found = getattr(datasets, name)(n_steps, **DRAWN[name], **settings)
    return np.hstack(found) if isinstance(found, tuple) else found


def test_importing_the_datasets_loads_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & {"numpy", "numba", "scipy", "sklearn", "pandas"} == set()


@pytest.mark.parametrize("name", datasets.__all__)
def test_every_public_name_is_there(name):
    assert getattr(datasets, name).__doc__
    assert name in dir(datasets)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="lorenz64"):
        _ = datasets.lorenz64


@every_drawn
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(name):
    first = generated(name, random_state=3)
    assert first.tobytes() == generated(name, random_state=np.random.default_rng(3)).tobytes()
    assert first.tobytes() != generated(name, random_state=4).tobytes()


@every_drawn
def test_a_series_is_a_contiguous_matrix_of_floats(name):
    found = generated(name, random_state=0)
    assert found.shape[0] == 20
    assert found.ndim == 2
    assert found.dtype == np.float64
    assert found.flags.c_contiguous


@every_drawn
def test_the_global_random_state_plays_no_part(name):
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    generated(name)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


@pytest.mark.parametrize("name", LEAVING_OUT)
def test_rows_that_are_left_out_are_the_first(name):
    whole = generated(name, 20, discard=0, random_state=5)
    assert generated(name, 13, discard=7, random_state=5).tobytes() == whole[7:].tobytes()


@every_drawn
@pytest.mark.parametrize("n_steps", [0, -1, 2.0, True, "9"])
def test_a_number_of_steps_that_is_none_is_refused(name, n_steps):
    with pytest.raises(ValueError, match=r"^n_steps: .* is not a whole number of at least 1$"):
        generated(name, n_steps)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("mackey_glass", {"tau": 0.0}, "tau: 0.0 is not a finite number above 0"),
        ("mackey_glass", {"tau": 17.05}, "tau: 17.05 is not a multiple of the step"),
        ("mackey_glass", {"tau": 0.01}, "tau: 0.01 is not a multiple of the step"),
        ("mackey_glass", {"n": 9.65}, "n: 9.65 is not a whole number of at least 0"),
        ("mackey_glass", {"a": np.nan}, "a: nan is not a finite number"),
        ("mackey_glass", {"substeps": 0}, "substeps: 0 is not a whole number"),
        ("mackey_glass", {"history": np.inf}, "history: inf is not a finite number"),
        ("mackey_glass", {"history": lambda t: np.nan}, "history: a value of it is not a finite number"),
        ("mackey_glass", {"b": -50.0, "history": 1.0}, "mackey_glass: the series leaves all bounds"),
        ("lorenz63", {"discard": -1}, "discard: -1 is not a whole number of at least 0"),
        ("lorenz63", {"dt": 0}, "dt: 0 is not a finite number above 0"),
        ("lorenz63", {"rho": "28"}, "rho: '28' is not a finite number"),
        ("lorenz63", {"initial": (1.0, 2.0)}, r"initial: \(1.0, 2.0\) is not 3 finite numbers"),
        ("lorenz63", {"initial": (1.0, 2.0, np.nan)}, "initial: .* is not 3 finite numbers"),
        ("lorenz96", {"forcing": np.inf}, "forcing: inf is not a finite number"),
        ("roessler", {"initial": (50.0, 0.0, 0.0), "discard": 1000}, "roessler: the series leaves all bounds"),
        ("roessler", {"initial": (0.0, 0.0, -1e5)}, "initial: .* has a value that is not below 100000"),
        ("henon", {"initial": (9.0, 9.0)}, "henon: the series leaves all bounds"),
        ("henon", {"b": None}, "b: None is not a finite number"),
        ("kuramoto_sivashinsky", {"length": -22.0}, "length: -22.0 is not a finite number above 0"),
        ("kuramoto_sivashinsky", {"initial": [0.0]}, "initial: .* is not 32 finite numbers"),
        ("kuramoto_sivashinsky", {"dt": 100.0}, "kuramoto_sivashinsky: the series leaves all bounds"),
        ("narma", {"order": 0}, "order: 0 is not a whole number of at least 1"),
        ("narma", {"coefficients": (1.0, 2.0)}, "coefficients: .* are not 4 numbers"),
        ("narma", {"coefficients": (0.3, 0.05, 1.5, np.nan)}, r"coefficients\[3\]: nan is not a finite number"),
    ],
)
def test_a_bad_argument_is_named_with_what_was_found(name, settings, message):
    with pytest.raises(ValueError, match=message):
        generated(name, **settings)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.lorenz96(5, n_variables=3), "n_variables: 3 is not a whole number of at least 4"),
        (lambda: datasets.kuramoto_sivashinsky(5, n_points=33), "n_points: 33 is not an even number"),
        (lambda: datasets.multiple_superimposed_oscillators(5, 9), "n_sines: 9 is more than the 8 frequencies"),
        (lambda: datasets.multiple_superimposed_oscillators(5, 0), "n_sines: 0 is not a whole number of at least 1"),
        (lambda: datasets.memory_capacity_input(5, 0), "max_delay: 0 is not a whole number of at least 1"),
    ],
)
def test_a_bad_size_is_named_with_what_was_found(call, message):
    with pytest.raises(ValueError, match=message):
        call()
