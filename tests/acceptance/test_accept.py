"""`scaffold accept`: deviations on purpose, with a reason, until the file changes again."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Result, Run, Template, read_tree, write_tree

SETTINGS = ".github/scaffold.yml"
BASE = "one\n\ntwo\n\nthree\n"


@pytest.fixture
def drifted(scaffold: Run, template: Template, repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a target, the working directory too, with an edited, a deleted and an untouched file."""
    template.release("v1.0.0", {"a.md": BASE, "b.md": "b\n", "d/c.md": "c\n", "run.sh": "x\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    write_tree(repo, {"a.md": "ONE" + BASE[3:], "d/c.md": None})
    (repo / "d").rmdir()
    monkeypatch.chdir(repo)
    return repo


def accepted(root: Path) -> dict[str, Mapping[str, object]]:
    """Return what the settings file accepts."""
    return {row["path"]: row for row in yaml.safe_load((root / SETTINGS).read_text())["accepted"]}


def test_content_and_deletion_are_accepted_with_their_reason(scaffold: Run, drifted: Path) -> None:
    done = scaffold("accept", "a.md", drifted / "d/c.md", "--reason", "house style: ünï")
    assert done.code == 0, done
    assert SETTINGS in done.out
    rows = accepted(drifted)
    assert rows.keys() == {"a.md", "d/c.md"}
    assert rows["d/c.md"]["sha256"] is None
    assert rows["a.md"]["reason"] == "house style: ünï"
    found = scaffold("check")
    assert found.code == 0
    assert "house style: ünï" in found.out
    assert scaffold("check", "--format", "json").out.count('"accepted"') == 2


@pytest.mark.parametrize("edit", [{"a.md": "two" + BASE}, {"a.md": None}, {"d/c.md": "another\n"}])
def test_any_later_change_is_drift_again(edit: Mapping[str, str | None], scaffold: Run, drifted: Path) -> None:
    scaffold("accept", "a.md", "d/c.md", "--reason", "ours")
    write_tree(drifted, edit)
    assert scaffold("check").code == 1
    path = next(iter(edit))
    assert scaffold("accept", path, "--reason", "ours again").code == 0
    assert scaffold("check").code == 0
    assert accepted(drifted)[path]["reason"] == "ours again"
    assert len(accepted(drifted)) == 2


def test_line_ends_are_no_change(scaffold: Run, drifted: Path) -> None:
    scaffold("accept", "a.md", "d/c.md", "--reason", "ours")
    write_tree(drifted, {"a.md": (drifted / "a.md").read_text().replace("\n", "\r\n")})
    assert scaffold("check").code == 0


def whole(root: Path, path: str) -> None:
    """Accept a file as earlier versions did: by the hash of all of it."""
    digest = hashlib.sha256((root / path).read_bytes()).hexdigest()
    write_tree(root, {SETTINGS: f"accepted:\n- path: {path}\n  sha256: {digest}\n  reason: ours\n"})


def test_a_clean_merge_renews_what_is_accepted(scaffold: Run, template: Template, drifted: Path) -> None:
    whole(drifted, "a.md")
    assert scaffold("accept", "d/c.md", "--reason", "ours").code == 0
    assert scaffold("check").code == 0
    template.release("v2.0.0", {"a.md": BASE + "\nfour\n", "d/c.md": "cc\n"})
    assert scaffold("update").code == 0
    assert (drifted / "a.md").read_text() == "ONE" + BASE[3:] + "\nfour\n"
    assert scaffold("check", "--refresh").code == 0
    after = accepted(drifted)
    assert after["a.md"].keys() == {"path", "difference", "reason"}
    assert after["a.md"]["reason"] == "ours"


def test_a_move_takes_what_is_accepted_along(scaffold: Run, template: Template, drifted: Path) -> None:
    scaffold("accept", "a.md", "d/c.md", "--reason", "ours")
    template.release("v2.0.0", {"a.md": None, "moved/a.md": BASE})
    assert scaffold("update").code == 0
    assert (drifted / "moved/a.md").read_text() == "ONE" + BASE[3:]
    assert scaffold("check", "--refresh").code == 0
    assert accepted(drifted).keys() == {"moved/a.md", "d/c.md"}


@pytest.mark.parametrize("release", [{"a.md": BASE + "four\n"}, {"a.md": None, "moved/a.md": BASE}])
def test_an_update_names_every_file_that_it_changes(
    release: Mapping[str, str | None], scaffold: Run, template: Template, drifted: Path
) -> None:
    """Else who commits what it named leaves the renewed record out, and the check fails elsewhere."""
    whole(drifted, "a.md")
    scaffold("accept", "d/c.md", "--reason", "ours")
    template.release("v2.0.0", release)
    said = json.loads(scaffold("update", "--dry-run", "--format", "json").out)
    before = read_tree(drifted)
    done = scaffold("update")
    after = read_tree(drifted)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    left_alone = {"kept", "unchanged"}
    named = {row["path"] for row in said["targets"][0]["files"] if row["action"] not in left_alone}
    assert changed == named
    assert SETTINGS in changed
    assert all(f" {path}" in done.out for path in changed)


def kinds(done: Result) -> dict[str, str]:
    """Return the kind of what a check with `--format json` found in each file."""
    return {row["path"]: row["kind"] for row in json.loads(done.out)["targets"][0]["findings"]}


def test_a_conflict_in_an_accepted_file_is_a_conflict(scaffold: Run, template: Template, drifted: Path) -> None:
    """Not a mere modification, and not accepted either, whatever the record says."""
    scaffold("accept", "a.md", "d/c.md", "--reason", "ours")
    template.release("v2.0.0", {"a.md": "1\n" + BASE[4:]})
    assert scaffold("update").code == 1
    assert kinds(scaffold("check", "--format", "json")) == {"a.md": "conflict", "d/c.md": "accepted"}
    assert scaffold("check", "--fail-on", "conflict").code == 1
    refused = scaffold("accept", "a.md", "--reason", "ours")
    assert refused.code == 2
    assert "conflict markers" in refused.err
    marked = hashlib.sha256((drifted / "a.md").read_bytes()).hexdigest()
    settings = {"accepted": [{"path": "a.md", "sha256": marked, "reason": "by hand"}]}
    write_tree(drifted, {SETTINGS: json.dumps(settings)})
    assert kinds(scaffold("check", "--format", "json"))["a.md"] == "conflict"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("b.md", "--reason", "x"), "as the template has it"),
        (("zzz.md", "--reason", "x"), "its files: a.md"),
        ((ANSWERS, "--reason", "x"), "not a file that the template keeps"),
        (("a.md", "--reason", ""), "one line"),
        (("a.md", "--reason", "  "), "one line"),
        (("a.md", "--reason", "two\nlines"), "one line"),
        (("a.md",), "--reason"),
        (("../elsewhere.md", "--reason", "x"), "not in an initialised target"),
        (("--reason", "x"), "PATH"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], said: str, scaffold: Run, drifted: Path) -> None:
    before = read_tree(drifted)
    done = scaffold("accept", *arguments)
    assert done.code == 2, done
    assert said in done.err
    assert read_tree(drifted) == before


@pytest.mark.usefixtures("drifted")
def test_paths_of_several_targets_are_refused(scaffold: Run, tmp_path: Path) -> None:
    assert scaffold("init", tmp_path / "other").code == 0
    label = tmp_path / "other/.github/labels.yml"
    label.write_text("[]\n")
    done = scaffold("accept", "a.md", label, "--reason", "x")
    assert done.code == 2
    assert "several targets" in done.err


@pytest.mark.parametrize(
    "text",
    [
        "# mine\n\nlabels:\n  known:\n  - a   # flush left\n",
        "ignore:\n  - path: x.yml   # why\n    rule: broken-emoji\n    reason: 'keep'\n",
        'accepted:\n- path: other.md\n  sha256: null\n  reason: "quoted"\n# the end\n',
        "accepted: []\n",
        "accepted:\n",
        "# nothing yet\n",
        "",
        "labels:\r\n  known: [a]\r\n",
        "\ufefflabels:\n  known: [a]\n",
        "accepted: [{path: other.md, sha256: null, reason: x}]\n",
        "labels:\n    known:\n        - a\n        - b\n",
    ],
)  # fmt: skip
def test_the_rest_of_the_settings_stays_as_it_is(text: str, scaffold: Run, drifted: Path) -> None:
    write_tree(drifted, {SETTINGS: text})
    done = scaffold("accept", "a.md", "--reason", "ours")
    assert done.code == 0, done
    after = (drifted / SETTINGS).read_bytes().decode()
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(("accepted: [", "accepted:\n"))]
    for line in lines:
        assert line in after
    assert "a.md" in accepted(drifted)
    assert ("\r\n" in after) == ("\r\n" in text)
    assert "\n" not in after.replace("\r\n", "") or "\r\n" not in text


@pytest.mark.parametrize("content", ["accepted: [", "accepted: 5\n", "[1]\n", b"\xff\xfe\0", "accepted:\n- x\n"])
def test_a_broken_settings_file_is_named_and_left(content: str | bytes, scaffold: Run, drifted: Path) -> None:
    write_tree(drifted, {SETTINGS: content})
    before = read_tree(drifted)
    for arguments in (("accept", "a.md", "--reason", "x"), ("check",), ("update", "--restore")):
        done = scaffold(*arguments)
        assert done.code == 2, (arguments, done)
        assert "scaffold.yml" in done.err
        assert "error: unexpected" not in done.err
    assert read_tree(drifted) == before


def test_a_settings_file_that_is_a_link_is_not_written(scaffold: Run, drifted: Path, tmp_path: Path) -> None:
    write_tree(tmp_path, {"outside.yml": "accepted: []\n"})
    (drifted / ".github").mkdir()
    (drifted / SETTINGS).symlink_to(tmp_path / "outside.yml")
    done = scaffold("accept", "a.md", "--reason", "x")
    assert done.code == 2
    assert (tmp_path / "outside.yml").read_text() == "accepted: []\n"
    assert (drifted / SETTINGS).is_symlink()


def test_modes_can_be_accepted(scaffold: Run, drifted: Path) -> None:
    (drifted / "run.sh").chmod(0o755)
    assert scaffold("accept", "run.sh", "a.md", "d/c.md", "--reason", "x").code == 0
    assert scaffold("check").code == 0


def test_labels_that_deviate_can_be_accepted(scaffold: Run, tmp_path: Path) -> None:
    root = tmp_path / "bundled"
    assert scaffold("init", root).code == 0
    labels = root / ".github/labels.yml"
    labels.write_text(labels.read_text().replace("description: ", "description: My ", 1))
    assert scaffold("check", root).code == 1
    assert scaffold("accept", labels, "--reason", "ours").code == 0
    assert scaffold("check", root).code == 0
