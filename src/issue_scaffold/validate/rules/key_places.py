"""Where a key of an issue form belongs, and the edits that bring it there with all that it holds.

Owns the table of levels: what a forge's row permits at one, is misplaced at the others. Nothing is
left out on the way: what can't be moved whole stays, and its problem has no fix. A `body` that
stands too deep is `body_places`'.
"""

from collections.abc import Collection
from collections.abc import Mapping as Table
from enum import StrEnum
from typing import Final, NamedTuple

from issue_scaffold.forge.document import Problem, at
from issue_scaffold.forge.forges import TemplateKeys
from issue_scaffold.forge.issue_form import ElementView, FormView, text_of
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.edits import (
    Edit,
    Fix,
    entry_end,
    insert_line,
    one_line,
    owns_line,
    remove_entry,
)
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar
from issue_scaffold.validate.rules.form_fixes import fix_of

# Of these there is no doubt where they were meant to be.
CERTAIN: Final = frozenset({"required", "accept", "render", "attributes", "validations"})
# In an element without a label these may be meant as one.
_LIKE_A_LABEL: Final = frozenset({"name", "title"})
_FLOW_SIGNS: Final = frozenset(",[]{}#?:")


class Level(StrEnum):
    """The mappings that a form is made of, by what a person would say of a place in one."""

    FORM = "at the top of the form"
    BODY = "under `body`"
    ELEMENT = "beside `attributes`"
    ATTRIBUTES = "under `attributes`"
    VALIDATIONS = "under `validations`"


# Where else a key may belong that can't be where it is, the nearest first.
_ELSEWHERE: Final[Table[Level, tuple[Level, ...]]] = {
    Level.FORM: (Level.ELEMENT,),
    Level.BODY: (Level.FORM,),
    Level.ELEMENT: (Level.ATTRIBUTES, Level.VALIDATIONS, Level.FORM),
    Level.ATTRIBUTES: (Level.VALIDATIONS, Level.ELEMENT, Level.FORM),
    Level.VALIDATIONS: (Level.ATTRIBUTES, Level.ELEMENT, Level.FORM),
}
_SECTIONS: Final = {Level.ATTRIBUTES: "attributes", Level.VALIDATIONS: "validations"}


class MisplacedKey(NamedTuple):
    """A key where its forge doesn't permit it: `owner` is its mapping, on a level of the form.

    `element` is the one that it stands in, or the last one above it if it is at the top.
    """

    form: FormView
    element: ElementView | None
    level: Level
    owner: Mapping
    entry: Entry

    @property
    def key(self) -> str:
        """The key's text."""
        return text_of(self.entry.key) or ""

    @property
    def home(self) -> Level | None:
        """The level on which the key would be right, if there is one."""
        levels = _ELSEWHERE[self.level]
        return next((level for level in levels if self.key in self._permitted(level)), None)

    @property
    def owners(self) -> list[Mapping]:
        """The key's mapping, and the one around it that may be left without that."""
        around = {Level.BODY: self.form.root}
        if self.element is not None:
            around |= dict.fromkeys(_SECTIONS, self.element.node)
        return [self.owner, *([around[self.level]] if self.level in around else [])]

    def _permitted(self, level: Level) -> Collection[str]:
        if level is Level.FORM:
            return _of_the_form_alone(self.form.keys)
        if level is Level.ELEMENT:
            has_type = self.element is not None and self.element.type is not None
            return set(self.form.keys.element) - ({"type"} if has_type else set())
        if self.element is None:
            return ()
        if level is Level.ATTRIBUTES:
            return self.element.keys.attributes
        # What has to be ticked, the options of checkboxes say themselves.
        return () if self.element.type == "checkboxes" else self.element.keys.validations


def _of_the_form_alone(keys: TemplateKeys) -> Collection[str]:
    """Return the keys that have a meaning at the top only; of `body` another rule speaks."""
    attributes = {key for kind in keys.elements.values() for key in kind.attributes}
    return set(keys.form) - attributes - set(keys.element) - {"body"}


def misplaced_key(stray: MisplacedKey, message: str) -> Problem | None:
    """Return the problem of a key that belongs elsewhere in its form; None if it belongs nowhere.

    It has a fix if the key can be moved there with all that it holds.
    """
    home = stray.home
    if home is None:
        return None
    fix = moved(stray)
    if _SECTIONS.get(stray.level) == stray.key:
        hint = f"what is in it belongs one level up, {stray.level.value} itself"
        fix = spilled(stray.form.source, stray.owner, stray.entry)
    else:
        hint = _where(stray, home)
    if fix is not None and (stray.key not in CERTAIN or stray.level is Level.FORM):
        fix = fix._replace(unsafe=True)
    return at(stray.entry.key, message, hint=hint, fix=fix)


def _where(stray: MisplacedKey, home: Level) -> str:
    """Say where a key belongs."""
    place = home.value
    if home is Level.ELEMENT:
        place = f"{place}, one level up"
        if stray.key == "attributes":
            place = "beside `type`, one level up"
        if stray.level is Level.FORM:
            place = "beside `type`, in an element of `body`"
    return f"`{stray.key}` belongs {place}"


def moved(stray: MisplacedKey) -> Fix | None:
    """Return the fix that brings a key to where it belongs; None if it can't be moved whole."""
    source = stray.form.source
    try:
        taken = take_out(source, stray.owners, stray.entry)
        return fix_of((*taken, _put(stray, rows_of(source, stray.owner, stray.entry))))
    except NotUnderstoodError:
        return None


def _put(stray: MisplacedKey, rows: list[str]) -> Edit:
    """Put the lines of a key where it belongs. Raises NotUnderstoodError if they can't be there."""
    source, home = stray.form.source, stray.home
    if home is Level.FORM:
        return _at_the_top(stray, rows)
    if home is None or stray.element is None:
        raise NotUnderstoodError("a key without a home")
    if home is Level.ELEMENT:
        return _in_element(source, stray.element.node, stray, rows)
    return _in_section(source, stray.element.node, _SECTIONS[home], stray, rows)


def _at_the_top(stray: MisplacedKey, rows: list[str]) -> Edit:
    """Put a key above the form's body, but not where it may be meant as something else."""
    root, element = stray.form.root, stray.element
    body = root.own("body")
    if root.flow or body is None or root.find(stray.key) is not None:
        raise NotUnderstoodError("a form without room at the top")
    if stray.key in _LIKE_A_LABEL and element is not None and element.label is None:
        raise NotUnderstoodError("a key that may be meant as a label")
    if not owns_line(stray.form.source, body):
        raise NotUnderstoodError("a body that shares its line")
    return insert_line(
        stray.form.source, stray.form.source.line_start(body.key.start), "\n".join(rows)
    )


def _in_element(source: Source, element: Mapping, stray: MisplacedKey, rows: list[str]) -> Edit:
    """Put a key beside an element's attributes: an id below the type, anything else behind."""
    if element.find(stray.key) is not None:
        raise NotUnderstoodError("an element that has the key already")
    neighbour = next((entry for entry in element.entries if entry.value is stray.owner), None)
    if stray.key == "id":
        neighbour = element.own("type")
    return _behind(source, element, neighbour, rows)


def _in_section(
    source: Source, element: Mapping, section: str, stray: MisplacedKey, rows: list[str]
) -> Edit:
    """Put a key into a section of an element, which is made if need be."""
    entry = element.find(section)
    step = indent_step(source, element)
    if entry is None:
        if element.flow:
            return _behind(source, element, None, [f"{section}: {{{rows[0]}}}"])
        return _behind(source, element, None, [f"{section}:", *indented(rows, step)])
    inside = entry.value
    if isinstance(inside, Mapping) and inside.entries and inside.find(stray.key) is None:
        return _behind(source, inside, None, rows)
    if element.flow or not isinstance(inside, Scalar) or inside.end > inside.start:
        raise NotUnderstoodError("a section without room")
    put = indented(rows, column_of(source, entry.key) + step)
    return insert_line(source, source.next_line(entry.key.end), "\n".join(put))


def _behind(source: Source, owner: Mapping, entry: Entry | None, rows: list[str]) -> Edit:
    """Put lines behind an entry of a mapping, the last one by default."""
    last = entry or next(reversed(owner.written), None)
    if last is None or last.merged:
        raise NotUnderstoodError("an entry that stands elsewhere, or none")
    if not owner.flow:
        put = indented(rows, column_of(source, owner.written[0].key))
        return insert_line(source, entry_end(source, last), "\n".join(put))
    _, _, value = rows[0].partition(": ")
    if len(rows) > 1 or (value[:1] not in {"'", '"', "{", "["} and _FLOW_SIGNS & set(value)):
        raise NotUnderstoodError("a value that can't stand between braces")
    end = max(last.key.end, last.value.end)
    return Edit(end, end, f", {rows[0]}")


def spilled(source: Source, owner: Mapping, entry: Entry) -> Fix | None:
    """Return the fix that puts what a key holds in the place of the key itself.

    None if the keys are there already, or anything isn't written line by line.
    """
    inside = entry.value
    if owner.flow or entry.merged or not isinstance(inside, Mapping) or inside.flow:
        return None
    first = inside.written[0].key.start
    others = set(owner.keys()) - {text_of(entry.key)}
    if not others.isdisjoint(inside.keys()):
        return None
    if "#" in source.text[entry.key.end : first] or source.line_start(first) <= entry.key.start:
        return None
    end = entry_end(source, entry)
    try:
        rows = dedented(source, first, end)
    except NotUnderstoodError:
        return None
    put = indented(rows, column_of(source, entry.key))
    text = source.newline.join(put).lstrip()
    if source.text[end - 1 : end] == "\n":
        text += source.newline
    return Fix((Edit(entry.key.start, end, text),))


def take_out(source: Source, owners: list[Mapping], entry: Entry) -> tuple[Edit, ...]:
    """Return the edits that take an entry out of the first of `owners`, each within the next.

    A mapping that would be left empty goes too. Raises NotUnderstoodError if the entry can't go.
    """
    owner, *holders = owners
    if len(owner.written) <= 1 and holders:
        for holder in holders[0].written:
            if holder.value is owner:
                return take_out(source, holders, holder)
    taken = remove_entry(source, owner, entry)
    if taken is None:
        raise NotUnderstoodError("an entry that can't be taken out")
    return taken


def rows_of(source: Source, owner: Mapping, entry: Entry) -> list[str]:
    """Return the lines of an entry without their common indentation.

    Of an entry between braces, it is the one line that it would be without them. Raises
    NotUnderstoodError where there is no such line, or no such indentation.
    """
    if not owner.flow:
        return dedented(source, entry.key.start, entry_end(source, entry))
    text = one_line(source, entry.value)
    if text is None:
        raise NotUnderstoodError("a value of several lines between braces")
    return [f"{source.text[entry.key.start : entry.key.end]}: {text}".rstrip()]


def dedented(source: Source, start: int, end: int) -> list[str]:
    """Return the lines from a place on, moved left so that they begin in the first column.

    Raises NotUnderstoodError if one of them begins further left than that place.
    """
    columns = start - source.line_start(start)
    lines = (" " * columns + source.text[start:end]).rstrip("\r\n").split("\n")
    if any(line[:columns].strip() for line in lines):
        raise NotUnderstoodError("a line that begins further left than the first one")
    return [line[columns:].rstrip("\r") for line in lines]


def indented(rows: list[str], columns: int) -> list[str]:
    """Return lines moved right; empty ones stay empty."""
    return [f"{' ' * columns}{row}" if row else "" for row in rows]


def column_of(source: Source, node: Node) -> int:
    """Return how many characters precede a node on its line."""
    return node.start - source.line_start(node.start)


def indent_step(source: Source, element: Mapping) -> int:
    """Return by how much the file indents the inside of an element."""
    for entry in element.entries:
        inside = entry.value
        if isinstance(inside, Mapping) and not inside.flow and inside.entries:
            step = column_of(source, inside) - column_of(source, entry.key)
            if step > 0:
                return step
    return 2
