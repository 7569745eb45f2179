"""`scaffold check`: what it finds, what it exits with, what it asks the network, and what it doesn't load."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ANSWERS, Result, Run, Template, commit_all, git, read_tree, write_tree

BASE = "one\n\ntwo\n\nthree\n"


FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"


def findings(done: Result, target: int = 0) -> list[dict[str, Any]]:
    """Return the findings of a run with `--format json`."""
    rows: list[dict[str, Any]] = json.loads(done.out)["targets"][target]["findings"]
    return rows


def kinds(done: Result) -> set[tuple[str, str]]:
    """Return the kind and path of each finding."""
    return {(row["kind"], row["path"]) for row in findings(done)}


@pytest.fixture
def installed(scaffold: Run, template: Template, repo: Path) -> Path:
    """Return a target of a git template."""
    template.release("v1.0.0", {"a.md": BASE, "b.md": "b\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    commit_all(repo)
    return repo


Edit = Callable[[Path, Template], object]


EDITS: Mapping[str, tuple[Edit, set[tuple[str, str]]]] = {
    "nothing": (lambda _root, _template: None, set()),
    "content": (lambda root, _template: write_tree(root, {"a.md": "x" + BASE}), {("modified", "a.md")}),
    "line ends only": (lambda root, _template: write_tree(root, {"a.md": BASE.replace("\n", "\r\n")}), set()),
    "last line end": (lambda root, _template: write_tree(root, {"a.md": BASE.rstrip()}), {("modified", "a.md")}),
    "a mode": (lambda root, _template: (root / "a.md").chmod(0o755), {("modified", "a.md")}),
    "a deletion": (lambda root, _template: (root / "a.md").unlink(), {("missing", "a.md")}),
    "markers": (
        lambda root, _template: write_tree(root, {"a.md": "one\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n"}),
        {("conflict", "a.md")},
    ),
    "a newer release": (
        lambda _root, template: template.release("v1.1.0", {"b.md": "B\n"}),
        {("outdated", ANSWERS)},
    ),
    "an edited answers file": (
        lambda root, _template: write_tree(root, {ANSWERS: (root / ANSWERS).read_text() + "made_up: 1\n"}),
        {("modified", ANSWERS)},
    ),
    "another comment in the answers file": (
        lambda root, _template: write_tree(root, {ANSWERS: "# hello\n" + (root / ANSWERS).read_text()}),
        set(),
    ),
    "a file of the user's": (lambda root, _template: write_tree(root, {"c.md": "c\n"}), set()),
    "an invalid form": (
        lambda root, _template: write_tree(root, {".github/ISSUE_TEMPLATE/x.yml": "name: X\nbody: []\n"}),
        {("invalid-foreign", ".github/ISSUE_TEMPLATE/x.yml")},
    ),
}


@pytest.mark.parametrize("what", EDITS)
def test_each_kind_of_drift(what: str, scaffold: Run, template: Template, installed: Path) -> None:
    edit, wanted = EDITS[what]
    edit(installed, template)
    done = scaffold("check", installed, "--refresh", "--format", "json")
    assert kinds(done) == wanted
    fails = bool(wanted) and not all(kind == "invalid-foreign" for kind, _ in wanted)
    assert done.code == int(fails)
    document = json.loads(done.out)
    assert (document["schema"], document["exit_code"]) == ("scaffold.check/1", done.code)
    target = document["targets"][0]
    assert target["status"] == ("findings" if wanted else "clean")
    assert target["template"]["version"] == "v1.0.0"
    assert all({"kind", "severity", "path", "message"} <= row.keys() for row in target["findings"])
    again = scaffold("check", installed, "--format", "json")
    assert again == done
    for kind, _ in wanted:
        assert scaffold("check", installed, "--fail-on", kind).code == 1
    assert scaffold("check", installed, "--exit-zero").code == 0
    others = {"outdated", "modified", "missing", "conflict", "invalid"} - {kind for kind, _ in wanted}
    assert scaffold("check", installed, "--fail-on", ",".join(sorted(others))).code == 0


def test_it_says_how_to_mend(scaffold: Run, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(installed)
    write_tree(installed, {"a.md": "x" + BASE, "b.md": None})
    done = scaffold("check")
    assert done.code == 1
    assert "scaffold update --restore a.md" in done.out
    assert "scaffold accept b.md --reason" in done.out
    # What it says can be typed.
    assert scaffold("update", "--force", "--restore", "a.md").code == 0
    assert scaffold("accept", "b.md", "--reason", "not ours").code == 0
    assert scaffold("check").code == 0
    monkeypatch.chdir(installed.parent)
    write_tree(installed, {"a.md": "x" + BASE})
    named = scaffold("check", "repo")
    assert "scaffold update repo --restore a.md" in named.out
    assert "scaffold accept repo/a.md --reason" in named.out


def test_a_diff_runs_from_the_template_to_the_target(scaffold: Run, installed: Path) -> None:
    write_tree(installed, {"a.md": BASE.replace("two", "TWO")})
    text = scaffold("check", installed, "--diff")
    assert "-two" in text.out
    assert "+TWO" in text.out
    row = findings(scaffold("check", installed, "--diff", "--format", "json"))[0]
    assert (row["line"], "+TWO\n" in row["diff"]) == (3, True)
    assert "diff" not in findings(scaffold("check", installed, "--format", "json"))[0]


def test_several_targets_and_the_worst_exit_code(scaffold: Run, installed: Path, tmp_path: Path) -> None:
    def copy(name: str, files: Mapping[str, str | bytes | None]) -> Path:
        shutil.copytree(installed, tmp_path / name)
        write_tree(tmp_path / name, files)
        return tmp_path / name

    clean = copy("clean", {})
    drifted = copy("drifted", {"a.md": "x\n"})
    broken = copy("broken", {ANSWERS: "a: ["})
    unreachable = copy("unreachable", {ANSWERS: f"_src_path: {tmp_path}/gone\n_commit: v1.0.0\n"})
    for targets, code in (
        ((clean, clean), 0),
        ((drifted, clean), 1),
        ((clean, broken, drifted), 2),
        ((unreachable, broken, drifted, clean), 3),
    ):
        done = scaffold("check", *targets, "--format", "json")
        assert done.code == code
        document = json.loads(done.out)
        assert [row["target"] for row in document["targets"]] == [str(target) for target in targets]
        assert [row["status"] for row in document["targets"]].count("failed") == (code > 1) + (code > 2)
        assert scaffold("check", *targets).code == code


def test_fail_on_takes_known_kinds_only(scaffold: Run, installed: Path) -> None:
    for value in ("mdified", "", ",", "accepted"):
        done = scaffold("check", installed, "--fail-on", value)
        assert done.code == 2
        assert "modified" in done.err


def test_formats_may_go_to_files(scaffold: Run, installed: Path, tmp_path: Path) -> None:
    write_tree(installed, {"a.md": "x\n"})
    options = [f"--format={name}={tmp_path / name}" for name in ("json", "github", "markdown", "sarif", "gitlab")]
    done = scaffold("check", installed, "--format", "text", *options)
    assert done.code == 1
    assert "a.md" in done.out
    for name in ("json", "github", "markdown", "sarif", "gitlab"):
        assert "a.md" in (tmp_path / name).read_text()
    assert scaffold("check", installed, "--format", "xml").code == 2


WATCHER = """
import sys

from issue_scaffold.cli.main import main

seen = []
WATCHED = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.__new__", "socket.connect")
sys.addaudithook(lambda event, args: seen.append(event) if event in WATCHED else None)
code = main(["check", *sys.argv[1:]])
heavy = {"copier", "jinja2", "ruamel", "subprocess", "socket", "asyncio", "prompt_toolkit"} & set(sys.modules)
# What takes a hundredth of a check or more to load, and only other runs need.
heavy |= {"dataclasses", "platformdirs", "shutil", "tempfile", "_hashlib"} & set(sys.modules)
heavy |= {"issue_scaffold.git.command", "issue_scaffold.template.installation"} & set(sys.modules)
heavy |= {"issue_scaffold.writing.journal", "issue_scaffold.validate.engine"} & set(sys.modules)
print(code, sorted(set(seen)), sorted(heavy), file=sys.stderr)
"""


@pytest.mark.parametrize("which", ["bundled", "git", "outdated"])
def test_a_warm_check_loads_and_starts_nothing(which: str, scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1", {"a.md": "a\n"})
    assert scaffold("init", repo, *(("-t", template) if which != "bundled" else ())).code == 0
    if which == "outdated":
        template.release("v2", {"a.md": "b\n", "CHANGELOG.md": "## 2\n\n- b\n"})
        assert "What the template changed" in scaffold("check", repo, "--refresh").out
    for _ in range(2):  # the first fills what is cached of the validator
        done = subprocess.run([sys.executable, "-c", WATCHER, repo], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == f"{int(which == 'outdated')} [] []"


def test_write_once_files_are_no_drift(scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1", {"copier.yml": "_skip_if_exists: [once.md]\n", "once.md": "o\n", "a.md": "a\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    write_tree(repo, {"once.md": "mine\n"})
    assert scaffold("check", repo).code == 0
    (repo / "once.md").unlink()
    assert scaffold("check", repo).code == 0


def test_many_folders_in_one_call(scaffold: Run, tmp_path: Path) -> None:
    assert scaffold("init", tmp_path / "t0").code == 0
    for number in range(1, 100):
        shutil.copytree(tmp_path / "t0", tmp_path / f"t{number}")
    write_tree(tmp_path, {f"t50/{FORM}": None})
    done = scaffold("check", *(tmp_path / f"t{number}" for number in range(100)), "--format", "json")
    assert done.code == 1
    document = json.loads(done.out)
    assert [index for index, row in enumerate(document["targets"]) if row["findings"]] == [50]


def test_check_writes_nothing_to_the_target(scaffold: Run, installed: Path) -> None:
    write_tree(installed, {"a.md": "x\n", "b.md": None})
    before = read_tree(installed), git(installed, "status", "--porcelain")
    for options in ((), ("--diff",), ("--refresh",), ("--format", "sarif")):
        scaffold("check", installed, *options)
    assert (read_tree(installed), git(installed, "status", "--porcelain")) == before


def test_no_colour_and_no_escape_codes_off_a_terminal(scaffold: Run, installed: Path) -> None:
    write_tree(installed, {"a.md": "x\n"})
    assert "\x1b" not in scaffold("check", installed, "--diff").out
    assert "\x1b" in scaffold("--color", "always", "check", installed, "--diff").out
