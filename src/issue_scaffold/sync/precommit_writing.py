"""Three-way merge of a `.pre-commit-config.yaml`: what `precommit_merge` decides, written.

New entries and hooks are the template's own lines, comments included, moved to the indentation of
the user's file. Every result is read back and compared with what it should hold; a result that
fails is thrown away.
"""

from collections.abc import Iterator

from issue_scaffold.sync import precommit_merge
from issue_scaffold.sync.precommit_reading import LocatedEntry, PrecommitFile, read_precommit
from issue_scaffold.text import splice
from issue_scaffold.text.by_meaning import Kept, MeaningMerge, NotUnderstoodError
from issue_scaffold.text.edits import Edit, apply_edits, insert_lines
from issue_scaffold.text.lines import column, line_end, line_start, next_line
from issue_scaffold.text.reindent import Layout, flow_text, layout, moved_entry, moved_item
from issue_scaffold.text.scalars import yaml_scalar
from issue_scaffold.text.splice import Placed, placed_items
from issue_scaffold.text.tree import Node, Scalar, Sequence, canonical
from issue_scaffold.text.tree_values import mapping_of


def merge_precommit(base: str | None, ours: str, theirs: str) -> MeaningMerge:
    """Return the user's config with the template's change.

    Raises NotUnderstoodError if it can't be written.
    """
    mine, new = read_precommit(ours), read_precommit(theirs)
    old = None if base is None else read_precommit(base)
    plan = precommit_merge.three_way(
        None if old is None else old.entries, mine.entries, new.entries
    )
    return MeaningMerge(text=_edited(old, mine, new, plan.edits), notes=plan.notes)


def restore_precommit(ours: str, theirs: str, kept: Kept = frozenset()) -> MeaningMerge:
    """Return the user's config with every entry and hook of the template's, but those in `kept`.

    Raises as `merge_precommit` does.
    """
    mine, new = read_precommit(ours), read_precommit(theirs)
    hooks = frozenset(hook for hook, _ in kept)
    edits = precommit_merge.restoration(mine.entries, new.entries, hooks)
    return MeaningMerge(text=_edited(None, mine, new, edits))


def _edited(
    old: PrecommitFile | None,
    mine: PrecommitFile,
    new: PrecommitFile,
    edits: tuple[precommit_merge.Edit, ...],
) -> str:
    if not edits:
        return mine.text
    text = apply_edits(mine.text, _Writer(old, mine, new).changes(edits))
    after = read_precommit(text)
    wanted = precommit_merge.apply_edits(mine.entries, edits, new.entries)
    if list(after.entries) != wanted or _around(after) != _around(mine):
        raise NotUnderstoodError("the edited config doesn't hold what it should")
    return text


_HookCount = precommit_merge.AddHook | precommit_merge.RemoveHook


class _Writer:
    """The three sides of one merge, and the changes to the user's text."""

    def __init__(self, old: PrecommitFile | None, mine: PrecommitFile, new: PrecommitFile) -> None:
        self._old, self._mine, self._new = old, mine, new
        self._obsolete = splice.obsolete_comments("" if old is None else old.text, new.text)

    def changes(self, edits: tuple[precommit_merge.Edit, ...]) -> Iterator[Edit]:
        """Yield every change that the edits ask for.

        Raises NotUnderstoodError where one has no place.
        """
        hooks_of: dict[int, list[_HookCount]] = {}
        removed: set[int] = set()
        added: list[int] = []
        for edit in edits:
            if isinstance(edit, precommit_merge.SetRev):
                yield from self._set_rev(edit)
            elif isinstance(edit, precommit_merge.ReplaceHook):
                yield self._replace_hook(edit)
            elif isinstance(edit, _HookCount):
                hooks_of.setdefault(edit.entry, []).append(edit)
            elif isinstance(edit, precommit_merge.RemoveEntry):
                removed.add(edit.entry)
            else:
                added.append(edit.new_entry)
        for entry, changed in sorted(hooks_of.items()):
            yield from self._change_hooks(entry, changed)
        yield from self._change_entries(removed, added)

    def _change_entries(self, removed: set[int], added: list[int]) -> Iterator[Edit]:
        if self._mine.located and isinstance(self._mine.repos, Sequence):
            to = layout(self._mine.repos, self._mine.text)
            yield from self._restock(
                self._mine.repos, removed, [self._item(place, to) for place in added]
            )
        elif added:
            yield from self._first(added)

    def _set_rev(self, edit: precommit_merge.SetRev) -> Iterator[Edit]:
        """Write another rev, and the template's comment behind it.

        Another comment than the template had is the user's, and stays.
        """
        mine, new = _rev(self._mine.located[edit.entry]), _rev(self._new.located[edit.new_entry])
        yield Edit(mine.start, mine.end, yaml_scalar(new.value, mine.style or new.style))
        comment = _comment(self._mine.text, mine)
        if comment and comment == self._old_comment(self._new.located[edit.new_entry].entry.key):
            yield Edit(mine.end, mine.end + len(comment), _comment(self._new.text, new))

    def _old_comment(self, key: str) -> str | None:
        """Return the comment that the template had behind the rev of a repository."""
        if self._old is not None:
            for place in self._old.located:
                if place.entry.key == key:
                    return _comment(self._old.text, _rev(place))
        return None

    def _replace_hook(self, edit: precommit_merge.ReplaceHook) -> Edit:
        hooks, text = self._hooks(edit.entry), self._mine.text
        item = placed_items(hooks, text)[edit.hook]
        new = self._new_hook(edit.new_entry, edit.new_hook)
        to = layout(hooks, text)
        if to is None:
            return Edit(item.start, item.end, flow_text(new.node))
        lines = moved_item(new, self._new.text, to)
        end = next_line(text, item.end)
        whole = insert_lines(text, end, lines).text
        return Edit(line_start(text, item.start), end, whole)

    def _change_hooks(self, entry: int, edits: list[_HookCount]) -> Iterator[Edit]:
        hooks = self._hooks(entry)
        to = layout(hooks, self._mine.text)
        removed = {edit.hook for edit in edits if isinstance(edit, precommit_merge.RemoveHook)}
        added = [edit for edit in edits if isinstance(edit, precommit_merge.AddHook)]
        new = [self._new_hook(edit.new_entry, edit.new_hook) for edit in added]
        if to is None:
            rows = [[flow_text(item.node)] for item in new]
        else:
            rows = [moved_item(item, self._new.text, to) for item in new]
        yield from self._restock(hooks, removed, rows)

    def _restock(
        self, collection: Sequence, removed: set[int], new: list[list[str]]
    ) -> Iterator[Edit]:
        """Yield the additions to and removals from one list.

        Each new item is its lines; one, if it stands in brackets.
        """
        text, placed = self._mine.text, placed_items(collection, self._mine.text)
        is_emptied = len(removed) == len(placed)
        if not collection.flow:
            yield from splice.remove_block(text, placed, removed, self._obsolete)
            if new:
                yield splice.insert_block(text, placed, None, new)
            elif is_emptied:
                yield splice.empty(text, self._mine.key, placed, "[]")
        elif is_emptied and new:
            yield Edit(placed[0].start, placed[-1].end, ", ".join(item for (item,) in new))
        else:
            if removed:
                yield from splice.remove_flow(text, placed, removed)
            if new:
                yield from splice.insert_flow(text, placed, None, [item for (item,) in new])

    def _first(self, added: list[int]) -> list[Edit]:
        """Return the changes that write entries where there are none yet."""
        mine = self._mine

        def lines_at(indent: int) -> list[str]:
            to = Layout(indent, indent + 2)
            return [line for place in added for line in self._item(place, to)]

        root = mine.root if isinstance(mine.root, Scalar) else None
        return splice.fill(
            mine.text, "repos" if mine.key is None else None, mine.key, mine.repos or root, lines_at
        )

    def _item(self, place: int, to: Layout | None) -> list[str]:
        """Return the lines of the template's entry; without a layout, one line for brackets."""
        new, text = self._new.located[place], self._new.text
        if to is None:
            return [flow_text(new.body)]
        item = placed_items(_list(self._new.repos), text)[place]
        return moved_entry(item, "hooks", text, to, self._hook_layout(new, to.content))

    def _hook_layout(self, new: LocatedEntry, content: int) -> Layout:
        """Return how hooks are indented below keys that stand at `content`.

        They are as in the user's last entry, else as in the new one.
        """
        for file, place in [
            *((self._mine, mine) for mine in reversed(self._mine.located)),
            (self._new, new),
        ]:
            found = layout(place.hooks, file.text)
            if found is not None and not place.body.flow:
                dash = found.dash - column(file.text, place.body.start) + content
                return Layout(dash, dash + found.content - found.dash)
        return Layout(content + 2, content + 4)

    def _hooks(self, entry: int) -> Sequence:
        own = self._mine.located[entry].body.own("hooks")
        hooks = None if own is None else own.value
        if not isinstance(hooks, Sequence) or not hooks.items:
            raise NotUnderstoodError("an entry without hooks of its own")
        return hooks

    def _new_hook(self, entry: int, place: int) -> Placed:
        return placed_items(_list(self._new.located[entry].hooks), self._new.text)[place]


def _list(node: Node | None) -> Sequence:
    if not isinstance(node, Sequence):
        raise NotUnderstoodError("no list")
    return node


def _rev(place: LocatedEntry) -> Scalar:
    entry = place.body.own("rev")
    if entry is None or not isinstance(entry.value, Scalar):
        raise NotUnderstoodError("a rev that stands elsewhere")
    return entry.value


def _comment(text: str, node: Scalar) -> str:
    """Return the comment behind a value with the white space before it, or an empty string."""
    rest = text[node.end : line_end(text, node.end)].rstrip("\r")
    return rest if rest.lstrip().startswith("#") else ""


def _around(file: PrecommitFile) -> list[str]:
    """Return everything else that the file holds, as text to compare."""
    written = mapping_of(file.root).written
    rows = [(canonical(entry.key), canonical(entry.value)) for entry in written]
    return [f"{key}: {value}" for key, value in rows if key != '"repos"']
