"""Bytes under a path to a document: decoding, telling what kind of file it is, parsing it with the right parser."""

from typing import Final

from issue_scaffold.forge.document import Document, Problem, ReadingFailure
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.front_matter import find_front_matter
from issue_scaffold.forge.layout import is_gitea, is_labels_config, kind_by_path
from issue_scaffold.forge.syntax import Stop, explain
from issue_scaffold.text.limits import MAX_BYTES
from issue_scaffold.text.one_document import parse, suffix_of
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Scalar, Sequence, Value
from issue_scaffold.text.yaml_nodes import LimitFailure, SyntaxFailure, YamlStream, parse_yaml

_BOM: Final = b"\xef\xbb\xbf"
_FORM_KEYS: Final = frozenset(
    {"name", "description", "body", "about", "title", "issue_body", "inputs"}
)
_CHOOSER_KEYS: Final = frozenset({"blank_issues_enabled", "contact_links"})
_SETTINGS_KEYS: Final = frozenset(
    {"repository", "branches", "collaborators", "teams", "milestones", "_extends"}
)


def load(path: str, content: bytes) -> Document:
    """Return a file's document. `path` decides what kind it is, its content where the path doesn't tell."""
    kind = kind_by_path(path)
    if kind is FileKind.STRAY and not _is_text(content):
        return Document(kind, Source(path, ""))
    if len(content) > MAX_BYTES:
        limit = f"larger than {MAX_BYTES // 1024:,} KiB"
        problem = Problem(0, 0, limit, "no template needs to be so large")
        return _failed(kind, path, ReadingFailure.LIMITS, problem)
    bom = content.startswith(_BOM)
    try:
        text = content[3 if bom else 0 :].decode("utf-8")
    except UnicodeDecodeError as error:
        return _failed(kind, path, ReadingFailure.ENCODING, _not_utf8(content, error))
    if "\0" in text:
        hint = "it looks binary; remove it from the template folder, or save it as text"
        problem = Problem(0, 0, "the file holds zero bytes", hint)
        return _failed(kind, path, ReadingFailure.ENCODING, problem)
    source = Source(path, text, bom=bom)
    document = _parse(kind, source)
    return document._replace(gitea=is_gitea(path))


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(content) <= MAX_BYTES and "\0" not in text


def _failed(kind: FileKind | None, path: str, why: ReadingFailure, problem: Problem) -> Document:
    return Document(kind or FileKind.TEXT, Source(path, ""), failure=(why, problem))


def _not_utf8(content: bytes, error: UnicodeDecodeError) -> Problem:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} or content[:64].count(0) > len(content[:64]) // 4:
        return Problem(0, 0, "the file is UTF-16", "save it as UTF-8")
    line = content.count(b"\n", 0, error.start) + 1
    message = f"the file is not UTF-8: byte 0x{content[error.start]:02x} in line {line}"
    return Problem(0, 0, message, "save it as UTF-8")


def _parse(kind: FileKind | None, source: Source) -> Document:
    if kind in {FileKind.TEXT, FileKind.LEGACY}:
        return Document(kind, source)
    if kind is FileKind.TEMPLATE:
        return _front_matter(source)
    name = source.path.lower()
    if kind is FileKind.STRAY and not name.endswith((".yml", ".yaml")):
        return Document(kind, source)
    stream = parse(source.text, suffix_of(name))
    if stream.failure is not None:
        if kind is FileKind.STRAY:
            return Document(kind, source)
        return Document(
            kind or FileKind.FORM,
            source,
            failure=_failure(source, stream),
            separators=stream.separators,
        )
    root = stream.documents[0] if stream.documents else None
    if isinstance(root, Scalar) and root.is_null:
        root = None
    settled = _settled(kind, name, root)
    head = (0, len(source.text))
    rest = stream.documents[1:]
    return Document(
        settled, source, root, None, head, stream.separators, rest, stream.aliases, stream.anchors
    )


def _failure(
    source: Source, stream: YamlStream, kind: ReadingFailure = ReadingFailure.SYNTAX
) -> tuple[ReadingFailure, Problem]:
    failure = stream.failure
    if isinstance(failure, LimitFailure):
        problem = Problem(failure.offset, failure.offset + 1, failure.message)
        return ReadingFailure.LIMITS, problem
    assert isinstance(failure, SyntaxFailure)  # noqa: S101 - the caller has seen that there is one
    return kind, explain(source, Stop(*failure))


def _front_matter(source: Source) -> Document:
    front = find_front_matter(source.text)
    if front is None:
        return Document(FileKind.TEMPLATE, source)
    if front.end is None:
        hint = "end it with a line `---`"
        problem = Problem(
            front.opening,
            front.opening + 3,
            "the front matter that begins here is never closed",
            hint,
        )
        return Document(FileKind.TEMPLATE, source, failure=(ReadingFailure.FRONT_MATTER, problem))
    stream = parse_yaml(source.text, front.start, front.end)
    if stream.failure is not None:
        failure = _failure(source, stream, ReadingFailure.FRONT_MATTER)
        return Document(FileKind.TEMPLATE, source, failure=failure, head=(front.start, front.body))
    root = stream.documents[0] if stream.documents else None
    if isinstance(root, Scalar) and root.is_null:
        root = None
    head = (front.start, front.body)
    return Document(
        FileKind.TEMPLATE, source, root, None, head, (), (), stream.aliases, stream.anchors
    )


def _settled(kind: FileKind | None, name: str, root: Value | None) -> FileKind:  # noqa: PLR0911 - one case each
    """Return what a file is when its content has been read."""
    keys = set(root.keys()) if isinstance(root, Mapping) else set()
    if kind is FileKind.FORM and "jobs" in keys and ({"on", "true", "runs-on"} & keys):
        return FileKind.STRAY
    if kind is not None:
        return kind
    if isinstance(root, Sequence) or is_labels_config(name.rpartition("/")[2]):
        return FileKind.LABELS
    if "body" in keys:
        return FileKind.FORM
    if keys & _CHOOSER_KEYS or name.endswith("config.yml"):
        return FileKind.CHOOSER
    labels = root.get("labels") if isinstance(root, Mapping) else None
    listed = isinstance(labels, Mapping) or (
        isinstance(labels, Sequence) and any(isinstance(item, Mapping) for item in labels.items)
    )
    if listed or keys & _SETTINGS_KEYS or name.endswith((".json", ".toml")):
        return FileKind.FORM if keys & {"body", "description"} and not listed else FileKind.LABELS
    if isinstance(root, Mapping) and not keys & _FORM_KEYS and _is_label_map(root):
        return FileKind.LABELS
    return FileKind.FORM


def _is_label_map(root: Mapping) -> bool:
    values = [entry.value for entry in root.entries]
    return bool(values) and all(
        isinstance(value, Mapping) and value.find("color") is not None for value in values
    )
