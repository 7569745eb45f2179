"""The answers to a form's fields: which values they may be, and the one that each stands for.

Owns what fits a field. How an answer is written is `body`'s, how it is read back `parse`'s.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from issue_scaffold.errors import AnswerError
from issue_scaffold.issue.dialect import Dialect, DialectRules, rules_of
from issue_scaffold.issue.form import Field, FieldKind, Form

_SHOWN: Final = 40


class Upload(NamedTuple):
    """A file that was uploaded: what its link is called, and where it leads."""

    name: str
    url: str


# A text or a single choice; several choices; boxes by their options' names; uploads. None is no
# answer, as are an empty text and an empty tuple.
Answer: TypeAlias = str | tuple[str, ...] | Mapping[str, bool] | tuple[Upload, ...] | None
Answers: TypeAlias = Mapping[str, Answer]


def settle(form: Form, given: Mapping[str, Any], dialect: Dialect) -> dict[str, Answer]:
    """Return the answers to all fields, by key, as the page would keep them.

    Line ends become LF. Chosen options come in the form's order, by their labels; boxes may be
    given as a mapping or as a list of the ticked ones, and all of them are in the outcome. What
    isn't given is None, and so is an empty text. Where the page trims answers, they are trimmed;
    what it keeps out of the body is as if it weren't given.

    Raises AnswerError with the field's key for an answer that no page takes: of another type, an
    option that there isn't, two lines in an input, and for a field that there isn't.
    """
    fields = {field.key: field for field in form.fields}
    for key in given:
        if key not in fields:
            known = ", ".join(fields)
            raise AnswerError(
                f"the form has no field {key!r}", hint=f"its fields are {known}", question=key
            )
    rules = rules_of(dialect)
    return {key: _settled(field, given.get(key), rules) for key, field in fields.items()}


def is_answered(answer: Answer) -> bool:
    """Tell whether an answer is one."""
    if isinstance(answer, Mapping):
        return any(answer.values())
    return bool(answer)


def _settled(field: Field, value: Any, rules: DialectRules) -> Answer:  # noqa: ANN401
    reader = _READERS[field.kind]
    if field.is_several_choice:
        reader = _chosen
    answer = reader(field, value, rules)
    if rules.is_gitea and not field.in_body:
        return reader(field, None, rules)
    return answer


def _text(field: Field, value: Any, rules: DialectRules) -> str | None:  # noqa: ANN401
    if value is None:
        return None
    if not isinstance(value, str):
        raise _misfit(field, value, "a text")
    text = with_line_feeds(value)
    if rules.trims:
        text = text.strip(rules.trims)
    if field.kind is FieldKind.INPUT and "\n" in text:
        raise _misfit(field, value, "one line")
    return text or None


def with_line_feeds(text: str) -> str:
    """Return a text whose lines end with a line feed each, as a page keeps them."""
    if "\r" not in text:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _single(field: Field, value: Any, _: DialectRules) -> str | None:  # noqa: ANN401
    if value is None or value == "":
        return None
    return _label(field, value)


def _label(field: Field, value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, str):
        raise _misfit(field, value, "a text")
    option = field.option(value)
    if option is None:
        known = ", ".join(option.name for option in field.options)
        raise AnswerError(
            f"{field.key} has no option {_shown(value)}",
            hint=f"its options are {known}",
            question=field.key,
        )
    return option.label


def _chosen(field: Field, value: Any, _: DialectRules) -> tuple[str, ...]:  # noqa: ANN401
    chosen = {_label(field, item) for item in _items(field, value)}
    labels = dict.fromkeys(option.label for option in field.options)
    return tuple(label for label in labels if label in chosen)


def _boxes(field: Field, value: Any, rules: DialectRules) -> dict[str, bool]:  # noqa: ANN401
    states = value
    if not isinstance(value, Mapping):
        states = dict.fromkeys(_items(field, value), True)
    ticked = {_label(field, name): state for name, state in states.items()}
    if not all(isinstance(state, bool) for state in ticked.values()):
        raise _misfit(field, value, "true or false for each box")
    kept = {option.label for option in field.options if option.in_body or not rules.is_gitea}
    return {
        option.name: option.label in kept and ticked.get(option.label, False)
        for option in field.options
    }


def _uploads(field: Field, value: Any, _: DialectRules) -> tuple[Upload, ...]:  # noqa: ANN401
    return tuple(_upload(field, item) for item in _items(field, value))


def _upload(field: Field, item: Any) -> Upload:  # noqa: ANN401
    if isinstance(item, Mapping):
        item = (item.get("name"), item.get("url"))
    expected = "a list of uploads, each a name and an address, one line each"
    if not isinstance(item, tuple | list) or not all(isinstance(part, str) for part in item):
        raise _misfit(field, item, expected)
    if len(item) != len(Upload._fields) or "\n" in with_line_feeds(item[0]):
        raise _misfit(field, item, expected)
    if item[1].split() != [item[1]]:
        raise _misfit(field, item, expected)
    return Upload(*item)


def _items(field: Field, value: Any) -> Iterable[Any]:  # noqa: ANN401
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, list | tuple | set | frozenset):
        raise _misfit(field, value, "a list")
    return value


_READERS: Final[Mapping[FieldKind, Callable[[Field, Any, DialectRules], Answer]]] = {
    FieldKind.INPUT: _text,
    FieldKind.TEXTAREA: _text,
    FieldKind.DROPDOWN: _single,
    FieldKind.CHECKBOXES: _boxes,
    FieldKind.UPLOAD: _uploads,
}


def _misfit(field: Field, value: Any, expected: str) -> AnswerError:  # noqa: ANN401
    return AnswerError(
        f"{field.key} can't be {_shown(value)}", hint=f"give {expected}", question=field.key
    )


def _shown(value: Any) -> str:  # noqa: ANN401
    text = repr(value)
    if len(text) > _SHOWN:
        return f"{text[: _SHOWN - 1]}…"
    return text
