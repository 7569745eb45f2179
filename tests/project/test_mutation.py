"""`nox -s mutation`: what it breaks and who is to notice are there, and survivors are told from the rest."""

import json
import sqlite3
import tomllib
from contextlib import closing
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


def test_a_sample_is_of_what_no_filter_left_out_and_the_same_each_time(mutation: ModuleType, tmp_path: Path) -> None:
    def drawn(seed: int) -> set[str]:
        session = tmp_path / "session.sqlite"
        session.unlink(missing_ok=True)
        with closing(sqlite3.connect(session)) as database, database:
            database.execute("CREATE TABLE work_items (job_id)")
            database.execute("CREATE TABLE work_results (job_id)")
            database.execute(
                "CREATE TABLE mutation_specs (job_id, module_path, start_pos_row, start_pos_col, "
                "operator_name, occurrence)"
            )
            for number in range(50):
                database.execute("INSERT INTO work_items VALUES (?)", (f"job {number}",))
                row = (f"job {number}", "a.py", number, 0, "op", 0)
                database.execute("INSERT INTO mutation_specs VALUES (?, ?, ?, ?, ?, ?)", row)
            database.execute("INSERT INTO work_results SELECT job_id FROM work_items WHERE rowid <= 40")
        mutation.draw(session, 4, seed)
        with closing(sqlite3.connect(session)) as database:
            left = {job for (job,) in database.execute("SELECT job_id FROM work_items")}
            assert left == {job for (job,) in database.execute("SELECT job_id FROM mutation_specs")}
        return left

    left_out = {f"job {number}" for number in range(40)}
    first = drawn(1)
    assert len(first - left_out) == 4
    assert drawn(1) == first != drawn(2)


def test_the_pinned_version_is_the_one_on_the_page() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (pin,) = project["dependency-groups"]["mutation"]
    name, _, version = pin.partition("==")
    assert f"{name} {version}" in (ROOT / "docs/explanation/mutation.md").read_text(encoding="utf-8")
