"""What somebody else does between the moment a run reads and the moment it writes: nothing of theirs is lost.

The other one acts on real files and with the real git, at moments that the interpreter's audit events tell.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Result, Run, Template, commit_all, git, read_tree, write_tree

SETTINGS = ".github/scaffold.yml"
TEXT = "one\n\ntwo\n\nthree\n"
LONG = "".join(f"line {number}\n" for number in range(12))
V1: dict[str, str | bytes | None] = {
    "clash.md": TEXT,
    "clean.md": TEXT,
    "docs/deep/clean.md": TEXT,
    "gone.md": "bye\n",
    "merge.md": TEXT,
    "moved.md": LONG,
    "picture.png": b"\0\1\2",
}
V2: dict[str, str | bytes | None] = {
    "clash.md": TEXT.replace("two", "2"),
    "clean.md": TEXT.replace("two", "2"),
    "docs/deep/clean.md": TEXT.replace("two", "2"),
    "gone.md": None,
    "merge.md": TEXT.replace("three", "3"),
    "moved.md": None,
    "new/moved.md": LONG + "more\n",
    "new/fresh.md": "fresh\n",
    "picture.png": b"\0\3\4",
}
MINE: dict[str, str | bytes | None] = {
    "clash.md": TEXT.replace("two", "zwei"),
    "merge.md": TEXT.replace("one", "eins"),
    "moved.md": "mine\n" + LONG,
}
WRITTEN = sorted({*V2, SETTINGS, ANSWERS})


class Other:
    """Somebody else, who acts once: when an audit event and what it is about are those of `moment`."""

    def __init__(self) -> None:
        self.moment = ""
        self.act: Callable[[], None] | None = None

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Act when the moment has come; what the act itself does is no moment."""
        act = self.act
        if act is None or _moment(event, arguments) != self.moment:
            return
        self.act = None
        act()


def _moment(event: str, arguments: tuple[object, ...]) -> str:
    if event == "os.mkdir" and "/.git/scaffold-" in str(arguments[0]):
        return "planned"
    if event == "os.rename":
        return {"manifest.json": "recorded", "clean.md": "half way"}.get(str(arguments[1]), "")
    return ""


OTHER = Other()
sys.addaudithook(OTHER.hear)
MOMENTS = ("planned", "recorded", "half way")


@pytest.fixture
def target(scaffold: Run, template: Template, repo: Path) -> Iterator[Path]:
    """Return a target with edits, one of them accepted, and a new version to come."""
    template.release("v1.0.0", V1)
    assert scaffold("init", repo, "-t", template).code == 0
    commit_all(repo)
    write_tree(repo, MINE)
    digest = hashlib.sha256(str(MINE["merge.md"]).encode()).hexdigest()
    entry = {"path": "merge.md", "sha256": digest, "reason": "house style"}
    write_tree(repo, {SETTINGS: json.dumps({"accepted": [entry]})})
    commit_all(repo)
    template.release("v2.0.0", V2)
    yield repo
    OTHER.act = None


def update_while(scaffold: Run, target: Path, moment: str, act: Callable[[], None]) -> Result:
    """Update, with somebody else acting at a moment of it."""
    OTHER.moment, OTHER.act = moment, act
    done = scaffold("update", target)
    assert OTHER.act is None, "the moment never came"
    if done.code != 3:
        assert not list((target / ".git").glob("scaffold-*")), "no journal is left"
    return done


def expected(scaffold: Run, target: Path) -> dict[str, str]:
    """Return what the update would do to each file."""
    done = scaffold("update", target, "--dry-run", "--format", "json")
    return {row["path"]: row["action"] for row in json.loads(done.out)["targets"][0]["files"]}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("saved", [WRITTEN[::2], WRITTEN[1::2]], ids=["these", "the others"])
def test_files_that_are_saved(saved: list[str], moment: str, scaffold: Run, target: Path) -> None:
    """Whatever the update was to do to one: what was saved is there, the run says so, and it does the rest."""
    actions = expected(scaffold, target)
    assert not {actions[path] for path in WRITTEN} & {"kept", "unchanged"}
    if moment == "half way":
        # The very file that is renamed over: no system looks at one and renames in one step.
        saved = [path for path in saved if path != "clean.md"]
    done = update_while(scaffold, target, moment, lambda: write_tree(target, dict.fromkeys(saved, "saved\n")))
    assert done.code == 1, "the conflict in clash.md is left"
    for path in WRITTEN:
        content = (target / path).read_text(errors="replace") if (target / path).exists() else None
        assert (content == "saved\n") == (path in saved), path
        was_done = moment == "half way" and path in {"gone.md", "moved.md", "clash.md", SETTINGS}
        assert (f"note: {path} changed meanwhile and was left alone\n" in done.err) == (path in saved and not was_done)
    for path, text in {"docs/deep/clean.md": V2["clean.md"], "new/moved.md": f"mine\n{LONG}more\n"}.items():
        assert path in saved or (target / path).read_text() == text


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("path", ["merge.md", "picture.png", "docs/deep/clean.md"])
def test_a_file_that_is_deleted(path: str, moment: str, scaffold: Run, target: Path) -> None:
    done = update_while(scaffold, target, moment, (target / path).unlink)
    assert not (target / path).exists()
    assert f"{path} changed meanwhile and was left alone" in done.err


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("what", ["folder", "link", "executable"])
def test_a_file_that_becomes_something_else(what: str, moment: str, scaffold: Run, target: Path) -> None:
    place = target / "picture.png"

    def act() -> None:
        if what == "executable":
            place.chmod(0o755)
            return
        place.unlink()
        if what == "folder":
            write_tree(place, {"inside": "mine\n"})
        else:
            place.symlink_to("clean.md")

    done = update_while(scaffold, target, moment, act)
    assert "picture.png changed meanwhile and was left alone" in done.err
    if what == "folder":
        assert read_tree(place) == {"inside": b"mine\n"}
    elif what == "link":
        assert place.readlink() == Path("clean.md")
    else:
        assert place.read_bytes() == b"\0\1\2"
        assert os.access(place, os.X_OK)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_folder_that_becomes_a_link_out_of_the_target(
    moment: str, scaffold: Run, target: Path, tmp_path: Path
) -> None:
    """Nothing is written where the link leads; the run says so, and the next one completes it."""
    outside = tmp_path / "outside"

    def act() -> None:
        (target / "docs/deep").rename(outside)
        (target / "docs/deep").symlink_to(outside)

    done = update_while(scaffold, target, moment, act)
    assert done.code == 3
    assert "docs/deep is a symlink" in done.err
    assert "the next scaffold run on this target completes it" in done.err
    assert read_tree(outside) == {"clean.md": TEXT.encode()}
    for path, content in MINE.items():
        assert (target / path).read_text() == content, "what could be undone is"
    (target / "docs/deep").unlink()
    outside.rename(target / "docs/deep")
    again = scaffold("update", target, "--restore", "clash.md")
    assert "an interrupted run was completed first" in again.err
    assert (target / "docs/deep/clean.md").read_text() == V2["docs/deep/clean.md"]
    assert scaffold("check", target, "--fail-on", "conflict,missing,outdated").code == 0


@pytest.mark.parametrize("moment", ["planned", "recorded"])
@pytest.mark.parametrize("edit", ["withdrawn", "another reason", "another file"])
def test_acceptances_that_change(edit: str, moment: str, scaffold: Run, target: Path) -> None:
    """The update was to renew the record: it is somebody else's by then."""
    rows = yaml.safe_load((target / SETTINGS).read_text())["accepted"]
    after = {
        "withdrawn": [],
        "another reason": [{**rows[0], "reason": "because"}],
        "another file": [*rows, {"path": "clean.md", "sha256": None, "reason": "not wanted"}],
    }[edit]
    text = json.dumps({"accepted": after})
    done = update_while(scaffold, target, moment, lambda: write_tree(target, {SETTINGS: text}))
    assert (target / SETTINGS).read_text() == text
    assert f"{SETTINGS} changed meanwhile and was left alone" in done.err
    # What was accepted was another content, so the merged one is drift again.
    git(target, "reset", "--quiet")
    write_tree(target, {"clash.md": V2["clash.md"]})
    kinds = {
        row["path"]: row["kind"]
        for row in json.loads(scaffold("check", target, "--format", "json").out)["targets"][0]["findings"]
    }
    assert kinds["merge.md"] == "modified"


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_commit_and_another_branch(moment: str, scaffold: Run, target: Path) -> None:
    """Refs are nobody's but the user's, and what they staged stays staged."""

    def act() -> None:
        git(target, "switch", "--quiet", "--create", "elsewhere")
        write_tree(target, {"theirs.md": "theirs\n", "staged.md": "staged\n"})
        git(target, "add", "theirs.md")
        git(target, "commit", "--quiet", "-m", "theirs")
        git(target, "add", "staged.md")

    main = git(target, "rev-parse", "main")
    done = update_while(scaffold, target, moment, act)
    assert done.code == 1
    assert git(target, "symbolic-ref", "--short", "HEAD") == "elsewhere"
    assert git(target, "log", "-1", "--format=%s") == "theirs"
    assert git(target, "rev-parse", "main") == main
    assert git(target, "diff", "--cached", "--name-only", "--diff-filter=A") == "staged.md"
    assert git(target, "diff", "--name-only", "--diff-filter=U") == "clash.md"


@pytest.mark.parametrize("moment", MOMENTS)
def test_another_git_that_takes_the_index(moment: str, scaffold: Run, target: Path) -> None:
    """The conflict is in the file; that no commit is stopped by it is said."""
    lock = target / ".git/index.lock"
    done = update_while(scaffold, target, moment, lambda: write_tree(target, {".git/index.lock": "theirs"}))
    assert done.code == 1
    assert lock.read_text() == "theirs"
    assert "git could not be told of the conflicts" in done.err
    assert "<<<<<<< " in (target / "clash.md").read_text()
    lock.unlink()
    assert not git(target, "diff", "--name-only", "--diff-filter=U")


@pytest.mark.parametrize("moment", ["planned", "recorded"])
def test_a_merge_of_their_own_that_stops_at_a_conflict(moment: str, scaffold: Run, target: Path) -> None:
    """It is about the very file that the update has a conflict in: file and index stay theirs."""
    git(target, "switch", "--quiet", "--create", "side")
    write_tree(target, {"clash.md": TEXT.replace("two", "deux")})
    commit_all(target)
    git(target, "switch", "--quiet", "main")
    write_tree(target, {"clash.md": TEXT.replace("two", "due")})
    commit_all(target)
    stages: list[str] = []

    def act() -> None:
        git(target, "-c", "merge.conflictStyle=merge", "merge", "--quiet", "--no-edit", "-s", "resolve", "side")

    def tolerant() -> None:
        with pytest.raises(Exception, match="returned non-zero"):
            act()
        stages.append(git(target, "ls-files", "--unmerged"))

    done = update_while(scaffold, target, moment, tolerant)
    assert "clash.md changed meanwhile and was left alone" in done.err
    assert stages[0]
    assert git(target, "ls-files", "--unmerged") == stages[0]
    assert "deux" in (target / "clash.md").read_text()
    assert (target / ".git/MERGE_HEAD").exists()


@pytest.mark.parametrize("command", ["init", "accept"])
def test_the_other_commands_that_write(
    command: str, scaffold: Run, target: Path, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(target)
    path = {"init": "new/fresh.md", "accept": SETTINGS}[command]
    calls = {
        "init": ("init", "-t", template, "-a", ".copier-answers.other.yml", "--on-conflict", "keep"),
        "accept": ("accept", "clash.md", "--reason", "mine"),
    }
    OTHER.moment = "planned"
    OTHER.act = lambda: write_tree(target, {path: "saved\n"})
    done = scaffold(*calls[command])
    assert OTHER.act is None
    assert (target / path).read_text() == "saved\n"
    assert f"{path} changed meanwhile and was left alone" in done.out + done.err
