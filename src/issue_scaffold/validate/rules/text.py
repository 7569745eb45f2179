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
    """Find text that went through a wrong code page; equal ones are one finding."""
    source = document.source
    if source.text.isascii():
        return
    from issue_scaffold.text.broken_emoji import find_broken

    groups: dict[str, list[Edit]] = {}
    meant: dict[str, tuple[str, ...]] = {}
    for broken in find_broken(source.text):
        edit = Edit(broken.start, broken.end, "".join(broken.candidates[:1]))
        groups.setdefault(broken.text, []).append(edit)
        meant[broken.text] = broken.candidates
    for text, edits in groups.items():
        message = f"`{_short(text)}` is text in a wrong encoding"
        if len(edits) > 1:
            places = count(len(edits), "place")
            message += f" ({places}, the next on {line_of(source, edits[1].start)})"
        fix = Fix(tuple(edits)) if len(meant[text]) == 1 else None
        yield Problem(edits[0].start, edits[0].end, message, _hint(meant[text]), fix=fix)


def _hint(candidates: tuple[str, ...]) -> str:
    if not candidates:
        return "bytes are lost: write it anew, and save the file as UTF-8"
    if len(candidates) > 1:
        words = " ".join(candidates[:12])
        return f"a byte is lost: it was one of {words}; write it anew, and save the file as UTF-8"
    if not candidates[0].strip():
        return "it was a no-break space"
    return f"it was `{_short(candidates[0])}`"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - what fits in a message
