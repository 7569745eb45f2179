"""The Markdown in a form or template, with where each character of it stands in the file.

Owns which values a forge shows as Markdown. Sources: GitHub's "Syntax for GitHub's form schema"
(`value` of markdown and textarea, labels of checkboxes' options) and what it shows of forms in use
(`description`). What people fill in below `render` is code, and a placeholder is plain text.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Final

from issue_scaffold.forge.document import Document, Problem
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.front_matter import find_front_matter
from issue_scaffold.forge.issue_form import ElementView, FormView
from issue_scaffold.text.edits import Edit, Fix
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.scalar_places import Places, places_of
from issue_scaffold.text.tree import Scalar, Value

if TYPE_CHECKING:
    from issue_scaffold.text.commonmark import MarkdownReading

# What a file has that one of the rules may speak of. Most files have nothing of it, and whole links
# are passed over.
_CONCERNED: Final = late_pattern(
    r"##[^\s#]|<(?!https?:|/|br\b)[A-Za-z]|\)\[h|\]:[ \t]*(?!#|https?:|\s)|"
    r"\]\((?!https?://[^\s()]*[)]|\#|mailto:)"
)
_TEMPLATES: Final = frozenset({FileKind.TEMPLATE, FileKind.LEGACY, FileKind.TEXT})
_GUIDES: Final = frozenset({"readme.md", "contributing.md"})
# No issue can be longer, so that reading takes no time that anybody notices.
_LONGEST: Final = 65_536
_LINE_BREAK: Final = late_pattern(r"\r\n|\n|\r")


class MarkdownText:
    """A Markdown text of a file.

    `where` begins messages. `is_edited` says that people get it as text to change, marks and all,
    rather than see what it becomes.
    """

    def __init__(
        self, document: Document, text: str, places: Places, where: str, style: str
    ) -> None:
        self.document = document
        self.text = text
        self.where = where
        self.is_edited = False
        self._places = places
        self._style = style

    @cached_property
    def reading(self) -> "MarkdownReading":
        """What the text says."""
        from issue_scaffold.text.commonmark import read_markdown

        return read_markdown(self.text)

    @cached_property
    def line_starts(self) -> list[int]:
        """Where lines begin, as Markdown counts them."""
        return [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]

    def line_of(self, offset: int) -> int:
        """Return the line of an offset, counted from 0."""
        return bisect_right(self.line_starts, offset) - 1

    def problem(
        self, start: int, end: int, message: str, hint: str, fix: Fix | None = None
    ) -> Problem:
        """Return a problem of a span of the text."""
        begin = self._places(start)
        stop = max(begin, self._places(max(start, end - 1)) + 1)
        return Problem(begin, stop, f"{self.where}{message}", hint, fix=fix)

    def replacing(self, start: int, end: int, text: str) -> Fix | None:
        """Return the fix that writes other characters of a line; None if they aren't in one run."""
        begin, stop = self._places(start), self._places(end)
        written = self.document.source.text[begin:stop]
        if written != self.text[start:end] or "\n" in written:
            return None
        return Fix((Edit(begin, stop, text),))

    def with_blank_line(self, line: int) -> Fix | None:
        """Return the fix that puts an empty line before one; None where lines are folded."""
        if self._style != "|":
            return None
        source = self.document.source
        begin = source.line_start(self._places(self.line_starts[line]))
        return Fix((Edit(begin, begin, source.newline),))


def form_markdown(form: FormView) -> Iterator[MarkdownText]:
    """Yield the texts of a form in which a rule may find something."""
    if _CONCERNED.search(form.source.text) is None:
        return
    for element in form.elements:
        yield from _element_markdown(form.document, element)


def template_markdown(document: Document) -> Iterator[MarkdownText]:
    """Yield the text of a template, if a rule may find something in it."""
    source = document.source
    if document.kind not in _TEMPLATES or not _is_template(document.path):
        return
    front = find_front_matter(source.text)
    start = 0
    if front is not None:
        start = front.body
    if not _is_concerned(source.text[start:]):
        return
    found = MarkdownText(document, source.text[start:], lambda offset: start + offset, "", "|")
    found.is_edited = True
    yield found


def _is_template(path: str) -> bool:
    """Tell whether a file is Markdown, and not a guide that lies beside the templates."""
    name = path.lower().rpartition("/")[2]
    return name.endswith(".md") and name not in _GUIDES


def _element_markdown(document: Document, element: ElementView) -> Iterator[MarkdownText]:
    yield from _markdown(document, element.attribute("description"), element.name)
    value = element.attribute("value")
    if element.type == "markdown":
        yield from _markdown(document, value, element.name)
    elif element.type == "textarea" and element.attribute("render") is None:
        for found in _markdown(document, value, element.name):
            found.is_edited = True
            yield found
    elif element.type == "checkboxes":
        for option in element.options:
            yield from _markdown(document, option.label, element.name)


def _is_concerned(text: str) -> bool:
    return len(text) <= _LONGEST and _CONCERNED.search(text) is not None


def _markdown(document: Document, node: Value | None, name: str) -> Iterator[MarkdownText]:
    if not isinstance(node, Scalar) or not node.is_text or not _is_concerned(node.value):
        return
    places = places_of(document.source.text, node)
    if places is None:
        # The value has no places of its own: all of it is where it begins.
        start = node.start
        yield MarkdownText(document, node.value, lambda _: start, f"{name}: ", "")
    else:
        yield MarkdownText(document, node.value, places, f"{name}: ", node.style)
