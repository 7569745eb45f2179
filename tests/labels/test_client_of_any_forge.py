"""What a forge's customs decide: which header has the token, what a rate limit looks like, who is named in messages."""

import pytest
from tests.labels.fake_github import VirtualClock
from tests.labels.lying_server import LyingServer, answer

from issue_scaffold.errors import UsageError
from issue_scaffold.label_sync.http.customs import Answer, ApiCustoms
from issue_scaffold.label_sync.http.errors import ApiError, RateLimitError
from issue_scaffold.label_sync.http.opening import open_client
from issue_scaffold.label_sync.http.token import Token

TOKEN = Token("FORGE_TOKEN", "s3cret-token")


def refuse(answer: Answer, what: str, token: Token) -> ApiError:
    return ApiError(f"can't {what}: {answer.data} ({token.source})")


PRIVATE = ApiCustoms(
    forge="Forge",
    example_url="https://forge.example.com/api/v9",
    refusal=refuse,
    auth_header="PRIVATE-TOKEN",
    headers={"Accept": "application/json;v=9"},
    write_limits=((1, 7.0),),
)


def test_the_token_goes_into_the_forges_header_below_the_given_address() -> None:
    with LyingServer(lambda _: answer(b'{"a": 1}')) as server:
        client = open_client(f"{server.address}/api/v9", TOKEN, PRIVATE, on_wait=lambda *_: None)
        assert client.send("GET", "/labels", query={"page": "2"}).data == {"a": 1}
    (request,) = server.requests
    assert request.startswith("GET /api/v9/labels?page=2 HTTP/1.1\r\n")
    assert "\r\nPRIVATE-TOKEN: s3cret-token\r\n" in request
    assert "\r\nAccept: application/json;v=9\r\n" in request
    assert "\r\nUser-Agent: issue-scaffold/" in request
    assert "Authorization" not in request


def test_limits_and_refusals_are_the_forges_own() -> None:
    waits: list[tuple[float, str]] = []
    clock = VirtualClock()
    used_up = ("RateLimit-Remaining: 0", f"RateLimit-Reset: {int(clock.wall()) + 30}")
    replies = iter(
        [
            answer(b"{}", status="201 Created"),
            answer(b"{}", *used_up, status="429 Too Many Requests"),
            answer(b'"no"', *used_up, status="403 Forbidden"),
        ]
    )
    with LyingServer(lambda _: next(replies)) as server:
        client = open_client(server.address, TOKEN, PRIVATE, on_wait=lambda *wait: waits.append(wait), clock=clock)
        assert client.send("POST", "/labels", body={}).is_good
        refused = client.send("POST", "/labels", body={})
    assert str(client.refused(refused, "create")) == "can't create: no (FORGE_TOKEN)"
    assert [why for _, why in waits][:2] == ["Forge's limit for writes", "Forge's rate limit"]
    assert waits[0][0] == pytest.approx(7.0)
    assert waits[1][0] == pytest.approx(24.0, abs=2.0)


def test_a_limit_that_lasts_too_long_ends_the_run() -> None:
    clock = VirtualClock()
    headers = ("RateLimit-Remaining: 0", f"RateLimit-Reset: {int(clock.wall()) + 9000}")
    with LyingServer(lambda _: answer(b"{}", *headers, status="429 x")) as server:
        client = open_client(server.address, TOKEN, PRIVATE, on_wait=lambda *_: None, clock=clock)
        with pytest.raises(RateLimitError, match="its rate limit ends in 150 minutes"):
            client.send("GET", "/labels")


@pytest.mark.parametrize("url", ["http://forge.example.com/api", "ftp://forge.example.com", "https://a:b@h"])
def test_an_address_that_must_not_have_the_token_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_client(url, TOKEN, PRIVATE, on_wait=lambda *_: None)
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"
