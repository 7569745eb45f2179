"""Recognising a repository's own templates among a catalog's."""

import pytest

from issue_scaffold.sync.adoption import recognise_templates
from issue_scaffold.sync.same_template import Template, recognise

FOLDER = ".github/ISSUE_TEMPLATE"
OURS = "---\nname: 🐛 Bug Report\nabout: x\nlabels: bug, ours\n---\n\n**Version:**\n\n**Steps**\n\n- [ ] searched\n"
FORM = """\
name: Bug report (form)
description: x
labels: [bug, triage]
body:
  - type: input
    attributes: {label: Version}
  - type: textarea
    attributes: {label: What happened?}
"""


def test_the_changes_are_named() -> None:
    [found] = recognise_templates({f"{FOLDER}/Bug.md": OURS.encode()}, {f"{FOLDER}/bug_report.yml": FORM.encode()})
    assert (found.existing, found.catalog, found.because) == (
        f"{FOLDER}/Bug.md",
        f"{FOLDER}/bug_report.yml",
        "same name",
    )
    assert found.changes == (
        "adds label `triage`",
        "drops label `ours`",
        "adds field `What happened?`",
        "drops field `Steps`",
        "drops option `searched`",
        "renames it to `Bug report (form)`",
        f"both would be there: remove {FOLDER}/Bug.md once its text is taken over",
    )
    assert "adds label `triage`" in found.message


@pytest.mark.parametrize(
    ("mine", "theirs", "because"),
    [
        (("a/bug-report.md", "One"), ("a/bug_report.yml", "Two"), "same file name"),
        (("a/01_Bug Report.md", "One"), ("a/bug_report.yml", "Two"), "same file name"),
        (("a/x.md", "🐛 Bug report"), ("a/y.md", "Bug Report"), "same name"),
        (("a/x.md", "Bug report"), ("a/y.yml", "Bug report (form)"), "same name"),
        (("a/x.md", "Bug"), ("a/y.md", "Bug report"), None),
        (("a/x.md", "🐛"), ("a/y.md", "🔧"), None),
    ],
)
def test_what_makes_two_templates_the_same(mine: tuple[str, str], theirs: tuple[str, str], because: str | None) -> None:
    found = recognise([Template(path=mine[0], name=mine[1])], [Template(path=theirs[0], name=theirs[1])])
    assert [row.because for row in found] == ([because] if because else [])


def test_the_twin_of_the_same_kind_is_preferred() -> None:
    catalog = [Template(path="a/bug.yml", name="Bug"), Template(path="a/bug.md", name="Bug")]
    [found] = recognise([Template(path="a/bug.md", name="Bug")], catalog)
    assert found.catalog == "a/bug.md"
    assert found.message == "a/bug.md is the catalog's bug.md (same name): says the same"


def test_equal_and_unreadable_files_are_no_news() -> None:
    files = {f"{FOLDER}/bug_report.yml": FORM.encode()}
    assert recognise_templates(files, files) == ()
    broken = {
        f"{FOLDER}/bug_report.md": b"---\nname: [\n---\n",
        f"{FOLDER}/config.yml": b"",
        f"{FOLDER}/x.png": b"\x00",
    }
    assert recognise_templates(broken, files) == ()
