"""How a labels config writes a label, learned from those it holds, and new labels in that style."""

import re
from collections.abc import Sequence

from issue_scaffold.labels.config import LabelsConfig
from issue_scaffold.labels.label import FIELD_SPELLINGS, Label, LabelPlace
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.lines import column as column_of
from issue_scaffold.text.lines import newline
from issue_scaffold.text.one_document import suffix_of
from issue_scaffold.text.scalars import json_scalar, toml_key, toml_scalar, yaml_scalar
from issue_scaffold.text.splice import placed_items
from issue_scaffold.text.tree import Entry, Mapping, Scalar, resolve

_PLAIN_TEXT = Scalar("", 0, 0)
_FLOW_COLON = re.compile(r" ?: ?")
_TOML_EQUALS = re.compile(r"[\"']? ?= ?")


class LabelStyle:
    """The quoting, indentation, spelling and order of fields of one labels config."""

    def __init__(self, config: LabelsConfig) -> None:
        self._config = config
        self._text = config.source.text
        self._places = [place for place in config.places if not place.is_shared]
        self._model, self._body = self._find_model()
        self._is_list = not isinstance(config.holder, Mapping)
        self._ascii_only = self._text.isascii() and "\\u" in self._text
        suffix = suffix_of(config.source.path)
        self.is_json, self.is_toml = suffix == ".json", suffix == ".toml"
        if self.is_toml:
            self._is_list = False

    def _find_model(self) -> tuple[LabelPlace | None, Mapping]:
        """Return the label that new ones are written like, and its fields."""
        for place in reversed(self._places):
            if isinstance(place.body, Mapping) and place.body.written:
                return place, place.body
        return None, Mapping((), 0, 0)

    def text(self, key: str, value: str, *, in_flow: bool, old: Scalar | None = None) -> str:
        """Return a field's value as the config writes that field, or wrote its `old` value.

        What isn't a field of every label is JSON already.
        """
        if key not in FIELD_SPELLINGS:
            return value
        model = old or self._last_value(key) or _PLAIN_TEXT
        style = model.style
        if key == "color":
            style = style or '"'
            if model.value.startswith("#"):
                value = f"#{value}"
        if self.is_toml:
            return toml_scalar(value, model.style)
        if self.is_json:
            return json_scalar(value, ascii_only=self._ascii_only)
        return yaml_scalar(value, style, in_flow=in_flow)

    def field(self, key: str, value: str, *, in_flow: bool) -> str:
        """Return a field, key and value."""
        if self.is_toml:
            return f"{self._key(key)}{self._equals()}{self.text(key, value, in_flow=in_flow)}"
        colon = ": "
        if in_flow and self._body.flow and _FLOW_COLON.fullmatch(self._colon()):
            colon = self._colon()
        return f"{self._key(key)}{colon}{self.text(key, value, in_flow=in_flow)}"

    def _colon(self) -> str:
        """Return what stands between the first key and its value in the model."""
        for entry in self._body.written[:1]:
            return self._text[entry.key.end : entry.value.start]
        return ""

    def block(self, label: Label, column: int = 0) -> list[str]:
        """Return the lines of a new item of a block collection.

        `column` is for the first item of all.
        """
        fields = self._fields(label, in_flow=False)
        if self.is_toml:
            return self._table(label, fields)
        if self._model is None:
            return self._first_block(label, fields, column)
        body = self._body
        item = self._item_of(body)
        indent = " " * item[1]
        if body.flow:
            lead = "-" if self._is_list else f"{self._name(label)}:"
            return [f"{indent}{lead} {self.flow(label)}"]
        key_column = column_of(self._text, self._body.written[0].key.start)
        lines = [" " * key_column + line for line in fields]
        if not self._is_list:
            return [f"{indent}{self._name(label)}:", *lines]
        after_dash = self._text[item[0] + 1 : body.start]
        if "\n" in after_dash and not after_dash.strip():
            return [f"{indent}-", *lines]
        return _item(fields, item[1], key_column)

    def _table(self, label: Label, fields: list[str]) -> list[str]:
        """Return the lines of a TOML table, with a blank line before it where tables are apart."""
        indent = ""
        if self._body.written:
            key = self._body.written[0].key
            indent = " " * column_of(self._text, key.start)
        header = f"[{toml_key(label.name)}]"
        return [header, *(indent + field for field in fields)]

    def _equals(self) -> str:
        """Return what stands between key and value in a TOML file."""
        between = self._colon()
        return between.lstrip("\"'") if _TOML_EQUALS.fullmatch(between) else " = "

    def _item_of(self, body: Mapping) -> tuple[int, int]:
        """Return where the item with these fields begins, and in which column."""
        holder = self._config.holder
        if holder is None or isinstance(holder, Scalar):
            raise NotUnderstoodError("no collection of labels")
        placed = placed_items(holder, self._text)
        return next((item.start, item.column) for item in placed if item.node is body)

    def flow(self, label: Label) -> str:
        """Return a new label in braces, on one line or several as the config has them."""
        fields = self._fields(label, in_flow=True)
        if not self._body.flow:
            return f"{{{', '.join(fields)}}}"
        body, entries, text = self._body, self._body.written, self._text
        opening = _gap(text[body.start + 1 : entries[0].key.start])
        between = opening if "\n" in opening else " "
        if len(entries) > 1:
            between = _gap(text[entries[0].value.end : entries[1].key.start].lstrip(","))
        closing = _gap(text[entries[-1].value.end : body.end - 1].lstrip(","))
        return f"{{{opening}{f',{between}'.join(fields)}{closing}}}"

    def flow_item(self, label: Label) -> str:
        """Return a new item of a collection in brackets or braces."""
        if self._is_list:
            return self.flow(label)
        return f"{self._name(label)}: {self.flow(label)}"

    def json_list(self, labels: Sequence[Label], indent: str) -> str:
        """Return the labels as the first of a JSON file.

        `indent` is that of the line they start on.
        """
        item = newline(self._text) + indent + "  "
        opening, closing = "[]" if self._is_list else "{}"
        rows = []
        for label in labels:
            fields = f",{item}  ".join(self._fields(label, in_flow=True))
            row = f"{{{item}  {fields}{item}}}"
            if not self._is_list:
                row = f"{self._name(label)}: {row}"
            rows.append(f"{item}{row}")
        return f"{opening}{','.join(rows)}{item[:-2]}{closing}"

    def _first_block(self, label: Label, fields: list[str], column: int) -> list[str]:
        if self._is_list:
            return _item(fields, column, column + 2)
        lines = [" " * (column + 2) + field for field in fields]
        return [f"{' ' * column}{self._name(label)}:", *lines]

    def _fields(self, label: Label, *, in_flow: bool) -> list[str]:
        fields = {}
        if self._is_list or (self.is_toml and self._body.own("name") is not None):
            fields["name"] = label.name
        fields |= label.fields
        order = _keys(self._body.written)

        def rank(key: str) -> int:
            spelled = self._spelled(key)
            return order.index(spelled) if spelled in order else len(order)

        return [self.field(key, fields[key], in_flow=in_flow) for key in sorted(fields, key=rank)]

    def _name(self, label: Label) -> str:
        return self.text("name", label.name, in_flow=True)

    def _key(self, key: str) -> str:
        if self.is_toml:
            return toml_key(self._spelled(key))
        if self.is_json:
            return f'"{self._spelled(key)}"'
        styles = [entry.key.style for entry in self._body.written if isinstance(entry.key, Scalar)]
        return yaml_scalar(self._spelled(key), *styles[:1])

    def _spelled(self, key: str) -> str:
        """Return a field's key as the config spells it."""
        spellings = FIELD_SPELLINGS.get(key, (key,))
        return next((key for key in spellings if self._body.own(key) is not None), spellings[0])

    def _last_value(self, key: str) -> Scalar | None:
        if key == "name" and self._model is not None:
            return self._model.name
        for place in reversed(self._places):
            entry = place.entry(key)
            value = None if entry is None else resolve(entry.value)
            if isinstance(value, Scalar):
                return value
        return None


def _keys(entries: Sequence[Entry]) -> list[str]:
    return [entry.key.value for entry in entries if isinstance(entry.key, Scalar)]


def _item(fields: Sequence[str], dash: int, column: int) -> list[str]:
    first = " " * dash + "-" + " " * (column - dash - 1)
    return [first + fields[0], *(" " * column + field for field in fields[1:])]


def _gap(between: str) -> str:
    """Return the white space before an item: from its line break on, or one space, or none."""
    found = re.search(r"\r?\n[ \t]*\Z", between)
    if found is not None:
        return found[0]
    if between.endswith((" ", "\t")):
        return " "
    return ""
