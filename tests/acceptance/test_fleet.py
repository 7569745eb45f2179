"""Many repositories in one run: what each came to, what ends a run early, and how it goes on."""

import itertools
import json
import mmap
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from tests.conftest import ANSWERS, Run, Template, read_tree, write_tree

from issue_scaffold.cli.main import main
from issue_scaffold.errors import UsageError
from issue_scaffold.fleet import run_folder
from issue_scaffold.fleet.engine import InProcessEngine
from issue_scaffold.fleet.job import FleetJob, Verb
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, Tally, failed, outcome_in
from issue_scaffold.fleet.pool import PoolEngine, PoolLimits
from issue_scaffold.fleet.run import FleetRun, MaxFailures, parse_bytes, parse_duration, parse_max_failures
from issue_scaffold.fleet.selection import Shard, parse_shard, shard_of_environment
from issue_scaffold.sync import content_merge, formatting, refusals

SCHEMA = Path(__file__).parents[2] / "docs/reference/scaffold.fleet-1.schema.json"
FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"
LIMITS = PoolLimits(jobs=2, seconds=60, memory=0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with six clean repositories, and one with the cache that knows them."""
    home = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCAFFOLD_CACHE_DIR", str(home / "cache"))
        assert main(["init", "-l", str(home / "fleet" / "r0")]) == 0
        assert main(["check", str(home / "fleet" / "r0")]) == 0
    for number in range(1, 6):
        shutil.copytree(home / "fleet" / "r0", home / "fleet" / f"r{number}")
    return home


@pytest.fixture
def fleet(made: Path, tmp_path: Path) -> Path:
    """Return a folder with six clean repositories, r0 to r5, which the cache knows."""
    shutil.copytree(made / "cache", os.environ["SCAFFOLD_CACHE_DIR"])
    shutil.copytree(made / "fleet", tmp_path / "fleet")
    return tmp_path / "fleet"


def hold_to_schema(text: str) -> None:
    jsonschema.validate(json.loads(text), json.loads(SCHEMA.read_text(encoding="utf-8")))


def rows(text: str) -> dict[str, dict[str, object]]:
    """Return the rows of a JSON report by the last part of their names."""
    hold_to_schema(text)
    return {Path(row["repository"]).name: row for row in json.loads(text)["repositories"]}


def spoil(home: Path) -> dict[str, tuple[str, str | None]]:
    """Make a repository of each kind of trouble; return the status and the reason to be."""
    (home / "r1" / FORM).write_text("name: mine\n", encoding="utf-8")
    (home / "r2" / ANSWERS).write_text("a: [\n", encoding="utf-8")
    answers = home / "r3" / ANSWERS
    answers.write_text(answers.read_text(encoding="utf-8").replace("_commit: v", "_commit: nothing-like-v"))
    (home / "r4" / ANSWERS).unlink()
    (home / "r4" / ".git").mkdir()
    (home / "r5" / ANSWERS).unlink()
    (home / "r5" / ANSWERS).symlink_to("/dev/zero")
    (home / "file").write_text("x", encoding="utf-8")
    return {
        "r0": ("clean", None),
        "r1": ("drifted", None),
        "r2": ("failed", "invalid-answers"),
        "r3": ("failed", "unknown-version"),
        "r4": ("not-initialised", None),
        "r5": ("failed", "hostile"),
        "file": ("failed", "not-a-folder"),
        "gone": ("failed", "gone"),
    }


def test_each_repository_has_one_row_with_its_reason_and_the_rest_goes_on(fleet: Path, scaffold: Run) -> None:
    expected = spoil(fleet)
    names = [fleet / name for name in expected]
    done = scaffold("fleet", "check", *names, "-j", "2", "--format", "json")
    found = rows(done.out)
    assert {name: (row["status"], row.get("reason", {}).get("code")) for name, row in found.items()} == expected  # type: ignore[attr-defined]
    assert (done.code, json.loads(done.out)["exit_code"]) == (3, 3)
    text = scaffold("fleet", "report").out
    assert text.index("drifted") < text.index("failed, ")
    assert "8 repositories: 1 clean, 1 drifted, 1 not-initialised, 5 failed" in text


def test_what_is_accepted_is_no_finding_to_people(fleet: Path, scaffold: Run) -> None:
    with (fleet / "r1" / FORM).open("a", encoding="utf-8") as file:
        file.write("# ours\n")
    assert scaffold("accept", fleet / "r1" / FORM, "--reason", "ours").code == 0
    said = scaffold("fleet", "check", "-j1", fleet / "r1")
    assert said.code == 0
    assert "finding" not in said.out
    found = rows(scaffold("fleet", "check", "-j1", fleet / "r1", "--format", "json").out)
    assert [one["kind"] for one in found["r1"]["findings"]] == ["accepted"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("names", "code"), [(["r0", "r1"], 0), (["r0", "drifted"], 1), (["empty"], 1), (["r0", "no"], 3)]
)
def test_exit_codes(names: list[str], code: int, fleet: Path, scaffold: Run) -> None:
    (fleet / "empty").mkdir()
    shutil.copytree(fleet / "r0", fleet / "drifted")
    (fleet / "drifted" / FORM).unlink()
    assert scaffold("fleet", "check", "-j1", *(fleet / name for name in names)).code == code


def test_selection(fleet: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(fleet)
    Path("list").write_text("r0\n\nr3\nr0\n./r3\n", encoding="utf-8")
    Path("list0").write_bytes(b"r1\0r2\0")
    every = [f"r{number}" for number in range(6)]
    table: list[tuple[list[str], list[str]]] = [
        ([str(fleet)], every),
        (["r*"], every),
        ([f"{fleet.parent}/f*"], every),  # as the folder that it finds
        (["--from", "list"], ["r0", "r3"]),
        (["--from", "list0", "-0"], ["r1", "r2"]),
        (["r2", "./r2", str(fleet / "r2")], ["r2"]),
        (["r*", "--match", "[0-3]$", "--exclude", "1"], ["r0", "r2", "r3"]),
        (["r*", "--limit", "2"], ["r0", "r1"]),
        (["r*", "--shard", "2/4"], ["r1", "r5"]),
        (["r0", "--shard", "2/4"], []),
    ]
    for arguments, expected in table:
        done = scaffold("fleet", "validate", "-j1", *arguments, "--format", "json")
        assert (sorted(rows(done.out)), done.code) == (expected, 0), arguments
    sampled = scaffold("fleet", "validate", "-j1", "r*", "--sample", "2", "--format", "json")
    assert len(rows(sampled.out)) == 2
    for wrong in (["nothing*"], ["r*", "--match", "("], ["r*", "--shard", "0/2"], [], ["--from", os.devnull]):
        done = scaffold("fleet", "validate", *wrong)
        assert (done.code, done.out) == (2, ""), wrong
    for nothing in (["nothing*"], ["--from", os.devnull], ["--from", os.devnull, "-0"]):
        assert scaffold("fleet", "validate", *nothing, "--allow-empty").code == 0


def test_shards_are_the_list_and_ci_says_which_one_this_is() -> None:
    names = [str(number) for number in range(11)]
    parts = [Shard(number, 4).part_of(names) for number in range(1, 5)]
    assert sorted((name for part in parts for name in part), key=int) == names
    for text in ("1", "5/4", "0/4", "a/b", "1/0", "-1/3"):
        with pytest.raises(UsageError):
            parse_shard(text)
    for environment, expected in {
        ("CI_NODE_INDEX=2", "CI_NODE_TOTAL=4"): (2, 4),
        ("CIRCLE_NODE_INDEX=0", "CIRCLE_NODE_TOTAL=4"): (1, 4),
        ("BUILDKITE_PARALLEL_JOB=3", "BUILDKITE_PARALLEL_JOB_COUNT=4"): (4, 4),
        ("AWS_BATCH_JOB_ARRAY_INDEX=1", "AWS_BATCH_JOB_ARRAY_SIZE=4"): (2, 4),
        ("SLURM_ARRAY_TASK_ID=10", "SLURM_ARRAY_TASK_COUNT=4", "SLURM_ARRAY_TASK_MIN=10"): (1, 4),
        ("JOB_COMPLETION_INDEX=3", "JOB_COMPLETIONS=4"): (4, 4),
        ("CI_NODE_INDEX=1", "CI_NODE_TOTAL=1"): None,
        ("CI_NODE_INDEX=x",): None,
    }.items():
        shard = shard_of_environment(dict(entry.split("=") for entry in environment))
        assert (shard and shard[:2]) == expected, environment
    with pytest.raises(UsageError, match=r"CI_NODE_INDEX=9 is no part of CI_NODE_TOTAL=4"):
        shard_of_environment({"CI_NODE_INDEX": "9", "CI_NODE_TOTAL": "4"})


def test_words_of_options() -> None:
    assert [parse_duration(text) for text in ("8s", "5h30m", "90", "1d")] == [8, 19800, 90, 86400]
    assert [parse_bytes(text) for text in ("512M", "2g", "7")] == [512 << 20, 2 << 30, 7]
    assert parse_max_failures("20%").reached(1, 5)
    assert not parse_max_failures("2").reached(1, 5)
    for parse, text in ((parse_duration, "soon"), (parse_bytes, "much"), (parse_max_failures, "0")):
        with pytest.raises(UsageError):
            parse(text)


class Trap:
    """A job whose workers die, hang or eat memory at some repositories: the kinds that a pool has to survive."""

    def __init__(self) -> None:
        self.verb = Verb.CHECK
        self.writes = False

    def load(self) -> None:
        """Load nothing."""

    @contextmanager
    def start(self) -> Iterator[Callable[[str], FleetOutcome]]:
        yield self.treat

    def treat(self, repository: str) -> FleetOutcome:
        if repository.startswith("killed"):
            os.kill(os.getpid(), signal.SIGKILL)
        if repository.startswith("hung-"):
            signal.pause()
        if repository.startswith("leaves"):
            os._exit(0)
        try:
            bytearray({"hungry": 8 << 30, "large": 1 << 30}.get(repository.partition("-")[0], 0))
        except MemoryError:
            return failed(repository, Reason.MEMORY, "")
        return FleetOutcome(repository=repository, status=Status.CLEAN)


@pytest.mark.skipif(sys.platform != "linux", reason="a class of a test is handed down by fork alone")
def test_a_worker_that_dies_or_hangs_costs_one_repository() -> None:
    bad = {"killed": Reason.CRASHED, "leaves": Reason.CRASHED, "hung": Reason.TIMEOUT, "hungry": Reason.MEMORY}
    names = [f"{word}-{number}" for number in range(3) for word in ("good", "fine", *bad)]
    engine = PoolEngine(Trap(), PoolLimits(jobs=3, seconds=2, memory=4 << 30))  # type: ignore[arg-type]
    run = FleetRun(repositories=names, engine=engine, jobs=1)
    found = {outcome.repository: outcome.why and outcome.why.code for outcome in run.outcomes()}
    assert found == {name: bad.get(name.partition("-")[0]) for name in names}
    assert (run.left, run.stopped) == (0, None)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited, and a fork begins with its parent's, there")
def test_a_worker_may_use_its_memory_whatever_it_begins_with() -> None:
    with mmap.mmap(-1, 5 << 30):  # of which nothing is used
        engine = PoolEngine(Trap(), PoolLimits(jobs=1, seconds=60, memory=4 << 30))  # type: ignore[arg-type]
        run = FleetRun(repositories=["large-0", "hungry-0"], engine=engine, jobs=1)
        assert [one.status for one in run.outcomes()] == [Status.CLEAN, Status.FAILED]


def test_both_engines_give_the_same(fleet: Path) -> None:
    names = [str(fleet / name) for name in spoil(fleet)]
    random.Random(5).shuffle(names)
    job = FleetJob(verb=Verb.CHECK)

    def outcomes(engine: InProcessEngine | PoolEngine) -> dict[str, FleetOutcome]:
        run = FleetRun(repositories=names, engine=engine, jobs=2)
        rows = [outcome_in({**one.document, "seconds": 0}) for one in run.outcomes()]
        return {one.repository: one for one in rows}

    assert outcomes(PoolEngine(job, LIMITS)) == outcomes(InProcessEngine(job))


# What people do to their files: nothing, add to them, contradict the template, spoil them.
EDITS = {
    "none": lambda text: text,
    "added": lambda text: text + "# Our own\n",
    "formatted": lambda text: text.replace("\n", "\n\n", 1),
    "first": lambda text: text.replace("name:", "name: Ours", 1),
    "broken": lambda text: text + "body: [\n",
}  # fmt: skip


def test_what_a_run_remembers_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each edit of two files in two repositories, all of whose contents the second one repeats."""
    made = tmp_path / "made"
    assert main(["init", "-l", "--ref", "v1.3.0", str(made)]) == 0
    names = []
    for turn, (edit, change) in itertools.product("ab", EDITS.items()):
        home = tmp_path / f"{edit}-{turn}"
        shutil.copytree(made, home)
        for path in (home / FORM, home / FORM.replace(".yml", ".md")):
            path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        names.append(str(home))

    def outcomes(verb: Verb) -> list[FleetOutcome]:
        engine = InProcessEngine(FleetJob(verb=verb, dry_run=True, plans=True))
        engine.submit(names)
        return [replace(one, seconds=0.0) for one in engine.completed()]

    hits = content_merge._remembered_merge.cache_info().hits
    remembering = [outcomes(verb) for verb in (Verb.CHECK, Verb.UPDATE)]
    assert content_merge._remembered_merge.cache_info().hits > hits
    for module, limit in [
        (content_merge, "_MOST_BYTES"),
        (refusals, "_MOST_BYTES"),
        (formatting, "_MOST_REMEMBERED"),
    ]:
        monkeypatch.setattr(module, limit, -1)
    assert [outcomes(verb) for verb in (Verb.CHECK, Verb.UPDATE)] == remembering
    assert {one.status for one in remembering[1]} == {Status.OUTDATED, Status.CONFLICT}


def test_a_run_ends_early_and_goes_on(fleet: Path, scaffold: Run) -> None:
    spoil(fleet)
    done = scaffold("fleet", "check", fleet / "gone", fleet, "-j1", "--max-failures", "1", "--format", "json")
    assert (done.code, json.loads(done.out)["stopped"]) == (3, "max-failures")
    assert len(rows(done.out)) == 1
    more = scaffold("fleet", "check", "--resume", "-j1", "--format", "json")
    assert sorted(rows(more.out)) == [f"r{number}" for number in range(6)]
    assert scaffold("fleet", "check", "--resume").out.endswith("2 clean, 1 drifted") is False
    only = scaffold("fleet", "check", "--only", "failed", "-j1", "--format", "json")
    assert sorted(rows(only.out)) == ["gone", "r2", "r3", "r5"]
    soon = scaffold("fleet", "check", fleet, "--until", "0s", "-j1")
    assert soon.code == 75
    assert "--resume=" in soon.out
    assert scaffold("fleet", "status").code == 75
    assert scaffold("fleet", "validate", "--resume").code == 2


def test_reports_of_parts_are_merged(fleet: Path, scaffold: Run, tmp_path: Path) -> None:
    spoil(fleet)
    files = [tmp_path / f"part-{number}.jsonl" for number in (1, 2)]
    for number, file in enumerate(files, 1):
        scaffold("fleet", "check", fleet, "-j1", "--shard", f"{number}/2", "--format", f"jsonl={file}")
    whole = scaffold("fleet", "check", fleet, "-j1", "--format", "json")
    for line in files[0].read_text(encoding="utf-8").splitlines():
        hold_to_schema(line)
    merged = scaffold("fleet", "report", *files, "--format", "json")
    assert merged.code == whole.code == 3

    def timeless(text: str) -> dict[str, object]:
        return {name: {**row, "seconds": 0} for name, row in rows(text).items()}

    assert timeless(merged.out) == timeless(whole.out)
    for format_, word in (("markdown", "| repository |"), ("html", "<!doctype html>"), ("sarif", '"results"')):
        assert word in scaffold("fleet", "report", "--format", format_).out
    (fleet / "bad.jsonl").write_text("{}\nnothing\n{}\n", encoding="utf-8")
    assert scaffold("fleet", "report", fleet / "bad.jsonl").code == 3


def test_update_and_init_write_or_plan(fleet: Path, scaffold: Run) -> None:
    new = fleet / "new"
    (new / ".git").mkdir(parents=True)
    old = fleet / "old"
    assert scaffold("init", "-l", "--ref", "v1.2.0", old).code == 0
    before = read_tree(fleet)
    plan = scaffold("fleet", "update", old, fleet / "r0", "-n", "-j1", "--format", "json")
    assert ({name: row["status"] for name, row in rows(plan.out).items()}, plan.code) == (
        {"old": "outdated", "r0": "clean"},
        1,
    )
    assert scaffold("fleet", "init", new, "-n", "-j1").code == 1
    assert read_tree(fleet) == before
    done = scaffold("fleet", "update", old, fleet / "r0", "-j1", "--format", "json")
    assert ({name: row["status"] for name, row in rows(done.out).items()}, done.code) == (
        {"old": "updated", "r0": "clean"},
        0,
    )
    made = scaffold("fleet", "init", new, fleet / "r0", "-j1", "--format", "json")
    assert {name: row["status"] for name, row in rows(made.out).items()} == {"new": "updated", "r0": "skipped"}
    assert made.code == 0
    assert scaffold("fleet", "check", fleet, "-j1").code == 0


def journals(tmp_path: Path, names: list[str]) -> Iterator[tuple[int, Path]]:
    """Yield a run that was ended after each byte at which a write may end."""
    outcomes = [FleetOutcome(repository=name, status=Status.CLEAN) for name in names]
    runs = tmp_path / "runs"
    with run_folder.start_run(runs, {"command": "fleet check"}, names, synced=False) as run:
        for outcome in outcomes:
            run.record(outcome)
        place = run.place
    content = (place / "journal.jsonl").read_bytes()
    chance = random.Random(7)
    for cut in sorted({0, 1, len(content), *chance.sample(range(len(content)), 60)}):
        (place / "journal.jsonl").write_bytes(content[:cut])
        yield content[:cut].count(b"\n"), place


def test_a_torn_journal_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    names = [f"r{number}" for number in range(8)]
    for whole, place in journals(tmp_path, names):
        assert list(run_folder.outcomes_of(place)) in (names[:whole], names[: whole + 1])
        with run_folder.resume_run(place, synced=True) as run:
            done = run_folder.outcomes_of(place)
            assert list(done) == names[:whole]
            for name in names:
                if name not in done:
                    run.record(FleetOutcome(repository=name, status=Status.DRIFTED))
        lines = (place / "journal.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["repository"] for line in lines] == names
        assert run_folder.repositories_of(place) == names


def test_a_killed_run_goes_on(fleet: Path, scaffold: Run) -> None:
    names = [str(fleet / f"r{number}") for number in range(6)]
    command = [sys.executable, "-m", "issue_scaffold.cli.entry", "fleet", "check", *names]
    code = "import sys; from issue_scaffold.cli.entry import run; sys.argv[0] = 'scaffold'; run()"
    with subprocess.Popen(
        [sys.executable, "-c", code, *command[3:], "-j1", "--format", "jsonl"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.communicate()
    before = run_folder.outcomes_of(run_folder.find_run(Path(os.environ["SCAFFOLD_CACHE_DIR"], "state/fleet"), ""))
    more = scaffold("fleet", "check", "--resume", "-j1", "--format", "json")
    assert more.code == 0
    assert {*before, *(row["repository"] for row in rows(more.out).values())} == set(names)
    assert before.keys().isdisjoint(str(row["repository"]) for row in rows(more.out).values())


def test_what_a_killed_run_has_written_is_not_taken_for_clean(
    template: Template, scaffold: Run, tmp_path: Path
) -> None:
    """Whatever the process that keeps the journal was killed at: of each repository it is said what was done."""
    template.release("v1.0.0", {"a.md": "one\n"})
    names = [str(tmp_path / "kept" / f"k{number}") for number in range(6)]
    for name in names:
        assert scaffold("init", name, "-t", template).code == 0
    template.release("v2.0.0", {"a.md": "two\n"})
    code = "import sys; from issue_scaffold.cli.entry import run; sys.argv[0] = 'scaffold'; run()"
    runs = Path(os.environ["SCAFFOLD_CACHE_DIR"], "state/fleet")
    with subprocess.Popen(
        [sys.executable, "-c", code, "fleet", "update", *names, "-j1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        while not any((Path(name) / "a.md").read_text() == "two\n" for name in names):
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
    place = run_folder.find_run(runs, "")
    journal = place / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert json.loads(lines[0])["event"] == "updating"
    # As if it had been killed before it heard of anything, with all that was announced done or not.
    journal.write_bytes(b"".join(line for line in lines if json.loads(line)["event"] == "updating"))
    done = scaffold("fleet", "update", "--resume", "-j1", "--format", "json")
    found = rows(done.out)
    assert {row["status"] for row in found.values()} == {"updated"}
    assert len(found) == len(names)
    assert all({"path": "a.md", "action": "clean"} in row["files"] for row in found.values())  # type: ignore[operator]
    assert done.code == 0
    assert scaffold("fleet", "check", *names, "-j1").code == 0


def test_counts() -> None:
    tally = Tally()
    tally.add(FleetOutcome(repository="a", status=Status.SKIPPED))
    assert (tally.exit_code, tally.total, MaxFailures(1).reached(0, 9)) == (0, 1, False)


def test_validation_looks_at_a_repository_alone_and_names_its_files_from_its_root(
    scaffold: Run, tmp_path: Path
) -> None:
    bad = {
        ".github/ISSUE_TEMPLATE/a.yml": "name: x\nnonsense: 1\n",
        "SUPPORT.md": "[new](../../issues/new?template=a.yml)\n",
    }
    write_tree(tmp_path / "outer", {**bad, ".git/HEAD": "ref: refs/heads/main\n", "inner/README.md": ""})
    places = [str(tmp_path / "outer"), str(tmp_path / "outer" / "inner")]
    done = scaffold("fleet", "validate", *places, "-j1", "--format", "json")
    outer, inner = json.loads(done.out)["repositories"]
    assert (done.code, outer["status"], inner["status"]) == (1, "drifted", "clean")
    assert {one["path"] for one in outer["findings"]} == {".github/ISSUE_TEMPLATE/a.yml"}
    log = json.loads(scaffold("fleet", "validate", *places, "-j1", "--format", "sarif").out)
    uris = {
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in log["runs"][0]["results"]
        for place in result["locations"]
    }
    assert len(uris) == 1
    assert all(uri.endswith("outer/.github/ISSUE_TEMPLATE/a.yml") and uri.count("outer") == 1 for uri in uris)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
def test_a_reader_that_goes_away_is_no_finding() -> None:
    code = "import sys; from issue_scaffold.cli.entry import run; sys.argv[0] = 'scaffold'; run()"
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([sys.executable, "-c", code, "rules"], stdout=writer, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (3, b"")
