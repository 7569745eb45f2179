"""Mutated answers of GitHub's API never make a command fail in a way of its own, hang, or show what is raw.

`SCAFFOLD_FUZZ_INPUTS` sets how many answers there are (nox -s fuzz: 20,000), `SCAFFOLD_FUZZ_SEED` which. They come as
if from the network: what reads them, decides on them and asks again is all real.
"""

import copy
import json
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import yaml
from tests.labels.fake_github import FakeGitHub, Request, VirtualClock, full_repository, issue, label

from issue_scaffold.cli.labels_report import as_yaml
from issue_scaffold.cli.printing import json_text
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.adapter import Issue
from issue_scaffold.label_sync.forges import connect
from issue_scaffold.label_sync.github.api import GitHubLabels
from issue_scaffold.label_sync.http.exchange import Connection, Received
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.plan import LiveLabel
from issue_scaffold.label_sync.run import export_document

INPUTS = int(os.environ.get("SCAFFOLD_FUZZ_INPUTS", "800"))
SEED = int(os.environ.get("SCAFFOLD_FUZZ_SEED", "1"))
BATCHES = 4
# Of processor time, for one command.
SECONDS = 20.0
CANARY = "ghp_C4n4ry0000000000000000000000000000"
SNIPPETS = (
    b"null",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"9" * 5000,
    b"[" * 2000,
    b"{",
    b"}",
    b"]",
    b",",
    b":",
    b'"',
    b"\\u0000",
    b"\\ud83d",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\x1b[31m",
    b"\x00",
    b"<html>",
    b'"name":',
    b'"color":',
    b'"labels":',
    b'"number":',
    b"true",
    b"[]",
    b"{}",
    b'""',
    b"-1",
    b"0",
    b"1.5",
    b"\\u001b[2J",
    b"\\u202e",
    CANARY.encode(),
    b'"message":',
    b'"errors":',
    b" " * 999,
)
VALUES: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    2**64,
    1.5,
    "",
    " ",
    "x" * 2000,
    [],
    {},
    [[]],
    [None],
    {"name": None},
    "\x1b[31m",
    "\u202e",
    CANARY,
)
STATUSES = (
    200,
    200,
    200,
    200,
    201,
    202,
    204,
    206,
    299,
    301,
    302,
    304,
    307,
    308,
    400,
    401,
    403,
    404,
    409,
    422,
    429,
    500,
    599,
)
TEXTS = (
    "",
    "0",
    "1",
    "-1",
    "9" * 400,
    "NaN",
    "inf",
    "\x1b[31m",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    '<?page=2>; rel="next"',
    '</x>; rel="next", <?page=7>; rel="last"',
    '<https://evil.invalid/>; rel="next"',
    "<" * 9999,
    '<?page=999999999999999999999>; rel="last"',
    "//evil.invalid",
    "@evil.invalid",
    "/repos/a/b/labels",
    "?page=3",
    "http://[::1/",
    "issues=write",
    "repo",
    CANARY,
    "\u00e9",
    "gzip",
    "x" * 70_000,
)
NAMES = (
    "link",
    "location",
    "retry-after",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "date",
    "x-oauth-scopes",
    "x-accepted-oauth-scopes",
    "x-accepted-github-permissions",
)
REPOSITORY = Repository(owner="octo", name="demo")


def seeds() -> list[object]:
    """Return answers as GitHub gives them."""
    github = FakeGitHub()
    found = github.repository("octo/demo")
    for name in ("bug", "a,b", "type: x", "\u00e9moji \U0001f41b"):
        found.add(name, "d73a4a", "Something is broken")
    found.put(1, "bug", "a,b")
    found.put(2, "bug", state="closed", pull=True)
    request = Request(found, "octo/demo", "http://127.0.0.1", "/", {}, None)
    problem = {
        "message": "Validation Failed",
        "errors": [{"field": "name", "code": "already_exists"}, "x", {"message": "y"}],
    }
    return [
        [label(row, request) for row in found.labels.values()],
        [issue(number, request) for number in found.issues],
        full_repository(request),
        problem,
        {"message": "You have exceeded a secondary rate limit."},
    ]


def places(node: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401 - JSON
    """Yield every place in a tree, as what holds it and the key there."""
    children: list[tuple[Any, Any]] = []
    if isinstance(node, dict):
        children = list(node.items())
    elif isinstance(node, list):
        children = list(enumerate(node))
    for key, value in children:
        yield node, key
        yield from places(value)


def mutated(chance: random.Random, answers: list[object]) -> bytes:
    """Return an answer with some accidents in it: in its tree, in its bytes, or in both."""
    tree = json.loads(json.dumps(chance.choice(answers)))
    kind = chance.randrange(4)
    if kind != 0:
        for _ in range(chance.randint(1, 3)):
            found = list(places(tree))
            if found:
                holder, key = chance.choice(found)
                if chance.randrange(3) == 0 and isinstance(holder, dict):
                    del holder[key]
                else:
                    holder[key] = copy.deepcopy(chance.choice(VALUES))
    data = bytearray(json.dumps(tree).encode())
    if kind in {0, 1}:
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data) + 1)
            data[at : at + chance.choice((0, 0, 1, 9, 99))] = chance.choice(SNIPPETS)
    return bytes(data)


class Network:
    """Gives a mutated answer to each request; so many of them, then good ones."""

    def __init__(self, chance: random.Random, answers: list[object], most: int) -> None:
        self.chance = chance
        self.answers = answers
        self.left = most
        self.given = 0

    def exchange(
        self, verb: str, target: str, headers: Mapping[str, str], body: bytes | None, *, seconds: float
    ) -> Received:
        assert seconds > 0
        assert target.startswith("/")
        assert target.isprintable()
        assert CANARY not in f"{verb} {target} {body!r}"
        assert headers["Authorization"].endswith(CANARY)
        self.given += 1
        if self.left <= 0:
            return Received(status=404, headers={}, body=b"{}")
        self.left -= 1
        names = self.chance.sample(NAMES, self.chance.choice((0, 0, 0, 1, 2, 4)))
        found = {name: self.chance.choice(TEXTS) for name in names}
        return Received(status=self.chance.choice(STATUSES), headers=found, body=mutated(self.chance, self.answers))


COMMANDS: tuple[Callable[[GitHubLabels], object], ...] = (
    lambda api: api.labels(),
    lambda api: api.labels(),
    lambda api: api.usage(["bug"]),
    lambda api: api.usage(["a,b", "bug"]),
    lambda api: list(api.issues("bug")),
    lambda api: api.create("bug", "d73a4a", "x"),
    lambda api: api.update("bug", new_name="new", color="000000"),
    lambda api: api.delete("bug"),
    lambda api: api.add_label(Issue(1, frozenset()), "bug"),
)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_answer_makes_a_command_fail_otherwise_or_take_long(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(f"{SEED}/{batch}")
    answers = seeds()
    given = 0
    good = 0
    while given < INPUTS // BATCHES:
        network = Network(chance, answers, chance.choice((1, 1, 2, 5)))
        monkeypatch.setattr(Connection, "exchange", staticmethod(network.exchange))
        clock = VirtualClock()
        api = connect(REPOSITORY, "http://127.0.0.1:9", Token("GH_TOKEN", CANARY), on_wait=lambda *_: None, clock=clock)
        begin = time.process_time()
        state = chance.getstate()
        try:
            assert isinstance(api, GitHubLabels)
            found = chance.choice(COMMANDS)(api)
        except ScaffoldError as error:
            said = f"{error.message} {error.hint or ''}"
            assert CANARY.lower() not in said.lower()
            said.encode()
        except Exception as error:
            raise AssertionError(f"state {hash(state)} of {SEED}/{batch}: {error!r}") from error
        else:
            good += 1
            if isinstance(found, tuple):
                assert_inert(found)
        assert time.process_time() - begin < SECONDS
        assert sum(clock.slept) <= 3 * 3900
        given += max(1, network.given)
    assert good


def assert_inert(found: tuple[LiveLabel, ...]) -> None:
    """See that labels are written so that they read the same, and show nothing raw."""
    rows = export_document(found)
    for text, read in ((as_yaml(rows), yaml.safe_load), (json_text(rows, is_product=True), json.loads)):
        assert all(line.replace("\u200d", "").replace("\ufe0f", "").isprintable() for line in text.split("\n"))
        assert read(text) == rows
        assert CANARY.lower() not in text.lower()
