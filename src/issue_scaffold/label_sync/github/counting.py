"""How many issues have which label, asked of GitHub's GraphQL API: its questions and its answers.

REST has no such number: its lists are paged by a cursor and name no last page. What doesn't answer
these questions (a server without GraphQL, a token that may not see pull requests) has REST read
instead, so nothing here is an error.

Sources: https://docs.github.com/en/graphql/reference/objects#label, and for the address
https://docs.github.com/en/enterprise-server/graphql/guides/forming-calls-with-graphql
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import UsedLabel
from issue_scaffold.label_sync.github.answers import read_label
from issue_scaffold.label_sync.http.errors import UnreachableError
from issue_scaffold.label_sync.http.json_shapes import (
    ListShape,
    MalformedAnswerError,
    ObjectShape,
    ValueShape,
    is_count,
    is_text,
)
from issue_scaffold.labels.label import fold

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

# No repository has as many labels: a hundred a page.
_MOST_PAGES: Final = 100
_LABEL: Final = "name color description issues{totalCount}pullRequests{totalCount}"
_ALL: Final = (
    "query($owner:String!,$name:String!,$after:String){"
    "repository(owner:$owner,name:$name){isArchived labels(first:100,after:$after){"
    f"pageInfo{{hasNextPage endCursor}}nodes{{{_LABEL}}}}}}}}}"
)
_ONE: Final = (
    "query($owner:String!,$name:String!,$label:String!){"
    f"repository(owner:$owner,name:$name){{label(name:$label){{{_LABEL}}}}}}}"
)

_FLAG: Final = ValueShape(expected="true or false", holds=lambda value: isinstance(value, bool))
_TOTAL: Final = ObjectShape(fields={"totalCount": ValueShape(expected="a number", holds=is_count)})
_COUNTED: Final = ObjectShape(fields={"issues": _TOTAL, "pullRequests": _TOTAL})
_CURSOR: Final = ObjectShape(
    fields={
        "hasNextPage": _FLAG,
        "endCursor": ValueShape(
            expected="a text or null", holds=lambda value: value is None or is_text(value)
        ),
    },
)
_PAGE: Final = ObjectShape(
    fields={
        "isArchived": _FLAG,
        "labels": ObjectShape(fields={"pageInfo": _CURSOR, "nodes": ListShape(item=_COUNTED)}),
    }
)


@dataclass(frozen=True, slots=True)
class Counts:
    """By a label's key how many issues have it, and whether the repository is archived."""

    issues: dict[str, int]
    is_archived: bool


class Counting:
    """The questions to one repository. After one that isn't answered no other is asked."""

    def __init__(self, client: "ApiClient") -> None:
        self._client = client
        self._target = f"{client.prefix.removesuffix('/v3')}/graphql"
        self._answers = True

    def counts(self, repository: Repository) -> Counts | None:
        """Return the counts of all labels, None where GraphQL can't be had."""
        issues: dict[str, int] = {}
        after: str | None = None
        for _ in range(_MOST_PAGES):
            found = self._ask(repository, _ALL, {"after": after})
            if not self._has_shape(_PAGE, found):
                return None
            for node in found["labels"]["nodes"]:
                issues[fold(str(node.get("name")))] = _sum(node)
            cursor = found["labels"]["pageInfo"]
            after = cursor["endCursor"]
            if not cursor["hasNextPage"]:
                return Counts(issues, found["isArchived"])
        return None

    def find(self, repository: Repository, name: str) -> UsedLabel | None:
        """Return a label and its count; None where GraphQL can't be had, or has no such label."""
        found = self._ask(repository, _ONE, {"label": name})
        label = found.get("label") if isinstance(found, dict) else None
        if label is None or not self._has_shape(_COUNTED, label):
            return None
        try:
            return UsedLabel(read_label(label, self._client.token), _sum(label))
        except MalformedAnswerError:
            self._answers = False
            return None

    def _ask(self, repository: Repository, query: str, more: dict[str, Any]) -> Any:  # noqa: ANN401
        """Return the repository of an answer, None if there is none or it has errors."""
        if not self._answers:
            return None
        variables = {"owner": repository.owner, "name": repository.name, **more}
        try:
            answer = self._client.ask(self._target, {"query": query, "variables": variables})
        except UnreachableError:
            self._answers = False
            return None
        data = answer.data if answer.is_good and isinstance(answer.data, dict) else {}
        content = data.get("data")
        if data.get("errors") or not isinstance(content, dict):
            self._answers = False
            return None
        return content.get("repository")

    def _has_shape(self, shape: ObjectShape, value: Any) -> bool:  # noqa: ANN401 - JSON
        try:
            shape.check(value, "the answer")
        except MalformedAnswerError:
            self._answers = False
        return self._answers


def _sum(node: dict[str, Any]) -> int:
    return int(node["issues"]["totalCount"]) + int(node["pullRequests"]["totalCount"])
