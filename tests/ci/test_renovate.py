"""Renovate's Copier manager: our answers file is one of its files, and has the fields that it reads.

Its file pattern, fields and update line are those of lib/modules/manager/copier in renovatebot/renovate (index.ts,
schema.ts, extract.ts, update.ts); versions are PEP 440, as its `versioning` says.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from packaging.version import Version
from tests.ci.conftest import EVERYTHING, ROOT
from tests.conftest import ANSWERS, Template, commit_all, git

from issue_scaffold.template.bundled import SOURCE

PATTERN = re.compile(r"(^|/)\.copier-answers(\..+)?\.ya?ml")
GIT_SSH = re.compile(r"^git@[^:]*:(?P<repository>.+)$")
UPDATE_LINE = "\n#copier updated"


def extracted(file: Path) -> tuple[str, str]:
    """Return what the manager extracts: the repository whose tags it looks up, and the current version."""
    answers = yaml.safe_load(file.read_bytes())
    source, version = answers["_src_path"], answers["_commit"]
    assert isinstance(source, str)
    assert isinstance(version, str)
    assert GIT_SSH.match(source) or urlsplit(source).scheme
    return source, version


@pytest.fixture
def shop(repo: Path, scaffold: Callable[..., Any], template: Template, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository made from a git template that is reached by its URL."""
    template.release("v1.0.0", {"a.md": "one\n"})
    monkeypatch.setenv("COPIER_CACHE_DIR", str(repo.parent / "copier"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{template}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "https://git.example.com/o/template.git")
    assert scaffold("init", repo, "-t", "https://git.example.com/o/template.git").code == 0
    commit_all(repo)
    return repo


def test_manager_finds_the_file_the_source_and_the_version(shop: Path) -> None:
    listed = git(shop, "ls-files").splitlines()
    assert [path for path in listed if PATTERN.search(path)] == [ANSWERS]
    source, version = extracted(shop / ANSWERS)
    assert source == "https://git.example.com/o/template.git"
    assert version == "v1.0.0"
    assert Version(version) == Version("1.0.0")


def test_short_address_is_recorded_as_the_manager_wants_it() -> None:
    from issue_scaffold.template.source_text import parse_source

    recorded = parse_source("gh:o/template", relative_to=ROOT).recorded
    assert urlsplit(recorded).scheme == "https"
    assert "/o/template" in recorded


def test_line_that_the_manager_appends_is_no_drift(shop: Path, scaffold: Callable[..., Any]) -> None:
    with (shop / ANSWERS).open("a", encoding="utf-8") as stream:
        stream.write(UPDATE_LINE)
    assert scaffold("check", shop).code == 0


def test_update_by_copier_as_the_manager_runs_it_is_one_of_ours(
    shop: Path, scaffold: Callable[..., Any], template: Template
) -> None:
    template.release("v2.0.0", {"a.md": "two\n"})
    with (shop / ANSWERS).open("a", encoding="utf-8") as stream:
        stream.write(UPDATE_LINE)
    commit_all(shop)
    command = ["update", "--skip-answered", "--defaults", "--answers-file", ANSWERS, "--vcs-ref", "v2.0.0"]
    subprocess.run([sys.executable, "-m", "copier", *command], cwd=shop, check=True, capture_output=True)
    assert extracted(shop / ANSWERS)[1] == "v2.0.0"
    assert (shop / "a.md").read_text(encoding="utf-8") == "two\n"
    assert scaffold("check", shop, "--refresh").code == 0


def test_look_up_of_the_bundled_template_is_what_the_page_turns_off() -> None:
    rules = [rule for config in configurations() for rule in config.get("packageRules", ())]
    assert [rule["matchPackageNames"] for rule in rules if rule["matchManagers"] == ["copier"]] == [[SOURCE]]
    assert not any(rule["enabled"] for rule in rules)


@pytest.mark.parametrize("platform", ["github", "forgejo", "gitea", "gitlab"])
@pytest.mark.parametrize(
    "source", ["https://git.example.com/tools/issue-scaffold.git", "https://github.com/o/issue-scaffold"]
)
def test_regex_manager_changes_every_place_of_the_tools_version(
    render: Callable[..., Path], platform: str, source: str
) -> None:
    """What it writes is what the template writes for the new version: so there is no drift after it."""
    answers = EVERYTHING | {"platform": platform, "pre_commit": True, "tool_source": source}
    before, after = render(**answers), render(**answers | {"tool_version": "v2.0.0"})
    (manager,) = [one for config in configurations() for one in config.get("customManagers", ())]
    files = [re.compile(pattern.strip("/")) for pattern in manager["managerFilePatterns"]]
    # RE2 and JavaScript write a group's name without P; nothing else here differs between them and Python.
    places = [re.compile(text.replace("(?<", "(?P<")) for text in manager["matchStrings"]]
    changed = 0
    for file in filter(Path.is_file, before.rglob("*")):
        path = file.relative_to(before).as_posix()
        text = file.read_text(encoding="utf-8")
        if any(pattern.search(path) for pattern in files):
            found = {match.span("currentValue") for place in places for match in place.finditer(text)}
            for start, end in sorted(found, reverse=True):
                assert text[start:end] == "v1.2.3"
                text = f"{text[:start]}v2.0.0{text[end:]}"
                changed += 1
        assert text == (after / path).read_text(encoding="utf-8"), path
    assert changed >= 4


def configurations() -> list[dict[str, Any]]:
    """Return the configurations that the page shows."""
    page = (ROOT / "docs/how-to/renovate-dependabot.md").read_text(encoding="utf-8")
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
