"""Questions to a forge's GraphQL API, for numbers that REST hasn't or has for many requests only.

What doesn't answer (a server without GraphQL, a token that may not ask) has REST asked instead, so
nothing here is an error. Which questions there are is each forge's.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from issue_scaffold.label_sync.http.errors import UnreachableError
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError, ObjectShape

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient


class GraphQl:
    """The way to ask. After one question that isn't answered no other is asked."""

    def __init__(self, client: "ApiClient", target: str) -> None:
        """`target` is where GraphQL is on the client's host."""
        self._client = client
        self._target = target
        self._answers = True

    def ask(self, query: str, values: Mapping[str, Any], shape: ObjectShape) -> Any:  # noqa: ANN401
        """Return the data of an answer that has a shape, None if there is none or it has errors."""
        if not self._answers:
            return None
        try:
            answer = self._client.ask(self._target, {"query": query, "variables": values})
        except UnreachableError:
            self.give_up()
            return None
        data = answer.data if answer.is_good and isinstance(answer.data, dict) else {}
        try:
            shape.check(data.get("data"), "the answer")
        except MalformedAnswerError:
            self.give_up()
        if data.get("errors"):
            self.give_up()
        return data.get("data") if self._answers else None

    def give_up(self) -> None:
        """Ask no other question."""
        self._answers = False
