"""Reads the pages of the documentation as a reader does, and runs what they show as one shell session.

It owns what a page's blocks mean; the tests beside it say what must be true of them. A `console` block is what the
reader sees: a line that starts with `$ ` is a command (lines after one that ends in a backslash belong to it), what
follows is its output. Two kinds of comments are run at their place and are not shown:

* `<!-- setup` has what a reader has already: a repository, a template that answers under its URL, work in progress.
* `<!-- outcome` has what must be true there. Every line must succeed; `outcome.sh` has words for it.
"""

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from issue_scaffold.template.bundled import versions

ROOT: Final = Path(__file__).resolve().parents[2]
WORDS: Final = Path(__file__).with_name("outcome.sh")
_BLOCK: Final = re.compile(
    r"^(?P<indent> *)```console\n(?P<body>.*?)^ *```$"
    r"|^<!-- (?P<kind>setup|outcome)\n(?P<hidden>.*?)^-->$"
    r"|^```sh\n(?P<typed>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_END: Final = "--8<-- end of"
_CONFIG: Final = """\
[user]
name = You
email = you@example.invalid
[init]
defaultBranch = main
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One command of a page with the lines that the page shows of its output, or a hidden block."""

    command: str
    output: tuple[str, ...] = ()
    line: int
    kind: str = "shown"

    @property
    def asks_status(self) -> bool:
        """Whether it only shows the exit status of the command before."""
        return self.command == "echo $?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What an example printed, and the status that it exited with."""

    lines: list[str]
    status: int


def examples(text: str, *, with_typed: bool = False) -> list[Example]:
    """Return the commands and hidden blocks of a page, in order.

    `sh` blocks hold what is only typed, without output. They are left out unless `with_typed` asks for them.
    """
    found: list[Example] = []
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 2
        if block["kind"]:
            hidden = block["hidden"].rstrip("\n")
            found.append(Example(command=hidden, line=line, kind=block["kind"]))
        elif block["typed"] is not None:
            if with_typed:
                found.append(Example(command=block["typed"].rstrip("\n"), line=line))
        else:
            indent = len(block["indent"])
            rows = [row[indent:] for row in block["body"].splitlines()]
            found.extend(_commands(rows, line))
    return found


def _commands(rows: Sequence[str], line: int) -> Iterator[Example]:
    index = 0
    while index < len(rows):
        if not rows[index].startswith("$ "):
            raise ValueError(f"line {line + index}: output without a command: {rows[index]!r}")
        start = index
        command = rows[index].removeprefix("$ ")
        while command.endswith("\\"):
            index += 1
            command = f"{command}\n{rows[index]}"
        index += 1
        output = []
        while index < len(rows) and not rows[index].startswith("$ "):
            output.append(rows[index])
            index += 1
        yield Example(command=command, output=tuple(output), line=line + start)


def script(found: Sequence[Example]) -> str:
    """Return a shell script that runs the examples as one session, and marks where each one ends.

    An outcome runs in a shell of its own that stops at the first line that fails and says which it was. Last of all,
    the work that `own_work` left must still be there.
    """
    parts = ["exec 2>&1", f". '{WORDS}'"]
    for number, example in enumerate(found):
        command = example.command
        if example.kind == "outcome":
            command = f"(set -ex\n{command}\n)"
        parts += [command, f"status=$?; echo; echo '{_END} {number} '$status; (exit $status)"]
    parts += ["own_work_is_kept", f"status=$?; echo; echo '{_END} {len(found)} '$status"]
    return "\n".join(parts) + "\n"


def environment(home: Path) -> dict[str, str]:
    """Make a home folder with a git identity; return the environment of a reader who lives there.

    The command is the one that is being tested. `NEWEST` is the newest version of the bundled template.
    """
    home.mkdir()
    (home / ".gitconfig").write_text(_CONFIG, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SCAFFOLD_"))}
    return {
        **kept,
        "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ALLOW_PROTOCOL": "file",
        "SCAFFOLD_CACHE_DIR": str(home / "cache"),
        "NEWEST": versions().latest or "",
    }


def run(found: Sequence[Example], work: Path, env: Mapping[str, str]) -> tuple[dict[int, Ended], str]:
    """Run examples in a folder; return how each ended, and all that was printed.

    The number after the last example's says whether the reader's own work was kept.
    """
    done = subprocess.run(
        ["bash", "-c", script(found)],
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return _ended(done.stdout), done.stdout


def _ended(printed: str) -> dict[int, Ended]:
    found = {}
    start = 0
    for mark in re.finditer(rf"\n{_END} (\d+) (\d+)\n", printed):
        lines = printed[start : mark.start()].splitlines()
        found[int(mark[1])] = Ended(lines=lines, status=int(mark[2]))
        start = mark.end()
    return found


def problems(found: Sequence[Example], work: Path, env: Mapping[str, str]) -> Iterator[str]:
    """Run a page's examples in a folder; yield what is otherwise than the page says, beginning with the first."""
    ended, printed = run(found, work, env)
    for number, example in enumerate(found):
        place = f"line {example.line}: {example.command}"
        if number not in ended:
            yield f"{place}\nnever ended:\n{printed[-2000:]}"
            return
        result = ended[number]
        said = "\n".join(result.lines)
        asked = number + 1 < len(found) and found[number + 1].asks_status
        if result.status != 0 and not asked:
            yield f"{place}\nexited with {result.status}:\n{said}"
        elif example.kind == "shown" and not _is_shown(example, result.lines):
            yield f"{place}\nshows:\n" + "\n".join(example.output) + f"\nis:\n{said}"
    if len(found) in ended and ended[len(found)].status != 0:
        yield "the reader's own work was lost:\n" + "\n".join(ended[len(found)].lines)


def _is_shown(example: Example, lines: Sequence[str]) -> bool:
    """Return whether the output is what the page shows; a command that shows none may print anything."""
    if example.output or example.asks_status:
        return matches(example.output, lines)
    return True


def matches(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Return whether output is what a page shows of it; `...` stands for any number of lines."""
    if not expected:
        return not actual
    if expected[0] in {"...", "…"}:
        return any(matches(expected[1:], actual[skipped:]) for skipped in range(len(actual) + 1))
    return bool(actual) and _same(expected[0], actual[0]) and matches(expected[1:], actual[1:])


def _same(expected: str, actual: str) -> bool:
    """Return whether two lines are the same; a line that ends in `…` shows only its beginning."""
    if expected.endswith("…"):
        return actual.startswith(expected.removesuffix("…"))
    return expected.rstrip() == actual.rstrip()
