"""A host with repositories, which git reaches over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fleet.fake_pulls import PullsServer
from tests.fleet.git_server import GitServer


@pytest.fixture
def host(tmp_path: Path) -> Iterator[GitServer]:
    """Return a host without any repository yet."""
    server = GitServer(tmp_path / "host")
    yield server
    server.close()


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[PullsServer]:
    """Return a host that has the APIs of all forges beside its repositories."""
    server = PullsServer(tmp_path / "forge")
    yield server
    server.close()
