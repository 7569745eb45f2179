"""Break the code in small ways and list the changes that no test notices: `nox -s mutation -- AREA...`.

Works on a copy of the source and the tests, so that the working tree stays as it is. cosmic-ray makes the changes
(https://cosmic-ray.readthedocs.io/); this script says where, and which tests are to notice.
"""

import argparse
import compileall
import json
import os
import py_compile
import random
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
COPIED: Final = ("src", "tests", "pyproject.toml", "docs", "scripts")
SOURCE: Final = "src/issue_scaffold"
# A run of an area's tests takes seconds; what takes longer than this runs for ever.
MOST_SECONDS: Final = 120
# Between types it is no calculation: a change of it breaks the import, which says nothing of the tests.
TYPES_ALONE: Final = "core/ReplaceBinaryOperator_BitOr_.*"


class Area(NamedTuple):
    """What is broken, and the tests that are to notice it."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


AREAS: Final = {
    "merge": Area(("sync/merge.py",), ("tests/unit/test_merge.py",)),
    "drift": Area(("sync/drift.py",), ("tests/unit/test_drift.py",)),
    "staging": Area(
        ("writing/staging.py", "writing/replay.py"),
        ("tests/unit/test_staging.py", "tests/unit/test_past_runs.py", "tests/trust/test_writing.py"),
    ),
    "rules": Area(
        ("validate/rules",),
        # Without those of texts alone, which take most of the time.
        tuple(
            f"tests/unit/rules/test_{name}.py"
            for name in (
                "example_files",
                "fixes",
                "github_rules",
                "registry",
                "fixer",
                "label_colors",
                "label_guesses",
                "ask",
                "misplaced_keys",
                "markdown",
                "links",
                "limits",
            )
        ),
    ),
    "labels": Area(
        ("label_sync/plan.py", "label_sync/matching.py"),
        ("tests/labels/test_steps_of_a_plan.py", "tests/labels/test_planning.py"),
    ),
    "conversion": Area(
        ("convert/to_form.py", "convert/to_markdown.py"),
        ("tests/unit/test_convert_to_form.py", "tests/unit/test_convert_to_markdown.py"),
    ),
}


class Survivor(NamedTuple):
    """A change that no test noticed."""

    module: str
    line: int
    operator: str
    diff: str


def configuration(area: Area) -> str:
    """Return what cosmic-ray is told, as TOML."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", *area.tests]
    modules = json.dumps([f"{SOURCE}/{module}" for module in area.modules])
    return f"""\
[cosmic-ray]
module-path = {modules}
timeout = {MOST_SECONDS}.0
excluded-modules = []
test-command = {json.dumps(shlex.join(command))}

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = [{json.dumps(TYPES_ALONE)}]
"""


def copy_tree(place: Path) -> None:
    """Copy what the tests need, without what they leave behind."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("node_modules", "__pycache__")
            shutil.copytree(ROOT / name, place / name, symlinks=True, ignore=ignored)
        else:
            shutil.copy(ROOT / name, place / name)
    # Each run would compile everything anew. By its hash, a source that is changed is told from its compiled form.
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(place / "src", quiet=1, invalidation_mode=mode)


def draw(session: Path, number: int, seed: int) -> None:
    """Leave a random sample of the changes to come, the same for the same source and seed."""
    with closing(sqlite3.connect(session)) as database, database:
        # What a filter left out has a result already.
        rows = database.execute(
            "SELECT job_id FROM mutation_specs WHERE job_id NOT IN (SELECT job_id FROM work_results)"
            " ORDER BY module_path, start_pos_row, start_pos_col, operator_name, occurrence"
        ).fetchall()
        random.Random(seed).shuffle(rows)  # noqa: S311 - a sample, no secret
        database.executemany("DELETE FROM mutation_specs WHERE job_id = ?", rows[number:])
        database.executemany("DELETE FROM work_items WHERE job_id = ?", rows[number:])


def run(area: Area, place: Path, sample: int | None, seed: int) -> tuple[int, list[Survivor]]:
    """Break one area in every way, or in a sample of them, in a copy of the tree.

    Return how many changes were made, and the survivors.
    """
    copy_tree(place)
    (place / "mutation.toml").write_text(configuration(area), encoding="utf-8")
    session = "mutation.sqlite"
    # Before the editable installation, whose path is found later.
    environment = os.environ | {"PYTHONPATH": str(place / "src"), "PYTHONDONTWRITEBYTECODE": "1"}

    def call(*arguments: str) -> str:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, cwd=place, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout

    call("cosmic_ray.cli", "baseline", "mutation.toml")
    call("cosmic_ray.cli", "init", "mutation.toml", session)
    call("cosmic_ray.tools.filters.operators_filter", session, "mutation.toml")
    if sample is not None:
        draw(place / session, sample, seed)
    call("cosmic_ray.cli", "exec", "mutation.toml", session)
    return outcome(call("cosmic_ray.cli", "dump", session))


def outcome(dump: str) -> tuple[int, list[Survivor]]:
    """Return how many changes cosmic-ray made by its own account, and which survived."""
    made, survivors = 0, []
    for line in dump.splitlines():
        item, result = json.loads(line)
        if result is None or result["worker_outcome"] == "skipped":
            continue
        made += 1
        if result["test_outcome"] == "survived":
            mutation = item["mutations"][0]
            survivors.append(
                Survivor(mutation["module_path"], mutation["start_pos"][0], mutation["operator_name"], result["diff"])
            )
    return made, survivors


def main() -> int:
    """Run the areas that are named, or all of them; the exit code tells nothing of survivors, who are for people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("areas", nargs="*", metavar="AREA", help=f"one of {', '.join(AREAS)} [default: all]")
    parser.add_argument("--place", type=Path, default=ROOT / ".nox/mutation/tree", help="where the copy is made")
    parser.add_argument("--sample", type=int, metavar="N", help="N changes an area, drawn at random [default: all]")
    parser.add_argument("--seed", type=int, default=0, help="which N they are [default: 0]")
    options = parser.parse_args()
    unknown = sorted(set(options.areas) - set(AREAS))
    if unknown:
        parser.error(f"no such area: {', '.join(unknown)}")
    for name in options.areas or AREAS:
        made, survivors = run(AREAS[name], options.place, options.sample, options.seed)
        for survivor in sorted(survivors):
            print(f"\n{survivor.module}:{survivor.line} {survivor.operator}\n{survivor.diff}")
        caught = made - len(survivors)
        print(f"\n{name}: {caught} of {made} changes were noticed ({100 * caught / max(made, 1):.1f} %)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
