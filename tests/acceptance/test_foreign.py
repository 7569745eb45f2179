"""Files that aren't the template's: their errors are shown, and keep nothing from being done."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Result, Run, Template, commit_all, write_tree

from issue_scaffold.report.finding import Finding
from issue_scaffold.state.cache_store import CacheStore
from issue_scaffold.sync import refusals

FOLDER = ".github/ISSUE_TEMPLATE"
FOREIGN = f"{FOLDER}/theirs.yml"
MANAGED = f"{FOLDER}/ours.yml"
FORM = """name: Our form
description: What ours is for
body:
  - type: input
    id: first
    attributes:
      label: First
"""
SECOND = """  - type: input
    id: second
    attributes:
      label: Second
"""
THEIRS = FORM.replace("Our form", "Theirs")
# What can be wrong with a file that is there before the template is.
BROKEN: dict[str, dict[str, str | bytes | None]] = {
    "a form without a description": {FOREIGN: THEIRS.replace("description", "descr")},
    "a form that is no YAML": {FOREIGN: "name: [Theirs\n"},
    "a form in another encoding": {FOREIGN: THEIRS.encode("utf-16")},
    "a template without a name": {f"{FOLDER}/theirs.md": "---\nabout: Theirs\n---\nx\n"},
    "a chooser that is no YAML": {f"{FOLDER}/config.yml": "contact_links: [\n"},
    "labels that are no colours": {"labels.json": '[{"name": "a", "color": "red"}]\n'},
}


def findings(done: Result) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(done.out)["targets"][0]["findings"]
    return rows


@pytest.fixture
def released(template: Template) -> Template:
    """Return a template with one form, of two versions."""
    template.release("v1.0.0", {MANAGED: FORM})
    return template.release("v1.1.0", {MANAGED: FORM + SECOND})


@pytest.mark.parametrize("what", BROKEN)
def test_errors_of_foreign_files_are_shown_and_keep_from_nothing(
    what: str, scaffold: Run, released: Template, repo: Path
) -> None:
    write_tree(repo, BROKEN[what])
    commit_all(repo)
    (path,) = BROKEN[what]
    assert scaffold("init", repo, "-t", released, "--ref", "v1.0.0").code == 0
    commit_all(repo)
    for version in ("v1.0.0", "v1.1.0"):
        if version == "v1.1.0":
            assert scaffold("update", repo).code == 0
            commit_all(repo)
        done = scaffold(
            "check", repo, "--offline", "--format", "json", "--fail-on", "modified,missing,conflict,invalid"
        )
        assert done.code == 0
        assert {(one["kind"], one["severity"], one["path"]) for one in findings(done) if one["kind"] != "outdated"} == {
            ("invalid-foreign", "warning", path)
        }
        named = scaffold("check", repo, "--offline", "--fail-on", "invalid-foreign")
        assert named.code == 1
        assert "error:" in named.out
    by_default = scaffold("check", repo)
    assert by_default.code == 0
    assert ": in sync with " in by_default.out
    assert f"{path}:" in by_default.out


def test_they_may_break_later(scaffold: Run, released: Template, repo: Path) -> None:
    assert scaffold("init", repo, "-t", released, "--ref", "v1.0.0").code == 0
    write_tree(repo, BROKEN["a form without a description"])
    assert scaffold("update", repo).code == 0
    assert scaffold("check", repo).code == 0


def test_an_error_in_a_managed_file_fails(scaffold: Run, released: Template, repo: Path) -> None:
    assert scaffold("init", repo, "-t", released).code == 0
    write_tree(repo, {MANAGED: (FORM + SECOND).replace("type: input", "type: inputs")})
    assert scaffold("accept", repo / MANAGED, "--reason", "ours").code == 0
    done = scaffold("check", repo, "--format", "json")
    assert done.code == 1
    assert ("invalid", "error", MANAGED) in {(one["kind"], one["severity"], one["path"]) for one in findings(done)}
    assert scaffold("check", repo, "--fail-on", "invalid-foreign").code == 0


def test_a_mistake_in_the_settings_is_no_foreign_one(scaffold: Run, released: Template, repo: Path) -> None:
    assert scaffold("init", repo, "-t", released).code == 0
    write_tree(repo, {".github/scaffold.yml": "ignore:\n  - {path: x.yml, rule: no/such, reason: x}\n"})
    kinds = {one["kind"] for one in findings(scaffold("check", repo, "--format", "json"))}
    assert "invalid-foreign" not in kinds


# An error of the user's in a managed file. What the template adds is put before it.
OWN_ERRORS = {
    "an attribute that isn't permitted": "  - {type: input, id: own, attributes: {label: Own, size: 1}}\n",
    "a type that there isn't": "  - type: inputs\n    id: own\n    attributes:\n      label: Own\n",
}


@pytest.mark.parametrize("what", OWN_ERRORS)
def test_an_update_goes_on_past_errors_that_were_there(
    what: str, scaffold: Run, template: Template, repo: Path
) -> None:
    middle = "".join(SECOND.replace("econd", f"pace {one}").replace("space ", "space_") for one in range(3))
    template.release("v1.0.0", {MANAGED: FORM + middle})
    template.release("v1.1.0", {MANAGED: FORM.replace("body:\n", f"body:\n{SECOND}") + middle})
    assert scaffold("init", repo, "-t", template, "--ref", "v1.0.0").code == 0
    write_tree(repo, {MANAGED: FORM + middle + OWN_ERRORS[what]})
    commit_all(repo)
    done = scaffold("update", repo)
    assert done.code == 0, done.out + done.err
    assert (repo / MANAGED).read_text() == FORM.replace("body:\n", f"body:\n{SECOND}") + middle + OWN_ERRORS[what]
    assert scaffold("check", repo).code == 1


def test_an_update_that_moves_a_file_goes_on_past_its_errors(scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {MANAGED: FORM + SECOND})
    template.release("v1.1.0", {MANAGED: None, f"{FOLDER}/renamed.yml": FORM + SECOND})
    assert scaffold("init", repo, "-t", template, "--ref", "v1.0.0").code == 0
    write_tree(repo, {MANAGED: FORM + SECOND + OWN_ERRORS["a type that there isn't"]})
    commit_all(repo)
    done = scaffold("update", repo)
    assert done.code in {0, 1}, done.out + done.err
    assert "nothing was written" not in done.err


def test_an_error_that_the_run_would_make_is_still_refused(scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {MANAGED: FORM})
    template.release("v1.1.0", {MANAGED: FORM.replace("type: input", "type: inputs")})
    write_tree(repo, BROKEN["a form without a description"])
    assert scaffold("init", repo, "-t", template, "--ref", "v1.0.0").code == 0
    before = (repo / MANAGED).read_bytes()
    done = scaffold("update", repo)
    assert done.code == 1
    assert "would break GitHub's rules; nothing was written" in done.err
    assert f"{MANAGED}:" in done.err
    assert FOREIGN not in done.err
    assert (repo / MANAGED).read_bytes() == before


def test_only_what_an_update_changes_is_validated(
    scaffold: Run, template: Template, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others are looked at when a name is new, which one of them may have already."""
    folder = ".github/ISSUE_TEMPLATE"
    forms = {f"{folder}/{name}.yml": FORM.replace("name: ", f"name: {name} ", 1) for name in ("one", "two", "three")}
    seen: list[set[str]] = []
    real = refusals._found

    def watched(files: tuple[tuple[str, bytes], ...], store: CacheStore | None) -> tuple[Finding, ...]:
        seen.append({path for path, _ in files})
        return real(files, store)

    template.release("v1.0.0", {**forms, "a.md": "a\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    monkeypatch.setattr(refusals, "_found", watched)
    one, three, two = sorted(forms)
    for version, files, looked_at in (
        ("v1.1.0", {"a.md": "b\n"}, []),
        ("v1.2.0", {one: forms[one] + "# more\n"}, [{one}]),
        ("v1.3.0", {one: forms[one].replace("name: one", "name: new one")}, [{one, two, three}]),
    ):
        template.release(version, files)
        seen.clear()
        assert scaffold("update", repo).code == 0
        assert seen == looked_at
    template.release("v1.4.0", {two: forms[three]})
    done = scaffold("update", repo)
    assert (done.code, "cross/duplicate-name" in done.err) == (1, True)


LABELS = ".github/labels.yml"
SETTINGS = ".github/scaffold.yml"
LABEL = '- name: task\n  color: "ffffff"\n'


@pytest.mark.parametrize("broken", ["- name: [mine\n", "labels: 1\n", "- name: a\n  name: b\n- [\n"], ids=ascii)
def test_a_broken_labels_config_is_kept(broken: str, scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {LABELS: LABEL, MANAGED: FORM})
    write_tree(repo, {LABELS: broken})
    done = scaffold("init", repo, "-t", template)
    assert done.code == 0, done.out + done.err
    assert "it has an error" in done.out
    assert (repo / LABELS).read_text() == broken
    assert (repo / MANAGED).read_text() == FORM
    # It was there before, and is shown with its error until somebody mends it.
    checked = scaffold("check", repo, "--format", "json")
    shown = {(one["kind"], one["path"]) for one in findings(checked)}
    assert (checked.code, shown) == (0, {("accepted", LABELS), ("invalid-foreign", LABELS)})
    assert scaffold("update", repo).code == 0


def test_who_says_what_is_to_become_of_a_broken_config_is_heard(scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {LABELS: LABEL})
    write_tree(repo, {LABELS: "- name: [mine\n"})
    assert scaffold("init", repo, "-t", template, "--on-conflict", "abort").code == 1
    assert scaffold("init", repo, "-t", template, "--on-conflict", "replace").code == 0
    assert (repo / LABELS).read_text() == LABEL


def test_a_mistake_in_the_settings_keeps_neither_init_nor_update_from_going_on(
    scaffold: Run, template: Template, repo: Path
) -> None:
    template.release("v1.0.0", {LABELS: LABEL})
    template.release("v1.1.0", {LABELS: LABEL + LABEL.replace("task", "more")})
    write_tree(repo, {SETTINGS: "labels: [\n", LABELS: LABEL.replace("task", "mine")})
    for command in (("init", repo, "-t", template, "--ref", "v1.0.0"), ("update", repo)):
        done = scaffold(*command)
        assert done.code == 0, done.out + done.err
    assert f"if you accepted it, do so anew: {SETTINGS}:1:9: " in done.out
    assert "more" in (repo / LABELS).read_text()
    assert (repo / SETTINGS).read_text() == "labels: [\n"
    assert scaffold("check", repo).code == 2
