"""The answers in a body that no page has written as it stands, because people have edited it.

Owns what is said of such a body: sections that are missing, and what isn't from the form.
"""

from collections.abc import Iterator, Sequence

from issue_scaffold.issue.form import Field, FieldKind
from issue_scaffold.issue.pieces import Piece, fence_of, fenced_ends, read_piece
from issue_scaffold.issue.reading import Doubt, DoubtKind, Reading
from issue_scaffold.issue.sections import Headings, Placed, SectionHeading, place
from issue_scaffold.text.source import Source


def read_edited(fields: Sequence[Field], text: str) -> Reading:
    """Return the answers to fields that have a section each, as far as the sections are there."""
    source = Source("", text)
    headings = Headings(fields, text)
    earliest, latest = place(fields, text, headings)
    first = last = _Edited(fields, source, headings, earliest)
    if latest != earliest:
        last = _Edited(fields, source, headings, latest, is_compared=True)
    doubts = [*first.doubts.values(), *_differences(first, last)]
    return Reading(
        values={key: piece.answer for key, piece in first.pieces.items()},
        problems=tuple(sorted(doubts, key=lambda doubt: doubt.line)),
    )


def _differences(first: "_Edited", last: "_Edited") -> Iterator[Doubt]:
    """Yield what two choices of headings read differently, or one section can be read as."""
    for key, piece in first.pieces.items():
        answer, other = piece.answer, piece.other
        if other == answer:
            other = last.pieces[key].answer
        if other != answer:
            yield Doubt(
                kind=DoubtKind.AMBIGUOUS,
                line=first.lines[key],
                key=key,
                readings=(answer, other),
            )


class _Edited:
    """One choice of headings, and what it makes of a body.

    One that only `is_compared` has no doubts about headings: they are those of the other one.
    """

    def __init__(
        self,
        fields: Sequence[Field],
        source: Source,
        headings: Headings,
        placed: Placed,
        *,
        is_compared: bool = False,
    ) -> None:
        self._fields = fields
        self._source = source
        self._headings = headings
        self._text = text = source.text
        self.pieces: dict[str, Piece] = {}
        self.lines: dict[str, int] = {}
        self._is_compared = is_compared
        self.doubts: dict[tuple[object, ...], Doubt] = {}
        order = sorted(placed, key=lambda index: placed[index].start)
        begin = placed[order[0]].start if order else len(text)
        self._doubt_lead(begin)
        ends = [*(placed[index].start for index in order), len(text)][1:]
        read = {index: (placed[index], end) for index, end in zip(order, ends, strict=True)}
        for index, field in enumerate(fields):
            if index in read:
                self._read(field, *read[index])
            else:
                later = [placed[other].start for other in order if other > index]
                self._miss(field, min(later, default=len(text)))

    def _doubt_lead(self, begin: int) -> None:
        """Say what stands in front of all sections."""
        until = self._headings.first(0, begin)
        lead = self._text[:until].strip()
        if lead:
            at = self._text.find(lead)
            self._doubt(DoubtKind.UNKNOWN_TEXT, at, text=lead.partition("\n")[0])
        self._doubt_headings(until, begin)

    def _miss(self, field: Field, at: int) -> None:
        self.pieces[field.key] = Piece(answer=None, other=None)
        self.lines[field.key] = self._source.position(at)[0]
        self._doubt(DoubtKind.MISSING_SECTION, at, key=field.key)

    def _read(self, field: Field, heading: SectionHeading, end: int) -> None:
        """Read a section: what is below its heading, up to one that can't be in the answer."""
        stop = self._foreign(field, heading, end)
        piece = read_piece(field, self._text[heading.end : stop])
        self.pieces[field.key] = piece
        self.lines[field.key] = self._source.position(heading.start)[0]
        for stray in piece.strays:
            self._doubt(stray.kind, heading.end + stray.at, key=field.key, text=stray.text)
        self._doubt_headings(stop, end)

    def _foreign(self, field: Field, heading: SectionHeading, end: int) -> int:
        """Return where the first heading in a section is that its answer ends at, or the end."""
        if field.kind is not FieldKind.TEXTAREA:
            return self._headings.first(heading.end, end)
        fence = fence_of(self._text, heading.end)
        if fence is None or not field.render:
            return end
        ends = fenced_ends(self._text, fence, heading.end, end)
        if any(stop == end for _, stop in ends):
            return end
        for begin, stop in ends:
            inner = self._headings.first(begin, end)
            if inner <= stop:
                return inner
        return end

    def _doubt_headings(self, begin: int, end: int) -> None:
        if self._is_compared:
            return
        for heading in self._headings.between(begin, end):
            if heading.owners:
                key = self._fields[heading.owners[0]].key
                self._doubt(DoubtKind.REPEATED_SECTION, heading.start, key=key, text=heading.text)
            else:
                self._doubt(DoubtKind.UNKNOWN_SECTION, heading.start, text=heading.text)

    def _doubt(
        self, kind: DoubtKind, at: int, *, key: str | None = None, text: str | None = None
    ) -> None:
        """Say something of a place; the same of further places isn't said again."""
        said = (kind, key, text)
        if said not in self.doubts:
            line = self._source.line_index(at) + 1
            self.doubts[said] = Doubt(kind=kind, line=line, key=key, text=text)
