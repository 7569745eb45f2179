"""Finding the repo entries and hooks in a `.pre-commit-config.yaml`. On the path of `check`: nothing here writes."""

from typing import NamedTuple

from issue_scaffold.adapters.structured_files import tree
from issue_scaffold.domain import precommit
from issue_scaffold.domain.structured import Difference


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
    """Return the entries and hooks that are missing; raise NotUnderstoodError as `read_precommit` does."""
    file = read_precommit(ours)
    found = precommit.compare(read_precommit(rendered).entries, file.entries)
    return tuple(_at(difference, file) for difference in found)


def _at(difference: precommit.EntryDifference, file: PrecommitFile) -> Difference:
    node = file.key if difference.entry is None else file.located[difference.entry].body
    if node is None:
        return Difference(message=difference.message)
    return Difference(message=difference.message, line=node.line + 1, column=node.column + 1)


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
        hooks=tuple(_hook(hook) for hook in hooks.items) if isinstance(hooks, tree.Sequence) else (),
    )
    return Located(entry=entry, body=item, hooks=hooks if isinstance(hooks, tree.Sequence) else None)


def _hook(node: tree.AnyNode) -> precommit.Hook:
    name = node.resolved().get("id") if isinstance(node, tree.Mapping) else None
    if not isinstance(name, tree.Scalar):
        raise tree.NotUnderstoodError("a hook without id")
    return precommit.Hook(id=name.value, definition=tree.canonical(node))
