"""Questions on a terminal: a pseudo-terminal takes a person's place."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Run, Template, read_tree, write_tree

COMMAND = Path(sys.executable).parent / "scaffold"
ENTER, DOWN, CTRL_C = "\r", "\x1b[B", "\x03"
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")
PATIENCE = 300.0  # only a run that hangs takes it


class Terminal:
    """The command, running on a terminal of its own."""

    def __init__(self, *arguments: object) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))

        def own_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self._run = subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            preexec_fn=own_terminal,  # noqa: PLW1509 - no threads here
        )
        os.close(slave)
        self.shown = ""
        self._read = 0

    def _more(self, patience: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], patience)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.shown += _CODES.sub("", data.decode(errors="replace"))
        return bool(data)

    def expect(self, text: str) -> "Terminal":
        """Wait until the command shows a text, after what was expected before."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown[self._read :]:
            assert self._more(0.2) or (self._run.poll() is None and time.monotonic() < deadline), self.shown
        self._read = self.shown.index(text, self._read) + len(text)
        return self

    def type(self, keys: str) -> "Terminal":
        """Type keys, once the prompt listens."""
        time.sleep(0.2)
        os.write(self._master, keys.encode())
        return self

    def end(self) -> int:
        """Wait for the command's end; return its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._more(0.1) or self._run.poll() is None:
            assert time.monotonic() < deadline, self.shown
        return self._run.wait()

    def close(self) -> None:
        """End whatever is left."""
        if self._run.poll() is None:
            self._run.kill()
            self._run.wait()
        os.close(self._master)


Open = Callable[..., Terminal]


@pytest.fixture
def terminal() -> Iterator[Open]:
    """Return what runs the command on a terminal."""
    opened: list[Terminal] = []

    def open_(*arguments: object) -> Terminal:
        opened.append(Terminal(*arguments))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


QUESTIONS: Mapping[str, str | bytes | None] = {
    "copier.yml": """
name: {type: str, help: 'What is it called?', default: thing}
even: {type: int, help: 'Which number?', default: 2, validator: "{% if even % 2 %}must be even{% endif %}"}
tls: {type: bool, help: 'Encrypted?', default: false}
level: {type: str, help: 'How much?', choices: [low, high], default: low}
tags: {type: str, help: 'Which tags?', multiselect: true, choices: [a, b, c], default: [a]}
""",
    "a.md.jinja": "{{ name }} {{ even }} {{ tls }} {{ level }} {{ tags }}\n\n\n\nend\n",
}


def answers(root: Path) -> dict[str, object]:
    """Return the recorded answers without the record of the template."""
    found = yaml.safe_load((root / ANSWERS).read_text())
    return {name: value for name, value in found.items() if not name.startswith("_")}


def test_init_asks_and_takes_the_answers(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", QUESTIONS)
    shown = terminal("init", repo, "-t", template)
    shown.expect("What is it called?").type("\x7f" * 5 + "box" + ENTER)
    shown.expect("Which number?").type("\x7f3" + ENTER).expect("must be even").type("\x7f4" + ENTER)
    shown.expect("Encrypted?").type("y")
    shown.expect("How much?").type(DOWN + ENTER)
    shown.expect("Which tags?").type(DOWN + " " + ENTER)
    shown.expect("Installed template v1.0.0")
    assert shown.end() == 0
    assert answers(repo) == {"name": "box", "even": 4, "tls": True, "level": "high", "tags": ["a", "b"]}
    assert (repo / "a.md").read_text().startswith("box 4 True high ['a', 'b']\n")


@pytest.mark.parametrize("chosen", ["root", "here"])
def test_init_below_a_repositorys_root_asks_where(chosen: str, terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {"a.md": "a\n"})
    (repo / "sub").mkdir()
    shown = terminal("init", repo / "sub", "-t", template)
    shown.expect("Install where?").type(chosen + ENTER)
    assert shown.end() == 0
    place = {"root": repo, "here": repo / "sub"}[chosen]
    assert [path.parent for path in repo.rglob(ANSWERS)] == [place]


@pytest.mark.parametrize("chosen", ["labels.toml", "labels.json"])
def test_init_asks_which_of_two_labels_configs_counts(
    chosen: str, terminal: Open, template: Template, repo: Path
) -> None:
    template.release("v1.0.0", {"copier.yml": "", ".github/labels.yml": "- name: new\n  color: '111111'\n"})
    own = {"labels.json": '[{"name": "a", "color": "222222"}]\n', "labels.toml": '[a]\ncolor = "222222"\n'}
    for name, text in own.items():
        (repo / name).write_text(text)
    shown = terminal("init", repo, "-t", template)
    shown.expect("Which one counts?").type(chosen + ENTER)
    assert shown.end() == 0
    assert not (repo / ".github/labels.yml").exists()
    changed = {name for name, text in own.items() if (repo / name).read_text() != text}
    assert changed == {chosen}
    assert yaml.safe_load((repo / ".github/scaffold.yml").read_text())["labels_config"] == chosen


def test_d_is_not_asked_again_and_defaults_ask_nothing(terminal: Open, template: Template, tmp_path: Path) -> None:
    template.release("v1.0.0", QUESTIONS)
    quiet = terminal("init", tmp_path / "quiet", "-t", template, "--defaults")
    assert quiet.end() == 0
    assert "?" not in quiet.shown
    shown = terminal("init", tmp_path / "some", "-t", template, "-d", "name=x", "-d", "even=8", "-d", "tls=no")
    shown.expect("How much?").type(ENTER).expect("Which tags?").type(ENTER)
    assert shown.end() == 0
    assert "called" not in shown.shown
    assert answers(tmp_path / "some")["even"] == 8


@pytest.mark.parametrize("after", [0, 1])
def test_ctrl_c_at_a_question_writes_nothing(after: int, terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", QUESTIONS)
    shown = terminal("init", repo, "-t", template).expect("What is it called?")
    if after:
        shown.type(ENTER).expect("Which number?")
    shown.type(CTRL_C)
    assert shown.end() == 130
    assert "interrupted" in shown.shown
    assert "Traceback" not in shown.shown
    assert read_tree(repo) == {}


@pytest.mark.parametrize(
    ("choice", "code", "content"),
    [
        ("keep", 0, "mine\n"),
        ("replace", 0, "theirs\n"),
        ("merge", 1, "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> template v1.0.0\n"),
        ("abort", 1, "mine\n"),
        (CTRL_C, 130, "mine\n"),
    ],
)
def test_files_in_the_way_are_asked_about(
    choice: str, code: int, content: str, terminal: Open, template: Template, repo: Path
) -> None:
    template.release("v1.0.0", {"a.md": "theirs\n"})
    write_tree(repo, {"a.md": "mine\n"})
    shown = terminal("init", repo, "-t", template).expect("a.md exists and differs")
    shown.expect("-mine").expect("+theirs").expect("What to do?")
    shown.type("zzz" + ENTER).expect("zzz") if choice == "keep" else None
    shown.type(choice if choice == CTRL_C else choice + ENTER)
    assert shown.end() == code
    assert (repo / "a.md").read_text() == content
    assert (repo / ANSWERS).exists() == (choice in {"keep", "replace", "merge"})


def test_update_asks_new_questions_only(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {"copier.yml": "name: {type: str, help: 'What is it called?', default: thing}\n"})
    assert terminal("init", repo, "-t", template, "-d", "name=box").end() == 0
    quiet = terminal("update", repo)
    assert quiet.end() == 0
    assert "?" not in quiet.shown
    old = "name: {type: str, help: 'What is it called?', default: thing}\n"
    new = "more: {type: str, help: 'How many more?', default: '{{ name }}es'}\n"
    template.release("v2.0.0", {"copier.yml": old + new})
    dry = terminal("update", repo, "--dry-run").expect("How many more?").type(ENTER)
    assert dry.end() == 0
    shown = terminal("update", repo).expect("How many more?").type("!" + ENTER)
    assert shown.end() == 0
    assert "What is it called?" not in shown.shown
    assert answers(repo) == {"name": "box", "more": "boxes!"}
    again = terminal("update", repo)
    assert again.end() == 0
    assert "?" not in again.shown


def test_ask_asks_all_with_the_old_answers_as_defaults(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", QUESTIONS)
    given = ("-d", "name=box", "-d", "even=8", "-d", "tls=yes", "-d", "level=high", "-d", "tags=[b, c]")
    assert terminal("init", repo, "-t", template, *given).end() == 0
    shown = terminal("update", repo, "--ask")
    shown.expect("What is it called?").expect("box").type("es" + ENTER)
    shown.expect("Which number?").expect("8").type(ENTER)
    shown.expect("Encrypted?").type(ENTER).expect("How much?").type(ENTER).expect("Which tags?").type(ENTER)
    assert shown.end() == 0
    assert answers(repo) == {"name": "boxes", "even": 8, "tls": True, "level": "high", "tags": ["b", "c"]}


def test_a_recorded_answer_that_is_rejected_is_asked_again(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {"copier.yml": "level: {type: str, help: 'How much?', default: x}\n"})
    assert terminal("init", repo, "-t", template, "--defaults").end() == 0
    template.release(
        "v2.0.0", {"copier.yml": "level: {type: str, help: 'How much?', choices: [low, high], default: low}\n"}
    )
    shown = terminal("update", repo)
    shown.expect("How much?").type(DOWN + ENTER)
    assert shown.end() == 0
    assert answers(repo) == {"level": "high"}


def test_the_bundled_templates_questions_can_all_be_answered_by_enter(terminal: Open, repo: Path) -> None:
    shown = terminal("init", repo)
    for _ in range(40):
        if shown._run.poll() is not None or "Installed template" in shown.shown:
            break
        before = len(shown.shown)
        while shown._more(0.5) and len(shown.shown) == before:
            pass
        shown.type(ENTER)
    assert shown.end() == 0, shown.shown
    assert {".github/ISSUE_TEMPLATE/infrastructure.md", ".github/labels.yml"} <= read_tree(repo).keys()


def test_restoring_asks_before_it_overwrites_edits_that_no_commit_has(
    terminal: Open, template: Template, repo: Path, scaffold: Run
) -> None:
    """No is the default; with yes they are overwritten, and `undo` has them."""
    template.release("v1.0.0", {"a.md": "a\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    for answer, code, text in (("n", 1, "mine\n"), ("", 1, "mine\n"), ("y", 0, "a\n")):
        write_tree(repo, {"a.md": "mine\n"})
        shown = terminal("update", repo, "--restore")
        shown.expect("edits that are not committed").expect("a.md").expect("Overwrite them?").type(answer + ENTER)
        assert shown.end() == code
        assert (repo / "a.md").read_text() == text
    assert scaffold("undo", repo).code == 0
    assert (repo / "a.md").read_text() == "mine\n"
