"""`scaffold catalog new` and `catalog add`: a template repository out of existing templates and forms.

Owns which files are taken, what becomes of each, and where the labels' colours come from. A catalog is written whole
or not at all.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issue_scaffold.catalog.entry import (
    FOLDER,
    SUFFIX,
    CatalogEntry,
    catalog_entry,
    is_simple,
    slug_of,
)
from issue_scaffold.catalog.layout import (
    LABELS,
    QUESTIONS,
    LabelRow,
    catalog_files,
    choice_line,
    choice_name,
    label_lines,
    label_rows,
)
from issue_scaffold.convert.form import Remark, form_from_data
from issue_scaffold.convert.form_text import form_text
from issue_scaffold.convert.run import (
    ConvertOptions,
    convert,
    kind_of,
    read_input,
    refuse_invalid_form,
)
from issue_scaffold.errors import UsageError
from issue_scaffold.files.bounded import read_beginning, read_if_there
from issue_scaffold.files.target_files import first_missing_folder
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.front_matter import find_front_matter
from issue_scaffold.forge.layout import is_labels_config
from issue_scaffold.forge.source_files import read_repository
from issue_scaffold.git import command as git
from issue_scaffold.git.folder import find_work_tree, holds_git
from issue_scaffold.labels.config import read_labels
from issue_scaffold.template.bundled_files import template_files
from issue_scaffold.text.edits import Edit, apply_edits, entry_end
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping as Node
from issue_scaffold.text.tree import Scalar
from issue_scaffold.text.tree import Sequence as Items
from issue_scaffold.text.yaml_nodes import parse_yaml
from issue_scaffold.text.yaml_values import load_value
from issue_scaffold.writing.files import read_present, write_files, writing
from issue_scaffold.writing.pending import is_pending

TEMPLATES: Final = ".github/ISSUE_TEMPLATE"
# What a catalog starts with when nothing is imported: the bundled forms that ask no questions of their own.
STARTERS: Final = ("bug_report", "feature_request", "documentation")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogOutcome:
    """What was written: the folder, its new or changed files, the issue types, and a remark with each file's path.

    `notes` are remarks on the run itself.
    """

    folder: str
    files: tuple[str, ...]
    entries: tuple[CatalogEntry, ...]
    remarks: tuple[tuple[str, Remark], ...]
    notes: tuple[str, ...] = ()


def new_catalog(folder: str, paths: Sequence[str]) -> CatalogOutcome:
    """Make a catalog in a folder that doesn't exist or is empty, out of templates, forms and folders of them.

    Raises UsageError for a folder with something in it, NotConvertibleError for a broken file; then nothing is there.
    """
    root = Path(folder).resolve()
    with writing(root, shown=folder) as recovery:
        if recovery.completed is None:
            _refuse_filled(root, folder)
        imported = _Import(paths)
        bundled = template_files()
        entries = imported.entries or _starters(bundled)
        names = [label for entry in entries for label in entry.labels]
        rows = label_rows(names, {**_bundled_labels(bundled), **imported.labels})
        files = catalog_files(bundled, entries, rows, name=root.name)
        if recovery.completed is None:
            _write_new(root, files)
        elif not _holds(root, files):
            _refuse_filled(root, folder)
    return CatalogOutcome(
        folder=folder,
        files=tuple(sorted(files)),
        entries=entries,
        remarks=tuple(imported.remarks),
        notes=recovery.notes,
    )


def _refuse_filled(root: Path, shown: str) -> None:
    if root.exists() and (
        not root.is_dir() or any(child.name != ".git" for child in root.iterdir())
    ):
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
    """Write a new catalog's files, after making it a repository where it lies in none. Raises ScaffoldError."""
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
    """Add templates and forms to a catalog: their entries, the choices in `copier.yml`, and the labels they name.

    Raises UsageError when the folder is no catalog or has an issue type of that name, and what `new_catalog` raises.
    """
    root = Path(folder).resolve()
    with writing(root, shown=folder) as recovery:
        imported, files = _addition(
            root, folder, paths, completed=recovery.completed or frozenset()
        )
        write_files(root, files)
    return CatalogOutcome(
        folder=folder,
        files=tuple(sorted(files or recovery.completed or ())),
        entries=imported.entries,
        remarks=tuple(imported.remarks),
        notes=recovery.notes,
    )


def _addition(
    root: Path, shown: str, paths: Sequence[str], *, completed: frozenset[str]
) -> tuple["_Import", dict[str, bytes]]:
    """Return what is imported, and the files to write for it: none if an interrupted run was completed with just that.

    Raises what `add_to_catalog` raises.
    """
    questions = _text(root, QUESTIONS)
    if questions is None or not (root / FOLDER).is_dir():
        raise UsageError(
            f"{shown} is no catalog: it has no {QUESTIONS if questions is None else FOLDER}",
            hint="name the catalog's folder: --catalog DIR; to make one: scaffold catalog new DIR",
        )
    imported = _Import(paths)
    files = {entry.path: entry.text.encode() for entry in imported.entries}
    if completed.issuperset(files) and _holds(root, files):
        return imported, {}
    taken = [entry.slug for entry in imported.entries if (root / entry.path).exists()]
    if taken:
        raise UsageError(
            f"the catalog has the issue type {taken[0]!r} already",
            hint=f"edit {FOLDER}/{taken[0]}{SUFFIX}",
        )
    labels = _text(root, LABELS) or ""
    files[QUESTIONS] = _with_choices(questions, imported.entries).encode()
    known = {row.name.casefold() for row in _rows(LABELS, labels.encode())}
    rows = [
        row
        for row in label_rows(
            [label for entry in imported.entries for label in entry.labels],
            {**_bundled_labels(template_files()), **imported.labels},
        )
        if row.name.casefold() not in known
    ]
    if rows:
        ended = labels if not labels or labels.endswith("\n") else f"{labels}\n"
        files[LABELS] = f"{ended}{label_lines(rows)}".encode()
    return imported, files


def _text(root: Path, path: str) -> str | None:
    """Return a catalog's own file, None if it has none. Raises UsageError for one that is no text."""
    content = read_if_there(path, below=root, shown=str(root / path))
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{root / path} is not UTF-8: {error.reason}", hint="save it as UTF-8"
        ) from error


class _Import:
    """Reads templates, forms and labels configs; `entries` are in the order of the paths."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.remarks: list[tuple[str, Remark]] = []
        self.labels: dict[str, LabelRow] = {}
        files = [file for path in paths for file in self._files(Path(path))]
        forms = {slug_of(str(file)) for file in files if file.suffix.lower() in {".yml", ".yaml"}}
        found: dict[str, CatalogEntry] = {}
        for file in files:
            slug = slug_of(str(file))
            if slug in found or (slug in forms and file.suffix.lower() == ".md"):
                why = "a form of that name is imported, from which its Markdown is made"
                self.remarks.append((str(file), Remark(kind="left out", message=why)))
            else:
                found[slug] = self._entry(slug, file)
        for path in paths:
            for row in _labels_beside(Path(path)):
                self.labels.setdefault(row.name.casefold(), row)
        self.entries = tuple(found.values())
        _refuse_twins(self.entries)

    def _files(self, path: Path) -> Iterator[Path]:
        if not path.is_dir():
            yield path
            return
        folder = path / TEMPLATES if (path / TEMPLATES).is_dir() else path
        for file in sorted(folder.iterdir()):
            name = file.name.lower()
            if (
                not file.is_file()
                or name in {"config.yml", "config.yaml"}
                or is_labels_config(name)
            ):
                continue
            if name.endswith((".yml", ".yaml")):
                yield file
            elif name.endswith(".md"):
                text = read_beginning(file.absolute(), below=path).decode("utf-8", errors="replace")
                if find_front_matter(text) is not None:
                    yield file
                else:
                    self.remarks.append(
                        (
                            str(file),
                            Remark(kind="left out", message="no front matter, so no template"),
                        )
                    )

    def _entry(self, slug: str, file: Path) -> CatalogEntry:
        content = read_input(str(file))
        if kind_of(str(file), content.decode("utf-8", errors="replace")) == "form":
            refuse_invalid_form(str(file), content)
            text = content.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n")
        else:
            conversion = convert(ConvertOptions(path=str(file), content=content, to="form"))
            self.remarks.extend((str(file), remark) for remark in conversion.remarks)
            text = conversion.text
        source, root = _parsed(text)
        if not is_simple(source, root):
            why = "its YAML is written in a way that a catalog can't keep; it is written anew, without comments"
            self.remarks.append((str(file), Remark(kind="changed", message=why)))
            source, root = _parsed(form_text(form_from_data(load_value(text)).data()))
        return catalog_entry(slug, source, root)


def _parsed(text: str) -> tuple[Source, Node]:
    document = load(f"{TEMPLATES}/form.yml", text.encode())
    root = document.mapping
    assert root is not None  # noqa: S101 - a valid form is a mapping
    return document.source, root


def _refuse_twins(entries: Iterable[CatalogEntry]) -> None:
    seen: dict[str, str] = {}
    for entry in entries:
        first = seen.setdefault(entry.name.strip(), entry.slug)
        if first != entry.slug:
            raise UsageError(
                f"{first} and {entry.slug} have the same name, {entry.name!r}",
                hint="rename one: GitHub shows only one",
            )


def _labels_beside(path: Path) -> Iterator[LabelRow]:
    """Yield the labels of the repository that a path lies in, as its labels configs say."""
    start = path.absolute()
    folders = (start, *start.parents) if start.is_dir() else start.parents
    root = next(
        (
            folder
            for folder in folders
            if (folder / ".github").is_dir() or (folder / ".git").exists()
        ),
        None,
    )
    if root is None:
        return
    for name, content in read_repository(root, is_labels_config).files.items():
        if is_labels_config(name):
            yield from _rows(name, content)


def _rows(path: str, content: bytes) -> Iterator[LabelRow]:
    for label in read_labels(
        load(path if is_labels_config(path) else ".github/labels.yml", content)
    ).labels:
        yield LabelRow(
            name=label.name.value.strip(),
            color=label.color.value if isinstance(label.color, Scalar) else "",
            description=label.description.value if isinstance(label.description, Scalar) else "",
        )


def _bundled_labels(bundled: Mapping[str, bytes]) -> dict[str, LabelRow]:
    return {row.name.casefold(): row for row in _rows(LABELS, bundled[LABELS])}


def _starters(bundled: Mapping[str, bytes]) -> tuple[CatalogEntry, ...]:
    labels = {
        "bug_report": "bug",
        "feature_request": "enhancement",
        "documentation": "documentation",
    }
    names = {
        "bug_report": "Bug report",
        "feature_request": "Feature request",
        "documentation": "Documentation",
    }
    return tuple(
        CatalogEntry(
            slug=slug,
            name=names[slug],
            text=bundled[f"{FOLDER}/{slug}{SUFFIX}"].decode(),
            labels=(labels[slug],),
        )
        for slug in STARTERS
    )


def _with_choices(text: str, entries: Sequence[CatalogEntry]) -> str:
    """Return `copier.yml` with more choices of issue types; where the default is all of them, it still is.

    Raises UsageError when the question isn't written as `catalog new` writes it.
    """
    source = Source(QUESTIONS, text)
    documents = parse_yaml(text).documents
    question = (
        documents[0].get("issue_types") if documents and isinstance(documents[0], Node) else None
    )
    choices = question.get("choices") if isinstance(question, Node) else None
    if (
        not isinstance(question, Node)
        or not isinstance(choices, Node)
        or choices.flow
        or not choices.entries
    ):
        raise UsageError(
            f"{QUESTIONS} has no question `issue_types` with its choices one a line, so nothing can be added to it",
            hint="add the choice by hand, and the form to template/catalog",
        )
    names = set(choices.keys())
    twin = next((entry.name for entry in entries if choice_name(entry) in names), None)
    if twin is not None:
        raise UsageError(
            f"the catalog has an issue type named {twin!r} already", hint="rename one of the two"
        )
    last = choices.entries[-1]
    at = entry_end(source, last)
    indent = " " * (last.key.start - source.line_start(last.key.start))
    lines = "".join(f"{indent}{choice_line(entry)}\n" for entry in entries)
    edits = [Edit(at, at, lines if text[at - 1] == "\n" else f"\n{lines}")]
    offered = [entry.value.value for entry in choices.entries if isinstance(entry.value, Scalar)]
    default = question.get("default")
    if isinstance(default, Items) and default.flow:
        chosen = [item.value for item in default.items if isinstance(item, Scalar)]
        if sorted(chosen) == sorted(offered):
            more = "".join(f", {quoted(entry.slug)}" for entry in entries)
            edits.append(Edit(default.end - 1, default.end - 1, more))
    return apply_edits(text, edits)
