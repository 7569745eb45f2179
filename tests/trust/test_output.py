"""What is printed is only looked at: every hostile text, from every source of text, in every format and command."""
# ruff: noqa: E501 - tables

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Run, Template, write_tree

from issue_scaffold.cli.crash import write_crash_report
from issue_scaffold.cli.options import OutputTarget
from issue_scaffold.cli.output import text as text_format
from issue_scaffold.cli.output.display import render, write_report
from issue_scaffold.cli.output.formats import FORMATS
from issue_scaffold.cli.output.markdown import code, escaped
from issue_scaffold.cli.printing import inert, json_text, say, style, text_of
from issue_scaffold.report.finding import Excerpt, Finding, Kind, Severity
from issue_scaffold.report.report import COMPARED, EXAMINED, Report, TargetReport, TemplateState
from issue_scaffold.text.masking import masked

CANARY = "tokCANARY1234567"
HOSTILE = {
    "escape": "a\x1b]0;PWN\x07\x1b[2J\x1b[8mb",
    "c1": "a\x9b31m\x85b\x90",
    "command": "a\n::add-mask::e\n::stop-commands::x",
    "command behind blanks": "a\n \u00a0\t::error::INJ",
    "carriage return": "a\r::error::INJ\rb",
    "old command": "a ##[add-mask]e ##vso[task.x]y",
    "bidi": "a\u202egpj.\u2066b\u2069\u200f",
    "separators": "a\u2028::error::x\u2029b\x0b\x0c\x1c",
    "surrogate": "a\udcff\ud800b",
    "byte order mark": "a\ufeff\u200bb\U000e0041",
    "start": "::error::at the start",
    "markdown": "`` ` ```x <img src=x onerror=y> [a](https://evil.example) | @octocat #12 closes #12 **b** <!-- $x$",
    "userinfo": f"see https://user:{CANARY}@host.example/x and https://{CANARY}@h/x and http://a:p@{CANARY}@h/",
    "query": f"see https://h.example/x?a=1&access_token={CANARY}&b=2 or ?X-Amz-Signature={CANARY}",
    "environment": f"the server said {CANARY}-ENV",
}
SAFE = re.compile(
    "[\n\t\x20-\x7e\xa0-\xac\xae-\u061b\u061d-\u200a\u200c\u200d\u2010-\u2027\u202f-\u205f\u2070-\ud7ff\ue000-\U000dffff]*"
)
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*)m")


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a canary where tokens are."""
    monkeypatch.setenv("GH_TOKEN", f"{CANARY}-ENV")


def assert_inert(text: str, *, commands: bool = False, colours: bool = False) -> None:
    """Assert that a text can't do anything but be read. `commands` says that its lines are commands of our own."""
    plain = COLOUR.sub("", text) if colours else text
    plain = plain.replace("\u200b", "")  # of our own in Markdown, so that nothing becomes a link
    assert SAFE.fullmatch(plain), ascii(plain)
    assert "##[" not in plain
    assert "##vso[" not in plain.lower()
    for line in plain.split("\n"):
        if line.lstrip().startswith("::"):
            assert commands, line
            assert re.match(r"::(error|warning|notice) ", line), line
    assert CANARY not in plain


def report_with(text: str, command: str = "check") -> Report:
    """Return a report that holds a text wherever one can be."""
    finding = Finding(
        kind=Kind.INVALID,
        severity=Severity.ERROR,
        path=f"d/{text}",
        line=1,
        column=1,
        rule="yaml/syntax",
        message=text,
        hint=text,
        excerpt=Excerpt(text=text.replace("\n", " "), start=0, end=1),
        diff=f"--- a/{text}\n+++ b/x\n@@ -1 +1 @@\n {text}\n-{text}\n+{text}\n",
    )
    target = TargetReport(
        target=text,
        status="findings",
        findings=(finding, finding._replace(rule=None, kind=Kind.ACCEPTED, diff=None)),
        template=TemplateState(source=text, version=text, latest=f"{text}2"),
        notes=(text,),
    )
    failed = TargetReport(target=text, status="failed", error=text, hint=text, exit_code=3)
    assert command in {"check", "validate"}
    layout = COMPARED if command == "check" else EXAMINED
    return Report(command=command, exit_code=3, targets=(target, failed), layout=layout)


@pytest.mark.parametrize("command", ["check", "validate"])
@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_reports(
    kind: str,
    format_: str,
    command: str,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    summary = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    report = report_with(HOSTILE[kind], command)
    write_report(report, [OutputTarget(format_), OutputTarget(format_, tmp_path / "file")])
    printed = capfd.readouterr()
    assert_inert(printed.out, commands=format_ == "github")
    assert_inert(printed.err)
    assert_inert((tmp_path / "file").read_text("utf-8"), commands=format_ == "github")
    if summary.exists():
        assert_inert(summary.read_text("utf-8"))
    if format_ in {"json", "sarif", "gitlab"}:
        json.loads(printed.out)
    assert_inert(render(report, format_), commands=format_ == "github")
    assert_inert(text_format.render(report, color=True), colours=True)


@pytest.mark.parametrize("kind", HOSTILE)
def test_json_says_what_there_is(kind: str) -> None:
    text = HOSTILE[kind]
    written = json_text({"a": [text]})
    assert_inert(written)
    if "CANARY" not in text:
        wanted = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if kind == "surrogate" else text
        assert json.loads(written)["a"][0].replace("\ufffd", "") == re.sub("[\ud800-\udfff\ufffd]", "", wanted)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_line_stays_a_line(kind: str) -> None:
    line = inert(HOSTILE[kind])
    assert "\n" not in line
    assert_inert(line)
    for color in (False, True):
        shown = text_of([f"{style('::', fg='red')}{HOSTILE[kind]}", style(HOSTILE[kind], bold=True)], color=color)
        assert shown.count("\n") == 2
        assert_inert(shown, colours=color)


def test_colours_of_data_are_no_colours() -> None:
    assert text_of(["\x1b[31mred", style("x", fg="green")], color=True) == "\\x1b[31mred\n\x1b[32mx\x1b[0m\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://github.com/o/n.git", "https://github.com/o/n.git"),
        ("ssh://git@github.com/o/n.git", "ssh://git@github.com/o/n.git"),
        ("git@github.com:o/n.git", "git@github.com:o/n.git"),
        ("ssh://git:secret@h/x", "ssh://git:***@h/x"),
        ("git+https://u:p@h/x", "git+https://***@h/x"),
        ("https://u:p@ss@h/x@y", "https://***@h/x@y"),
        ("mail a@b.c, see https://h/x", "mail a@b.c, see https://h/x"),
        ("https://h/new?labels=bug&template=a.yml", "https://h/new?labels=bug&template=a.yml"),
        ("https://h/x?private_token=abc", "https://h/x?private_token=***"),
    ],
)
def test_what_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_masking_takes_no_long() -> None:
    for text in ("://" + "a" * 200_000, "a" * 200_000 + "://", "?" + "a" * 200_000, "://a" * 50_000, "?token" * 50_000):
        masked(text)


@pytest.mark.parametrize("text", [*HOSTILE.values(), "```", "`", "a`b", "``a`` ```b```", "", "|", "\\|", "[x]: y"])
def test_markdown_is_broken_out_of_nowhere(text: str) -> None:
    span = code(text)
    if span:
        marks = len(span) - len(span.lstrip("`"))
        assert span.endswith("`" * marks)
        assert "`" * marks not in span[marks:-marks]
        assert not re.search(r"(?<!\\)\|", span)
    plain = re.sub(r"(`+).*?\1(?!`)", "", escaped(text))
    assert "<" not in plain
    assert not re.search(r"(?<!\\)\]\(", plain)
    assert not re.search(r"@(?!\u200b)|#(?=\d)|https?://", plain), plain


def usage(text: str, target: Path) -> list[tuple[str, ...]]:
    """Return commands that quote what the user, or a hook, has named."""
    return [
        ("check", text), ("update", text), ("validate", text), ("convert", text), ("accept", text, "--reason", "x"),
        ("rules", text), (text,), ("init", str(target), "-d", text), ("check", "--fail-on", text), ("labels", "plan", text),
        ("catalog", "check", text), ("check", str(target), "-a", text), ("init", "-t", text, str(target / "n")),
        ("init", "--ref", text, str(target / "m")), ("check", "--format", text),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in HOSTILE if kind not in {"environment", "query"}])
def test_messages_about_the_command_line(
    kind: str, target: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(target)
    for arguments in usage(HOSTILE[kind], target):
        done = scaffold(*arguments)
        assert done.code in {1, 2, 3}, arguments
        assert_inert(done.out)
        assert_inert(done.err)


def yaml_text(text: str) -> str:
    """Return a text as YAML that says exactly that, as far as YAML can."""
    return json.dumps(text.encode("utf-8", "replace").decode())


PLACES: dict[str, Callable[[str], dict[str, str]]] = {
    "source": lambda text: {ANSWERS: f"_src_path: {yaml_text(text)}\n_commit: v1\n"},
    "source URL": lambda text: {ANSWERS: f"_src_path: {yaml_text('https://h.invalid/' + text)}\n_commit: v1\n"},
    "version": lambda text: {ANSWERS: f"_src_path: {{source}}\n_commit: {yaml_text(text)}\n"},
    "key of an answer": lambda text: {ANSWERS: f"_src_path: {{source}}\n_commit: v1.0.0\n{yaml_text(text)}: [\n"},
    "answer": lambda text: {ANSWERS: f"_src_path: {{source}}\n_commit: v1.0.0\nword: {yaml_text(text)}\n"},
    "error of YAML": lambda text: {ANSWERS: f"_src_path: a\n{text}: [\n"},
    "reason": lambda text: {
        ".github/scaffold.yml": f"accepted:\n- path: a.md\n  sha256: null\n  reason: {yaml_text(text)}\n"
    },
    "key of settings": lambda text: {".github/scaffold.yml": f"{yaml_text(text)}: x\n"},
    "suppression": lambda text: {
        ".github/scaffold.yml": f"ignore:\n- path: {yaml_text(text)}\n  rule: {yaml_text(text)}\n"
    },
    "label": lambda text: {
        ".github/labels.yml": f"- name: {yaml_text(text)}\n  color: {yaml_text(text)}\n  description: {yaml_text(text)}\n"
    },
    "form": lambda text: {
        ".github/ISSUE_TEMPLATE/a.yml": f"name: {yaml_text(text)}\n{yaml_text(text)}: x\nbody:\n- type: {yaml_text(text)}\n"
    },
    "template": lambda text: {
        ".github/ISSUE_TEMPLATE/a.md": f"---\nname: {yaml_text(text)}\nabout: x\n{yaml_text(text)}: x\n---\n{text}\n"
    },
    "file name": lambda text: {f".github/ISSUE_TEMPLATE/{text.replace('/', '_')[:80]}.txt": "x"},
}


@pytest.fixture
def followed(scaffold: Run, template: Template, repo: Path) -> Path:
    """Return a target of a small template."""
    template.release("v1.0.0", {"copier.yml": "word: {type: str, default: x}\n", "a.md.jinja": "{{ word }}\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    return repo


@pytest.mark.parametrize("place", PLACES)
def test_texts_of_a_repository(
    place: str, followed: Path, template: Template, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(followed)
    for kind, text in HOSTILE.items():
        if place == "file name" and CANARY in text:
            continue  # a name has no slashes, so it holds no URL
        files = PLACES[place](text)
        for name in files:
            if name == ANSWERS:
                files[name] = files[name].replace("{source}", str(template))
        plain = {
            name: content.encode("utf-8", "surrogateescape" if kind != "surrogate" else "replace")
            for name, content in files.items()
        }
        try:
            write_tree(
                followed, {os.fsencode(name).decode("utf-8", "surrogateescape"): data for name, data in plain.items()}
            )
        except (OSError, ValueError):  # no file system takes every name
            continue
        formats = FORMATS if kind in {"command", "escape"} else ("text", "github")
        for command in ("check", "validate"):
            for format_ in formats:
                done = scaffold(command, "--format", format_, "--diff")
                assert "unexpected" not in done.err, (kind, done)
                assert_inert(done.out, commands=format_ == "github")
                assert_inert(done.err)
        for arguments in (("update", "--dry-run", "--diff"), ("update", "--dry-run", "--format", "json")):
            done = scaffold(*arguments)
            assert_inert(done.out)
            assert_inert(done.err)
        for name in files:
            done = scaffold("convert", name, "--format", "json")
            assert_inert(done.out)
            assert_inert(done.err)


def test_a_crash_report_gives_nothing_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    error = RuntimeError(f"https://u:{CANARY}@h/x and {CANARY}-ENV and {os.environ['GH_TOKEN']}")
    where = Path(write_crash_report(error))
    assert where.parent == tmp_path
    assert where.stat().st_mode & 0o777 == 0o600
    assert CANARY not in where.read_text("utf-8")
    assert "RuntimeError" in where.read_text("utf-8")


def test_a_crash_report_is_never_put_into_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert write_crash_report(ValueError("x")) == "no file (there is no temporary folder)"
    assert list(tmp_path.iterdir()) == []


def test_say_goes_where_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    say("a", "b\nc")
    say("d", err=True)
    assert capsys.readouterr() == ("a\nb\\nc\n", "d\n")


def test_an_exported_label_stays_what_it_is() -> None:
    from issue_scaffold.cli.labels_report import as_yaml

    for text in HOSTILE.values():
        row = {"name": text, "color": text, "description": text}
        written = as_yaml([row])
        assert SAFE.fullmatch(written)
        assert written.count("\n") == 3
        assert yaml.safe_load(written)[0]["name"] == text.replace("\udcff\ud800", "\ufffd\ufffd")
