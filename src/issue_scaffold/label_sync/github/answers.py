"""What GitHub's answers hold: labels, issues, the repository, errors.

Whatever reads an answer of its API takes it from here. JSON and shapes as such are
`http/json_shapes`.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import CreatedIssue, Issue, IssueOrder
from issue_scaffold.label_sync.http.json_shapes import (
    PAGE,
    ListShape,
    ObjectShape,
    ValueShape,
    is_number,
    is_text,
)
from issue_scaffold.label_sync.http.label_shapes import (
    ADDRESS,
    ISSUE_TEXT,
    LABEL_NAME,
    NUMBER,
    OPTIONAL_TEXT,
    refuse_echo,
)
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.plan import LiveLabel
from issue_scaffold.labels.label import fold

_LONGEST_MESSAGE: Final = 300
_COLOUR: Final = re.compile(r"[0-9A-Fa-f]{6}")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """What an error says: its message with all details, in one line, and their codes."""

    said: str
    codes: frozenset[str]


def _is_colour(value: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(value, str) and _COLOUR.fullmatch(value) is not None


def _is_full_name(value: Any) -> bool:  # noqa: ANN401 - JSON
    if not isinstance(value, str):
        return False
    owner, _, name = value.partition("/")
    return _is_name(owner) and _is_name(name)


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and text not in {".", ".."}


def _is_label_of_issue(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether this names a label of an issue: its name, or an object that may have one."""
    if isinstance(value, dict):
        value = value.get("name") or ""
    return is_text(value)


_LABELS: Final = ListShape(
    item=ObjectShape(
        fields={
            "name": LABEL_NAME,
            "color": ValueShape(expected="six hexadecimal digits", holds=_is_colour),
            "description": OPTIONAL_TEXT,
        },
        optional=frozenset({"description"}),
    )
)
_ISSUES: Final = ListShape(
    item=ObjectShape(
        fields={
            "number": ValueShape(expected="a number above 0", holds=is_number),
            "labels": ListShape(
                item=ValueShape(expected="a label's name", holds=_is_label_of_issue), most=1000
            ),
        }
    )
)
_ISSUE_BODY: Final = ObjectShape(fields={"body": ISSUE_TEXT})
_CREATED_ISSUE: Final = ObjectShape(fields={"number": NUMBER, "html_url": ADDRESS})
_REPOSITORY: Final = ObjectShape(
    fields={"full_name": ValueShape(expected="OWNER/NAME", holds=_is_full_name)}
)


def read_labels(data: Any, token: Token) -> tuple[LiveLabel, ...]:  # noqa: ANN401 - JSON
    """Return the labels of one page. Raises MalformedAnswerError."""
    _LABELS.check(data, "the answer")
    found = []
    for item in data:
        name, description = item["name"], item.get("description") or ""
        refuse_echo(token, name, description)
        found.append(LiveLabel(name=name, color=item["color"].lower(), description=description))
    return tuple(found)


def read_label_keys(data: Any) -> frozenset[str]:  # noqa: ANN401 - JSON
    """Return the labels of one page as GitHub compares them. Raises MalformedAnswerError."""
    _LABELS.check(data, "the answer")
    return frozenset(fold(item["name"]) for item in data)


def read_label(data: Any, token: Token) -> LiveLabel:  # noqa: ANN401 - JSON
    """Return the one label that an answer is about. Raises MalformedAnswerError."""
    (found,) = read_labels([data], token)
    return found


def read_issues(data: Any, token: Token) -> tuple[Issue, ...]:  # noqa: ANN401 - JSON
    """Return the issues of one page. Raises MalformedAnswerError."""
    _ISSUES.check(data, "the answer")
    found = []
    for item in data:
        names = [_name_on_issue(label) for label in item["labels"]]
        refuse_echo(token, *names)
        found.append(Issue(item["number"], frozenset(map(fold, names))))
    return tuple(found)


def read_issue_body(data: Any) -> str:  # noqa: ANN401 - JSON
    """Return the body of an issue, empty for none. Raises MalformedAnswerError."""
    _ISSUE_BODY.check(data, "the answer")
    return data["body"] or ""


def issue_fields(order: IssueOrder) -> dict[str, Any]:
    """Return what is sent for a new issue: https://docs.github.com/en/rest/issues/issues."""
    fields: dict[str, Any] = {"title": order.title, "body": order.body}
    fields |= {"labels": list(order.labels), "assignees": list(order.assignees)}
    if order.type is not None:
        fields["type"] = order.type
    return fields


def read_created_issue(data: Any) -> CreatedIssue:  # noqa: ANN401 - JSON
    """Return what was made. Raises MalformedAnswerError."""
    _CREATED_ISSUE.check(data, "the answer")
    return CreatedIssue(data["number"], data["html_url"])


def _name_on_issue(label: Any) -> str:  # noqa: ANN401 - JSON
    """Return the name of an issue's label, which stands there alone or in an object."""
    if isinstance(label, str):
        return label
    return label.get("name") or ""


def read_repository(data: Any, host: str) -> Repository:  # noqa: ANN401 - JSON
    """Return which repository on a host an answer is about. Raises MalformedAnswerError."""
    _REPOSITORY.check(data, "the answer")
    owner, _, name = data["full_name"].partition("/")
    return Repository(owner=owner, name=name, host=host)


def is_archived(data: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether a repository, as an answer has it, can't be written to."""
    return isinstance(data, dict) and data.get("archived") is True


def read_error_body(data: Any, token: Token) -> ErrorBody:  # noqa: ANN401 - JSON
    """Return what an error says, as far as it has the shape of one.

    No error is lost because of what it says. Source of the shape:
    https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
    """
    if not isinstance(data, dict):
        return ErrorBody(said="no reason given", codes=frozenset())
    message = data.get("message")
    errors = data.get("errors")
    details = errors[:PAGE] if isinstance(errors, list) else []
    texts = [_detail(item) for item in details]
    codes = [item.get("code") for item in details if isinstance(item, dict)]
    lead = message if isinstance(message, str) and message else "no reason given"
    # The token first: cut through the middle, it wouldn't be found.
    text = token.masked(": ".join(part for part in (lead, "; ".join(filter(None, texts))) if part))
    said = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    return ErrorBody(
        said=said[:_LONGEST_MESSAGE],
        codes=frozenset(code for code in codes if isinstance(code, str)),
    )


def _detail(item: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return ""
    if isinstance(item.get("message"), str):
        return str(item["message"])
    words = (item.get("field"), item.get("code"))
    return " ".join(word for word in words if isinstance(word, str))
