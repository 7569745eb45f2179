"""An issue form, seen through its tree: elements, attributes, options, with the nodes that say where they stand.

Owns what keys GitHub's form schema permits (its page "Syntax for GitHub's form schema") and nothing about messages.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from issue_scaffold.forge.document import Document
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Sequence, Value, resolve

TOP_KEYS: Final = (
    "name",
    "description",
    "title",
    "labels",
    "assignees",
    "projects",
    "type",
    "body",
)
GITEA_TOP_KEYS: Final = ("about", "ref")
ELEMENT_KEYS: Final = ("type", "id", "attributes", "validations")
OPTION_KEYS: Final = ("label", "required")
GITEA_KEYS: Final = ("visible",)

_TEXT_FIELD: Final = ("label", "description", "placeholder", "value")
ATTRIBUTES: Final[dict[str, tuple[str, ...]]] = {
    "markdown": ("value",),
    "input": _TEXT_FIELD,
    "textarea": (*_TEXT_FIELD, "render"),
    "dropdown": ("label", "description", "multiple", "options", "default"),
    "checkboxes": ("label", "description", "options"),
    "upload": ("label", "description"),
}
REQUIRED_ATTRIBUTES: Final[dict[str, tuple[str, ...]]] = {
    "markdown": ("value",),
    "input": ("label",),
    "textarea": ("label",),
    "dropdown": ("label", "options"),
    "checkboxes": ("label", "options"),
    "upload": ("label",),
}
VALIDATIONS: Final[dict[str, tuple[str, ...]]] = {
    "markdown": (),
    "input": ("required",),
    "textarea": ("required",),
    "dropdown": ("required",),
    "checkboxes": ("required",),
    "upload": ("required", "accept"),
}
GITEA_VALIDATIONS: Final = ("is_number", "regex")
_LAST_LATIN: Final = 0x17F
TYPES: Final = tuple(ATTRIBUTES)
# YAML 1.1 reads these as booleans when they are keys; GitHub's page lists them as forbidden.
BOOLEAN_WORDS: Final = frozenset(
    word
    for base in ("y", "yes", "n", "no", "true", "false", "on", "off")
    for word in (base, base.title(), base.upper())
)


class Option(NamedTuple):
    """One choice of a dropdown (a scalar) or checkboxes element (a mapping with a `label`)."""

    node: Value
    label: Value | None

    @property
    def text(self) -> str | None:
        """The words of the choice, if it has any."""
        return text_of(self.label)


class Element:
    """One entry of `body`. Everything that rules ask for is looked up once, since nearly every rule asks.

    `type` is None unless GitHub knows the type; `attributes` and `validations` are None unless they are mappings; `id`
    is None unless it is a scalar with text, `label` unless it is text and not blank.
    """

    __slots__ = (
        "attributes",
        "id",
        "index",
        "label",
        "name",
        "node",
        "options",
        "type",
        "type_node",
        "validations",
    )

    def __init__(self, index: int, node: Mapping) -> None:
        self.index = index
        self.node = node
        self.name = f"body[{index}]"
        self.type_node = kind = node.get("type")
        self.type = kind.value if isinstance(kind, Scalar) and kind.value in ATTRIBUTES else None
        attributes, validations, id_ = (
            node.get("attributes"),
            node.get("validations"),
            node.get("id"),
        )
        self.attributes = attributes if isinstance(attributes, Mapping) else None
        self.validations = validations if isinstance(validations, Mapping) else None
        self.id = id_ if isinstance(id_, Scalar) and id_.value.strip() and not id_.is_null else None
        label = self.attribute("label")
        self.label = (
            label if isinstance(label, Scalar) and label.is_text and label.value.strip() else None
        )
        self.options: tuple[Option, ...] = ()
        options = self.attribute("options") if self.type in {"dropdown", "checkboxes"} else None
        if isinstance(options, Sequence) and self.type is not None:
            self.options = tuple(_option(self.type, item) for item in options.items)

    @property
    def is_field(self) -> bool:
        """Whether the element asks for something (all but markdown), as far as one can tell."""
        return self.type is not None and self.type != "markdown"

    def attribute(self, name: str) -> Value | None:
        """Return the value of one attribute."""
        return self.attributes.get(name) if self.attributes else None

    @property
    def anchor(self) -> Node:
        """The node that findings about the whole element point to: its `type`, else its first key."""
        entry = self.node.find("type") or next(iter(self.node.entries), None)
        return entry.key if entry else self.node

    def is_true(self, name: str) -> bool:
        """Tell whether a validation is switched on, be it where it belongs or, by mistake, among the attributes."""
        value = (self.validations.get(name) if self.validations else None) or self.attribute(name)
        return (
            isinstance(value, Scalar)
            and value.kind == "bool"
            and value.value.lower() in {"true", "yes", "on"}
        )


class Form:
    """An issue form's document with its elements found.

    `root` is its mapping, `body` the value of that key; `elements` are the entries of `body` that are mappings,
    `fields` those of them that ask for something.
    """

    __slots__ = ("body", "document", "elements", "fields", "root", "source")

    def __init__(self, document: Document, root: Mapping) -> None:
        self.document = document
        self.source = document.source
        self.root = root
        self.body = root.get("body")
        items = self.body.items if isinstance(self.body, Sequence) else ()
        found = ((index, resolve(item)) for index, item in enumerate(items))
        self.elements = tuple(
            Element(index, item) for index, item in found if isinstance(item, Mapping)
        )
        self.fields = tuple(element for element in self.elements if element.is_field)

    def top(self, name: str) -> Value | None:
        """Return the value of a top-level key."""
        return self.root.get(name)


def _option(kind: str, item: Node) -> Option:
    node = resolve(item)
    if kind == "dropdown":
        return Option(node, node)
    return Option(node, node.get("label") if isinstance(node, Mapping) else None)


def text_of(node: Node | None) -> str | None:
    """Return the stripped text of a scalar that isn't null or blank, else None."""
    value = resolve(node) if node is not None else None
    if not isinstance(value, Scalar) or value.is_null:
        return None
    return value.value.strip() or None


def string_entries(mapping: Mapping) -> Iterator[tuple[str, Entry]]:
    """Yield the entries whose keys are scalars, with the key's text, without merge keys."""
    for entry in mapping.entries:
        if isinstance(entry.key, Scalar):
            yield entry.key.value, entry


def listed_texts(node: Node | None) -> list[Scalar]:
    """Return the texts of a list, or of a comma-separated string as one scalar each, positions included."""
    value = resolve(node) if node is not None else None
    if isinstance(value, Sequence):
        items = [resolve(item) for item in value.items]
        return [
            item
            for item in items
            if isinstance(item, Scalar) and item.is_text and item.value.strip()
        ]
    if not isinstance(value, Scalar) or not value.is_text or value.style in {"|", ">"}:
        return []
    parts, offset, found = value.value.split(","), value.start + bool(value.style), []
    for part in parts:
        begin = offset + len(part) - len(part.lstrip())
        if part.strip():
            word = part.strip()
            found.append(Scalar(word, begin, begin + len(word), value.style))
        offset += len(part) + 1
    return found


def parameterize(text: str) -> str | None:
    """Return what GitHub makes of a label for want of an id (Rails' `parameterize`); None for non-Latin letters.

    GitHub's page on validation errors names the algorithm; forms in use show that it can't hold for other scripts.
    """
    if text.isascii():
        plain = text
    else:
        plain = unicodedata.normalize("NFKD", text)
        plain = "".join(char for char in plain if not unicodedata.combining(char))
        if any(ord(char) > _LAST_LATIN and char.isalpha() for char in plain):
            return None
    dashed = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9_-]+", "-", plain.lower()))
    return dashed.strip("-") or None
