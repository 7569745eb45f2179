"""The body of an issue and its form to answers. Pure.

Promises, for a form, any answers that a page takes, and any text: `body(parse(body(answers)))` is
`body(answers)`; what `parse` reads of it is the answers themselves unless it reports a problem; it
reports one whenever other answers give the same body; and it reads every text.
"""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.issue.answers import Answers, settle, with_line_feeds
from issue_scaffold.issue.dialect import Dialect, DialectRules, layout_of, rules_of
from issue_scaffold.issue.edited import read_edited
from issue_scaffold.issue.exact import Found, read_exactly
from issue_scaffold.issue.form import Form
from issue_scaffold.issue.reading import Doubt, DoubtKind, Reading
from issue_scaffold.text import lines

_BOM: Final = "\ufeff"


def parse(form: Form, body: str, dialect: Dialect = Dialect.GITHUB) -> Reading:
    """Return the answers that a body holds.

    One that a page has written and nobody has touched is read exactly: as that of this dialect,
    else of another one. Otherwise its sections are looked for.
    """
    layout = layout_of(form, Dialect(dialect))
    if layout.slots and layout.slots[0].lead:
        body = body.removeprefix(_BOM)
    unasked = settle(form, {}, Dialect(dialect))
    for text, rules in _attempts(body, Dialect(dialect)):
        found = read_exactly(form, text, rules)
        if found is not None:
            return _exact(found, text, unasked)
    text = with_line_feeds(body)
    # A field whose label the page hides has no section to be found by: it counts as missing.
    reading = read_edited([slot.field for slot in layout.slots], text)
    return Reading(values={**unasked, **reading.values}, problems=reading.problems)


def _attempts(body: str, dialect: Dialect) -> Iterator[tuple[str, DialectRules]]:
    """Yield what may be a body as a page wrote it, and what that page does.

    Line ends are as they were only where they tell an answer from what stands around it: programs
    that hand bodies on change them, and add some at the end.
    """
    old = rules_of(Dialect.GITHUB_2024)
    if dialect is Dialect.GITHUB_2024 or old.line_end in body:
        yield body, old
    text = with_line_feeds(body)
    for candidate in dict.fromkeys((text, text.rstrip())):
        for other in dict.fromkeys((dialect, *Dialect)):
            yield candidate, rules_of(other)._replace(line_end="\n")


def _exact(found: tuple[Found, Found], text: str, unasked: Answers) -> Reading:
    first, last = found
    doubts = tuple(
        Doubt(
            kind=DoubtKind.AMBIGUOUS,
            line=lines.position(text, one.at)[0],
            key=key,
            readings=(one.answer, last[key].answer),
        )
        for key, one in first.items()
        if one.answer != last[key].answer
    )
    values = {**unasked, **{key: one.answer for key, one in first.items()}}
    return Reading(values=values, problems=doubts)
