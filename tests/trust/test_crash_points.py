"""SIGKILL, a full disk once, and one that stays full, at every kind of calls that write, for every command that writes.

`SCAFFOLD_CRASH_POINTS=all` means every call of every command: it takes some minutes.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.conftest import Run, Template, commit_all, git, write_tree
from tests.labels.fake_github import FakeGitHub, FakeServer
from tests.trust.faults import FEWEST, Job, Result

ROOT = Path(__file__).parents[2]
FORM = """name: Crash report
description: Tell us
body:
  - type: textarea
    id: what
    attributes:
      label: What happened?
"""
MARKDOWN = "---\nname: Question\nabout: Ask us\n---\n\n## What?\n\n## Why?\n"
V1: dict[str, str | bytes | None] = {
    "guide.md": "one\n\ntwo\n\nthree\n",
    "old/deep/gone.md": "bye\n",
    "run.sh": "#!/bin/sh\necho one\n",
}
V2: dict[str, str | bytes | None] = {
    "guide.md": "one\n\ntwo\n\nthree!\n",
    "old/deep/gone.md": None,
    "run.sh": "#!/bin/sh\necho two\n",
    "new/deep/fresh.md": "fresh\n",
}


class Scene:
    """A target in a folder of its own, and what a command needs besides."""

    def __init__(self, scaffold: Run, template: Template, folder: Path) -> None:
        self.scaffold = scaffold
        self.template = template
        self.folder = folder
        self.target = folder / "target"
        self.first: list[str] = []

    def repository(self) -> None:
        """Make the target a git repository."""
        self.target.mkdir(exist_ok=True)
        git(self.target, "init", "--quiet", "--initial-branch=main", "--template=")

    def installed(self) -> None:
        """Install version 1, commit it, and release version 2."""
        self.repository()
        self.template.release("v1", V1)
        assert self.scaffold("init", self.target, "-t", self.template).code == 0
        commit_all(self.target)
        self.template.release("v2", V2)

    def catalog(self) -> None:
        """Make a catalog, and a template to add to it."""
        self.outside()
        assert self.scaffold("catalog", "new", self.target).code == 0
        shutil.rmtree(self.target / ".git")
        self.repository()

    def outside(self) -> None:
        """Write a template beside the target."""
        write_tree(self.folder, {"question.md": MARKDOWN})


def init_in_a_new_folder(scene: Scene) -> list[str]:
    """Install a template where no folder is."""
    scene.template.release("v1", V1)
    return ["init", str(scene.target), "-t", str(scene.template)]


def init_in_a_repository(scene: Scene) -> list[str]:
    """Install a template beside the user's own files."""
    scene.repository()
    write_tree(scene.target, {"mine.txt": "mine", "old/mine.txt": "mine"})
    scene.template.release("v1", V1)
    return ["init", str(scene.target), "-t", str(scene.template)]


def update(scene: Scene) -> list[str]:
    """Change, make and delete files."""
    scene.installed()
    (scene.target / "run.sh").chmod(0o600)
    return ["update", str(scene.target)]


def update_with_a_conflict(scene: Scene) -> list[str]:
    """Leave conflict markers, and mark the file in git's index."""
    scene.installed()
    write_tree(scene.target, {"guide.md": "one\n\ntwo\n\nthree?\n"})
    return ["update", str(scene.target)]


def update_without_git(scene: Scene) -> list[str]:
    """Keep the journal elsewhere than in a git folder."""
    scene.installed()
    shutil.rmtree(scene.target / ".git")
    return ["update", str(scene.target)]


def accept(scene: Scene) -> list[str]:
    """Record a deviation in a settings file that isn't there yet."""
    scene.installed()
    write_tree(scene.target, {"guide.md": "mine\n"})
    return ["accept", str(scene.target / "guide.md"), "--reason", "ours"]


def validate_fix(scene: Scene) -> list[str]:
    """Mend two files, one of which gets another name."""
    folder = ".github/ISSUE_TEMPLATE"
    scene.repository()
    write_tree(
        scene.target,
        {
            f"{folder}/a.yml": FORM.replace("description", "about"),
            f"{folder}/config.yaml": "blank_issues_enabled: false\n",
        },
    )
    return ["validate", "--fix", str(scene.target)]


def convert_in_place(scene: Scene) -> list[str]:
    """Replace a template by a form."""
    scene.repository()
    write_tree(scene.target, {".github/ISSUE_TEMPLATE/a.md": MARKDOWN})
    return ["convert", "--in-place", str(scene.target / ".github/ISSUE_TEMPLATE/a.md")]


def convert_to_a_file(scene: Scene) -> list[str]:
    """Write a form to a new file, in no repository."""
    write_tree(scene.target, {"a.md": MARKDOWN, "out.yml": "old\n"})
    return ["convert", str(scene.target / "a.md"), "-o", str(scene.target / "out.yml")]


def catalog_new(scene: Scene) -> list[str]:
    """Make a template repository."""
    scene.outside()
    return ["catalog", "new", str(scene.target), "--from", str(scene.folder / "question.md")]


def catalog_add(scene: Scene) -> list[str]:
    """Add a form and its choice."""
    scene.catalog()
    return ["catalog", "add", str(scene.folder / "question.md"), "-C", str(scene.target)]


def report_to_a_file(scene: Scene) -> list[str]:
    """Write a report."""
    scene.repository()
    write_tree(scene.target, {".github/ISSUE_TEMPLATE/a.yml": FORM})
    return ["validate", str(scene.target), "--format", f"json={scene.target / 'out/report.json'}"]


def labels_export(scene: Scene) -> list[str]:
    """Write a repository's labels to a file."""
    scene.repository()
    return ["labels", "export", "--repo", "octo/demo", "-o", str(scene.target / "labels.yml")]


def undo_with_a_conflict(scene: Scene) -> list[str]:
    """Take back an update: files made, changed and deleted, and a conflict in git's index."""
    scene.first = update_with_a_conflict(scene)
    return ["undo", str(scene.target)]


def undo_without_git(scene: Scene) -> list[str]:
    """Take back an update of which the state folder knows."""
    scene.first = update_without_git(scene)
    return ["undo", str(scene.target)]


COMMANDS: tuple[Callable[[Scene], list[str]], ...] = (
    init_in_a_new_folder,
    init_in_a_repository,
    update,
    update_with_a_conflict,
    update_without_git,
    undo_with_a_conflict,
    undo_without_git,
    accept,
    validate_fix,
    convert_in_place,
    convert_to_a_file,
    catalog_new,
    catalog_add,
    report_to_a_file,
    labels_export,
)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """Serve labels on the loopback interface."""
    server = FakeServer(FakeGitHub())
    server.github.repository().add("bug", "d73a4a", "broken")
    monkeypatch.setenv("GH_TOKEN", server.github.token)
    monkeypatch.setenv("GITHUB_API_URL", server.address)
    yield server.github
    server.close()


Examine = Callable[[Job], Result]


@pytest.fixture(scope="module")
def examine() -> Iterator[Examine]:
    """Run jobs in one process of their own, which knows what it has met."""
    command = [sys.executable, "-m", "tests.trust.faults"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        entrance, exit_ = process.stdin, process.stdout

        def run(job: Job) -> Result:
            entrance.write(f"{json.dumps(asdict(job))}\n")
            entrance.flush()
            return Result(**json.loads(exit_.readline()))

        yield run


@pytest.mark.parametrize("prepare", COMMANDS, ids=lambda value: value.__name__)
@pytest.mark.usefixtures("github")
def test_after_a_rerun_the_tree_is_as_after_an_undisturbed_run(
    prepare: Callable[[Scene], list[str]], examine: Examine, scaffold: Run, template: Template, tmp_path: Path
) -> None:
    """And nothing else is left, and what was said not to be written is never completed."""
    folder = tmp_path / "scene"
    folder.mkdir()
    scene = Scene(scaffold, template, folder)
    arguments = prepare(scene)
    before = None
    if scene.target.exists():
        before = tmp_path / "before"
        shutil.copytree(scene.target, before, symlinks=True)
    state = Path(os.environ["SCAFFOLD_CACHE_DIR"]) / "state"
    job = Job(
        environment=dict(os.environ),
        arguments=arguments,
        first=scene.first,
        target=str(scene.target),
        before=None if before is None else str(before),
        state=[str(state)],
        every=os.environ.get("SCAFFOLD_CRASH_POINTS") == "all",
    )
    result = examine(job)
    assert not result.wrong, "\n".join(result.wrong[:10])
    assert min(result.points.values()) >= FEWEST, result
    assert {"open", "write", "fsync", "mkdir", "replace"} <= set(result.calls)
