"""What the labels of one repository have in common on all forges, for the adapters to build upon.

Owns the pace, the count of requests, and what every forge's bad answers mean alike. Which paths and
shapes there are is each forge's.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.http.calls import ApiCalls
from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.errors import AccessError, MissingError
from issue_scaffold.label_sync.http.refusals import missing_repository

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient


def telling_change(name: str, new_name: str | None) -> str:
    """Return what a change of a label is called in messages."""
    if new_name:
        return f"rename label '{name}' to '{new_name}'"
    return f"change label '{name}'"


class RepositoryLabels:
    """One repository's labels. Methods raise ApiError when the API refuses or can't be had."""

    def __init__(self, repository: Repository, client: "ApiClient", base: str) -> None:
        """Send nothing yet; `base` is the path of the repository, below the API's own."""
        self.repository = repository
        self._client = client
        self._calls = ApiCalls(client)
        self._base = base

    @property
    def calls(self) -> int:
        """How many requests have been sent."""
        return self._client.calls

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone."""
        return self._client.seconds_for(writes)

    def wait_for_turn(self) -> None:
        """Wait until the forge's limits let a write go at once."""
        self._client.wait_for_turn()

    def _read_repository(self) -> Answer:
        """Return what the forge says of the repository."""
        try:
            return self._calls.get(self._base, None, f"read {self.repository}")
        except MissingError as error:
            raise self._missing() from error

    def _missing(self) -> AccessError:
        """Return the error for a repository that isn't there."""
        return missing_repository(str(self.repository), self._client.token)

    def _make(self, name: str, color: str, description: str, needed: str) -> None:
        """Create a label; `needed` says what a token needs that may not."""
        what = f"create label '{name}'"
        body = {"name": name, "color": color, "description": description}
        try:
            self._write("POST", f"{self._base}/labels", what, body)
        except MissingError as error:
            # The list of labels could be read: so this says that it can't be added to.
            raise AccessError(f"not allowed to {what}", hint=needed) from error

    def _write(
        self, verb: str, path: str, what: str, body: Mapping[str, Any] | None = None
    ) -> None:
        self._calls.write(verb, path, what, body)
