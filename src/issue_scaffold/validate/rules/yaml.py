"""Rules about YAML itself, for every kind of file: several documents, duplicate keys, aliases, implicit types.

GitHub reads forms with Ruby's Psych, a YAML 1.1 reader over libyaml. Sources: GitHub's "Common validation errors when
creating issue forms" and YAML 1.1's type repository.
"""

import re
from collections.abc import Iterator

from issue_scaffold.forge.document import Document, Problem, at, shown
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.issue_form import ElementView, FormView
from issue_scaffold.labels.config import read_labels
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Edit, Fix, one_line, quote
from issue_scaffold.text.tree import Alias, Mapping, Node, Scalar, Sequence
from issue_scaffold.text.wording import line_of


def multiple_documents(document: Document) -> Iterator[Problem]:
    """Find a second `---`: GitHub reads only what stands before it."""
    for offset, rest in zip(document.separators, document.rest, strict=False):
        empty = isinstance(rest, Scalar) and rest.is_null
        end = document.source.next_line(offset)
        span = (offset, document.source.line_end(offset))
        fix = Fix((Edit(offset, end, ""),)) if empty or _disjoint(document, rest) else None
        if empty:
            message = "a `---` that begins a second, empty document"
            yield Problem(*span, message, "remove it", severity=Severity.WARNING, fix=fix)
        elif document.kind is FileKind.FORM:
            message = "a second document begins here; GitHub reads only the first"
            hint = "remove this `---`" + (
                "" if fix else ", and merge what stands below it into the first document"
            )
            yield Problem(*span, message + _lost(rest), hint, fix=fix)
        else:
            message = "a second document begins here; most readers refuse the file, or stop reading"
            severity = Severity.ERROR if document.kind is FileKind.LABELS else Severity.WARNING
            yield Problem(*span, message, "remove this `---`", severity=severity, fix=fix)


def _lost(rest: Node) -> str:
    if isinstance(rest, Mapping) and rest.find("body") is not None:
        return ", which leaves the form without a body"
    return ""


def _disjoint(document: Document, rest: Node) -> bool:
    first = document.root
    if (
        not isinstance(first, Mapping)
        or not isinstance(rest, Mapping)
        or len(document.separators) > 1
    ):
        return False
    return not first.flow and not rest.flow and not set(first.keys()) & set(rest.keys())


def duplicate_key(document: Document) -> Iterator[Problem]:
    """Find keys that a mapping has twice: the last one silently wins."""
    severity = None if document.kind is FileKind.FORM else Severity.WARNING
    for mapping in mappings(document.root):
        seen: dict[str, Scalar] = {}
        for entry in mapping.entries:
            key = entry.key
            if not isinstance(key, Scalar) or entry.merged or key.value == "<<":
                continue
            first = seen.setdefault(key.value, key)
            if first is not key:
                hint = f"the first is on {line_of(document.source, first.start)}, and is lost"
                yield at(
                    key,
                    f"key {shown(key)} is there twice; the last one wins",
                    hint=hint,
                    severity=severity,
                )


def mappings(root: Node | None) -> Iterator[Mapping]:
    """Yield all mappings of a tree, without following aliases."""
    stack: list[Node] = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            yield node
            stack += [entry.value for entry in node.entries if not entry.merged]
            stack += [
                entry.key
                for entry in node.entries
                if not entry.merged and not isinstance(entry.key, Scalar)
            ]
        elif isinstance(node, Sequence):
            stack += node.items


def alias(document: Document) -> Iterator[Problem]:
    """Find aliases and anchors: GitHub was seen to refuse a form for them. One finding for all of them."""
    uses: list[Node] = [*document.aliases]
    first = uses[0] if uses else None
    severity = None if document.kind is FileKind.FORM else Severity.INFO
    if first is None:
        for anchor in document.anchors[:1]:
            edits = tuple(
                _drop_anchor(document, found.start, found.end) for found in document.anchors
            )
            message = f"anchor `&{anchor.name}` that nothing refers to"
            yield Problem(
                anchor.start, anchor.end, message, "remove it", severity=severity, fix=Fix(edits)
            )
        return
    rest = f" (and {len(uses) - 1} more)" if len(uses) > 1 else ""
    raw = document.source.text[first.start : first.end]
    hint = "write the value out in each place"
    if document.kind is FileKind.FORM:
        hint += ": GitHub has refused forms with aliases, and opened a blank issue instead"
    yield at(first, f"alias `{raw}`{rest}", hint=hint, severity=severity, fix=_expand(document))


def _drop_anchor(document: Document, start: int, end: int) -> Edit:
    text = document.source.text
    while end < len(text) and text[end] == " ":
        end += 1
    if text[end : end + 1] in {"\n", "\r"} and text[start - 1 : start] == " ":
        start -= 1
    return Edit(start, end, "")


def _expand(document: Document) -> Fix | None:
    """Write every alias out, if each names something that can be written there."""
    edits: list[Edit] = []
    for found in document.aliases:
        text = _written_out(document, found)
        if text is None:
            return None
        edits.append(Edit(found.start, found.end, text))
    edits += [_drop_anchor(document, anchor.start, anchor.end) for anchor in document.anchors]
    return Fix(tuple(edits))


def _written_out(document: Document, found: Alias) -> str | None:
    """Return what an alias stands for as it can be written in its place, or None."""
    source, target = document.source, found.target
    inner = [
        *(anchor.start for anchor in document.anchors),
        *(alias.start for alias in document.aliases),
    ]
    nested = any(target.start <= start < target.end for start in inner)
    before = source.text[source.line_start(found.start) : found.start]
    behind = source.text[found.end : source.line_end(found.end)]
    if nested or "<<" in before:
        return None
    if isinstance(target, Scalar) or target.flow:
        return one_line(source, target)
    if behind.strip() or not re.fullmatch(r"\s*(?:- )*[\w.-]+: +", before):
        return None
    return _reindented(document, target, len(before) - len(before.lstrip(" -")))


def _reindented(document: Document, target: Node, column: int) -> str | None:
    source = document.source
    start = source.line_start(target.start)
    own = target.start - start
    if source.text[start : target.start].strip():
        return None
    lines = source.text[start : target.end].splitlines()
    if any(line.strip() and len(line) - len(line.lstrip(" ")) < own for line in lines):
        return None
    indent = " " * (column + 2)
    return "".join(
        f"{source.newline}{indent}{line[own:]}" if line.strip() else source.newline
        for line in lines
    )


def implicit_type(document: Document) -> Iterator[Problem]:
    """Find values that YAML reads as something else where text is meant, and no other rule speaks of it."""
    for node, what in _text_places(document):
        if (
            isinstance(node, Scalar)
            and node.tag is not None
            and not node.tag.startswith("tag:yaml.org")
        ):
            message = f"{what} begins with `!`, which is a tag to YAML and not part of the text"
            yield at(node, message, hint="put it in quotes")
            continue
        if not isinstance(node, Scalar) or node.style or node.is_text or node.is_null:
            continue
        change = _change(node)
        if change:
            hint = "put it in quotes"
            yield at(
                node,
                f"{what} {shown(node)} is {change} to YAML",
                hint=hint,
                fix=quote(document.source, node),
            )


def _change(node: Scalar) -> str | None:  # noqa: PLR0911 - one case each
    """Return what becomes of an unquoted value, or None if it stays as written."""
    raw = node.value
    if node.kind == "bool":
        return "a boolean"
    if node.kind == "timestamp":
        return "a date, which GitHub's reader refuses"
    if node.kind == "symbol":
        return "a Ruby symbol, which GitHub's reader refuses"
    if ":" in raw:
        return "a number to base 60"
    if re.fullmatch(r"[-+]?0[0-7_]+", raw):
        return f"the octal number {int(raw.replace('_', ''), 8)}"
    if re.fullmatch(r"-?(0|[1-9]\d*)", raw):
        return None
    if re.fullmatch(r"-?(0|[1-9]\d*)\.\d*[1-9]|-?(0|[1-9]\d*)\.0", raw):
        return None
    return f"the number {_as_number(raw)}"


def _as_number(raw: str) -> str:
    text = raw.replace("_", "").replace(",", "")
    try:
        return (
            str(int(text, 0))
            if re.fullmatch(r"[-+]?0[xb][0-9a-fA-F]+|[-+]?\d+", text)
            else str(float(text))
        )
    except ValueError:
        return text.lower()


def _text_places(document: Document) -> Iterator[tuple[Node, str]]:
    """Yield the values that are meant as text, and what to call them."""
    if document.kind is FileKind.LABELS:
        for label in read_labels(document).labels:
            yield label.name, "label name"
            if label.description is not None:
                yield label.description, "label description"
    elif document.kind is FileKind.FORM and document.mapping is not None:
        for element in FormView(document, document.mapping).elements:
            if element.type is not None:
                yield from _texts_of(element, element.type)


def _texts_of(element: ElementView, kind: str) -> Iterator[tuple[Node, str]]:
    for key in ("description", "placeholder", "value", "render"):
        node = element.attribute(key) if key in element.keys.attributes else None
        if node is not None:
            yield node, f"{element.name}: `{key}`"
    if element.id is not None and kind != "markdown":
        yield element.id, f"{element.name}: `id`"
    for option in element.options if kind == "dropdown" else ():
        if isinstance(option.node, Scalar) and option.node.kind != "bool":
            yield option.node, f"{element.name}: option"
