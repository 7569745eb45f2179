"""Three-way merge of a labels config: the domain says what to change, this writes it into the user's text.

Every result is read back and compared with what it should hold; a result that fails is thrown away.
"""

from collections.abc import Sequence

from issue_scaffold.labels.label import Label
from issue_scaffold.labels.merge import (
    AddLabel,
    RemoveLabel,
    SetField,
    apply_edits,
    restoration,
    three_way,
)
from issue_scaffold.labels.merge import Edit as LabelEdit
from issue_scaffold.labels.reading import LabelsFile, LocatedLabel, is_settings, read_labels
from issue_scaffold.labels.style import LabelStyle
from issue_scaffold.text import edits as text_edits
from issue_scaffold.text import splice
from issue_scaffold.text.by_meaning import MeaningMerge, NotUnderstoodError
from issue_scaffold.text.edits import Edit, insert_lines, set_value
from issue_scaffold.text.lines import column, line_start, next_line
from issue_scaffold.text.tree import Entry, Mapping, Scalar, canonical, resolve
from issue_scaffold.text.tree import Sequence as Items


def merge_labels(path: str, base: str | None, ours: str, theirs: str) -> MeaningMerge:
    """Return the user's labels config with the template's change; raise NotUnderstoodError if it can't be written."""
    mine = read_labels(path, ours)
    old = None if base is None else read_labels(path, base).labels
    plan = three_way(old, mine.labels, read_labels(path, theirs).labels)
    text = _edited(path, mine, plan.edits, splice.obsolete_comments(base or "", theirs))
    return MeaningMerge(text=text, notes=plan.notes)


def restore_labels(path: str, ours: str, theirs: str) -> MeaningMerge:
    """Return the user's labels config with every label of the template as it is there; raise as `merge_labels` does."""
    mine = read_labels(path, ours)
    edits = restoration(mine.labels, read_labels(path, theirs).labels)
    return MeaningMerge(text=_edited(path, mine, edits, frozenset()))


def _edited(
    path: str, mine: LabelsFile, edits: tuple[LabelEdit, ...], obsolete: frozenset[str]
) -> str:
    if not edits:
        return mine.text
    style = LabelStyle(mine)
    added = [edit for edit in edits if isinstance(edit, AddLabel)]
    removed = {edit.index for edit in edits if isinstance(edit, RemoveLabel)}
    sets = (_set(mine, style, edit) for edit in edits if isinstance(edit, SetField))
    changes = [change for changes in sets for change in changes]
    changes += _restock(path, mine, style, added, removed, obsolete)
    text = text_edits.apply_edits(mine.text, changes)
    after = read_labels(path, text)
    if list(after.labels) != apply_edits(mine.labels, edits) or _around(after) != _around(mine):
        raise NotUnderstoodError("the edited labels config doesn't hold what it should")
    return text


def _restock(
    path: str,
    file: LabelsFile,
    style: LabelStyle,
    added: Sequence[AddLabel],
    removed: set[int],
    obsolete: frozenset[str],
) -> list[Edit]:
    """Return the additions and removals."""
    labels = [edit.label for edit in added]
    holder = file.holder
    if not file.located or isinstance(holder, Scalar | None):
        return _first(path, file, style, labels)
    placed = splice.placed_items(holder, file.text)
    is_emptied = len(removed) == len(placed)
    after = added[0].after if added else None
    if holder.flow:
        new = [style.flow_item(label) for label in labels]
        if is_emptied and new:
            return [Edit(placed[0].start, placed[-1].end, ", ".join(new))]
        changes = splice.remove_flow(file.text, placed, removed) if removed else []
        return [*changes, *splice.insert_flow(file.text, placed, after, new)] if new else changes
    changes = splice.remove_block(file.text, placed, removed, obsolete)
    if labels:
        changes.append(
            splice.insert_block(file.text, placed, after, [style.block(label) for label in labels])
        )
    elif is_emptied:
        changes.append(
            splice.empty(file.text, file.key, placed, "[]" if isinstance(holder, Items) else "{}")
        )
    return changes


def _first(path: str, file: LabelsFile, style: LabelStyle, labels: Sequence[Label]) -> list[Edit]:
    """Return the changes that write labels where there are none yet."""
    if file.is_json:
        start, end = (
            (len(file.text), len(file.text))
            if file.holder is None
            else (file.holder.start, file.holder.end)
        )
        line = file.text[line_start(file.text, start) : start]
        indent = line[: len(line) - len(line.lstrip())]
        return [Edit(start, end, style.json_list(labels, indent))]
    key_name = "labels" if is_settings(path) and file.key is None else None

    def lines_at(indent: int) -> list[str]:
        return [line for label in labels for line in style.block(label, indent)]

    return splice.fill(file.text, key_name, file.key, file.holder, lines_at)


def _set(file: LabelsFile, style: LabelStyle, edit: SetField) -> list[Edit]:
    place = file.located[edit.index]
    in_flow = place.body.flow
    if edit.key == "name" and edit.value is not None:
        name = style.text("name", edit.value, in_flow=True, old=place.name)
        return [Edit(place.name.start, place.name.end, name)]
    entry = place.body.own(edit.key)
    if edit.value is None:
        return [_without(file, place, edit.key)]
    if entry is None:
        return _with_field(file, place, style.field(edit.key, edit.value, in_flow=in_flow))
    value = resolve(entry.value)
    old = value if isinstance(value, Scalar) else None
    text = style.text(edit.key, edit.value, in_flow=in_flow, old=old)
    return [set_value(file.text, entry, text)]


def _with_field(file: LabelsFile, place: LocatedLabel, field: str) -> list[Edit]:
    body = place.body
    if place.shared or not body.written:
        raise NotUnderstoodError("a label without fields of its own")
    if body.flow:
        return splice.insert_flow(file.text, splice.placed_items(body, file.text), None, [field])
    end = next_line(file.text, body.end)
    indent = " " * column(file.text, body.written[0].key.start)
    return [insert_lines(file.text, end, [indent + field])]


def _without(file: LabelsFile, place: LocatedLabel, key: str) -> Edit:
    text, body = file.text, place.body
    entry = body.own(key)
    if entry is None or place.shared:
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


def _around(file: LabelsFile) -> list[str]:
    """Return everything else that the file holds, as text to compare."""
    if not isinstance(file.root, Mapping) or file.root is file.holder:
        return []
    rows = []
    for entry in file.root.written:
        below = resolve(entry.value)
        if canonical(entry.key) != '"labels"':
            rows.append(_row(entry))
        elif isinstance(below, Mapping) and below is not file.holder:
            rows += [_row(inner) for inner in below.written if inner.key is not file.key]
    return rows


def _row(entry: Entry) -> str:
    return f"{canonical(entry.key)}: {canonical(entry.value)}"
