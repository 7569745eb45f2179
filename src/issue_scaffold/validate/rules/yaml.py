"""Rules about YAML itself: several documents, duplicate keys, aliases, implicit types.

GitHub reads forms with Ruby's Psych, a YAML 1.1 reader over libyaml. Sources: GitHub's "Common
validation errors when creating issue forms" and YAML 1.1's type repository.
"""

import re
from collections.abc import Iterator
from typing import Final

from issue_scaffold.forge.document import Document, Problem, at, shown
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.issue_form import ElementView, FormView
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Edit, Fix, one_line, quote
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.tree import Alias, Anchor, Mapping, Node, Scalar
from issue_scaffold.text.tree_values import mappings_below
from issue_scaffold.text.wording import line_of
from issue_scaffold.text.yaml_numbers import printed
from issue_scaffold.validate.rules.examples import BODY, GOOD_FORM, HEAD, form_file, form_with
from issue_scaffold.validate.rules.nodes import repeated_options
from issue_scaffold.validate.rules.rule import ERROR, ERRORS_PAGE, FORMS_PAGE, INFO, WARNING, Rule
from issue_scaffold.validate.rules.stages import FORM, YAML

# Numbers that are the same when they are written back.
_STAYS: Final = late_pattern(r"-?(0|[1-9]\d*)(\.\d*[1-9]|\.0)?")
_KINDS: Final = {
    "bool": "a boolean",
    "timestamp": "a date",
    "symbol": "a Ruby symbol",
}
_REFUSED: Final = frozenset({"timestamp", "symbol"})


@YAML.runs(
    Rule(
        id="yaml/multiple-documents",
        severity=ERROR,
        grade="DOC",
        fix="safe",
        summary="a second `---` begins a document that isn't read",
        source=ERRORS_PAGE,
        reveals="others",
        why=(
            "A line `---` begins a second document, and GitHub reads only the first. Between the "
            "head of a form and its body it leaves a form without a body. The line is taken out "
            "where both documents together make sense."
        ),
        evidence=(
            "common-validation-errors: Body cannot be empty",
            "super-linter/super-linter#4924",
        ),
        wrong=form_file(f"{HEAD}---\n{BODY}"),
        right=form_file(GOOD_FORM),
    )
)
def multiple_documents(document: Document) -> Iterator[Problem]:
    """Find a second `---`: GitHub reads only what stands before it."""
    for offset, rest in zip(document.separators, document.rest, strict=False):
        is_bare = isinstance(rest, Scalar) and rest.is_null
        fix = None
        if is_bare or _can_be_merged(document, rest):
            fix = Fix((Edit(offset, document.source.next_line(offset), ""),))
        message, hint, severity = _second_document(document, rest)
        if is_bare:
            message, hint = "a `---` that begins a second, empty document", "remove it"
            severity = WARNING
        elif fix is None and document.kind is FileKind.FORM:
            hint += ", and merge what stands below it into the first document"
        end = document.source.line_end(offset)
        yield Problem(offset, end, message, hint, severity=severity, fix=fix)


def _second_document(document: Document, rest: Node) -> tuple[str, str, Severity | None]:
    hint, lost = "remove this `---`", ""
    if document.kind is FileKind.FORM:
        if isinstance(rest, Mapping) and rest.find("body") is not None:
            lost = ", which leaves the form without a body"
        return f"a second document begins here; GitHub reads only the first{lost}", hint, None
    message = "a second document begins here; most readers refuse the file, or stop reading"
    return message, hint, ERROR if document.kind is FileKind.LABELS else WARNING


def _can_be_merged(document: Document, rest: Node) -> bool:
    """Tell whether the two documents make sense as one."""
    first = document.root
    if not isinstance(first, Mapping) or not isinstance(rest, Mapping):
        return False
    if first.flow or rest.flow or len(document.separators) > 1:
        return False
    return not set(first.keys()) & set(rest.keys())


@YAML.runs(
    Rule(
        id="yaml/duplicate-key",
        severity=ERROR,
        grade="DOC",
        summary="a key is there twice, and the last one wins",
        why=(
            "YAML readers silently take the last of two equal keys, so half of what was written "
            "is lost. An error in forms, a warning in other files."
        ),
        evidence=("YAML 1.1, section 3.2.1.3: keys are unique",),
        wrong=form_file(f"{HEAD}title: '[Bug] '\ntitle: '[Defect] '\n{BODY}"),
        right=form_file(f"{HEAD}title: '[Bug] '\n{BODY}"),
    )
)
def duplicate_key(document: Document) -> Iterator[Problem]:
    """Find keys that a mapping has twice: the last one silently wins."""
    severity = None if document.kind is FileKind.FORM else WARNING
    for mapping in mappings_below(document.root):
        keys = mapping.keys()
        if len(set(keys)) == len(keys):
            continue
        seen: dict[str, Scalar] = {}
        for entry in mapping.entries:
            key = entry.key
            if not isinstance(key, Scalar) or entry.merged or key.value == "<<":
                continue
            first = seen.setdefault(key.value, key)
            if first is not key:
                message = f"key {shown(key)} is there twice; the last one wins"
                hint = f"the first is on {line_of(document.source, first.start)}, and is lost"
                yield at(key, message, hint=hint, severity=severity)


@YAML.runs(
    Rule(
        id="yaml/alias",
        severity=WARNING,
        grade="FIX",
        fix="safe",
        summary="anchors and aliases, for which GitHub has refused forms",
        why=(
            "A form with an anchor and an alias was not shown; people got a blank issue instead. "
            "The fix writes the value out. In other files aliases are fine, and only mentioned."
        ),
        evidence=("Subway-Builder-Modded/registry#5864",),
        wrong=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options: &browsers [Firefox, Chrome]\n"
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Other browser\n"
            "      options: *browsers\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Browser\n"
            "      options: [Firefox, Chrome]\n"
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Other browser\n"
            "      options: [Firefox, Chrome]\n"
        ),
    )
)
def alias(document: Document) -> Iterator[Problem]:
    """Find aliases and anchors, for which GitHub was seen to refuse a form; once for all."""
    problem = None
    if document.aliases:
        problem = _aliases(document)
    elif document.anchors:
        anchor, fix = document.anchors[0], Fix(_without_anchors(document))
        message = f"anchor `&{anchor.name}` that nothing refers to"
        problem = Problem(anchor.start, anchor.end, message, "remove it", fix=fix)
    if problem is not None:
        yield problem if document.kind is FileKind.FORM else problem._replace(severity=INFO)


def _aliases(document: Document) -> Problem:
    first, more = document.aliases[0], len(document.aliases) - 1
    message = f"alias `{document.source.text[first.start : first.end]}`"
    if more:
        message += f" (and {more} more)"
    hint = "write the value out in each place"
    if document.kind is FileKind.FORM:
        hint += ": GitHub has refused forms with aliases, and opened a blank issue instead"
    return at(first, message, hint=hint, fix=_expand(document))


def _without_anchors(document: Document) -> tuple[Edit, ...]:
    return tuple(_drop(document.source.text, anchor) for anchor in document.anchors)


def _drop(text: str, anchor: Anchor) -> Edit:
    start, end = anchor.start, anchor.end
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
    return Fix((*edits, *_without_anchors(document)))


def _written_out(document: Document, found: Alias) -> str | None:
    """Return what an alias stands for as it can be written in its place, or None."""
    source, target = document.source, found.target
    before = source.text[source.line_start(found.start) : found.start]
    behind = source.text[found.end : source.line_end(found.end)]
    inner = [anchor.start for anchor in document.anchors]
    inner += [alias.start for alias in document.aliases]
    if "<<" in before or any(target.start <= start < target.end for start in inner):
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


@YAML.runs(
    Rule(
        id="yaml/implicit-type",
        severity=WARNING,
        grade="DOC",
        fix="safe",
        summary="YAML reads a value as something else than text",
        source=FORMS_PAGE,
        why=(
            "Unquoted, YAML 1.1 reads some texts as something else: `3.10` is 3.1, `2024-01-01` a "
            "date, `012` is 10, `:x` a Ruby symbol. GitHub's reader refuses dates and symbols "
            "outright."
        ),
        evidence=("YAML 1.1 type repository",),
        wrong=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Python\n"
            "      options:\n"
            "        - 3.9\n"
            "        - 3.10\n"
        ),
        right=form_with(
            "  - type: dropdown\n"
            "    attributes:\n"
            "      label: Python\n"
            "      options:\n"
            '        - "3.9"\n'
            '        - "3.10"\n'
        ),
    )
)
def implicit_type(document: Document) -> Iterator[Problem]:
    """Find names and descriptions of labels that YAML reads as something else."""
    if document.kind is FileKind.LABELS:
        from issue_scaffold.labels.config import read_labels

        config = read_labels(document.source, document.root)
        for label in (place for scope in config.every_scope for place in scope.places):
            yield from _judge(document, label.name, "label name")
            if label.description is not None:
                yield from _judge(document, label.description, "label description")


@FORM.runs(implicit_type)
def implicit_type_in_form(form: FormView) -> Iterator[Problem]:
    """Find values of a form that YAML reads as something else where text is meant."""
    for element in form.elements:
        if element.type is not None:
            for node, what in _texts_of(
                element, element.type, takes_scalars=form.keys.takes_scalars
            ):
                yield from _judge(form.document, node, what)


def _judge(document: Document, node: Node, what: str) -> Iterator[Problem]:
    if not isinstance(node, Scalar) or (node.is_text and node.tag is None):
        return
    change = _change(node)
    if node.tag is not None and not node.tag.startswith("tag:yaml.org"):
        message = f"{what} begins with `!`, which is a tag to YAML and not part of the text"
        yield at(node, message, hint="put it in quotes")
    elif change:
        message = f"{what} {shown(node)} is {change} to YAML"
        if node.kind in _REFUSED:
            message += ", which GitHub's reader refuses"
        yield at(node, message, hint="put it in quotes", fix=quote(document.source, node))


def _change(node: Scalar) -> str | None:
    """Return what becomes of an unquoted value, or None if it stays as written."""
    raw = node.value
    if node.style or node.is_text or node.is_null or _STAYS.fullmatch(raw):
        return None
    if node.kind in _KINDS:
        return _KINDS[node.kind]
    if ":" in raw:
        return "a number to base 60"
    if re.fullmatch(r"[-+]?0[0-7_]+", raw):
        return f"the octal number {printed(node)}"
    return f"the number {printed(node)}"


def _texts_of(
    element: ElementView, kind: str, *, takes_scalars: bool
) -> Iterator[tuple[Node, str]]:
    for key in ("description", "placeholder", "value", "render"):
        node = element.attribute(key)
        if node is not None and key in element.keys.attributes:
            yield node, f"{element.name}: `{key}`"
    if element.id is not None and kind != "markdown" and not takes_scalars:
        yield element.id, f"{element.name}: `id`"
    if kind == "dropdown":
        yield from _options_of(element)


def _options_of(element: ElementView) -> Iterator[tuple[Node, str]]:
    # Of equal ones another rule speaks.
    equal = {id(node) for pair in repeated_options(element) for node in pair}
    for option in element.options:
        node = option.node
        if isinstance(node, Scalar) and node.kind != "bool" and id(node) not in equal:
            yield node, f"{element.name}: option"
