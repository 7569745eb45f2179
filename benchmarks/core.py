"""How fast `scaffold` is, beside its peers on the same templates: `nox -s bench`, or `python benchmarks/core.py`.

Prints a Markdown table of medians and ratios, and exits 1 when a ratio is above its target. Two templates: `small` is
four files and one question; `catalog` is the one that comes with the package, named `bundled` where it is read from
there, as users do.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from race import HEADER, Peer, Race, Result, Runner, processor_time
from world import CATALOG_URL, NEW, OLD, SMALL_URL, Tools, World

FOLDERS, ANSWER_SETS, FOLDERS_LIMIT_SECONDS = 1000, 50, 2.0
UPDATES, WORKERS = 40, 8


def races(world: World) -> Iterator[Race]:
    """Yield what is compared with what."""
    yield from start_races(world)
    yield from warm_check_races(world)
    for name, url in (("small", SMALL_URL), ("catalog", CATALOG_URL)):
        yield from template_races(world, name, url)
    yield from bundled_races(world)


def start_races(world: World) -> Iterator[Race]:
    """Yield the races of doing nothing."""
    peer = Peer(runner=world.runner("`copier --version`", world.tools.copier, "--version"), limit=0.25)
    for option in ("--version", "--help"):
        yield Race(what=f"`{option}`", ours=world.runner("scaffold", world.tools.scaffold, option), peers=[peer])


def warm_check_races(world: World) -> Iterator[Race]:
    """Yield the races of finding drift where everything is known already."""
    tools = world.tools
    imports = world.runner('`python -c "import click, yaml"`', tools.python, "-c", "import click, yaml")
    cruft = world.runner("`cruft diff -e`", tools.cruft, "diff", "-e", cwd=world.copy("cruft-small", NEW))

    def check_update(name: str) -> Runner:
        command = [tools.copier, "check-update", *answers_file(name)]
        return world.runner("`copier check-update`", *command, cwd=world.copy(f"copier-{name}", NEW))

    def check(name: str) -> Runner:
        return world.runner("scaffold", tools.scaffold, "check", world.copy(f"scaffold-{name}", NEW))

    yield Race(
        what="`check`, warm, small",
        ours=check("small"),
        peers=[
            Peer(runner=cruft, limit=0.30),
            Peer(runner=check_update("small"), limit=0.20),
            Peer(runner=imports, limit=1.6),
        ],
    )
    yield Race(
        what="`check`, warm, bundled",
        ours=check("bundled"),
        peers=[Peer(runner=check_update("catalog"), limit=0.20), Peer(runner=imports, limit=1.6)],
    )


def answers_file(name: str) -> list[str]:
    """Return the option that tells copier where a template's answers are."""
    return ["-a", ".copier-answers.scaffold.yml"] if name == "catalog" else []


def copy_peer(world: World, name: str, url: str, *, limit: float | None, empty_cache: bool = False) -> Peer:
    """Return `copier copy` into a new folder."""
    folder = f"copier-{name}"
    command = (world.tools.copier, "copy", "-lq", url, world.work(folder))
    label = "`copier copy`, empty cache" if empty_cache else "`copier copy`"
    prepare = world.prepare(folder, forget="copier" if empty_cache else None)
    return Peer(runner=world.runner(label, *command, prepare=prepare), limit=limit)


def update_peer(world: World, name: str, *, limit: float) -> Peer:
    """Return `copier update` of an untouched copy."""
    folder = f"copier-{name}"
    command = [world.tools.copier, "update", "-lq", *answers_file(name), str(world.work(folder))]
    return Peer(runner=world.runner("`copier update`", *command, prepare=world.prepare(folder, OLD)), limit=limit)


def template_races(world: World, name: str, url: str) -> Iterator[Race]:
    """Yield the races of rendering, on one git template that both tools get from the same place."""
    yield from rendering_races(world, name, f"scaffold-{name}", url, ("-t", url))


def bundled_races(world: World) -> Iterator[Race]:
    """Yield the same races with the template read from the package."""
    yield from rendering_races(world, "bundled", "scaffold-bundled", CATALOG_URL, ())


def rendering_races(world: World, name: str, folder: str, url: str, source: Sequence[str]) -> Iterator[Race]:
    """Yield cold check, init and update of one template against copier."""
    scaffold, work = world.tools.scaffold, world.work(folder)
    peer_name = "catalog" if name == "bundled" else name

    def ours(*command: str | Path, tag: str | None, cold: bool) -> Runner:
        prepare = world.prepare(folder, tag, forget="scaffold" if cold else None)
        return world.runner("scaffold", scaffold, *command, prepare=prepare)

    def copy(limit: float | None, *, empty_cache: bool = False) -> Peer:
        return copy_peer(world, peer_name, url, limit=limit, empty_cache=empty_cache)

    yield Race(
        what=f"`check`, empty cache, {name}", ours=ours("check", work, tag=NEW, cold=True), peers=[copy(limit=1.25)]
    )
    init: list[str | Path] = ["init", "-l", work, *source]
    yield Race(
        what=f"`init`, empty cache, {name}",
        ours=ours(*init, tag=None, cold=True),
        peers=[copy(limit=1.25), copy(limit=None, empty_cache=True)],
    )
    yield Race(what=f"`init`, cached, {name}", ours=ours(*init, tag=None, cold=False), peers=[copy(limit=0.35)])
    update: list[str | Path] = ["update", "-l", work]
    for cold, limit in ((True, 0.7), (False, 0.25)):
        yield Race(
            what=f"`update`, {'empty cache' if cold else 'cached'}, {name}",
            ours=ours(*update, tag=OLD, cold=cold),
            peers=[update_peer(world, peer_name, limit=limit)],
        )


def many_folders(world: World, rounds: int) -> str:
    """Check a thousand folders with fifty sets of answers in one call; return what came out."""
    home = world.folder / "many"
    home.mkdir()
    folders = [home / f"repo-{number:04}" for number in range(FOLDERS)]
    for number, folder in enumerate(folders):
        if number < ANSWER_SETS:
            answer = f"title_prefix=[TEAM {number}] "
            world.call(world.tools.scaffold, "init", "-l", "-d", answer, str(folder))
        else:
            shutil.copytree(folders[number % ANSWER_SETS], folder)
    check = world.runner("scaffold", world.tools.scaffold, "check", *folders)
    check.run()
    seconds = sorted(check.run() for _ in range(rounds))[rounds // 2]
    verdict = "" if seconds <= FOLDERS_LIMIT_SECONDS else " **missed**"
    return (
        f"`check` of {FOLDERS} folders with {ANSWER_SETS} sets of answers, one call, warm, bundled: {seconds:.2f} s "
        f"(at most {FOLDERS_LIMIT_SECONDS:.1f} s){verdict}"
    )


def parallel_updates(world: World, tool: str, *command: str) -> tuple[int, str]:
    """Run updates eight at a time on one cache that starts empty; return how many failed, and a sentence."""
    home = world.folder / f"parallel-{tool}"
    home.mkdir()
    folders = [home / f"repo-{number:02}" for number in range(UPDATES)]
    for folder in folders:
        shutil.copytree(world.copy(f"{tool}-small", OLD), folder, symlinks=True)
    world.forget(tool)

    def update(folder: Path) -> bool:
        done = subprocess.run([*command, str(folder)], env=world.env, capture_output=True, check=False)
        answers = next(folder.glob(".copier-answers*"), None)
        return done.returncode == 0 and answers is not None and NEW in answers.read_text(encoding="utf-8")

    start = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        failed = UPDATES - sum(pool.map(update, folders))
    seconds = time.perf_counter() - start
    verdict = " **missed**" if tool == "scaffold" and failed else ""
    return failed, (
        f"{UPDATES} `{tool} update`, {WORKERS} at a time on one cache: {failed} failed, {seconds:.1f} s{verdict}"
    )


def summary(world: World, rounds: int) -> Iterator[str]:
    """Yield the figures that aren't ratios."""
    yield many_folders(world, rounds)
    yield parallel_updates(world, "scaffold", world.tools.scaffold, "update", "-l")[1]
    yield parallel_updates(world, "copier", world.tools.copier, "update", "-lq")[1]


def main() -> int:
    """Run the benchmark; return 1 when a target was missed."""
    beside = Path(sys.executable).parent
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=9, help="counted runs of each command (default: 9)")
    parser.add_argument(
        "--scaffold", default=str(Path(sys.executable).with_name("scaffold")), help="the command to time"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="only races with this text in their name")
    parser.add_argument("--cpu", action="store_true", help="compare processor time, not the time on the clock")
    options = parser.parse_args()
    clock = processor_time if options.cpu else time.perf_counter
    tools = Tools(
        scaffold=options.scaffold, copier=str(beside / "copier"), cruft=str(beside / "cruft"), python=sys.executable
    )
    results: list[Result] = []
    sentences: list[str] = []
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as folder:
        world = World(Path(folder), tools)
        print(HEADER, flush=True)
        for race in races(world):
            if options.only in race.what:
                for result in race.run(options.rounds, clock):
                    results.append(result)
                    print(result.row(), flush=True)
        if not options.only:
            print()
            for sentence in summary(world, options.rounds):
                sentences.append(sentence)
                print(f"- {sentence}", flush=True)
    return int(any(result.missed for result in results) or any("**missed**" in text for text in sentences))


if __name__ == "__main__":
    sys.exit(main())
