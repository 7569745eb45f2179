"""`scaffold issue new` on a terminal of 80 columns: a pseudo-terminal takes a person's place."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.acceptance.test_prompts import ENTER, Terminal
from tests.conftest import git, write_tree

FORM = """name: Bug
description: Something is wrong
labels: [bug]
body:
- {type: markdown, attributes: {value: Thank you for telling us.}}
- {type: input, id: version, attributes: {label: Version, description: "Of the program, as it is said by its own command line when you ask for it.", placeholder: "1.2"}, validations: {required: true}}
- {type: dropdown, id: sure, attributes: {label: Are you sure?, options: ["Yes", "No"]}}
- {type: dropdown, id: parts, attributes: {label: Parts, multiple: true, options: [core, "a, b", docs]}}
- {type: textarea, id: what, attributes: {label: What happened?}}
- {type: checkboxes, id: checks, attributes: {label: Checks, options: [{label: I searched, required: true}, {label: Mine}]}}
"""  # noqa: E501 - a form in a few lines
EXPECTED = (
    "### Version\n\n1.10\n\n### Are you sure?\n\nNo\n\n### Parts\n\ncore, a, b\n\n### What happened?\n\n"
    "first\nsecond\n\n### Checks\n\n- [x] I searched\n- [ ] Mine"
)


@pytest.fixture
def programs(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of programs: an editor that writes two lines, and a `gh` that keeps what it is sent."""
    monkeypatch.chdir(repo)
    write_tree(repo, {".github/ISSUE_TEMPLATE/bug.yml": FORM})
    git(repo, "remote", "add", "origin", "https://github.com/octo/demo.git")
    folder = tmp_path / "programs"
    folder.mkdir()
    answer = '{"number": 7, "html_url": "https://github.com/octo/demo/issues/7"}'
    for name, script in (
        # The time of the file tells click that it was saved.
        ("my-editor", "printf 'first\\nsecond\\n' > \"$1\"; touch -d '2001-01-01' \"$1\""),
        ("gh", f"case $* in *POST*) cat > '{folder}/sent'; echo '{answer}';; *) exit 1;; esac"),
    ):
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("EDITOR", "my-editor")
    monkeypatch.delenv("VISUAL", raising=False)
    return folder


@pytest.fixture
def shown(programs: Path) -> Iterator[Terminal]:  # noqa: ARG001 - the environment
    """Run the command on a terminal."""
    terminal = Terminal("issue", "new", columns=80)
    yield terminal
    terminal.close()


def test_fields_are_asked_for_one_after_the_other(shown: Terminal, programs: Path) -> None:
    """Required answers and options are held to, back is possible, and texts come from the editor."""
    shown.expect("Title (required)").expect("title: ").type("It" + ENTER)
    shown.expect("Thank you for telling us.").expect("Version (required)").expect("For example: 1.2")
    shown.expect("version: ").type(ENTER).expect("an answer is required").expect("version: ").type("1.9" + ENTER)
    shown.expect("Are you sure?").expect("(no answer)").expect("sure [1-3]: ").type("<" + ENTER)
    shown.expect("Version (required)").expect("Now: 1.9").expect("version: ").type("1.10" + ENTER)
    shown.expect("sure [1-3]: ").type("7" + ENTER).expect("'7' is none of them").expect("sure [1-3]: ").type(
        "no" + ENTER
    )
    shown.expect("Parts").expect("none]: ").type("1 2" + ENTER)
    shown.expect("What happened?").expect("go on]: ").type("e" + ENTER)
    shown.expect("Checks (required)").expect("none]: ").type("2" + ENTER).expect("has to be ticked").expect(
        "none]: "
    ).type("1" + ENTER)
    shown.expect("[print]: ").type("b" + ENTER).expect("none]: ").type(ENTER)
    shown.expect("[print]: ").type("c" + ENTER).expect("https://github.com/octo/demo/issues/7")
    assert shown.end() == 0
    sent = json.loads((programs / "sent").read_bytes())
    assert (sent["title"], sent["body"], sent["labels"]) == ("It", EXPECTED, ["bug"])
    assert max(map(len, shown.shown.split("\n"))) <= 80


def test_ctrl_c_keeps_a_draft_that_is_offered_again(shown: Terminal, repo: Path) -> None:
    shown.expect("title: ").type("It" + ENTER).expect("version: ").type("1.10" + ENTER)
    assert shown.expect("sure [1-3]: ").interrupt() == 130
    assert "the draft is kept: " in shown.shown
    assert "Traceback" not in shown.shown
    (draft,) = Path(os.environ["SCAFFOLD_CACHE_DIR"]).rglob("drafts/*.json")
    assert draft.stat().st_mode & 0o777 == 0o600
    again = Terminal("issue", "new", "bug", "--print", "--title", "x", columns=80)
    try:
        again.expect("[continue]: ").type(ENTER).expect("sure [1-3]: ").type("no" + ENTER)
        again.expect("none]: ").type("1 2" + ENTER).expect("go on]: ").type("e" + ENTER)
        again.expect("none]: ").type("1" + ENTER).expect("### Version\n\n1.10")
        assert again.end() == 0
    finally:
        again.close()
    assert not draft.exists()
    assert git(repo, "status", "--short") == "?? .github/"
