"""Three-way merge of a labels config, written into the user's text.

`labels.merge` says what to change. Every result is read back and compared with what it should hold;
one that fails is thrown away. TOML is edited by its tables' lines like YAML by its items'.
"""

from collections.abc import Iterator, Sequence

from issue_scaffold.labels.config import LabelsConfig, is_settings, parse_labels
from issue_scaffold.labels.label import Label, LabelPlace
from issue_scaffold.labels.merge import (
    AddLabel,
    LabelEdit,
    RemoveLabel,
    SetField,
    apply_edits,
    restoration,
    three_way,
)
from issue_scaffold.labels.style import LabelStyle
from issue_scaffold.text import edits as text_edits
from issue_scaffold.text import splice
from issue_scaffold.text.by_meaning import Kept, MeaningMerge, NotUnderstoodError
from issue_scaffold.text.edits import Edit, insert_lines, set_value
from issue_scaffold.text.lines import column, line_start, next_line
from issue_scaffold.text.scalars import toml_key
from issue_scaffold.text.tree import Entry, Mapping, Scalar, canonical, resolve
from issue_scaffold.text.tree import Sequence as Items


def merge_labels(
    path: str, base: str | None, ours: str, theirs: str, *, template_path: str | None = None
) -> MeaningMerge:
    """Return the user's labels config with the template's change.

    `template_path` is where the template has its own, if it lies elsewhere, in another format
    maybe. Raises NotUnderstoodError if the result can't be written.
    """
    mine = parse_labels(path, ours)
    theirs_path = template_path or path
    old = None if base is None else parse_labels(theirs_path, base).labels
    plan = three_way(old, mine.labels, parse_labels(theirs_path, theirs).labels)
    obsolete = splice.obsolete_comments(base or "", theirs)
    return MeaningMerge(text=_LabelWriter(mine).edited(plan.edits, obsolete), notes=plan.notes)


def restore_labels(path: str, ours: str, theirs: str, kept: Kept = frozenset()) -> MeaningMerge:
    """Return the user's labels config with every label of the template, but for what is `kept`.

    Raises as `merge_labels` does.
    """
    mine = parse_labels(path, ours)
    edits = restoration(mine.labels, parse_labels(path, theirs).labels, kept)
    return MeaningMerge(text=_LabelWriter(mine).edited(edits, frozenset()))


class _LabelWriter:
    """One labels config that is to be edited."""

    def __init__(self, config: LabelsConfig) -> None:
        self._config = config
        self._text = config.source.text
        self._places = config.places
        self._style = LabelStyle(config)

    def edited(self, edits: tuple[LabelEdit, ...], obsolete: frozenset[str]) -> str:
        """Return the text with every edit made. Raises NotUnderstoodError."""
        if not edits:
            return self._text
        path = self._config.source.path
        if self._style.is_toml:
            self._refuse_inline()
        added: list[Label] = []
        after: int | None = None
        removed: set[int] = set()
        changes: list[Edit] = []
        for edit in edits:
            if isinstance(edit, AddLabel):
                added.append(edit.label)
                after = edit.after
            elif isinstance(edit, RemoveLabel):
                removed.add(self._item(edit.index))
            else:
                changes += self._set(edit)
        changes += self._restock(added, after, removed, obsolete)
        text = text_edits.apply_edits(self._text, changes)
        done = parse_labels(path, text)
        wanted = apply_edits(self._config.labels, edits)
        if list(done.labels) != wanted or _around(done) != _around(self._config):
            raise NotUnderstoodError("the edited labels config doesn't hold what it should")
        return text

    def _refuse_inline(self) -> None:
        """Raise NotUnderstoodError for labels without a table of their own: none is at a line."""
        holder = self._config.holder
        if isinstance(holder, Mapping) and not all(entry.key.end for entry in holder.entries):
            raise NotUnderstoodError("a label without a table of its own")

    def _item(self, label: int) -> int:
        """Return the place of a label in the collection as it is written."""
        item = self._places[label].item
        if item < 0:
            raise NotUnderstoodError("a label that a merge key brings in")
        return item

    def _restock(
        self, added: list[Label], after: int | None, removed: set[int], obsolete: frozenset[str]
    ) -> list[Edit]:
        """Return the additions and removals."""
        holder = self._config.holder
        if not self._places or not isinstance(holder, Items | Mapping):
            return self._first(added)
        placed = splice.placed_items(holder, self._text)
        place = None if after is None else self._item(after)
        if holder.flow:
            return self._restock_flow(
                placed, [self._style.flow_item(x) for x in added], place, removed
            )
        changes = splice.remove_block(self._text, placed, removed, obsolete)
        blocks = [self._style.block(label) for label in added]
        if blocks:
            changes.append(splice.insert_block(self._text, placed, place, blocks))
        elif len(removed) == len(placed):
            sign = "{}" if isinstance(holder, Mapping) else "[]"
            changes.append(splice.empty(self._text, self._config.key, placed, sign))
        return changes

    def _restock_flow(
        self, placed: list[splice.Placed], new: list[str], place: int | None, removed: set[int]
    ) -> list[Edit]:
        if len(removed) == len(placed) and new:
            return [Edit(placed[0].start, placed[-1].end, ", ".join(new))]
        changes: list[Edit] = []
        if removed:
            changes += splice.remove_flow(self._text, placed, removed)
        if new:
            changes += splice.insert_flow(self._text, placed, place, new)
        return changes

    def _first(self, labels: Sequence[Label]) -> list[Edit]:
        """Return the changes that write labels where there are none yet."""
        key, holder = self._config.key, self._config.holder
        if self._style.is_json:
            return [self._first_json(labels)]
        key_name = None
        if is_settings(self._config.source.path) and key is None:
            key_name = "labels"

        def lines_at(indent: int) -> list[str]:
            return [line for label in labels for line in self._style.block(label, indent)]

        return splice.fill(self._text, key_name, key, holder, lines_at)

    def _first_json(self, labels: Sequence[Label]) -> Edit:
        start = end = len(self._text)
        if self._config.holder is not None:
            start, end = self._config.holder.start, self._config.holder.end
        line = self._text[line_start(self._text, start) : start]
        indent = line[: len(line) - len(line.lstrip())]
        return Edit(start, end, self._style.json_list(labels, indent))

    def _set(self, edit: SetField) -> list[Edit]:
        place = self._places[edit.index]
        if edit.key == "name" and edit.value is not None:
            name = self._style.text("name", edit.value, in_flow=True, old=place.name)
            if self._style.is_toml and place.entry("name") is None:
                name = toml_key(edit.value)
            return [Edit(place.name.start, place.name.end, name)]
        entry = place.entry(edit.key)
        if edit.value is None:
            return [self._without(place, entry)]
        body = _fields(place)
        if entry is None:
            return self._with_field(place, edit.key, edit.value)
        value = resolve(entry.value)
        old = value if isinstance(value, Scalar) else None
        text = self._style.text(edit.key, edit.value, in_flow=body.flow, old=old)
        return [set_value(self._text, entry, text)]

    def _with_field(self, place: LabelPlace, key: str, value: str) -> list[Edit]:
        body = _fields(place)
        if place.is_shared or not body.written:
            raise NotUnderstoodError("a label without fields of its own")
        field = self._style.field(key, value, in_flow=body.flow)
        if body.flow:
            placed = splice.placed_items(body, self._text)
            return splice.insert_flow(self._text, placed, None, [field])
        end = next_line(self._text, body.end)
        indent = " " * column(self._text, body.written[0].key.start)
        return [insert_lines(self._text, end, [indent + field])]

    def _without(self, place: LabelPlace, entry: Entry | None) -> Edit:
        text, body = self._text, _fields(place)
        if entry is None or place.is_shared:
            raise NotUnderstoodError("a field that stands elsewhere")
        index = body.written.index(entry)
        if body.flow:
            return splice.remove_flow(text, splice.placed_items(body, text), {index})[0]
        start = line_start(text, entry.key.start)
        if not text[start : entry.key.start].strip():
            return Edit(start, next_line(text, entry.value.end))
        if index + 1 == len(body.written):
            raise NotUnderstoodError("the only field of a label")
        return Edit(entry.key.start, body.written[index + 1].key.start)


def _fields(place: LabelPlace) -> Mapping:
    if not isinstance(place.body, Mapping):
        raise NotUnderstoodError("a label that is nothing but a colour")
    return place.body


def _around(config: LabelsConfig) -> list[str]:
    """Return everything else that the file holds, as text to compare."""
    if not isinstance(config.root, Mapping) or config.root is config.holder:
        return []
    return list(_beside(config.root, config))


def _beside(mapping: Mapping, config: LabelsConfig) -> Iterator[str]:
    """Yield what a mapping holds but for the labels, which may lie further down in it."""
    for entry in mapping.written:
        below = resolve(entry.value)
        if entry.key is config.key:
            continue
        if isinstance(below, Mapping) and _leads_to(below, config):
            yield canonical(entry.key)
            yield from _beside(below, config)
        else:
            yield _row(entry)


def _leads_to(mapping: Mapping, config: LabelsConfig) -> bool:
    return any(entry.key is config.key for entry in mapping.written)


def _row(entry: Entry) -> str:
    return f"{canonical(entry.key)}: {canonical(entry.value)}"
