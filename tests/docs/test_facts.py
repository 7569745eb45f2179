"""What the pages name exists: links, anchors, commands, options, answers, exit codes, fields of JSON documents."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import click
import pytest
import yaml
from tests.conftest import Result, write_tree
from tests.docs.pages import ROOT, examples
from tests.docs.test_generated import load

from issue_scaffold import errors
from issue_scaffold.cli.main import scaffold

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
EXIT_CODES = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CALL = re.compile(r"(?<![\w/.\"-])scaffold ([a-z][a-z-]*(?: [^`;|&#<>()\n]*)?)")


def name_of(page: Path) -> str:
    """Return a page's name among the tests."""
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """Return a page's text without blocks of code."""
    return _COMMENT.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page's headings, as MkDocs' table of contents makes them."""
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
        found.append(f"{slug}_{found.count(slug)}" if slug in found else slug)
    return frozenset(found)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(_CODE.sub("", prose(page))):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


def calls(page: Path) -> Iterator[str]:
    """Yield what the page says after the word `scaffold`, wherever it stands for the command."""
    text = page.read_text(encoding="utf-8")
    for example in examples(text):
        yield from _CALL.findall(example.command.replace("\\\n", " "))
    for block in _FENCE.findall(text):
        if "```console" not in block:
            yield from _CALL.findall(block.replace("\\\n", " "))
    for code in _CODE.findall(prose(page)):
        if code.startswith(("scaffold ", "SCAFFOLD_")):
            yield from _CALL.findall(" ".join(code.split()))


def unknown(call: str) -> list[str]:
    """Return the words of a call that are no command and no option of it."""
    words = re.findall(r"\"[^\"]*\"|'[^']*'|\S+", call)
    command: click.Command = scaffold
    while words and isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), words[0])
        if inner is None:
            # Else an option of the group, or a word that stands for a command, as in `[OPTIONS]`.
            return [words[0]] if re.match("[a-z]", words[0]) else []
        command = inner
        words = words[1:]
    known = {"--help"}
    for parameter in command.params:
        known.update([*parameter.opts, *parameter.secondary_opts])
    options = [word.partition("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)]
    return [option for option in options if option not in known]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    found = {call: unknown(call) for call in calls(page)}
    assert not {call: words for call, words in found.items() if words}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("check --fail-on modified", []),
        ("labels plan --file a", []),
        ("catalog", []),
        ("labels plane", ["plane"]),
        ("undone", ["undone"]),
        ("update --abort", ["--abort"]),
        ("update -x .", ["-x"]),
        ("accept a --reason '--abort'", []),
    ],
)
def test_what_does_not_exist_is_found(call: str, words: list[str]) -> None:
    assert unknown(call) == words


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_exit_code_that_is_named_is_one(page: Path) -> None:
    text = " ".join(prose(page).split())
    named = re.findall(r"(?i)exit(?:s(?: with)?|ed with| code(?: is)?(?: then)?) (\d+)", text)
    assert {int(code) for code in named} <= EXIT_CODES


def test_the_table_of_exit_codes_is_errors() -> None:
    tables = 0
    for page in PAGES:
        for table in re.findall(r"^\| code \|.*\n\|[-:| ]+\|\n((?:\|.*\n)+)", page.read_text("utf-8"), re.MULTILINE):
            tables += 1
            assert {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)} == EXIT_CODES
    assert tables


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_answer_that_is_named_is_one(page: Path) -> None:
    questions = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
    for code in _CODE.findall(prose(page)):
        for key in re.findall(r"\b([a-z_]+)=(?:true|false)\b", code):
            assert key in questions


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_is_copied_are_the_commands_of_the_block(page: Path) -> None:
    typed = load("copy_commands").typed
    copied: list[str] = []
    for block in re.findall(r"^( *)```console\n(.*?)^ *```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        copied += typed([line[len(block[0]) :] for line in block[1].splitlines()])
    shown = [example.command for example in examples(page.read_text("utf-8")) if example.kind == "shown"]
    assert "\n".join(copied) == "\n".join(shown)


def test_only_console_blocks_copy_less_than_they_show() -> None:
    hook = load("copy_commands")
    shown = '<span class="gp">$ </span>a <span>&amp;</span>\n<span class="go">b</span>\n'
    console = f'<div class="highlight"><pre><span></span><code>{shown}</code></pre></div>'
    other = '<div class="highlight"><pre><code>- a\n</code></pre></div>'
    html = hook.on_page_content(html=other + console, page=None)
    assert html.startswith(other)
    assert html.count('data-copy="a &amp;"') == 1


def test_fields_of_json_documents_are_described(scaffold: Callable[..., Result], tmp_path: Path) -> None:
    page = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    form = "name: A form\ndescription: long enough\nbody:\n- type: input\n  id: c\n  attributes: {label: d}\n"
    write_tree(tmp_path, {"a.yml": form})
    for arguments in (
        ["convert", tmp_path / "a.yml"],
        ["catalog", "new", tmp_path / "new", "--from", tmp_path / "a.yml"],
        ["validate", tmp_path / "a.yml"],
        ["init", tmp_path / "target"],
        ["check", tmp_path / "target"],
    ):
        result = scaffold(*arguments, "--format", "json")
        assert result.code == 0, result.err
        assert not {field for field in json.loads(result.out) if f"`{field}`" not in page}


def test_no_cell_shows_a_backslash() -> None:
    for page in sorted((ROOT / "docs").glob("**/*.md")):
        assert not re.findall(r"`[^`\n]*\\\|[^`\n]*`", prose(page)), page.name


def test_the_site_loads_nothing_from_elsewhere() -> None:
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert re.search(r"^  - offline\b", config, re.MULTILINE), "search needs it where the site is a folder"
    (script,) = re.findall(r"^    - (.+iframe-worker.+)$", config, re.MULTILINE)
    assert (ROOT / "docs" / script).is_file(), "the plugin would load it from another host"
    assert "http" not in re.sub(r"#.*", "", config)
