"""Bytes under a path to a document: decoded, told what they are, parsed with the right parser."""

import re
from typing import Final

from issue_scaffold.forge.document import Document, Problem, ReadingFailure
from issue_scaffold.forge.file_kind import FileKind, is_for_action, kind_by_path, settled
from issue_scaffold.forge.forges import GITHUB, Forge, forge_of_path
from issue_scaffold.forge.front_matter import find_front_matter
from issue_scaffold.forge.layout import may_be_labels_config
from issue_scaffold.text.go_yaml import as_go_reads
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.limits import MAX_BYTES
from issue_scaffold.text.one_document import parse, suffix_of
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Value
from issue_scaffold.text.tree_values import is_null
from issue_scaffold.text.yaml_nodes import LimitFailure, SyntaxFailure, YamlStream, parse_yaml

_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT: Final = 64
# What the forge itself reads; labels configs are read by others.
_OF_FORGES: Final = frozenset({FileKind.FORM, FileKind.TEMPLATE, FileKind.CHOOSER})
_LABEL: Final = late_pattern(r"^\s*- +[\"']?name[\"']?\s*:|colou?r", re.MULTILINE)


def load(path: str, content: bytes, shared: Forge = GITHUB) -> Document:
    """Return a file's document.

    What kind of file it is `file_kind` tells by its path and content. Its forge is that of the
    folder which it lies in, `shared` where several read it.
    """
    kind = kind_by_path(path)
    source, problem = _decoded(path, content)
    forge = forge_of_path(path, shared)
    if problem is None:
        return _as_read(_parse(kind, source)._replace(forge=forge))
    if kind is FileKind.STRAY:
        return Document(kind, source, forge=forge)
    return Document(kind or FileKind.TEXT, source, failure=problem, forge=forge)


def _as_read(document: Document) -> Document:
    """Return a document with its values as the forge's own reader has them."""
    root = document.root
    if root is None or not document.forge.rules.reads_with_go or document.kind not in _OF_FORGES:
        return document
    return document._replace(root=as_go_reads(root))


def _decoded(path: str, content: bytes) -> tuple[Source, tuple[ReadingFailure, Problem] | None]:
    """Return the text of a file, or an empty one, and why it is one."""
    if len(content) > MAX_BYTES:
        limit = f"larger than {MAX_BYTES // 1024:,} KiB"
        problem = Problem(0, 0, limit, "no template needs to be so large")
        return Source(path, ""), (ReadingFailure.LIMITS, problem)
    bare = content.removeprefix(_BOM)
    try:
        text = bare.decode("utf-8")
    except UnicodeDecodeError as error:
        return Source(path, ""), (ReadingFailure.ENCODING, _not_utf8(bare, error))
    if "\0" in text:
        hint = "it looks binary; remove it from the template folder, or save it as text"
        problem = Problem(0, 0, "the file holds zero bytes", hint)
        return Source(path, ""), (ReadingFailure.ENCODING, problem)
    return Source(path, text, bom=content.startswith(_BOM)), None


def _not_utf8(content: bytes, error: UnicodeDecodeError) -> Problem:
    begin = content[:_LOOKED_AT]
    if content.startswith(_UTF16) or begin.count(0) > len(begin) // 4:
        return Problem(0, 0, "the file is UTF-16", "save it as UTF-8")
    line = content.count(b"\n", 0, error.start) + 1
    message = f"the file is not UTF-8: byte 0x{content[error.start]:02x} in line {line}"
    return Problem(0, 0, message, "save it as UTF-8")


def _parse(kind: FileKind | None, source: Source) -> Document:
    if kind in {FileKind.TEXT, FileKind.LEGACY}:
        return Document(kind, source)
    if kind is FileKind.TEMPLATE:
        return _template(source)
    name = source.path.lower()
    if kind is FileKind.STRAY and not name.endswith((".yml", ".yaml")):
        return Document(kind, source)
    stream = parse(source.text, suffix_of(name))
    if stream.failure is None:
        root = _root(stream)
        return Document(
            kind=settled(kind, name, root),
            source=source,
            root=root,
            head=(0, len(source.text)),
            separators=stream.separators,
            rest=stream.documents[1:],
            aliases=stream.aliases,
            anchors=stream.anchors,
        )
    if kind is FileKind.STRAY or _is_something_else(source):
        return Document(FileKind.STRAY, source)
    failure = _failure(source, stream)
    return Document(kind or FileKind.FORM, source, failure=failure, separators=stream.separators)


def _is_something_else(source: Source) -> bool:
    """Tell whether a broken file at an open place of labels configs doesn't look like one."""
    return may_be_labels_config(source.path) and not _LABEL.search(source.text)


def _root(stream: YamlStream) -> Value | None:
    root = next(iter(stream.documents), None)
    return None if is_null(root) else root


def _failure(source: Source, stream: YamlStream) -> tuple[ReadingFailure, Problem]:
    failure = stream.failure
    if isinstance(failure, LimitFailure):
        return ReadingFailure.LIMITS, Problem(failure.offset, failure.offset + 1, failure.message)
    assert isinstance(failure, SyntaxFailure)  # noqa: S101 - the caller has seen that there is one
    from issue_scaffold.forge.syntax import Stop, explain

    return ReadingFailure.SYNTAX, explain(source, Stop(*failure))


def _template(source: Source) -> Document:
    front = find_front_matter(source.text)
    document = Document(FileKind.TEMPLATE, source)
    if front is None:
        return _bare_form(source) or document
    if front.end is None:
        message = "the front matter that begins here is never closed"
        at = front.opening
        problem = Problem(at, at + 3, message, "end it with a line `---`")
        return document._replace(failure=(ReadingFailure.FRONT_MATTER, problem))
    stream = parse_yaml(source.text, front.start, front.end)
    document = document._replace(head=(front.start, front.body))
    root = _root(stream) if stream.failure is None else None
    if is_for_action(source.text[front.start : front.end], root):
        return document._replace(kind=FileKind.ACTION)
    if stream.failure is None:
        return document._replace(
            kind=settled(FileKind.TEMPLATE, source.path, root),
            root=root,
            aliases=stream.aliases,
            anchors=stream.anchors,
        )
    why, problem = _failure(source, stream)
    if why is ReadingFailure.SYNTAX:
        why = ReadingFailure.FRONT_MATTER
    return document._replace(failure=(why, problem))


# A text that is one block of code and nothing else.
_FENCED: Final = late_pattern(
    r"\s*(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<inside>.*)\n(?P=fence)\s*", re.DOTALL
)


def _bare_form(source: Source) -> Document | None:
    """Return the document of an issue form that was saved as Markdown; None for other texts.

    It may be the code between two fences.
    """
    if not re.search(r"^body[ \t]*:", source.text, re.MULTILINE):
        return None
    fenced = _FENCED.fullmatch(source.text)
    start, end = (0, len(source.text)) if fenced is None else fenced.span("inside")
    stream = parse_yaml(source.text, start, end)
    if stream.failure is not None:
        if not re.match(r"(?:#.*\n|\s)*(?:name|description|title|body)[ \t]*:", source.text):
            return None
        return Document(FileKind.FORM, source, failure=_failure(source, stream))
    root = _root(stream)
    if settled(FileKind.TEMPLATE, source.path, root) is not FileKind.FORM:
        return None
    return Document(
        FileKind.FORM,
        source,
        root=root,
        head=(start, end),
        aliases=stream.aliases,
        anchors=stream.anchors,
    )
