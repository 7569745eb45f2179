"""The weekly update: the action's script, with real git remotes, on a stand-in for each forge's API."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ci.conftest import SCRIPTS, Step, script
from tests.ci.fake_forge import REPOSITORY, FakeForge
from tests.conftest import ANSWERS, Result, Template, commit_all, git, write_tree

update_request = script("update_request")

FILE = ".github/ISSUE_TEMPLATE/task.md"
HEAD = "---\nname: Task\nabout: Work\n---\n"
BRANCH = "refs/heads/scaffold/update"


class Forge:
    """A repository on a forge, made from a template; each run of the script works on a fresh checkout of it."""

    def __init__(self, folder: Path, api: FakeForge, template: Template, capsys: pytest.CaptureFixture[str]) -> None:
        self.remote = folder / f"{REPOSITORY}.git"
        self.folder, self.api, self.template, self._capsys = folder, api, template, capsys
        self._checkouts = 0

    @property
    def items(self) -> list[dict[str, Any]]:
        """All pull requests and issues."""
        return self.api.items

    def clone(self) -> Path:
        """Return a fresh shallow checkout, as the action makes it."""
        self._checkouts += 1
        checkout = self.folder / f"checkout-{self._checkouts}"
        git(self.folder, "clone", "--quiet", "--depth=1", f"file://{self.remote}", str(checkout))
        return checkout

    def edit(self, path: str, content: str) -> None:
        """Change a file on the default branch."""
        checkout = self.clone()
        write_tree(checkout, {path: content})
        commit_all(checkout)
        git(checkout, "push", "--quiet", "origin", "main")

    def run(self, checkout: Path | None = None, raised_to: str | None = None) -> Step:
        """Run the script once, with what is installed here."""
        output, summary = self.folder / "output", self.folder / "summary"
        output.write_bytes(b"")
        summary.write_bytes(b"")
        variables = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "BASE": "main"}
        environment = {**os.environ, **variables, **self.api.variables(f"file://{self.folder}")}
        tool = update_request.Tool(requirement="", raised_to=raised_to)
        self._capsys.readouterr()
        try:
            code = update_request.Update(checkout or self.clone(), SCRIPTS, tool, environment).run()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        out, err = self._capsys.readouterr()
        rows = [line.partition("=") for line in output.read_text(encoding="utf-8").splitlines()]
        said = {name: value for name, _, value in rows}
        return Step(code=code, out=out, err=err, outputs=said, summary=summary.read_text(encoding="utf-8"))

    def tip(self, ref: str = BRANCH) -> str:
        """Return the commit of a branch, nothing without it."""
        return git(self.remote, "for-each-ref", "--format=%(objectname)", ref)

    def show(self, path: str, ref: str = BRANCH) -> str:
        """Return a file's content on a branch."""
        return git(self.remote, "show", f"{ref}:{path}")


@pytest.fixture
def kind() -> str:
    """Return the forge that the tests run on where they don't say."""
    return "github"


@pytest.fixture
def forge(
    tmp_path: Path,
    kind: str,
    template: Template,
    scaffold: Callable[..., Result],
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Forge]:
    """Return a repository made from version 1 of a template that has a version 2, with a file of its own changed."""
    template.release("v1.0.0", {FILE: HEAD + "\none\n\ntwo\n\nthree\n"})
    checkout = tmp_path / "first"
    checkout.mkdir()
    git(checkout, "init", "--quiet", "--initial-branch=main")
    assert scaffold("init", checkout, "-t", str(template)).code == 0
    write_tree(checkout, {FILE: HEAD + "\none, ours\n\ntwo\n\nthree\n"})
    commit_all(checkout)
    with FakeForge(kind) as api:
        forge = Forge(tmp_path, api, template, capsys)
        git(tmp_path, "clone", "--quiet", "--bare", str(checkout), str(forge.remote))
        template.release("v2.0.0", {FILE: HEAD + "\none\n\ntwo\n\nthree, new\n"})
        yield forge


def test_new_version_opens_one_pull_request(forge: Forge) -> None:
    before = forge.tip("refs/heads/main")
    git(forge.template.folder, "tag", "--annotate", "--force", "v2.0.0", "-m", "Fixes #7, by @octocat")
    step = forge.run()
    assert (step.code, step.outputs["status"]) == (0, "changed"), step.err
    (request,) = forge.items
    assert request["title"] == "Update issue templates to v2.0.0"
    # What changed is there, as code: nobody is mentioned by it, and it closes no issue.
    (news,) = [line for line in request["body"].splitlines() if "Fixes #7, by @octocat" in line]
    assert news.startswith("    ")
    assert (request["head"], request["base"]) == ("scaffold/update", "main")
    assert FILE in request["body"]
    assert "v2.0.0" in step.summary
    assert forge.show(FILE) == (HEAD + "\none, ours\n\ntwo\n\nthree, new\n").strip()
    assert forge.tip("refs/heads/main") == before


def test_second_run_changes_nothing(forge: Forge) -> None:
    forge.run()
    tip = forge.tip()
    step = forge.run()
    assert (step.code, step.outputs["status"], forge.tip(), len(forge.items)) == (0, "changed", tip, 1)


def test_open_pull_request_follows_the_default_branch_and_the_template(forge: Forge) -> None:
    forge.run()
    forge.edit("README.md", "new\n")
    forge.run()
    assert forge.show("README.md") == "new"
    forge.template.release("v3.0.0", {FILE: HEAD + "\none\n\ntwo, new\n\nthree, new\n"})
    assert forge.run().code == 0
    (request,) = forge.items
    assert request["title"] == "Update issue templates to v3.0.0"
    assert forge.show(FILE) == (HEAD + "\none, ours\n\ntwo, new\n\nthree, new\n").strip()
    assert git(forge.remote, "rev-list", "--count", f"main..{BRANCH}") == "1"


@pytest.mark.parametrize("state", ["closed", "merged"])
def test_closed_pull_request_comes_back_with_the_next_version_only(forge: Forge, state: str) -> None:
    forge.run()
    forge.items[-1]["state"] = state
    tip = forge.tip()
    step = forge.run()
    assert (step.code, step.outputs["status"], forge.tip(), len(forge.items)) == (0, "closed", tip, 1)
    assert "#1" in step.summary
    forge.template.release("v3.0.0", {FILE: HEAD + "\none\n\ntwo, new\n\nthree, new\n"})
    assert forge.run().code == 0
    assert [item["title"][-6:] for item in forge.items] == ["v2.0.0", "v3.0.0"]


def test_up_to_date_repository_is_left_alone(forge: Forge) -> None:
    forge.run()
    checkout = forge.clone()
    git(checkout, "fetch", "--quiet", "origin", BRANCH)
    git(checkout, "push", "--quiet", "origin", "FETCH_HEAD:main")
    step = forge.run()
    assert (step.code, step.outputs["status"], len(forge.items)) == (0, "unchanged", 1)


def test_conflict_opens_an_issue_and_commits_nothing(forge: Forge) -> None:
    forge.edit(FILE, HEAD + "\none\n\ntwo\n\nthree, ours\n")
    for _ in range(2):
        step = forge.run()
        assert (step.code, step.outputs["status"]) == (0, "conflicts"), step.err
    (issue,) = forge.items
    assert (issue["kind"], issue["title"]) == ("issue", "Update issue templates to v2.0.0")
    assert FILE in issue["body"]
    assert "scaffold update" in issue["body"]
    assert forge.tip() == ""
    assert git(forge.remote, "grep", "--count", "three, ours", "main", "--", FILE)
    forge.items[-1]["state"] = "closed"
    step = forge.run()
    assert (step.code, step.outputs["status"], forge.items[-1]["state"]) == (0, "conflicts", "closed")
    assert len(forge.items) == 1


def test_branch_that_others_pushed_to_is_left_alone(forge: Forge) -> None:
    forge.run()
    checkout = forge.clone()
    git(checkout, "fetch", "--quiet", "origin", BRANCH)
    git(checkout, "switch", "--quiet", "--detach", "FETCH_HEAD")
    write_tree(checkout, {"README.md": "by hand\n"})
    commit_all(checkout)
    git(checkout, "push", "--quiet", "origin", f"HEAD:{BRANCH}")
    tip = forge.tip()
    step = forge.run()
    assert (step.code, step.outputs["status"], forge.tip()) == (0, "kept", tip)
    assert "delete the branch" in step.summary


def test_branch_of_a_fork_is_not_taken_for_ours(forge: Forge) -> None:
    forge.run()
    forge.items[-1]["fork"] = True
    assert forge.run().code == 0
    assert [item["fork"] for item in forge.items] == [True, False]


def test_refused_pull_request_says_what_to_allow(forge: Forge) -> None:
    forge.api.refuses = "POST pulls"
    step = forge.run()
    assert step.code == 3
    assert "::error" in step.out
    assert "Settings, Actions, General" in step.out


def test_refused_push_says_what_to_give(forge: Forge) -> None:
    hook = forge.remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho refusing to allow a GitHub App to update workflow >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    step = forge.run()
    assert step.code == 3
    assert "SCAFFOLD_TOKEN" in step.out
    assert not [item for item in forge.items if item["kind"] == "pr"]


@pytest.mark.parametrize(("listed", "edited"), [("pulls", "three"), ("issues", "three, ours")])
def test_list_that_fails_ends_the_run(forge: Forge, listed: str, edited: str) -> None:
    forge.edit(FILE, HEAD + f"\none\n\ntwo\n\n{edited}\n")
    forge.api.refuses = f"GET {listed}"
    assert forge.run().code == 3
    assert forge.items == []
    assert forge.tip() == ""


def test_checkout_with_changes_is_refused(forge: Forge) -> None:
    checkout = forge.clone()
    write_tree(checkout, {"generated.txt": "x"})
    step = forge.run(checkout)
    assert step.code == 3
    assert "changes of its own" in step.out


def test_repository_without_answers_fails_with_the_reason(forge: Forge) -> None:
    checkout = forge.clone()
    git(checkout, "rm", "--quiet", ".copier-answers.scaffold.yml")
    commit_all(checkout)
    step = forge.run(checkout)
    assert step.code == 2
    assert "scaffold init" in step.err


@pytest.mark.parametrize("kind", ["github", "gitea", "gitlab"])
def test_every_forge_gets_one_request_and_one_issue(forge: Forge) -> None:
    forge.items.append({"kind": "pr", "number": 1, "state": "open", "fork": False, "head": "other", "base": "main"})
    forge.items[0] |= {"title": "Other", "body": ""}
    for _ in range(2):
        assert forge.run().outputs["status"] == "changed"
    request = forge.items[1]
    assert (request["head"], request["base"], request["state"]) == ("scaffold/update", "main", "open")
    assert FILE in request["body"]
    request["state"] = "merged"
    assert forge.run().outputs["status"] == "closed"
    forge.edit(FILE, HEAD + "\none\n\ntwo\n\nthree, ours\n")
    for _ in range(2):
        assert forge.run().outputs["status"] == "conflicts"
    assert [item["kind"] for item in forge.items] == ["pr", "pr", "issue"]
    forge.items[-1]["state"] = "closed"
    assert "was closed" in forge.run().out


OLD, NEW, OTHER = "a" * 40, "b" * 40, "c" * 40


@pytest.mark.parametrize(
    ("version", "tags", "raised"),
    [
        ("v0.1.0", {"v0.1.0": OLD, "v0.2.0": NEW}, "v0.2.0"),
        ("v0.9.0", {"v0.9.0": OLD, "v0.10.0": NEW, "v0.2.0": OTHER}, "v0.10.0"),
        ("'1.0'", {"1.0": OLD, "1.1": NEW}, "1.1"),
        (OLD, {"v0.1.0": OLD, "v0.2.0": NEW}, NEW),
        ("v0.2.0", {"v0.1.0": OLD, "v0.2.0": NEW}, None),
        ("v1", {"v1": OLD, "v1.0.0": NEW}, None),
        ("v0.1.0", {"v0.1.0": OLD, "v0.2.0rc1": NEW, "nightly": OTHER, "v0.2.0-1": NEW}, None),
        ("main", {"v0.1.0": OLD}, None),
        (OTHER, {"v0.1.0": OLD, "v0.2.0": NEW}, None),
        ("v0.1.0", {}, None),
        ("v0.1.0", {"v0.2.0": NEW}, None),
        ("-x", {"v0.2.0": NEW}, None),
    ],
)
def test_a_release_is_raised_to_the_newest_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, tags: dict[str, str], raised: str | None
) -> None:
    source = "git@git.example.com:o/tool.git"
    write_tree(tmp_path, {ANSWERS: f"_commit: v1\ntool_source: {source}\ntool_version: {version}\n"})
    lines = [f"{OTHER}\trefs/tags/{tag}\n{commit}\trefs/tags/{tag}^{{}}\n" for tag, commit in tags.items()]
    listed = subprocess.CompletedProcess([], 0, "".join(lines).encode(), b"")
    monkeypatch.setattr(update_request.subprocess, "run", lambda *_, **__: listed)
    tool = update_request.newest_tool(tmp_path, "/checkout", {})
    assert tool.raised_to == raised
    wanted = f"issue-scaffold @ git+ssh://git@git.example.com/o/tool.git@{raised}"
    assert tool.requirement == (wanted if raised else "/checkout")


def test_a_source_that_gives_no_answer_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = (tmp_path / "nowhere").as_uri()
    write_tree(tmp_path, {ANSWERS: f"tool_source: {source}\ntool_version: v1\n"})
    assert update_request.newest_tool(tmp_path, "/checkout", os.environ).requirement == "/checkout"
    assert "::warning title=scaffold::" in capsys.readouterr().out


def test_a_newer_tool_is_named_and_recorded_in_the_same_request(forge: Forge, scaffold: Callable[..., Result]) -> None:
    questions = "tool_source:\n  type: str\n  default: x\ntool_version:\n  type: str\n  default: v0.1.0\n"
    forge.template.release("v3.0.0", {"copier.yml": questions})
    checkout = forge.clone()
    assert scaffold("update", checkout).code == 0
    commit_all(checkout)
    git(checkout, "push", "--quiet", "origin", "main")
    assert forge.run(raised_to="v0.2.0").outputs["status"] == "changed"
    assert forge.items[-1]["title"] == "Update issue-scaffold to v0.2.0"
    assert "tool_version: v0.2.0" in forge.show(ANSWERS)
    forge.template.release("v4.0.0", {"b.md": "new\n"})
    assert forge.run(raised_to="v0.2.0").outputs["status"] == "changed"
    assert [item["title"] for item in forge.items] == ["Update issue templates to v4.0.0 and issue-scaffold to v0.2.0"]


def test_line_ends_of_windows_reach_no_title_and_no_version(tmp_path: Path) -> None:
    """Programs on Windows end their lines with CR and LF; what is read of them has neither at its ends."""
    script = "import sys; sys.stdout.buffer.write(b'v2.0.0\\r\\nmore\\r\\n')"
    done = update_request.run([sys.executable, "-c", script], tmp_path, os.environ)
    assert done.stdout == "v2.0.0\nmore\n"
    assert update_request.indented("a\r\nb\r\n") == "    a\n    b\n"
    listed = f"{OLD}\trefs/tags/v1.0.0\r\n{NEW}\trefs/tags/v2.0.0\r\n"
    assert update_request.read_releases(listed) == {"v1.0.0": OLD, "v2.0.0": NEW}
    (tmp_path / ANSWERS).write_bytes(b"tool_source: https://h/o/r\r\ntool_version: 'v1.0.0'\r\n")
    assert update_request.answer(tmp_path, "tool_source") == "https://h/o/r"
    assert update_request.answer(tmp_path, "tool_version") == "v1.0.0"


def test_programs_of_an_environment_lie_where_python_puts_them() -> None:
    """Asked of Python itself, which knows the schemes of all systems."""
    places = {system: sysconfig.get_path("scripts", f"{system}_venv", {"base": "x"}) for system in ("nt", "posix")}
    assert {system: update_request.programs_folder(system) for system in places} == {
        system: place.replace("\\", "/").rpartition("/")[2] for system, place in places.items()
    }


def test_outputs_and_summary_have_the_line_ends_that_runners_read(forge: Forge) -> None:
    forge.run()
    for name in ("output", "summary"):
        written = (forge.folder / name).read_bytes()
        assert written.endswith(b"\n")
        assert b"\r" not in written
