"""An issue form, seen through its tree: elements, attributes, options, with the nodes that say where they stand.

Owns what keys GitHub's form schema permits (its page "Syntax for GitHub's form schema") and nothing about messages.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from issue_scaffold.domain.document import Document
from issue_scaffold.domain.yaml_tree import Entry, Mapping, Node, Scalar, Sequence, Value, resolve

TOP_KEYS: Final = ("name", "description", "title", "labels", "assignees", "projects", "type", "body")
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
    """One entry of `body`."""

    def __init__(self, index: int, node: Mapping) -> None:
        self.index = index
        self.node = node

    @cached_property
    def type_node(self) -> Value | None:
        """The value of `type`."""
        return self.node.get("type")

    @cached_property
    def type(self) -> str | None:
        """The element's type if it is one that GitHub knows."""
        value = self.type_node
        return value.value if isinstance(value, Scalar) and value.value in ATTRIBUTES else None

    @property
    def is_field(self) -> bool:
        """Whether the element asks for something (all but markdown), as far as one can tell."""
        return self.type is not None and self.type != "markdown"

    @cached_property
    def attributes(self) -> Mapping | None:
        """The `attributes` mapping."""
        value = self.node.get("attributes")
        return value if isinstance(value, Mapping) else None

    @cached_property
    def validations(self) -> Mapping | None:
        """The `validations` mapping."""
        value = self.node.get("validations")
        return value if isinstance(value, Mapping) else None

    def attribute(self, name: str) -> Value | None:
        """Return the value of one attribute."""
        return self.attributes.get(name) if self.attributes else None

    @cached_property
    def id(self) -> Scalar | None:
        """The `id`, if it is a scalar with text."""
        value = self.node.get("id")
        return value if isinstance(value, Scalar) and value.value.strip() and not value.is_null else None

    @cached_property
    def label(self) -> Scalar | None:
        """The label, if it is text and not blank."""
        value = self.attribute("label")
        return value if isinstance(value, Scalar) and value.is_text and value.value.strip() else None

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """The choices of a dropdown or checkboxes element."""
        value = self.attribute("options")
        if not isinstance(value, Sequence) or self.type not in {"dropdown", "checkboxes"}:
            return ()
        return tuple(_option(self.type, item) for item in value.items)

    @property
    def anchor(self) -> Node:
        """The node that findings about the whole element point to: its `type`, else its first key."""
        entry = self.node.find("type") or next(iter(self.node.entries), None)
        return entry.key if entry else self.node

    @property
    def name(self) -> str:
        """What messages call the element, as GitHub's own do."""
        return f"body[{self.index}]"

    def is_true(self, name: str) -> bool:
        """Tell whether a validation is switched on."""
        value = self.validations.get(name) if self.validations else None
        return isinstance(value, Scalar) and value.kind == "bool" and value.value.lower() in {"true", "yes", "on"}


class Form:
    """An issue form's document with its elements found; `root` is its mapping."""

    def __init__(self, document: Document, root: Mapping) -> None:
        self.document = document
        self.source = document.source
        self.root = root

    @cached_property
    def body(self) -> Value | None:
        """The value of `body`."""
        return self.root.get("body")

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The elements of `body` that are mappings."""
        if not isinstance(self.body, Sequence):
            return ()
        items = enumerate(resolve(item) for item in self.body.items)
        return tuple(Element(index, item) for index, item in items if isinstance(item, Mapping))

    @cached_property
    def fields(self) -> tuple[Element, ...]:
        """The elements that ask for something."""
        return tuple(element for element in self.elements if element.is_field)

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
        return [item for item in items if isinstance(item, Scalar) and item.is_text and item.value.strip()]
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
