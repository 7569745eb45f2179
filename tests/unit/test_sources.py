"""Template sources: what is recorded for what a user writes, and what of them is cached."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Template, git

from issue_scaffold.errors import TemplateError, UsageError
from issue_scaffold.state.cache_store import CacheStore
from issue_scaffold.template import bundled
from issue_scaffold.template.source_text import BUNDLED, TemplateSource, parse_source
from issue_scaffold.template.sources import SourceReader
from issue_scaffold.template.versions import KnownVersions


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("gh:team/repo", "https://github.com/team/repo.git"),
        ("gh:team/repo.git", "https://github.com/team/repo.git"),
        ("gh:/team/repo", "https://github.com/team/repo.git"),
        ("gl:group/sub/repo", "https://gitlab.com/group/sub/repo.git"),
        ("https://github.com/team/repo", "https://github.com/team/repo.git"),
        ("https://github.com/team/repo/", "https://github.com/team/repo.git"),
        ("https://git.example.com/team/repo.git", "https://git.example.com/team/repo.git"),
        ("https://git.example.com/team/repo", "git+https://git.example.com/team/repo"),
        ("git+https://git.example.com/team/repo", "git+https://git.example.com/team/repo"),
        ("git+https://git.example.com/team/repo.git", "https://git.example.com/team/repo.git"),
        ("https://git.example.com:8443/team/repo.git", "https://git.example.com:8443/team/repo.git"),
        ("ssh://git@example.com/team/repo.git", "ssh://git@example.com/team/repo.git"),
        ("git@github.com:team/repo.git", "git@github.com:team/repo.git"),
        ("git@github.com:team/repo", "git@github.com:team/repo"),
        ("git://example.com/repo.git", "git://example.com/repo.git"),
    ],
)
def test_remote_sources_mean_the_same_everywhere(text: str, recorded: str) -> None:
    source = parse_source(text, relative_to=Path("/anywhere"))
    assert source == TemplateSource(recorded, is_local=False)
    assert parse_source(recorded, relative_to=Path("/else")) == source


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("/a/b", "/a/b"),
        ("b", "/here/b"),
        (".", "/here"),
        ("../c", "/c"),
        ("./x/../y", "/here/y"),
        ("file:///a/b", "/a/b"),
        ("file:///a%20b/c", "/a b/c"),
        ("example.com:path", "/here/example.com:path"),
    ],
)
def test_paths_become_absolute(text: str, recorded: str) -> None:
    assert parse_source(text, relative_to=Path("/here")) == TemplateSource(recorded, is_local=True)


def test_a_home_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert parse_source("~/templates/x", relative_to=Path("/here")).recorded == "/home/me/templates/x"


@pytest.mark.parametrize(
    "text",
    [
        "https://token@github.com/a/b",
        "https://me:secret@example.com/a.git",
        "git+https://me:secret@example.com/a",
        "ssh://me:secret@example.com/a.git",
        "http://token@example.com/a.git",
    ],
)
def test_credentials_are_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match="credentials") as caught:
        parse_source(text, relative_to=Path("/"))
    assert "secret" not in caught.value.message
    assert "token" not in caught.value.message


@pytest.fixture
def reader(tmp_path: Path) -> Callable[[], SourceReader]:
    """Return what makes a reader, each with the memory of a new process, on one cache."""

    def scratch() -> Path:
        folder = tmp_path / f"scratch{time.monotonic_ns()}"
        folder.mkdir()
        return folder

    return lambda: SourceReader(CacheStore(tmp_path / "cache"), scratch, lambda: None)


def test_the_bundled_template_needs_nobody(
    reader: Callable[[], SourceReader], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    versions = reader().of(BUNDLED).ask()
    assert versions == bundled.versions()
    assert versions.latest in versions.tags
    assert reader().of(BUNDLED).revision(str(versions.latest)).commit == versions.tags[str(versions.latest)]
    assert reader().of(BUNDLED).refresh()


def test_versions_commits_and_branches(reader: Callable[[], SourceReader], template: Template) -> None:
    template.release("v1.0.0", {"a": "1"})
    git(template.folder, "tag", "-a", "-m", "annotated", "v1.1.0")
    first = git(template.folder, "rev-parse", "HEAD")
    template.release(None, {"a": "2"})
    git(template.folder, "branch", "feature/x")
    tip = git(template.folder, "rev-parse", "HEAD")
    source = parse_source(str(template), relative_to=Path("/"))
    assert reader().of(source).refresh()
    known = reader().of(source).known
    assert known == KnownVersions(tags={"v1.0.0": first, "v1.1.0": first}, head=tip, latest="v1.1.0")
    for version, commit in (
        ("v1.0.0", first), ("v1.1.0", first), ("feature/x", tip), ("main", tip), ("HEAD", tip),
        (tip, tip), (tip[:8], tip), (f"v1.1.0-1-g{tip[:7]}", tip), (first[:10], first),
    ):  # fmt: skip
        assert reader().of(source).revision(version).commit == commit
    for version in ("v9", "", "--all", "HEAD~5", "a\nb", "deadbeefdead"):
        with pytest.raises(UsageError, match="no version"):
            reader().of(source).revision(version)


def test_versions_are_asked_once_in_a_while(
    reader: Callable[[], SourceReader], template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    template.release("v1", {"a": "1"})
    source = parse_source(str(template), relative_to=Path("/"))

    def latest(*, offline: bool = False, **options: float) -> str | None:
        asking = reader()
        asking.offline = offline
        versions = asking.of(source).ask(**options)
        return versions.latest if versions else None

    assert latest() == "v1"
    template.release("v2", {"a": "2"})
    assert latest() == "v1"
    assert latest(offline=True, max_age=0) == "v1"
    assert latest(max_age=0) == "v2"
    template.release("v3", {"a": "3"})
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + 3590)
    assert latest() == "v2"
    monkeypatch.setattr("time.time", lambda: now - 10)  # a clock that was set back
    assert latest() == "v3"


def test_nobody_to_ask(reader: Callable[[], SourceReader]) -> None:
    source = parse_source("https://git.example.invalid/x.git", relative_to=Path("/"))
    assert reader().of(source).ask() is None
    assert reader().of(source).known == KnownVersions()
    with pytest.raises(TemplateError, match="can't be reached"):
        reader().of(source).refresh()
    with pytest.raises(TemplateError, match="can't be reached"):
        reader().of(source).revision("v1")


def test_a_mirror_is_made_once_and_survives_the_source(
    reader: Callable[[], SourceReader], template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://git.example.invalid/x.git"
    template.release("v1", {"a": "1"})
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{template.folder}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", url)
    source = parse_source(url, relative_to=Path("/"))
    assert reader().of(source).refresh()
    template.release("v2", {"a": "2"})
    git(template.folder, "tag", "--delete", "v1")
    assert reader().of(source).refresh()
    assert list(reader().of(source).known.tags) == ["v2"]
    monkeypatch.setenv("GIT_CONFIG_COUNT", "0")
    last = reader().of(source)
    assert last.refresh() is False
    assert last.known.latest == "v2"
    assert len(last.revision("v2").commit) == 40


def test_a_version_that_is_not_utf8(reader: Callable[[], SourceReader], template: Template) -> None:
    template.release("v1", {"a": "1"})
    name = os.fsencode(template.folder) + b"/.git/refs/tags/odd-\xff"
    Path(os.fsdecode(name)).write_bytes((template.folder / ".git/refs/tags/v1").read_bytes())
    source = parse_source(str(template), relative_to=Path("/"))
    assert reader().of(source).refresh()
    assert reader().of(source).known.latest == "v1"
    assert json.dumps(list(reader().of(source).known.tags))
