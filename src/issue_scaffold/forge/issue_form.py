"""An issue form, seen through its tree: elements, attributes, options, and where they stand.

Owns the views; which keys a form may have is in its forge's row, and messages are the rules' own.
"""

import unicodedata
from collections.abc import Iterator
from collections.abc import Mapping as Table
from typing import Final, NamedTuple

from issue_scaffold.forge.document import Document
from issue_scaffold.forge.forges import ElementKeys
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.tree import Entry, Mapping, Node, Scalar, Value, resolve
from issue_scaffold.text.tree_values import (
    is_true,
    items_of,
    resolved,
    scalars_in,
    value_below,
)

_LAST_LATIN: Final = 0x17F
# Latin letters that are no other letter with a mark, as Rails' `transliterate` writes them.
_WITHOUT_MARKS: Final = "AE ae OE oe ss SS Th th D d D d H h i k L l NG ng O o T t"
_LETTERS: Final = str.maketrans(
    dict(zip("ÆæŒœßẞÞþÐðĐđĦħ\u0131ĸŁłŊŋØøŦŧ", _WITHOUT_MARKS.split(), strict=True))
)
_NO_SLUG: Final = late_pattern(r"[^a-z0-9_-]+")
_DASHES: Final = late_pattern(r"-{2,}")
_WITH_OPTIONS: Final = frozenset({"dropdown", "checkboxes"})
# YAML 1.1 reads these as booleans when they are keys; GitHub's page lists them as forbidden.
BOOLEAN_WORDS: Final = frozenset(
    word
    for base in ("y", "yes", "n", "no", "true", "false", "on", "off")
    for word in (base, base.title(), base.upper())
)


class OptionView(NamedTuple):
    """One choice of a dropdown (a scalar) or checkboxes element (a mapping with a `label`).

    `text` is the words of the choice, if it has any.
    """

    node: Value
    label: Value | None
    text: str | None


class ElementView:
    """One entry of `body`. What rules ask for is looked up once, since nearly every rule asks.

    `type` is None unless the forge knows the type, whose keys are `keys`; `attributes` and
    `validations` are None unless they are mappings; `id` is None unless it is a scalar with text,
    `label` unless it is text and not blank. `entries` and `given` are the entries of the element
    and of its attributes, by key.
    """

    __slots__ = (
        "attributes",
        "entries",
        "given",
        "id",
        "index",
        "keys",
        "label",
        "name",
        "node",
        "options",
        "type",
        "type_node",
        "validations",
    )

    def __init__(self, index: int, node: Mapping, types: Table[str, ElementKeys]) -> None:
        self.index = index
        self.node = node
        self.name = f"body[{index}]"
        self.entries = node.by_key
        self.type_node = self._value("type")
        self.type, self.keys = _type(self.type_node, types)
        self.attributes = _mapping(self._value("attributes"))
        self.given: Table[str, Entry] = {}
        if self.attributes is not None:
            self.given = self.attributes.by_key
        self.validations = _mapping(self._value("validations"))
        self.id = _id(self._value("id"))
        self.label = _label(self.attribute("label"))
        self.options: tuple[OptionView, ...] = ()
        if self.type in _WITH_OPTIONS:
            self.options = _options(self.type, self.attribute("options"))

    def _value(self, key: str) -> Value | None:
        entry = self.entries.get(key)
        return None if entry is None else resolve(entry.value)

    @property
    def is_field(self) -> bool:
        """Whether the element asks for something (all but markdown), as far as one can tell."""
        return self.type is not None and self.type != "markdown"

    def attribute(self, name: str) -> Value | None:
        """Return the value of one attribute."""
        entry = self.given.get(name)
        return None if entry is None else resolve(entry.value)

    @property
    def anchor(self) -> Node:
        """The node that findings about the whole element point to: `type`, else the first key."""
        entry = self.entries.get("type") or next(iter(self.node.entries), None)
        return entry.key if entry else self.node

    def is_true(self, name: str) -> bool:
        """Tell whether a validation is on, where it belongs or by mistake among the attributes."""
        value = self.attribute(name)
        if self.validations is not None:
            value = self.validations.get(name) or value
        return is_true(value)


class FormView:
    """An issue form's document with its elements found.

    `keys` are those of its forge. `root` is its mapping, `body` the value of that key; `elements`
    are the entries of `body` that are mappings, `fields` those of them that ask for something.
    """

    __slots__ = ("body", "document", "elements", "fields", "keys", "root", "source")

    def __init__(self, document: Document, root: Mapping) -> None:
        self.document = document
        self.source = document.source
        self.keys = document.forge.keys
        self.root = root
        self.body = root.get("body")
        self.elements = tuple(
            ElementView(index, item, self.keys.elements)
            for index, item in enumerate(items_of(self.body))
            if isinstance(item, Mapping)
        )
        self.fields = tuple(element for element in self.elements if element.is_field)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that an element may have."""
        return tuple(self.keys.elements)

    def top(self, name: str) -> Value | None:
        """Return the value of a top-level key."""
        return self.root.get(name)


def _type(node: Value | None, types: Table[str, ElementKeys]) -> tuple[str | None, ElementKeys]:
    if isinstance(node, Scalar) and node.value in types:
        return node.value, types[node.value]
    return None, ElementKeys((), (), ())


def _mapping(node: Value | None) -> Mapping | None:
    return node if isinstance(node, Mapping) else None


def _id(node: Value | None) -> Scalar | None:
    if isinstance(node, Scalar) and node.value.strip() and not node.is_null:
        return node
    return None


def _label(node: Value | None) -> Scalar | None:
    if isinstance(node, Scalar) and is_worded(node):
        return node
    return None


def is_worded(node: Value) -> bool:
    """Tell whether a node is text and not blank."""
    return isinstance(node, Scalar) and node.is_text and bool(node.value.strip())


def _options(kind: str | None, node: Value | None) -> tuple[OptionView, ...]:
    items = items_of(node)
    if kind == "dropdown":
        return tuple(OptionView(item, item, text_of(item)) for item in items)
    labels = [(item, value_below(item, "label")) for item in items]
    return tuple(OptionView(item, label, text_of(label)) for item, label in labels)


def text_of(node: Node | None) -> str | None:
    """Return the stripped text of a scalar that isn't null or blank, else None."""
    return words_of(node) or None


def words_of(node: Node | None) -> str:
    """Return the stripped text of a scalar; nothing for one that is null, and for anything else."""
    value = resolved(node)
    if not isinstance(value, Scalar) or value.is_null:
        return ""
    return value.value.strip()


def string_entries(mapping: Mapping) -> Iterator[tuple[str, Entry]]:
    """Yield the entries whose keys are scalars, with the key's text, without merge keys."""
    for entry in mapping.entries:
        if isinstance(entry.key, Scalar):
            yield entry.key.value, entry


def listed_texts(node: Node | None) -> list[Scalar]:
    """Return the texts of a list, or the words of a comma-separated string, with their places."""
    value = resolved(node)
    if isinstance(value, Scalar) and value.is_text and value.style not in {"|", ">"}:
        return list(_parts(value))
    return [item for item in scalars_in(value) if is_worded(item)]


def _parts(value: Scalar) -> Iterator[Scalar]:
    """Yield the words between the commas of one line."""
    offset = value.start + bool(value.style)
    for part in value.value.split(","):
        word = part.strip()
        if word:
            begin = offset + part.index(word)
            yield Scalar(word, begin, begin + len(word), value.style)
        offset += len(part) + 1


def without_marks(text: str) -> str:
    """Return a text with Latin letters of ASCII, as far as they have a counterpart there."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(char for char in plain if not unicodedata.combining(char))


def parameterize(text: str) -> str | None:
    """Return what GitHub makes of a label for want of an id; None for non-Latin letters.

    It is Rails' `parameterize`. GitHub's page on validation errors names the algorithm; forms in
    use show that it can't hold for other scripts.
    """
    plain = text
    if not text.isascii():
        plain = without_marks(text)
        if any(ord(char) > _LAST_LATIN and char.isalpha() for char in plain):
            return None
    dashed = _DASHES.sub("-", _NO_SLUG.sub("-", plain.lower()))
    return dashed.strip("-") or None
