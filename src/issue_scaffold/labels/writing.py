"""Three-way merge of a labels config: the domain says what to change, this writes it into the user's text.

Every result is read back and compared with what it should hold; a result that fails is thrown away.
"""

from collections.abc import Sequence

from issue_scaffold.labels.label import Label
from issue_scaffold.labels.merge import (
    AddLabel,
    Edit,
    RemoveLabel,
    SetField,
    apply_edits,
    restoration,
    three_way,
)
from issue_scaffold.labels.reading import LabelsFile, Located, is_settings, read_labels
from issue_scaffold.labels.style import LabelStyle
from issue_scaffold.text.by_meaning import MeaningMerge
from issue_scaffold.text.structured import splice, tree
from issue_scaffold.text.structured.splice import Change


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


def _edited(path: str, mine: LabelsFile, edits: tuple[Edit, ...], obsolete: frozenset[str]) -> str:
    if not edits:
        return mine.text
    style = LabelStyle(mine)
    added = [edit for edit in edits if isinstance(edit, AddLabel)]
    removed = {edit.index for edit in edits if isinstance(edit, RemoveLabel)}
    sets = (_set(mine, style, edit) for edit in edits if isinstance(edit, SetField))
    changes = [change for changes in sets for change in changes]
    changes += _restock(path, mine, style, added, removed, obsolete)
    text = splice.splice(mine.text, changes)
    after = read_labels(path, text)
    if list(after.labels) != apply_edits(mine.labels, edits) or _around(after) != _around(mine):
        raise tree.NotUnderstoodError("the edited labels config doesn't hold what it should")
    return text


def _restock(
    path: str,
    file: LabelsFile,
    style: LabelStyle,
    added: Sequence[AddLabel],
    removed: set[int],
    obsolete: frozenset[str],
) -> list[Change]:
    """Return the additions and removals."""
    labels = [edit.label for edit in added]
    holder = file.holder
    if not file.located or isinstance(holder, tree.Scalar | None):
        return _first(path, file, style, labels)
    placed = splice.items(holder, file.text)
    is_emptied = len(removed) == len(placed)
    after = added[0].after if added else None
    if holder.flow:
        new = [style.flow_item(label) for label in labels]
        if is_emptied and new:
            return [Change(start=placed[0].start, end=placed[-1].end, text=", ".join(new))]
        changes = splice.remove_flow(file.text, placed, removed) if removed else []
        return [*changes, *splice.insert_flow(file.text, placed, after, new)] if new else changes
    changes = splice.remove_block(file.text, placed, removed, obsolete)
    if labels:
        changes.append(
            splice.insert_block(file.text, placed, after, [style.block(label) for label in labels])
        )
    elif is_emptied:
        changes.append(
            splice.empty(
                file.text, file.key, placed, "[]" if isinstance(holder, tree.Sequence) else "{}"
            )
        )
    return changes


def _first(path: str, file: LabelsFile, style: LabelStyle, labels: Sequence[Label]) -> list[Change]:
    """Return the changes that write labels where there are none yet."""
    if file.is_json:
        start, end = (
            (len(file.text), len(file.text))
            if file.holder is None
            else (file.holder.start, file.holder.end)
        )
        line = file.text[splice.line_start(file.text, start) : start]
        indent = line[: len(line) - len(line.lstrip())]
        return [Change(start=start, end=end, text=style.json_list(labels, indent))]
    key_name = "labels" if is_settings(path) and file.key is None else None

    def lines_at(column: int) -> list[str]:
        return [line for label in labels for line in style.block(label, column)]

    return splice.fill(file.text, key_name, file.key, file.holder, lines_at)


def _set(file: LabelsFile, style: LabelStyle, edit: SetField) -> list[Change]:
    place = file.located[edit.index]
    in_flow = place.body.flow
    if edit.key == "name" and edit.value is not None:
        name = style.text("name", edit.value, in_flow=True, old=place.name)
        return [Change(start=place.name.start, end=place.name.end, text=name)]
    entry = place.body.own(edit.key)
    if edit.value is None:
        return [_without(file, place, edit.key)]
    if entry is None:
        return _with_field(file, place, style.field(edit.key, edit.value, in_flow=in_flow))
    value = entry[1]
    end = tree.content_end(value, file.text)
    old = value if isinstance(value, tree.Scalar) else None
    text = style.text(edit.key, edit.value, in_flow=in_flow, old=old)
    if isinstance(value, tree.Scalar) and value.start != value.end:
        return [Change(start=value.start, end=end, text=text)]
    colon = file.text.index(":", entry[0].end) + 1
    return [Change(start=colon, end=max(end, colon), text=f" {text}")]


def _with_field(file: LabelsFile, place: Located, field: str) -> list[Change]:
    body = place.body
    if body.alias is not None or not body.entries:
        raise tree.NotUnderstoodError("a label without fields of its own")
    if body.flow:
        return splice.insert_flow(file.text, splice.items(body, file.text), None, [field])
    end = splice.line_end(file.text, tree.content_end(body, file.text))
    return [splice.insert_lines(file.text, end, [" " * body.entries[0][0].column + field])]


def _without(file: LabelsFile, place: Located, key: str) -> Change:
    text, body = file.text, place.body
    entry = body.own(key)
    if entry is None or body.alias is not None:
        raise tree.NotUnderstoodError("a field that stands elsewhere")
    index = body.entries.index(entry)
    if body.flow:
        return splice.remove_flow(text, splice.items(body, text), {index})[0]
    start = splice.line_start(text, entry[0].start)
    if not text[start : entry[0].start].strip():
        return Change(start=start, end=splice.line_end(text, tree.content_end(entry[1], text)))
    if index + 1 == len(body.entries):
        raise tree.NotUnderstoodError("the only field of a label")
    return Change(start=entry[0].start, end=body.entries[index + 1][0].start)


def _around(file: LabelsFile) -> list[str]:
    """Return everything else that the file holds, as text to compare."""
    if not isinstance(file.root, tree.Mapping) or file.root is file.holder:
        return []
    rows = []
    for key, value in file.root.entries:
        if key.value != "labels":
            rows.append(f"{key.value}: {tree.canonical(value)}")
        elif isinstance(value, tree.Mapping) and value is not file.holder:
            rows += [
                f"{inner.value}: {tree.canonical(node)}"
                for inner, node in value.entries
                if inner is not file.key
            ]
    return rows
