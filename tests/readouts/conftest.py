"""One thread for BLAS: on a loaded machine threads that wait for each other take a hundred times as long."""

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    with threadpool_limits(1):
        yield
