"""How many issues have which label, asked of GitHub's GraphQL API: its questions and its answers.

REST has no such number: its lists are paged by a cursor and name no last page. Where GraphQL gives
no answer (a token that may not see pull requests), REST is read.

Sources: https://docs.github.com/en/graphql/reference/objects#label, and for the address
https://docs.github.com/en/enterprise-server/graphql/guides/forming-calls-with-graphql
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import UsedLabel
from issue_scaffold.label_sync.github.answers import read_label
from issue_scaffold.label_sync.http.graphql import GraphQl
from issue_scaffold.label_sync.http.json_shapes import (
    ListShape,
    MalformedAnswerError,
    ObjectShape,
    OptionalShape,
    ValueShape,
    is_count,
    is_text,
)
from issue_scaffold.label_sync.place import graphql_target
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
_LABELS: Final = ObjectShape(fields={"pageInfo": _CURSOR, "nodes": ListShape(item=_COUNTED)})
_PAGE: Final = ObjectShape(
    fields={"repository": ObjectShape(fields={"isArchived": _FLAG, "labels": _LABELS})}
)
_FOUND: Final = ObjectShape(
    fields={"repository": ObjectShape(fields={"label": OptionalShape(_COUNTED)})}
)


@dataclass(frozen=True, slots=True)
class Counts:
    """By a label's key how many issues have it, and whether the repository is archived."""

    issues: dict[str, int]
    is_archived: bool


class Counting:
    """The questions to one repository."""

    def __init__(self, client: "ApiClient", repository: Repository) -> None:
        self._token = client.token
        self._graphql = GraphQl(client, graphql_target(client))
        self._place = {"owner": repository.owner, "name": repository.name}

    def counts(self) -> Counts | None:
        """Return the counts of all labels, None where GraphQL can't be had."""
        issues: dict[str, int] = {}
        after: str | None = None
        for _ in range(_MOST_PAGES):
            data = self._graphql.ask(_ALL, {**self._place, "after": after}, _PAGE)
            if data is None:
                return None
            found = data["repository"]
            for node in found["labels"]["nodes"]:
                issues[fold(str(node.get("name")))] = _sum(node)
            cursor = found["labels"]["pageInfo"]
            after = cursor["endCursor"]
            if not cursor["hasNextPage"]:
                return Counts(issues, found["isArchived"])
        return None

    def find(self, name: str) -> UsedLabel | None:
        """Return a label and its count; None where GraphQL can't be had, or has no such label."""
        data = self._graphql.ask(_ONE, {**self._place, "label": name}, _FOUND)
        if data is None or data["repository"]["label"] is None:
            return None
        label = data["repository"]["label"]
        try:
            return UsedLabel(read_label(label, self._token), _sum(label))
        except MalformedAnswerError:
            self._graphql.give_up()
            return None


def _sum(node: dict[str, Any]) -> int:
    return int(node["issues"]["totalCount"]) + int(node["pullRequests"]["totalCount"])
