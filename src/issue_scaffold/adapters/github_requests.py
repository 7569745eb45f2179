"""One request to GitHub's REST API at a time, until it has a final answer: PyGithub sends, this decides what next.

Owns pacing, retries, rate limits, redirects, and what failures mean. PyGithub's own pacing and retries are off: theirs
sleep in real time and know nothing of lost answers. Nothing that a server says is shown before the token is masked.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

import github
import requests

from issue_scaffold import __version__
from issue_scaffold.adapters.github_errors import GitHubError, RateLimitError, UnreachableError, refusal
from issue_scaffold.adapters.pacing import Clock, Pacer
from issue_scaffold.adapters.token import Token

_TIMEOUT_SECONDS: Final = 30
_BACKOFF_SECONDS: Final = (1.0, 2.0, 4.0, 8.0)
_SECONDARY_SECONDS: Final = 60.0
_LONGEST_WAIT_SECONDS: Final = 3900.0
_MOST_WAITS: Final = 6
_MOST_REDIRECTS: Final = 3
_OK, _REDIRECTS, _SERVER_ERROR = 200, frozenset({301, 302, 307, 308}), 500
_NEXT: Final = re.compile(r'<([^>]+)>;\s*rel="next"')
_LAST_PAGE: Final = re.compile(r'<[^>]*[?&]page=(\d+)[^>]*>;\s*rel="last"')

OnWait = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """A final answer. `data` is the JSON of the body, None if there is none."""

    status: int
    headers: Mapping[str, str]
    data: Any

    @property
    def next_page(self) -> str | None:
        """The path and query of the next page, if there is one."""
        found = _NEXT.search(self.headers.get("link", ""))
        if found is None:
            return None
        address = urlsplit(found[1])
        return f"{address.path}?{address.query}"

    @property
    def last_page(self) -> int | None:
        """The number of the last page, where the answer gives it."""
        found = _LAST_PAGE.search(self.headers.get("link", ""))
        return int(found[1]) if found else None


@dataclass(slots=True)
class _Patience:
    """What one request has used up of what it may."""

    attempts: int = 0
    waits: int = 0
    redirects: int = 0


class Requests:
    """The way to one API. `calls` counts what was sent; not for several threads, but a pacer may be shared."""

    def __init__(self, base_url: str, token: Token, *, clock: Clock, pacer: Pacer, on_wait: OnWait) -> None:
        self.base_url = base_url.rstrip("/")
        self.host = urlsplit(base_url).netloc
        self.calls = 0
        self.token = token
        self._prefix = urlsplit(self.base_url).path
        self._clock = clock
        self._pacer = pacer
        self._on_wait = on_wait
        self._requester = github.Github(
            auth=github.Auth.Token(token.reveal()),
            base_url=self.base_url,
            timeout=_TIMEOUT_SECONDS,
            user_agent=f"issue-scaffold/{__version__}",
            verify=_certificates(),
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        ).requester

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone, as far as pacing decides."""
        return self._pacer.seconds_for(writes)

    def below(self, path: str) -> str:
        """Return a path that the server gave as one below the base address."""
        return path.removeprefix(self._prefix)

    def send(
        self, verb: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Answer:
        """Send a request; return its answer, be it good or bad. Raises GitHubError when there is none to be had."""
        patience = _Patience()
        while True:
            answer = self._attempt(verb, path, query, body, patience)
            if answer is None:
                continue
            if answer.status in _REDIRECTS:
                path, query = self._redirected(answer, patience), None
            elif not self._must_wait(answer, patience):
                return answer

    def _attempt(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        patience: _Patience,
    ) -> Answer | None:
        """Send once. Returns None if it failed in a way that a second attempt may mend, having waited."""
        if verb != "GET":
            self._pause(self._pacer.reserve(), "GitHub's limit for writes")
        self.calls += 1
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        try:
            status, received, text = self._requester.requestJson(
                verb, path, dict(query) if query else None, headers, dict(body) if body is not None else None
            )
        except requests.exceptions.SSLError as error:
            hint = "if a proxy has its own certificates, name their file: REQUESTS_CA_BUNDLE or SSL_CERT_FILE"
            raise UnreachableError(f"the certificate of {self.host} can't be verified", hint=hint) from error
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidProxyURL) as error:
            raise UnreachableError(f"{self.host} or its proxy is no valid address") from error
        except requests.exceptions.RequestException as error:
            self._retry_later(_why_unreachable(error), patience)
            return None
        except OSError as error:
            # requests says so, by no error of its own, when the file of certificates is not there.
            hint = "check REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and SSL_CERT_FILE"
            raise UnreachableError("the file of certificates can't be read", hint=hint) from error
        except RuntimeError as error:
            # PyGithub says so of a redirect to another host or scheme, where the token must not go.
            raise UnreachableError(f"{self.host} redirects to another address", hint="check --api-url") from error
        if status >= _SERVER_ERROR:
            self._retry_later(f"answers with status {status}", patience)
            return None
        return Answer(status, received, self._parsed(status, text))

    def _retry_later(self, why: str, patience: _Patience) -> None:
        if patience.attempts >= len(_BACKOFF_SECONDS):
            hint = "try again later; behind a proxy, set HTTPS_PROXY"
            raise UnreachableError(f"{self.host} {why}, {patience.attempts + 1} times in a row", hint=hint)
        seconds = _BACKOFF_SECONDS[patience.attempts]
        patience.attempts += 1
        self._pause(seconds, f"{self.host} {why}")

    def _parsed(self, status: int, text: str) -> Any:  # noqa: ANN401 - JSON
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            what = "HTML" if text.lstrip()[:1] == "<" else "something else"
            message = f"{self.host} answers with {what} where JSON belongs (status {status})"
            hint = "a proxy or a login page may be in between; check --api-url and HTTPS_PROXY"
            raise UnreachableError(message, hint=hint) from None

    def _redirected(self, answer: Answer, patience: _Patience) -> str:
        address = urlsplit(answer.headers.get("location", ""))
        patience.redirects += 1
        if address.netloc not in {"", self.host} or not address.path or patience.redirects > _MOST_REDIRECTS:
            raise UnreachableError(f"{self.host} redirects to another address", hint="check --api-url and --repo")
        return self.below(f"{address.path}?{address.query}" if address.query else address.path)

    def _must_wait(self, answer: Answer, patience: _Patience) -> bool:
        """Wait for a rate limit, if that is what the answer is about; returns whether it was."""
        if answer.status not in {403, 429} or not _is_rate_limit(answer):
            return False
        seconds = self._limit_seconds(answer, patience.waits)
        patience.waits += 1
        if seconds > _LONGEST_WAIT_SECONDS or patience.waits > _MOST_WAITS:
            raise RateLimitError(
                f"{self.host} has had enough requests for now: its rate limit ends in {round(seconds / 60)} minutes",
                hint="run the same command again then",
            )
        self._pause(seconds, "GitHub's rate limit")
        return True

    def _limit_seconds(self, answer: Answer, waits: int) -> float:
        """Return how long to wait: what the headers say, else a minute, twice as long each time."""
        headers = answer.headers
        moment = _moment(headers.get("date")) or self._clock.wall()
        after = headers.get("retry-after", "")
        if after.isdigit():
            return float(after)
        if after and (until := _moment(after)):
            return max(1.0, until - moment)
        if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
            return max(1.0, float(headers["x-ratelimit-reset"]) - moment + 1.0)
        return float(_SECONDARY_SECONDS * 2**waits)

    def _pause(self, seconds: float, why: str) -> None:
        if seconds > 0:
            self._on_wait(seconds, why)
            self._clock.sleep(seconds)

    def refused(self, answer: Answer, what: str) -> GitHubError:
        """Return the error that a bad answer means."""
        return refusal(answer.status, answer.headers, answer.data, what, self.token)


def _certificates() -> bool | str:
    """Return the CA file of SSL_CERT_FILE, which requests doesn't know, unless one of its own variables is set."""
    if os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return True
    return os.environ.get("SSL_CERT_FILE") or True


def _why_unreachable(error: Exception) -> str:
    if isinstance(error, requests.exceptions.ProxyError):
        return "can't be reached through the proxy"
    return "gives no answer" if isinstance(error, requests.exceptions.Timeout) else "can't be reached"


def _is_rate_limit(answer: Answer) -> bool:
    message = str(answer.data.get("message", "")).lower() if isinstance(answer.data, dict) else ""
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    return answer.status == 429 or "retry-after" in answer.headers or spent or "rate limit" in message  # noqa: PLR2004


def _moment(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except ValueError:
        return None
