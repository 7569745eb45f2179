"""One request to a forge's REST API at a time, until it has a final answer.

Owns pacing, retries, rate limits, redirects and pages, for every forge; what is special about one
comes in as `ApiCustoms`. What goes over the wire and comes back is `exchange`; what JSON may look
like is `json_shapes`. Nothing that a server says is shown before the token is masked.
"""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from issue_scaffold import __version__
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.label_sync.http.address import ApiAddress, StrayError
from issue_scaffold.label_sync.http.byte_streams import LostError
from issue_scaffold.label_sync.http.customs import Answer, ApiCustoms
from issue_scaffold.label_sync.http.errors import ApiError, RateLimitError, UnreachableError
from issue_scaffold.label_sync.http.exchange import Connection, Received
from issue_scaffold.label_sync.http.json_shapes import MalformedAnswerError, parse_json
from issue_scaffold.label_sync.http.pacing import Clock, OnWait, Pacer
from issue_scaffold.label_sync.http.token import Token

# The time on the network of one request, its repetitions and redirects included; waiting between
# them comes on top.
_NETWORK_SECONDS: Final = 60.0
_BACKOFF_SECONDS: Final = (1.0, 2.0, 4.0, 8.0)
_SECONDARY_SECONDS: Final = 60.0
_LONGEST_WAIT_SECONDS: Final = 3900.0
_ENDLESS_SECONDS: Final = 1e10
_DAY_SECONDS: Final = 86400.0
_MOST_WAITS: Final = 6
_MOST_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 307, 308})
_SERVER_ERROR: Final = 500
_DIGITS: Final = re.compile(r"[0-9]+")
_DATE: Final = re.compile(r"[A-Za-z0-9,: +-]{1,40}")


@dataclass(slots=True)
class _Patience:
    """What one request has used up of what it may.

    One that isn't `is_repeatable` may not be sent again when nobody knows what came of it; one that
    isn't `is_retried` need not be.
    """

    is_repeatable: bool = True
    is_retried: bool = True
    attempts: int = 0
    waits: int = 0
    waited: float = 0.0
    redirects: int = 0
    network_seconds: float = field(default_factory=lambda: _NETWORK_SECONDS)


class _Request(NamedTuple):
    """What is sent. A write waits until the forge's limits let it go."""

    verb: str
    target: str
    body: Mapping[str, Any] | None
    is_write: bool


class ApiClient:
    """The way to one API.

    `calls` counts what was sent; not for several threads, but a pacer may be shared.
    """

    def __init__(
        self,
        address: ApiAddress,
        token: Token,
        customs: ApiCustoms,
        *,
        on_wait: OnWait,
        clock: Clock,
        pacer: Pacer,
    ) -> None:
        self.host = address.place
        self.calls = 0
        self.token = token
        self._customs = customs
        self._address = address
        self._clock = clock
        self._pacer = pacer
        self._on_wait = on_wait
        self._connection = Connection(address)

    @property
    def prefix(self) -> str:
        """The path that all targets of `send` begin with."""
        return self._address.prefix

    @property
    def url(self) -> str:
        """The address of the API."""
        return str(self._address)

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone."""
        return self._pacer.seconds_for(writes)

    def wait_for_turn(self) -> None:
        """Wait until a write can go at once, so that nothing lies between it and a look before."""
        self._pause(self._pacer.seconds_for(1), f"{self._customs.forge}'s limit for writes")

    def send(
        self,
        verb: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        is_repeatable: bool = True,
    ) -> Answer:
        """Send a request; return its answer, be it good or bad.

        One that isn't `is_repeatable` is sent once more only where it was refused for now. Raises
        ApiError when there is no answer to be had.
        """
        target = f"{self._address.prefix}{path}"
        if query:
            target = f"{target}?{urlencode(query)}"
        request = _Request(verb, target, body, is_write=verb != "GET")
        return self._send(request, _Patience(is_repeatable=is_repeatable))

    def ask(
        self,
        target: str,
        question: Mapping[str, Any],
        *,
        is_write: bool = False,
        is_retried: bool = True,
    ) -> Answer:
        """Send a question, which changes nothing unless it `is_write`; return its answer.

        That may be good or bad, and the question may be sent again, unless it isn't `is_retried`,
        and so given up when the host fails. The target is one of the host, not below the prefix:
        GraphQL has a place of its own. Raises as `send` does.
        """
        request = _Request("POST", target, question, is_write=is_write)
        return self._send(request, _Patience(is_retried=is_retried))

    def _send(self, request: _Request, patience: _Patience) -> Answer:
        while True:
            answer = self._attempt(request, patience)
            if answer is None:
                continue
            if answer.status in _REDIRECTS:
                request = request._replace(target=self._redirected(answer, patience))
            elif not self._must_wait(answer, patience):
                return answer

    def next_path(self, answer: Answer) -> str | None:
        """Return the path of the page after an answer's, None after the last.

        Raises ApiError for another place.
        """
        link = answer.next_link
        if link is None:
            return None
        return self._resolve(
            link, answer.target, "names a next page at another address"
        ).removeprefix(self._address.prefix)

    def refused(self, answer: Answer, what: str) -> ApiError:
        """Return the error that a bad answer means."""
        return self._customs.refusal(answer, what, self.token)

    def unexpected(self, error: MalformedAnswerError, what: str) -> ApiError:
        """Return the error for a good answer that isn't what was asked for."""
        forge = self._customs.forge
        hint = f"check --api-url; a proxy may be in between, or this is no API of {forge}'s"
        return UnreachableError(f"can't {what}: {error}", hint=hint)

    def _attempt(self, request: _Request, patience: _Patience) -> Answer | None:
        """Send once.

        Returns None if it failed in a way that a second attempt may mend, having waited.
        """
        if request.is_write:
            self._pause(self._pacer.reserve(), f"{self._customs.forge}'s limit for writes")
        self.calls += 1
        start = time.monotonic()
        try:
            received = self._exchange(request, patience.network_seconds)
        except LostError as error:
            patience.network_seconds -= time.monotonic() - start
            self._retry_later(str(error), patience)
            return None
        except ScaffoldError as error:
            raise UnreachableError(error.message, hint=error.hint) from error
        patience.network_seconds -= time.monotonic() - start
        if received.status >= _SERVER_ERROR:
            self._retry_later(f"answers with status {received.status}", patience)
            return None
        return Answer(received.status, received.headers, self._parsed(received), request.target)

    def _exchange(self, request: _Request, seconds: float) -> Received:
        headers = {
            "Accept": "application/json",
            "User-Agent": f"issue-scaffold/{__version__}",
            **self._customs.authorised(self.token),
        }
        content = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(request.body).encode()
        return self._connection.exchange(
            request.verb, request.target, headers, content, seconds=seconds
        )

    def _retry_later(self, why: str, patience: _Patience) -> None:
        patience.attempts += 1
        if not patience.is_repeatable:
            raise UnreachableError(
                f"{self.host} {why}",
                hint="whether it was done isn't known: look there before you try again",
            )
        is_last = not patience.is_retried or patience.attempts > len(_BACKOFF_SECONDS)
        if is_last or patience.network_seconds <= 0:
            if patience.attempts > 1:
                why = f"{why}, {patience.attempts} times in a row"
            hint = "try again later; behind a proxy, set HTTPS_PROXY"
            raise UnreachableError(f"{self.host} {why}", hint=hint)
        self._pause(_BACKOFF_SECONDS[patience.attempts - 1], f"{self.host} {why}")

    def _parsed(self, received: Received) -> Any:  # noqa: ANN401 - JSON
        if received.status in _REDIRECTS:
            return None
        try:
            return parse_json(received.body)
        except MalformedAnswerError as error:
            message = f"{self.host} answers with {error} (status {received.status})"
            hint = "a proxy or a login page may be in between; check --api-url and HTTPS_PROXY"
            raise UnreachableError(message, hint=hint) from None

    def _redirected(self, answer: Answer, patience: _Patience) -> str:
        patience.redirects += 1
        if patience.redirects > _MOST_REDIRECTS:
            raise UnreachableError(
                f"{self.host} redirects again and again", hint="check --api-url and --repo"
            )
        return self._resolve(
            answer.headers.get("location", ""), answer.target, "redirects to another address"
        )

    def _resolve(self, given: str, asked: str, what: str) -> str:
        """Return the target that an address of the server's means.

        Raises ApiError: the token stays here.
        """
        try:
            return self._address.resolve(given, asked=asked)
        except StrayError as error:
            place = self.token.masked(str(error)) or "none"
            raise UnreachableError(
                f"{self.host} {what}: {place}",
                hint=f"the token is for {self._address} only; "
                "if the API is elsewhere now, name it by --api-url",
            ) from None

    def _must_wait(self, answer: Answer, patience: _Patience) -> bool:
        """Wait for a rate limit, if that is what the answer is about; returns whether it was."""
        if not self._customs.is_rate_limit(answer):
            return False
        seconds = self._limit_seconds(answer, patience.waits)
        patience.waits += 1
        patience.waited += seconds
        if patience.waited > _LONGEST_WAIT_SECONDS or patience.waits > _MOST_WAITS:
            when = "in more than a day"
            if seconds <= _DAY_SECONDS:
                when = f"in {round(seconds / 60)} minutes"
            raise RateLimitError(
                f"{self.host} has had enough requests for now: its rate limit ends {when}",
                hint="run the same command again then",
            )
        self._pacer.hold_back(seconds)
        self._pause(seconds, f"{self._customs.forge}'s rate limit")
        return True

    def _limit_seconds(self, answer: Answer, waits: int) -> float:
        """Return how long to wait: what the headers say, else a minute, twice as long each time."""
        headers = answer.headers
        moment = _moment(headers.get("date", ""))
        if moment is None:
            moment = self._clock.wall()
        after = headers.get("retry-after", "")
        if (seconds := _number(after)) is not None:
            return seconds
        if (until := _moment(after)) is not None:
            return max(1.0, until - moment)
        reset = _number(headers.get(self._customs.reset_header, ""))
        if self._customs.is_used_up(answer) and reset is not None:
            return max(1.0, reset - moment + 1.0)
        return float(_SECONDARY_SECONDS * 2**waits)

    def _pause(self, seconds: float, why: str) -> None:
        if seconds <= 0:
            return
        tick = self._on_wait(seconds, why)
        if tick is None:
            self._clock.sleep(seconds)
            return
        while seconds > 0:
            self._clock.sleep(min(seconds, 1.0))
            seconds -= 1.0
            tick(max(0.0, seconds))


def _number(text: str) -> float | None:
    """Return the number of seconds that a header gives, None for anything else.

    What has no end is very long.
    """
    if not _DIGITS.fullmatch(text):
        return None
    digits = text.lstrip("0") or "0"
    if len(digits) > len("1800000000"):
        return _ENDLESS_SECONDS
    return float(digits)


def _moment(text: str) -> float | None:
    """Return the seconds since 1970 of a header's date, None if it is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
