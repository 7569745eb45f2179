"""What the user does between a run that was killed half way and the next one.

That the next run completes it at all, whatever the point, is proved by `tests/trust/test_crash_points.py`.
"""

import signal
import subprocess
import sys
from pathlib import Path

from tests.conftest import ANSWERS, Run, Template, commit_all, git, write_tree

# Each kills the process just after something is done.
AFTER_A_FILE = """
import os
replace = os.replace

def killed(source, to, **folders):
    replace(source, to, **folders)
    if to == "fresh.md":
        os.kill(os.getpid(), signal.SIGKILL)

os.replace = killed
"""
AFTER_THE_INDEX = """
import os
from issue_scaffold.git import command as git
enter = git.enter_index

def killed(*arguments):
    enter(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)

git.enter_index = killed
"""
V1: dict[str, str | bytes | None] = {
    "copier.yml": "word: {type: str, default: hello}\n",
    "docs/guide.md.jinja": "{{ word }}\n\ntwo\n\nthree\n\nfour\n",
    "run.sh": "#!/bin/sh\necho one\n",
    "old/gone.md": "bye\n",
    "moved.md": "a\nb\nc\nd\ne\nf\n",
    "logo.png": b"\0\1\2",
}
V2: dict[str, str | bytes | None] = {
    "docs/guide.md.jinja": "{{ word }}\n\ntwo\n\nthree\n\nfour!\n",
    "run.sh": "#!/bin/sh\necho two\n",
    "old/gone.md": None,
    "moved.md": None,
    "new/moved.md": "a\nb\nc\nd\ne\nf\ng\n",
    "fresh.md": "fresh\n",
}


def prepare_update(scaffold: Run, template: Template, repo: Path) -> None:
    """Install version 1, commit it, and release version 2."""
    template.release("v1", V1)
    assert scaffold("init", repo, "-t", template.folder).code == 0
    commit_all(repo)
    template.release("v2", V2)


def kill(when: str, *arguments: str | Path) -> None:
    """Run a command that is killed at a moment."""
    program = f"import signal, sys{when}\nfrom issue_scaffold.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done


def test_a_file_saved_after_a_crash_is_left_alone(scaffold: Run, template: Template, repo: Path) -> None:
    prepare_update(scaffold, template, repo)
    kill(AFTER_A_FILE, "update", repo)
    assert (repo / "fresh.md").exists()
    assert "_commit: v1" in (repo / ANSWERS).read_text()
    write_tree(repo, {"run.sh": "#!/bin/sh\necho mine\n"})
    again = scaffold("update", repo)
    assert again.code == 0
    assert "interrupted run was completed" in again.err
    assert "run.sh had changed since" in again.err
    assert (repo / "run.sh").read_text() == "#!/bin/sh\necho mine\n"
    assert not list((repo / ".git").glob("scaffold-*"))


def test_recovery_does_not_reopen_a_resolved_conflict(scaffold: Run, template: Template, repo: Path) -> None:
    """The run died after the index was marked; the user resolved it before the next run."""
    prepare_update(scaffold, template, repo)
    write_tree(repo, {"docs/guide.md": "hello\n\ntwo\n\nthree\n\nfour?\n"})
    kill(AFTER_THE_INDEX, "update", repo)
    assert git(repo, "ls-files", "--unmerged")
    assert list((repo / ".git").glob("scaffold-*"))
    write_tree(repo, {"docs/guide.md": "hello\n\ntwo\n\nthree\n\nboth\n"})
    git(repo, "add", "docs/guide.md")
    again = scaffold("update", repo)
    assert again.code == 0, again
    assert not git(repo, "ls-files", "--unmerged")
    assert (repo / "docs/guide.md").read_text().endswith("both\n")
    assert not list((repo / ".git").glob("scaffold-*"))
