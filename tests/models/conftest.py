"""A llama.cpp server for all tests that want a real one."""

from __future__ import annotations

import pytest

from tests.models.llama import Llama, serve


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Llama:
    """The server, once for all tests of a process; it goes with the process."""
    return serve(tmp_path_factory.mktemp("llama"))
