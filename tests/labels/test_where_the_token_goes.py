"""The token is for one scheme, host and port, whatever an answer says: over real sockets, with a second host listening.

Generated: every status that can name another place, and every place of a header that can, with every trick of writing
an address.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.labels.fake_github import VirtualClock
from tests.labels.lying_server import LyingServer, answer

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.forges import connect
from issue_scaffold.label_sync.http.address import ApiAddress, StrayError, parse_api_address
from issue_scaffold.label_sync.http.errors import ApiError
from issue_scaffold.label_sync.http.token import Token

CANARY = "ghp_C4n4ry0000000000000000000000000000"
PAGE = b'[{"name": "bug", "color": "d73a4a", "description": null}]'

# `{evil}` is another host that listens, `{api}` the API's own place.
STRAY = (
    "http://{evil}/steal", "//{evil}/steal", "///{evil}/steal", "////{evil}/steal", "@{evil}/steal", ":@{evil}/steal",
    ".{evil}/steal", "{evil}/steal", "http:{evil}/steal", "http:/{evil}/steal", "http:///{evil}/steal", "HTTP://{evil}/",
    "https://{evil}/steal", "http://{api}@{evil}/steal", "http://x:y@{evil}/steal", "http://{evil}@{api}/repos/",
    "http://user:{token}@{api}/repos/x", "http://{evil}\\@{api}/steal", "http://{api}\\@{evil}/steal",
    "http:\\\\{evil}\\steal", "\\\\{evil}\\steal", "/\\{evil}/steal", "\\/{evil}/steal", "http://{api}#@{evil}/",
    "http://{api}?@{evil}/", "http://{api}.{evil}/", "http://{api}%2f@{evil}/", "http://{api}%40{evil}/",
    "https://{api}/repos/octo/demo/labels", "http://127.0.0.1/repos/x", "http://127.0.0.1:9/repos/x", "http://{api}0/x",
    "http://127.1:{port}/steal", "http://2130706434:{port}/", "http://0x7f000002:{port}/", "http://[::ffff:127.0.0.2]/",
    "http://127.0.0.2.:{port}/", "http://LOCALHOST:{port}/", "http://[::1/", "http://[/", "http://]/",
    "http://[::1%25lo]/", "http://{api}:/x:y@{evil}", "http://{evil}:99999/", "http://{evil}:x/", "http://:0/",
    "http://", "http:", ":", "@", "", " http://{evil}/steal", "\thttp://{evil}/steal", "http://{evil}/\tx", "http\t://{evil}/steal",
    "/\t/{evil}/steal", "http://{evil}\x0b/steal", "\x01//{evil}/steal", "http://{evil}\x7f/", "http://\u00e9vil/", "http://{evil}\u00a0/",
    "file:///etc/passwd", "javascript:x", "data:,x", "ftp://{evil}/", "gopher://{evil}/", "unix:///{evil}", "ws://{evil}/",
    "../steal", "./labels", "labels?page=2", "x" * 9000, "http://{evil}/" + "x" * 20_000, "/a/../../steal", "/./x",
    "/%2e%2e/steal", "/..%2fsteal", "/a/.%2E", "http://{token}.invalid/", "http://{evil}/{token}", "{token}@{evil}",
)  # fmt: skip
# They look strange, and are the API's own.
OWN = (
    "/x//{evil}/steal",
    "/@{evil}/steal",
    "/%09//{evil}",
    "/http://{evil}/",
    "http://{api}/@{evil}",
    "?next=//{evil}/",
)
# What also names an address, and is nothing to follow.
OTHERS = (
    "Refresh: 0; url=…",
    "Content-Location: …",
    'Alt-Svc: h2="…"',
    "URI: …",
    'Link: <…>; rel="last"',
    'Link: <…>; rel="preload"',
    "Set-Cookie: a=b; Domain=…",
)
CODES = ("301 a", "302 a", "307 a", "308 a")
UNFOLLOWED = ("300 a", "303 a", "304 a", "305 a", "306 a", "309 a", "399 a", "201 a", "200 OK")


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def ask(address: str) -> str:
    """List the labels; return the error, or nothing."""
    api = connect(
        Repository(owner="octo", name="demo"),
        address,
        Token("GH_TOKEN", CANARY),
        on_wait=lambda *_: None,
        clock=VirtualClock(),
    )
    try:
        api.labels()
    except ApiError as error:
        return f"{error.message}\n{error.hint}"
    return ""


def filled(trick: str, api: LyingServer, evil: LyingServer) -> str:
    words = {"api": api.place, "evil": evil.place, "port": evil.place.rpartition(":")[2], "token": CANARY}
    for word, value in words.items():
        trick = trick.replace(f"{{{word}}}", value)
    return trick


def lie(trick: str, status: str, header: str) -> tuple[list[str], list[str], str]:
    """Serve an address in a header. Return what the API got, what the other host got, and the error."""
    with LyingServer(lambda _: answer(PAGE), host="127.0.0.2") as evil:
        said: list[bytes] = []

        def script(request: str) -> list[bytes]:
            return said if request.startswith("GET /repos/octo/demo/labels?per_page=100 ") else answer(PAGE)

        with LyingServer(script) as api:
            line = header.replace("…", filled(trick, api, evil))
            said += answer(PAGE, line.encode("utf-8").decode("latin-1"), status=status)
            error = ask(api.address)
            return api.requests, evil.requests, error


@pytest.mark.parametrize("status", CODES)
@pytest.mark.parametrize("trick", STRAY)
def test_a_redirect_elsewhere_is_an_error(trick: str, status: str) -> None:
    asked, stolen, error = lie(trick, status, "Location: …")
    assert not stolen
    assert len(asked) == 1
    assert "redirects to another address: " in error
    assert "the token is for http://127.0.0.1:" in error
    assert CANARY.lower() not in error.lower()
    assert error.replace("\n", "").isprintable()


@pytest.mark.parametrize("trick", STRAY)
def test_a_next_page_elsewhere_is_an_error(trick: str) -> None:
    asked, stolen, error = lie(trick, "200 OK", 'Link: <…>; rel="next"')
    assert not stolen
    assert len(asked) == 1
    # What no header of links can hold is none.
    assert "names a next page at another address: " in error or not error
    assert bool(error) or len(trick) > 8000
    assert CANARY.lower() not in error.lower()


@pytest.mark.parametrize("status", UNFOLLOWED)
def test_other_answers_with_a_location_are_not_followed(status: str) -> None:
    for trick in (STRAY[0], STRAY[4], OWN[0]):
        asked, stolen, _ = lie(trick, status, "Location: …")
        assert not stolen
        assert len(asked) == 1


@pytest.mark.parametrize("header", OTHERS)
def test_no_other_header_sends_it_anywhere(header: str) -> None:
    for trick in (STRAY[0], "{evil}"):
        asked, stolen, error = lie(trick, "200 OK", header)
        assert not stolen
        assert len(asked) == 1
        assert not error


@pytest.mark.parametrize("trick", OWN)
def test_a_strange_path_stays_with_the_api(trick: str) -> None:
    for status, header in (("302 a", "Location: …"), ("200 OK", 'Link: <…>; rel="next"')):
        asked, stolen, error = lie(trick, status, header)
        assert not stolen
        assert not error
        assert len(asked) == 2


def test_no_cookie_and_no_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    from pathlib import Path

    netrc = Path(str(tmp_path), "netrc")
    netrc.write_text("default login me password other-secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    (netrc.parent / ".netrc").write_bytes(netrc.read_bytes())
    pages = iter([answer(PAGE, "Set-Cookie: a=b", 'Link: </repos/x?page=2>; rel="next"'), answer(PAGE)])
    with LyingServer(lambda _: next(pages)) as api:
        assert not ask(api.address)
        assert len(api.requests) == 2
        for request in api.requests:
            assert request.count("Authorization: ") == 1
            assert f"Authorization: token {CANARY}\r\n" in request
            assert "ookie" not in request


API = ApiAddress(scheme="https", host="api.example.com", port=443, prefix="/api/v3")
TEXTS = st.text(alphabet=st.sampled_from("/:@?#[]\\.%ahtps \t\n\x00é2eEF"), max_size=30)


@given(given_text=st.one_of(TEXTS, st.text(), TEXTS.map(lambda text: f"https://api.example.com{text}")))
@settings(max_examples=500, deadline=None)
def test_whatever_is_followed_is_below_the_api(given_text: str) -> None:
    try:
        target = API.resolve(given_text, asked="/api/v3/labels?page=1")
    except StrayError as error:
        shown = str(error)
    else:
        shown = target
        assert target.startswith("/api/v3/")
        assert not {"..", "."} & set(target.partition("?")[0].lower().replace("%2e", ".").split("/"))
    assert shown.isascii()
    assert not shown or shown.isprintable()


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("https://api.example.com/api/v3/x?page=2&labels=a,b", "/api/v3/x?page=2&labels=a,b"),
        ("HTTPS://API.Example.com:443/api/v3/x", "/api/v3/x"),
        ("/api/v3/repositories/1/labels", "/api/v3/repositories/1/labels"),
        ("?page=3", "/api/v3/labels?page=3"),
        ("https://api.example.com/api/v3/x#part", "/api/v3/x"),
    ],
)
def test_what_is_the_apis_own(given_text: str, expected: str) -> None:
    assert API.resolve(given_text, asked="/api/v3/labels?page=1") == expected


@pytest.mark.parametrize("given_text", ["https://api.example.com/api/v31/x", "/login", "/api/v3"])
def test_beside_the_api_is_elsewhere(given_text: str) -> None:
    with pytest.raises(StrayError):
        API.resolve(given_text, asked="/api/v3/labels")


@pytest.mark.parametrize(
    "url",
    [
        "http://github.example", "http://127.0.0.1.github.example/", "ftp://127.0.0.1", "https://user:hunter2@h.example",
        "https://hunter2@h.example", "https://h.example?token=hunter2", "https://h.example#hunter2", "https://[::1",
        "https://h.example:x/", "https://h.example:99999/", "https://h.example\\hunter2", "https://h.example\n/", "",
        "https://", "https:h.example", "h.example", "https://h\u00e9.example", "//h.example",
    ],
)  # fmt: skip
def test_an_address_that_the_token_must_not_go_to_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        connect(Repository(owner="o", name="n"), url, Token("GH_TOKEN", CANARY), on_wait=print)
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"


def test_an_ordinary_address_is_read() -> None:
    address = parse_api_address("https://GitHub.example.com:8443/api/v3/")
    assert str(address) == "https://github.example.com:8443/api/v3"
    assert parse_api_address("http://[::1]:80").place == "[::1]"
