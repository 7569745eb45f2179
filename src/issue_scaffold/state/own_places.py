"""That a folder that scaffold believes what it keeps in isn't one that a repository fills.

What lies in the cache and the state folder is taken for our own: renderings, mirrors with their
settings, journals. A user may put these folders into a work tree, as some CI systems ask for; then
whatever is committed there would be read as if we had written it.
"""

from functools import cache
from pathlib import Path

from issue_scaffold.errors import ScaffoldError, UsageError


@cache
def refuse_supplied(folder: Path, *, shown: str) -> None:
    """Raise UsageError for a folder of ours in which a repository has files, or may have.

    `shown` is how messages call it. Starts a process only for a folder in a work tree.
    """
    # Both ways: a link on the way may be the repository's, or lead into one.
    for place in dict.fromkeys((folder, folder.resolve())):
        top = next((above for above in (place, *place.parents) if _holds_repository(above)), None)
        if top is not None:
            _refuse_tracked(top, place, shown)


def _holds_repository(folder: Path) -> bool:
    try:
        (folder / ".git").lstat()
    except OSError:
        return False
    return True


def _refuse_tracked(top: Path, place: Path, shown: str) -> None:
    from issue_scaffold.git import command as git

    hint = (
        "set SCAFFOLD_CACHE_DIR to a folder that is outside of every repository, "
        "or that only scaffold writes to"
    )
    path = place.relative_to(top).as_posix()
    # A work tree may lie on a file system that takes `Cache` and `cache` for one.
    which = [] if place == top else ["--", f":(top,icase,literal){path}"]
    try:
        tracked = git.run_in_work_tree(top, ["ls-files", "-z", *which])
    except ScaffoldError as error:
        raise UsageError(
            f"the {shown} {place} lies in the work tree {top}, "
            "and git can't tell whether the repository has files "
            f"there: {error.message}",
            hint=error.hint or hint,
        ) from error
    if tracked:
        raise UsageError(
            f"the {shown} {place} can't be used: the repository {top} has files in it, "
            "which would be believed",
            hint=hint,
        )
