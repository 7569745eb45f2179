"""`scaffold check`: what it finds, what it exits with, what it asks the network, and what it doesn't load."""

import json
import os
import shutil
import subprocess
import sys
import time
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
        {("invalid", ".github/ISSUE_TEMPLATE/x.yml")},
    ),
}


@pytest.mark.parametrize("what", EDITS)
def test_each_kind_of_drift(what: str, scaffold: Run, template: Template, installed: Path) -> None:
    edit, wanted = EDITS[what]
    edit(installed, template)
    done = scaffold("check", installed, "--refresh", "--format", "json")
    assert kinds(done) == wanted
    assert done.code == (1 if wanted else 0)
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
    assert scaffold("update", "--restore", "a.md").code == 0
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


class TestNetwork:
    """What is asked, when, and what happens without an answer."""

    URL = "https://git.example.invalid/team/template.git"

    @pytest.fixture
    def remote(self, template: Template, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
        """Return a switch: whether the URL leads to the template."""

        def reachable(on: bool) -> None:
            monkeypatch.setenv("GIT_CONFIG_COUNT", "1" if on else "0")
            monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{template.folder}.insteadOf")
            monkeypatch.setenv("GIT_CONFIG_VALUE_0", self.URL)

        reachable(True)  # noqa: FBT003
        return reachable

    @pytest.fixture
    def target(self, remote: Callable[[bool], None], scaffold: Run, template: Template, repo: Path) -> Path:
        remote(True)  # noqa: FBT003
        template.release("v1.0.0", {"a.md": "a\n", "copier.yml": "q: x\n"})
        assert scaffold("init", repo, "-t", self.URL).code == 0
        return repo

    def age(self, seconds: float) -> None:
        """Make what was asked look older."""
        cache = Path(os.environ["SCAFFOLD_CACHE_DIR"]) / "versions"
        import hashlib

        for path in cache.glob("*.json"):
            document = json.loads(path.read_bytes().partition(b"\n")[2])
            document["asked_at"] = time.time() - seconds
            body = json.dumps(document).encode()
            path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)

    def test_it_asks_once_an_hour(self, scaffold: Run, template: Template, target: Path) -> None:
        template.release("v2.0.0", {"a.md": "b\n"})
        assert scaffold("check", target).code == 0
        self.age(3500)
        assert scaffold("check", target).code == 0
        assert scaffold("check", target, "--offline").code == 0
        self.age(3700)
        assert scaffold("check", target, "--offline").code == 0
        assert scaffold("check", target).code == 1

    def test_refresh_asks_now(self, scaffold: Run, template: Template, target: Path) -> None:
        template.release("v2.0.0", {"a.md": "b\n"})
        assert scaffold("check", target, "--refresh").code == 1
        assert scaffold("check", target).code == 1
        assert scaffold("check", target, "--offline", "--refresh").code == 2

    def test_offline_after_first_use(
        self, scaffold: Run, target: Path, remote: Callable[[bool], None], template: Template
    ) -> None:
        template.release("v2.0.0", {"a.md": "b\n"})
        assert scaffold("check", target, "--refresh").code == 1
        remote(False)  # noqa: FBT003
        assert scaffold("check", target).code == 1
        self.age(7200)
        done = scaffold("check", target, "--format", "json")
        assert done.code == 0
        row = json.loads(done.out)["targets"][0]
        assert row["template"]["latest"] is None
        assert any("unknown" in note for note in row["notes"])
        write_tree(target, {"a.md": "mine\n"})
        assert scaffold("check", target, "--offline").code == 1
        assert scaffold("update", target, "--restore").code == 0
        assert (target / "a.md").read_text() == "a\n"

    def test_update_and_init_offline_go_by_the_mirror(
        self, scaffold: Run, target: Path, remote: Callable[[bool], None], tmp_path: Path
    ) -> None:
        remote(False)  # noqa: FBT003
        done = scaffold("update", target, "-d", "q=y")
        assert done.code == 0, done
        assert "can't be reached" in done.err
        assert "q: y" in (target / ANSWERS).read_text()
        second = scaffold("init", tmp_path / "second", "-t", self.URL)
        assert second.code == 0
        assert "can't be reached" in second.err

    def test_never_reached(self, scaffold: Run, remote: Callable[[bool], None], tmp_path: Path) -> None:
        remote(False)  # noqa: FBT003
        for source in (self.URL, "git@git.example.invalid:a/b.git", "ssh://git@example.invalid/a.git", "gh:a/b"):
            done = scaffold("init", tmp_path / "x", "-t", source)
            assert done.code == 3, done
            assert "can't be reached" in done.err
        assert not (tmp_path / "x").exists()

    def test_a_version_that_only_the_remote_knows(
        self, scaffold: Run, target: Path, remote: Callable[[bool], None], template: Template
    ) -> None:
        """A colleague updated the repository; this machine's mirror is older, and it is offline."""
        template.release("v2.0.0", {"a.md": "b\n"})
        write_tree(target, {ANSWERS: (target / ANSWERS).read_text().replace("v1.0.0", "v2.0.0"), "a.md": "b\n"})
        remote(False)  # noqa: FBT003
        done = scaffold("check", target)
        assert done.code == 3, done
        assert "can't be reached" in done.err
        remote(True)  # noqa: FBT003
        assert scaffold("check", target).code == 0

    def test_a_bundled_template_never_needs_it(
        self, scaffold: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "none")
        assert scaffold("init", tmp_path / "x").code == 0
        for options in ((), ("--offline",), ("--refresh",)):
            assert scaffold("check", tmp_path / "x", *options).code == 0


WATCHER = """
import sys

from issue_scaffold.cli.main import main

seen = []
WATCHED = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.__new__", "socket.connect")
sys.addaudithook(lambda event, args: seen.append(event) if event in WATCHED else None)
code = main(["check", *sys.argv[1:]])
heavy = {"copier", "jinja2", "ruamel", "subprocess", "socket", "asyncio", "prompt_toolkit"} & set(sys.modules)
print(code, sorted(set(seen)), sorted(heavy), file=sys.stderr)
"""


@pytest.mark.parametrize("which", ["bundled", "git"])
def test_a_warm_check_loads_and_starts_nothing(which: str, scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1", {"a.md": "a\n"})
    assert scaffold("init", repo, *(("-t", template) if which == "git" else ())).code == 0
    for _ in range(2):  # the first fills what is cached of the validator
        done = subprocess.run([sys.executable, "-c", WATCHER, repo], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "0 [] []"


class TestCache:
    """A cache that is damaged, gone or can't be written never changes the answer."""

    @pytest.fixture
    def cache(self, installed: Path) -> Path:
        assert installed
        return Path(os.environ["SCAFFOLD_CACHE_DIR"])

    @pytest.mark.parametrize("damage", ["truncate", "empty", "garbage", "valid json", "delete", "folder"])
    def test_a_damaged_entry_is_made_again(self, damage: str, scaffold: Run, installed: Path, cache: Path) -> None:
        write_tree(installed, {"a.md": "x" + BASE})
        wanted = scaffold("check", installed, "--diff", "--format", "json")
        for path in sorted(cache.rglob("*")):
            if not path.is_file() or "git" in path.parts or "locks" in path.parts:
                continue
            content = path.read_bytes()
            match damage:
                case "truncate":
                    path.write_bytes(content[: len(content) // 2])
                case "empty":
                    path.write_bytes(b"")
                case "garbage":
                    path.write_bytes(b"\0" + content[1:][::-1])
                case "valid json":
                    path.write_bytes(b"{}")
                case "delete":
                    path.unlink()
                case _:
                    path.unlink()
                    path.mkdir()
            assert scaffold("check", installed, "--diff", "--format", "json") == wanted, path
        assert scaffold("update", installed, "--restore").code == 0
        assert scaffold("check", installed).code == 0

    def test_a_damaged_mirror_is_made_again(
        self, scaffold: Run, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = "https://git.example.invalid/t.git"
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{template.folder}.insteadOf")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", url)
        template.release("v1", {"a.md": "a\n"})
        assert scaffold("init", tmp_path / "x", "-t", url).code == 0
        template.release("v2", {"a.md": "b\n"})
        mirror = next((Path(os.environ["SCAFFOLD_CACHE_DIR"]) / "git").glob("*.git"))
        shutil.rmtree(mirror / "objects")
        done = scaffold("update", tmp_path / "x")
        assert done.code == 0, done
        assert (tmp_path / "x/a.md").read_text() == "b\n"

    def test_a_file_where_the_cache_should_be(
        self, scaffold: Run, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_tree(tmp_path, {"file": "x"})
        monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "file"))
        assert scaffold("check", installed).code == 0
        assert scaffold("init", tmp_path / "new").code == 0
        assert scaffold("update", installed).code == 0
        assert (tmp_path / "file").read_text() == "x"

    def test_an_upgraded_copier_or_scaffold_renders_anew(
        self, scaffold: Run, installed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entries = set((cache / "renders").iterdir())
        monkeypatch.setattr("issue_scaffold.usecases.rendering.__version__", "99")
        assert scaffold("check", installed).code == 0
        assert set((cache / "renders").iterdir()) > entries


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
