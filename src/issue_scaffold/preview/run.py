"""A preview of what paths of the command line stand for.

Owns which files belong to one chooser, and the address at which a repository's issues are opened.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.forge.git_remote import repository_of
from issue_scaffold.preview.contents import RepositoryTexts, ShownRepository, contents_of
from issue_scaffold.preview.page import page_html
from issue_scaffold.validate.paths import FileGroup, collect


def preview(paths: Sequence[str], *, reloads: bool = False) -> str:
    """Return the page for repositories and files.

    Raises ScaffoldError for a path that can't be read, or that has nothing to show.
    """
    return page_html([_contents(texts) for texts in _texts_of(paths)], reloads=reloads)


def files_of(paths: Sequence[str]) -> list[object]:
    """Return what differs once the files do that paths stand for."""
    return [path.group.files if path.group else str(path.error) for path in collect(paths)]


def _contents(texts: RepositoryTexts) -> ShownRepository:
    shown = contents_of(texts)
    reasons = [f"{item.path}: {item.hidden}" for item in shown.templates if not item.can_be_shown]
    if len(reasons) < len(shown.templates) or shown.links:
        return shown
    if reasons:
        raise ScaffoldError("\n".join(reasons), hint="scaffold validate says more")
    raise UsageError(
        f"{texts.name}: there are no issue forms or templates to show",
        hint="name a repository's folder, or a form",
    )


def _texts_of(paths: Sequence[str]) -> Iterator[RepositoryTexts]:
    """Yield the files of each repository, and each file that is in none, in the paths' order."""
    groups: dict[int, tuple[str, FileGroup, set[str]]] = {}
    for path in collect(paths):
        if path.group is None:
            raise path.error or ScaffoldError(f"{path.name} can't be read")
        _, _, wanted = groups.setdefault(id(path.group), (path.name, path.group, set()))
        wanted.update(path.wanted)
    for name, group, wanted in groups.values():
        yield RepositoryTexts(
            name=_name_of(name, group.root),
            files=group.files,
            wanted=frozenset(wanted),
            is_repository=group.root is not None,
            unread=group.unread,
            new_issue=_new_issue(group.root),
            forges=group.forges,
        )


def _name_of(given: str, root: Path | None) -> str:
    """Return what a repository is called: after its folder, which `.` doesn't say."""
    if root is None:
        return given
    return root.resolve().name or given


def _new_issue(root: Path | None) -> str | None:
    """Return the address of the page that opens an issue; None where git doesn't tell it."""
    if root is None:
        return None
    try:
        found = repository_of(root)
    except ScaffoldError:
        return None
    return f"https://{found.host}/{found.owner}/{found.name}/issues/new"
