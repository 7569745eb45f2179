"""The host of the other tests is one: git clones from it, pushes to it, and is refused by it."""

import subprocess
from pathlib import Path

import pytest
from tests.conftest import git
from tests.fleet.git_server import Fault, GitServer, Link, Submodule, fetched_bytes


@pytest.fixture(autouse=True)
def _over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "http")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")


def cloned(host: GitServer, name: str, folder: Path, *options: str) -> str:
    """Clone a repository; return what git said when it couldn't."""
    done = subprocess.run(["git", "clone", "-q", *options, host.url(name), folder], capture_output=True, check=False)
    assert (done.returncode == 0) == folder.exists()
    return done.stderr.decode()


def test_git_clones_from_it_and_pushes_to_it(host: GitServer, tmp_path: Path) -> None:
    odd = 'a "b"\n-x.txt'
    host.backend.make("acme/api", {odd: "one\n", "link": Link("/dev/zero"), "sub": Submodule()}, branch="trunk")
    host.users = {"secret": "bot"}
    assert cloned(host, "acme/api", tmp_path / "clone") == ""
    assert (tmp_path / "clone" / odd).read_text() == "one\n"
    assert (tmp_path / "clone" / "link").is_symlink()
    (tmp_path / "clone" / odd).write_text("two\n")
    git(tmp_path / "clone", "commit", "--quiet", "-am", "two")
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path / "clone", "push", "--quiet")
    address = host.url("acme/api").replace("://", "://bot:secret@")
    git(tmp_path / "clone", "push", "--quiet", address, "HEAD:refs/heads/new")
    assert host.backend.read("acme/api", odd, "new") == "two"
    assert host.log[-1].user == "bot"


def test_a_clone_without_contents_is_few_requests_and_bytes(host: GitServer, tmp_path: Path) -> None:
    host.backend.make("acme/api", {"a": "a" * 100, "big": b"".join(bytes([n % 251]) for n in range(300_000))})
    assert cloned(host, "acme/api", tmp_path / "clone", "--depth=1", "--filter=blob:none", "--no-checkout") == ""
    assert [(one.method, one.status) for one in host.log] == [("GET", 200), ("POST", 200), ("POST", 200)]
    assert fetched_bytes(host.log) < 2000


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(status=404), "not found"),
        (Fault(status=429, headers={"Retry-After": "7"}), "429"),
        (Fault(status=403), "403"),
        (Fault(cut_after=30), "fatal"),
    ],
    ids=["404", "429", "403", "cut"],
)
def test_it_fails_as_it_is_told(fault: Fault, said: str, host: GitServer, tmp_path: Path) -> None:
    host.backend.make("acme/api", {"a": "a"})
    host.faults = lambda method, _: fault if method == "POST" or fault.status else None
    assert said in cloned(host, "acme/api", tmp_path / "clone")


def test_a_private_repository_is_for_those_who_may(host: GitServer, tmp_path: Path) -> None:
    host.backend.make("acme/api", {"a": "a"})
    host.private.add("acme/api")
    host.users = {"secret": "bot"}
    assert "could not read Username" in cloned(host, "acme/api", tmp_path / "clone")
    host.url = lambda name: f"http://bot:secret@{host.place}/{name}.git"  # type: ignore[method-assign]
    assert cloned(host, "acme/api", tmp_path / "clone") == ""


def test_a_slow_answer_ends_with_the_server(host: GitServer, tmp_path: Path) -> None:
    host.backend.make("acme/api", {"a": "a"})
    host.faults = lambda *_: Fault(pause=30)
    command = ["git", "clone", "-q", host.url("acme/api"), str(tmp_path / "clone")]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        while not host.log:
            assert process.poll() is None
        host.close()
        assert process.wait(30) != 0
