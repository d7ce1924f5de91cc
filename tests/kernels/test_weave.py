"""How a world's fields are read from its annotations."""

from typing import Annotated, NamedTuple

import numpy as np
import pytest

from evorc.kernels.weave import fields_of, sizes_of


class World(NamedTuple):
    x: float
    ring: Annotated[np.ndarray, 4]
    n: int
    up: bool
    wind: Annotated[np.ndarray, 2]


class Late(NamedTuple):
    x: "float"
    ring: "Annotated[np.ndarray, 3]"


class Wrong(NamedTuple):
    name: str


class Unsized(NamedTuple):
    ring: np.ndarray


def test_scalars_and_arrays_have_rows_of_their_own():
    assert [(field.name, field.row, field.size) for field in fields_of(World)] == [
        ("x", 0, 0),
        ("ring", 0, 4),
        ("n", 1, 0),
        ("up", 2, 0),
        ("wind", 4, 2),
    ]
    assert sizes_of(fields_of(World)) == (3, 6)


def test_annotations_may_be_text():
    assert sizes_of(fields_of(Late)) == (1, 3)


@pytest.mark.parametrize("world", [Wrong, Unsized])
def test_another_kind_of_field_is_named(world):
    with pytest.raises(ValueError, match=rf"{world.__name__}\.(name|ring): .* is not float, int, bool or Annotated"):
        fields_of(world)
