"""Rules about reading a file at all: its encoding, its syntax, its size."""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.forge.document import Document, Problem, ReadingFailure
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.text.edits import Fix
from issue_scaffold.validate.rules.examples import BODY, GOOD_FORM, form_file, template_file
from issue_scaffold.validate.rules.rule import CHOOSER_PAGE, ERROR, WARNING, Rule
from issue_scaffold.validate.rules.stages import READING

_TOO_DEEP: Final = "[" * 101 + "]" * 101


@READING.runs(
    Rule(
        id="yaml/syntax",
        severity=ERROR,
        grade="ERR",
        fix="safe or unsafe",
        summary="the file is not YAML",
        reveals="next",
        why=(
            "GitHub shows no form whose YAML can't be read, and says so only to those who open "
            "the file on its site. The message names the slip: a colon, an `@` or a quotation "
            "mark in unquoted text, a tab, a line indented wrongly. Tabs, unquoted colons and "
            "leading special characters are mended."
        ),
        evidence=(
            "DavidAnson/markdownlint#1389",
            "pypi/support#926",
        ),
        wrong=form_file(
            f"name: Bug: something is broken\ndescription: Something is broken\n{BODY}"
        ),
        right=form_file(
            f'name: "Bug: something is broken"\ndescription: Something is broken\n{BODY}'
        ),
    )
)
def syntax(document: Document) -> Iterator[Problem]:
    """Find what stops a YAML, JSON or TOML reader."""
    yield from _failure(document, ReadingFailure.SYNTAX)


@READING.runs(
    Rule(
        id="yaml/encoding",
        severity=ERROR,
        grade="FIX",
        fix="safe",
        summary="the file is not UTF-8, or begins with a byte order mark",
        reveals="others",
        why=(
            "GitHub reads templates as UTF-8. A byte order mark in front keeps the front matter "
            "of a Markdown template from being seen; the fix takes it out. Files in other "
            "encodings are named, and left alone."
        ),
        evidence=("nock/nock: front matter must begin at byte 0",),
        wrong=form_file(f"\ufeffname: Bug report\ndescription: Something is broken\n{BODY}"),
        right=form_file(GOOD_FORM),
    )
)
def encoding(document: Document) -> Iterator[Problem]:
    """Find files that aren't UTF-8, and byte order marks."""
    if document.source.bom:
        severity = None
        # GitHub is said to stumble over it; the readers of other files are many.
        if document.kind not in {FileKind.FORM, FileKind.TEMPLATE}:
            severity = WARNING
        message = "the file begins with a byte order mark"
        hint = "save it as UTF-8 without BOM"
        yield Problem(0, 0, message, hint, severity=severity, fix=Fix(drop_bom=True))
    yield from _failure(document, ReadingFailure.ENCODING)


@READING.runs(
    Rule(
        id="yaml/limits",
        severity=ERROR,
        grade="OWN",
        summary="the file is nested too deeply, too large, or no regular file of the repository",
        why=(
            "No template needs a hundred levels, fifty thousand values or a mebibyte. Such a file "
            "is looked at no further, because reading it would take memory and time, or crash the "
            "YAML library. Nor is a pipe or a device read, or a symlink that leads out of the "
            "repository: forges don't follow those."
        ),
        evidence=("yaml/pyyaml: the C composer recurses",),
        wrong=form_file(f"{GOOD_FORM}extra: {_TOO_DEEP}\n"),
        right=form_file(GOOD_FORM),
    )
)
def limits(document: Document) -> Iterator[Problem]:
    """Find files that would take a reader too much time or memory, or can't be read as files."""
    yield from _failure(document, ReadingFailure.LIMITS)


@READING.runs(
    Rule(
        id="template/front-matter-syntax",
        severity=ERROR,
        grade="DOC",
        fix="safe or unsafe",
        summary="the front matter is not YAML, or is never closed",
        source=CHOOSER_PAGE,
        reveals="next",
        why=(
            "Front matter that isn't YAML is ignored, and with it the template. A value with an "
            "unquoted colon, or one that begins with a special character, is put in quotes."
        ),
        evidence=(
            "configuring-issue-templates",
            "vectordotdev/vector",
        ),
        wrong=template_file("---\nname: Bug report\nabout: Broken: tell us how\n---\n"),
        right=template_file('---\nname: Bug report\nabout: "Broken: tell us how"\n---\n'),
    )
)
def front_matter_syntax(document: Document) -> Iterator[Problem]:
    """Find what stops a YAML reader in front matter, and front matter that is never closed."""
    yield from _failure(document, ReadingFailure.FRONT_MATTER)


def _failure(document: Document, kind: ReadingFailure) -> Iterator[Problem]:
    if document.failure is not None and document.failure[0] is kind:
        yield document.failure[1]
