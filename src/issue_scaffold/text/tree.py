"""A parsed YAML, JSON or TOML file as a tree that knows where every value was written.

Owns the node types, and nothing that reads or writes. All positions are 0-based offsets in code
points into the file's text, `end` exclusive: a node begins behind its anchor and tag, and ends
before the line break, blank line or comment that follows it. Lines and columns are `text.lines`'.
Named tuples rather than frozen dataclasses: a thousand forms are some 300,000 nodes, and their
construction is the validator's hot path.
"""

from typing import Final, NamedTuple, TypeAlias

from issue_scaffold.text.late_patterns import late_pattern

MERGE_KEY: Final = "<<"
PLAIN: Final = ""
_LITERAL: Final = late_pattern(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


class Scalar(NamedTuple):
    """A single value: its text, how it was quoted, and what YAML 1.1 makes of it.

    `style` is the quotation mark, `|` or `>` for a block, empty for plain. `kind` is one of str,
    null, bool, int, float, timestamp, symbol; `tag` is an explicit `!tag`. An absent value
    (`key:`) is a plain scalar of no length.
    """

    value: str
    start: int
    end: int
    style: str = PLAIN
    kind: str = "str"
    tag: str | None = None

    @property
    def is_text(self) -> bool:
        """Whether every YAML 1.1 reader takes this for text."""
        return self.kind == "str"

    @property
    def is_null(self) -> bool:
        """Whether this is null, be it written or left out."""
        return self.kind == "null"


class Sequence(NamedTuple):
    """A list."""

    items: tuple["Node", ...]
    start: int
    end: int
    flow: bool = False


class Entry(NamedTuple):
    """One `key: value` of a mapping; `merged` when a merge key brought it in."""

    key: "Node"
    value: "Node"
    merged: bool = False


class Mapping(NamedTuple):
    """A mapping as a reader sees it: what merge keys bring in first, then its own entries.

    Duplicates are included. `merges` are its `<<` entries themselves.
    """

    entries: tuple[Entry, ...]
    start: int
    end: int
    flow: bool = False
    merges: tuple[Entry, ...] = ()

    @property
    def written(self) -> tuple[Entry, ...]:
        """The entries that stand in the mapping itself, `<<` among them, as in the text."""
        if not self.merges:
            return self.entries
        own = [entry for entry in self.entries if not entry.merged]
        return tuple(sorted([*own, *self.merges], key=lambda entry: entry.key.start))

    @property
    def by_key(self) -> dict[str, Entry]:
        """The entries whose keys are scalars, by key: those that `find` returns."""
        return {entry[0][0]: entry for entry in self.entries if type(entry[0]) is Scalar}

    @property
    def fields(self) -> "dict[str, Node]":
        """The values by key, as a reader sees them; aliases are left as they are."""
        return {
            entry.key.value: entry.value for entry in self.entries if isinstance(entry.key, Scalar)
        }

    def own(self, name: str) -> Entry | None:
        """Return the entry that `find` returns, if it stands in the mapping itself."""
        entry = self.find(name)
        if entry is None or entry.merged:
            return None
        return entry

    def find(self, name: str) -> Entry | None:
        """Return the entry that a reader would see under this key: the last one."""
        # Unpacked: every rule asks this of every element.
        for entry in reversed(self.entries):
            key, _, _ = entry
            if type(key) is Scalar and key[0] == name:
                return entry
        return None

    def get(self, name: str) -> "Value | None":
        """Return the value under this key, aliases followed, or None."""
        entry = self.find(name)
        if entry:
            return resolve(entry.value)
        return None

    def keys(self) -> list[str]:
        """Return the keys that are scalars, in the order written."""
        return [key[0] for key, _, _ in self.entries if type(key) is Scalar]


class Alias(NamedTuple):
    """A `*name`, and the node that its anchor named."""

    name: str
    start: int
    end: int
    target: "Value"


Value: TypeAlias = Scalar | Sequence | Mapping
Node: TypeAlias = Value | Alias


class Anchor(NamedTuple):
    """An `&name`, by the span of the word itself."""

    name: str
    start: int
    end: int


def resolve(node: Node) -> Value:
    """Return the node, or what it is an alias of."""
    if isinstance(node, Alias):
        return node.target
    return node


def canonical(node: Node) -> str:
    """Return a value as JSON text, equal for values that are spelled differently.

    An alias of a collection, and a merge key, stay what they are.
    """
    if isinstance(node, Alias) and not isinstance(node.target, Scalar):
        return f"*{node.name}"
    value = resolve(node)
    if isinstance(value, Scalar):
        return _canonical_scalar(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(canonical(item) for item in value.items)}]"
    pairs = [f"{_canonical_key(entry.key)}: {canonical(entry.value)}" for entry in value.written]
    return f"{{{', '.join(pairs)}}}"


def _canonical_scalar(scalar: Scalar) -> str:
    if scalar.is_null:
        return "null"
    is_literal = not scalar.style and _LITERAL.fullmatch(scalar.value)
    if is_literal:
        return scalar.value
    return _as_json(scalar.value)


def _canonical_key(key: Node) -> str:
    if isinstance(key, Scalar):
        return _as_json(key.value)
    return canonical(key)


def _as_json(text: str) -> str:
    # Only who compares by meaning asks for this.
    import json

    return json.dumps(text, ensure_ascii=False)


def type_name(node: Node) -> str:
    """Return what a person would call this value, with its article."""
    value = resolve(node)
    if isinstance(value, Sequence):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    return {
        "str": "text",
        "null": "nothing",
        "bool": "a boolean",
        "int": "a number",
        "float": "a number",
        "timestamp": "a date",
        "symbol": "a Ruby symbol",
    }[value.kind]
