"""Rules about any text, whatever its format."""

from collections.abc import Iterator

from issue_scaffold.forge.document import Document, Problem
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.wording import count, line_of
from issue_scaffold.validate.rules.examples import BODY, FORM_PATH
from issue_scaffold.validate.rules.rule import WARNING, Rule
from issue_scaffold.validate.rules.stages import ANY_FILE


@ANY_FILE.runs(
    Rule(
        id="text/broken-emoji",
        severity=WARNING,
        fix="safe",
        summary="text went through a wrong code page",
        why=(
            "UTF-8 that was once read in a Windows code page turns `🔧` into `ðŸ”§`. Where all "
            "bytes survived, the fix puts the text right; where the code page dropped one, the "
            "finding names what it may have been."
        ),
        evidence=("Unicode Technical Report 51",),
        wrong={FORM_PATH: f"name: ðŸ”§ Bug report\ndescription: Something is broken\n{BODY}"},
        right={FORM_PATH: f"name: 🔧 Bug report\ndescription: Something is broken\n{BODY}"},
    )
)
def broken_emoji(document: Document) -> Iterator[Problem]:
    """Find text that went through a wrong code page; equal ones are one finding, and repaired together."""
    if document.source.text.isascii():
        return
    from issue_scaffold.text.broken_emoji import find_broken

    groups: dict[str, list[Edit]] = {}
    meant: dict[str, tuple[str, ...]] = {}
    for found in find_broken(document.source.text):
        groups.setdefault(found.text, []).append(
            Edit(found.start, found.end, "".join(found.candidates[:1]))
        )
        meant[found.text] = found.candidates
    for text, edits in groups.items():
        candidates, first = meant[text], edits[0]
        more = (
            f" ({count(len(edits), 'place')}, the next on {line_of(document.source, edits[1].start)})"
            if len(edits) > 1
            else ""
        )
        message = f"`{_short(text)}` is text in a wrong encoding{more}"
        fix = Fix(tuple(edits)) if len(candidates) == 1 else None
        yield Problem(first.start, first.end, message, _hint(candidates), fix=fix)


def _hint(candidates: tuple[str, ...]) -> str:
    if len(candidates) == 1:
        shown = _short(candidates[0])
        return f"it was `{shown}`" if shown.strip() else "it was a no-break space"
    if not candidates:
        return "bytes are lost: write it anew, and save the file as UTF-8"
    return f"a byte is lost: it was one of {' '.join(candidates[:12])}; write it anew, and save the file as UTF-8"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - what fits in a message
