"""What GitLab's answers hold besides labels: issues and merge requests.

Source of the shapes: https://docs.gitlab.com/api/issues/,
https://docs.gitlab.com/api/merge_requests/. JSON and shapes as such are `http/json_shapes`.
"""

from dataclasses import dataclass
from typing import Any, Final

from issue_scaffold.label_sync.adapter import CreatedIssue
from issue_scaffold.label_sync.http.json_shapes import ListShape, ObjectShape, ValueShape, is_text
from issue_scaffold.label_sync.http.label_shapes import ADDRESS, ISSUE_TEXT, NUMBER, refuse_echo
from issue_scaffold.label_sync.http.token import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledItem:
    """An issue or a merge request and the names of its labels."""

    number: int
    labels: tuple[str, ...]


_LABEL_NAMES: Final = ListShape(
    item=ValueShape(expected="a label's name", holds=is_text), most=1000
)
_CREATED_ISSUE: Final = ObjectShape(fields={"iid": NUMBER, "web_url": ADDRESS})
_ISSUE_BODY: Final = ObjectShape(fields={"description": ISSUE_TEXT})
_USERS: Final = ListShape(item=ObjectShape(fields={"id": NUMBER}))
_ITEMS: Final = ListShape(item=ObjectShape(fields={"iid": NUMBER, "labels": _LABEL_NAMES}))


def read_items(data: Any, token: Token) -> tuple[LabelledItem, ...]:  # noqa: ANN401 - JSON
    """Return the issues or merge requests of one page. Raises MalformedAnswerError."""
    _ITEMS.check(data, "the answer")
    found = []
    for item in data:
        refuse_echo(token, *item["labels"])
        found.append(LabelledItem(number=item["iid"], labels=tuple(item["labels"])))
    return tuple(found)


def read_users(data: Any, token: Token) -> tuple[int, ...]:  # noqa: ANN401, ARG001 - JSON
    """Return the numbers of people. Raises MalformedAnswerError."""
    _USERS.check(data, "the answer")
    return tuple(item["id"] for item in data)


def read_issue_body(data: Any, token: Token) -> str:  # noqa: ANN401, ARG001 - JSON
    """Return the text of an issue, empty for none. Raises MalformedAnswerError."""
    _ISSUE_BODY.check(data, "the answer")
    return data["description"] or ""


def read_created_issue(data: Any, token: Token) -> CreatedIssue:  # noqa: ANN401, ARG001 - JSON
    """Return what was made. Raises MalformedAnswerError."""
    _CREATED_ISSUE.check(data, "the answer")
    return CreatedIssue(data["iid"], data["web_url"])
