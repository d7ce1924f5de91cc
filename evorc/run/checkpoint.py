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
    if os.name == "posix":  # elsewhere a folder cannot be opened
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
    write_file(path.with_suffix(".json"), _manifest(path.stem, content))
    kept = sorted(file.stem for file in folder.glob("*.json") if file.stem <= path.stem)[-KEPT:]
    for file in folder.iterdir():
        if file.suffix in (".json", ".npz", ".tmp") and file.stem not in kept:
            file.unlink()


def newest(folder: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """The last checkpoint that is whole, and what is wrong with later ones; None if none was ever finished.

    Raises
    ------
    CheckpointError
        If there are checkpoints and all of them are damaged or of another version.
    """
    faults: list[str] = []
    for manifest in sorted(folder.glob("*.json"), reverse=True):
        try:
            return _read(manifest), faults
        except CheckpointError as fault:
            faults.append(str(fault))
    if faults:
        raise CheckpointError("; ".join(faults))
    return None, faults


def _manifest(name: str, content: bytes) -> bytes:
    """What stands beside a checkpoint."""
    return json.dumps({"format": FORMAT, "file": f"{name}.npz", "sha256": hashlib.sha256(content).hexdigest()}).encode()


def _read(manifest: Path) -> dict[str, Any]:
    name = manifest.stem
    try:
        told, content = manifest.read_bytes(), manifest.with_suffix(".npz").read_bytes()
    except OSError as fault:
        raise CheckpointError(f"checkpoint {name}: it cannot be read ({fault.strerror}: {fault.filename})") from None
    if told != _manifest(name, content):
        other = _format(told)
        if other is not None and other != FORMAT:
            raise CheckpointError(f"checkpoint {name}: format {other} is not {FORMAT}, which this version reads")
        raise CheckpointError(f"checkpoint {name}: it does not agree with the SHA-256 beside it; one is damaged")
    try:
        return unpacked(content)
    except Exception as fault:  # whole, and yet no checkpoint: it was made by hand
        raise CheckpointError(f"checkpoint {name}: it holds no state ({fault})") from None


def _format(told: bytes) -> Any:
    """Format that a manifest tells of; None if it tells of none."""
    try:
        return json.loads(told)["format"]
    except (ValueError, KeyError, TypeError):
        return None
