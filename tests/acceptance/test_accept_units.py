"""`scaffold accept` by the unit of comparison: a label, a hook, a difference, or a file that is own for good."""

import hashlib
import json
from pathlib import Path

import pytest
import yaml
from tests.conftest import Run, Template, commit_all, git, write_tree

SETTINGS = ".github/scaffold.yml"
LABELS = ".github/labels.yml"
BUG = '- name: bug\n  color: "d73a4a"\n  description: Broken\n'
OPS = '- name: "type::ops"\n  color: "0e8a16"\n'
TEXT = "".join(f"line {number}\n" for number in range(12))
FILES: dict[str, str | bytes | None] = {LABELS: BUG + OPS, "a.md": TEXT, "b.md": TEXT, "c/d.md": "d\n"}


@pytest.fixture
def target(scaffold: Run, template: Template, repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a target as the template has it, the working directory too."""
    template.release("v1.0.0", FILES)
    assert scaffold("init", repo, "-t", template).code == 0
    commit_all(repo)
    monkeypatch.chdir(repo)
    return repo


def found(scaffold: Run, *options: str) -> list[tuple[str, str, str]]:
    """Return kind, path and message of what a check finds."""
    rows = json.loads(scaffold("check", "--refresh", "--format", "json", *options).out)["targets"][0]["findings"]
    return [(row["kind"], row["path"], row["message"]) for row in rows]


def edit(target: Path, path: str, before: str, after: str) -> None:
    """Change a text in a file that has it."""
    text = (target / path).read_text()
    assert before in text
    write_tree(target, {path: text.replace(before, after)})


def test_a_label_stays_accepted_whatever_else_changes(scaffold: Run, template: Template, target: Path) -> None:
    ours = ("accepted", LABELS, "'bug' deviates on purpose: our red")
    edit(target, LABELS, "d73a4a", "ff0000")
    assert "accept .github/labels.yml::bug --reason" in scaffold("check").out
    assert scaffold("accept", f"{LABELS}::BUG", "--reason", "our red").code == 0
    write_tree(target, {LABELS: f"# mine\n- name: mine\n  color: '123456'\n{(target / LABELS).read_text()}"})
    assert found(scaffold) == [ours]
    template.release("v2.0.0", {LABELS: BUG.replace("Broken", "Is broken") + OPS})
    assert scaffold("update").code == 0
    assert found(scaffold) == [ours]
    edit(target, LABELS, "Is broken", "Kaputt")
    assert [kind for kind, _, message in found(scaffold)] == ["accepted", "modified"]
    edit(target, LABELS, "ff0000", "00ff00")
    assert {kind for kind, _, _ in found(scaffold)} == {"modified"}
    assert any("accepted before, and changed since: our red" in message for _, _, message in found(scaffold))


def test_the_first_colons_split(scaffold: Run, target: Path) -> None:
    edit(target, LABELS, OPS, "")
    for refused in (f"{LABELS}::ops", f"{LABELS}::", "a.md::type::ops", f"{LABELS}::bug"):
        assert scaffold("accept", refused, "--reason", "x").code == 2
    assert scaffold("accept", f"{LABELS}::type::ops", "--reason", "not here").code == 0
    assert found(scaffold) == [("accepted", LABELS, "'type::ops' deviates on purpose: not here")]
    row = yaml.safe_load((target / SETTINGS).read_text())["accepted"][0]
    assert row == {"path": LABELS, "unit": "type::ops", "difference": '{"name": null}', "reason": "not here"}


def test_a_text_keeps_each_difference_with_its_reason(scaffold: Run, template: Template, target: Path) -> None:
    edit(target, "a.md", "line 9", "our 9")
    assert scaffold("accept", "a.md", "--reason", "first").code == 0
    edit(target, "a.md", "our 9\n", "our 9\nmore\n")
    assert [kind for kind, _, _ in found(scaffold)] == ["accepted", "modified"]
    assert "1 line differs" in scaffold("check").out
    assert scaffold("accept", "a.md", "--reason", "second").code == 0
    assert [message for _, _, message in found(scaffold)] == [
        "deviates on purpose: first",
        "deviates on purpose: second",
    ]
    template.release("v2.0.0", {"a.md": TEXT.replace("line 2\n", "line 2\nnew\n").replace("line 11", "11")})
    assert scaffold("update").code == 0
    assert "our 9\nmore\n" in (target / "a.md").read_text()
    assert [kind for kind, _, _ in found(scaffold)] == ["accepted", "accepted"]
    edit(target, "a.md", "line 0", "our 0")
    assert scaffold("update", "--restore", "--force").code == 0
    assert [kind for kind, _, _ in found(scaffold)] == ["accepted", "accepted"]
    assert (target / "a.md").read_text().startswith("line 0\n")
    template.release("v3.0.0", {"a.md": (target / "a.md").read_text()})
    assert scaffold("update").code == 0
    assert found(scaffold) == []
    assert "a.md" not in (target / SETTINGS).read_text()


def test_own_files_are_never_drift_and_never_written(scaffold: Run, template: Template, target: Path) -> None:
    assert scaffold("accept", "?.md", "--reason", "x").code == 2
    assert scaffold("accept", "--own", "x*.md", "--reason", "x").code == 2
    assert scaffold("accept", "--own", "[ab].md", "c/d.md", "--reason", "our forms").code == 0
    write_tree(target, {"a.md": "ours\n", "b.md": None, "c/d.md": "<<<<<<< a\n"})
    own = {(kind, path) for kind, path, _ in found(scaffold)}
    assert own == {("own", "a.md"), ("own", "b.md"), ("own", "c/d.md")}
    template.release("v2.0.0", {"a.md": TEXT + "x\n", "b.md": TEXT + "x\n", "c/d.md": None, "c/new.md": "d\n"})
    done = scaffold("update")
    assert done.code == 0
    assert done.out.count("yours; the template changed it") == 2
    assert "c/d.md is yours; the template renamed it to c/new.md" in done.out
    assert (target / "a.md").read_text() == "ours\n"
    assert not (target / "b.md").exists()
    assert scaffold("update", "--restore", "--force").code == 0
    refused = scaffold("update", "--restore", "a.md")
    assert refused.code == 2
    assert "scaffold accept --remove" in refused.err
    assert (target / "a.md").read_text() == "ours\n"
    assert scaffold("accept", "--remove", "[ab].md").code == 0
    assert {("modified", "a.md"), ("missing", "b.md")} <= {(kind, path) for kind, path, _ in found(scaffold)}


def test_what_is_accepted_is_listed_and_ended(scaffold: Run, target: Path) -> None:
    edit(target, LABELS, "d73a4a", "ff0000")
    edit(target, LABELS, "0e8a16", "0000ff")
    write_tree(target, {"b.md": None})
    assert scaffold("accept", "--list").out == "nothing is accepted\n"
    assert scaffold("accept", LABELS, "b.md", "--reason", "ours").code == 0
    assert scaffold("accept", "--own", "c/*", "--reason", "c is ours").code == 0
    listed = json.loads(scaffold("accept", "--list", "--format", "json").out)["accepted"]
    rows = [(row["path"], row["unit"], row["own"], row["reason"]) for row in listed]
    assert rows == [
        (LABELS, "bug", False, "ours"),
        (LABELS, "type::ops", False, "ours"),
        ("b.md", None, False, "ours"),
        ("c/*", None, True, "c is ours"),
    ]
    assert scaffold("accept", "--remove", f"{LABELS}::type::ops", "c/*", "b.md").code == 0
    assert scaffold("accept", "--list").out == f"{LABELS}::bug: ours\n"
    assert scaffold("accept", "--remove", f"{LABELS}::type::ops").code == 2
    for wrong in (["--list", "a.md"], ["--list", "--remove"], ["--remove"], ["--remove", "a.md", "--own"]):
        assert scaffold("accept", *wrong).code == 2


def test_an_entry_of_the_whole_file_holds_and_is_converted_when_touched(scaffold: Run, target: Path) -> None:
    edit(target, LABELS, "d73a4a", "ff0000")
    edit(target, LABELS, "0e8a16", "0000ff")
    digest = hashlib.sha256((target / LABELS).read_bytes()).hexdigest()
    entry = {"path": LABELS, "sha256": digest, "reason": "as it is"}
    write_tree(target, {SETTINGS: yaml.safe_dump({"accepted": [entry]})})
    assert found(scaffold) == [("accepted", LABELS, "deviates on purpose: as it is")]
    assert scaffold("accept", f"{LABELS}::bug", "--reason", "our red").code == 0
    rows = yaml.safe_load((target / SETTINGS).read_text())["accepted"]
    assert [(row["unit"], row["reason"]) for row in rows] == [("bug", "our red"), ("type::ops", "as it is")]
    assert {kind for kind, _, _ in found(scaffold)} == {"accepted"}


def test_a_change_can_not_accept_its_own_drift(scaffold: Run, target: Path) -> None:
    """Neither by a unit, nor by a difference, nor by taking a file for its own."""
    edit(target, LABELS, "d73a4a", "ff0000")
    assert scaffold("accept", LABELS, "--reason", "before").code == 0
    commit_all(target)
    edit(target, "a.md", "line 9", "our 9")
    edit(target, LABELS, "0e8a16", "0000ff")
    write_tree(target, {"b.md": "ours\n"})
    assert scaffold("accept", LABELS, "a.md", "--reason", "now").code == 0
    assert scaffold("accept", "--own", "b.md", "--reason", "now").code == 0
    assert scaffold("check").code == 0
    rows = found(scaffold, "--trusted-ref", "HEAD")
    assert {path for kind, path, _ in rows if kind == "modified"} == {"a.md", "b.md", LABELS}
    assert ("accepted", LABELS, "'bug' deviates on purpose: before") in rows
    said = " ".join(message for _, path, message in rows if path == SETTINGS)
    assert "this change accepts a.md" in said
    assert f"this change accepts {LABELS}::type::ops" in said
    assert "this change takes b.md for its own" in said


@pytest.mark.parametrize("forge", ["gitlab", "forgejo", "gitea"])
def test_settings_are_made_in_the_forges_own_folder(forge: str, scaffold: Run, repo: Path) -> None:
    answers = ("-d", "issue_types=[bug_report]", "-d", f"platform={forge}")
    assert scaffold("init", repo, *answers).code == 0
    labels = repo / f".{forge}/labels.yml"
    labels.write_text(labels.read_text().replace("d73a4a", "ff0000"))
    done = scaffold("accept", labels, "--reason", "our red")
    assert f"recorded in .{forge}/scaffold.yml" in done.out
    assert not (repo / ".github/scaffold.yml").exists()
    assert scaffold("check", repo).code == 0
    assert scaffold("validate", repo).code == 0
    git(repo, "add", "--all")
    assert scaffold("check", "--staged", repo).code == 0
