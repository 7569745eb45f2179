"""What somebody wrote as answers, in a file or as `ID=VALUE`, as values by the fields' keys. Pure.

Owns how a written value is taken: as its field wants it, not as what YAML makes of it, so that
`1.10`, `no` and `2024-01-01` are the texts that they look like. Whether a value fits its field is
for `answers` to say.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from issue_scaffold.errors import AnswerError, UsageError
from issue_scaffold.issue.form import Field, FieldKind, Form
from issue_scaffold.text import lines
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.one_document import read_document, suffix_of
from issue_scaffold.text.tree import Mapping, Node, Scalar, Sequence, Value, resolve, type_name
from issue_scaffold.text.tree_values import TRUE_WORDS

VALUES: Final = "values"
_SCHEMA: Final = "schema"
_FALSE: Final = frozenset({"false", "no", "off"})

Given = dict[str, Any]


class GivenDocument:
    """A file with answers: the values alone, or below `values` in what a command has printed."""

    def __init__(self, text: str, source: str) -> None:
        """Raise UsageError, with a place, for what is neither YAML nor JSON, or no mapping."""
        try:
            root = read_document(text, suffix_of(source))
        except NotUnderstoodError as error:
            line, column = lines.position(text, error.offset)
            raise UsageError(
                f"{source}:{line}:{column}: {error}", hint="give the answers as YAML or JSON"
            ) from error
        if root is None or (isinstance(root, Scalar) and root.is_null):
            root = Mapping((), 0, 0)
        if not isinstance(root, Mapping):
            raise UsageError(
                f"{source} holds no answers by field",
                hint="give a mapping of the fields' ids to the answers",
            )
        self._root = root
        self._source = source

    @property
    def title(self) -> str | None:
        """The title that a draft has beside its values."""
        title = self._root.get("title")
        if self._is_printed and isinstance(title, Scalar) and not title.is_null:
            return title.value
        return None

    @property
    def _is_printed(self) -> bool:
        return self._root.get(_SCHEMA) is not None and isinstance(self._root.get(VALUES), Mapping)

    def values(self, form: Form) -> Given:
        """Return the values by key. Raises UsageError for a key that is there twice or no text."""
        fields = {field.key: field for field in form.fields}
        found: Given = {}
        for entry in self._rows(VALUES in fields).entries:
            if not isinstance(entry.key, Scalar):
                raise UsageError(f"{self._source} has a key that is no text", hint="give ids")
            key = entry.key.value
            if key in found:
                raise AnswerError(f"{self._source} has {key!r} twice", question=key)
            field = fields.get(key)
            found[key] = None
            if field is not None:
                found[key] = _value(field, entry.value)
        return found

    def _rows(self, is_field: bool) -> Mapping:
        inner = self._root.get(VALUES)
        if isinstance(inner, Mapping) and (self._is_printed or not is_field):
            return inner
        return self._root


def values_of_pairs(form: Form, pairs: Iterable[str]) -> Given:
    """Return the values that `ID=VALUE` give, by key.

    Of several for one field the last counts; where the field takes several choices, boxes or
    uploads, all do. Raises UsageError for one without `=`.
    """
    found: Given = {}
    fields = {field.key: field for field in form.fields}
    for pair in pairs:
        key, text = _split(pair, fields)
        field = fields.get(key)
        if field is None:
            found[key] = text
            continue
        value, before = written_value(field, text), found.get(key)
        if isinstance(before, list) and isinstance(value, list):
            value = [*before, *value]
        found[key] = value
    return found


def written_value(field: Field, text: str) -> Any:  # noqa: ANN401 - what settle takes
    """Return the value that a text means for a field; an empty one means no answer.

    For several choices and boxes it is options, separated by commas, or a JSON list or mapping;
    for uploads an address, or a JSON list.
    """
    if not text:
        return None
    if not _takes_several(field):
        return text
    if field.option(text) is not None and field.kind is not FieldKind.UPLOAD:
        return [text]
    if text.lstrip().startswith(("[", "{")):
        try:
            root = read_document(text, ".json")
        except NotUnderstoodError:
            root = None
        if root is not None:
            return _value(field, root)
    if field.kind is FieldKind.UPLOAD:
        return [_upload(text)]
    return _options(field, text)


def _split(pair: str, keys: Iterable[str]) -> tuple[str, str]:
    """Return the key and the value; a label that stands for an id may have a `=` itself."""
    for key in sorted(keys, key=len, reverse=True):
        if pair.startswith(f"{key}="):
            return key, pair[len(key) + 1 :]
    key, equals, text = pair.partition("=")
    if not equals:
        raise UsageError(f"--set {pair!r} is not ID=VALUE", hint="write --set ID=VALUE")
    return key, text


def _takes_several(field: Field) -> bool:
    return field.is_several_choice or field.kind in {FieldKind.CHECKBOXES, FieldKind.UPLOAD}


def _value(field: Field, node: Node) -> Any:  # noqa: ANN401 - what settle takes
    value = resolve(node)
    if isinstance(value, Scalar):
        if value.is_null:
            return None
        return written_value(field, value.value)
    if isinstance(value, Sequence):
        return [_item(field, item) for item in value.items]
    return dict(_states(field, value))


def _item(field: Field, node: Node) -> Any:  # noqa: ANN401 - a text or an upload
    value = resolve(node)
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, Mapping):
        return {name: _scalar_text(value.get(name)) for name in ("name", "url")}
    raise _misplaced(field, value)


def _misplaced(field: Field, value: Value) -> AnswerError:
    return AnswerError(
        f"{field.key} can't have {type_name(value)} in its answer", question=field.key
    )


def _scalar_text(node: Value | None) -> str | None:
    if isinstance(node, Scalar) and not node.is_null:
        return node.value
    return None


def _states(field: Field, mapping: Mapping) -> Iterator[tuple[str, object]]:
    """Yield options and whether they are ticked; what is neither is for settle to refuse."""
    for entry in mapping.entries:
        name, state = resolve(entry.key), resolve(entry.value)
        if not isinstance(name, Scalar):
            raise _misplaced(field, name)
        if not isinstance(state, Scalar):
            raise _misplaced(field, state)
        if state.value.lower() in TRUE_WORDS | _FALSE and not state.style:
            yield name.value, state.value.lower() in TRUE_WORDS
        else:
            yield name.value, state.value


def _upload(address: str) -> dict[str, str]:
    name = address.partition("?")[0].rstrip("/").rpartition("/")[2]
    return {"name": name or address, "url": address}


def _options(field: Field, text: str) -> list[str]:
    """Return the options that a text lists; an option may have commas itself."""
    words = text.split(",")
    found: list[str] = []
    at = 0
    while at < len(words):
        end = _longest(field, words, at)
        found.append(",".join(words[at:end]).strip())
        at = end
    return found


def _longest(field: Field, words: list[str], at: int) -> int:
    """Return where the longest option that begins with a word ends, else the next word."""
    most = max((option.name.count(",") for option in field.options), default=0) + 1
    for end in range(min(len(words), at + most), at, -1):
        if field.option(",".join(words[at:end])) is not None:
            return end
    return at + 1
