"""Two runs at once, Ctrl-C, errors nobody thought of, and what others left in the target."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import Run, Template, commit_all, read_tree, write_tree

COMMAND = Path(sys.executable).parent / "scaffold"


BASE = "one\n\ntwo\n\nthree\n"


@pytest.fixture
def installed(scaffold: Run, template: Template, repo: Path) -> Path:
    """Return a target of a git template at its first version, with a second one out."""
    template.release("v1.0.0", {"a.md": BASE, "d/b.md": "b\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    commit_all(repo)
    template.release("v2.0.0", {"a.md": BASE + "more\n", "c.md": "c\n"})
    return repo


def unharmed(done: object) -> None:
    """Assert that a run ended with a message instead of a crash."""
    assert "error: unexpected" not in str(done)
    assert "Traceback" not in str(done)


@pytest.mark.parametrize("kind", ["file", "link to a folder", "dangling link", "foreign folder"])
def test_something_of_the_name_of_the_staging_folder(kind: str, scaffold: Run, installed: Path, tmp_path: Path) -> None:
    staging = installed / ".scaffold-staging"
    write_tree(tmp_path, {"outside/keep.md": "keep\n"})
    match kind:
        case "file":
            staging.write_text("mine")
        case "link to a folder":
            staging.symlink_to(tmp_path / "outside")
        case "dangling link":
            staging.symlink_to(tmp_path / "nowhere")
        case _:
            write_tree(staging, {"sub/keep.md": "keep\n"})
    done = scaffold("update", installed)
    unharmed(done)
    assert done.code == 0, done
    assert ".scaffold-staging is not used" in done.err
    assert (tmp_path / "outside/keep.md").is_file()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "manifest",
    [
        "", "{", "[]", "{}", "[1]", '[{"path": "x"}]',
        '[{"path": "../outside.md", "staged": "0000", "before": null, "after": "- 00", "index_info": ""}]',
        '[{"path": ".git/hooks/pre-commit", "staged": "0000", "before": null, "after": "- 00", "index_info": ""}]',
        '[{"path": "/tmp/outside.md", "staged": "0000", "before": null, "after": "- 00", "index_info": ""}]',
        '[{"path": "x.md", "staged": "../a.md", "before": null, "after": "- 00", "index_info": ""}]',
    ],
)  # fmt: skip
def test_a_staging_folder_that_a_repository_brought_along(
    manifest: str, scaffold: Run, installed: Path, tmp_path: Path
) -> None:
    """Whoever writes to a repository must not get files of theirs anywhere else by it."""
    write_tree(installed, {".scaffold-staging/manifest.json": manifest, ".scaffold-staging/0000": "evil\n"})
    hooks = set((installed / ".git/hooks").iterdir())
    done = scaffold("update", installed)
    unharmed(done)
    assert done.code == 0
    assert not (tmp_path / "outside.md").exists()
    assert set((installed / ".git/hooks").iterdir()) == hooks
    assert (installed / "a.md").is_file()


def test_two_runs_on_one_target(scaffold: Run, installed: Path) -> None:
    assert scaffold("update", installed, "--dry-run").code == 0
    runs = [
        subprocess.Popen([COMMAND, "update", installed], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    results = [(run.communicate(), run.returncode) for run in runs]
    assert [code for _, code in results] == [0, 0, 0, 0], results
    assert sum("from template v1.0.0 to v2.0.0" in out for (out, _), _ in results) == 1
    assert scaffold("check", installed).code == 0


def test_a_run_that_waits_says_so(installed: Path) -> None:
    holder = (
        "import sys; from pathlib import Path; from issue_scaffold.state import locks\n"
        "with locks.hold(Path(sys.argv[1]), sys.argv[2], what='x'): print('held', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    cache = Path(os.environ["SCAFFOLD_CACHE_DIR"])
    name = next((cache / "locks").glob("target-*.lock")).stem
    command = [sys.executable, "-c", holder, str(cache), name]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with subprocess.Popen([COMMAND, "update", installed], stdout=pipe, stderr=pipe, text=True) as waiting:
            assert waiting.stderr
            assert "waiting for another scaffold run" in waiting.stderr.readline()
            other.communicate()
            waiting.communicate()
    assert waiting.returncode == 0


@pytest.mark.parametrize("arguments", [("update",), ("update", "--restore"), ("check",)])
def test_interrupting_leaves_nothing_half_done(arguments: tuple[str, ...], installed: Path) -> None:
    """Ctrl-C while it waits for git, which never answers here."""
    slow = installed.parent / "bin"
    write_tree(slow, {"git": '#!/bin/sh\necho > "$0.started"\nexec sleep 300\n'})
    (slow / "git").chmod(0o755)
    before = read_tree(installed)
    environment = {**os.environ, "PATH": f"{slow}:{os.environ['PATH']}", "SCAFFOLD_CACHE_DIR": str(slow / "cold")}
    run = subprocess.Popen(
        [COMMAND, *arguments, "."],
        cwd=installed,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (slow / "git.started").exists():
        assert run.poll() is None, run.communicate()
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate()
    assert run.returncode == 130, (out, err)
    assert "interrupted" in err
    unharmed(err)
    assert read_tree(installed) == before


def test_an_unexpected_error_leaves_a_report(
    scaffold: Run, installed: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug\nof two lines")

    monkeypatch.setattr("issue_scaffold.sync.update.plan_merge", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    done = scaffold("update", installed)
    assert done.code == 3
    assert "Traceback" not in done.err
    assert done.err.splitlines()[0] == "error: unexpected ZeroDivisionError: a bug"
    report = next(tmp_path.glob("scaffold-report-*.txt")).read_text()
    assert "plan_merge" in report
    monkeypatch.setenv("SCAFFOLD_DEBUG", "1")
    done = scaffold("update", installed)
    assert done.code == 3
    assert "Traceback" in done.err


def test_nothing_is_left_in_the_temporary_folder(
    scaffold: Run, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    for arguments in (("init", tmp_path / "x"), ("update", installed), ("check", installed), ("init", installed)):
        scaffold(*arguments)
        assert not list((tmp_path / "tmp").iterdir()), arguments
