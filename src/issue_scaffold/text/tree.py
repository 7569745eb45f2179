"""A parsed YAML (JSON, TOML) file as a tree that knows where every value was written.

Owns the node types only; adapters build them. All positions are 0-based offsets in code points into the file's
text, `end` exclusive. Named tuples rather than frozen dataclasses: a thousand forms are some 300,000 nodes, and
their construction is the validator's hot path.
"""

from typing import Final, NamedTuple, TypeAlias

MERGE_KEY: Final = "<<"
PLAIN: Final = ""


class Scalar(NamedTuple):
    """A single value: its text, how it was quoted (`""` is plain, `"|"` a block) and what YAML 1.1 makes of it.

    `kind` is one of str, null, bool, int, float, timestamp, symbol; `tag` is an explicit `!tag`. An absent value
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
    """A mapping with its entries as written, duplicates included."""

    entries: tuple[Entry, ...]
    start: int
    end: int
    flow: bool = False

    def find(self, name: str) -> Entry | None:
        """Return the entry that a reader would see under this key: the last one."""
        for entry in reversed(self.entries):
            if isinstance(entry.key, Scalar) and entry.key.value == name:
                return entry
        return None

    def get(self, name: str) -> "Value | None":
        """Return the value under this key, aliases followed, or None."""
        entry = self.find(name)
        return resolve(entry.value) if entry else None

    def keys(self) -> list[str]:
        """Return the keys that are scalars, in the order written."""
        return [entry.key.value for entry in self.entries if isinstance(entry.key, Scalar)]


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
    return node.target if isinstance(node, Alias) else node


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
