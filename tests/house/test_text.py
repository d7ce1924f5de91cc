"""The project's files hold no path of one machine, no package index of one network, and no emoji."""

import re

import pytest
from house.sources import read, text_files

FOREIGN = {
    "path of a machine": re.compile(r"(?<![\w.}])/(?:home|root|Users|work|opt|mnt|tmp)/\w|\b[A-Z]:\\\\?Users\b"),
    "package index": re.compile(r"index-url|find-links|file:///"),
    "emoji": re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]"),
}


def foreign(text):
    """What of a single machine, network or fashion `text` holds."""
    return [name for name, pattern in FOREIGN.items() if pattern.search(text)]


@pytest.mark.parametrize("file", [file for file in text_files() if file.name != "test_text.py"], ids=str)
def test_a_file_is_at_home_on_every_machine(file):
    assert foreign(read(file)) == []


@pytest.mark.parametrize(
    "text",
    [
        f"see /{'home'}/ada/evorc",
        '"/tmp/run"',
        r"C:\Users\ada",
        "pip install --extra-index-url=x",
        "done \u2705",
        "\U0001f9e0",
    ],
)
def test_a_foreign_text_is_found(text):
    assert len(foreign(text)) == 1


@pytest.mark.parametrize("text", ["docs/home/page", "tau_i \u2192 0, \u03c3(y) \u2264 1", "https://example.org/home/x"])
def test_a_plain_text_passes(text):
    assert foreign(text) == []
