"""The bundled history: what was released stays as it was, and the newest release is the working tree."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from issue_scaffold.template import bundled

ROOT = Path(__file__).parent.parent.parent


def git(*arguments: str, cwd: Path) -> bytes:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "template.git"
    git("clone", "--quiet", "--mirror", str(bundled.BUNDLE), str(folder), cwd=folder.parent)
    return folder


def archived(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=BytesIO(content)) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        return {name: file.read() for name, file in files.items() if file is not None}


def test_every_release_is_the_commit_that_the_list_names(history: Path) -> None:
    lines = (
        git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/tags", cwd=history).decode().split("\n")
    )
    assert {line for line in lines if line} == {f"{tag} {commit}" for tag, commit in bundled.versions().tags.items()}
    assert len(bundled.versions().tags) >= 2


def test_each_release_stands_on_the_one_before(history: Path) -> None:
    commits = list(bundled.versions().tags.values())
    assert git("rev-list", "--reverse", "main", cwd=history).decode().split() == commits


def test_the_oldest_releases_never_change() -> None:
    """Repositories in the field have recorded these; another commit under the same tag would corrupt their merges."""
    released = (Path(__file__).parent.parent / "data" / "released-templates.txt").read_text(encoding="ascii")
    assert bundled.RELEASES.read_text(encoding="ascii").startswith(released)


def test_the_newest_release_is_the_working_tree_or_the_changelog_says_what_is_to_come(history: Path) -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = changelog.partition("## [Unreleased]")[2].partition("\n## ")[0]
    if "### Template" in unreleased:
        return
    released = archived(git("archive", str(bundled.versions().latest), cwd=history))
    there = [ROOT / "copier.yml", *(path for path in (ROOT / "template").rglob("*") if path.is_file())]
    assert {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in there} == released
