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

from issue_scaffold.text.wrapping import columns as width

COMMAND = Path(sys.executable).parent / "scaffold"
ENTER, CTRL_C = "\r", "\x03"
PAGER = "sed s/^/paged:/"
_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")
_PROMPT = re.compile(r"(?:^|\n)(?:\w+(?: \[[^\n]*\])?|\[\w+\]): $")
PATIENCE = 300.0  # only a run that hangs takes it


class Terminal:
    """The command, running on a terminal of its own."""

    def __init__(self, *arguments: object, columns: int = 120) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))

        def own_terminal() -> None:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        environment = {**os.environ, "TERM": "xterm", "PAGER": PAGER}
        environment.pop("COLUMNS", None)
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

    def prompt(self) -> str:
        """Wait until the command waits for a line; return what it showed since what was expected."""
        deadline = time.monotonic() + PATIENCE
        while not _PROMPT.search(self.shown[self._read :]):
            assert self._more(0.2) or (self._run.poll() is None and time.monotonic() < deadline), self.shown
        shown = self.shown[self._read :]
        self._read = len(self.shown)
        return shown

    def type(self, keys: str) -> "Terminal":
        """Type keys; the terminal keeps them until they are read."""
        os.write(self._master, keys.encode())
        return self

    def interrupt(self) -> int:
        """Press Ctrl-C until the command ends, as a person does; return its exit code.

        A signal between the look for signals and the wait for a key is seen at the next key only.
        """
        deadline = time.monotonic() + PATIENCE
        while self._run.poll() is None and time.monotonic() < deadline:
            self.type(CTRL_C)
            pause = time.monotonic() + 5
            while self._run.poll() is None and time.monotonic() < pause:
                self._more(0.1)
        return self.end()

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

    def open_(*arguments: object, columns: int = 120) -> Terminal:
        opened.append(Terminal(*arguments, columns=columns))
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


def change(shown: Terminal, which: str = "") -> Terminal:
    """Answer the first question with the wish to change answers, and say which."""
    shown.expect("Install this?").expect("[yes]").type("c" + ENTER)
    return shown.expect("Numbers or names").type(which + ENTER)


def install(shown: Terminal) -> int:
    """Agree to the plan; return the exit code."""
    shown.expect("Install this?").expect("[yes]").type("y" + ENTER)
    return shown.end()


def test_init_shows_a_plan_first_and_one_key_installs_it(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {**QUESTIONS, **{f"b{number}.md": "b\n" for number in range(10, 24)}})
    shown = terminal("init", repo, "-t", template).expect("level: low").expect("tags: a").expect("new       a.md")
    shown.expect("new       b19.md\n  and 4 more files")
    assert shown.expect("Install this? [Y]es / [c]hange answers / [d]iff / [n]o").type(ENTER).end() == 0
    assert answers(repo) == {"name": "thing", "even": 2, "tls": False, "level": "low", "tags": ["a"]}
    assert "called" not in shown.shown


def test_init_takes_changed_answers_by_words_and_by_letters(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", QUESTIONS)
    shown = change(terminal("init", repo, "-t", template))
    shown.expect("What is it called?").expect("name:").type("box" + ENTER)
    shown.expect("Which number?").expect("even:").type("3" + ENTER)
    shown.expect("That doesn't fit: must be even").expect("even:").type("4" + ENTER)
    shown.expect("Encrypted?").expect("[y/N]").type("perhaps" + ENTER).expect("y for yes").type("y" + ENTER)
    shown.expect("How much?").expect("level").type("x" + ENTER).expect("is none of them: 1 low, 2 high")
    shown.type("hi" + ENTER).expect("Which tags?").expect("tags").type("+b" + ENTER)
    shown.expect("level: high").expect("tags: a, b")
    assert install(shown) == 0
    assert answers(repo) == {"name": "box", "even": 4, "tls": True, "level": "high", "tags": ["a", "b"]}
    assert (repo / "a.md").read_text().startswith("box 4 True high ['a', 'b']\n")


def test_only_what_is_to_change_is_asked_and_what_comes_of_it(terminal: Open, template: Template, repo: Path) -> None:
    questions = """
first: {type: str, help: 'The first?', default: one}
deep: {type: bool, help: 'Deep?', default: false}
depth: {type: int, help: 'How deep?', when: '{{ deep }}'}
last: {type: str, help: 'The last?', default: z}
"""
    template.release("v1.0.0", {"copier.yml": questions, "a.md.jinja": "{{ first }}"})
    shown = change(terminal("init", repo, "-t", template), "deep")
    shown.expect("Deep?").type("y" + ENTER)
    shown.expect("How deep?").type(ENTER).expect("That doesn't fit: it needs an answer").type("<" + ENTER)
    shown.expect("Deep?").expect("[y/N]").type("yes" + ENTER).expect("How deep?").type("7" + ENTER)
    assert install(shown) == 0
    assert answers(repo) == {"first": "one", "deep": True, "depth": 7, "last": "z"}
    assert "The first?" not in shown.shown
    assert "The last?" not in shown.shown


def test_no_and_ctrl_c_write_nothing_and_no_forgets_the_answers(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", QUESTIONS)
    shown = change(terminal("init", repo, "-t", template), "name level")
    shown.expect("name:").type("box" + ENTER).expect("How much?")
    assert shown.interrupt() == 130
    assert "interrupted" in shown.shown
    assert "Traceback" not in shown.shown
    assert read_tree(repo) == {}
    shown = terminal("init", repo, "-t", template).expect("taken up again").expect("name: box")
    shown.expect("Install this?").type("n" + ENTER).expect("nothing was written")
    assert shown.end() == 1
    assert read_tree(repo) == {}
    shown = terminal("init", repo, "-t", template)
    assert install(shown) == 0
    assert answers(repo)["name"] == "thing"


def test_a_secret_is_not_remembered_and_a_lost_choice_is_not_offered(
    terminal: Open, template: Template, repo: Path
) -> None:
    template.release("v1.0.0", QUESTIONS)
    shown = change(terminal("init", repo, "-t", template), "name level")
    shown.expect("name:").type("https://me:hunter22@example.org/" + ENTER)
    shown.expect("How much?").type("high" + ENTER).expect("Install this?")
    assert shown.interrupt() == 130
    template.release("v2.0.0", {"copier.yml": str(QUESTIONS["copier.yml"]).replace("[low, high]", "[low, more]")})
    shown = terminal("init", repo, "-t", template).expect("level: low")
    assert install(shown) == 0
    assert (answers(repo)["name"], answers(repo)["level"]) == ("thing", "low")


LONG = """
words:
  type: yaml
  help: |-
    Strangers write helps of any length, and never ask how wide a terminal is, which is why this one goes on and on.
    A second line, with https://example.org/an/address/that/is/longer/than/any/terminal/in/this/test/is/wide/at/all.
  default: [one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen]
  validator: "{% if words | length > 20 %}{{ 'this error is as long as its author wanted it to be, ' * 3 }}{% endif %}"
emoji: {type: str, help: '🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤🎤?', default: x}
choice:
  type: str
  help: Which?
  choices:
    A title that was written for a poster in a very large hall, not for a list of choices on a terminal: a
    Short: b
  default: a
"""


@pytest.mark.parametrize("columns", [60, 80])
def test_questions_helps_and_errors_fit_the_terminal(
    columns: int, terminal: Open, template: Template, repo: Path
) -> None:
    template.release("v1.0.0", {"copier.yml": LONG, "a.md.jinja": "{{ words }}"})
    write_tree(repo, {"a.md": "mine\n"})
    shown = change(terminal("init", repo, "-t", template, columns=columns))
    shown.expect("words:").type(", ".join("abcdefghijkl") + ENTER)
    shown.expect("emoji:").type(ENTER).expect("choice [1-2]:").type("zzz" + ENTER)
    shown.expect("is none of them").expect("choice [1-2]:").type(ENTER)
    change(shown, "words").expect("words:").type("[" + "1," * 21 + "]" + ENTER).expect("this error is")
    shown.expect("words:").type("a, b" + ENTER).expect("Install this?").type("y" + ENTER)
    shown.expect("a.md: [k]eep").expect("[keep]").type("q" + ENTER).expect("is not one of").expect("[keep]: ")
    assert shown.interrupt() == 130
    typed = ("words: ", "[yes]: ", "[keep]: ", "choice [1-2]: ")
    wide = [line for line in shown.shown.split("\n") if width(line) > columns and not line.startswith(typed)]
    assert wide == []
    assert "terminal/in/this" in shown.shown.replace("\n", "")


def test_the_bundled_templates_questions_fit_and_enter_answers_all(terminal: Open, repo: Path) -> None:
    shown = change(terminal("init", repo, columns=60))
    asked = 0
    while "Install this?" not in shown.prompt():
        shown.type(ENTER)
        asked += 1
    assert asked > 10
    assert shown.type("y" + ENTER).end() == 0, shown.shown
    assert {".github/ISSUE_TEMPLATE/infrastructure.md", ".github/labels.yml"} <= read_tree(repo).keys()
    questions = shown.shown[: shown.shown.index("Installed template")]
    assert [line for line in questions.split("\n") if width(line) > 60] == []


def test_the_place_of_the_tool_is_no_dead_end(terminal: Open, repo: Path) -> None:
    shown = change(terminal("init", repo), "pre_commit")
    shown.expect("pre_commit [y/N]").type("y" + ENTER).expect("Now: ").expect("tool_source:").type(ENTER)
    shown.expect("tool_version:").type("v1.2.3" + ENTER)
    assert install(shown) == 0
    assert "v1.2.3" in (repo / ".pre-commit-config.yaml").read_text()


FOLDER = ".github/ISSUE_TEMPLATE"
OWN_FORM = """name: {name}
description: Something
labels: [bug, {label}]
body:
  - type: textarea
    attributes:
      label: What happened?
"""


def test_what_is_there_is_suggested_and_the_labels_that_it_names_are_offered(terminal: Open, repo: Path) -> None:
    own = {
        f"{FOLDER}/01-bug_report.yml": OWN_FORM.format(name="Bug Report", label="needs-triage"),
        f"{FOLDER}/02-feature_request.yml": OWN_FORM.format(name="Feature Request", label="'type::idea'"),
    }
    write_tree(repo, own)
    shown = terminal("init", repo, columns=80).expect("issue_types: Infrastructure/DevOps, Bug report, Feature request")
    shown.expect("format: Issue forms only (.yml)").expect("exists    " + FOLDER).expect("[yes]").type(ENTER)
    shown.expect("01-bug_report.yml: the template's bug_report.yml").expect("[keep]").type("k all" + ENTER)
    shown.expect(".github/labels.yml doesn't have:").expect("needs-triage, type::idea")
    shown.expect("scaffold labels export").expect("[yes]").type(ENTER)
    assert shown.end() == 0
    names = [path.name for path in sorted((repo / FOLDER).iterdir())]
    assert names == ["01-bug_report.yml", "02-feature_request.yml", "infrastructure.yml"]
    labels = {one["name"]: one["color"] for one in yaml.safe_load((repo / ".github/labels.yml").read_text())}
    assert (labels["bug"], labels["needs-triage"], labels["type::idea"]) == ("d73a4a", "ededed", "ededed")
    questions = shown.shown[: shown.shown.index("Installed template")]
    assert [line for line in questions.split("\n") if width(line) > 80] == []


def test_diffs_that_no_screen_holds_go_through_the_pager(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {"a.md": "".join(f"line {number}\n" for number in range(60)), "b.md": "b\n"})
    shown = terminal("init", repo, "-t", template, "-l", "--diff").expect("paged:+line 59").expect("Installed template")
    assert shown.end() == 0
    assert "line 7" not in shown.shown[shown._read :]
    template.release("v2.0.0", {"a.md": "short\n", "b.md": "b\n"})
    shown = terminal("update", repo, "--diff").expect("paged:+short").expect("Updated")
    assert shown.end() == 0
    template.release("v3.0.0", {"a.md": "shorter\n", "b.md": "b\n"})
    shown = terminal("update", repo, "--diff").expect("Updated").expect("+shorter")
    assert shown.end() == 0
    assert "paged" not in shown.shown


@pytest.mark.parametrize("chosen", ["root", "here"])
def test_init_below_a_repositorys_root_asks_where(chosen: str, terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {"a.md": "a\n"})
    (repo / "sub").mkdir()
    shown = terminal("init", repo / "sub", "-t", template)
    shown.expect("Install where?").expect("[root]").type(chosen + ENTER)
    assert install(shown) == 0
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
    assert install(shown) == 0
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
    change(shown).expect("How much?").type(ENTER).expect("Which tags?").type(ENTER)
    assert install(shown) == 0
    assert "called" not in shown.shown
    assert answers(tmp_path / "some")["even"] == 8


@pytest.mark.parametrize(
    ("choice", "code", "content"),
    [
        ("keep", 0, "mine\n"),
        ("t", 0, "theirs\n"),
        ("m", 1, "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> template v1.0.0\n"),
        ("abort", 1, "mine\n"),
        (CTRL_C, 130, "mine\n"),
    ],
)
def test_files_in_the_way_are_asked_about(
    choice: str, code: int, content: str, terminal: Open, template: Template, repo: Path
) -> None:
    template.release("v1.0.0", {"a.md": "theirs\n"})
    write_tree(repo, {"a.md": "mine\n"})
    shown = terminal("init", repo, "-t", template).expect("Install this?").type(ENTER)
    shown.expect("There already").expect("a.md: [k]eep mine").expect("[keep]").type("d" + ENTER)
    shown.expect("-mine").expect("+theirs").expect("[keep]")
    shown.type("zzz" + ENTER).expect("'zzz' is not one").expect("[keep]") if choice == "keep" else None
    if choice == CTRL_C:
        assert shown.interrupt() == code
    else:
        assert shown.type(choice + ENTER).end() == code
    assert (repo / "a.md").read_text() == content
    assert (repo / ANSWERS).exists() == (choice in {"keep", "t", "m"})


def test_update_asks_new_questions_only(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {"copier.yml": "name: {type: str, help: 'What is it called?', default: thing}\n"})
    assert terminal("init", repo, "-t", template, "-l", "-d", "name=box").end() == 0
    quiet = terminal("update", repo)
    assert quiet.end() == 0
    assert "?" not in quiet.shown
    old = "name: {type: str, help: 'What is it called?', default: thing}\n"
    new = "more: {type: str, help: 'How many more?', default: '{{ name }}es'}\n"
    for version in ("v1.1.0", "v1.2.0rc1", "v2.0.0", "v2.1.0"):
        late = "late: {type: bool, help: 'Too late?', default: no}\n" if version >= "v2.0.0" else ""
        template.release(version, {"copier.yml": old + new * (version > "v1.1.0") + late, "b.txt": version})
    shown = (
        terminal("update", repo).expect("(new in v2.0.0) How many more?").expect("Now: boxes").type("boxes!" + ENTER)
    )
    shown.expect("(new in v2.0.0) Too late?").type(ENTER)
    assert shown.end() == 0
    assert "What is it called?" not in shown.shown
    assert answers(repo) == {"name": "box", "more": "boxes!", "late": False}
    again = terminal("update", repo)
    assert again.end() == 0
    assert "?" not in again.shown


def test_ask_asks_all_with_the_old_answers_as_defaults(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", QUESTIONS)
    given = ("-d", "name=box", "-d", "even=8", "-d", "tls=yes", "-d", "level=high", "-d", "tags=[b, c]")
    assert terminal("init", repo, "-t", template, "-l", *given).end() == 0
    shown = terminal("update", repo, "--ask")
    shown.expect("What is it called?").expect("box").expect("name:").type("boxes" + ENTER)
    shown.expect("Which number?").expect("8").expect("even:").type(ENTER)
    shown.expect("Encrypted?").expect("[Y/n]").type(ENTER).expect("* 2  high").expect("level").type(ENTER)
    shown.expect("Which tags?").expect("tags").type(ENTER)
    assert shown.end() == 0
    assert answers(repo) == {"name": "boxes", "even": 8, "tls": True, "level": "high", "tags": ["b", "c"]}


def test_a_recorded_answer_that_is_rejected_is_asked_again(terminal: Open, template: Template, repo: Path) -> None:
    template.release("v1.0.0", {"copier.yml": "level: {type: str, help: 'How much?', default: x}\n"})
    assert terminal("init", repo, "-t", template, "--defaults").end() == 0
    template.release(
        "v2.0.0", {"copier.yml": "level: {type: str, help: 'How much?', choices: [low, high], default: low}\n"}
    )
    shown = terminal("update", repo)
    shown.expect("How much?").expect("level").type("2" + ENTER)
    assert shown.end() == 0
    assert answers(repo) == {"level": "high"}


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
