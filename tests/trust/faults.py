"""A program that runs commands again and again, each time with a fault at another of its calls that write.

It reads one `Job` as JSON from each line of standard input and prints a `Result` for each. Every run is a fork of the
process that has all modules loaded; in it the functions of `os` that write are replaced, and what touches a watched
folder is counted. After each fault the same command runs undisturbed.

Calls are of one kind when the same functions of ours make the same call. Of each kind one call has each of the faults,
in the first command that makes it; and each command has some faults of its own. `every` means each call of a command.
"""

# The functions of `os` are what this is about, and its result goes to standard output.
# ruff: noqa: PTH100, PTH115, PTH118, PTH120, T201

import errno
import json
import mmap
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

# Loaded once for all runs.
import issue_scaffold
import issue_scaffold.label_sync.http.client
import issue_scaffold.sync.structured_files
import issue_scaffold.validate.engine
import issue_scaffold.validate.fix
import issue_scaffold.validate.fixer
from issue_scaffold.cli import accept, catalog, check, convert, init, labels, undo, update, validate  # noqa: F401
from issue_scaffold.cli.main import main

PACKAGE = os.path.dirname(issue_scaffold.__file__)
# So many functions, from the innermost, make out a kind of calls: who writes, for what part of a run.
DEPTH = 3
# So many faults in each mode every command has, whatever the commands before it have met.
FEWEST = 2
CALLS = (
    "write", "fsync", "mkdir", "rename", "replace", "unlink", "remove", "rmdir", "symlink", "link", "chmod", "chown",
)  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
MODES = ("kill", "once", "lasting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to run: `target` is put back to what `before` holds (None: it isn't there) before each run.

    `state` are folders outside of the target that are watched too, and emptied before each run. `first` is a command
    that runs before, and is disturbed by nothing. `environment` are the variables that all of them see.
    """

    environment: dict[str, str]
    arguments: list[str]
    first: list[str] = field(default_factory=list)
    target: str
    before: str | None
    state: list[str]
    every: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Which calls the command made, how many faults there were in each mode, and what went wrong."""

    calls: list[str] = field(default_factory=list)
    points: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MODES, 0))
    wrong: list[str] = field(default_factory=list)


class Faults:
    """Notes the calls that touch watched folders, and lets the ones from a number on fail."""

    def __init__(self, watched: list[str], mode: str, number: int, shared: mmap.mmap) -> None:
        self.watched = tuple(os.path.realpath(folder) for folder in watched)
        self.mode = mode
        self.number = number
        self.shared = shared
        self.kinds: list[str] = []
        self.inside = False

    def install(self) -> None:
        """Replace the functions of `os`, and see to it that nothing writes past them."""
        for name in (*CALLS, "open"):
            setattr(os, name, self._wrapped(name, getattr(os, name)))
        sys.addaudithook(self._audit)

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            if self._touches(name, arguments, named):
                self._strike(name, arguments)
            self.inside = True
            try:
                return call(*arguments, **named)
            finally:
                self.inside = False

        return wrapped

    def _touches(self, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> bool:
        if name == "open" and not arguments[1] & WRITING:
            return False
        folder = next((named[key] for key in ("dir_fd", "dst_dir_fd") if named.get(key) is not None), None)
        places = [arguments[0]] if name in {"write", "fsync", "open"} else [one for one in arguments if is_place(one)]
        return any(self._is_watched(place, folder) for place in places)

    def _is_watched(self, place: Any, folder: int | None) -> bool:  # noqa: ANN401
        if isinstance(place, int):
            path = os.readlink(f"/proc/self/fd/{place}")
        elif folder is not None:
            path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), os.fsdecode(place))
        else:
            path = os.path.abspath(os.fsdecode(place))
        return path.startswith(self.watched)

    def _strike(self, name: str, arguments: tuple[Any, ...]) -> None:
        self.kinds.append(kind_of(name, sys._getframe()))
        count = len(self.kinds)
        struck = count == self.number or (count > self.number and self.mode == "lasting")
        if not struck:
            return
        self.shared[0] = 1
        self.shared[1:33] = name.encode().ljust(32)
        if self.mode == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(errno.ENOSPC, "No space left on device", str(arguments[0]))

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            if self.mode == "kill" and {"update-index", "hash-object"} & set(map(str, arguments[1])):
                self._strike("git", ("git",))
        elif event == "open" and not self.inside and is_place(arguments[0]) and arguments[2] & WRITING:
            place = os.path.abspath(os.fsdecode(arguments[0]))
            if place.startswith(self.watched):
                os.write(2, f"UNSEEN open {arguments[0]}\n".encode())


def kind_of(name: str, frame: FrameType | None) -> str:
    """Return a call's name, and which functions of ours make it."""
    callers: list[str] = []
    while frame is not None and len(callers) < DEPTH:
        if frame.f_code.co_filename.startswith(PACKAGE):
            callers.append(frame.f_code.co_qualname)
        frame = frame.f_back
    return " < ".join((name, *callers))


def is_place(value: object) -> bool:
    """Tell whether an argument names a file."""
    return isinstance(value, (str, bytes, os.PathLike))


def snapshot(root: Path) -> dict[str, object]:
    """Return everything of a target that a user could notice, and what must not be in git's folder."""
    seen: dict[str, object] = {}
    for path in sorted(root.rglob("*")) if root.exists() else ():
        name = path.relative_to(root)
        if ".git" in name.parts[:1]:
            if name.name.startswith("scaffold-"):
                seen[str(name)] = None
            continue
        state = path.lstat()
        if path.is_symlink():
            seen[str(name)] = str(path.readlink())
        else:
            seen[str(name)] = (state.st_mode, path.read_bytes() if path.is_file() else None)
    if (root / ".git/index").exists():
        listed = subprocess.run(["git", "ls-files", "--stage"], cwd=root, capture_output=True, check=True)
        seen["index"] = listed.stdout
    return seen


class Runner:
    """Runs a job's command in forks."""

    def __init__(self, job: Job, met: set[tuple[str, str]]) -> None:
        """`met` are the kinds that had a fault already, and in which mode."""
        self.job = job
        self.met = met
        self.target = Path(job.target)
        self.watched = [job.target, *job.state]
        self.said = Path(job.target).parent / "said.txt"
        self.noted = Path(job.target).parent / "noted.json"

    def reset(self) -> None:
        """Bring the target and the state back to what they were."""
        shutil.rmtree(self.target, ignore_errors=True)
        if self.job.before is not None:
            shutil.copytree(self.job.before, self.target, symlinks=True)
        for folder in self.job.state:
            shutil.rmtree(folder, ignore_errors=True)
        if self.job.first:
            self.fork(self.job.first)

    def run(self, mode: str, number: int) -> tuple[int, str, str | None]:
        """Run; return the exit code, what was said, and the name of the call that had the fault."""
        shared = mmap.mmap(-1, 64)
        code = self.fork(self.job.arguments, Faults(self.watched, mode, number, shared))
        name = shared[1:33].decode().strip() if shared[0] else None
        return code, self._told(), name

    def undisturbed(self) -> tuple[int, str]:
        """Run; return the exit code and what was said."""
        return self.fork(self.job.arguments), self._told()

    def calls(self) -> list[str]:
        """Run, and return the kinds of the calls that touch watched folders, in order."""
        self.run("none", 0)
        found: list[str] = json.loads(self.noted.read_bytes())
        return found

    def _told(self) -> str:
        return self.said.read_text(encoding="utf-8", errors="replace")

    def fork(self, arguments: list[str], faults: Faults | None = None) -> int:
        """Run a command; return its exit code, or the signal that ended it."""
        child = os.fork()
        if not child:
            said = os.open(self.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(said, 1)
            os.dup2(said, 2)
            if faults is not None:
                faults.install()
            code = main(arguments)
            if faults is not None and not faults.number:
                self.noted.write_text(json.dumps(faults.kinds), encoding="utf-8")
            os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    def left(self) -> list[str]:
        """Return what is left of journals."""
        return [str(path) for folder in self.job.state for path in Path(folder).glob("targets/*")]

    def faults(self, calls: list[str]) -> Iterator[tuple[str, int, str, int, str]]:
        """Yield each mode and number, the call that had the fault, and how the run ended."""
        for mode in MODES:
            for number in self._chosen(mode, calls):
                self.reset()
                code, said, name = self.run(mode, number)
                if name is not None:
                    self.met.add((mode, calls[number - 1]))
                    yield mode, number, name, code, said

    def _chosen(self, mode: str, calls: list[str]) -> list[int]:
        """Return the numbers of the calls that are to have a fault."""
        if self.job.every:
            return list(range(1, len(calls) + 1))
        # The last of its kind: what comes before it is half done.
        last = {kind: number for number, kind in enumerate(calls, 1)}
        new = {number for kind, number in last.items() if (mode, kind) not in self.met}
        # Spread over the run, elsewhere in each mode.
        parts = FEWEST * len(MODES)
        some = {1 + len(calls) * (part + MODES.index(mode)) // parts for part in range(0, parts, len(MODES))}
        return sorted(new | some if len(new) < FEWEST else new)

    def would_go_further(self, wanted: dict[str, object]) -> bool:
        """Tell whether another run would do more than this one was to: undo takes back the run before."""
        return self.job.arguments[0] == "undo" and not visible_differences(wanted, snapshot(self.target))


_UNEXPECTED = re.compile("unexpected|Traceback|UNSEEN")


def examine(job: Job, met: set[tuple[str, str]]) -> Result:
    """Run a job, and return what was wrong with what its faults left."""
    os.environ.clear()
    os.environ.update(job.environment)
    runner = Runner(job, met)
    runner.reset()
    old = snapshot(runner.target)
    code, said = runner.undisturbed()
    wanted = snapshot(runner.target)
    runner.reset()
    calls = runner.calls()
    result = Result(calls=sorted({kind.split()[0] for kind in calls}))
    if code not in {0, 1}:
        result.wrong.append(f"undisturbed: {code} {said}")
    for mode, number, name, failed, told in runner.faults(calls):
        result.points[mode] += 1
        place = f"{mode} {number} {name}"
        if "nothing was written" in told and visible_differences(old, snapshot(runner.target)):
            result.wrong.append(f"{place}: said that nothing was written: {told}")
        if runner.would_go_further(wanted):
            continue
        again, also = runner.undisturbed()
        result.wrong.extend(f"{place}: {text}" for text in (told, also) if _UNEXPECTED.search(text))
        if failed not in {-signal.SIGKILL, 0, 1, 2, 3} or again not in {0, 1, 2}:
            result.wrong.append(f"{place}: ended with {failed}, then {again}: {told} / {also}")
        if "nothing was written" in told and "interrupted run was completed" in also:
            result.wrong.append(f"{place}: completed what was said not to be written: {told}")
        if found := differences(wanted, snapshot(runner.target)):
            result.wrong.append(f"{place}: {found}; {told} / {also}")
        if left := runner.left():
            result.wrong.append(f"{place}: left {left}")
    return result


def visible_differences(one: dict[str, object], other: dict[str, object]) -> list[str]:
    """Return the paths at which two snapshots differ, but for what the next run clears away in git's folder."""
    return [path for path in differences(one, other) if not path.startswith(".git/scaffold-")]


def differences(one: dict[str, object], other: dict[str, object]) -> list[str]:
    """Return the paths at which two snapshots differ."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path, "") != other.get(path, ""))


if __name__ == "__main__":
    known: set[tuple[str, str]] = set()
    for line in sys.stdin:
        print(json.dumps(asdict(examine(Job(**json.loads(line)), known))), flush=True)
