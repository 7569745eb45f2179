"""Rules about any text, whatever its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from issue_scaffold.forge.document import Document, Problem
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.wording import count, line_of
from issue_scaffold.validate.rules.examples import BODY, FORM_PATH
from issue_scaffold.validate.rules.rule import WARNING, Rule
from issue_scaffold.validate.rules.stages import ANY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from issue_scaffold.text.broken_emoji import Broken


@ANY_FILE.runs(
    Rule(
        id="text/broken-emoji",
        severity=WARNING,
        grade="OWN",
        fix="safe",
        summary="text went through a wrong code page",
        why=(
            "UTF-8 that was once read in a Windows code page turns `🔧` into `ðŸ”§`. It is a "
            "finding only where nobody can have meant what is there: not inside a word of one "
            "alphabet, such as `что`, and not for a letter that ends a quotation. Where all bytes "
            "survived, the fix puts the text right; where the code page dropped one, the finding "
            "names what it may have been. A dropped byte is put back only after windows-1252 and "
            "1254, and only where one emoji can result."
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

    groups: dict[tuple[str, str | None], list[Broken]] = {}
    for broken in find_broken(source.text):
        groups.setdefault((broken.text, broken.repair), []).append(broken)
    for (text, repair), places in groups.items():
        first, *others = places
        message = f"`{_short(text)}` is text in a wrong encoding"
        if others:
            number = count(len(places), "place")
            message += f" ({number}, the next on {line_of(source, others[0].start)})"
        fix = None
        if repair is not None:
            fix = Fix(tuple(Edit(place.start, place.end, repair) for place in places))
        yield Problem(first.start, first.end, message, _hint(first), fix=fix)


def _hint(broken: Broken) -> str:
    if broken.repair is not None:
        if not broken.repair.strip():
            return "it was a no-break space"
        return f"it was `{_short(broken.repair)}`"
    if not broken.candidates:
        return "bytes are lost: write it anew, and save the file as UTF-8"
    known = f"it was one of {' '.join(broken.candidates[:12])}"
    if len(broken.candidates) == 1:
        known = f"it may have been {broken.candidates[0]}"
    return f"a byte is lost: {known}; write it anew, and save the file as UTF-8"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - what fits in a message
