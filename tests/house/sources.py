"""The project's own files, found without git so that the checks also run in an unpacked archive."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("evorc", "scenarios", "benchmarks", "tests", "docs", ".ci")
TEXT = {".cfg", ".csv", ".html", ".ini", ".json", ".md", ".py", ".rst", ".toml", ".txt", ".yaml", ".yml", ""}


def python_files(*folders):
    """Modules below `folders`, as paths relative to the root."""
    return sorted(file.relative_to(ROOT) for folder in folders for file in (ROOT / folder).rglob("*.py"))


def text_files():
    """Every text file of the project, as paths relative to the root."""
    beside = (file for file in ROOT.iterdir() if file.suffix != "" or file.name in ("Makefile", "LICENSE"))
    below = (file for folder in FOLDERS for file in (ROOT / folder).rglob("*"))
    files = (file.relative_to(ROOT) for file in (*beside, *below) if file.is_file() and file.suffix in TEXT)
    return sorted(file for file in files if "__pycache__" not in file.parts)


def read(file):
    return (ROOT / file).read_text(encoding="utf-8")


def tree(file):
    return ast.parse(read(file), filename=str(file))
