"""`scaffold catalog new` and `catalog add`: a template repository out of templates and forms.

Owns the order of the steps. A catalog is written whole or not at all.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issue_scaffold.catalog.entry import FOLDER, SUFFIX, CatalogEntry, bundled_entry
from issue_scaffold.catalog.imports import Imported, config_rows, import_files, labels_of
from issue_scaffold.catalog.layout import (
    LABELS,
    README,
    WORKFLOW,
    LabelRow,
    catalog_files,
    label_lines,
    label_rows,
)
from issue_scaffold.catalog.questions import QUESTIONS, choices_of, with_choices
from issue_scaffold.convert.form import Remark
from issue_scaffold.errors import UsageError
from issue_scaffold.files.bounded import read_file, read_if_there
from issue_scaffold.files.target_files import first_missing_folder
from issue_scaffold.forge.documents import load
from issue_scaffold.git import command as git
from issue_scaffold.git.folder import find_work_tree, holds_git
from issue_scaffold.template.bundled import DATA
from issue_scaffold.template.bundled_files import template_files
from issue_scaffold.writing.files import read_present, write_files, writing
from issue_scaffold.writing.pending import is_pending

# What a catalog starts with when nothing is imported: bundled forms without questions of their own.
_STARTERS: Final = ("bug_report", "feature_request", "documentation")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogOutcome:
    """What was written: the folder, its new or changed files, and the issue types.

    `remarks` come with the path of the file that they are on; `notes` are on the run itself.
    """

    folder: str
    files: tuple[str, ...]
    entries: tuple[CatalogEntry, ...]
    remarks: tuple[tuple[str, Remark], ...]
    notes: tuple[str, ...] = ()


def new_catalog(folder: str, paths: Sequence[str]) -> CatalogOutcome:
    """Make a catalog out of templates, forms and folders of them, in a new or empty folder.

    Raises UsageError for a folder with something in it, NotConvertibleError for a broken file; then
    nothing is there.
    """
    root = Path(folder).resolve()
    with writing(root, shown=folder) as recovery:
        if recovery.completed is None:
            _refuse_filled(root, folder)
        imported = import_files(paths)
        bundled = template_files()
        entries = imported.entries or _starters(bundled)
        rows = label_rows(labels_of(entries), _known_labels(bundled, imported))
        files = catalog_files(
            bundled, _own_files(), entries, rows, name=root.name, chooser=imported.chooser
        )
        if recovery.completed is None:
            _write_new(root, files)
        elif not _holds(root, files):
            _refuse_filled(root, folder)
    return CatalogOutcome(
        folder=folder,
        files=tuple(sorted(files)),
        entries=entries,
        remarks=imported.remarks,
        notes=recovery.notes,
    )


def _own_files() -> dict[str, bytes]:
    """Return the files that lie in every catalog as they are."""
    return {path: read_file(path, below=DATA / "catalog") for path in (README, WORKFLOW)}


def _refuse_filled(root: Path, shown: str) -> None:
    if not root.exists():
        return
    if not root.is_dir() or any(child.name != ".git" for child in root.iterdir()):
        raise UsageError(
            f"{shown} is not an empty folder",
            hint="to add to a catalog: scaffold catalog add FILE --catalog DIR",
        )


def _holds(root: Path, files: Mapping[str, bytes]) -> bool:
    for path, content in files.items():
        present = read_present(root, path)
        if present is None or present.content != content:
            return False
    return True


def _write_new(root: Path, files: Mapping[str, bytes]) -> None:
    """Write a new catalog's files, in a new repository if it lies in none. Raises ScaffoldError."""
    tree = find_work_tree(root)
    # A git that was killed may have left half of its folder.
    to_make = tree is None or (tree.top == root and not holds_git(tree.git_folder))
    missing = first_missing_folder(root)
    try:
        if to_make:
            # First, since this can be done again: a folder that holds nothing else counts as empty.
            root.mkdir(parents=True, exist_ok=True)
            git.run(["init", "--quiet", "--initial-branch=main"], cwd=root)
        write_files(root, files)
    except BaseException:
        if to_make and not is_pending(root):
            shutil.rmtree(missing or root / ".git", ignore_errors=True)
        raise


def add_to_catalog(folder: str, paths: Sequence[str]) -> CatalogOutcome:
    """Add templates and forms to a catalog: entries, choices in `copier.yml`, and their labels.

    Raises UsageError when the folder is no catalog or has an issue type of that name, and what
    `new_catalog` raises.
    """
    root = Path(folder).resolve()
    with writing(root, shown=folder) as recovery:
        questions = _text(root, QUESTIONS)
        _refuse_other_folder(root, folder, questions)
        imported = import_files(paths)
        completed = recovery.completed or frozenset()
        files = {entry.path: entry.text.encode() for entry in imported.entries}
        if completed.issuperset(files) and _holds(root, files):
            # An interrupted run was completed with just that.
            files = {}
        else:
            _refuse_taken(root, imported.entries)
            files[QUESTIONS] = with_choices(questions or "", imported.entries).encode()
            files |= _more_labels(root, imported)
        write_files(root, files, command="catalog add")
    return CatalogOutcome(
        folder=folder,
        files=tuple(sorted(files or completed)),
        entries=imported.entries,
        remarks=imported.remarks,
        notes=recovery.notes,
    )


def _refuse_other_folder(root: Path, shown: str, questions: str | None) -> None:
    """Raise UsageError for a folder that is no catalog."""
    lacking = FOLDER
    if questions is None:
        lacking = QUESTIONS
    elif (root / FOLDER).is_dir():
        return
    raise UsageError(
        f"{shown} is no catalog: it has no {lacking}",
        hint="name the catalog's folder: --catalog DIR; to make one: scaffold catalog new DIR",
    )


def _refuse_taken(root: Path, entries: Sequence[CatalogEntry]) -> None:
    for entry in entries:
        if (root / entry.path).exists():
            raise UsageError(
                f"the catalog has the issue type {entry.slug!r} already",
                hint=f"edit {FOLDER}/{entry.slug}{SUFFIX}",
            )


def _more_labels(root: Path, imported: Imported) -> dict[str, bytes]:
    """Return the labels config with the labels that it lacks; nothing if it lacks none."""
    text = _text(root, LABELS) or ""
    there = _labels_in(text.encode())
    wanted = label_rows(labels_of(imported.entries), _known_labels(template_files(), imported))
    rows = [row for row in wanted if row.name.casefold() not in there]
    if not rows:
        return {}
    if text and not text.endswith("\n"):
        text += "\n"
    return {LABELS: f"{text}{label_lines(rows)}".encode()}


def _text(root: Path, path: str) -> str | None:
    """Return a catalog's own file, None if it has none. Raises UsageError if it is no text."""
    shown = str(root / path)
    content = read_if_there(path, below=root, shown=shown)
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{shown} is not UTF-8: {error.reason}", hint="save it as UTF-8"
        ) from error


def _known_labels(bundled: Mapping[str, bytes], imported: Imported) -> dict[str, LabelRow]:
    return _labels_in(bundled[LABELS]) | imported.labels


def _labels_in(content: bytes) -> dict[str, LabelRow]:
    """Return the labels of a catalog's config by case-folded name."""
    rows = config_rows(load(".github/labels.yml", content))
    return {row.name.casefold(): row for row in rows}


def _starters(bundled: Mapping[str, bytes]) -> tuple[CatalogEntry, ...]:
    names = choices_of(bundled[QUESTIONS].decode())
    entries = []
    for slug in _STARTERS:
        text = bundled[f"{FOLDER}/{slug}{SUFFIX}"].decode()
        entries.append(bundled_entry(slug, names[slug], text))
    return tuple(entries)
