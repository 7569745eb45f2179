"""Repositories that their people have taken out of fleets are rows, and nothing else is done with them."""

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Run, read_tree, write_tree

from issue_scaffold.cli.main import main
from issue_scaffold.forge.layout import SETTINGS_PATHS
from issue_scaffold.settings.file import read_settings

REASON = "frozen until the move is done"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a repository that is set up, and the cache that knows it."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCAFFOLD_CACHE_DIR", str(home / "cache"))
        assert main(["init", "-l", str(home / "plain")]) == 0
        assert main(["check", str(home / "plain")]) == 0
    return home


@pytest.fixture
def fleet(made: Path, tmp_path: Path) -> Path:
    """Return a folder with a repository that is set up, `plain`, and one of the same that has opted out, `out`."""
    shutil.copytree(made / "cache", os.environ["SCAFFOLD_CACHE_DIR"])
    for name in ("plain", "out"):
        shutil.copytree(made / "plain", tmp_path / "fleet" / name)
    opt_out(tmp_path / "fleet" / "out")
    return tmp_path / "fleet"


def opt_out(repository: Path, place: str = SETTINGS_PATHS[0]) -> None:
    write_tree(repository, {place: f"fleet:\n  skip: true\n  reason: {REASON}\n"})


@pytest.mark.parametrize("verb", ["check", "update", "init", "validate", "labels"])
def test_no_verb_touches_it_set_up_or_not(verb: str, fleet: Path, scaffold: Run) -> None:
    opt_out(fleet / "new")
    before = read_tree(fleet / "out"), read_tree(fleet / "new")
    done = scaffold("fleet", verb, fleet / "out", fleet / "new", "-j1", "--format", "json")
    assert done.code == 0, done
    for row in json.loads(done.out)["repositories"]:
        assert (row["status"], row["reason"]["code"], row["reason"]["message"]) == ("skipped", "opted-out", REASON)
        assert row["findings"] == row["files"] == []
    assert (read_tree(fleet / "out"), read_tree(fleet / "new")) == before


@pytest.mark.parametrize("place", SETTINGS_PATHS)
def test_every_forges_folder_counts_and_clean_ones_before_it_change_nothing(
    place: str, fleet: Path, scaffold: Run
) -> None:
    names = [f"r{number}" for number in range(3)]
    for name in names:
        shutil.copytree(fleet / "plain", fleet / name)
    opt_out(fleet / "r2", place)
    done = scaffold("fleet", "check", *(fleet / name for name in names), "-j1", "--format", "json")
    assert [row["status"] for row in json.loads(done.out)["repositories"]] == ["clean", "clean", "skipped"]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("fleet:\n", None),
        ("fleet: {}\n", None),
        ("fleet: {skip: false, reason: once}\n", None),
        ("fleet: {skip: no}\n", None),
        ("fleet: {skip: }\n", None),
        ("fleet: {skip: true}\n", ""),
        ("fleet: {skip: yes, reason: ours}\n", "ours"),
        ("fleet: {skip: frozen until 2027}\n", "frozen until 2027"),
        ("a: &a {skip: true}\nfleet: *a\n", ""),
    ],
)
def test_what_the_setting_says(written: str, reason: str | None) -> None:
    settings, problems, _ = read_settings(written.encode())
    assert settings.opted_out == reason
    assert [one.message for one in problems] == (["unknown key `a`"] if written.startswith("a") else [])


@pytest.mark.parametrize(
    "written", ["fleet: true\n", "fleet: []\n", "fleet: {skip: [x]}\n", "fleet: {skip: 3}\n", "fleet: {skp: true}\n"]
)
def test_a_mistake_has_its_place_and_nothing_is_written(written: str, fleet: Path, scaffold: Run) -> None:
    settings, problems, _ = read_settings(written.encode())
    assert (settings.opted_out, len(problems)) == (None, 1)
    write_tree(fleet / "plain", {SETTINGS_PATHS[0]: written})
    (fleet / "plain" / ANSWERS).rename(fleet / "plain" / "elsewhere")
    before = read_tree(fleet / "plain")
    done = scaffold("fleet", "init", fleet / "plain", "-j1", "--format", "json")
    (row,) = json.loads(done.out)["repositories"]
    assert (row["status"], done.code) == ("failed", 3)
    assert f"{SETTINGS_PATHS[0]}:1:" in row["reason"]["message"]
    assert read_tree(fleet / "plain") == before
