"""What a catalog takes over: templates, forms, folders of them, and the labels beside them.

Owns which files are taken and what becomes of each, and where the labels' colours come from. Reads
files and writes none.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issue_scaffold.catalog.entry import CatalogEntry, catalog_entry, is_simple, slug_of
from issue_scaffold.catalog.layout import LabelRow
from issue_scaffold.catalog.questions import Chooser
from issue_scaffold.convert.form import Remark, form_from_data
from issue_scaffold.convert.form_text import form_text
from issue_scaffold.convert.run import (
    ConvertOptions,
    convert,
    read_input,
    refuse_invalid_form,
)
from issue_scaffold.errors import UsageError
from issue_scaffold.files.bounded import read_beginning
from issue_scaffold.forge.document import Document
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.file_kind import FileKind, kind_of_text
from issue_scaffold.forge.forges import GITHUB, forge_of_path
from issue_scaffold.forge.front_matter import find_front_matter
from issue_scaffold.forge.layout import is_labels_config
from issue_scaffold.forge.source_files import read_repository
from issue_scaffold.labels.config import read_labels
from issue_scaffold.text.tree import Mapping
from issue_scaffold.text.yaml_values import YamlValueError, load_value

_TEMPLATES: Final = GITHUB.templates[0]
_YAML: Final = frozenset({".yml", ".yaml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Issue types in the order of their files, the labels beside them, and remarks by file.

    `labels` are by case-folded name; `chooser` is the first that lies beside the templates.
    """

    entries: tuple[CatalogEntry, ...]
    labels: dict[str, LabelRow]
    remarks: tuple[tuple[str, Remark], ...]
    chooser: Chooser | None = None


def labels_of(entries: Iterable[CatalogEntry]) -> list[str]:
    """Return the labels that entries name, as often as they do."""
    names: list[str] = []
    for entry in entries:
        names.extend(entry.labels)
    return names


def import_files(paths: Sequence[str]) -> Imported:
    """Read templates, forms and folders of them.

    Raises UsageError for two issue types of one name, NotConvertibleError for a broken file.
    """
    remarks: list[tuple[str, Remark]] = []
    files: list[Path] = []
    labels: dict[str, LabelRow] = {}
    for path in map(Path, paths):
        files.extend(_files(path, remarks))
    forms = {slug_of(file.name) for file in files if file.suffix.lower() in _YAML}
    entries: dict[str, CatalogEntry] = {}
    for file in files:
        slug = slug_of(file.name)
        if slug in entries or (slug in forms and file.suffix.lower() == ".md"):
            why = "a form of that name is imported, from which its Markdown is made"
            remarks.append((str(file), Remark(kind="left out", message=why)))
        else:
            entries[slug] = _entry(slug, file, remarks)
    for path in map(Path, paths):
        for row in _labels_beside(path):
            labels.setdefault(row.name.casefold(), row)
    _refuse_twins(entries.values())
    choosers = [found for path in map(Path, paths) if (found := _chooser_in(path, remarks))]
    return Imported(
        entries=tuple(entries.values()),
        labels=labels,
        remarks=tuple(remarks),
        chooser=next(iter(choosers), None),
    )


def _chooser_in(path: Path, remarks: list[tuple[str, Remark]]) -> Chooser | None:
    """Return the chooser of the templates in a folder, None where none lies or can be read."""
    folder = path / _TEMPLATES
    if not folder.is_dir():
        folder = path
    for name in ("config.yml", "config.yaml"):
        if folder.is_dir() and (folder / name).is_file():
            return _chooser(folder / name, remarks)
    return None


def _chooser(file: Path, remarks: list[tuple[str, Remark]]) -> Chooser | None:
    try:
        said = load_value(read_input(str(file)).decode("utf-8-sig"))
    except (YamlValueError, UnicodeDecodeError):
        said = None
    if not isinstance(said, dict):
        why = "it can't be read, so that the catalog has no chooser of its own"
        remarks.append((str(file), Remark(kind="left out", message=why)))
        return None
    rows = said.get("contact_links") or ()
    links = tuple(filter(None, map(_link, rows if isinstance(rows, list) else ())))
    if len(links) != len(rows):
        why = "contact links without name, url and about"
        remarks.append((str(file), Remark(kind="left out", message=why)))
    return Chooser(allows_blank=said.get("blank_issues_enabled") is not False, links=links)


def _link(row: object) -> tuple[str, str, str] | None:
    match row:
        case {"name": str(name), "url": str(url), "about": str(about)}:
            return name, url, about
    return None


def _files(path: Path, remarks: list[tuple[str, Remark]]) -> Iterator[Path]:
    """Yield a path, or the templates and forms in the folder that it is."""
    if not path.is_dir():
        yield path
        return
    folder = path / _TEMPLATES
    if not folder.is_dir():
        folder = path
    for file in sorted(folder.iterdir()):
        if not file.is_file() or _is_config(file.name.lower()):
            continue
        suffix = file.suffix.lower()
        if suffix in _YAML or (suffix == ".md" and _has_front_matter(file, path)):
            yield file
        elif suffix == ".md":
            why = "no front matter, so no template"
            remarks.append((str(file), Remark(kind="left out", message=why)))


def _is_config(name: str) -> bool:
    return name in {"config.yml", "config.yaml"} or is_labels_config(name)


def _has_front_matter(file: Path, folder: Path) -> bool:
    content = read_beginning(file.absolute(), below=folder)
    return find_front_matter(content.decode("utf-8", errors="replace")) is not None


def _entry(slug: str, file: Path, remarks: list[tuple[str, Remark]]) -> CatalogEntry:
    shown = str(file)
    content = read_input(shown)
    if kind_of_text(shown, content.decode("utf-8", errors="replace")) is FileKind.FORM:
        refuse_invalid_form(shown, content, forge_of_path(shown))
        text = content.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n")
    else:
        conversion = convert(ConvertOptions(path=shown, content=content, to="form"))
        remarks.extend((shown, remark) for remark in conversion.remarks)
        text = conversion.text
    document, root = _parsed(text)
    if not is_simple(document.source, root):
        why = (
            "its YAML is written in a way that a catalog can't keep; "
            "it is written anew, without comments"
        )
        remarks.append((shown, Remark(kind="changed", message=why)))
        document, root = _parsed(form_text(form_from_data(load_value(text)).data()))
    return catalog_entry(slug, document.source, root)


def _parsed(text: str) -> tuple[Document, Mapping]:
    document = load(f"{_TEMPLATES}/form.yml", text.encode())
    root = document.mapping
    assert root is not None  # noqa: S101 - a valid form is a mapping
    return document, root


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
    root = _repository_of(path.absolute())
    if root is None:
        return
    for name, content in read_repository(root, is_labels_config).files.items():
        if is_labels_config(name):
            yield from config_rows(load(name, content))


def _repository_of(path: Path) -> Path | None:
    for folder in (path, *path.parents):
        if (folder / ".github").is_dir() or (folder / ".git").exists():
            return folder
    return None


def config_rows(document: Document) -> Iterator[LabelRow]:
    """Yield the labels of a labels config."""
    for label in read_labels(document.source, document.root).labels:
        yield LabelRow(
            name=label.name, color=label.color or "", description=label.description or ""
        )
