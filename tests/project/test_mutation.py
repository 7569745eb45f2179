"""`nox -s mutation`: what it breaks and who is to notice are there, and survivors are told from the rest."""

import json
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from tests.project.test_lock import load

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def mutation() -> ModuleType:
    """Return the script."""
    return load(ROOT / "scripts/mutation.py")


def test_each_area_has_its_code_its_tests_and_its_row_on_the_page(mutation: ModuleType) -> None:
    page = (ROOT / "docs/explanation/mutation.md").read_text(encoding="utf-8")
    for name, area in mutation.AREAS.items():
        settings = tomllib.loads(mutation.configuration(area))["cosmic-ray"]
        for path in (*settings["module-path"], *area.tests):
            assert (ROOT / path).exists(), path
        assert all(test in settings["test-command"] for test in area.tests)
        assert f"| `{name}` |" in page


def test_what_survived_is_listed(mutation: ModuleType) -> None:
    item = {"mutations": [{"module_path": "a.py", "start_pos": [7, 0], "operator_name": "op"}]}
    results: list[dict[str, str] | None] = [
        {"worker_outcome": "normal", "test_outcome": "survived", "diff": "-a"},
        {"worker_outcome": "normal", "test_outcome": "killed", "diff": "-b"},
        {"worker_outcome": "skipped", "test_outcome": "survived", "diff": ""},
        None,
    ]
    dump = "\n".join(json.dumps([item, result]) for result in results)
    assert mutation.outcome(dump) == (2, [mutation.Survivor("a.py", 7, "op", "-a")])


def test_the_pinned_version_is_the_one_on_the_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (pin,) = project["dependency-groups"]["mutation"]
    name, _, version = pin.partition("==")
    assert f"{name} {version}" in (ROOT / "docs/explanation/mutation.md").read_text(encoding="utf-8")
