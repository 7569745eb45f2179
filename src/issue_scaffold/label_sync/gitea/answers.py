"""What Gitea's and Forgejo's answers hold besides labels: issues.

Source of the shapes: `templates/swagger/v1_json.tmpl` in Gitea's source. JSON and shapes as such
are `http/json_shapes`.
"""

from dataclasses import dataclass
from typing import Any, Final

from issue_scaffold.label_sync.adapter import CreatedIssue
from issue_scaffold.label_sync.http.json_shapes import ListShape, ObjectShape
from issue_scaffold.label_sync.http.label_shapes import ADDRESS, ISSUE_TEXT, NUMBER
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.numbered_labels import LABEL, NumberedLabel, label_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledIssue:
    """An issue or a pull request and its labels."""

    number: int
    labels: tuple[NumberedLabel, ...]


_CREATED_ISSUE: Final = ObjectShape(fields={"number": NUMBER, "html_url": ADDRESS})
_ISSUE_BODY: Final = ObjectShape(fields={"body": ISSUE_TEXT})
_ISSUES: Final = ListShape(
    item=ObjectShape(fields={"number": NUMBER, "labels": ListShape(item=LABEL, most=1000)})
)


def read_issues(data: Any, token: Token) -> tuple[LabelledIssue, ...]:  # noqa: ANN401 - JSON
    """Return the issues of one page. Raises MalformedAnswerError."""
    _ISSUES.check(data, "the answer")
    found = []
    for item in data:
        labels = tuple(label_of(row, token) for row in item["labels"])
        found.append(LabelledIssue(number=item["number"], labels=labels))
    return tuple(found)


def read_issue_body(data: Any, token: Token) -> str:  # noqa: ANN401, ARG001 - JSON
    """Return the text of an issue, empty for none. Raises MalformedAnswerError."""
    _ISSUE_BODY.check(data, "the answer")
    return data["body"] or ""


def read_created_issue(data: Any, token: Token) -> CreatedIssue:  # noqa: ANN401, ARG001 - JSON
    """Return what was made. Raises MalformedAnswerError."""
    _CREATED_ISSUE.check(data, "the answer")
    return CreatedIssue(data["number"], data["html_url"])
