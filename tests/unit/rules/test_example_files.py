"""Every file under tests/examples is judged as it says itself; a bug report becomes a file there.

The first line says what is expected; in Markdown, whose first bytes matter, an `expect:` comment further down.
"""

import re
from pathlib import Path

import pytest

from issue_scaffold.validate.run import ValidateOptions, validate

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDERS = ("chooser", "forms", "labels", "templates")
FILES = sorted(path for folder in FOLDERS for path in (EXAMPLES / folder).rglob("*.*") if path.is_file())


def expectation(text: str) -> tuple[str, str, int] | None:
    """Return the rule, severity and line that a file announces; None for nothing."""
    found = re.search(r"expect: (?:nothing|(\S+) (error|warning|info) (\d+))", text)
    assert found, "the file doesn't say what is expected"
    return (found[1], found[2], int(found[3])) if found[1] else None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(EXAMPLES).as_posix())
def test_file_is_judged_as_it_says(path: Path) -> None:
    expected = expectation(path.read_text(encoding="utf-8"))
    findings = next(validate(ValidateOptions([str(path)]))).findings
    found = {(finding.rule, str(finding.severity), finding.line) for finding in findings}
    if expected is None:
        assert {row for row in found if row[1] != "info"} == set()
    else:
        assert found == {expected}


def test_every_kind_of_file_has_examples_of_both() -> None:
    """A folder that is found empty, or a pattern that finds no file, must not pass for files that are right."""
    judged = {
        (path.relative_to(EXAMPLES).parts[0], expectation(path.read_text(encoding="utf-8")) is None) for path in FILES
    }
    assert judged == {(folder, right) for folder in FOLDERS for right in (True, False)}
