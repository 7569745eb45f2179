"""Finding the repo entries and hooks in a `.pre-commit-config.yaml`.

On the path of `check`: nothing here writes.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from issue_scaffold.sync import precommit
from issue_scaffold.text.by_meaning import Difference, NotUnderstoodError
from issue_scaffold.text.lines import position
from issue_scaffold.text.one_document import read_document
from issue_scaffold.text.tree import Mapping, Node, Scalar, Sequence, Value, canonical, resolve
from issue_scaffold.text.tree_values import is_null, items_of, mapping_of, value_below


class LocatedEntry(NamedTuple):
    """An entry, the mapping that holds it, and the list of its hooks."""

    entry: precommit.RepoEntry
    body: Mapping
    hooks: Sequence | None


class PrecommitFile(NamedTuple):
    """A config as read.

    `repos` is the list of entries, or the null in its place, or None; `key` is the key to it.
    """

    text: str
    root: Value | None
    key: Node | None
    repos: Sequence | Scalar | None
    located: tuple[LocatedEntry, ...]

    @property
    def entries(self) -> tuple[precommit.RepoEntry, ...]:
        """The entries alone."""
        return tuple(place.entry for place in self.located)


def read_precommit(text: str) -> PrecommitFile:
    """Return the config; raise NotUnderstoodError when it is none that pre-commit would take."""
    root = read_document(text)
    if not (isinstance(root, Mapping) or is_null(root)):
        raise NotUnderstoodError("a config that is no mapping")
    entry = mapping_of(root).own("repos")
    if entry is None:
        return PrecommitFile(text=text, root=root, key=None, repos=None, located=())
    repos = resolve(entry.value)
    if isinstance(repos, Mapping) or (isinstance(repos, Scalar) and not repos.is_null):
        raise NotUnderstoodError("repos that are no list")
    located = tuple(map(_located, items_of(repos)))
    return PrecommitFile(text=text, root=root, key=entry.key, repos=repos, located=located)


def differences(rendered: str, ours: str) -> tuple[Difference, ...]:
    """Return the entries and hooks that are missing, or that run otherwise.

    Raises as `read_precommit` does.
    """
    file = read_precommit(ours)
    found = precommit.compare(read_precommit(rendered).entries, file.entries)
    return tuple(_at(difference, file) for difference in found)


def _at(difference: precommit.EntryDifference, file: PrecommitFile) -> Difference:
    node = file.key
    if difference.entry is not None:
        place = file.located[difference.entry]
        node = place.body
        if difference.hook is not None and place.hooks is not None:
            node = place.hooks.items[difference.hook]
    found = Difference(difference.message, unit=difference.unit, state=difference.state)
    if node is None:
        return found
    line, column = position(file.text, node.start)
    return found._replace(line=line, column=column)


class Word(NamedTuple):
    """A text of the config, with its 1-based line and column."""

    value: str
    line: int
    column: int


class Filter(NamedTuple):
    """A top-level `files` or `exclude` of a config: what every hook's files go through."""

    key: str
    pattern: Word


class HookTypes(NamedTuple):
    """The hooks of git's that `pre-commit install` sets up, with the list's line and column."""

    names: tuple[str, ...]
    line: int
    column: int


class Scope(NamedTuple):
    """What a config says of all hooks.

    `skipped` are the names of hooks that pre-commit.ci is told to skip, `aliases` the other names
    that hooks go by there, with the hook's id. `hook_types` is None where the config says nothing
    of them.
    """

    filters: tuple[Filter, ...] = ()
    skipped: tuple[Word, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    hook_types: HookTypes | None = None


def read_scope(text: str) -> Scope:
    """Return what applies to every hook; raise NotUnderstoodError as `read_precommit` does.

    https://pre-commit.com/#top_level-files,
    https://pre-commit.com/#top_level-default_install_hook_types,
    https://pre-commit.ci/#configuration-skip
    """
    file = read_precommit(text)
    root = file.root
    if not isinstance(root, Mapping):
        return Scope()
    filters = []
    for key in ("files", "exclude"):
        written = [value for name, value in root.fields.items() if name == key]
        filters += [Filter(key, pattern) for pattern in _words(text, written)]
    skip = value_below(root, "ci", "skip")
    return Scope(
        filters=tuple(filters),
        skipped=tuple(_words(text, skip.items if isinstance(skip, Sequence) else ())),
        aliases=tuple(_aliases(file)),
        hook_types=_hook_types(text, root),
    )


def _hook_types(text: str, root: Mapping) -> HookTypes | None:
    entry = root.find("default_install_hook_types")
    if entry is None:
        return None
    types = resolve(entry.value)
    if not isinstance(types, Sequence):
        return None
    names = tuple(word.value for word in _words(text, types.items))
    return HookTypes(names, *position(text, entry.value.start))


def _words(text: str, nodes: Iterable[Node]) -> Iterator[Word]:
    """Yield those nodes that are scalars."""
    for node in nodes:
        value = resolve(node)
        if isinstance(value, Scalar):
            yield Word(value.value, *position(text, node.start))


def _aliases(file: PrecommitFile) -> Iterator[tuple[str, str]]:
    for place in file.located:
        hooks = place.hooks.items if place.hooks is not None else ()
        for node, hook in zip(hooks, place.entry.hooks, strict=True):
            alias = value_below(node, "alias")
            if isinstance(alias, Scalar):
                yield alias.value, hook.id


def _located(item: Node) -> LocatedEntry:
    body = resolve(item)
    if not isinstance(body, Mapping):
        raise NotUnderstoodError("an entry that is no mapping")
    repo, rev, hooks = body.get("repo"), body.get("rev"), body.get("hooks")
    if not isinstance(repo, Scalar) or isinstance(hooks, Mapping):
        raise NotUnderstoodError("an entry without repo, or with hooks that are no list")
    listed = hooks if isinstance(hooks, Sequence) else None
    entry = precommit.RepoEntry(
        repo=repo.value,
        rev=rev.value if isinstance(rev, Scalar) else None,
        hooks=tuple(map(_hook, listed.items)) if listed is not None else (),
    )
    return LocatedEntry(entry=entry, body=body, hooks=listed)


def _hook(node: Node) -> precommit.Hook:
    body = resolve(node)
    if not isinstance(body, Mapping):
        raise NotUnderstoodError("a hook that is no mapping")
    name = body.get("id")
    if not isinstance(name, Scalar):
        raise NotUnderstoodError("a hook without id")
    effect = [
        (key, canonical(value))
        for key, value in body.fields.items()
        if key in precommit.EFFECTIVE_FIELDS
    ]
    return precommit.Hook(id=name.value, definition=canonical(node), effect=tuple(sorted(effect)))
