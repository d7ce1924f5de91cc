"""A checkpoint comes back to the bit, or is refused; two are kept."""

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from evorc.run import checkpoint
from evorc.run.checkpoint import CheckpointError

STATE = {"genomes": np.arange(12.0).reshape(4, 3), "best": -np.inf, "generation": 3, "text": "a,b\n\u00e9", "on": True}
FLIPS = 100


def saved(folder, *generations):
    for generation in generations:
        checkpoint.save(folder, generation, {**STATE, "generation": generation})
    return folder


def loaded(folder):
    return checkpoint.newest(folder)[0]


def flip(file, bit):
    content = bytearray(file.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)


def forged(folder, content, **changes):
    """A checkpoint made by hand, with a manifest that agrees with it but for the changes."""
    folder.mkdir()
    (folder / "000000001.npz").write_bytes(content)
    told = {"format": 1, "file": "000000001.npz", "sha256": hashlib.sha256(content).hexdigest(), **changes}
    (folder / "000000001.json").write_text(json.dumps(told))
    return folder


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    state = loaded(saved(tmp_path, 3))
    assert state.pop("format") == checkpoint.FORMAT
    np.testing.assert_array_equal(state.pop("genomes"), STATE["genomes"], strict=True)
    assert state == {name: value for name, value in STATE.items() if name != "genomes"}


@given(
    st.dictionaries(
        st.from_regex("[a-z_.]{1,9}", fullmatch=True),
        hnp.arrays(st.sampled_from(["f8", "i8", "u8", "?"]), hnp.array_shapes(max_dims=2, min_side=0, max_side=4)),
        max_size=4,
    )
)
def test_any_arrays_come_back_to_the_bit(state):
    back = checkpoint.unpacked(checkpoint.packed(state))
    assert {name: (value.dtype, value.shape, value.tobytes()) for name, value in back.items()} == {
        name: (value.dtype, value.shape, value.tobytes()) for name, value in state.items()
    }


def test_the_same_state_gives_the_same_bytes():
    assert checkpoint.packed(STATE) == checkpoint.packed(dict(STATE))


def test_without_checkpoints_there_is_no_state(tmp_path):
    assert checkpoint.newest(tmp_path / "none") == (None, [])


def test_two_checkpoints_are_kept_and_nothing_else(tmp_path):
    saved(tmp_path, 1, 2, 10)
    (tmp_path / ".000000011.npz.tmp").touch()
    (tmp_path / "000000011.npz").touch()  # a crash came before its manifest
    saved(tmp_path, 11)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "000000010.json", "000000010.npz", "000000011.json", "000000011.npz",
    ]  # fmt: skip


def test_a_checkpoint_without_its_manifest_does_not_count(tmp_path):
    saved(tmp_path, 1, 2)
    (tmp_path / "000000002.json").unlink()
    assert loaded(tmp_path)["generation"] == 1


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_every_single_flipped_bit_is_caught_and_the_older_checkpoint_used(tmp_path, rng, suffix):
    file = (saved(tmp_path, 1, 2) / "000000002.json").with_suffix(suffix)
    for bit in rng.integers(8 * file.stat().st_size, size=FLIPS):
        flip(file, bit)
        state, faults = checkpoint.newest(tmp_path)
        assert (state["generation"], len(faults)) == (1, 1), bit
        flip(file, bit)
    assert loaded(tmp_path)["generation"] == 2


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_a_file_cut_short_anywhere_is_caught(tmp_path, rng, suffix):
    file = (saved(tmp_path, 1, 2) / "000000002.json").with_suffix(suffix)
    whole = file.read_bytes()
    for length in rng.integers(len(whole), size=20):
        file.write_bytes(whole[:length])
        assert loaded(tmp_path)["generation"] == 1


def test_a_damaged_checkpoint_goes_when_a_later_one_is_written(tmp_path):
    flip(saved(tmp_path, 1, 5) / "000000005.npz", 100)
    saved(tmp_path, 3)
    assert sorted(file.name for file in tmp_path.glob("*.npz")) == ["000000001.npz", "000000003.npz"]


def test_if_all_are_damaged_each_is_named(tmp_path):
    saved(tmp_path, 1, 2)
    for file in tmp_path.glob("*.npz"):
        flip(file, 99)
    with pytest.raises(CheckpointError, match=r"checkpoint 000000002.*SHA-256.*; checkpoint 000000001.*SHA-256"):
        checkpoint.newest(tmp_path)


def test_another_format_is_refused_by_its_number(tmp_path):
    folder = forged(tmp_path / "checkpoints", checkpoint.packed({}), format=2)
    with pytest.raises(CheckpointError, match="format 2 is not 1, which this version reads"):
        checkpoint.newest(folder)


@pytest.mark.parametrize("told", ["", "[]", "3", '{"format": 1}', '{"format": []}', "\x00"])
def test_a_manifest_that_is_none_is_refused(tmp_path, told):
    saved(tmp_path, 1)
    (tmp_path / "000000001.json").write_text(told)
    with pytest.raises(CheckpointError, match="checkpoint 000000001"):
        checkpoint.newest(tmp_path)


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("a checkpoint ran code",)


def test_a_checkpoint_cannot_run_code(tmp_path):
    folder = forged(tmp_path / "checkpoints", checkpoint.packed({"state": np.array([Bomb()], object)}))
    with pytest.raises(CheckpointError, match="it holds no state"):
        checkpoint.newest(folder)


def test_a_file_that_is_no_archive_is_refused_though_its_hash_is_right(tmp_path):
    with pytest.raises(CheckpointError, match="it holds no state"):
        checkpoint.newest(forged(tmp_path / "checkpoints", b"PK\x03\x04 nothing"))


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "status.json"
    checkpoint.write_file(file, b"before")

    def full(_):
        raise OSError("no space left")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        checkpoint.write_file(file, b"after")
    assert file.read_bytes() == b"before"
