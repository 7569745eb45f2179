"""How fast `scaffold` is, beside its peers on the same template: `nox -s bench`, or `python benchmarks/core.py`.

Copier and scaffold get one git template of four files through one local "remote"; cruft gets a cookiecutter template
with the same files. Nothing of the user's is read or written: home, caches and git configuration are temporary.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from race import HEADER, Peer, Race, Result, Runner

COPIER_URL = "https://templates.invalid/issues.git"
COOKIE_URL = "https://templates.invalid/cookie.git"
ANSWERS = ".copier-answers.scaffold.yml"
FOLDERS, ANSWER_SETS, FOLDERS_LIMIT_SECONDS = 1000, 50, 2.0
UPDATES, WORKERS = 40, 8

FORM = """\
name: Task
description: A task for the {team} team
labels: [task]
body:
  - type: markdown
    attributes:
      value: "## What is to be done"
  - type: textarea
    id: what
    attributes:
      label: What
      description: One or two sentences
    validations:
      required: true
  - type: checkboxes
    id: checklist
    attributes:
      label: Checklist
      options:
        - label: Tests are written
        - label: Documentation is written
"""
MARKDOWN = """\
---
name: Task (Markdown)
about: A task for the {team} team
labels: task
---

## What is to be done

## Checklist

- [ ] Tests are written
- [ ] Documentation is written
"""
LABELS = """\
- name: task
  color: "0e8a16"
  description: Work of the {team} team
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Where the commands are."""

    scaffold: str
    copier: str
    cruft: str
    python: str


class Bench:
    """A temporary world: two templates with two versions each, and installed copies of the first version."""

    def __init__(self, folder: Path, tools: Tools) -> None:
        self.folder = folder
        self.tools = tools
        config = folder / "gitconfig"
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": str(config),
            "GIT_CONFIG_SYSTEM": os.devnull,
            "SCAFFOLD_CACHE_DIR": str(folder / "cache" / "scaffold"),
            "COPIER_CACHE_DIR": str(folder / "cache" / "copier"),
        }
        (folder / "home").mkdir()
        config.write_text(
            "[user]\nname = Bench\nemail = bench@example.invalid\n[init]\ndefaultBranch = main\n"
            "[advice]\ndetachedHead = false\n"
            f'[url "{folder / "issues"}"]\ninsteadOf = {COPIER_URL}\n'
            f'[url "{folder / "cookie"}"]\ninsteadOf = {COOKIE_URL}\n',
            encoding="utf-8",
        )
        self._make_templates()
        self._make_copies()

    def call(self, *command: str, cwd: Path | None = None) -> None:
        """Run a command that must succeed."""
        done = subprocess.run(command, cwd=cwd or self.folder, env=self.env, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command} exited with {done.returncode}:\n{(done.stdout + done.stderr).decode()}")

    def commit(self, folder: Path, tag: str | None = None) -> None:
        """Commit everything in a repository, made if need be."""
        if not (folder / ".git").is_dir():
            self.call("git", "init", "--quiet", cwd=folder)
        self.call("git", "add", "--all", cwd=folder)
        self.call("git", "commit", "--quiet", "--message", tag or "start", cwd=folder)
        if tag:
            self.call("git", "tag", tag, cwd=folder)

    def _make_templates(self) -> None:
        for tag, more in (("v1.0.0", ""), ("v1.1.0", "        - label: The change is announced\n")):
            copier, cookie = self.folder / "issues", self.folder / "cookie"
            write_files(copier, issue_files("{{ team }}", more, suffix=".jinja"))
            write_files(
                copier,
                {
                    "copier.yml": "team:\n  type: str\n  default: platform\n",
                    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}",
                },
            )
            write_files(cookie / "{{cookiecutter.project}}", issue_files("{{cookiecutter.team}}", more))
            write_files(cookie, {"cookiecutter.json": '{"project": "project", "team": "platform"}\n'})
            self.commit(copier, tag)
            self.commit(cookie, tag)

    def _make_copies(self) -> None:
        scaffold, copier, cruft = self.tools.scaffold, self.tools.copier, self.tools.cruft
        copies = self.folder / "copies"
        copies.mkdir()
        for tag in ("v1.0.0", "v1.1.0"):
            folder = copies / tag
            folder.mkdir()
            self.call(scaffold, "init", "-l", "-t", COPIER_URL, "--ref", tag, str(folder / "scaffold"))
            self.call(copier, "copy", "-lq", "--vcs-ref", tag, COPIER_URL, str(folder / "copier"))
            self.call(cruft, "create", "-y", "--checkout", tag, "--output-dir", str(folder), COOKIE_URL)
            (folder / "project").rename(folder / "cruft")
            self.call(scaffold, "init", "-l", "--ref", tag, str(folder / "bundled"))
            for name in ("scaffold", "copier", "cruft", "bundled"):
                self.commit(folder / name)

    def forget(self, tool: str) -> None:
        """Empty a tool's cache."""
        shutil.rmtree(self.folder / "cache" / tool, ignore_errors=True)

    def fresh(self, name: str, tag: str | None = None) -> Path:
        """Return a working folder: absent, or holding an untouched copy of a version."""
        work = self.folder / "work" / name
        shutil.rmtree(work, ignore_errors=True)
        if tag:
            shutil.copytree(self.folder / "copies" / tag / name, work, symlinks=True)
        else:
            work.parent.mkdir(exist_ok=True)
        return work

    def runner(self, name: str, *command: str, cwd: Path | None = None, **more: object) -> Runner:
        """Return a command to time in this world."""
        return Runner(name=name, command=command, cwd=cwd or self.folder, env=self.env, **more)  # type: ignore[arg-type]


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def issue_files(team: str, more: str, *, suffix: str = "") -> dict[str, str]:
    """Return the template's files; `more` is appended to the form."""
    texts = {"ISSUE_TEMPLATE/task.yml": FORM + more, "ISSUE_TEMPLATE/task.md": MARKDOWN, "labels.yml": LABELS}
    return {f".github/{name}{suffix}": text.replace("{team}", team) for name, text in texts.items()}


def races(bench: Bench) -> list[Race]:
    """Return what is compared with what."""
    return [*start_races(bench), *check_races(bench), *init_races(bench), *update_races(bench)]


def start_races(bench: Bench) -> list[Race]:
    """Return the races of doing nothing."""
    tools = bench.tools
    return [
        Race(
            what=f"`scaffold {option}`",
            ours=bench.runner("scaffold", tools.scaffold, option),
            peers=[Peer(runner=bench.runner("`copier --version`", tools.copier, "--version"), limit=0.25)],
        )
        for option in ("--version", "--help")
    ]


def check_races(bench: Bench) -> list[Race]:
    """Return the races of finding drift."""
    tools, copies = bench.tools, bench.folder / "copies" / "v1.1.0"
    copy = bench.runner(
        "`copier copy`", tools.copier, "copy", "-lq", COPIER_URL, str(bench.folder / "work" / "copier"),
        prepare=lambda: bench.fresh("copier"),
    )
    peers = [
        Peer(runner=bench.runner("`cruft diff -e`", tools.cruft, "diff", "-e", cwd=copies / "cruft"), limit=0.30),
        Peer(
            runner=bench.runner("`copier check-update`", tools.copier, "check-update", cwd=copies / "copier"), limit=0.20
        ),
        Peer(runner=bench.runner('`python -c "import click, yaml"`', tools.python, "-c", "import click, yaml"), limit=2.0),
    ]
    cold = {"prepare": lambda: bench.forget("scaffold")}
    return [
        Race(
            what="`check`, warm",
            ours=bench.runner("scaffold", tools.scaffold, "check", str(copies / "scaffold")),
            peers=peers,
        ),
        Race(
            what="`check`, warm, bundled template",
            ours=bench.runner("scaffold", tools.scaffold, "check", str(copies / "bundled")),
            peers=peers[:0] + [Peer(runner=peers[2].runner)],
        ),
        Race(
            what="`check`, empty cache",
            ours=bench.runner("scaffold", tools.scaffold, "check", str(copies / "scaffold"), **cold),
            peers=[Peer(runner=copy, limit=1.25)],
        ),
        Race(
            what="`check`, empty cache, bundled template",
            ours=bench.runner("scaffold", tools.scaffold, "check", str(copies / "bundled"), **cold),
            peers=[Peer(runner=copy)],
        ),
    ]


def init_races(bench: Bench) -> list[Race]:
    """Return the races of a first installation."""
    tools, work = bench.tools, bench.folder / "work"

    def cold(tool: str, folder: str) -> None:
        bench.forget(tool)
        bench.fresh(folder)

    copy = [tools.copier, "copy", "-lq", COPIER_URL, str(work / "copier")]
    warm_copy = bench.runner("`copier copy`", *copy, prepare=lambda: bench.fresh("copier"))
    cold_copy = bench.runner("`copier copy`, empty cache", *copy, prepare=lambda: cold("copier", "copier"))
    init = [tools.scaffold, "init", "-l", str(work / "scaffold"), "-t", COPIER_URL]
    return [
        Race(
            what="`init`, empty cache",
            ours=bench.runner("scaffold", *init, prepare=lambda: cold("scaffold", "scaffold")),
            peers=[Peer(runner=warm_copy, limit=1.25), Peer(runner=cold_copy)],
        ),
        Race(
            what="`init`, empty cache, bundled template",
            ours=bench.runner(
                "scaffold", tools.scaffold, "init", "-l", str(work / "scaffold"),
                prepare=lambda: cold("scaffold", "scaffold"),
            ),
            peers=[Peer(runner=warm_copy)],
        ),
        Race(
            what="`init`, cached",
            ours=bench.runner("scaffold", *init, prepare=lambda: bench.fresh("scaffold")),
            peers=[Peer(runner=warm_copy, limit=0.35)],
        ),
        Race(
            what="`init`, cached, bundled template",
            ours=bench.runner(
                "scaffold", tools.scaffold, "init", "-l", str(work / "scaffold"),
                prepare=lambda: bench.fresh("scaffold"),
            ),
            peers=[Peer(runner=warm_copy)],
        ),
    ]


def update_races(bench: Bench) -> list[Race]:
    """Return the races of going from one version to the next."""
    tools, work = bench.tools, bench.folder / "work"
    peer = bench.runner(
        "`copier update`", tools.copier, "update", "-lq", str(work / "copier"),
        prepare=lambda: bench.fresh("copier", "v1.0.0"),
    )

    def cold(name: str) -> None:
        bench.forget("scaffold")
        bench.fresh(name, "v1.0.0")

    def ours(name: str, *, empty_cache: bool) -> Runner:
        prepare = (lambda: cold(name)) if empty_cache else (lambda: bench.fresh(name, "v1.0.0"))
        return bench.runner("scaffold", tools.scaffold, "update", "-l", str(work / name), prepare=prepare)

    return [
        Race(what="`update`, empty cache", ours=ours("scaffold", empty_cache=True), peers=[Peer(runner=peer, limit=0.7)]),
        Race(
            what="`update`, empty cache, bundled template",
            ours=ours("bundled", empty_cache=True),
            peers=[Peer(runner=peer)],
        ),
        Race(what="`update`, cached", ours=ours("scaffold", empty_cache=False), peers=[Peer(runner=peer, limit=0.25)]),
        Race(
            what="`update`, cached, bundled template", ours=ours("bundled", empty_cache=False), peers=[Peer(runner=peer)]
        ),
    ]


def many_folders(bench: Bench, rounds: int) -> str:
    """Check a thousand folders with fifty sets of answers in one call; return what came out."""
    home = bench.folder / "many"
    home.mkdir()
    folders = [home / f"repo-{number:04}" for number in range(FOLDERS)]
    for number, folder in enumerate(folders):
        if number < ANSWER_SETS:
            team = f"team {number}"
            bench.call(bench.tools.scaffold, "init", "-l", "-t", COPIER_URL, "-d", f"team={team}", str(folder))
        else:
            shutil.copytree(folders[number % ANSWER_SETS], folder)
    check = bench.runner("scaffold", bench.tools.scaffold, "check", *map(str, folders))
    check.run()
    seconds = sorted(check.run() for _ in range(rounds))[rounds // 2]
    verdict = "" if seconds <= FOLDERS_LIMIT_SECONDS else " **missed**"
    return (
        f"`check` of {FOLDERS} folders with {ANSWER_SETS} sets of answers, one call, warm: {seconds:.2f} s "
        f"(at most {FOLDERS_LIMIT_SECONDS:.1f} s){verdict}"
    )


def parallel_updates(bench: Bench, name: str, command: Sequence[str]) -> str:
    """Run updates eight at a time on one cache that starts empty; return how many failed."""
    home = bench.folder / f"parallel-{name}"
    home.mkdir()
    folders = [home / f"repo-{number:02}" for number in range(UPDATES)]
    for folder in folders:
        shutil.copytree(bench.folder / "copies" / "v1.0.0" / name, folder, symlinks=True)
    bench.forget(name)

    def update(folder: Path) -> bool:
        done = subprocess.run([*command, str(folder)], env=bench.env, capture_output=True, check=False)
        answers = next(folder.glob(".copier-answers*"), None)
        return done.returncode == 0 and answers is not None and "v1.1.0" in answers.read_text(encoding="utf-8")

    start = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        good = sum(pool.map(update, folders))
    seconds = time.perf_counter() - start
    return f"{UPDATES} `{name}` updates, {WORKERS} at a time, one shared cache: {UPDATES - good} failed, {seconds:.1f} s"


def main() -> int:
    """Run the benchmark; return 1 when a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--scaffold", default=str(Path(sys.executable).with_name("scaffold")))
    parser.add_argument("--only", default="", help="run only the races that have this text in their name")
    options = parser.parse_args()
    beside = Path(sys.executable).parent
    tools = Tools(
        scaffold=options.scaffold, copier=str(beside / "copier"), cruft=str(beside / "cruft"), python=sys.executable
    )
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="scaffold-bench-") as folder:
        bench = Bench(Path(folder), tools)
        print(HEADER, flush=True)
        for race in races(bench):
            if options.only in race.what:
                for result in race.run(options.rounds):
                    results.append(result)
                    print(result.row(), flush=True)
        texts = []
        if not options.only:
            texts = [
                many_folders(bench, options.rounds),
                parallel_updates(bench, "scaffold", [tools.scaffold, "update", "-l"]),
                parallel_updates(bench, "copier", [tools.copier, "update", "-lq"]),
            ]
            print("", *(f"- {text}" for text in texts), sep="\n", flush=True)
    missed = any(result.missed for result in results) or any("**missed**" in text for text in texts)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
