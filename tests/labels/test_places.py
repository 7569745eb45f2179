"""Which repository is meant, and who is asked about it: real git and real ssh say what a remote means."""

import json
import shutil
from pathlib import Path

import pytest
from tests.conftest import Run, git, write_tree
from tests.labels.fake_github import FakeGitHub, Fault

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.git_remote import repository_of
from issue_scaffold.label_sync.place import find_place

PUBLIC, GHES = "https://api.github.com", "https://ghes.example/api/v3"
LOCAL = "http://127.0.0.1:9"
SSH_CONFIG = """
Host github.com-work
  HostName github.com
Host port443
  HostName ssh.github.com
Host ghes
  HostName ghes.example.com
Host numbers
  HostName 10.0.0.5
"""


@pytest.fixture
def ssh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the real ssh read a configuration of the test's: it takes the home folder from no variable."""
    found = shutil.which("ssh")
    if found is None:
        pytest.skip("ssh is not installed")
    (tmp_path / "config").write_text(SSH_CONFIG)
    program = tmp_path / "programs" / "ssh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {found} -F {tmp_path / "config"} "$@"\n')
    program.chmod(0o755)
    git_program = shutil.which("git")
    assert git_program
    (program.parent / "git").symlink_to(git_program)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


@pytest.mark.usefixtures("ssh")
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git@github.com-work:octo/demo.git", "octo/demo"),
        ("ssh://git@port443:443/octo/demo", "octo/demo"),
        ("ghes:octo/demo.git", "ghes.example.com/octo/demo"),
        ("git@numbers:octo/demo", "numbers/octo/demo"),
        ("git@unknown.example:octo/demo", "unknown.example/octo/demo"),
        ("git@github.com:octo/demo", "octo/demo"),
        # Only ssh has such aliases.
        ("https://github.com-work/octo/demo", "github.com-work/octo/demo"),
        ("work:demo", "octo/demo"),
    ],
)
def test_what_a_remote_means(folder: Path, url: str, expected: str) -> None:
    git(folder, "config", "url.git@github.com-work:octo/.insteadOf", "work:")
    git(folder, "remote", "add", "origin", url)
    assert str(repository_of(folder)) == expected


@pytest.mark.usefixtures("ssh")
@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("git@github.com-work:octo/demo.git", ("octo/demo", PUBLIC)),
        ("github.com-work:octo/demo", ("octo/demo", PUBLIC)),
        ("ssh://git@ghes/octo/demo", ("ghes.example.com/octo/demo", "https://ghes.example.com/api/v3")),
        ("ssh://github.com-work/octo/demo.git", ("octo/demo", PUBLIC)),
        # Nobody but ssh has such aliases.
        ("ghes/octo/demo", ("ghes/octo/demo", "https://ghes/api/v3")),
        ("https://github.com-work/octo/demo", ("github.com-work/octo/demo", "https://github.com-work/api/v3")),
    ],
)
def test_what_an_address_in_repo_means(
    folder: Path, monkeypatch: pytest.MonkeyPatch, named: str, expected: tuple[str, str]
) -> None:
    monkeypatch.delenv("GITHUB_API_URL", raising=False)
    found = find_place(named, None, folder)
    assert (str(found.repository), found.url, found.is_named) == (*expected, True)
    # The variable that workflows set is for the host that is meant, by whatever name.
    monkeypatch.setenv("GITHUB_API_URL", PUBLIC)
    assert find_place(named, None, folder).url == expected[1]


@pytest.mark.usefixtures("ssh")
def test_a_remote_is_no_option_of_ssh(folder: Path) -> None:
    for host in ("-oProxyCommand=touch${IFS}owned", "-Fowned", "-E"):
        git(folder, "config", "remote.origin.url", f"{host}:octo/demo")
        assert repository_of(folder).host == host.lower()
    assert {path.name for path in folder.iterdir()} == {".git"}


def test_without_ssh_an_alias_is_a_host(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = shutil.which("git")
    assert program
    (tmp_path / "git").symlink_to(program)
    git(folder, "remote", "add", "origin", "git@github.com-work:octo/demo.git")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert repository_of(folder).host == "github.com-work"


@pytest.mark.parametrize(
    ("remote", "named", "api_url", "variable", "expected"),
    [
        ("git@github.com:o/n", None, None, None, (PUBLIC, False)),
        ("git@github.com:o/n", None, None, PUBLIC, (PUBLIC, True)),
        ("git@github.com:o/n", None, None, LOCAL, (LOCAL, True)),
        ("git@github.com:o/n", None, None, GHES, "on github.com, but GITHUB_API_URL is the API of ghes.example"),
        ("git@ghes.example:o/n", None, None, GHES, (GHES, True)),
        ("git@ghes.example:o/n", None, None, None, (GHES, False)),
        ("git@ghes.example:o/n", None, None, PUBLIC, "on ghes.example, but GITHUB_API_URL is the API of github.com"),
        ("git@gitlab.com:o/n", None, None, PUBLIC, "on gitlab.com, but GITHUB_API_URL is the API of github.com"),
        ("git@gitlab.com:o/n", None, None, LOCAL, "on gitlab.com, but GITHUB_API_URL is the API of 127.0.0.1"),
        ("git@gitlab.com:o/n", None, GHES, PUBLIC, (GHES, True)),
        ("git@gitlab.com:o/n", "o/n", None, GHES, (GHES, True)),
        ("git@gitlab.com:o/n", "o/n", None, None, (PUBLIC, True)),
        ("git@gitlab.com:o/n", "ghes.example/o/n", None, PUBLIC, (GHES, True)),
        ("git@gitlab.com:o/n", "github.com/o/n", None, GHES, (PUBLIC, True)),
        ("git@gitlab.com:o/n", "https://github.com/o/n", None, LOCAL, (LOCAL, True)),
    ],
)
def test_who_is_asked(  # noqa: PLR0913, PLR0917 - a row of the table
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    remote: str,
    named: str | None,
    api_url: str | None,
    variable: str | None,
    expected: tuple[str, bool] | str,
) -> None:
    git(folder, "remote", "add", "origin", remote)
    monkeypatch.delenv("GITHUB_API_URL", raising=False)
    if variable is not None:
        monkeypatch.setenv("GITHUB_API_URL", variable)
    if isinstance(expected, str):
        with pytest.raises(UsageError, match=expected):
            find_place(named, api_url, folder)
    else:
        found = find_place(named, api_url, folder)
        assert (found.url, found.is_named) == expected


@pytest.mark.parametrize(
    ("arguments", "remote"),
    [
        (("--repo", "o/n", "--api-url", "https://user:hunter2pw@127.0.0.1:9/api/v3"), None),
        (("--repo", "o/n", "--api-url", "ftp://user:hunter2pw@127.0.0.1:9"), None),
        (("--repo", "o/n", "--api-url", "user:hunter2pw@127.0.0.1"), None),
        (("--repo", "https://user:hunter2pw@127.0.0.1:9/only"), None),
        ((), "https://user:hunter2pw@127.0.0.1:9/only"),
        ((), "https://user:hunter2pw@gitlab.com/o/n"),
    ],
)
def test_no_credential_of_an_address_is_printed(
    scaffold: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], remote: str | None
) -> None:
    monkeypatch.setenv("GH_TOKEN", "ghp_C4n4ry0000000000000000000000000000")
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a}\n"})
    if remote:
        git(folder, "remote", "add", "origin", remote)
        monkeypatch.setenv("GITHUB_API_URL", "https://user:hunter2pw@ghes.example/api/v3")
    for words in (("plan",), ("plan", "--format", "json"), ("export",)):
        result = scaffold("labels", *words, *arguments)
        assert result.code == 2
        assert "hunter2pw" not in result.out + result.err


@pytest.mark.parametrize("github", ["direct"], indirect=True)
@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        ("missing", 3, "octo/demo was not found"),
        ("token", 3, "there is no token for"),
        ("remote", 2, "has no remote"),
        ("config", 2, "no labels config was found"),
        ("proof", 3, "answers with status 502"),
    ],
)
@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes")])
def test_json_is_there_on_failures_too(  # noqa: PLR0913, PLR0917 - a row of the table
    github: FakeGitHub,
    folder: Path,
    scaffold: Run,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    code: int,
    said: str,
    command: tuple[str, ...],
) -> None:
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a}\n"})
    words = ["--repo", "octo/demo"]
    if state == "token":
        monkeypatch.delenv("GH_TOKEN")
    elif state == "remote":
        words = []
    elif state == "config":
        (folder / ".github" / "labels.yml").unlink()
    if state != "missing":
        github.repository()
    if state == "proof":
        _fail_after_a_write(github)
        if command == ("plan",):
            return
    result = scaffold("labels", *command, *words, "--format", "json")
    document = json.loads(result.out)
    (target,) = document["targets"]
    assert (result.code, document["exit_code"], target["status"]) == (code, code, "failed")
    assert said in target["error"]
    if state == "proof":
        assert [done["outcome"] for done in target["results"]] == ["done"]


def _fail_after_a_write(github: FakeGitHub) -> None:
    def matches(verb: str, path: str) -> bool:
        del path
        return verb == "GET" and bool(github.writes)

    github.faults += [Fault(502, matches=matches)] * 5
