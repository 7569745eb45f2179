"""How a labels config writes a label, learned from those it holds, and new labels written that way."""

import re
from collections.abc import Sequence

from issue_scaffold.labels.label import Label
from issue_scaffold.labels.reading import LabelsFile, LocatedLabel
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.lines import column as column_of
from issue_scaffold.text.lines import newline
from issue_scaffold.text.scalars import json_scalar, yaml_scalar
from issue_scaffold.text.splice import placed_items
from issue_scaffold.text.tree import PLAIN, Mapping, Scalar, Value, resolve
from issue_scaffold.text.tree import Sequence as Items

_FLOW_COLON = re.compile(r" ?: ?")


class LabelStyle:
    """The quoting, indentation and order of fields of one labels config."""

    def __init__(self, file: LabelsFile) -> None:
        self._file = file
        self._places: Sequence[LocatedLabel] = [place for place in file.located if not place.shared]
        self._model = self._places[-1] if self._places else None
        self._is_list = not isinstance(file.holder, Mapping)
        self._ascii_only = file.text.isascii() and "\\u" in file.text

    def text(self, key: str, value: str, *, in_flow: bool, old: Scalar | None = None) -> str:
        """Return a field's value as the config writes that field, or wrote its `old` value; extras are JSON already."""
        if key not in {"name", "color", "description"}:
            return value
        model = old or self._last_value(key)
        style = "" if model is None else model.style
        if key == "color":
            style = style or '"'
            value = f"#{value}" if model is not None and model.value.startswith("#") else value
        if self._file.is_json:
            return json_scalar(value, ascii_only=self._ascii_only)
        return yaml_scalar(value, style, in_flow=in_flow)

    def field(self, key: str, value: str, *, in_flow: bool) -> str:
        """Return a field, key and value."""
        colon = ": "
        if in_flow and self._model is not None and self._model.body.flow:
            first = self._model.body.written[0]
            between = self._file.text[first.key.end : first.value.start]
            colon = between if _FLOW_COLON.fullmatch(between) else colon
        return f"{self._key(key)}{colon}{self.text(key, value, in_flow=in_flow)}"

    def block(self, label: Label, column: int = 0) -> list[str]:
        """Return the lines of a new item of a block collection; `column` is for the first of all."""
        model = self._model
        fields = self._fields(label, in_flow=False)
        if model is None:
            return self._first_block(label, fields, column)
        placed = placed_items(_collection(self._file.holder), self._file.text)
        item = next(item for item in placed if item.node is model.body)
        indent = " " * item.column
        if model.body.flow:
            flow = self.flow(label)
            return [
                f"{indent}- {flow}" if self._is_list else f"{indent}{self._name(label)}: {flow}"
            ]
        key_column = column_of(self._file.text, model.body.written[0].key.start)
        if not self._is_list:
            return [f"{indent}{self._name(label)}:", *(" " * key_column + line for line in fields)]
        after_dash = self._file.text[item.start + 1 : model.body.start]
        if "\n" in after_dash and not after_dash.strip():
            return [f"{indent}-", *(" " * key_column + line for line in fields)]
        return _item(fields, item.column, key_column)

    def flow(self, label: Label) -> str:
        """Return a new label in braces, on one line or several as the config has them."""
        fields = self._fields(label, in_flow=True)
        if self._model is None or not self._model.body.flow or not self._model.body.written:
            return f"{{{', '.join(fields)}}}"
        body, text = self._model.body, self._file.text
        opening = _gap(text[body.start + 1 : body.written[0].key.start])
        between = opening if "\n" in opening else " "
        if len(body.written) > 1:
            between = _gap(text[body.written[0].value.end : body.written[1].key.start].lstrip(","))
        closing = _gap(text[body.written[-1].value.end : body.end - 1].lstrip(","))
        return f"{{{opening}{f',{between}'.join(fields)}{closing}}}"

    def flow_item(self, label: Label) -> str:
        """Return a new item of a collection in brackets or braces."""
        return self.flow(label) if self._is_list else f"{self._name(label)}: {self.flow(label)}"

    def json_list(self, labels: Sequence[Label], indent: str) -> str:
        """Return the labels as the first of a JSON file, `indent` being that of the line they start on."""
        item = newline(self._file.text) + indent + "  "
        opening, closing = ("[", "]") if self._is_list else ("{", "}")
        rows = []
        for label in labels:
            fields = f",{item}  ".join(self._fields(label, in_flow=True))
            name = "" if self._is_list else f"{self._name(label)}: "
            rows.append(f"{item}{name}{{{item}  {fields}{item}}}")
        return f"{opening}{','.join(rows)}{item[:-2]}{closing}"

    def _first_block(self, label: Label, fields: list[str], column: int) -> list[str]:
        if self._is_list:
            return _item(fields, column, column + 2)
        return [
            f"{' ' * column}{self._name(label)}:",
            *(" " * (column + 2) + field for field in fields),
        ]

    def _fields(self, label: Label, *, in_flow: bool) -> list[str]:
        fields = {"name": label.name} if self._is_list else {}
        fields |= label.fields
        order = [] if self._model is None else _keys(self._model.body)
        keys = sorted(fields, key=lambda key: order.index(key) if key in order else len(order))
        return [self.field(key, fields[key], in_flow=in_flow) for key in keys]

    def _name(self, label: Label) -> str:
        return self.text("name", label.name, in_flow=True)

    def _key(self, key: str) -> str:
        if self._file.is_json:
            return f'"{key}"'
        first = None if self._model is None else self._model.body.written[0].key
        return yaml_scalar(key, first.style if isinstance(first, Scalar) else PLAIN)

    def _last_value(self, key: str) -> Scalar | None:
        if key == "name":
            return None if self._model is None else self._model.name
        for place in reversed(self._places):
            entry = place.body.own(key)
            value = None if entry is None else resolve(entry.value)
            if isinstance(value, Scalar):
                return value
        return None


def _collection(holder: Value | None) -> Items | Mapping:
    if holder is None or isinstance(holder, Scalar):
        raise NotUnderstoodError("no collection of labels")
    return holder


def _keys(body: Mapping) -> list[str]:
    keys = [entry.key for entry in body.written]
    return [key.value for key in keys if isinstance(key, Scalar)]


def _item(fields: Sequence[str], dash: int, column: int) -> list[str]:
    first = " " * dash + "-" + " " * (column - dash - 1)
    return [first + fields[0], *(" " * column + field for field in fields[1:])]


def _gap(between: str) -> str:
    """Return the white space before an item: from its line break on, or one space, or none."""
    found = re.search(r"\r?\n[ \t]*\Z", between)
    if found is not None:
        return found[0]
    return " " if between.endswith((" ", "\t")) else ""
