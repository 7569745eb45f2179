"""A real scheduler and worker processes: all outcomes, none twice, whichever worker dies; the same as on one machine.

SCAFFOLD_DASK_REPOSITORIES=1000 with Dask's own number of deaths is the long proof; the suite uses fewer.
"""

import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Run, git, write_tree
from tests.fleet.cluster import cluster, worker_processes
from tests.fleet.trap import Trap

from issue_scaffold.cli.main import main
from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.fleet.dask_engine import DaskEngine, refuse_writes
from issue_scaffold.fleet.engine import InProcessEngine
from issue_scaffold.fleet.job import FleetJob, Verb
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.fleet.rollout import RepositoryRule, Rollout, Wave
from issue_scaffold.fleet.run import FleetRun
from issue_scaffold.fleet.selection import Shard
from issue_scaffold.template import extras
from issue_scaffold.template.installation import Installation, Installer, Origin, OriginKind

TOTAL = int(os.environ.get("SCAFFOLD_DASK_REPOSITORIES", "80"))
LONG = TOTAL >= 1000
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals end a worker")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that workers and tests share, which knows the bundled template's answers."""
    home = tmp_path_factory.mktemp("dask")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCAFFOLD_CACHE_DIR", str(home / "cache"))
        assert main(["init", "-l", str(home / "clean")]) == 0
        assert main(["check", str(home / "clean")]) == 0
    return home


@pytest.fixture(scope="module")
def scheduler(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> object:
    """Yield the address of a scheduler with four workers."""
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder, 4, deaths=3 if LONG else 0, SCAFFOLD_CACHE_DIR=str(cache / "cache")) as address:
        yield address


@pytest.fixture
def shared_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of the clean repository; the cache is the workers'."""
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(cache / "cache"))
    return cache / "clean"


def kill_one(processes: Iterable[int]) -> None:
    """Kill one of some workers; some may be gone already."""
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
        return
    raise AssertionError("all workers are gone")


def test_all_come_back_once_with_a_worker_killed_and_one_that_kills(scheduler: str, tmp_path: Path) -> None:
    names = [f"r{number}" for number in range(TOTAL)]
    names[TOTAL // 3] = "poison"
    processes = worker_processes(scheduler)
    engine = DaskEngine(Trap(verb=Verb.CHECK, notes=str(tmp_path)), scheduler)
    run = FleetRun(repositories=names, engine=engine, jobs=4)
    found: list[FleetOutcome] = []
    for outcome in run.outcomes():
        found.append(outcome)
        if len(found) == TOTAL // 10:
            kill_one(processes.values())
    assert Counter(one.repository for one in found) == Counter(names)
    bad = [one for one in found if one.status is not Status.CLEAN]
    assert [(one.repository, one.why and one.why.code) for one in bad] == [("poison", Reason.CRASHED)]
    runs = Counter(line for file in tmp_path.iterdir() for line in file.read_text(encoding="utf-8").splitlines())
    assert runs.keys() == set(names)
    print(f"{TOTAL} repositories, {runs.total()} treatments, {runs['poison']} of the poison")  # noqa: T201 - the long proof's numbers


def kinds(clean: Path, folder: Path) -> list[str]:
    """Make repositories of several kinds; return their folders."""
    for name in ("clean", "drifted", "broken", "empty", "out"):
        shutil.copytree(clean, folder / name)
    shutil.rmtree(folder / "empty" / ".github")
    (folder / "empty" / ANSWERS).unlink()
    write_tree(folder / "broken", {ANSWERS: "a: [\n"})
    write_tree(folder / "drifted", {".github/ISSUE_TEMPLATE/infrastructure.yml": "name: mine\n"})
    write_tree(folder / "out", {".github/scaffold.yml": "fleet: {skip: frozen}\n"})
    return [str(folder / name) for name in ("clean", "drifted", "broken", "empty", "out", "gone")]


def documents(run: FleetRun) -> dict[str, dict[str, object]]:
    rows = [one.document for one in run.outcomes()]
    return {str(row["repository"]): {**row, "seconds": 0} for row in rows}


@pytest.mark.parametrize("verb", [Verb.CHECK, Verb.UPDATE, Verb.INIT, Verb.VALIDATE])
def test_one_machine_shards_and_a_cluster_give_the_same(
    verb: Verb, scheduler: str, shared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = kinds(shared_cache, tmp_path / "acme")
    rollout = Rollout(
        (Wave("all", match="acme/empty$", data={"title_prefix": "[E] "}),), {"acme/clean": RepositoryRule("later")}
    )
    job = FleetJob(verb=verb, dry_run=verb in {Verb.UPDATE, Verb.INIT}, rollout=rollout)
    local = documents(FleetRun(repositories=names, engine=InProcessEngine(job), jobs=1))
    parts: dict[str, dict[str, object]] = {}
    for number in range(1, 4):
        part = Shard(number, 3).part_of(names)
        parts |= documents(FleetRun(repositories=part, engine=InProcessEngine(job), jobs=1))
    remote = documents(FleetRun(repositories=names, engine=DaskEngine(job, scheduler), jobs=2))
    assert local == parts == remote
    assert local[names[0]]["status"] == "skipped"
    monkeypatch.chdir(tmp_path)
    short = [os.path.relpath(name) for name in names]
    there = documents(FleetRun(repositories=short, engine=DaskEngine(job, scheduler), jobs=2))
    assert {str(tmp_path / name): row["status"] for name, row in there.items()} == {
        name: row["status"] for name, row in local.items()
    }


def test_the_command_runs_on_a_cluster_and_resumes(
    scheduler: str, shared_cache: Path, tmp_path: Path, scaffold: Run
) -> None:
    names = kinds(shared_cache, tmp_path / "acme")
    report = ("--format", "json")
    done = scaffold("fleet", "check", *names, "--scheduler", scheduler, *report)
    here = scaffold("fleet", "check", *names, "-j1", *report)
    rows = [[{**row, "seconds": 0} for row in json.loads(one.out)["repositories"]] for one in (done, here)]
    assert rows[0] == rows[1]
    assert done.code == here.code == 3
    git(tmp_path, "init", "--quiet", "new")
    refused = scaffold("fleet", "init", tmp_path / "new", "--scheduler", scheduler)
    assert (refused.code, "--dry-run" in refused.err) == (2, True)
    stopped = scaffold("fleet", "check", *names, "--scheduler", scheduler, "--until", "0s")
    assert stopped.code == 75
    assert scaffold("fleet", "check", "--resume", "--scheduler", scheduler, *report).code == 3


def test_nobody_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    job = FleetJob(verb=Verb.CHECK)
    monkeypatch.setattr("issue_scaffold.fleet.dask_engine._CONNECT_SECONDS", 0.2)
    monkeypatch.setattr("issue_scaffold.fleet.dask_engine._WORKERS_SECONDS", 0.2)
    for address in ("tcp://127.0.0.1:1", "nonsense://x", "tcp://"):
        with pytest.raises(ScaffoldError, match="no scheduler answers"):
            DaskEngine(job, address)


def test_nothing_is_written_in_a_task() -> None:
    job = FleetJob(verb=Verb.INIT)
    host = RemoteRepository(host="git.example.com", name="acme/api", clone_url="https://git.example.com/acme/api")
    refuse_writes(job, [host])
    refuse_writes(replace(job, dry_run=True), ["folder"])
    with pytest.raises(UsageError, match="only reads"):
        refuse_writes(job, [host, "folder"])


def test_a_missing_extra_says_how_this_copy_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ScaffoldError, match="the extra dask of issue-scaffold"):
        DaskEngine(FleetJob(verb=Verb.CHECK), "tcp://127.0.0.1:1")
    repository = Origin(kind=OriginKind.REPOSITORY, address="https://git.example.com/o/r", vcs="git", commit="abc")
    folder = Origin(kind=OriginKind.EDITABLE, address="file:///a%20b")
    for installer, source, expected in (
        (Installer.PIP, folder, "/p/python -m pip install -e '/a b[dask]'"),
        (
            Installer.PIPX,
            repository,
            "pipx install --force 'issue-scaffold[dask] @ git+https://git.example.com/o/r@abc'",
        ),
        (Installer.UV, None, "install distributed where /place lies"),
        (None, None, "install distributed where /place lies"),
    ):
        made = Installation(place=Path("/place"), python=Path("/p/python"), installer=installer, source=source)
        monkeypatch.setattr(extras, "installation", lambda made=made: made)
        assert extras.missing_extra("dask", "distributed", "--scheduler").hint == expected
