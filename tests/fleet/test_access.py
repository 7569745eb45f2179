"""Which addresses are taken, what git is never given, and where credentials go."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Run
from tests.fleet.git_server import Fault, GitServer

from issue_scaffold.fleet.address import folder_name, place_of, remote_named
from issue_scaffold.fleet.engine import InProcessEngine
from issue_scaffold.fleet.git_access import Credentials
from issue_scaffold.fleet.git_failure import message_of, reason_of
from issue_scaffold.fleet.job import FleetJob, Verb
from issue_scaffold.fleet.outcome import FleetOutcome, Reason
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.fleet.selection import SelectOptions, select
from issue_scaffold.git.command import GitError, SlowGitError

FILES = {"README.md": "read\n"}
TOKEN = "ghp_" + "0a1B" * 9


@pytest.fixture
def other(tmp_path: Path) -> Iterator[GitServer]:
    """Return another host."""
    server = GitServer(tmp_path / "other")
    yield server
    server.close()


@pytest.mark.parametrize(
    ("text", "name", "host"),
    [
        ("https://github.com/acme/api", "https://github.com/acme/api.git", "github.com"),
        ("gh:acme/api", "https://github.com/acme/api.git", "github.com"),
        ("git@github.com:acme/api.git", "git@github.com:acme/api.git", "github.com"),
        ("ssh://git@ssh.github.com:443/acme/api.git", "ssh://git@ssh.github.com:443/acme/api.git", "github.com"),
        ("HTTPS://git.example.org:8443/a/b", "https://git.example.org:8443/a/b", "git.example.org:8443"),
        (f"https://me:{TOKEN}@example.org/a/b.git?x={TOKEN}#{TOKEN}", "https://example.org/a/b.git", "example.org"),
        (f"https://{TOKEN}@example.org/a/b", "https://example.org/a/b", "example.org"),
        ("http://127.0.0.1:8080/one.git", "http://127.0.0.1:8080/one.git", "127.0.0.1:8080"),
        ("folder/../a", None, None),
        ("C:/a/b", None, None),
        ("-x", "-x", ""),
        ("--upload-pack=touch x", "--upload-pack=touch x", ""),
        ("file:///a/b", None, None),
    ],
)
def test_an_address_is_taken_without_its_credentials(text: str, name: str | None, host: str | None) -> None:
    found = remote_named(text)
    assert (found and found.name, found and found.host) == (name, host)
    assert found is None or TOKEN not in repr(found)


def test_one_repository_is_one_row_by_whatever_address() -> None:
    named = [
        "https://github.com/acme/api",
        "https://github.com/acme/api.git/",
        "https://user@github.com/Acme/API.git",
        "git@github.com:acme/api.git",
        "ssh://git@ssh.github.com:443/acme/api",
        "https://www.github.com/acme/api",
        "gh:acme/api",
    ]
    found = select([*named, "https://github.com:444/acme/api", "https://gitlab.com/acme/api"], SelectOptions())
    assert [place_of(one) for one in found] == ["github.com/acme/api", "github.com:444/acme/api", "gitlab.com/acme/api"]


@given(st.text(max_size=40), st.sampled_from(["https://h/", "git@h:", "ext::", "ssh://-o", "x://", "://", ""]))
def test_no_text_is_given_to_git_that_it_takes_for_something_else(text: str, lead: str) -> None:
    found = remote_named(lead + text)
    if found is None:
        return
    name = folder_name(found)
    assert name not in {"", ".", "..", ".git"}
    assert "/" not in name
    assert place_of(found)


def test_what_git_would_run_is_refused_and_the_rest_goes_on(host: GitServer, scaffold: Run, tmp_path: Path) -> None:
    host.backend.make("acme/good", FILES)
    mark = tmp_path / "mark"
    hostile = [
        f"ext::sh -c touch% {mark}",
        f"fd::7/{mark}",
        f"ssh://-oProxyCommand=touch%20{mark}/acme/x",
        "git@-oProxyCommand=touch mark:acme/x",
        f"--upload-pack=touch {mark}",
        "http://example.org/acme/plain.git",
        "ftp://example.org/acme/x.git",
        "https:///acme/x",
        "https://exa mple.org/a/b\tc",
    ]
    listed = tmp_path / "list"
    listed.write_bytes("\0".join([*hostile, "https://example.org/a\nb", host.url("acme/good")]).encode())
    done = scaffold("fleet", "check", "-j1", "--from", listed, "-0", "--format", "table")
    assert "11 repositories: 1 not-initialised, 10 failed" in done.out, done.out
    assert "failed, hostile (10)" in done.out, done.out
    assert done.code == 3
    assert not mark.exists()
    assert not any("x.git" in request.path for request in host.log)


def treated(*repositories: RemoteRepository, verb: Verb = Verb.VALIDATE) -> dict[str, FleetOutcome]:
    engine = InProcessEngine(FleetJob(verb=verb))
    engine.submit(repositories)
    return {outcome.repository: outcome for outcome in engine.completed()}


def at(server: GitServer, name: str, api_url: str | None = None) -> RemoteRepository:
    return RemoteRepository(
        host=server.place, name=f"{server.place}/{name}", clone_url=server.url(name), api_url=api_url
    )


def test_a_token_goes_to_the_host_that_the_user_named_alone(
    host: GitServer, other: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", TOKEN)
    for server in (host, other):
        server.users = {TOKEN: "bot"}
        server.private.add("acme/api")
        server.backend.make("acme/api", FILES)
    away = Fault(status=302, headers={"Location": f"{other.address}/acme/api.git/info/refs?service=git-upload-pack"})
    host.faults = lambda _, address: away if address.startswith("/acme/away") else None
    listed, named, led = at(other, "acme/api"), at(host, "acme/api", host.address), at(host, "acme/away", host.address)
    found = treated(listed, named, led)
    assert {name: outcome.why and outcome.why.code for name, outcome in found.items()} == {
        listed.name: Reason.FORBIDDEN,
        named.name: None,
        led.name: Reason.FORBIDDEN,
    }
    assert {request.user for request in other.log} == {None}
    assert "x-access-token" in {request.user for request in host.log}
    assert TOKEN not in repr(found)


def test_gits_own_helper_may_know_one_of_two_hosts(
    host: GitServer, other: GitServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for server in (host, other):
        server.users = {TOKEN: "bot"}
        server.private.add("acme/api")
        server.backend.make("acme/api", FILES)
    (tmp_path / "store").write_text(f"http://bot:{TOKEN}@{host.place.replace(':', '%3a')}\n")
    (tmp_path / "config").write_text(f"[credential]\n\thelper = store --file={tmp_path / 'store'}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    found = treated(at(host, "acme/api"), at(other, "acme/api"))
    assert [outcome.why and outcome.why.code for outcome in found.values()] == [None, Reason.FORBIDDEN]


def test_no_argument_and_no_file_of_git_has_the_token(
    host: GitServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    host.users = {TOKEN: "bot"}
    host.private.add("acme/api")
    host.backend.make("acme/api", FILES)
    seen: list[bytes] = []

    def look(_: str, __: str) -> None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(process.read_bytes())
            except OSError:
                continue
        seen.extend(file.read_bytes() for file in Path(os.environ["TMPDIR"]).rglob("*") if file.is_file())

    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    host.faults = look
    (outcome,) = treated(at(host, "acme/api", host.address)).values()
    assert outcome.why is None
    assert any(b"clone" in one for one in seen)
    assert not any(TOKEN.encode() in one for one in seen)
    assert not any((tmp_path / "tmp").iterdir())


def test_what_the_users_git_would_run_is_not_run(
    host: GitServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> '{mark}'\ncat\n")
    program.chmod(0o755)
    hooks = tmp_path / "templates" / "hooks"
    hooks.mkdir(parents=True)
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (hooks / hook).write_bytes(program.read_bytes())
        (hooks / hook).chmod(0o755)
    settings = [
        f"[core]\n\thooksPath = {hooks}\n\tfsmonitor = {program}\n\tattributesFile = {tmp_path / 'attributes'}\n",
        f"\talternateRefsCommand = {program}\n\tautocrlf = true\n",
        f"[init]\n\ttemplateDir = {hooks.parent}\n[clone]\n\tdefaultRemoteName = up\n[diff]\n\texternal = {program}\n",
        f'[filter "x"]\n\tsmudge = {program}\n\tclean = {program}\n\tprocess = {program}\n\trequired = true\n',
        "[submodule]\n\trecurse = true\n[fetch]\n\trecurseSubmodules = true\n",
    ]
    (tmp_path / "attributes").write_text("* filter=x\n")
    (tmp_path / "config").write_text("".join(settings))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(hooks.parent))
    form = "---\nname: a\nabout: b\n---\ntext\n"
    files = {".gitattributes": "* filter=x diff=x merge=x\n", ".github/ISSUE_TEMPLATE/a.md": form}
    modules = '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch mark"\n\tupdate = !touch mark\n'
    host.backend.make("acme/api", files | {".gitmodules": modules, ".githooks/post-checkout": program.read_bytes()})
    for verb in (Verb.VALIDATE, Verb.INIT):
        (outcome,) = treated(at(host, "acme/api"), verb=verb).values()
        assert outcome.why is None, outcome
    assert not mark.exists()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("fatal: repository 'https://h/a/b.git/' not found", Reason.GONE),
        ("ERROR: Repository not found.\nfatal: Could not read from remote repository.", Reason.GONE),
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", Reason.FORBIDDEN),
        (
            "remote: Forbidden\nfatal: unable to access 'https://h/': The requested URL returned error: 403",
            Reason.FORBIDDEN,
        ),
        ("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", Reason.FORBIDDEN),
        ("fatal: unable to access 'https://h/': The requested URL returned error: 429", Reason.RATE_LIMITED),
        ("fatal: unable to access 'https://h/': Could not resolve host: h", Reason.NETWORK),
        ("fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output", Reason.DISK),
        ("error: RPC failed; curl 18 transfer closed\nfatal: early EOF", Reason.NETWORK),
        ("error: RPC failed; curl 28 Operation too slow. Less than 1000 bytes/sec", Reason.TIMEOUT),
        ("ssh: connect to host h port 22: Connection timed out", Reason.TIMEOUT),
        ("error: index-pack died of signal 25", Reason.HOSTILE),
    ],
)
def test_why_it_failed(said: str, code: Reason) -> None:
    error = GitError(said.splitlines()[-1])
    error.said = said
    assert reason_of(error) is code
    assert reason_of(SlowGitError(said)) is Reason.TIMEOUT


def test_over_ssh_it_is_said_what_ssh_said() -> None:
    error = GitError("git clone failed: fatal: Could not read from remote repository.")
    error.said = "ssh: connect to host h port 22: Connection refused\nfatal: Could not read from remote repository."
    assert message_of(error) == "git clone failed: ssh: connect to host h port 22: Connection refused"


def test_a_full_disk_is_said_and_costs_no_other(host: GitServer, tmp_path: Path) -> None:
    host.backend.make("acme/big", {f".github/ISSUE_TEMPLATE/{n}.md": os.urandom(60_000) for n in range(8)})
    host.backend.make("acme/api", FILES)
    small = tmp_path / "small"
    small.mkdir()
    command = (
        f"mount -t tmpfs -o size=400k tmpfs {small} && TMPDIR={small} exec scaffold fleet validate -j1"
        f" {host.url('acme/big')} {host.url('acme/api')}"
    )
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", command],
        capture_output=True,
        check=False,
        text=True,
        env=os.environ | {"PATH": path, "GIT_ALLOW_PROTOCOL": "http"},
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("no small file system can be made here")
    assert "failed, disk (1)" in done.stdout, done.stdout + done.stderr
    assert "2 repositories: 1 clean, 1 failed" in done.stdout


def test_what_is_no_web_address_gets_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    found = remote_named("git@github.com:acme/api.git")
    assert found is not None
    assert TOKEN not in "".join(Credentials().environment(found).get("SCAFFOLD_GIT_TOKEN", ""))
