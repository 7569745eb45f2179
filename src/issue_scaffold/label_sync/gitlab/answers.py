"""What GitLab's answers hold besides labels: issues and merge requests.

Source of the shapes: https://docs.gitlab.com/api/issues/,
https://docs.gitlab.com/api/merge_requests/. JSON and shapes as such are `http/json_shapes`.
"""

from dataclasses import dataclass
from typing import Any, Final

from issue_scaffold.label_sync.http.json_shapes import ListShape, ObjectShape, ValueShape, is_text
from issue_scaffold.label_sync.http.label_shapes import refuse_echo
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.numbered_labels import NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledItem:
    """An issue or a merge request and the names of its labels."""

    number: int
    labels: tuple[str, ...]


_LABEL_NAMES: Final = ListShape(
    item=ValueShape(expected="a label's name", holds=is_text), most=1000
)
_ITEMS: Final = ListShape(item=ObjectShape(fields={"iid": NUMBER, "labels": _LABEL_NAMES}))


def read_items(data: Any, token: Token) -> tuple[LabelledItem, ...]:  # noqa: ANN401 - JSON
    """Return the issues or merge requests of one page. Raises MalformedAnswerError."""
    _ITEMS.check(data, "the answer")
    found = []
    for item in data:
        refuse_echo(token, *item["labels"])
        found.append(LabelledItem(number=item["iid"], labels=tuple(item["labels"])))
    return tuple(found)
