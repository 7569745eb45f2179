"""What a run that writes is about to do, kept so that another run can finish or undo it.

A journal is a folder: the new and the old content of each file, then a manifest, which makes it
count. It belongs to one target, by path and by identity. Afterwards it is what a user can take
back. Owns its format and what is believed of one that is found; carries nothing out.
"""

import errno
import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.folders import DetourError, Folder, refuse_link, split_place
from issue_scaffold.files.rendering import File
from issue_scaffold.text.digests import sha256_of
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.writing.journal_places import (
    RUN_NUMBER,
    make_journal_folder,
    open_journal_folder,
)
from issue_scaffold.writing.pending import MANIFEST

_FORMAT: Final = 3
_DRAFT: Final = "manifest.new"
# The manifest of a run that has ended: nothing is left but to clear it away.
_ENDED: Final = "ended.json"
_TOKEN: Final = late_pattern(r"[0-9a-f]{16}")
_FINGERPRINT: Final = late_pattern(r"[x-] [0-9a-f]{64}|link .+", re.DOTALL)
_LINK: Final = "link "
# An entry of git's index without its path: mode, blob and stage.
_INDEX_ENTRY: Final = late_pattern(r"[0-7]{6} (?:[0-9a-f]{40}|[0-9a-f]{64}) [0-3]")
_NEW: Final = ".new"
# What reading a document raises that isn't one of ours: other JSON, other types, texts that no path
# can be.
_OTHER_SHAPES: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
# What the system says of a manifest that is a link, or larger than any.
_NO_MANIFEST: Final = frozenset({errno.ELOOP, errno.EMLINK, errno.EFBIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file to write, or with `after` None to delete; `before` is what the target has there now.

    `index_info` is entered into git's index once all files are in place; a change may consist of
    nothing else. `mode` are the permissions that the file gets (None: those that it has, or usual
    ones).
    """

    path: str
    before: File | None
    after: File | None
    index_info: str = ""
    mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file of a journal: fingerprints of what was and what shall be, and its permissions.

    `mode` is what they were, `new_mode` what they shall be. `index_before` are the entries that
    git's index had of it where `index_info` changes them (None: nobody could be asked).
    """

    path: str
    before: str | None
    after: str | None
    mode: int | None
    index_info: str
    new_mode: int | None
    index_before: tuple[str, ...] | None

    @property
    def changes(self) -> bool:
        """Whether the file itself changes."""
        return self.before != self.after


class Found(NamedTuple):
    """What a run finds in a target: the permissions of its files, and its entries in git's index.

    `made` are the folders below the root that the run makes, `made_above` how many folders of the
    root's own path.
    """

    modes: Sequence[int | None]
    entries: Mapping[str, tuple[str, ...]]
    made: Sequence[str]
    made_above: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Which run a journal is of.

    `command` is the one that a user can take back; it is empty where nobody can. `takes_back` is
    the number of the run that this one takes back, whose command it has; of folders only those go
    that it had made, which are `unmade` and `unmade_above`. `left` are the paths that were, or are
    to be, left as they are when it is taken back.
    """

    command: str = ""
    takes_back: str = ""
    unmade: tuple[str, ...] = ()
    unmade_above: int = 0
    left: tuple[str, ...] = ()

    def may_remove(self, folder: str) -> bool:
        """Return whether a folder goes when this run has left it empty."""
        return not self.takes_back or folder in self.unmade


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
    run: Run = field(default_factory=Run)

    def temporary_name(self, number: int) -> str:
        """Return the name that the new file of a row has until it takes its place."""
        return f".scaffold-{self.token}-{number}"


def new_name(number: int) -> str:
    """Return the name of a row's new content in the journal's folder."""
    return f"{number:04}{_NEW}"


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
    root: Path, purpose: str, changes: Sequence[Change], found: Found, run: Run
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
            new_mode=change.mode,
            index_before=found.entries.get(change.path),
        )
        for change, mode in zip(changes, found.modes, strict=True)
    )
    journal = Journal(
        place=place,
        token=os.urandom(8).hex(),
        rows=rows,
        made=tuple(found.made),
        made_above=found.made_above,
        run=run,
    )
    try:
        with open_journal_folder(place) as folder:
            _write_contents(folder, changes)
            _write_manifest(folder, root, journal)
    except BaseException as error:
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(place), None
        drop_journal(place)
        raise
    return journal


def _write_manifest(folder: Folder, root: Path, journal: Journal) -> None:
    """Write what makes a journal count, in the place of what did. Raises OSError."""
    folder.discard(_DRAFT)
    folder.write_new(_DRAFT, json.dumps(_document(root, journal)).encode("ascii"))
    folder.replace(_DRAFT, MANIFEST)
    folder.sync()


def leave_rows(root: Path, journal: Journal, paths: Sequence[str]) -> None:
    """Write down which paths were left when a run was taken back. Raises OSError."""
    run = replace(journal.run, left=tuple(paths))
    with open_journal_folder(journal.place) as folder:
        _write_manifest(folder, root, replace(journal, run=run))


def read_old(journal: Journal, number: int) -> File | None:
    """Return what a row's file was, for a row that had one; None if that is damaged or gone."""
    before = journal.rows[number].before or ""
    aim = aim_of(before)
    if aim is not None:
        return File(link=aim)
    try:
        with open_journal_folder(journal.place) as folder:
            content = folder.read(old_name(number))
    except OSError:
        return None
    file = File(content=content, executable=before.startswith("x"))
    if fingerprint(file) != before:
        return None
    return file


def discard_new_contents(place: Path) -> None:
    """Remove what only a run that isn't finished needs. Raises OSError."""
    with open_journal_folder(place) as folder:
        for name in folder.names():
            if name.endswith(_NEW):
                folder.discard(name)


def bytes_kept(place: Path) -> int:
    """Return how many bytes a journal takes. Raises OSError."""
    with open_journal_folder(place) as folder:
        states = [folder.state(name) for name in folder.names()]
    return sum(state.st_size for state in states if state is not None)


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
    run = _run(document["run"])
    for path in (*made, *run.unmade, *run.left):
        split_place(path)
    return Journal(
        place=place,
        token=token,
        rows=tuple(map(_row, rows)),
        made=tuple(made),
        made_above=above,
        run=run,
    )


def _run(data: object) -> Run:
    if not isinstance(data, dict):
        raise TypeError
    command, takes_back = data["command"], data["takes_back"]
    if not isinstance(command, str) or not isinstance(takes_back, str):
        raise TypeError
    if takes_back and not RUN_NUMBER.fullmatch(takes_back):
        raise ValueError
    unmade, left = tuple(data["unmade"]), tuple(data["left"])
    above = data["unmade_above"]
    if not isinstance(above, int):
        raise TypeError
    return Run(command=command, takes_back=takes_back, unmade=unmade, unmade_above=above, left=left)


def _row(data: object) -> Row:
    if not isinstance(data, dict):
        raise TypeError
    entries = data["index_before"]
    if entries is not None:
        entries = tuple(entries)
    row = Row(**{**data, "index_before": entries})
    split_place(row.path)
    os.fsencode(row.path)
    _refuse_content(row)
    _refuse_index(row)
    if not all(isinstance(mode, int | None) for mode in (row.mode, row.new_mode)):
        raise TypeError
    return row


def _refuse_content(row: Row) -> None:
    """Raise for a fingerprint that is none, or a link that leads out."""
    for print_ in filter(None, (row.before, row.after)):
        if not _FINGERPRINT.fullmatch(print_):
            raise ValueError
    aim = aim_of(row.after or "")
    if aim is not None:
        if b"\0" in os.fsencode(aim):
            raise ValueError
        refuse_link(row.path, aim)


def _refuse_index(row: Row) -> None:
    """Raise for what git's index can't have of a file."""
    if not isinstance(row.index_info, str):
        raise TypeError
    row.index_info.encode()
    if not all(map(_INDEX_ENTRY.fullmatch, row.index_before or ())):
        raise ValueError


def _write_contents(folder: Folder, changes: Sequence[Change]) -> None:
    for number, change in enumerate(changes):
        if change.after == change.before:
            continue
        if change.after is not None and change.after.link is None:
            folder.write_new(new_name(number), change.after.content)
        if change.before is not None and change.before.link is None:
            folder.write_new(old_name(number), change.before.content)


def _document(root: Path, journal: Journal) -> dict[str, object]:
    return {
        "format": _FORMAT,
        "target": _identity(root),
        "token": journal.token,
        "made": list(journal.made),
        "made_above": journal.made_above,
        "run": asdict(journal.run),
        "rows": [asdict(row) for row in journal.rows],
    }


def _identity(root: Path) -> dict[str, object]:
    # The number of the device changes with a restart on some systems; the file's own number stays.
    return {"path": os.fsdecode(root), "file": root.stat().st_ino}
