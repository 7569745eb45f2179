"""What a plan changes, as git stores it: for whoever pushes it to a host."""

from typing import TYPE_CHECKING, Final

from issue_scaffold.fleet.remote import Base, ChangedFile, PlannedChange
from issue_scaffold.text.digests import sha256_of

if TYPE_CHECKING:
    from issue_scaffold.files.rendering import File
    from issue_scaffold.sync.plan import FilePlan

# A plan is made in a folder; who has checked it out knows of what.
_FOLDER: Final = Base("", "")


def changed_by(plan: "FilePlan") -> PlannedChange | None:
    """Return the files that a plan writes or deletes, with their contents; None for none.

    Conflicts are in them, with their marks.
    """
    files: list[ChangedFile] = []
    contents: dict[str, bytes] = {}
    for step in plan.writes:
        if step.after is None:
            files.append(ChangedFile(step.path, _mode(step.before), None))
            continue
        content = _content(step.after)
        digest = sha256_of(content)
        contents[digest] = content
        files.append(ChangedFile(step.path, _mode(step.after), digest))
    if not files:
        return None
    return PlannedChange(_FOLDER, tuple(files), contents)


def _mode(file: "File | None") -> str:
    """Return git's mode of a file: https://git-scm.com/docs/git-fast-import#_filemodify."""
    if file is None:
        return "100644"
    if file.link is not None:
        return "120000"
    return "100755" if file.executable else "100644"


def _content(file: "File") -> bytes:
    if file.link is None:
        return file.content
    return file.link.encode(errors="surrogateescape")
