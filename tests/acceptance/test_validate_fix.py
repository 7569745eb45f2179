# ruff: noqa: E501, ISC004 - a table of small files
"""`scaffold validate --fix` on disk, and suppressions in files and settings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOLDER = ".github/ISSUE_TEMPLATE"
GOOD = "name: Crash report\ndescription: Tell us\nbody:\n  - type: input\n    attributes:\n      label: Version\n"
Run = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / FOLDER).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rules(result: Any) -> list[str]:  # noqa: ANN401 - the fixture's result
    return [finding["rule"] for target in json.loads(result.out)["targets"] for finding in target["findings"]]


def test_fix_keeps_mode_line_breaks_and_comments(here: Path, scaffold: Run) -> None:
    file = here / FOLDER / "a.yml"
    before = "# ours\nabout: Tell us # x\n" + GOOD.replace("description: Tell us", "title: ''")
    file.write_bytes(before.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    result = scaffold("validate", "--fix")
    assert result.code == 0
    mended, removed, way_back = result.err.splitlines()
    assert mended == f"mended {FOLDER}/a.yml (2 findings)"
    assert removed.startswith(f"removed {FOLDER}/a.yml:4: title: (")
    assert way_back == "To take it back: scaffold undo"
    wanted = "# ours\ndescription: Tell us # x\nname: Crash report\n" + GOOD.split("\n", 2)[2]
    assert file.read_bytes() == wanted.replace("\n", "\r\n").encode()
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == ["a.yml"]
    assert scaffold("validate", "--fix").err == ""


def test_diff_writes_nothing(here: Path, scaffold: Run) -> None:
    file = here / FOLDER / "a.yml"
    file.write_text(GOOD.replace("description", "about"), encoding="utf-8")
    result = scaffold("validate", "--fix", "--diff")
    assert result.code == 1
    assert f"  --- a/{FOLDER}/a.yml\n  +++ b/{FOLDER}/a.yml\n" in result.out
    assert "  -about: Tell us\n  +description: Tell us\n" in result.out
    assert "about" in file.read_text(encoding="utf-8")
    (finding,) = json.loads(scaffold("validate", "--diff", "--format", "json").out)["targets"][0]["findings"]
    assert "+description: Tell us" in finding["diff"]


def test_only_named_files_are_mended(here: Path, scaffold: Run) -> None:
    for name in ("a.yml", "b.yml"):
        (here / FOLDER / name).write_text(GOOD.replace("description", "about").replace("Crash", name), encoding="utf-8")
    scaffold("validate", "--fix", f"{FOLDER}/a.yml")
    assert "about" not in (here / FOLDER / "a.yml").read_text(encoding="utf-8")
    assert "about" in (here / FOLDER / "b.yml").read_text(encoding="utf-8")


def test_chooser_is_renamed(here: Path, scaffold: Run) -> None:
    (here / FOLDER / "config.yaml").write_text("blank_issues_enabled: false\n", encoding="utf-8")
    result = scaffold("validate", "--fix")
    assert result.err == f"mended {FOLDER}/config.yaml, now {FOLDER}/config.yml\nTo take it back: scaffold undo\n"
    assert [path.name for path in (here / FOLDER).iterdir()] == ["config.yml"]
    assert result.code == 0


def test_symlink_stays_one(here: Path, scaffold: Run) -> None:
    real = here / "real.yml"
    real.write_text(GOOD.replace("description", "about"), encoding="utf-8")
    link = here / FOLDER / "a.yml"
    link.symlink_to("../../real.yml")
    scaffold("validate", "--fix")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == GOOD


def test_unsafe_fix_adds_the_label_to_the_config(here: Path, scaffold: Run) -> None:
    (here / FOLDER / "a.yml").write_text(f"{GOOD}labels: [zebra]\n", encoding="utf-8")
    config = here / ".github/labels.yml"
    config.write_text('- name: bug\n  color: "d73a4a"\n', encoding="utf-8")
    assert scaffold("validate", "--fix", "--strict").code == 1
    assert scaffold("validate", "--fix", "--unsafe-fixes", "--strict").code == 0
    assert config.read_text(encoding="utf-8").endswith('- name: "zebra"\n  color: "ededed"\n')


SHORT = GOOD.replace("Crash report", "Bug")
COMMENTS = {
    "behind the line": (SHORT.replace("Bug", "Bug # scaffold: ignore[form/name-length] known by it"), []),
    "above the line": (f"\nx: 1\n# scaffold: ignore[form/name-length] known by it\n{SHORT}", ["form/unpermitted-key"]),
    "above everything": (f"# scaffold: ignore[form/*] known by it\nx: 1\n{SHORT}", []),
    "two rules": (f"# scaffold: ignore[form/name-length, form/unpermitted-key] because\nx: 1\n{SHORT}", []),
    "of another rule": (f"# scaffold: ignore[yaml/alias] because\n{SHORT}", ["suppression/unused", "form/name-length"]),
    "without a reason": (SHORT.replace("Bug", "Bug # scaffold: ignore[form/name-length]"), ["suppression/no-reason"]),
    "of no rule": (SHORT.replace("Bug", "Bug # scaffold: ignore because"), ["form/name-length", "suppression/unknown-rule"]),
    "in a text": (
        f"{SHORT}  - type: markdown\n    attributes:\n      value: |\n        # scaffold: ignore[form/name-length] text\n",
        ["form/name-length"],
    ),
    "above an element": (
        f"{GOOD}  # scaffold: ignore[body/reserved-option] it is a name\n  - type: dropdown\n    attributes:\n"
        "      label: Shell\n      options:\n        - None\n        - sh\n",
        [],
    ),
    "above another element": (
        GOOD.replace("body:", "body:\n  # scaffold: ignore[body/reserved-option] it is a name", 1)
        + "  - type: dropdown\n    attributes:\n      label: Shell\n      options:\n        - None\n        - sh\n",
        ["suppression/unused", "body/reserved-option"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), COMMENTS.values(), ids=COMMENTS)
def test_comment(here: Path, scaffold: Run, text: str, expected: list[str]) -> None:
    (here / FOLDER / "a.yml").write_text(text, encoding="utf-8")
    assert rules(scaffold("validate", "--format", "json")) == expected


def test_html_comment_covers_a_markdown_file(here: Path, scaffold: Run) -> None:
    text = "---\nname: Question\nabout: Ask  \n---\n<!-- scaffold: ignore[template/trailing-space] our editor -->\n"
    (here / FOLDER / "a.md").write_text(text, encoding="utf-8")
    assert rules(scaffold("validate", "--format", "json")) == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("{path: '*.yml', rule: form/name-length, reason: known}", []),
        ("{path: .github/ISSUE_TEMPLATE/a.yml, rule: form/*, reason: known}", []),
        ("{path: '*.yml', rule: form/name-length}", ["suppression/no-reason"]),
        ("{path: other.yml, rule: form/name-length, reason: known}", ["form/name-length", "suppression/unused"]),
        ("{path: '*', rule: form/name, reason: known}", ["form/name-length", "suppression/unknown-rule"]),
    ],
)
def test_settings(here: Path, scaffold: Run, entry: str, expected: list[str]) -> None:
    (here / FOLDER / "a.yml").write_text(SHORT, encoding="utf-8")
    (here / ".github/scaffold.yml").write_text(f"ignore:\n  - {entry}\n", encoding="utf-8")
    assert rules(scaffold("validate", "--format", "json")) == expected


def test_accepted_deviations_are_the_other_half_of_the_settings(here: Path, scaffold: Run) -> None:
    (here / FOLDER / "a.yml").write_text(GOOD, encoding="utf-8")
    text = "accepted:\n  - path: x\n    sha256: null\n    reason: not wanted\n"
    (here / ".github/scaffold.yml").write_text(text, encoding="utf-8")
    assert rules(scaffold("validate", "--format", "json")) == []


def test_rules_are_listed_and_explained(scaffold: Run) -> None:
    listed = scaffold("rules")
    assert listed.code == 0
    assert "form/missing-key " in listed.out
    explained = scaffold("rules", "body/boolean-option")
    assert "wrong: .github/ISSUE_TEMPLATE/bug.yml" in explained.out
    assert '        - "Yes"' in explained.out
    unknown = scaffold("rules", "body/boolean-options")
    assert unknown.code == 2
    assert "did you mean body/boolean-option?" in unknown.err
    assert len(json.loads(scaffold("rules", "--format", "json").out)["rules"]) > 60
