"""Which edits are in no commit, so that nothing but this program would still have them."""

from collections.abc import Iterable, Mapping

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.rendering import File, count_conflicts
from issue_scaffold.sync.plan import FileStep
from issue_scaffold.sync.stored_tree import revision_tree
from issue_scaffold.sync.target import TargetFolder
from issue_scaffold.sync.tracking import stored_otherwise
from issue_scaffold.text.limits import MAX_MANAGED_BYTES
from issue_scaffold.writing.journal import fingerprint
from issue_scaffold.writing.past_runs import past_runs


def unsaved_edits(folder: TargetFolder, steps: Iterable[FileStep]) -> list[str]:
    """Return the files of steps whose present content goes, though the last commit lacks it.

    The template's own content is nobody's edit, nor are conflicts as an earlier run marked them.
    Where git can't tell, every other content counts.
    """
    edited = {
        step.path: step.before
        for step in steps
        if step.writes and step.before is not None and not step.before.same_as(step.base)
    }
    if not edited:
        return []
    unsaved = _not_committed(folder, edited)
    return sorted(unsaved - _conflicts_of_ours(folder, {path: edited[path] for path in unsaved}))


def _not_committed(folder: TargetFolder, files: Mapping[str, File]) -> set[str]:
    if folder.top is None:
        return set(files)
    try:
        tree = revision_tree(folder.root, "HEAD", max_bytes=MAX_MANAGED_BYTES)
    except ScaffoldError:
        return set(files)  # there is no commit yet, or git doesn't work here
    unknown = {path for path in files if path not in tree}
    return unknown.union(stored_otherwise(tree, files))


def _conflicts_of_ours(folder: TargetFolder, files: Mapping[str, File]) -> set[str]:
    """Return the files that are as a run left them, with conflict markers; it has the rest."""
    marked = {path: file for path, file in files.items() if count_conflicts(file.content)}
    if not marked:
        return set()
    written = {(row.path, row.after) for run in past_runs(folder.root) for row in run.rows}
    return {path for path, file in marked.items() if (path, fingerprint(file)) in written}
