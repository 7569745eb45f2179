"""A server may take its time, and send what it likes; the command ends in time, with one line and exit code 3."""

import gzip
import ssl
import time
from collections.abc import Iterable, Iterator
from itertools import count, repeat
from pathlib import Path

import pytest
from tests.conftest import Result, Run, write_tree
from tests.labels.fake_github import VirtualClock
from tests.labels.lying_server import LyingServer, Script, answer
from tests.labels.test_limits_and_failures import self_signed

from issue_scaffold.label_sync import forges
from issue_scaffold.label_sync.http import byte_streams, calls, client

SECONDS = 1.0
PAGE = b'[{"name": "bug", "color": "d73a4a", "description": null}]'
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = HEAD + b"Content-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n"
GIB = 1024**3
ZEROS = b"\0" * 65536


def drip(data: bytes) -> Iterator[bytes | float]:
    """Send a byte now and then, faster than any limit on one read."""
    for byte in data:
        yield bytes([byte])
        yield 0.05


def bomb() -> bytes:
    """Return 200 MB of one list, in a few kilobytes."""
    inner = gzip.compress(b"[" + b" " * 200_000_000 + b"]", 9)
    return b"".join(answer(inner, "Content-Encoding: gzip"))


def pages() -> Script:
    """Return a script whose answers always name another page."""
    numbers = count(2)
    return lambda _: answer(PAGE, f'Link: </repos/x/y?page={next(numbers)}>; rel="next"')


def linked(target: str) -> list[bytes]:
    return answer(PAGE, f'Link: <{target}>; rel="next"')


def endless(lead: bytes, more: bytes) -> Iterable[bytes]:
    yield lead
    yield from repeat(more, 50_000)


SLOW = {
    "nothing": lambda _: [30.0],
    "dripping status": lambda _: drip(HEAD * 100),
    "dripping headers": lambda _: [HEAD, *drip(b"X-A: b\r\n" * 100)],
    "dripping body": lambda _: [*answer(b"", length=1000)[:1], *drip(PAGE + b" " * 1000)],
    "dripping chunks": lambda _: [CHUNKED, *drip(b"1\r\n[\r\n" * 100)],
    "dripping trailer": lambda _: [CHUNKED + b"0\r\n", *drip(b"A: b\r\n" * 99)],
    "continuing": lambda _: drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
    "dripping until closed": lambda _: [HEAD + b"\r\n", *drip(b" " * 1000)],
    "dripping gzip": lambda _: [PACKED, *drip(gzip.compress(PAGE) * 99)],
    "dripping errors": lambda _: [b"HTTP/1.1 502 Bad\r\nContent-Length: 99\r\n\r\n", *drip(b" " * 99)],
}  # fmt: skip
LARGE: dict[str, Script] = {
    "a long header": lambda _: endless(HEAD + b"X: ", ZEROS),
    "many headers": lambda _: [HEAD, b"".join(b"X-%d: y\r\n" % number for number in range(300)), b"\r\n"],
    "endless headers": lambda _: endless(HEAD, b"X-A: b\r\n" * 1000),
    "endless status": lambda _: endless(b"HTTP/1.1 200 ", ZEROS),
    "endless continuation": lambda _: endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "a large body": lambda _: endless(b"".join(answer(b"[", length=10 * GIB)), b" " * 65536),
    "an endless body": lambda _: endless(HEAD + b"\r\n[", b" " * 65536),
    "endless chunks": lambda _: endless(CHUNKED, b"10000\r\n" + b" " * 65536 + b"\r\n"),
    "a gzip bomb": lambda _: [bomb()],
    "a list of lists": lambda _: answer(b"[" + b"[]," * 3_000_000 + b"[]]"),
    "another encoding": lambda _: answer(PAGE, "Content-Encoding: br"),
    "two encodings": lambda _: answer(gzip.compress(gzip.compress(PAGE)), "Content-Encoding: gzip, gzip"),
    "the same page": lambda _: linked("/repos/octo/demo/labels?per_page=100"),
    "a page that names itself": lambda _: linked("?page=2"),
    "pages in a ring": lambda request: linked("?page=3" if "page=2" in request else "?page=2"),
    "endless pages": pages(),
    "a long page": lambda _: answer(b"[" + b",".join([PAGE[1:-1]] * 101) + b"]"),
    "a long link": lambda _: answer(PAGE, "Link: " + "<" * 60_000),
}  # fmt: skip
# Each of these is tried again, as something that the network did.
BROKEN: dict[str, Script] = {
    "a body cut off": lambda _: [*answer(PAGE, length=1000), b"", 0.0],
    "no answer": lambda _: [b""],
    "no status": lambda _: [b"hello\r\n\r\n"],
    "a negative chunk": lambda _: [CHUNKED + b"-1\r\n"],
    "a negative chunk of another size": lambda _: [CHUNKED + b"-5\r\n"],
    "a chunk of no size": lambda _: [CHUNKED + b"zz\r\n"],
    "no gzip": lambda _: answer(PAGE, "Content-Encoding: gzip"),
    "half a gzip": lambda _: answer(gzip.compress(PAGE * 100)[:-20], "Content-Encoding: gzip"),
    "gzip and more": lambda _: answer(gzip.compress(PAGE) + b"x" * 100_000, "Content-Encoding: gzip"),
    "another protocol": lambda _: [b"HTTP/9.9 200 OK\r\n\r\n"],
    "a status of letters": lambda _: [b"HTTP/1.1 abc OK\r\n\r\n"],
    "a large status": lambda _: [b"HTTP/1.1 99999999999 OK\r\n\r\n"],
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, folder: Path) -> VirtualClock:
    """Return the time that is waited; on the network each request has a second of the real one."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GH_TOKEN", "ghp_C4n4ry0000000000000000000000000000")
    monkeypatch.setattr(client, "_NETWORK_SECONDS", SECONDS)
    monkeypatch.setattr(byte_streams, "_IDLE_SECONDS", SECONDS / 3)
    time_passing = VirtualClock()
    connect = forges.connect

    def in_virtual_time(*arguments: object, **options: object) -> object:
        return connect(*arguments, **{**options, "clock": time_passing})  # type: ignore[arg-type]

    monkeypatch.setattr("issue_scaffold.label_sync.run.connect", in_virtual_time)
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a}\n"})
    return time_passing


@pytest.fixture
def plan(clock: VirtualClock, scaffold: Run) -> "Plan":
    return Plan(clock, scaffold)


class Plan:
    """`scaffold labels plan` and `export`, asked of a server that lies."""

    def __init__(self, clock: VirtualClock, scaffold: Run) -> None:
        self.clock = clock
        self.scaffold = scaffold

    def __call__(self, address: str, *command: str) -> Result:
        words = command or ("plan",)
        return self.scaffold("labels", *words, "--repo", "octo/demo", "--api-url", address)


def assert_one_clear_line(result: Result) -> None:
    assert result.code == 3, result
    assert not result.out
    lines = [line for line in result.err.splitlines() if not line.startswith("waiting ")]
    assert lines[0].startswith("error: "), result
    assert "unexpected" not in lines[0]
    assert all(line.startswith("  hint: ") for line in lines[1:]), result
    assert len(lines) <= 2
    assert "C4n4ry" not in result.err


@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_answer_ends_in_time(plan: Plan, kind: str) -> None:
    with LyingServer(SLOW[kind]) as server:
        begin = time.monotonic()
        result = plan(server.address)
        assert time.monotonic() - begin < SECONDS * 3
    assert_one_clear_line(result)
    assert "gives no" in result.err or "times in a row" in result.err
    assert len(server.requests) <= 4


def test_a_slow_handshake_ends_in_time(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    with LyingServer(lambda _: drip(b"\x16\x03\x03\x40\x00" + b"\0" * 1000)) as server:
        # What it takes for the end of a request, a client's hello never has.
        monkeypatch.setattr(server, "_request", lambda connection: connection.recv(10).hex())
        begin = time.monotonic()
        result = plan(server.address.replace("http://", "https://"))
        assert time.monotonic() - begin < SECONDS * 3
    assert_one_clear_line(result)


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_answer_is_refused(plan: Plan, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_NETWORK_SECONDS", 20.0)
    monkeypatch.setattr(calls, "MOST_PAGES", 100)
    with LyingServer(LARGE[kind]) as server:
        result = plan(server.address)
    if kind == "a long link":
        assert result.code == 0
        return
    assert_one_clear_line(result)
    assert len(server.requests) <= 101


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_answer_is_asked_for_again_and_then_an_error(plan: Plan, kind: str) -> None:
    def script(request: str) -> Iterator[bytes | float]:
        yield from BROKEN[kind](request)
        server.hang_up()

    with LyingServer(script) as server:
        result = plan(server.address)
    assert_one_clear_line(result)
    assert "5 times in a row" in result.err
    assert plan.clock.slept == [1.0, 2.0, 4.0, 8.0]


def test_a_kept_connection_that_was_closed_is_opened_again(plan: Plan) -> None:
    numbers = count()

    def script(_: str) -> Iterator[bytes]:
        if next(numbers):
            yield from answer(PAGE)
        else:
            yield from linked("?page=2")
        server.hang_up()

    with LyingServer(script) as server:
        result = plan(server.address)
    assert result.code == 0, result
    assert not plan.clock.slept


def test_what_follows_an_answer_is_not_the_next_answer(plan: Plan) -> None:
    smuggled = b"".join(answer(b"[]"))

    def script(request: str) -> list[bytes]:
        return answer(PAGE) if "page=2" in request else [b"".join(linked("?page=2")) + smuggled]

    with LyingServer(script) as server:
        result = plan(server.address)
    assert result.code == 0, result


HEADERS = {
    "Retry-After": (
        "9" * 400, "-1", "-" + "9" * 400, "NaN", "inf", "1e400", "\u00b2", "0x10", "1_0", "1.5", "", ";", "9" * 5000,
        "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 99999999 23:59:59 GMT", "Mon",
        "Fri, 99 Dec 2026 99:99:99 GMT", "Fri, 31 Dec 2026 23:59:59 +9999", "Fri, 31 Dec 2026 23:59:59 -0000",
        "\x1b[31m",
    ),
    "X-RateLimit-Reset": ("9" * 400, "-1", "NaN", "inf", "1e400", "\u00b2", "0", "", "1.5", "9" * 11, "0" * 400),
    "Date": ("Mon, 01 Jan 0001 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359", "x" * 50_000, "\x1b[31m", "NaN"),
}  # fmt: skip


@pytest.mark.parametrize("status", ["403 a", "429 a"])
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in HEADERS.items() for value in values])
def test_headers_about_waiting_are_bounded(plan: Plan, name: str, value: str, status: str) -> None:
    others = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000100"} if name != "Retry-After" else {}
    headers = [f"{key}: {given}" for key, given in {**others, name: value}.items()]
    with LyingServer(lambda _: answer(b'{"message": "rate limit"}', *headers, status=status)) as server:
        result = plan(server.address)
    assert_one_clear_line(result)
    assert "has had enough requests for now" in result.err
    assert sum(plan.clock.slept) <= 3900
    assert all(0 < seconds <= 3900 for seconds in plan.clock.slept)


def test_over_tls_too(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    with LyingServer(lambda _: answer(PAGE), context=context) as server:
        assert plan(server.address).code == 0
    with LyingServer(SLOW["dripping body"], context=context) as server:
        assert_one_clear_line(plan(server.address))
    with LyingServer(LARGE["an endless body"], context=context) as server:
        monkeypatch.setattr(client, "_NETWORK_SECONDS", 20.0)
        result = plan(server.address)
        assert_one_clear_line(result)
        assert "more than any list needs" in result.err
