"""What Gitea's and Forgejo's answers hold: labels, issues, the repository, errors.

Source of the shapes: `templates/swagger/v1_json.tmpl` in Gitea's source. JSON and shapes as such
are `http/json_shapes`.
"""

from dataclasses import dataclass
from typing import Any, Final

from issue_scaffold.label_sync.http.json_shapes import (
    ListShape,
    ObjectShape,
    ValueShape,
    is_number,
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
class GiteaLabel:
    """A label with its number, by which alone it can be written to.

    `is_exclusive` says that an issue has only one label of its scope, the part of the name before
    the last `/`.
    """

    number: int
    live: LiveLabel
    is_exclusive: bool
    is_archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledIssue:
    """An issue or a pull request and its labels."""

    number: int
    labels: tuple[GiteaLabel, ...]


_LABEL: Final = ObjectShape(
    fields={
        "id": ValueShape(expected="a number above 0", holds=is_number),
        "name": LABEL_NAME,
        "color": COLOUR,
        "description": OPTIONAL_TEXT,
        "exclusive": BOOLEAN,
        "is_archived": BOOLEAN,
    },
    # Older servers know neither.
    optional=frozenset({"description", "exclusive", "is_archived"}),
)
_LABELS: Final = ListShape(item=_LABEL)
_ISSUES: Final = ListShape(
    item=ObjectShape(
        fields={
            "number": ValueShape(expected="a number above 0", holds=is_number),
            "labels": ListShape(item=_LABEL, most=1000),
        }
    )
)
_REPOSITORY: Final = ObjectShape(fields={"archived": BOOLEAN}, optional=frozenset({"archived"}))


def read_labels(data: Any, token: Token) -> tuple[GiteaLabel, ...]:  # noqa: ANN401 - JSON
    """Return the labels of one page. Raises MalformedAnswerError."""
    _LABELS.check(data, "the answer")
    return tuple(_label(item, token) for item in data)


def read_issues(data: Any, token: Token) -> tuple[LabelledIssue, ...]:  # noqa: ANN401 - JSON
    """Return the issues of one page. Raises MalformedAnswerError."""
    _ISSUES.check(data, "the answer")
    return tuple(
        LabelledIssue(
            number=item["number"], labels=tuple(_label(row, token) for row in item["labels"])
        )
        for item in data
    )


def read_is_archived(data: Any, token: Token) -> bool:  # noqa: ANN401, ARG001 - JSON, as all readers
    """Return whether a repository is archived. Raises MalformedAnswerError."""
    _REPOSITORY.check(data, "the answer")
    return bool(data.get("archived"))


def _label(item: dict[str, Any], token: Token) -> GiteaLabel:
    description = item.get("description") or ""
    refuse_echo(token, item["name"], description)
    live = LiveLabel(
        name=item["name"], color=normalise_color(item["color"]), description=description
    )
    return GiteaLabel(
        number=item["id"],
        live=live,
        is_exclusive=bool(item.get("exclusive")),
        is_archived=bool(item.get("is_archived")),
    )
