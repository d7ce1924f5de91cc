"""Checkpoints: arrays and plain values in an npz, its SHA-256 beside it, two generations kept.

Written as temporary file, fsync, rename, fsync of the folder, so that a crash leaves either the old file or the new.
Nothing in a checkpoint can run code: it is read with `allow_pickle=False`.
"""

import hashlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

FORMAT = 1
KEPT = 2


class CheckpointError(ValueError):
    """A checkpoint that is damaged, or not of this version or this experiment."""


def write_file(path: Path, content: bytes) -> None:
    """Replace a file as a whole or not at all."""
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def packed(state: Mapping[str, Any]) -> bytes:
    """A mapping of arrays and plain values as npz."""
    stream = io.BytesIO()
    arrays: Any = {name: np.asarray(value) for name, value in state.items()}
    np.savez(stream, **arrays)
    return stream.getvalue()


def unpacked(content: bytes) -> dict[str, Any]:
    """The inverse of `packed`: arrays, and plain values where there are no axes."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {name: arrays[name] if arrays[name].ndim else arrays[name].item() for name in arrays.files}


def save(folder: Path, generation: int, state: Mapping[str, Any]) -> None:
    """Write the checkpoint of a generation and let go of all but the last two."""
    folder.mkdir(parents=True, exist_ok=True)
    content = packed({"format": FORMAT, **state})
    path = folder / f"{generation:09d}.npz"
    write_file(path, content)
    manifest = {"format": FORMAT, "file": path.name, "sha256": hashlib.sha256(content).hexdigest()}
    write_file(path.with_suffix(".json"), json.dumps(manifest).encode())
    for old in sorted(folder.glob("*.json"))[:-KEPT]:
        old.unlink()
        old.with_suffix(".npz").unlink(missing_ok=True)


def newest(folder: Path) -> dict[str, Any] | None:
    """The last checkpoint that is whole; None if none was ever finished.

    Raises
    ------
    CheckpointError
        If there are checkpoints and all of them are damaged or of another version.
    """
    faults = []
    for manifest in sorted(folder.glob("*.json"), reverse=True):
        try:
            return _read(manifest)
        except CheckpointError as fault:
            faults.append(str(fault))
    if faults:
        raise CheckpointError("; ".join(faults))
    return None


def _read(manifest: Path) -> dict[str, Any]:
    try:
        told = json.loads(manifest.read_text())
        found, expected = int(told["format"]), str(told["sha256"])
        content = manifest.with_suffix(".npz").read_bytes()
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise CheckpointError(
            f"checkpoint {manifest.stem}: its manifest or its file cannot be read ({fault})"
        ) from None
    if found != FORMAT:
        raise CheckpointError(f"checkpoint {manifest.stem}: format {found} is not {FORMAT}, which this version reads")
    if hashlib.sha256(content).hexdigest() != expected:
        raise CheckpointError(f"checkpoint {manifest.stem}: its SHA-256 is not the manifest's; the file is damaged")
    return unpacked(content)
