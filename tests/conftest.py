"""What all tests share: a seeded generator, and examples that hypothesis draws the same way each time."""

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("evorc", deadline=None, derandomize=True)
settings.load_profile("evorc")


@pytest.fixture
def rng():
    return np.random.default_rng(0)
