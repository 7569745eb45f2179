"""Requests to an API whose bad answers are errors, for the adapters of forges to build upon.

Owns the way from an answer to values; which paths and shapes there are is each forge's.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from issue_scaffold.label_sync.http.customs import Answer
from issue_scaffold.label_sync.http.errors import UnreachableError
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError
from issue_scaffold.label_sync.http.token import Token

if TYPE_CHECKING:
    from issue_scaffold.label_sync.http.client import ApiClient

Item = TypeVar("Item")
# Makes values of the JSON of an answer; raises MalformedAnswerError.
Reader = Callable[[Any, Token], Item]

# A hundred thousand issues; no repository has as many labels.
MOST_PAGES: Final = 1000
_DIGITS: Final = 9


class ApiCalls:
    """One client's requests. Methods raise ApiError; `what` says in it what was asked for."""

    def __init__(self, client: "ApiClient") -> None:
        self.client = client

    def get(self, path: str, query: Mapping[str, str] | None, what: str) -> Answer:
        """Return the good answer to a question."""
        answer = self.client.send("GET", path, query=query)
        if not answer.is_good:
            raise self.client.refused(answer, what)
        return answer

    def write(
        self, verb: str, path: str, what: str, body: Mapping[str, Any] | None = None
    ) -> Answer:
        """Return the good answer to an order."""
        answer = self.client.send(verb, path, body=body)
        if not answer.is_good:
            raise self.client.refused(answer, what)
        return answer

    def write_once(self, path: str, what: str, body: Mapping[str, Any]) -> Answer:
        """Return the good answer to an order that must not be followed twice."""
        answer = self.client.send("POST", path, body=body, is_repeatable=False)
        if not answer.is_good:
            raise self.client.refused(answer, what)
        return answer

    def read(self, answer: Answer, reader: "Reader[Item]", what: str) -> Item:
        """Return what an answer holds."""
        try:
            return reader(answer.data, self.client.token)
        except MalformedAnswerError as error:
            raise self.client.unexpected(error, what) from error

    def linked_pages(
        self, path: str, query: Mapping[str, str], what: str, reader: "Reader[tuple[Item, ...]]"
    ) -> Iterator[Item]:
        """Yield what all pages have, where each names the next one in its headers."""
        for page in self.pages(path, query, what, reader):
            yield from page

    def pages(
        self, path: str, query: Mapping[str, str], what: str, reader: "Reader[tuple[Item, ...]]"
    ) -> Iterator[tuple[Item, ...]]:
        """Yield all pages, where each names the next one in its headers."""
        answer = self.get(path, query, what)
        seen: set[str] = set()
        while True:
            yield self.read(answer, reader, what)
            following = self.client.next_path(answer)
            if following is None:
                return
            if following in seen or len(seen) >= MOST_PAGES:
                raise _endless(what)
            seen.add(following)
            answer = self.get(following, None, what)

    def numbered_pages(
        self, path: str, query: Mapping[str, str], what: str, reader: "Reader[tuple[Item, ...]]"
    ) -> Iterator[Item]:
        """Yield what all pages have, where they are asked for by number.

        The last page is the one with which the total is reached that `X-Total-Count` tells; without
        it, the first empty one.
        """
        had = 0
        for number in range(1, MOST_PAGES + 1):
            answer = self.get(path, {**query, "page": str(number)}, what)
            found = self.read(answer, reader, what)
            yield from found
            had += len(found)
            total = header_number(answer, "x-total-count")
            if not found or (total is not None and had >= total):
                return
        raise _endless(what)


def _endless(what: str) -> UnreachableError:
    return UnreachableError(
        f"can't {what}: the pages of the answer never end", hint="check --api-url"
    )


def header_number(answer: Answer, name: str) -> int | None:
    """Return the number that a header of an answer gives, None where it gives none."""
    given = answer.headers.get(name, "")
    if not given.isascii() or not given.isdigit() or len(given) > _DIGITS:
        return None
    return int(given)
