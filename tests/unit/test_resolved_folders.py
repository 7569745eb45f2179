"""Folders are resolved as the standard library does it, however many lie in one."""

import os
from pathlib import Path

import pytest

from issue_scaffold.files.resolved import ResolvedFolders


@pytest.mark.fast
def test_it_is_what_realpath_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real/a/b").mkdir(parents=True)
    (tmp_path / "linked").symlink_to("real")
    (tmp_path / "real/to-a").symlink_to("a")
    (tmp_path / "real/gone").symlink_to("nowhere")
    (tmp_path / "real/round").symlink_to("round")
    monkeypatch.chdir(tmp_path)
    folders = ResolvedFolders()
    texts = ["real", "./real", "linked/a", "linked/to-a/b", "real/to-a", "real/gone", "real/round"]
    texts += ["linked/a/", "", ".", "linked/..", "linked/a/../b", "linked/./a", "linked//a", "none/at/all"]
    texts += ["/", "//tmp", "/nowhere", "real/a/.", f"{tmp_path}/linked/a", str(tmp_path)]
    for text in [*texts, *texts]:
        assert folders.resolved(text) == os.path.realpath(text), text
    with pytest.raises(ValueError, match="null"):
        folders.resolved("real/\0")
