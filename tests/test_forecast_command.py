"""`evorc forecast`: what it tells, what it writes, what it refuses, and that it sees nothing of the test."""

import contextlib
import csv
import errno
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image
from test_cli import Hidden, on_a_terminal
from typer.testing import CliRunner

from evorc.cli import app
from evorc.metrics import nrmse
from evorc.run.forecast import Fitted, find_season, forecast, naive

N, AHEAD = 200, 6
FILES = ["forecast.csv", "forecast.png", "predictions.csv"]


def wave(n=N, seed=0):
    steps = np.arange(n)
    return 5.0 + np.sin(2 * np.pi * steps / 12) + 0.1 * np.random.default_rng(seed).normal(size=n)


def written(file, **columns):
    names, rows = list(columns), zip(*columns.values(), strict=True)
    file.write_text("\n".join(",".join(map(str, row)) for row in [names, *rows]) + "\n")
    return file


def write_load(folder):
    written(folder / "load.csv", day=["Mon"] * N, load=wave().tolist(), wind=np.arange(N))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A working folder with a table in it."""
    monkeypatch.chdir(tmp_path)
    write_load(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """One forecast: what it told people, what it told programs, and its folder."""
    folder = tmp_path_factory.mktemp("plain")
    with contextlib.chdir(folder):
        write_load(folder)
        done = load()
        told = json.loads(load("--json", "--out", "again").stdout)
    return SimpleNamespace(done=done, told=told, out=folder / "load_forecast", again=folder / "again")


@pytest.fixture
def quick(monkeypatch):
    """Few settings to choose from."""
    monkeypatch.setattr("evorc.run.forecast.GRID", {"leak_rate": (0.3,), "input_scaling": (0.1, 1.0)})


def evorc(*arguments):
    return CliRunner().invoke(app, ["forecast", *map(str, arguments)], catch_exceptions=False)


def load(*more):
    return evorc("load.csv", "--target", "load", "--horizon", AHEAD, *more)


def table(file):
    with file.open() as stream:
        rows = list(csv.reader(stream))
    return rows[0], np.array(rows[1:], float)


# what it tells and writes


def test_it_tells_the_errors_beside_those_of_naive_forecasts(plain):
    first, head, *lines, last = plain.done.stdout.splitlines()
    assert (plain.done.exit_code, plain.done.stderr) == (0, "")
    assert first == "load, 6 steps ahead: learnt from 164 rows, tested on the next 36 by 6 forecasts"
    assert head.split() == ["NRMSE", "MAE"]
    assert [line.rsplit(maxsplit=2)[0] for line in lines] == ["reservoir", "last value", "season of 12"]
    assert last == "everything is in load_forecast"


def test_on_a_noisy_wave_the_reservoir_is_the_best(plain):
    errors = plain.told["errors"]
    assert errors["reservoir"]["mae"] < errors["seasonal"]["mae"] < errors["last_value"]["mae"]
    assert errors["reservoir"]["mae"] < 0.12


def test_the_errors_are_those_of_the_predictions_that_are_written(plain):
    names, rows = table(plain.out / "predictions.csv")
    assert names == ["step", "ahead", "target", "reservoir", "last_value", "seasonal"]
    assert_array_equal(rows[:, 0], np.arange(164, N))
    assert_array_equal(rows[:, 1], np.tile(np.arange(1, AHEAD + 1), 6))
    assert_array_equal(rows[:, 2], wave()[164:])
    for column, name in enumerate(names[3:], 3):
        assert plain.told["errors"][name]["nrmse"] == nrmse(rows[:, 2], rows[:, column])
        assert plain.told["errors"][name]["mae"] == np.abs(rows[:, column] - rows[:, 2]).mean()


def test_the_forecast_goes_on_after_the_end_of_the_file(plain):
    names, rows = table(plain.out / "forecast.csv")
    assert names == ["step", "reservoir"]
    assert_array_equal(rows[:, 0], np.arange(N, N + AHEAD))
    assert_array_equal(rows[:, 1], plain.told["forecast"])
    assert_allclose(rows[:, 1], 5.0 + np.sin(2 * np.pi * rows[:, 0] / 12), atol=0.3)


def test_the_picture_is_there(plain):
    assert Image.open(plain.out / "forecast.png").size == (1200, 600)
    assert sorted(file.name for file in plain.out.iterdir()) == FILES


def test_the_same_command_writes_the_same_bytes_and_another_seed_others(plain):
    for name in FILES:
        assert (plain.out / name).read_bytes() == (plain.again / name).read_bytes()
    assert json.loads(load("--json", "--seed", 4).stdout)["forecast"] != plain.told["forecast"]


@pytest.mark.usefixtures("quick")
def test_quiet_prints_nothing_and_writes_all(folder):
    done = load("--quiet", "--out", "deep/out")
    assert (done.exit_code, done.output) == (0, "")
    assert sorted(file.name for file in (folder / "deep" / "out").iterdir()) == FILES


@pytest.mark.usefixtures("quick")
def test_a_forecast_takes_the_place_of_an_earlier_one(folder):
    (folder / "load_forecast").mkdir()
    for name in FILES:
        (folder / "load_forecast" / name).write_text("old")
    assert load().exit_code == 0
    assert "old" not in {(folder / "load_forecast" / name).read_bytes()[:3] for name in FILES}


def test_a_file_without_a_header_is_forecast_by_position(plain, folder):
    np.savetxt(folder / "bare.csv", np.stack([np.zeros(N), wave()], axis=1), delimiter=",")
    bare = json.loads(evorc("bare.csv", "--target", 1, "--horizon", AHEAD, "--json").stdout)
    assert_allclose(bare["forecast"], plain.told["forecast"], rtol=1e-9)


def test_another_column_helps_where_it_leads(folder):
    leader = np.random.default_rng(1).normal(size=N)
    written(folder / "led.csv", led=np.roll(leader, 1).tolist(), leader=leader.tolist())
    alone, together = (
        json.loads(evorc("led.csv", "--target", "led", "--horizon", 1, "--json", *more).stdout)["errors"]["reservoir"]
        for more in ([], ["--inputs", "leader"])
    )
    assert together["nrmse"] < 0.1 < 0.9 < alone["nrmse"]


def test_a_naive_forecast_that_is_better_is_named(folder):
    written(folder / "walk.csv", walk=np.random.default_rng(6).normal(size=N).cumsum().tolist())
    done = evorc("walk.csv", "--target", "walk", "--horizon", 1)
    assert "a naive forecast, last value, is the better one here" in done.stdout
    assert "no season found; --season sets one" in done.stdout


@pytest.mark.usefixtures("quick")
def test_a_constant_end_has_no_nrmse(folder):
    written(folder / "dead.csv", dead=[*wave(159).tolist(), *[5.0] * 41])
    done = json.loads(evorc("dead.csv", "--target", "dead", "--horizon", 1, "--json").stdout)
    assert done["errors"]["last_value"] == {"nrmse": None, "mae": 0.0}


def test_a_terminal_shows_progress():
    written_there = on_a_terminal("forecast", "load.csv", "--target", "load", "--horizon", "6", columns=100)
    assert "choosing settings" in written_there.partition("reservoir")[0]


@pytest.mark.usefixtures("quick")
def test_a_name_may_hold_what_looks_like_markup(folder):
    written(folder / "odd.csv", **{"[red]$x_ [/b]": wave().tolist()})
    done = evorc("odd.csv", "--target", "[red]$x_ [/b]", "--horizon", 2)
    assert (done.exit_code, done.stdout.startswith("[red]$x_ [/b], 2 steps ahead")) == (0, True)


@pytest.mark.usefixtures("quick")
def test_without_matplotlib_there_is_no_picture_and_all_else(folder, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Hidden(), *sys.meta_path])
    done = load()
    assert (done.exit_code, "no picture: " in done.stdout, "evorc[plots]" in done.stdout) == (0, True, True)
    assert sorted(file.name for file in (folder / "load_forecast").iterdir()) == ["forecast.csv", "predictions.csv"]


# what is wrong


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.csv", "--target", "load", "--horizon", 1], "error: file: none.csv cannot be read, there is no such"),
        (["load.txt", "--target", "load", "--horizon", 1], "error: file: load.txt cannot be read, there is no such"),
        (
            ["load.csv", "--target", "lod", "--horizon", 1],
            "error: columns: 'lod' is not there; the names are 'day', 'l",
        ),
        (["load.csv", "--target", "load", "--horizon", 0], "error: --horizon: 0 is not a whole number of at least 1"),
        (
            ["load.csv", "--target", "load", "--horizon", 30],
            "error: --horizon: 30 steps need at least 205 rows; the fi",
        ),
        (
            ["load.csv", "--target", "load", "--horizon", 1, "--season", 1],
            "error: --season: 1 is not a whole number fr",
        ),
        (
            ["load.csv", "--target", "load", "--horizon", 1, "--season", 161],
            "error: --season: 161 is not a whole numbe",
        ),
        (
            ["load.csv", "--target", "load", "--horizon", 1, "--inputs", "load"],
            "error: --inputs: 'load' is there twice",
        ),
        (
            ["load.csv", "--target", "load", "--horizon", 1, "--inputs", "day"],
            "error: file: row 2, column 'day': 'Mon' is",
        ),
        (
            ["load.csv", "--target", "load", "--horizon", 1, "--seed", -1],
            "error: --seed: -1 is not a whole number from 0",
        ),
        (
            ["load.csv", "--target", "load", "--horizon", 1, "--out", "."],
            "error: --out: . holds load.csv; a forecast nee",
        ),
        (
            ["load.csv", "--target", "load", "--horizon", 1, "--out", "load.csv"],
            "error: --out: load.csv cannot be a fol",
        ),
    ],
)
def test_wrong_input_is_told_in_one_line_and_exits_2(folder, arguments, message):
    done = evorc(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(message)
    assert len(done.stderr.splitlines()) == 1
    assert [file.name for file in folder.iterdir()] == ["load.csv"]


@pytest.mark.parametrize("cell", ["", "nan", "NA"])
def test_a_gap_is_told_by_row_and_column(folder, cell):
    values = wave().tolist()
    values[17] = cell
    written(folder / "gap.csv", load=values)
    done = evorc("gap.csv", "--target", "load", "--horizon", 1)
    assert (done.exit_code, "row 19, column 'load' is a gap" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (np.full(N, 0.1), "'other' is constant over the 160 rows"),
        (1e200 * wave(), "'other' has values that are too large"),
    ],
)
@pytest.mark.parametrize("option", ["--target", "--inputs"])
def test_a_column_that_cannot_be_standardised_is_refused(folder, option, column, message):
    written(folder / "two.csv", load=wave().tolist(), other=column.tolist())
    target, more = ("other", []) if option == "--target" else ("load", ["--inputs", "other"])
    done = evorc("two.csv", "--target", target, "--horizon", 1, *more)
    assert (done.exit_code, done.stderr.startswith(f"error: {option}: {message}")) == (2, True)


@pytest.mark.parametrize("content", [b"load\n\xff\xfe\n", b"", b"load\n"])
def test_a_file_that_is_no_table_is_refused(folder, content):
    (folder / "odd.csv").write_bytes(content)
    done = evorc("odd.csv", "--target", "load", "--horizon", 1)
    assert (done.exit_code, done.stderr.startswith("error: file: "), len(done.stderr.splitlines())) == (2, True, 1)


def test_a_file_named_like_a_forecast_is_not_written_over(folder):
    own = folder / "own"
    own.mkdir()
    (folder / "load.csv").rename(own / "forecast.csv")
    done = evorc("own/forecast.csv", "--target", "load", "--horizon", 1, "--out", "own")
    assert (done.exit_code, "own holds forecast.csv" in done.stderr) == (2, True)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs a place where nobody may write")
@pytest.mark.usefixtures("quick")
def test_a_folder_that_cannot_be_made_exits_4_after_the_errors_are_told():
    done = load("--out", "/proc/none")
    assert (done.exit_code, done.stderr) == (4, "error: /proc/none: No such file or directory\n")
    assert "reservoir" in done.stdout


def test_a_full_disk_exits_4(plain, folder):
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)); from evorc.cli import main; main()"
    arguments = ["forecast", "load.csv", "--target", "load", "--horizon", "6", "--out", "full"]
    done = subprocess.run([sys.executable, "-c", full, *arguments], capture_output=True, text=True)
    assert (done.returncode, os.strerror(errno.EFBIG) in done.stderr) == (4, True), done.stderr
    assert list((folder / "full").glob("*.csv")) == []


def test_an_interruption_exits_130(monkeypatch, folder):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("evorc.run.forecast.forecast", interrupted)
    done = load()
    assert (done.exit_code, done.stderr) == (130, "interrupted\n")
    assert [file.name for file in folder.iterdir()] == ["load.csv"]


# how it is made


def test_nothing_of_the_test_is_seen_before_its_time():
    series = wave()[:, None]
    spoilt = series.copy()
    spoilt[180:] += 1e3
    found, other = (forecast(rows, ["load"], AHEAD) for rows in (series, spoilt))
    assert found.first == 164
    assert_array_equal(found.predictions["reservoir"][:18], other.predictions["reservoir"][:18])
    assert (found.predictions["reservoir"][18:] != other.predictions["reservoir"][18:]).all()
    assert found.settings == other.settings


@pytest.mark.usefixtures("quick")
def test_the_forecast_after_the_end_has_learnt_from_all_rows():
    series = wave()[:, None]
    found = forecast(series, ["load"], AHEAD)
    assert_array_equal(found.future, Fitted(series, AHEAD, found.settings).forecasts(series, N))
    assert (found.future != Fitted(series[:164], AHEAD, found.settings).forecasts(series, N)).all()


def test_a_row_learns_the_changes_ahead_and_none_sees_into_the_rows_that_choose(monkeypatch):
    taught = []

    class Taught:
        def __init__(self, **settings):
            pass

        def fit(self, rows, targets):
            taught.append((rows, targets))

    monkeypatch.setattr("evorc.run.forecast.ESNRegressor", Taught)
    series = wave(100)[:, None]
    Fitted(series, 3, {}, aside=True)
    ((rows, targets),) = taught
    assert np.flatnonzero(np.isnan(targets).any(axis=1)).tolist() == [77, 78, 79, 97, 98, 99]
    assert_allclose(rows, (series - series.mean()) / series.std())
    assert_allclose(targets[10], rows[11:14, 0] - rows[10, 0])


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("n", "horizon"), [(31, 1), (205, 30), (299, 13)])
def test_the_fewest_rows_are_enough_and_the_test_is_whole_horizons(n, horizon):
    found = forecast(wave(n)[:, None], ["load"], horizon)
    assert len(found.targets) % horizon == 0
    assert len(found.targets) + found.first == n
    assert (len(found.future), np.isfinite(found.future).all()) == (horizon, True)


@pytest.mark.usefixtures("quick")
def test_units_of_the_target_change_nothing():
    series = wave()[:, None]
    found, other = (forecast(rows, ["load"], AHEAD) for rows in (series, 1e6 * series - 3e6))
    assert_allclose(other.future, 1e6 * found.future - 3e6, rtol=1e-6)


def test_naive_forecasts_know_nothing_after_their_origin():
    series, first, horizon, season = np.arange(100.0), 80, 10, 4
    found = naive(series, horizon, first, season)
    assert_array_equal(found["last_value"], np.repeat([79.0, 89.0], 10))
    assert_array_equal(found["seasonal"][:10], [76, 77, 78, 79, 76, 77, 78, 79, 76, 77])
    assert list(naive(series, horizon, first, None)) == ["last_value"]


@pytest.mark.parametrize("season", [4, 7, 12, 50])
def test_a_season_is_found_beneath_trend_and_noise(season):
    steps = np.arange(400)
    noise = np.random.default_rng(season).normal(size=400)
    assert find_season(0.05 * steps + 3 * np.sin(2 * np.pi * steps / season) + 0.5 * noise) == season


def test_where_there_is_no_season_none_is_found():
    rng = np.random.default_rng(0)
    assert find_season(rng.normal(size=500)) is None
    assert find_season(np.arange(100.0)) is None
