"""What the documentation shows on a terminal is what happens there: every `console` example is run.

In a `console` block a line that starts with `$ ` is a command (lines after one that ends in a backslash belong to it);
what follows is its output. A line `...` stands for any number of lines, and a line that ends in `…` shows only its
beginning. A comment `<!-- setup` holds shell lines that run unseen, for what a reader has already: a repository, or a
template that answers under its URL. A page is one shell session; a command that shows no output may print anything, and
one that exits with another status than 0 is followed by `$ echo $?`. The README is run with a command that its own
first lines installed: tests/installation/.
"""

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The peers' examples need the peers, in their newest versions: `nox -s peers` runs them, and nothing else here.
PEERS = ROOT / "docs" / "explanation" / "peers.md"
PAGES = sorted(
    page
    for page in ([PEERS] if os.environ.get("SCAFFOLD_PEERS") else set(ROOT.glob("docs/**/*.md")) - {PEERS})
    if "```console" in page.read_text("utf-8")
)
_BLOCK = re.compile(
    r"^(?P<indent> *)```console\n(?P<body>.*?)^ *```$|^<!-- setup\n(?P<setup>.*?)^-->$|^```sh\n(?P<typed>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_GAP = ("...", "…")
END = "--8<-- end of"


@dataclass(frozen=True, slots=True)
class Example:
    """One command of a page, and the lines that the page shows of its output."""

    command: str
    output: tuple[str, ...]
    line: int
    shown: bool = True

    @property
    def asks_status(self) -> bool:
        """Whether it only shows the exit status of the command before."""
        return self.command == "echo $?"


def examples(page: Path, *, with_typed: bool = False) -> list[Example]:
    """Return the examples of a page, in order; those in `sh` blocks, which are only typed, where that is wanted."""
    text = page.read_text(encoding="utf-8")
    found: list[Example] = []
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 2
        if block["setup"] is not None:
            found.append(Example(block["setup"].rstrip("\n"), (), line, shown=False))
        elif block["typed"] is not None and not with_typed:
            continue
        elif block["typed"] is not None:
            found.append(Example(block["typed"].rstrip("\n"), (), line))
        else:
            indent = len(block["indent"])
            found.extend(_commands([row[indent:] for row in block["body"].splitlines()], line))
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
        yield Example(command, tuple(output), line + start)


def script(found: Sequence[Example]) -> str:
    """Return a shell script that runs the examples as one session, and marks where each one's output ends."""
    parts = []
    for number, example in enumerate(found):
        parts += [example.command, f"status=$?; echo; echo '{END} {number} '$status; (exit $status)"]
    return "exec 2>&1\n" + "\n".join(parts) + "\n"


def outputs(said: str) -> dict[int, tuple[list[str], int]]:
    """Return the output lines and the exit status of each example that ended."""
    found = {}
    start = 0
    for mark in re.finditer(rf"\n{END} (\d+) (\d+)\n", said):
        found[int(mark[1])] = (said[start : mark.start()].splitlines(), int(mark[2]))
        start = mark.end()
    return found


def matches(expected: Sequence[str], actual: Sequence[str]) -> bool:
    """Return whether output is what a page shows of it; `...` stands for any number of lines."""
    if not expected:
        return not actual
    if expected[0] in _GAP:
        return any(matches(expected[1:], actual[skipped:]) for skipped in range(len(actual) + 1))
    return bool(actual) and _same(expected[0], actual[0]) and matches(expected[1:], actual[1:])


def _same(expected: str, actual: str) -> bool:
    """Return whether two lines are the same; a line that ends in `…` shows only its beginning."""
    if expected.endswith("…"):
        return actual.startswith(expected.removesuffix("…"))
    return expected.rstrip() == actual.rstrip()


def run_examples(page: Path, found: Sequence[Example], work: Path, env: Mapping[str, str]) -> None:
    """Run a page's examples as one session, and compare what happens with what the page shows."""
    done = subprocess.run(
        ["bash", "-c", script(found)],
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    results = outputs(done.stdout)
    for number, example in enumerate(found):
        place = f"{page.name}:{example.line}: $ {example.command}"
        assert number in results, f"{place}\nnever ended:\n{done.stdout[-2000:]}"
        lines, status = results[number]
        shown = "\n".join(lines)
        asked = number + 1 < len(found) and found[number + 1].asks_status
        assert status == 0 or asked, f"{place}\nexited with {status}:\n{shown}"
        if example.shown and (example.output or not lines or example.asks_status):
            assert matches(example.output, lines), f"{place}\nshows:\n" + "\n".join(example.output) + f"\nis:\n{shown}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_examples_do_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    found = examples(page)
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = You\nemail = you@example.invalid\n[init]\ndefaultBranch = main\n")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SCAFFOLD_"))} | {
        "PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_ALLOW_PROTOCOL": "file",
        "SCAFFOLD_CACHE_DIR": str(home / "cache"),
    }
    run_examples(page, found, work, env)


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")), ids=lambda page: page.name)
def test_no_shell_example_goes_unrun(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if "<!-- snippet: " not in text:  # those are tested as what they are
        assert not re.findall(r"^ *```(?:sh|bash|shell)\b.*$", text, re.MULTILINE)
