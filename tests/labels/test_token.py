"""The token: where it comes from, who gets it, and that nobody ever sees it."""

import logging
import pickle
import traceback
from pathlib import Path

import pytest
from tests.conftest import Run, write_tree
from tests.labels.fake_github import FakeGitHub, Fault

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.label_sync import run as usecase
from issue_scaffold.label_sync.github.token import find_token
from issue_scaffold.label_sync.http.token import Token

CANARY = "ghp_C4n4ry0000000000000000000000000000"
NAMES = ("GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")


@pytest.fixture
def no_tokens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the only folder of programs, without any token around."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def write_gh(folder: Path, script: str) -> None:
    program = folder / "gh"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("host", "is_named", "given", "expected"),
    [
        ("github.com", False, ("GH_TOKEN", "GITHUB_TOKEN"), "GH_TOKEN"),
        ("github.com", False, ("GITHUB_TOKEN",), "GITHUB_TOKEN"),
        ("acme.ghe.com", False, ("GITHUB_TOKEN",), "GITHUB_TOKEN"),
        ("ghes.example", False, ("GH_ENTERPRISE_TOKEN", "GH_TOKEN"), "GH_ENTERPRISE_TOKEN"),
        ("ghes.example", True, ("GITHUB_TOKEN",), "GITHUB_TOKEN"),
        ("ghes.example", True, ("GITHUB_TOKEN", "GITHUB_ENTERPRISE_TOKEN"), "GITHUB_ENTERPRISE_TOKEN"),
    ],
)
@pytest.mark.usefixtures("no_tokens")
def test_where_it_comes_from(
    monkeypatch: pytest.MonkeyPatch, host: str, is_named: bool, given: tuple[str, ...], expected: str
) -> None:
    for name in given:
        monkeypatch.setenv(name, f"token-of-{name}\n")
    token = find_token(host, is_named=is_named)
    assert (token.source, token.reveal()) == (expected, f"token-of-{expected}")


@pytest.mark.usefixtures("no_tokens")
def test_a_remote_on_another_host_does_not_get_the_token_for_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", CANARY)
    with pytest.raises(ScaffoldError, match=r"there is no token for gitlab\.example") as caught:
        find_token("gitlab.example", is_named=False)
    assert caught.value.hint == (
        "set GH_ENTERPRISE_TOKEN or GITHUB_ENTERPRISE_TOKEN, or run: gh auth login --hostname gitlab.example"
    )


def test_gh_is_asked_for_the_host(no_tokens: Path) -> None:
    write_gh(no_tokens, f'[ "$*" = "auth token --hostname ghes.example" ] && echo {CANARY}')
    token = find_token("ghes.example", is_named=False)
    assert (token.source, token.reveal()) == ("gh auth token", CANARY)


@pytest.mark.parametrize("script", ["exit 1", f"echo {CANARY} >&2; exit 4", "true"])
def test_no_token(no_tokens: Path, script: str) -> None:
    write_gh(no_tokens, script)
    with pytest.raises(ScaffoldError, match=r"there is no token for github\.com") as caught:
        find_token("github.com", is_named=False)
    assert caught.value.hint == "set GH_TOKEN or GITHUB_TOKEN, or run: gh auth login"
    assert_unseen(caught.value)


@pytest.mark.parametrize("end", ["\nX-Evil: 1", " x", "\x07", "é"])
@pytest.mark.usefixtures("no_tokens")
def test_a_token_that_no_header_can_carry_is_not_quoted(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setenv("GH_TOKEN", CANARY + end)
    with pytest.raises(ScaffoldError, match="the token in GH_TOKEN holds signs that no token has") as caught:
        find_token("github.com", is_named=False)
    assert_unseen(caught.value)


def assert_unseen(error: BaseException) -> None:
    texts = [str(error), repr(error), "".join(traceback.format_exception(error)), str(getattr(error, "hint", ""))]
    assert not any(CANARY in text for text in texts)


def test_it_has_no_text() -> None:
    token = Token("GH_TOKEN", CANARY)
    assert CANARY not in f"{token} {token!r} {[token]}"
    assert token.masked(f"a {CANARY} b") == "a *** b"


FAULTS = {
    "none": None,
    "unauthorised": Fault(401, {}, {"message": f"Bad credentials: Authorization: token {CANARY}"}),
    "forbidden": Fault(403, {}, {"message": f"no: {CANARY}", "errors": [{"message": CANARY}, CANARY]}),
    "invalid": Fault(422, {}, {"message": CANARY}),
    "html": Fault(200, {}, f"<html>{CANARY}</html>", html=True),
    "redirect": Fault(302, {"Location": f"https://elsewhere.example/{CANARY}"}),
    "limit": Fault(429, {"Retry-After": "9999"}, {"message": CANARY}),
    "dropped": Fault(drop="before"),
}


@pytest.mark.parametrize("github", ["direct"], indirect=True)
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("debug", ["0", "1"])
def test_it_is_never_seen_whatever_happens(  # noqa: PLR0913, PLR0917 - fixtures
    github: FakeGitHub,
    folder: Path,
    scaffold: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    debug: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    github.token = CANARY
    monkeypatch.setenv("GH_TOKEN", CANARY)
    monkeypatch.setenv("SCAFFOLD_DEBUG", debug)
    github.repository().add("bug")
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a}\n"})
    fault = FAULTS[name]
    for verb in ("GET", "PATCH"):
        if fault is not None:
            github.faults.append(Fault(**{**vars(fault), "matches": lambda found, _, verb=verb: found == verb}))
        result = scaffold("labels", "apply", "--yes", "--repo", "octo/demo")
        github.faults.clear()
        assert github.calls
        assert CANARY not in result.out + result.err + caplog.text
        assert not any(CANARY in str(vars(record)) for record in caplog.records)


@pytest.mark.parametrize("github", ["direct"], indirect=True)
def test_a_crash_report_does_not_hold_it(
    github: FakeGitHub, folder: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GH_TOKEN", CANARY)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    write_tree(folder, {".github/labels.yml": "- {name: bug, color: d73a4a}\n"})
    github.token = CANARY
    github.repository()

    def broken(*arguments: object, **options: object) -> None:
        raise ValueError(f"boom {len(arguments)} {sorted(options)}")

    monkeypatch.setattr(usecase, "plan_labels", broken)
    result = scaffold("labels", "plan", "--repo", "octo/demo")
    assert result.code == 3
    reports = list(tmp_path.glob("scaffold-report-*"))
    assert len(reports) == 1
    assert "boom" in reports[0].read_text()
    assert CANARY not in reports[0].read_text() + result.out + result.err


def test_an_error_keeps_it_out_on_its_way_between_processes() -> None:
    token = Token("GH_TOKEN", CANARY)
    assert CANARY not in str(pickle.loads(pickle.dumps(ScaffoldError(token.masked(CANARY)))))  # noqa: S301 - ours
