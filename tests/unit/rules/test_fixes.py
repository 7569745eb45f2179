# ruff: noqa: E501, ISC004, RUF001 - small files, easier to compare as they stand
"""What each fix makes of a file, byte for byte, and that fixes keep what they don't concern."""

from collections.abc import Mapping

import pytest

from issue_scaffold.text.lines import split_lines
from issue_scaffold.validate.engine import run_rules
from issue_scaffold.validate.fixer import fix_files
from issue_scaffold.validate.rules.registry import RULES

FORM = ".github/ISSUE_TEMPLATE/crash.yml"
TEMPLATE = ".github/ISSUE_TEMPLATE/crash.md"
LABELS = ".github/labels.yml"
HEAD = "name: Crash report # short\ndescription: Tell us\n"
BODY = "body:\n  # the one field\n  - type: textarea\n    attributes:\n      label: 'What happened'\n"
DROPDOWN = "body:\n  - type: dropdown\n    attributes:\n      label: System\n      options:\n"

SAFE = {
    "about is renamed": (FORM, f"name: Crash report\nabout: Tell us\n{BODY}", f"name: Crash report\ndescription: Tell us\n{BODY}"),
    "an empty title goes": (FORM, f'{HEAD}title: "" # none\n{BODY}', HEAD + BODY),
    "empty assignees go": (FORM, f"{HEAD}assignees: ''\n{BODY}", HEAD + BODY),
    "validations among the attributes move up": (
        FORM,
        f"{HEAD}body:\n  - type: input\n    attributes:\n      validations:\n        required: true # so\n      label: A\n",
        f"{HEAD}body:\n  - type: input\n    attributes:\n      label: A\n    validations:\n      required: true # so\n",
    ),
    "a forbidden key that says nothing goes": (FORM, f"{HEAD}on:\n{BODY}", HEAD + BODY),
    "a forbidden key with something below it stays": (
        FORM,
        f"{HEAD}on:\n  push:\n    - main\n{BODY}",
        f"{HEAD}on:\n  push:\n    - main\n{BODY}",
    ),
    "labels with keys and values stay, whatever is meant": (
        FORM,
        f"{HEAD}labels:\n  bug: true\n{BODY}",
        f"{HEAD}labels:\n  bug: true\n{BODY}",
    ),
    "an entry of labels with a colon is quoted": (
        FORM,
        f"{HEAD}labels:\n  - kind: bug\n{BODY}",
        f'{HEAD}labels:\n  - "kind: bug"\n{BODY}',
    ),
    "a boolean description is quoted": (
        FORM,
        f"name: Crash report\ndescription: off # why\n{BODY}",
        f'name: Crash report\ndescription: "off" # why\n{BODY}',
    ),
    "Yes and No are quoted": (
        FORM,
        f"{HEAD}{DROPDOWN}        - Yes # y\n        - No\n        - Perhaps\n",
        f'{HEAD}{DROPDOWN}        - "Yes" # y\n        - "No"\n        - Perhaps\n',
    ),
    "Yes and No are quoted in a flow list": (
        FORM,
        f"{HEAD}{DROPDOWN.rstrip()} [Yes, 'No', off]\n",
        f"{HEAD}{DROPDOWN.rstrip()} [\"Yes\", 'No', \"off\"]\n",
    ),
    "required moves to new validations": (
        FORM,
        f"{HEAD}body:\n  - type: input\n    attributes:\n      required: true\n      label: A\n  - type: input\n    id: b\n"
        "    attributes:\n      label: B\n",
        f"{HEAD}body:\n  - type: input\n    attributes:\n      label: A\n    validations:\n      required: true\n"
        "  - type: input\n    id: b\n    attributes:\n      label: B\n",
    ),
    "required moves to validations that are there": (
        FORM,
        f"{HEAD}body:\n  - type: upload\n    attributes:\n      label: A\n      required: true\n    validations:\n"
        "      accept: .zip\n",
        f"{HEAD}body:\n  - type: upload\n    attributes:\n      label: A\n    validations:\n      accept: .zip\n"
        "      required: true\n",
    ),
    "accept moves": (
        FORM,
        f"{HEAD}body:\n  - type: upload\n    attributes:\n      label: A\n      accept: .zip\n",
        f"{HEAD}body:\n  - type: upload\n    attributes:\n      label: A\n    validations:\n      accept: .zip\n",
    ),
    "render moves": (
        FORM,
        f"{HEAD}body:\n  - type: textarea\n    render: shell\n    attributes:\n      label: A\n",
        f"{HEAD}body:\n  - type: textarea\n    attributes:\n      label: A\n      render: shell\n",
    ),
    "a separator between head and body goes": (FORM, f"{HEAD}---\n{BODY}", HEAD + BODY),
    "a separator at the end goes": (FORM, f"{HEAD}{BODY}---\n", HEAD + BODY),
    "a tab becomes blanks": (
        FORM,
        f"{HEAD}body:\n\t- type: input\n\t  attributes:\n\t    label: A\n",
        f"{HEAD}body:\n  - type: input\n    attributes:\n      label: A\n",
    ),
    "a byte order mark goes": (FORM, f"\ufeff{HEAD}{BODY}", HEAD + BODY),
    "an alias is written out": (
        FORM,
        f"{HEAD}{DROPDOWN.rstrip()} &o [x, z]\n  - type: dropdown\n    id: b\n    attributes:\n      label: B\n      options: *o\n",
        f"{HEAD}{DROPDOWN.rstrip()} [x, z]\n  - type: dropdown\n    id: b\n    attributes:\n      label: B\n      options: [x, z]\n",
    ),
    "a block alias is written out": (
        FORM,
        f"{HEAD}{DROPDOWN.rstrip()} &o\n        - x\n        - z\n  - type: dropdown\n    id: b\n    attributes:\n"
        "      label: B\n      options: *o\n",
        f"{HEAD}{DROPDOWN}        - x\n        - z\n  - type: dropdown\n    id: b\n    attributes:\n"
        "      label: B\n      options: \n        - x\n        - z\n",
    ),
    "tar.gz becomes gz": (
        FORM,
        f'{HEAD}body:\n  - type: upload\n    attributes:\n      label: A\n    validations:\n      accept: ".zip, .tar.gz"\n',
        f'{HEAD}body:\n  - type: upload\n    attributes:\n      label: A\n    validations:\n      accept: ".zip, .gz"\n',
    ),
    "a lossy number is quoted": (
        FORM,
        f"{HEAD}{DROPDOWN}        - 3.10\n",
        f'{HEAD}{DROPDOWN}        - "3.10"\n',
    ),
    "colours are quoted as written": (
        LABELS,
        "- name: a\n  color: 001122\n- name: b\n  color: 257759 # green\n",
        '- name: a\n  color: "001122"\n- name: b\n  color: "257759" # green\n',
    ),
    "colours are normalised": (
        LABELS,
        "- name: a\n  color: '#ABCDEF'\n- name: b\n  color: \"#fff\"\n- {name: c, color: abc}\n",
        "- name: a\n  color: 'abcdef'\n- name: b\n  color: \"ffffff\"\n- {name: c, color: \"aabbcc\"}\n",
    ),
    "front matter with a colon is quoted": (
        TEMPLATE,
        "---\nname: Crash report\nabout: Tell us: now\nlabels: area: core\n---\nx  \n",
        '---\nname: Crash report\nabout: "Tell us: now"\nlabels: "area: core"\n---\nx  \n',
    ),
    "white space in front matter goes, below it stays": (
        TEMPLATE,
        "---\nname: Crash report  \nabout: Tell us\t\n--- \nline  \n",
        "---\nname: Crash report\nabout: Tell us\n---\nline  \n",
    ),
    "empty lines above front matter go": (
        TEMPLATE,
        "\n\n---\nname: Crash report\nabout: Tell us\n---\n",
        "---\nname: Crash report\nabout: Tell us\n---\n",
    ),
    "a misspelt chooser key is put right": (
        ".github/ISSUE_TEMPLATE/config.yml",
        "blank_issue_enabled: false # ask first\n",
        "blank_issues_enabled: false # ask first\n",
    ),
    "broken emoji are put right": (
        TEMPLATE,
        "---\nname: ğŸ”§ Crash report\nabout: Donâ€™t panic\n---\n## ğŸ”§ Tools, ğŸ¯ goals\n",
        "---\nname: 🔧 Crash report\nabout: Don’t panic\n---\n## 🔧 Tools, ğŸ¯ goals\n",
    ),
}  # fmt: skip
UNSAFE = {
    "a name is made of the file's": (FORM, f"description: Tell us\n{BODY}", f'name: "Crash"\ndescription: Tell us\n{BODY}'),
    "an id gets a number": (
        FORM,
        f"{HEAD}body:\n  - type: input\n    id: a\n    attributes:\n      label: A\n  - type: input\n    id: a\n    attributes:\n"
        "      label: B\n",
        f"{HEAD}body:\n  - type: input\n    id: a\n    attributes:\n      label: A\n  - type: input\n    id: a-2\n    attributes:\n"
        "      label: B\n",
    ),
    "a similar label gets an id": (
        FORM,
        f"{HEAD}body:\n  - type: input\n    attributes:\n      label: A?\n  - type: input\n    attributes:\n      label: A!\n",
        f"{HEAD}body:\n  - type: input\n    attributes:\n      label: A?\n  - type: input\n    id: a-2\n    attributes:\n"
        "      label: A!\n",
    ),
    "a required dropdown gets a prompt": (
        FORM,
        f"{HEAD}{DROPDOWN}        - Linux\n    validations:\n      required: true\n",
        f"{HEAD}{DROPDOWN}        - Please select\n        - Linux\n    validations:\n      required: true\n",
    ),
    "a misspelt type is put right": (
        FORM,
        f"{HEAD}body:\n  - type: inputt\n    attributes:\n      label: A\n",
        f"{HEAD}body:\n  - type: input\n    attributes:\n      label: A\n",
    ),
}  # fmt: skip


def fixed(files: Mapping[str, bytes], *, unsafe: bool = False) -> dict[str, bytes]:
    result = dict(files)
    for path, mended in fix_files(files, files, unsafe=unsafe, together=True).items():
        del result[path]
        result[mended.path] = mended.content
    return result


@pytest.mark.parametrize(("path", "before", "after"), SAFE.values(), ids=SAFE)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_safe_fix(path: str, before: str, after: str, newline: str) -> None:
    files = {path: before.replace("\n", newline).encode()}
    assert fixed(files)[path].decode() == after.replace("\n", newline)


def test_an_inserted_line_ends_as_most_lines_of_the_file_do() -> None:
    for most, other in (("\n", "\r\n"), ("\r\n", "\n")):
        body = BODY.replace("\n", most)
        before = f"name: Crash report{other}{body}"
        after = fixed({FORM: before.encode()}, unsafe=True)[FORM].decode()
        (line,) = [row for row in split_lines(after) if row.startswith("description:")]
        assert line.removesuffix(most) + most == line
        assert after.replace(line, "") == before


@pytest.mark.parametrize(("path", "before", "after"), UNSAFE.values(), ids=UNSAFE)
def test_guess_is_made_only_when_asked_for(path: str, before: str, after: str) -> None:
    files = {path: before.encode()}
    assert fixed(files) == files
    assert fixed(files, unsafe=True)[path].decode() == after


def test_chooser_is_renamed() -> None:
    content = b"blank_issues_enabled: false\n"
    files = {".github/ISSUE_TEMPLATE/config.yaml": content}
    assert fixed(files) == {".github/ISSUE_TEMPLATE/config.yml": content}


def test_chooser_is_not_renamed_over_another() -> None:
    files = {
        ".github/ISSUE_TEMPLATE/config.yaml": b"blank_issues_enabled: false\n",
        ".github/ISSUE_TEMPLATE/config.yml": b"blank_issues_enabled: true\n",
    }
    assert fixed(files) == files


def test_label_is_added_to_the_config() -> None:
    files = {
        FORM: f"{HEAD}labels: [bug, zebra]\n{BODY}".encode(),
        LABELS: b"# all\n  - name: bug\n    color: d73a4a\n# the end\n",
    }
    assert fixed(files) == files
    after = fixed(files, unsafe=True)
    assert after[FORM] == files[FORM]
    wanted = b'# all\n  - name: bug\n    color: d73a4a\n  - name: "zebra"\n    color: "ededed"\n# the end\n'
    assert after[LABELS] == wanted


def test_fix_that_would_make_a_new_finding_is_refused() -> None:
    # Renamed, it would be an empty description: another finding of another rule.
    files = {FORM: f'name: Crash report\nabout: ""\n{BODY}'.encode()}
    assert fixed(files) == files


@pytest.mark.parametrize("rule", [rule for rule, row in RULES.items() if row.fix])
@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
def test_fixes_of_examples_settle(rule: str, unsafe: bool) -> None:
    files = {path: text.encode() for path, text in RULES[rule].wrong.items()}
    after = fixed(files, unsafe=unsafe)
    assert fixed(after, unsafe=unsafe) == after
    if RULES[rule].fix == "safe" or (unsafe and RULES[rule].fix):
        assert rule not in {item.rule.id for item in run_rules(after).diagnostics}
