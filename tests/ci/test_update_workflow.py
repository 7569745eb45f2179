"""The weekly update: its script, as rendered into the workflow, with real git remotes and a stand-in for gh."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ci.conftest import EVERYTHING, ROOT, Runner, Step, load, need
from tests.conftest import Template, commit_all, git, write_tree

FILE = ".github/ISSUE_TEMPLATE/task.md"
HEAD = "---\nname: Task\nabout: Work\n---\n"
BRANCH = "refs/heads/scaffold/update"


class Forge:
    """A repository on a forge, made from a template; each run of the workflow works on a fresh checkout of it."""

    def __init__(self, folder: Path, runner: Runner, script: str, template: Template) -> None:
        self.remote = folder / "shop.git"
        self.folder, self.runner, self.script = folder, runner, script
        self.template = template
        self.store = folder / "gh.json"
        self._checkouts = 0
        runner.variables |= {"BASE": "main", "GH_REPO": "octo-org/shop", "GH_TOKEN": "x", "FAKE_GH": str(self.store)}

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

    def run(self, **variables: str) -> Step:
        """Run the workflow once."""
        return self.runner.run(self.script, self.clone(), **variables)

    @property
    def items(self) -> list[dict[str, Any]]:
        """All pull requests and issues."""
        items: list[dict[str, Any]] = json.loads(self.store.read_text(encoding="utf-8"))["items"]
        return items

    def change_item(self, **values: object) -> None:
        """Change the newest pull request or issue, as people do."""
        state = json.loads(self.store.read_text(encoding="utf-8"))
        state["items"][-1] |= values
        self.store.write_text(json.dumps(state), encoding="utf-8")

    def tip(self, ref: str = BRANCH) -> str:
        """Return the commit of a branch, nothing without it."""
        return git(self.remote, "for-each-ref", "--format=%(objectname)", ref)

    def show(self, path: str, ref: str = BRANCH) -> str:
        """Return a file's content on a branch."""
        return git(self.remote, "show", f"{ref}:{path}")


@pytest.fixture
def forge(
    tmp_path: Path, runner: Runner, render: Callable[..., Path], template: Template, scaffold: Callable[..., Any]
) -> Forge:
    """Return a repository made from version 1 of a template that has a version 2, with a file of its own changed."""
    need("jq")
    shutil.copy(Path(__file__).parent / "fake_gh.py", runner.programs / "gh")
    lines = (runner.programs / "gh").read_text(encoding="utf-8")
    (runner.programs / "gh").write_text(f"#!{sys.executable}\n{lines}", encoding="utf-8")
    (runner.programs / "gh").chmod(0o755)
    workflow = load(render(**EVERYTHING) / ".github/workflows/scaffold-update.yml")
    forge = Forge(tmp_path, runner, workflow["jobs"]["update"]["steps"][-1]["run"], template)
    template.release("v1.0.0", {FILE: HEAD + "\none\n\ntwo\n\nthree\n"})
    checkout = tmp_path / "first"
    checkout.mkdir()
    git(checkout, "init", "--quiet", "--initial-branch=main")
    assert scaffold("init", checkout, "-t", str(template)).code == 0
    write_tree(checkout, {FILE: HEAD + "\none, ours\n\ntwo\n\nthree\n"})
    commit_all(checkout)
    git(tmp_path, "clone", "--quiet", "--bare", str(checkout), str(forge.remote))
    template.release("v2.0.0", {FILE: HEAD + "\none\n\ntwo\n\nthree, new\n"})
    return forge


def test_workflow_and_action_run_the_same_script(forge: Forge) -> None:
    assert forge.script.strip() == (ROOT / "template/workflows/update.sh").read_text(encoding="utf-8").strip()


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


@pytest.mark.parametrize("state", ["CLOSED", "MERGED"])
def test_closed_pull_request_comes_back_with_the_next_version_only(forge: Forge, state: str) -> None:
    forge.run()
    forge.change_item(state=state)
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
    forge.change_item(state="CLOSED")
    step = forge.run()
    assert (step.code, step.outputs["status"], forge.items[-1]["state"]) == (0, "conflicts", "CLOSED")
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
    forge.change_item(isCrossRepository=True)
    assert forge.run().code == 0
    assert [item["isCrossRepository"] for item in forge.items] == [True, False]


def test_refused_pull_request_says_what_to_allow(forge: Forge) -> None:
    step = forge.run(FAKE_GH_REFUSES="pr create")
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


@pytest.mark.parametrize(("kind", "edited"), [("pr", "three"), ("issue", "three, ours")])
def test_list_that_fails_ends_the_run(forge: Forge, kind: str, edited: str) -> None:
    forge.edit(FILE, HEAD + f"\none\n\ntwo\n\n{edited}\n")
    assert forge.run(FAKE_GH_REFUSES=f"{kind} list").code == 1
    assert forge.items == []
    assert forge.tip() == ""


def test_checkout_with_changes_is_refused(forge: Forge) -> None:
    checkout = forge.clone()
    write_tree(checkout, {"generated.txt": "x"})
    step = forge.runner.run(forge.script, checkout)
    assert step.code == 3
    assert "changes of its own" in step.out


def test_repository_without_answers_fails_with_the_reason(forge: Forge) -> None:
    checkout = forge.clone()
    git(checkout, "rm", "--quiet", ".copier-answers.scaffold.yml")
    commit_all(checkout)
    step = forge.runner.run(forge.script, checkout)
    assert step.code == 2
    assert "scaffold init" in step.err
