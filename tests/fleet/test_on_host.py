"""Repositories on hosts are looked at with git alone: as those in folders are, and whatever is wrong with one."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.conftest import ANSWERS, Run, Template, read_tree
from tests.fleet.git_server import Content, Fault, GitServer, Link, Submodule, fetched_bytes

from issue_scaffold.cli.main import main
from issue_scaffold.fleet import run_folder
from issue_scaffold.state.user_folders import fleet_folder

FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs/reference/scaffold.fleet-1.schema.json").read_text(encoding="utf-8")
)
# Of a large repository; a hundred thousand take half a minute.
FILES = int(os.environ.get("SCAFFOLD_FLEET_FILES", "500"))
Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a clean repository in `api`, and the cache that knows it."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCAFFOLD_CACHE_DIR", str(home / "cache"))
        assert main(["init", "-l", str(home / "api")]) == 0
        assert main(["check", str(home / "api")]) == 0
    return home


@pytest.fixture
def files(made: Path) -> dict[str, Content]:
    """Return the files of a clean repository; the cache knows them."""
    shutil.copytree(made / "cache", os.environ["SCAFFOLD_CACHE_DIR"])
    return dict(read_tree(made / "api"))


@pytest.fixture
def run(scaffold: Run) -> Callable[..., Rows]:
    """Run a verb over addresses; return the rows by the last word of their addresses. Nothing is left behind."""

    def treated(verb: str, *arguments: str | Path) -> Rows:
        locks = Path(os.environ["SCAFFOLD_CACHE_DIR"]) / "locks"
        before = list(locks.glob("target-*"))
        done = scaffold("fleet", verb, "-j2", *arguments, "--format", "json")
        document = json.loads(done.out)
        jsonschema.validate(document, SCHEMA)
        assert done.code == document["exit_code"], done.err
        if all("://" in str(argument) for argument in arguments):
            assert list(locks.glob("target-*")) == before
        return {row["repository"].rpartition("/")[2].removesuffix(".git"): row for row in document["repositories"]}

    return treated


def told(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, str | None]]:
    """Return the status and the reason of each row."""
    return {name: (row["status"], row.get("reason", {}).get("code")) for name, row in rows.items()}


def test_a_check_is_five_requests_and_few_bytes(
    host: GitServer, files: dict[str, Content], run: Callable[..., Rows]
) -> None:
    many = {f"src/{number // 100}/code{number}.py": f"{number}\n" * 40 for number in range(FILES)}
    host.backend.make("acme/api", files | many | {"big.bin": os.urandom(2_000_000)}, branch="trunk")
    row = run("check", host.url("acme/api"))["api"]
    assert (row["status"], row["kind"], row["host"]) == ("clean", "remote", host.place)
    assert row["base"] == {"branch": "trunk", "commit": host.backend.git("acme/api", "rev-parse", "HEAD")}
    assert (len(host.log), row["requests"]) == (5, {"git": 5})
    assert fetched_bytes(host.log) < 10_000 + 40 * FILES


def test_it_is_what_comes_of_a_clone(
    host: GitServer, files: dict[str, Content], run: Callable[..., Rows], tmp_path: Path
) -> None:
    kinds: dict[str, dict[str, Content]] = {
        "clean": files,
        "edited": files | {FORM: "name: mine\n", "docs/issue_template.md": "old\n"},
        "less": {path: content for path, content in files.items() if path != FORM},
        "link": files | {FORM: Link("../../README.md"), "README.md": "read\n"},
        "answers": files | {ANSWERS: "a: [\n"},
        "zero": files | {ANSWERS: Link("/dev/zero")},
        "folder": {"README.md": "read\n", ".github": Link("config"), "config/ISSUE_TEMPLATE/a.md": "a\n"},
        "none": {"README.md": "read\n", "Jenkinsfile": "x\n", ".github/ISSUE_TEMPLATE/b.yml": "name: b\n"},
        "lfs": files | {".github/ISSUE_TEMPLATE/p.md": "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"},
        "led": files
        | {
            ".github/ISSUE_TEMPLATE/led.md": "---\nname: led\n---\ntext\n",
            "docs/ask.md": "[ask](https://github.com/acme/led/issues/new?template=led.md)\n",
        },
        "crlf": files | {".gitattributes": "* text eol=crlf\n*.yml filter=lfs ident\n"},
        "linked": {
            **{f"ours/{p}": c for p, c in files.items()},
            **{p: Link(f"ours/{p}") for p in files if "/" not in p},
            ".github": Link("ours/.github"),
        },
    }
    for name, content in kinds.items():
        host.backend.make(f"acme/{name}", content)
        git = ["git", "-c", "filter.lfs.smudge=cat", "clone", "--quiet"]
        folder = tmp_path / "clones" / name
        subprocess.run([*git, host.backend.folder(f"acme/{name}"), folder], check=True)
    for verb in ("check", "validate", "update", "init"):
        plain = {"update": ("--dry-run", "--on-conflict", "inline"), "init": ("--dry-run",)}.get(verb, ())
        here = run(verb, *(tmp_path / "clones" / name for name in kinds), *plain)
        there = run(verb, *(host.url(f"acme/{name}") for name in kinds))
        assert {row["kind"] for row in here.values()} == {"local"}
        assert told(there) == told(here)
        for name, row in there.items():
            assert row["files"] == here[name]["files"], (verb, name)
            assert messages(row) == messages(here[name]), (verb, name)
            assert str(tmp_path) not in json.dumps(row)


def messages(row: Mapping[str, Any]) -> list[str]:
    """Return what is said of the files of a repository."""
    return [one["message"] for one in row["findings"]]


def test_an_update_is_planned_and_not_written(
    template: Template, host: GitServer, run: Callable[..., Rows], repo: Path, scaffold: Run
) -> None:
    template.release("v1.0.0", {"a.md": "one\n", "deep/er/b.md": "b\n", "c.md": "c\n", "code/x.md": "x\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    before: dict[str, Content] = dict(read_tree(repo))
    template.release("v2.0.0", {"a.md": "two\n", "c.md": None, "code/x.md": "new\n", "code/y.md": "y\n"})
    commit = host.backend.make("acme/api", before | {"code/y.md": "mine\n", "code/other.md": "o\n"})
    host.backend.make("acme/same", before)
    found = run("update", host.url("acme/api"), host.url("acme/same"))
    assert told(found) == {"api": ("conflict", None), "same": ("outdated", None)}
    row = found["same"]
    assert row["plan"] is True
    assert host.backend.git("acme/api", "rev-parse", "HEAD") == commit
    place = run_folder.find_run(fleet_folder(), "")
    outcome = run_folder.outcomes_of(place)[row["repository"]]
    assert outcome.change is not None
    assert outcome.base == outcome.change.base
    change = run_folder.with_contents(place, outcome.change)
    planned = {file.path: change.contents.get(file.digest or "") for file in change.files}
    assert planned.pop(ANSWERS.replace(".scaffold", "")) if ANSWERS not in planned else planned.pop(ANSWERS)
    assert planned == {"a.md": b"two\n", "c.md": None, "code/x.md": b"new\n", "code/y.md": b"y\n"}
    outcome = run_folder.outcomes_of(place)[found["api"]["repository"]]
    assert outcome.change is not None
    conflicting = next(file for file in outcome.change.files if file.path == "code/y.md")
    marked = run_folder.with_contents(place, outcome.change).contents[conflicting.digest or ""]
    assert b"<<<<<<<" in marked


def test_each_failure_is_one_row_with_its_reason(
    host: GitServer,
    files: dict[str, Content],
    run: Callable[..., Rows],
    tmp_path: Path,
) -> None:
    for name in ("good", "private", "busy", "cut", "later", "broken"):
        host.backend.make(f"acme/{name}", files)
    host.backend.make("acme/empty")
    host.backend.make("acme/headless", files)
    (host.backend.folder("acme/headless") / "HEAD").write_text("ref: refs/heads/gone\n")
    detached = host.backend.make("acme/detached", files)
    (host.backend.folder("acme/detached") / "HEAD").write_text(f"{detached}\n")
    host.backend.make("acme/-x", files)
    host.backend.make(
        "acme/module", {**{p: c for p, c in files.items() if not p.startswith(".g")}, ".github": Submodule()}
    )
    host.backend.make("acme/file", {**{p: c for p, c in files.items() if not p.startswith(".g")}, ".github": "x\n"})
    host.backend.make(
        "acme/odd", files | {" a\nb -x": "1\n", ".github/ISSUE_TEMPLATE/-x\ny.md": "---\nname: a\nabout: b\n---\n"}
    )
    host.backend.make("acme/encoded", files | {".gitattributes": "* working-tree-encoding=UTF-16 filter=x\n"})
    host.backend.make("acme/bomb", files | {ANSWERS: alias_bomb()})
    host.backend.make("acme/huge", files | {FORM: b"x" * 70_000_000})
    host.private.add("acme/private")

    def faults(method: str, address: str) -> Fault | None:
        name = address.split("/")[2].removesuffix(".git")
        if name == "later":
            return Fault(status=403) if method == "POST" else None
        at = {
            "busy": Fault(status=429, headers={"Retry-After": "3600"}),
            "cut": Fault(cut_after=20),
            "broken": Fault(status=502, body=b"<html>Bad gateway</html>"),
            "renamed": Fault(status=301, headers={"Location": address.replace("renamed", "good")}),
        }
        return at.get(name)

    host.faults = faults
    expected = {
        "good": ("clean", None),
        "renamed": ("clean", None),
        "detached": ("clean", None),
        "-x": ("clean", None),
        "encoded": ("clean", None),
        "gone": ("failed", "gone"),
        "private": ("failed", "forbidden"),
        "later": ("failed", "forbidden"),
        "busy": ("failed", "rate-limited"),
        "cut": ("failed", "network"),
        "broken": ("failed", "network"),
        "empty": ("skipped", "empty"),
        "headless": ("failed", "gone"),
        "module": ("drifted", None),
        "file": ("drifted", None),
        "odd": ("clean", None),
        "bomb": ("failed", "invalid-answers"),
        "huge": ("failed", "hostile"),
        "nobody": ("failed", "network"),
    }
    addresses = [host.url(f"acme/{name}") for name in expected if name != "nobody"]
    listed = tmp_path / "list"
    listed.write_text("\n".join([*addresses, "http://127.0.0.1:1/acme/nobody.git", host.url("ACME/Good")]))
    found = run("check", "--from", listed)
    assert told(found) == expected
    assert "70,000,000 bytes" in found["huge"]["reason"]["message"]  # and is not unpacked


def test_a_slow_host_costs_a_repositorys_time_and_no_more(
    host: GitServer, files: dict[str, Content], run: Callable[..., Rows]
) -> None:
    host.backend.make("acme/slow", files)
    host.faults = lambda *_: Fault(pause=0.5)
    assert told(run("check", host.url("acme/slow"), "--timeout", "2s")) == {"slow": ("failed", "timeout")}
    host.faults = lambda method, _: Fault(pause=0.5) if method == "POST" else None
    assert told(run("check", host.url("acme/slow"), "--timeout", "2s")) == {"slow": ("failed", "timeout")}


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_nothing_goes_on_after_an_interrupt(
    end: signal.Signals, host: GitServer, files: dict[str, Content], tmp_path: Path
) -> None:
    (tmp_path / "tmp").mkdir()
    host.backend.make("acme/slow", files)
    host.faults = lambda *_: Fault(pause=0.2)
    code = "import sys; from issue_scaffold.cli.entry import run; sys.argv[0] = 'scaffold'; run()"
    command = [sys.executable, "-c", code, "fleet", "check", "-j1", host.url("acme/slow")]
    with subprocess.Popen(
        command, env=os.environ | {"TMPDIR": str(tmp_path / "tmp")}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        while not host.log:
            assert process.poll() is None
        process.send_signal(end)
        process.communicate(timeout=60)
    place = str(tmp_path / "tmp").encode()
    assert not list((tmp_path / "tmp").iterdir())
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if place in content_of(path)]


def content_of(path: Path) -> bytes:
    """Return what a file holds that may go away at any time."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def alias_bomb() -> str:
    """Return answers that are few bytes and more than any machine holds."""
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefghi", "bcdefghij", strict=True)]
    return "\n".join(lines)
