"""One item put into an answer that is a list, or taken out of it: `-d KEY+=ITEM`, `-d KEY-=ITEM`.

Owns what such a change makes of the answer that there is, recorded, given or the template's own.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from issue_scaffold.errors import AnswerError
from issue_scaffold.text.yaml_values import YamlValueError, load_value

if TYPE_CHECKING:
    from issue_scaffold.template.offer import OfferedQuestion
    from issue_scaffold.template.renderer import Renderer, Request


class ItemChange(NamedTuple):
    """An item, as the user typed it, and the question whose answer gets it or loses it."""

    question: str
    item: str
    is_removal: bool = False


def with_changes(
    request: "Request", changes: Sequence[ItemChange], renderer: "Renderer"
) -> Mapping[str, Any]:
    """Return the answers that a request gives, with items put in and taken out in their order.

    An item that is there already, or gone already, is no mistake. Raises AnswerError for a question
    that there isn't, one whose answer is no list, and an item that is none of its choices.
    """
    if not changes:
        return request.data
    from issue_scaffold.template.copier_engine import no_question

    offered = renderer.offer(request)
    data = dict(request.data)
    for change in changes:
        question = offered.get(change.question)
        if question is None:
            raise no_question(change.question, offered)
        if question.name in data and isinstance(data[question.name], list):
            question = question._replace(answer=data[question.name])
        data[question.name] = _changed(question, change)
    return data


def _changed(question: "OfferedQuestion", change: ItemChange) -> list[Any]:
    """Return the answer to a question after a change."""
    items = question.answer
    if items is None and (question.takes_several or question.kind in {"yaml", "json"}):
        items = []
    if not isinstance(items, list):
        expected = f"; {question.expectation}" if question.expectation else ""
        raise AnswerError(
            f"the answer to {question.name!r} is no list, so no item can be put into it",
            hint=f"give the whole answer: -d {question.name}=VALUE{expected}",
            question=question.name,
        )
    item = _item(question, items, change.item)
    others = [other for other in items if other != item]
    if change.is_removal:
        return others
    return items if len(others) < len(items) else [*items, item]


def _item(question: "OfferedQuestion", items: Sequence[Any], text: str) -> Any:  # noqa: ANN401
    """Return the item that a text means. Raises AnswerError for none of the choices."""
    if question.choices:
        choice = question.choice(text)
        if choice is not None:
            return choice.value
        raise AnswerError(
            f"{text!r} is no choice for {question.name!r}",
            hint=question.expectation,
            question=question.name,
        )
    try:
        value = load_value(text)
    except YamlValueError:
        return text
    # `1.10` beside other texts is a text; a mapping can't be meant as one.
    has_values = any(not isinstance(other, str) for other in items)
    return value if has_values or isinstance(value, dict | list) else text
