"""How many merge requests have which label, asked of GitLab's GraphQL API.

REST tells it for one label a request, or for all by reading everything; its labels have counts, but
of issues and open merge requests only. Where GraphQL gives no answer, REST is read.

Source: https://docs.gitlab.com/api/graphql/reference/#projectmergerequests; what a question may ask
for at once: https://docs.gitlab.com/api/graphql/#limits
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.http.graphql import GraphQl
from issue_scaffold.label_sync.http.json_shapes import ObjectShape, ValueShape, is_count

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

# A list that is only counted has a complexity of about 6; a question may have 200.
NAMES_A_QUESTION: Final = 20
_COUNT: Final = ObjectShape(fields={"count": ValueShape(expected="a number", holds=is_count)})


class RequestCounting:
    """The questions to one project."""

    def __init__(self, client: "ApiClient", repository: Repository) -> None:
        self._graphql = GraphQl(client, f"{client.prefix.removesuffix('/v4')}/graphql")
        self._path = f"{repository.owner}/{repository.name}"

    def requests(self, names: Sequence[str]) -> dict[str, int] | None:
        """Return by name how many merge requests, in any state, have each of these labels.

        Returns None where GraphQL can't be had.
        """
        counts: dict[str, int] = {}
        for start in range(0, len(names), NAMES_A_QUESTION):
            found = self._ask(names[start : start + NAMES_A_QUESTION])
            if found is None:
                return None
            counts.update(found)
        return counts

    def _ask(self, names: Sequence[str]) -> dict[str, int] | None:
        marks = [f"l{number}" for number in range(len(names))]
        given = "".join(f",${mark}:[String!]" for mark in marks)
        # Lists of one, which isn't read: the longer a list, the more complex is the question.
        lists = " ".join(
            f"{mark}:mergeRequests(labelName:${mark},first:1){{count}}" for mark in marks
        )
        query = f"query($path:ID!{given}){{project(fullPath:$path){{{lists}}}}}"
        variables = {mark: [name] for mark, name in zip(marks, names, strict=True)}
        shape = ObjectShape(
            fields={"project": ObjectShape(fields=dict.fromkeys(marks, _COUNT))},
        )
        data = self._graphql.ask(query, {"path": self._path, **variables}, shape)
        if data is None:
            return None
        return {
            name: data["project"][mark]["count"] for mark, name in zip(marks, names, strict=True)
        }
