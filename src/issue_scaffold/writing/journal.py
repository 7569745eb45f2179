"""What a run that writes is about to do, kept so that another run can finish or undo it.

A journal is a folder: the new and the old content of each file, then a manifest, which makes it
count. It belongs to one target, by path and by identity. Owns its format and what is believed of
one that is found; carries nothing out.
"""

import errno
import json
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.folders import DetourError, Folder, refuse_link, split_place
from issue_scaffold.files.rendering import File
from issue_scaffold.text.digests import sha256_of
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.writing.journal_places import make_journal_folder, open_journal_folder
from issue_scaffold.writing.pending import MANIFEST

_FORMAT: Final = 2
_DRAFT: Final = "manifest.new"
# The manifest of a run that has ended: nothing is left but to clear it away.
_ENDED: Final = "ended.json"
_TOKEN: Final = late_pattern(r"[0-9a-f]{16}")
_FINGERPRINT: Final = late_pattern(r"[x-] [0-9a-f]{64}|link .+", re.DOTALL)
_LINK: Final = "link "
# What reading a document raises that isn't one of ours: other JSON, other types, texts that no path
# can be.
_OTHER_SHAPES: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
# What the system says of a manifest that is a link, or larger than any.
_NO_MANIFEST: Final = frozenset({errno.ELOOP, errno.EMLINK, errno.EFBIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file to write, or with `after` None to delete; `before` is what the target has there now.

    `index_info` is entered into git's index once all files are in place; a change may consist of
    nothing else.
    """

    path: str
    before: File | None
    after: File | None
    index_info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file of a journal: fingerprints of what was and what shall be, and its permissions."""

    path: str
    before: str | None
    after: str | None
    mode: int | None
    index_info: str

    @property
    def changes(self) -> bool:
        """Whether the file itself changes."""
        return self.before != self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A complete journal.

    `made` are the folders below the root that the run makes, `made_above` how many folders of the
    root's own path.
    """

    place: Path
    token: str
    rows: tuple[Row, ...]
    made: tuple[str, ...]
    made_above: int

    def temporary_name(self, number: int) -> str:
        """Return the name that the new file of a row has until it takes its place."""
        return f".scaffold-{self.token}-{number}"


def new_name(number: int) -> str:
    """Return the name of a row's new content in the journal's folder."""
    return f"{number:04}.new"


def old_name(number: int) -> str:
    """Return the name of a row's old content in the journal's folder."""
    return f"{number:04}.old"


def fingerprint(file: File | None) -> str | None:
    """Return what tells two files apart: a link's aim, or executable bit and SHA-256."""
    if file is None:
        return None
    if file.link is not None:
        return f"{_LINK}{file.link}"
    return f"{'x' if file.executable else '-'} {sha256_of(file.content)}"


def aim_of(print_: str) -> str | None:
    """Return where a link leads by its fingerprint, or None for a file's."""
    if print_.startswith(_LINK):
        return print_.removeprefix(_LINK)
    return None


def fingerprint_at(folder: Folder, name: str) -> str | None:
    """Return the fingerprint of what a folder has by a name; links are not followed.

    Raises OSError.
    """
    state = folder.state(name)
    if state is None:
        return None
    if stat.S_ISLNK(state.st_mode):
        return fingerprint(File(link=folder.link(name)))
    if not stat.S_ISREG(state.st_mode):
        return "not a file"
    return fingerprint(
        File(content=folder.read(name), executable=bool(state.st_mode & stat.S_IXUSR))
    )


def write_journal(
    root: Path,
    purpose: str,
    changes: Sequence[Change],
    modes: Sequence[int | None],
    made: Sequence[str],
    above: int,
) -> Journal:
    """Write a journal, all of it on the disk when this returns.

    Raises OSError; then there is none, or (only if it can't be removed either) PendingJournalError.
    """
    place = make_journal_folder(root, purpose)
    rows = tuple(
        Row(
            path=change.path,
            before=fingerprint(change.before),
            after=fingerprint(change.after),
            mode=mode,
            index_info=change.index_info,
        )
        for change, mode in zip(changes, modes, strict=True)
    )
    journal = Journal(
        place=place, token=os.urandom(8).hex(), rows=rows, made=tuple(made), made_above=above
    )
    try:
        with open_journal_folder(place) as folder:
            _write_contents(folder, changes)
            folder.write_new(_DRAFT, json.dumps(_document(root, journal)).encode("ascii"))
            folder.replace(_DRAFT, MANIFEST)
            folder.sync()
    except BaseException as error:
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(place), None
        drop_journal(place)
        raise
    return journal


class PendingJournalError(ScaffoldError):
    """A journal that should go can't be removed, so that the next run will carry it out."""


def drop_journal(place: Path) -> None:
    """Remove a journal that isn't to be carried out.

    Raises PendingJournalError when the manifest, which makes it count, can't be removed. What else
    can't be is left to the next run.
    """
    try:
        with open_journal_folder(place) as folder:
            folder.discard(MANIFEST)
    except OSError as error:
        if (place / MANIFEST).exists():
            raise PendingJournalError(
                f"{place} can't be removed: {error.strerror}",
                hint="the next run on this target completes the changes",
            ) from error
    clear(place)


def end_journal(place: Path) -> None:
    """Mark a journal as carried out, then remove it.

    Raises OSError when it can't even be marked.
    """
    with open_journal_folder(place) as folder:
        folder.replace(MANIFEST, _ENDED)
        folder.sync()
    clear(place)


def clear(place: Path) -> bool:
    """Remove the folder of a journal that doesn't count; return whether it is gone."""
    try:
        with open_journal_folder(place) as folder:
            # The mark goes last: without it, a journal counts as one that was never finished.
            for name in sorted(folder.names(), key=lambda name: (name == _ENDED, name)):
                folder.discard(name)
        place.rmdir()
    except OSError:
        return False
    return True


def has_ended(place: Path) -> bool:
    """Return whether a journal's run came to its end."""
    return (place / _ENDED).exists()


def read_journal(root: Path, place: Path) -> Journal | None:
    """Return a journal that was found, None if its folder was copied or moved from elsewhere.

    Raises ScaffoldError for one that this version didn't write.
    """
    try:
        with open_journal_folder(place) as folder:
            document = json.loads(folder.read(MANIFEST))
        if document["format"] != _FORMAT:
            raise ScaffoldError(
                f"{place} was left by an interrupted run of another version of scaffold",
                hint="complete it with that version, or remove the folder",
            )
        if not root.is_dir() or document["target"] != _identity(root):
            return None
        return _parsed(place, document)
    except (*_OTHER_SHAPES, DetourError) as error:
        raise _not_ours(place) from error
    except OSError as error:
        if error.errno in _NO_MANIFEST:
            raise _not_ours(place) from error
        raise


def _not_ours(place: Path) -> ScaffoldError:
    return ScaffoldError(
        f"{place} was not left by an interrupted run of scaffold", hint="look into it and remove it"
    )


def _parsed(place: Path, document: dict[str, object]) -> Journal:
    """Return a journal.

    Raises DetourError, or one of `_OTHER_SHAPES`, for a shape that is never written.
    """
    rows, made, above, token = (document[name] for name in ("rows", "made", "made_above", "token"))
    if not isinstance(rows, list) or not isinstance(made, list) or not isinstance(token, str):
        raise TypeError
    if not isinstance(above, int) or not _TOKEN.fullmatch(token):
        raise ValueError
    for path in made:
        split_place(path)
    return Journal(
        place=place,
        token=token,
        rows=tuple(_row(row) for row in rows),
        made=tuple(made),
        made_above=above,
    )


def _row(data: object) -> Row:
    if not isinstance(data, dict):
        raise TypeError
    row = Row(**data)
    split_place(row.path)
    os.fsencode(row.path)
    row.index_info.encode()
    for print_ in (row.before, row.after):
        if print_ is not None and not _FINGERPRINT.fullmatch(print_):
            raise ValueError
    aim = aim_of(row.after or "")
    if aim is not None:
        if b"\0" in os.fsencode(aim):
            raise ValueError
        refuse_link(row.path, aim)
    if not isinstance(row.index_info, str) or not isinstance(row.mode, int | None):
        raise TypeError
    return row


def _write_contents(folder: Folder, changes: Sequence[Change]) -> None:
    for number, change in enumerate(changes):
        if change.after == change.before:
            continue
        if change.after is not None and change.after.link is None:
            folder.write_new(new_name(number), change.after.content)
        if change.before is not None and change.before.link is None:
            # Only a run that can't go on needs it, so it may be lost in a power cut.
            folder.write_new(old_name(number), change.before.content, synced=False)


def _document(root: Path, journal: Journal) -> dict[str, object]:
    return {
        "format": _FORMAT,
        "target": _identity(root),
        "token": journal.token,
        "made": list(journal.made),
        "made_above": journal.made_above,
        "rows": [asdict(row) for row in journal.rows],
    }


def _identity(root: Path) -> dict[str, object]:
    # The number of the device changes with a restart on some systems; the file's own number stays.
    return {"path": os.fsdecode(root), "file": root.stat().st_ino}
