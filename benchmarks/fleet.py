"""How fast `scaffold fleet` is, and what it needs of memory: `python benchmarks/fleet.py`.

Prints a Markdown table beside what Python needs to read and hash the same files; exits 1 when something is above its
target. Processor time is that of all processes; on a busy machine it says more than the clock. An organisation is on
the tests' fake of GitHub, which is this process: what it takes itself doesn't count. It needs `graphql-core`, and
GitHub's schema: `npm ci --prefix tests/fleet/npm`.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from issue_scaffold.fleet.engine import InProcessEngine
from issue_scaffold.fleet.job import FleetJob, Verb
from issue_scaffold.fleet.run_folder import start_run

if TYPE_CHECKING:
    from tests.fleet.fake_github import FakeHost, Tree

ANSWER_SETS = 20
ANSWERS = ".copier-answers.scaffold.yml"
TIMES_COPIER = 150
JOURNAL_SHARE = 0.01
_DATA = Path(__file__).resolve().parent.parent / "src" / "issue_scaffold" / "data"
# The version before the newest of the bundled template.
OLD = (_DATA / "template-releases.txt").read_text("ascii").splitlines()[-2].split()[0]
# One whose form and template for an issue's text are others today.
OLDER = "v1.3.0"
FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"
TEXT = ".github/ISSUE_TEMPLATE/infrastructure.md"


class Measured(NamedTuple):
    """What a command took: seconds on the clock and of processors, and the largest process in MB."""

    clock: float
    processor: float
    memory: float


class Fleet:
    """Repositories with twenty sets of answers in a folder, and the environment to work on them."""

    def __init__(self, home: Path, scaffold: str) -> None:
        self.home = home
        self.scaffold = scaffold
        self.env = {**os.environ, "SCAFFOLD_CACHE_DIR": str(home / "cache"), "GIT_CONFIG_GLOBAL": os.devnull}
        self.env["XDG_STATE_HOME"] = str(home / "state")
        # What is installed has its modules compiled.
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)

    def make(self, name: str, count: int, *, ref: str | None = None) -> Path:
        """Return a folder of repositories."""
        folder = self.home / name
        for number in range(count):
            place = folder / f"repo-{number:06}"
            if number >= ANSWER_SETS:
                shutil.copytree(folder / f"repo-{number % ANSWER_SETS:06}", place)
                continue
            more = ["--ref", ref] if ref else []
            self.call("init", "-l", "-d", f"title_prefix=[T{number}] ", *more, str(place))
        return folder

    def call(self, *arguments: str) -> None:
        """Run a command that has to succeed."""
        subprocess.run([self.scaffold, *arguments], env=self.env, check=True, capture_output=True)

    def measured(self, *arguments: str, env: Mapping[str, str] | None = None) -> Measured:
        """Run a command, whatever it ends with."""
        with tempfile.TemporaryFile() as out:
            start = time.perf_counter()
            process = subprocess.Popen(
                [self.scaffold, *arguments], env={**self.env, **(env or {})}, stdout=out, stderr=out
            )
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
            clock = time.perf_counter() - start
        return Measured(clock, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def floor(folder: Path) -> float:
    """Return the processor seconds that reading and hashing all files takes."""
    start = time.process_time()
    for place, _, names in os.walk(folder):
        for name in names:
            hashlib.sha256(Path(place, name).read_bytes()).digest()
    return time.process_time() - start


class Target(NamedTuple):
    """What is timed, and what it may take: seconds of processors, and MB."""

    what: str
    run: Callable[[], Measured]
    folder: Path
    seconds: float
    memory: float


def spoiled(folder: Path) -> Path:
    """Return a folder in which every repository has drifted, each in its own way."""
    for number, place in enumerate(sorted(folder.iterdir())):
        append(place / FORM, f"# drift {number}\n")
    return folder


def edited(folder: Path) -> Path:
    """Return a folder in which every repository has lines of its own in two files."""
    for place in folder.iterdir():
        append(place / FORM, "# Our own\n")
        append(place / TEXT, "Our own\n")
    return folder


def append(path: Path, line: str) -> None:
    """Write a line behind those of a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(line)


def check_journal(fleet: Fleet) -> bool:
    """Print what the journal of a check takes of the command's processor time; return whether that is too much.

    Its part is measured within this process.
    """
    os.environ.update(fleet.env)
    drifted = fleet.home / "drifted"
    command = min(fleet.measured("fleet", "check", str(drifted), "-j", "1").processor for _ in range(3))
    engine = InProcessEngine(FleetJob(verb=Verb.CHECK))
    engine.submit(sorted(map(str, drifted.iterdir())))
    outcomes = list(engine.completed())
    start = time.process_time()
    with start_run(fleet.home / "runs", {}, (), synced=False) as run:
        for outcome in outcomes:
            run.record(outcome)
    spent = time.process_time() - start
    share = spent / command
    verdict = " **missed**" if share > JOURNAL_SHARE else ""
    print(
        f"| journal of the check of 1,000, all drifted: {share:.2%} of it | | | {spent:.3f} s "
        f"| {JOURNAL_SHARE:.0%} | {verdict} |",
        flush=True,
    )
    return bool(verdict)


def targets(fleet: Fleet, sizes: Sequence[int], jobs: str) -> list[Target]:
    """Return what is measured."""
    found = []
    for size in sizes:
        folder = fleet.make(f"clean-{size}", size)
        run = partial(fleet.measured, "fleet", "check", str(folder), "-j", jobs)
        seconds, memory = {1000: (0.35, 40), 10_000: (2.0, 60)}.get(size, (size / 5000, 100))
        found.append(Target(f"check {size:,}, {ANSWER_SETS} sets of answers", run, folder, seconds, memory))
    drifted = spoiled(fleet.make("drifted", 1000))
    run = partial(fleet.measured, "fleet", "check", str(drifted), "-j", jobs)
    found.append(Target("check 1,000, all drifted", run, drifted, 1.5, 100))
    old = fleet.make("old", 200, ref=OLD)
    run = partial(updated, fleet, old, jobs)
    found.append(Target(f"update 200 from {OLD}, answers only", run, old, 1.2, 100))
    older = edited(fleet.make("older", 200, ref=OLDER))
    run = partial(updated, fleet, older, jobs)
    found.append(Target(f"update 200 from {OLDER}, two text merges each", run, older, 2.5, 100))
    return found


def hosted_tree(folder: Path, number: int) -> "Tree":
    """Return a repository as a host has it, with a few files of its own beside those of a folder."""
    from tests.fleet.fake_github import Entry, Tree

    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    contents = {name: path.read_bytes() for name, path in files.items()}
    contents |= {f"{name}.txt": f"{name} of {number}\n".encode() for name in ("README", "LICENSE", "docs/a", "src/a")}
    entries, blobs = {}, {}
    for name, content in sorted(contents.items()):
        oid = hashlib.sha1(b"blob %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()
        blobs[oid] = content
        entries[name] = Entry("100644", oid)
        for parent in list(Path(name).parents)[:-1]:
            entries[parent.as_posix()] = Entry("040000", f"{number:040x}")
    return Tree(f"{number:040x}", f"{number:040x}", entries, blobs.__getitem__)


def organisation(fleet: Fleet, count: int) -> "FakeHost":
    """Return a host with an organisation of so many clean repositories."""
    from tests.fleet.fake_github import FakeHost

    places = sorted(fleet.make("hosted", ANSWER_SETS).iterdir())

    def tree(name: str) -> "Tree":
        number = int(name.rpartition("-")[2])
        return hosted_tree(places[number % len(places)], number)

    host = FakeHost(tree, lambda name: f"https://git.invalid/{name}.git")
    for number in range(count):
        host.host(f"acme/service-{number:06}")
    return host


def check_organisation(fleet: Fleet, count: int) -> bool:
    """Print what the check of an organisation takes; return whether that is too much."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from tests.labels.fake_github import FakeServer

    host = organisation(fleet, count)
    server = FakeServer(host)
    env = {"GITHUB_API_URL": server.address, "GH_TOKEN": host.token}
    try:
        found = fleet.measured("fleet", "check", "--org", "acme", "--quiet", env=env)
    finally:
        server.close()
    requests, most = sum(host.kinds().values()), count // 50 + 10
    seconds = count * 30 / 10_000
    is_missed = requests > most or found.processor > seconds
    verdict = " **missed**" if is_missed else ""
    print(
        f"| organisation of {count:,}: {requests} requests, at most {most} | {count // 50} requests "
        f"| {found.clock:.2f} s | {found.processor:.2f} s | {seconds:g} s | {found.memory:.0f} MB{verdict} |",
        flush=True,
    )
    return is_missed


def hosted_template(fleet: Fleet) -> str:
    """Return the URL by which git gets the bundled template, from a clone, as it gets any other."""
    url, clone = "https://templates.invalid/catalog.git", fleet.home / "catalog"
    subprocess.run(["git", "clone", "--quiet", _DATA / "template.bundle", clone], check=True, capture_output=True)
    config = fleet.home / "gitconfig"
    config.write_text(
        f'[user]\nname = B\nemail = b@example.invalid\n[url "{clone}"]\ninsteadOf = {url}\n', encoding="utf-8"
    )
    fleet.env["GIT_CONFIG_GLOBAL"] = str(config)
    return url


def compare_with_copier(fleet: Fleet, count: int) -> bool:
    """Print what 200 updates with two merges each take beside a loop of `copier update`, each as users run it.

    Return whether that is too much, or anything comes out otherwise.
    """
    copier = str(Path(fleet.scaffold).with_name("copier"))
    base, here, there = (fleet.home / name for name in ("copied", "by-scaffold", "by-copier"))
    url = hosted_template(fleet)
    subprocess.run([copier, "copy", "-lq", "--vcs-ref", OLDER, url, base], env=fleet.env, check=True)
    append(base / FORM, "# Our own\n")
    append(base / TEXT, "Our own\n")
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "start"]):
        subprocess.run(["git", *command], cwd=base, env=fleet.env, check=True)
    for number in range(200):
        shutil.copytree(base, here / f"repo-{number:03}")
        if number < count:
            shutil.copytree(base, there / f"repo-{number:03}")
    fleet.measured("fleet", "update", "--dry-run", str(here / "repo-000"))
    ours = fleet.measured("fleet", "update", str(here)).clock / 200
    start = time.perf_counter()
    for place in sorted(there.iterdir()):
        command = [copier, "update", "-lq", "-a", ANSWERS, str(place)]
        subprocess.run(command, env=fleet.env, check=True, capture_output=True)
    theirs = (time.perf_counter() - start) / count
    differing = [place.name for place in there.iterdir() if tree(place) != tree(here / place.name)]
    is_missed = theirs < TIMES_COPIER * ours or bool(differing)
    verdict = " **missed**" if is_missed else ""
    print(
        f"| update 200, two text merges each, as {count} by `copier update`: {len(differing)} differ | "
        f"{theirs * 1000:.0f} ms each | {ours * 1000:.1f} ms each | | {TIMES_COPIER} times as fast | "
        f"{theirs / ours:.0f} times{verdict} |",
        flush=True,
    )
    return is_missed


def tree(place: Path) -> dict[str, bytes]:
    """Return the files of a repository, but for what only scaffold records: the commit of a version."""
    files = {}
    for path in place.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            lines = path.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if not line.startswith(b"_commit_id: ")]
            files[path.relative_to(place).as_posix()] = b"".join(kept)
    return files


def updated(fleet: Fleet, old: Path, jobs: str) -> Measured:
    """Update a fresh copy of old repositories."""
    work = fleet.home / "work"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(old, work)
    return fleet.measured("fleet", "update", str(work), "-j", jobs)


def main() -> int:
    """Run the benchmark; return 1 when a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", default="1000,10000", help="how many repositories (default: 1000,10000)")
    parser.add_argument("--organisation", type=int, default=10_000, help="repositories on a host (default: 10000)")
    parser.add_argument("--copier", type=int, default=10, help="repositories that Copier updates, too (default: 10)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", default="1")
    parser.add_argument("--scaffold", default=str(Path(sys.executable).with_name("scaffold")))
    options = parser.parse_args()
    missed = False
    with tempfile.TemporaryDirectory(prefix="benchmark-fleet-") as home:
        fleet = Fleet(Path(home), options.scaffold)
        print("| work | reading and hashing | clock | processor | at most | memory |\n|---|---|---|---|---|---|")
        sizes = [int(size) for size in options.sizes.split(",") if size]
        for target in targets(fleet, sizes, options.jobs) if sizes else ():
            target.run()
            best = min((target.run() for _ in range(options.rounds)), key=lambda one: one.processor)
            is_missed = best.processor > target.seconds or best.memory > target.memory
            missed |= is_missed
            verdict = " **missed**" if is_missed else ""
            print(
                f"| {target.what} | {floor(target.folder):.2f} s | {best.clock:.2f} s | {best.processor:.2f} s "
                f"| {target.seconds:g} s, {target.memory:g} MB | {best.memory:.0f} MB{verdict} |",
                flush=True,
            )
        if sizes:
            missed |= check_journal(fleet)
        if options.copier:
            missed |= compare_with_copier(fleet, options.copier)
        if options.organisation:
            missed |= check_organisation(fleet, options.organisation)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
