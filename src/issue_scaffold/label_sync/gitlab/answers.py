"""What GitLab's answers hold: labels, issues and merge requests, the project.

Source of the shapes: https://docs.gitlab.com/api/labels/, https://docs.gitlab.com/api/issues/,
https://docs.gitlab.com/api/merge_requests/. JSON and shapes as such are `http/json_shapes`.
"""

from dataclasses import dataclass
from typing import Any, Final

from issue_scaffold.label_sync.http.json_shapes import (
    ListShape,
    ObjectShape,
    ValueShape,
    is_number,
    is_text,
)
from issue_scaffold.label_sync.http.label_shapes import (
    BOOLEAN,
    COLOUR,
    LABEL_NAME,
    OPTIONAL_TEXT,
    refuse_echo,
)
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.plan import LiveLabel
from issue_scaffold.labels.label import normalise_color


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabLabel:
    """A label with its number, by which it is written to."""

    number: int
    live: LiveLabel


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledItem:
    """An issue or a merge request and the names of its labels."""

    number: int
    labels: tuple[str, ...]


_LABELS: Final = ListShape(
    item=ObjectShape(
        fields={
            "id": ValueShape(expected="a number above 0", holds=is_number),
            "name": LABEL_NAME,
            "color": COLOUR,
            "description": OPTIONAL_TEXT,
            "is_project_label": BOOLEAN,
        },
        optional=frozenset({"description", "is_project_label"}),
    )
)
_ITEMS: Final = ListShape(
    item=ObjectShape(
        fields={
            "iid": ValueShape(expected="a number above 0", holds=is_number),
            "labels": ListShape(
                item=ValueShape(expected="a label's name", holds=is_text), most=1000
            ),
        }
    )
)
_PROJECT: Final = ObjectShape(fields={"archived": BOOLEAN}, optional=frozenset({"archived"}))


def read_labels(data: Any, token: Token) -> tuple[GitLabLabel, ...]:  # noqa: ANN401 - JSON
    """Return the labels of one page. Raises MalformedAnswerError."""
    _LABELS.check(data, "the answer")
    return tuple(_label(item, token) for item in data)


def _label(item: dict[str, Any], token: Token) -> GitLabLabel:
    description = item.get("description") or ""
    refuse_echo(token, item["name"], description)
    live = LiveLabel(
        name=item["name"],
        color=normalise_color(item["color"]),
        description=description,
        is_inherited=item.get("is_project_label") is False,
    )
    return GitLabLabel(number=item["id"], live=live)


def read_items(data: Any, token: Token) -> tuple[LabelledItem, ...]:  # noqa: ANN401 - JSON
    """Return the issues or merge requests of one page. Raises MalformedAnswerError."""
    _ITEMS.check(data, "the answer")
    found = []
    for item in data:
        refuse_echo(token, *item["labels"])
        found.append(LabelledItem(number=item["iid"], labels=tuple(item["labels"])))
    return tuple(found)


def read_is_archived(data: Any, token: Token) -> bool:  # noqa: ANN401, ARG001 - JSON, as all readers
    """Return whether a project is archived. Raises MalformedAnswerError."""
    _PROJECT.check(data, "the answer")
    return bool(data.get("archived"))
