"""Answers that meet each other in pairs, and the checkers that renderings are given to."""

from __future__ import annotations

import itertools
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jinja2 import StrictUndefined
from jinja2.loaders import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.renderings import Renderer

NASTY = [
    *("Yes", "No", "on", "null", "~", "0123", "0x1F", "1:30", "1e3", ".inf", "2024-01-01", ":symbol", "=", "<<"),
    *(
        "a: b",
        "a #b",
        '"quoted"',
        "it's",
        "back\\slash\\n",
        "{{ jinja }}",
        "{% raw %}",
        "{# note #}",
        "${{ github.sha }}",
    ),
    *("@at", "*star", "&amp", "!tag", "%percent", "`tick`", "- dash", "? key", "[x]", "{y}", "| pipe", "> gt", "---"),
    *(
        "...",
        "# hash",
        "## heading",
        "- [ ] box",
        "**bold:**",
        "🔧 emoji",
        "ünïcödé",
        "中文",
        "\u00a0nbsp",
        "<!-- hidden",
    ),
]
ALL_TYPES = ["infrastructure", "bug_report", "feature_request", "documentation"]
LINK = {"name": 'Ask: "us" # 🔧', "url": "https://example.com/a?b=c#d", "about": "{{ x }}: 'y'"}
VALUES: dict[str, list[Any]] = {
    "issue_types": [["infrastructure"], ["bug_report"], ["feature_request", "documentation"], ALL_TYPES],
    "format": ["both", "form", "markdown"],
    "emoji": [True, False],
    "sections": [None, ["task"], ["cost", "checklist"], ["technical_details", "security", "deployment"]],
    "components": [None, [], NASTY],
    "environments": [None, [], ["  spaced  ", *NASTY]],
    "compliance": [None, [], NASTY],
    "title_prefix": [None, "", 'Infra: "x" # \\ {{ y }} 🔧 '],
    "labels": [None, [], [text for text in NASTY if not text.startswith("🔧")], ["DevOps", "Bug", " my own "]],
    "assignees": [None, ["octocat"], ["octo-cat", "1234", "null"]],
    "chooser": [True, False],
    "blank_issues_enabled": [True, False],
    "contact_links": [[], [LINK], [LINK, {"name": "Yes", "url": "http://localhost:80", "about": "No"}]],
    "security_contact_url": ["", "https://example.com/security"],
    "labels_config": [f".github/{name}" for name in ("labels.yml", "labels.yaml", "labels.json", "settings.yml")],
    "drift_check_workflow": [True, False],
    "update_workflow": [True, False],
    "label_sync_workflow": [True, False],
    "pre_commit": [True, False],
    "tool_source": [
        "https://example.com/o/r.git",
        "ssh://git@example.com:22/o/r",
        "git@example.com:o/r",
        "file:///o/r",
    ],
    "tool_version": ["v1.0.0", "1234567", "1e10"],
}
# Answers that other platforms turn into something else than GitHub.
ELSEWHERE: dict[str, list[Any]] = {
    "platform": ["forgejo", "gitea", "gitlab"],
    "issue_types": [["infrastructure"], ["bug_report"], ALL_TYPES],
    "format": ["both", "form", "markdown"],
    "emoji": [True, False],
    "labels": [None, [], [text for text in NASTY if not text.startswith("🔧") and '"' not in text]],
    "assignees": [None, ["octocat"]],
    "chooser": [True, False],
    "blank_issues_enabled": [False],
    "contact_links": [[LINK]],
    "security_contact_url": ["https://example.com/security"],
    "labels_config": [".github/settings.yml"],
    "drift_check_workflow": [True, False],
    "update_workflow": [True, False],
    "label_sync_workflow": [True],
    "runner": [None, "my-runner:1"],
    "pre_commit": [True, False],
    "tool_source": ["https://example.com/o/r.git", "git@example.com:o/r"],
    "tool_version": ["v1.0.0"],
}


def _pairs(case: dict[str, int]) -> set[tuple[str, int, str, int]]:
    return {(*first, *second) for first, second in itertools.combinations(sorted(case.items()), 2)}


def _covering_cases(table: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Choose answers greedily, always in the same order, until every two values of any two questions meet."""
    missing = {
        (one, i, two, j)
        for one, two in itertools.combinations(sorted(table), 2)
        for i, j in itertools.product(range(len(table[one])), range(len(table[two])))
    }
    cases = []
    while missing:
        one, i, two, j = min(missing)
        case = {one: i, two: j}
        for name, values in table.items():
            if name not in case:
                gains = [len(_pairs({**case, name: index}) & missing) for index in range(len(values))]
                case[name] = gains.index(max(gains))
        missing -= _pairs(case)
        cases.append({name: table[name][index] for name, index in case.items() if table[name][index] is not None})
    return cases


CASES = _covering_cases(VALUES) + _covering_cases(ELSEWHERE)


@pytest.fixture(params=CASES, ids=range(len(CASES)))
def answers(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return each of the covering cases in turn; a question that isn't in it takes its default."""
    case: dict[str, Any] = request.param
    return case


@pytest.fixture(scope="session")
def cases() -> list[dict[str, Any]]:
    """Return all covering cases."""
    return CASES


@pytest.fixture(scope="session")
def template(render: Renderer) -> Path:
    """Return a plain folder with the template in it."""
    return render.template


@pytest.fixture(scope="session")
def questions(template: Path) -> dict[str, Any]:
    """Return the questions of copier.yml by name."""
    entries = yaml.safe_load((template / "copier.yml").read_text(encoding="utf-8"))
    return {name: details for name, details in entries.items() if not name.startswith("_")}


@pytest.fixture(scope="session")
def jinja(template: Path) -> SandboxedEnvironment:
    """Return Jinja as Copier sets it up, for what needs no whole rendering."""
    return SandboxedEnvironment(
        loader=FileSystemLoader(template),
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )


@pytest.fixture(scope="session")
def check_schema() -> Callable[[str, Iterable[Path]], None]:
    """Return a function that fails unless check-jsonschema's vendored schema of that name takes all files."""

    def _check(schema: str, files: Iterable[Path]) -> None:
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, files)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr

    return _check


@pytest.fixture(scope="session")
def zizmor() -> Callable[[Path], None]:
    """Return a function that fails if zizmor finds anything in a folder of workflows."""
    program = Path(sysconfig.get_path("scripts")) / "zizmor"

    def _check(folder: Path) -> None:
        command = [str(program), "--offline", "--persona", "pedantic", "--no-progress", str(folder)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr

    return _check
