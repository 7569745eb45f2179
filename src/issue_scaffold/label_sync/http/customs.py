"""What one forge's API has of its own, as data for the client that all share; and its answer.

Pure: nothing is sent. Paths, methods and shapes are the business of each forge's adapter.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from issue_scaffold.label_sync.http.errors import ApiError
from issue_scaffold.label_sync.http.token import Token

_GOOD: Final = 200
_TOO_MANY: Final = 429
_LONGEST_HEADER: Final = 16_384
_LINK: Final = re.compile(r'<([^<>]*)>;\s*rel="next"')


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer.

    `data` is the JSON of the body, None if there is none; `target` is what it is the answer to.
    The names of headers are in lower case.
    """

    status: int
    headers: Mapping[str, str]
    data: Any
    target: str = "/"

    @property
    def is_good(self) -> bool:
        """Whether what was asked for is done."""
        return _GOOD <= self.status < _GOOD + 100

    @property
    def next_link(self) -> str | None:
        """The address of the next page as the server gives it, if there is one."""
        found = _LINK.search(self.headers.get("link", "")[:_LONGEST_HEADER])
        return found[1] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCustoms:
    """One forge's API, as far as the client needs to know it.

    `example_url` is where such an API is, for messages. `auth_header` and `auth_prefix` say how the
    token is sent, `headers` what else every request has. An answer with one of `limit_statuses` is
    about a rate limit where its headers say so; `remaining_header` and `reset_header` are what the
    forge calls them. `write_limits` are numbers of writes and their seconds. `refusal` makes the
    error that a bad answer means, from the answer, what was asked for, and the token.
    """

    forge: str
    example_url: str
    refusal: Callable[[Answer, str, Token], ApiError]
    auth_header: str = "Authorization"
    auth_prefix: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    limit_statuses: frozenset[int] = frozenset({_TOO_MANY})
    remaining_header: str = "ratelimit-remaining"
    reset_header: str = "ratelimit-reset"
    write_limits: tuple[tuple[int, float], ...] = ()

    def authorised(self, token: Token) -> dict[str, str]:
        """Return the headers of a request, the token among them."""
        return {**self.headers, self.auth_header: f"{self.auth_prefix}{token.reveal()}"}

    def is_rate_limit(self, answer: Answer) -> bool:
        """Return whether an answer says that there were too many requests."""
        if answer.status == _TOO_MANY:
            return True
        if answer.is_good:
            return _is_limited_query(answer.data)
        if answer.status not in self.limit_statuses:
            return False
        if "retry-after" in answer.headers or self.is_used_up(answer):
            return True
        message = answer.data.get("message") if isinstance(answer.data, dict) else None
        return isinstance(message, str) and "rate limit" in message.lower()

    def is_used_up(self, answer: Answer) -> bool:
        """Return whether the headers say that nothing is left until the limit is reset."""
        return answer.headers.get(self.remaining_header) == "0"


def _is_limited_query(data: Any) -> bool:  # noqa: ANN401 - JSON
    """Return whether GraphQL, which answers with 200 whatever comes, says so.

    https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    errors = data.get("errors") if isinstance(data, dict) else None
    if not isinstance(errors, list):
        return False
    return any(isinstance(one, dict) and one.get("type") == "RATE_LIMITED" for one in errors)
