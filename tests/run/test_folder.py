"""A run's folder belongs to one run, and nothing in it is overwritten."""

import json
import threading

import pytest
from run.experiments import QUIET, SCENARIOS, changed, reopened, started

from evorc.evaluate import EvaluationError
from evorc.run import session
from evorc.run.folder import RunFolder

FILES = {
    "champion.npz",
    "checkpoints",
    "config.toml",
    "events.jsonl",
    "history.csv",
    "lock",
    "resolved.json",
    "status.json",
}


def content(folder):
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.name != "lock"}


def events(folder):
    return [json.loads(line)["event"] for line in (folder / "events.jsonl").read_text().splitlines()]


def test_a_finished_run_leaves_these_files(tmp_path):
    started(tmp_path).run(QUIET)
    assert {file.name for file in (tmp_path / "run").iterdir()} == FILES
    assert events(tmp_path / "run") == ["began", "done"]
    assert RunFolder(tmp_path / "run").status["state"] == "done"


def test_a_folder_with_a_run_is_not_used_again(tmp_path):
    started(tmp_path).run(QUIET)
    before = content(tmp_path / "run")
    with pytest.raises(ValueError, match=r"folder: .*run holds a run already; go on with it by `evorc resume"):
        started(tmp_path)
    assert content(tmp_path / "run") == before


def test_a_folder_with_anything_in_it_is_not_used(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "history.csv").write_text("mine")
    with pytest.raises(ValueError, match=r"folder: .*run is not empty"):
        started(tmp_path)
    assert (tmp_path / "run" / "history.csv").read_text() == "mine"


def test_a_folder_that_another_run_took_in_the_meantime_is_not_used(tmp_path):
    late = started(tmp_path)
    started(tmp_path).run(QUIET)
    before = content(tmp_path / "run")
    with pytest.raises(ValueError, match="holds a run already"):
        late.run(QUIET)
    assert content(tmp_path / "run") == before


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "run").mkdir()
    started(tmp_path).run(QUIET)
    assert (tmp_path / "run" / "champion.npz").exists()


def test_a_folder_in_use_is_refused(tmp_path):
    waiting = started(tmp_path)
    with (
        RunFolder(tmp_path / "run").locked(),
        pytest.raises(ValueError, match=r"folder: .*run is in use by another run"),
    ):
        waiting.run(QUIET)
    assert content(tmp_path / "run") == {}
    waiting.run(QUIET)


@pytest.mark.parametrize("name", ["experiment.toml", "experiment.toml/deeper"])
def test_a_file_in_the_place_of_the_folder_is_told(tmp_path, name):
    with pytest.raises(ValueError, match="cannot be a folder, a file is in its place"):
        started(tmp_path, name=name).run(QUIET)


def test_nothing_is_made_for_an_experiment_that_is_wrong(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.toml").write_text(changed(("population_size = 8", "population_size = 1")))
    with pytest.raises(ValueError, match="population_size"):
        session.start("wrong.toml", None, [SCENARIOS], None, None)
    assert [file.name for file in tmp_path.iterdir()] == ["wrong.toml"]


def test_runs_that_begin_together_get_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lever.toml").write_text(changed())
    found = []

    def start():
        found.append(session.start("lever.toml", None, [SCENARIOS], None, None).folder.path.name)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [f"lever-{number:03d}" for number in range(1, 7)]


@pytest.mark.parametrize("text", [None, "", "[1]", "3", "\x00", '{"scenario": 3}', "{}"])
def test_a_folder_without_a_readable_run_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "resolved.json").write_text(text)
    for look in (lambda: session.reopen(tmp_path, [], None), lambda: session.look(tmp_path)):
        with pytest.raises(ValueError, match=r"is not the folder of a run|error in resolved\.json"):
            look()
    assert {file.name for file in tmp_path.iterdir()} <= {"resolved.json"}


def test_a_folder_that_does_not_exist_is_not_made(tmp_path):
    with pytest.raises(ValueError, match="is not the folder of a run"):
        reopened(tmp_path, "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_run_that_is_over_is_not_gone_on_with(tmp_path):
    started(tmp_path).run(QUIET)
    before = content(tmp_path)
    with pytest.raises(ValueError, match=r"the run in .*run is over; look at it by `evorc show"):
        reopened(tmp_path)
    assert content(tmp_path) == before


@pytest.mark.parametrize("fault", ["raise", "raise in test", "nan"])
def test_a_run_that_failed_says_why(tmp_path, fault):
    failing = started(tmp_path, changed(('"lever"', f'"lever"\nfault = "{fault}"')))
    with pytest.raises(EvaluationError):
        failing.run(QUIET)
    status = RunFolder(tmp_path / "run").status
    assert status["state"] == "failed"
    assert ("no fitness" if fault == "nan" else "ArithmeticError") in status["error"]


def test_a_look_at_a_run_tells_what_it_has_come_to(tmp_path):
    started(tmp_path).run(QUIET)
    told = session.look(tmp_path / "run")
    assert (told["experiment"], told["state"], told["generations"]) == ("Holding a lever", "done", 12)
    assert told["ended because"] == session.REASONS["max_generations"]


def test_a_look_at_a_run_with_a_damaged_history_says_so(tmp_path):
    started(tmp_path).run(QUIET)
    (tmp_path / "run" / "history.csv").write_text("generation\nx,y\n")
    with pytest.raises(ValueError, match=r"history: .*history.csv is damaged"):
        session.look(tmp_path / "run")


def test_a_status_that_cannot_be_read_is_unknown(tmp_path):
    started(tmp_path).run(QUIET)
    (tmp_path / "run" / "status.json").write_text("[")
    assert session.look(tmp_path / "run")["state"] == "unknown"


def test_all_that_was_asked_is_resolved(tmp_path):
    started(tmp_path, n_jobs=2, random_state=8).run(QUIET)
    resolved = RunFolder(tmp_path / "run").resolved
    assert resolved["run"] == {"random_state": 8, "n_jobs": 2, "backend": "auto", "timeout": None}
    assert {"python", "numpy", "numba", "cpu"} <= set(resolved["environment"])
