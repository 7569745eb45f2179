"""The bundled history: what was released stays as it was, and the newest release is the working tree."""

import importlib.util
import shutil
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
    # Made out of this project's changelog when it is released.
    released.pop("CHANGELOG.md", None)
    there = [ROOT / "copier.yml", *(path for path in (ROOT / "template").rglob("*") if path.is_file())]
    assert {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in there} == released


def test_a_release_carries_what_the_changelog_says_of_all_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("release_template", ROOT / "scripts" / "release_template.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name in ("ROOT", "BUNDLE", "RELEASES"):
        monkeypatch.setattr(script, name, tmp_path / name)
    shutil.copy(bundled.BUNDLE, script.BUNDLE)
    shutil.copy(bundled.RELEASES, script.RELEASES)
    (tmp_path / "ROOT").mkdir()
    shutil.copytree(ROOT / "template", tmp_path / "ROOT" / "template")
    shutil.copy(ROOT / "copier.yml", tmp_path / "ROOT")
    text = "# Changelog\n\n## [Unreleased]\n\n- Other.\n\n## Template versions\n\n### [1.0.0]\n\n- First.\n"
    (tmp_path / "ROOT" / "CHANGELOG.md").write_text(text, encoding="utf-8")
    (tmp_path / "ROOT" / "template" / "new").write_text("new")
    with pytest.raises(SystemExit, match=r"no heading \[99\.0\.0\]"):
        script.release("99.0.0")
    newer = text.replace("### [1.0.0]", "### [99.0.0]\n\n- Newest.\n\n### [1.0.0]") + "\n## Else\n\n- Other.\n"
    (tmp_path / "ROOT" / "CHANGELOG.md").write_text(newer, encoding="utf-8")
    commit = script.release("99.0.0")
    git("clone", "--quiet", "--mirror", str(script.BUNDLE), "copy", cwd=tmp_path)
    carried = git("show", f"{commit}:CHANGELOG.md", cwd=tmp_path / "copy").decode()
    assert carried == "# Changelog of the template\n\n## [99.0.0]\n\n- Newest.\n\n## [1.0.0]\n\n- First.\n"
    (tmp_path / "ROOT" / "CHANGELOG.md").write_text(newer.replace("99.0.0", "99.0.1"), encoding="utf-8")
    with pytest.raises(SystemExit, match="is the one released as v99"):
        script.release("99.0.1")
