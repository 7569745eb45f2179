"""Finding the repo entries and hooks in a `.pre-commit-config.yaml`. On the path of `check`: nothing here writes."""

from collections.abc import Iterator
from typing import NamedTuple

from issue_scaffold.sync import precommit
from issue_scaffold.text.by_meaning import Difference
from issue_scaffold.text.structured import tree


class Located(NamedTuple):
    """An entry, the mapping that holds it, and the list of its hooks."""

    entry: precommit.Entry
    body: tree.Mapping
    hooks: tree.Sequence | None


class PrecommitFile(NamedTuple):
    """A config as read. `repos` is the list of entries, or the null in its place, or None; `key` is the key to it."""

    text: str
    root: tree.AnyNode | None
    key: tree.Scalar | None
    repos: tree.Sequence | tree.Scalar | None
    located: tuple[Located, ...]

    @property
    def entries(self) -> tuple[precommit.Entry, ...]:
        """The entries alone."""
        return tuple(place.entry for place in self.located)


def read_precommit(text: str) -> PrecommitFile:
    """Return the config; raise NotUnderstoodError when it is none that pre-commit would take."""
    root = tree.read(text, is_json=False)
    if root is None or (isinstance(root, tree.Scalar) and root.is_null):
        return PrecommitFile(text=text, root=root, key=None, repos=None, located=())
    if not isinstance(root, tree.Mapping):
        raise tree.NotUnderstoodError("a config that is no mapping")
    key, repos = root.own("repos") or (None, None)
    if isinstance(repos, tree.Sequence):
        located = tuple(_located(item) for item in repos.items)
        return PrecommitFile(text=text, root=root, key=key, repos=repos, located=located)
    if isinstance(repos, tree.Mapping) or (repos is not None and not repos.is_null):
        raise tree.NotUnderstoodError("repos that are no list")
    return PrecommitFile(text=text, root=root, key=key, repos=repos, located=())


def differences(rendered: str, ours: str) -> tuple[Difference, ...]:
    """Return the entries and hooks that are missing, or that run otherwise; raise as `read_precommit` does."""
    file = read_precommit(ours)
    found = precommit.compare(read_precommit(rendered).entries, file.entries)
    return tuple(_at(difference, file) for difference in found)


def _at(difference: precommit.EntryDifference, file: PrecommitFile) -> Difference:
    node: tree.AnyNode | None = file.key
    if difference.entry is not None:
        place = file.located[difference.entry]
        node = place.body
        if difference.hook is not None and place.hooks is not None:
            node = place.hooks.items[difference.hook]
    if node is None:
        return Difference(message=difference.message)
    return Difference(message=difference.message, line=node.line + 1, column=node.column + 1)


class Filter(NamedTuple):
    """A top-level `files` or `exclude` of a config: the pattern that every hook's files go through, and its place."""

    key: str
    pattern: str
    place: tree.Scalar


class Scope(NamedTuple):
    """What a config says of all hooks: `filters`, and the names of hooks that pre-commit.ci is told to skip.

    `aliases` are the other names that hooks go by there, with the hook's id; `hook_types` is the list of git's hooks
    that `pre-commit install` sets up, None where the config says nothing of them.
    """

    filters: tuple[Filter, ...] = ()
    skipped: tuple[tree.Scalar, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    hook_types: tree.Sequence | None = None


def read_scope(text: str) -> Scope:
    """Return what applies to every hook; raise NotUnderstoodError as `read_precommit` does.

    https://pre-commit.com/#top_level-files, https://pre-commit.com/#top_level-default_install_hook_types,
    https://pre-commit.ci/#configuration-skip
    """
    file = read_precommit(text)
    root = file.root
    if not isinstance(root, tree.Mapping):
        return Scope()
    fields = root.resolved()
    filters = [
        Filter(key, value.value, value)
        for key in ("files", "exclude")
        if isinstance(value := fields.get(key), tree.Scalar)
    ]
    ci = fields.get("ci")
    skip = ci.resolved().get("skip") if isinstance(ci, tree.Mapping) else None
    names = skip.items if isinstance(skip, tree.Sequence) else ()
    skipped = tuple(name for name in names if isinstance(name, tree.Scalar))
    types = fields.get("default_install_hook_types")
    return Scope(
        filters=tuple(filters),
        skipped=skipped,
        aliases=tuple(_aliases(file)),
        hook_types=types if isinstance(types, tree.Sequence) else None,
    )


def _aliases(file: PrecommitFile) -> Iterator[tuple[str, str]]:
    for place in file.located:
        hooks = place.hooks.items if place.hooks is not None else ()
        for node, hook in zip(hooks, place.entry.hooks, strict=True):
            alias = node.resolved().get("alias") if isinstance(node, tree.Mapping) else None
            if isinstance(alias, tree.Scalar):
                yield alias.value, hook.id


def _located(item: tree.AnyNode) -> Located:
    if not isinstance(item, tree.Mapping):
        raise tree.NotUnderstoodError("an entry that is no mapping")
    fields = item.resolved()
    repo, rev, hooks = fields.get("repo"), fields.get("rev"), fields.get("hooks")
    if not isinstance(repo, tree.Scalar) or isinstance(hooks, tree.Mapping):
        raise tree.NotUnderstoodError("an entry without repo, or with hooks that are no list")
    entry = precommit.Entry(
        repo=repo.value,
        rev=rev.value if isinstance(rev, tree.Scalar) else None,
        hooks=tuple(_hook(hook) for hook in hooks.items)
        if isinstance(hooks, tree.Sequence)
        else (),
    )
    return Located(
        entry=entry, body=item, hooks=hooks if isinstance(hooks, tree.Sequence) else None
    )


def _hook(node: tree.AnyNode) -> precommit.Hook:
    if not isinstance(node, tree.Mapping):
        raise tree.NotUnderstoodError("a hook that is no mapping")
    fields = node.resolved()
    name = fields.get("id")
    if not isinstance(name, tree.Scalar):
        raise tree.NotUnderstoodError("a hook without id")
    effect = [
        (key, tree.canonical(value))
        for key, value in fields.items()
        if key in precommit.EFFECTIVE_FIELDS
    ]
    return precommit.Hook(
        id=name.value, definition=tree.canonical(node), effect=tuple(sorted(effect))
    )
