"""An answer of any shape is used as a whole or not at all: one line, exit code 3, nothing written."""

import json
from pathlib import Path

import pytest
import yaml
from tests.conftest import Result, Run, write_tree
from tests.labels.lying_server import LyingServer, answer

from issue_scaffold.cli.labels_report import as_yaml
from issue_scaffold.cli.printing import json_text

CANARY = "ghp_C4n4ry0000000000000000000000000000"
GOOD: dict[str, object] = {"name": "bug", "color": "d73a4a", "description": "x"}
ISSUE: dict[str, object] = {"number": 1, "labels": [GOOD]}


def page(*items: object) -> bytes:
    return json.dumps(items).encode()


def changed(row: dict[str, object], **fields: object) -> bytes:
    return page({**row, **fields})


def without(row: dict[str, object], name: str) -> bytes:
    return page({key: value for key, value in row.items() if key != name})


WRONG: tuple[object, ...] = (None, 7, 1.5, True, [], {}, ["x"], {"x": 1}, "x" * 5000, "\ud83d", "")
# No JSON, whatever is asked for.
NO_JSON = {
    "NaN": b'[{"name": "bug", "color": "d73a4a", "description": NaN}]',
    "Infinity": b"[Infinity]",
    "a large number": b"[1e999]",
    "a long number": b"[" + b"9" * 5000 + b"]",
    "deep lists": b"[" * 200_000,
    "deep closed lists": b"[" * 200_000 + b"]" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "the same name twice": b'[{"name": "bug", "name": "x", "color": "d73a4a"}]',
    "invalid UTF-8": b'[{"name": "b\xff\xfe", "color": "d73a4a"}]',
    "UTF-16": '[{"name": "bug"}]'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf[]",
    "HTML": b"<!DOCTYPE html><html><body>Log in</body></html>",
    "half": b'[{"name": "bug"',
    "two": b"[] []",
    "a raw control character": b'[{"name": "b\x1b[31m", "color": "d73a4a"}]',
    "zeros": b"\0" * 1000,
    "a script": b")]}',\n[]",
}
NO_LABELS = {
    "nothing": b"",
    "blanks": b" \r\n ",
    "null": b"null",
    "a number": b"5",
    "a text": b'"labels"',
    "an object": b'{"message": "hello"}',
    "texts": page("bug"),
    "numbers": page(1),
    "nulls": page(None),
    "lists": page([GOOD]),
    "no name": without(GOOD, "name"),
    "no colour": without(GOOD, "color"),
    "a blank name": changed(GOOD, name="  "),
    "a colour with an escape": changed(GOOD, color="\x1b[31m"),
    "a short colour": changed(GOOD, color="fff"),
    "a colour with a sign": changed(GOOD, color="#ff000"),
    "a colour in other digits": changed(GOOD, color="\u0661\u0661\u0661\u0661\u0661\u0661"),
    "a colour and a line": changed(GOOD, color="d73a4a\n"),
    "the token as a name": changed(GOOD, name=f"x {CANARY}"),
    "the token as a description": changed(GOOD, description=CANARY.upper()),
    "the second is wrong": page(GOOD, {**GOOD, "color": None}),
    **{f"name {value!r:.20}": changed(GOOD, name=value) for value in WRONG},
    **{f"colour {value!r:.20}": changed(GOOD, color=value) for value in WRONG},
    **{f"description {value!r:.20}": changed(GOOD, description=value) for value in WRONG[1:-1]},
}
NO_ISSUES = {
    "no number": without(ISSUE, "number"),
    "no labels": without(ISSUE, "labels"),
    **{f"number {value!r:.20}": changed(ISSUE, number=value) for value in (*WRONG, 0, -1, 2**70) if value != 7},
    **{f"labels {value!r:.20}": changed(ISSUE, labels=value) for value in WRONG if value not in ([], ["x"])},
    **{f"a label {value!r:.20}": changed(ISSUE, labels=[{"name": value}]) for value in (7, True, ["x"], {"x": 1})},
    **{f"as label {value!r:.20}": changed(ISSUE, labels=[value]) for value in (None, 7, True, ["x"], "\ud83d")},
}
NO_REPOSITORY = {
    "no name": b"{}",
    **{
        f"{value!r:.20}": json.dumps({"full_name": value}).encode()
        for value in (*WRONG, "a", "a/b/c", "../x", "a/..", "a/b?c", "a/b#c", "a/\u00e9", "/", "a/", "a b/c", "a\n/b")
    },
}
EXPORTED = (
    "\x1b[31m",
    "a\x9b31m",
    "a\u202eb",
    "a\u2028b",
    "a\x7f",
    "a\nb",
    "a\r\n::error::b",
    'a"b\\c',
    "a: b #c",
    "\ufeffx",
)


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GH_TOKEN", CANARY)
    write_tree(folder, {".github/labels.yml": "- {name: other, color: d73a4a}\n"})


def assert_refused(result: Result) -> None:
    assert result.code == 3, result
    assert not result.out
    lines = result.err.splitlines()
    assert lines[0].startswith("error: "), result
    assert "unexpected" not in lines[0]
    assert len(lines) <= 2, result
    assert all(line.startswith("  hint: ") for line in lines[1:])
    assert all(line.isprintable() for line in lines)
    assert CANARY.lower() not in result.err.lower()


@pytest.mark.parametrize("command", [["plan"], ["export"], ["export", "-o", "out.yml"], ["apply", "--yes"]])
def test_labels_of_another_shape(scaffold: Run, folder: Path, command: list[str]) -> None:
    bodies = iter([*NO_JSON.values(), *NO_LABELS.values()])
    with LyingServer(lambda _: answer(next(bodies))) as server:
        for kind in (*NO_JSON, *NO_LABELS):
            result = scaffold("labels", *command, "--repo", "octo/demo", "--api-url", server.address)
            assert result.code == 3, kind
            assert_refused(result)
    assert not (folder / "out.yml").exists()


@pytest.mark.parametrize("status", ["204 No Content", "206 Partial", "202 Accepted", "101 Switching", "199 x", "299 x"])
def test_a_status_that_was_not_meant(scaffold: Run, status: str) -> None:
    with LyingServer(lambda _: answer(b"", status=status)) as server:
        assert_refused(scaffold("labels", "plan", "--repo", "octo/demo", "--api-url", server.address))


def issues_of(server: LyingServer, scaffold: Run, body: bytes, repository: bytes) -> Result:
    def script(request: str) -> list[bytes]:
        if "/issues?" in request:
            return answer(body)
        return answer(page(GOOD)) if "/labels?" in request else answer(repository)

    server.script = script
    return scaffold("labels", "plan", "--prune", "--repo", "octo/demo", "--api-url", server.address)


def test_issues_and_repositories_of_another_shape(scaffold: Run) -> None:
    known = b'{"full_name": "octo/demo"}'
    with LyingServer(lambda _: []) as server:
        for kind, body in {**NO_JSON, **NO_ISSUES}.items():
            result = issues_of(server, scaffold, body, known)
            assert result.code == 3, kind
            assert_refused(result)
        for kind, body in {**NO_JSON, **NO_REPOSITORY}.items():
            result = issues_of(server, scaffold, page(ISSUE), body)
            assert result.code == 3, kind
            assert_refused(result)
        assert issues_of(server, scaffold, page(ISSUE), known).code == 1


@pytest.mark.parametrize("body", [*NO_JSON.values(), *NO_LABELS.values(), page(GOOD)])
@pytest.mark.parametrize("status", ["400 a", "401 a", "403 a", "404 a", "418 a", "422 a"])
def test_errors_of_another_shape(scaffold: Run, status: str, body: bytes) -> None:
    with LyingServer(lambda _: answer(body, status=status)) as server:
        result = scaffold("labels", "export", "--repo", "octo/demo", "--api-url", server.address)
    assert result.code == 3
    assert result.err.startswith("error: ")
    assert "unexpected" not in result.err
    assert not result.out


@pytest.mark.parametrize("format_", ["yaml", "json"])
def test_what_is_exported_reads_as_it_was_and_is_inert(scaffold: Run, format_: str) -> None:
    rows = [
        {"name": f"{number} {text}", "color": "d73a4a", "description": text} for number, text in enumerate(EXPORTED)
    ]
    with LyingServer(lambda _: answer(page(*rows))) as server:
        command = ("export", "--repo", "octo/demo", "--api-url", server.address, "--format", format_)
        result = scaffold("labels", *command)
    assert result.code == 0
    assert all(line.isprintable() for line in result.out.split("\n"))
    found = json.loads(result.out) if format_ == "json" else yaml.safe_load(result.out)
    assert {row["name"]: row for row in found} == {row["name"]: row for row in rows}


def test_an_emoji_of_several_parts_stays_one() -> None:
    rows = [{"name": "\U0001f469\u200d\U0001f4bb", "color": "d73a4a", "description": "\u2764\ufe0f"}]
    for text in (as_yaml(rows), json_text(rows)):
        assert rows[0]["name"] in text
        assert rows[0]["description"] in text
