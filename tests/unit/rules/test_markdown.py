# ruff: noqa: E501 - small files, easier to compare as they stand
"""Markdown is judged by what people see of it, and findings point to the place in the file."""

import json
import string
import subprocess
import sys
import time
from collections.abc import Mapping

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.report.finding import Finding
from issue_scaffold.text.commonmark import read_markdown
from issue_scaffold.text.scalar_places import places_of
from issue_scaffold.text.tree import Mapping as Tree
from issue_scaffold.text.tree import Scalar
from issue_scaffold.text.yaml_nodes import parse_yaml
from issue_scaffold.validate.fixer import fix_files
from issue_scaffold.validate.rules.addresses import is_relative, leads_nowhere
from issue_scaffold.validate.run import validate_files

FORM = ".github/ISSUE_TEMPLATE/crash.yml"
TEMPLATE = ".github/ISSUE_TEMPLATE/crash.md"
FIELD = "- type: input\n  attributes:\n    label: Version\n"
FRONT = "---\nname: Crash report\nabout: Something is broken\n---\n"

# What stands in a Markdown text, the rule it breaks, and the place that the finding begins at.
BROKEN = {
    "a fence below a summary": ("<details>\n<summary>Log</summary>\n```\nline\n```\n</details>\n", "markdown/swallowed", "```"),
    "a fence below details": ("Text\n\n<details>\n~~~sh\nline\n~~~\n</details>\n", "markdown/swallowed", "~~~"),
    "a fence below what looks like a tag": ("<Paste your command here>\n```\n$ run\n```\n", "markdown/swallowed", "```"),
    "a fence below a tag in a quote": ("> <div>\n> ```\n> line\n> ```\n> </div>\n", "markdown/swallowed", "```"),
    "a heading without a blank": ("Text.\n\n####Steps to take\n\nMore.\n", "markdown/heading", "####"),
    "a heading without a blank in a quote": ("> ##Steps\n", "markdown/heading", "##"),
    "a heading of other letters": ("###Шаги\n", "markdown/heading", "###"),
    "a numbered heading": ("###1. Steps\n", "markdown/heading", "###"),
    "doubled parentheses": ("See [this]((https://example.com/a_b)) page.\n", "markdown/link", "((https"),
    "doubled parentheses, one closed": ("See [this]((https://example.com) page.\n", "markdown/link", "((https"),
    "a link that isn't closed": ("See [this](https://example.com for more.\n", "markdown/link", "https://example.com"),
    "exchanged brackets": ("See (this)[https://example.com].\n", "markdown/link", "(this)["),
    "a file beside the template": ("Read [this](./CONTRIBUTING.md).\n", "markdown/relative-link", "./CONTRIBUTING.md"),
    "a file above the template": ("Read [this](../CONTRIBUTING.md#how).\n", "markdown/relative-link", "../CONTRIBUTING.md#how"),
    "a file of the repository": ("Read [this](.github/SUPPORT.md).\n", "markdown/relative-link", ".github/SUPPORT.md"),
    "a path from the root": ("Read [the code][code].\n\n[code]: /CODE_OF_CONDUCT.md\n", "markdown/relative-link", "/CODE_OF_CONDUCT.md"),
    "an image beside the template": ("![Shape](./images/shape.png)\n", "markdown/relative-link", "./images/shape.png"),
    "an image in HTML": ('<img width="100" src="../images/shape.png">\n', "markdown/relative-link", "../images/shape.png"),
    "a link in HTML": ('Read <a href="./SUPPORT.md">this</a>.\n', "markdown/relative-link", "./SUPPORT.md"),
}  # fmt: skip
SHOWN = {
    "a word in angle brackets": ("Such as <version> or so.\n", "markdown/swallowed", "<version>"),
    "a sentence in angle brackets": ("<your version here>\n", "markdown/swallowed", "<your version here>"),
    "a link without a dot": ("See [the tracker](……/).\n", "markdown/relative-link", "……/"),
    "a link to a page beside": ("See [the tracker](blob/HEAD/x).\n", "markdown/relative-link", "blob/HEAD/x"),
}  # fmt: skip
SOUND = {
    "a number": "#123 is like it, ##123 too.\n\n#hashtag\n",
    "number signs alone": "##\n\n#### \n\n#######seven\n",
    "a heading in code": "```\n####Steps\n```\n\n    ####Steps\n\n`####Steps`\n",
    "a heading in HTML": "<pre>\n####Steps\n```\n</pre>\n",
    "a heading in a comment": "<!--\n####Steps\n[x]((https://example.com))\n[y](./a.md)\n```\n-->\n",
    "an escaped heading": "\\####Steps\n",
    "a fence behind an empty line": "<details>\n<summary>Log</summary>\n\n```\n<b>\n```\n</details>\n",
    "a fence in a comment in HTML": "<div>\n<!--\n```\ncode\n```\n-->\n</div>\n",
    "a tag in a fence": "```\n<Paste your command>\n<details>\n```\n",
    "tags": "Press <kbd>F5</kbd>,<br/>then <https://example.com> or <me@example.com>. 1 <b> 2 </b>\n",
    "code in angle brackets": "`<version>` and \\<version> and &lt;version>, 1 < 2 > 1\n",
    "a link with parentheses": "[a](https://example.com/a_(b)) and (see [c](https://example.com/d))\n",
    "a link with a title": '[a](https://example.com "title") [b](<https://example.com/x y>)\n',
    "a link in code": "`[a]((https://example.com))` `(a)[https://example.com]` `[a](./b.md)`\n",
    "escaped brackets": "\\[a\\](https://example.com \\[a](https://example.com .\n",
    "a link of an address": "(see)[https://example.com](https://example.com)\n",
    "links that work": "[a](../blob/HEAD/README.md) [b](../issues?q=is%3Aopen) [c](../../other) [d](#below) [e](mailto:me@example.com) [f](/owner/repository/blob/main/a.md) [g](../wiki/Page.md) [h](?q=x) [i](//example.com/a.md) [j](..)\n",
    "an unused definition": "[code]: /CODE_OF_CONDUCT.md\n[//]: # (./a.md)\n",
}


def indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}" if line.strip() else line for line in text.splitlines(keepends=True))


def form(element: str) -> Mapping[str, bytes]:
    return {FORM: f"name: Crash report\ndescription: Something is broken\nbody:\n{FIELD}{element}".encode()}


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def single(text: str) -> str:
    """Return a text in single quotes, its lines below each other."""
    return "'" + text.replace("'", "''").replace("\n", "\n\n        ") + "'"


def in_markdown(text: str) -> Mapping[str, bytes]:
    return form(f"- type: markdown\n  attributes:\n    value: | # shown\n{indented(text, 6)}")


def in_indented_block(text: str) -> Mapping[str, bytes]:
    return form(f"- type: markdown\n  attributes:\n    value: |2-\n{indented(text, 6)}")


def in_description(text: str) -> Mapping[str, bytes]:
    return form(f"- type: input\n  attributes:\n    label: More\n    description: {quoted(text)}\n")


def in_single_quotes(text: str) -> Mapping[str, bytes]:
    return form(f"- type: input\n  attributes:\n    label: More\n    description: {single(text)}\n")


def in_folded_block(text: str) -> Mapping[str, bytes]:
    folded = text.replace("\n", "\n\n")
    return form(
        f"- type: dropdown\n  attributes:\n    label: More\n    options: [One, Two]\n    description: >-\n{indented(folded, 6)}"
    )


def in_option(text: str) -> Mapping[str, bytes]:
    return form(f"- type: checkboxes\n  attributes:\n    label: More\n    options:\n    - label: {quoted(text)}\n")


def in_value(text: str) -> Mapping[str, bytes]:
    return form(f"- type: textarea\n  attributes:\n    label: More\n    value: |+\n{indented(text, 6)}")


def in_template(text: str) -> Mapping[str, bytes]:
    return {TEMPLATE: f"{FRONT}\n{text}".encode()}


def with_other_breaks(text: str) -> Mapping[str, bytes]:
    return {path: content.replace(b"\n", b"\r\n") for path, content in in_markdown(text).items()}


SHOWN_PLACES = (in_markdown, in_indented_block, in_description, in_single_quotes, in_folded_block, in_option, with_other_breaks)  # fmt: skip
EDITED_PLACES = (in_value, in_template)


def found(files: Mapping[str, bytes]) -> list[Finding]:
    return [finding for finding in validate_files(files) if str(finding.rule).startswith("markdown/")]


def text_at(files: Mapping[str, bytes], finding: Finding) -> str:
    assert finding.line is not None
    assert finding.column is not None
    line = next(iter(files.values())).decode().split("\n")[finding.line - 1]
    return line[finding.column - 1 :]


@pytest.mark.parametrize("place", [*SHOWN_PLACES, *EDITED_PLACES])
@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_is_found_at_its_place(kind: str, place: object) -> None:
    assert callable(place)
    text, rule, start = BROKEN[kind]
    files = place(text)
    findings = [
        finding for finding in found(files) if finding.rule == rule and "tag to Markdown" not in finding.message
    ]
    assert [text_at(files, finding)[: len(start)] for finding in findings] == [start]


@pytest.mark.parametrize("place", SHOWN_PLACES)
@pytest.mark.parametrize("kind", SHOWN)
def test_what_is_shown_has_more_to_lose(kind: str, place: object) -> None:
    assert callable(place)
    text, rule, start = SHOWN[kind]
    files = place(text)
    assert [(finding.rule, text_at(files, finding)[: len(start)]) for finding in found(files)] == [(rule, start)]


@pytest.mark.parametrize("place", EDITED_PLACES)
@pytest.mark.parametrize("kind", SHOWN)
def test_what_is_edited_may_be_a_placeholder(kind: str, place: object) -> None:
    assert callable(place)
    assert found(place(SHOWN[kind][0])) == []


@pytest.mark.parametrize("place", [in_markdown, in_value, in_template, in_description])
@pytest.mark.parametrize("kind", SOUND)
def test_what_shows_as_meant_is_left_alone(kind: str, place: object) -> None:
    assert callable(place)
    assert found(place(SOUND[kind])) == []


def test_code_and_plain_text_are_no_markdown() -> None:
    files = form(
        "- type: textarea\n  attributes:\n    label: More\n    placeholder: '####Text'\n    render: text\n    value: '####Text [a](./b.md)'\n"
    )
    assert found(files) == []


@pytest.mark.parametrize(
    "path", [".gitea/ISSUE_TEMPLATE/a.md", ".forgejo/issue_template/a.md", ".gitlab/issue_templates/a.md"]
)
def test_other_forges_look_in_the_repository_for_relative_links(path: str) -> None:
    text = f"{FRONT}\n[a](./b.md)\n\n####Steps\n\n<details>\n```\n```\n</details>\n"
    assert [finding.rule for finding in found({path: text.encode()})] == ["markdown/heading", "markdown/swallowed"]


FIXED = {
    "a fence below a tag in a list": ("- one\n\n  <div>\n  ```\n  line\n  ```\n  </div>\n", "- one\n\n  <div>\n\n  ```\n  line\n  ```\n  </div>\n"),
    "a fence below a summary": ("<details>\n<summary>Log</summary>\n```\nline\n```\n</details>\n", "<details>\n<summary>Log</summary>\n\n```\nline\n```\n</details>\n"),
    "a heading without a blank": ("####Steps\n", "#### Steps\n"),
    "doubled parentheses": ("[a]((https://example.com))\n", "[a](https://example.com)\n"),
    "doubled parentheses, one closed": ("[a]((https://example.com)\n", "[a](https://example.com)\n"),
}  # fmt: skip
UNCLEAR = {
    "words in angle brackets": "<Paste it here>\n```\nline\n```\n",
    "a parenthesis around it": "(see [a]((https://example.com))\n",
    "a heading with marks on both sides": "##Steps##\n",
    "a fence in a quote": "> <div>\n> ```\n> line\n> ```\n> </div>\n",
    "text between the tag and the fence": "<details>\nText\n```\nline\n```\n",
}


@pytest.mark.parametrize("place", [in_markdown, with_other_breaks, in_value, in_template])
@pytest.mark.parametrize("kind", FIXED)
def test_what_has_one_meaning_is_fixed(kind: str, place: object) -> None:
    assert callable(place)
    wrong, right = FIXED[kind]
    files = place(wrong)
    fixed = fix_files(files, files, unsafe=False, together=True)
    assert {path: file.content for path, file in fixed.items()} == place(right)


@pytest.mark.parametrize("kind", UNCLEAR)
def test_what_may_be_meant_otherwise_is_left_to_its_author(kind: str) -> None:
    files = in_template(UNCLEAR[kind])
    assert found(files)
    assert not any(finding.fixable for finding in found(files))


WORKS = ("../blob/main/a.md", "../tree/main", "../issues/1", "..", ".", "1", "new?template=a.yml", "../../issues-repo", "../../r/blob/main/a.md", "../../../o/r/raw/HEAD/a.png", "/o/r", "/o/r/wiki/a.md", "../discussions/new", "../security/policy", "/features/actions")  # fmt: skip
NOWHERE = ("a.md", "docs/a.md", "./docs", "../docs/a.md", "../.github/a", "../../blob/main/a.md", "../../issues", "../../docs/a.md", "/a.md", "/docs/a.md", "/.github/b", "www.example.com", "security", "/blob/main/a")  # fmt: skip


def test_addresses_are_followed_from_the_page_of_an_issue() -> None:
    """The page is `…/OWNER/REPOSITORY/issues/new`; what may be there is."""
    assert [address for address in WORKS if leads_nowhere(address, is_edited=False)] == []
    assert [address for address in NOWHERE if not leads_nowhere(address, is_edited=False)] == []
    assert not any(is_relative(address) for address in ("#a", "?q", "//a/b.md", "mailto:a", "https://a/b.md"))


WORDS = st.text(string.ascii_letters + string.digits + "éшは.,;:!?'\"#&", min_size=1, max_size=8).filter(
    lambda word: not word.startswith("#") and word.strip("#") == word
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
INLINE = st.one_of(
    SENTENCES,
    SENTENCES.map(lambda text: f"**{text}**"),
    st.text(string.ascii_letters + "<>[]()#./ ", min_size=1).map(lambda code: f"`` {code} ``"),
    SENTENCES.map(lambda text: f"[{text}](https://example.com/a_(b)?c#d)"),
    SENTENCES.map(lambda text: f"![{text}](https://example.com/a.png)"),
    st.just("<https://example.com/<a>".replace("<a", "a")),
    st.just("<kbd>F5</kbd> <br> [a](../blob/HEAD/a.md)"),
)
LINES = st.lists(INLINE, min_size=1, max_size=4).map(" ".join)
CODE = st.lists(st.sampled_from(["<details>", "####Text", "[a]((https://x.org))", "[a](./b.md)", "", "<version>"]), max_size=5).map("\n".join)  # fmt: skip
BLOCKS = st.one_of(
    LINES,
    st.tuples(st.integers(1, 6), LINES).map(lambda pair: f"{'#' * pair[0]} {pair[1]}"),
    st.lists(LINES, min_size=1, max_size=3).map(lambda rows: "\n".join(f"- {row}" for row in rows)),
    st.lists(LINES, min_size=1, max_size=3).map(lambda rows: "\n".join(f"> {row}" for row in rows)),
    CODE.map(lambda code: f"~~~sh\n{code}\n~~~"),
    CODE.map(lambda code: f"<details>\n<summary>More</summary>\n\n```\n{code}\n```\n\n</details>"),
    CODE.map(lambda code: f"<!--\n{code}\n-->"),
    LINES.map(lambda text: f"| a | b |\n| - | - |\n| {text.replace('|', '')} | c |"),
)
TEXTS = st.lists(BLOCKS, min_size=1, max_size=6).map(lambda blocks: "\n\n".join(blocks) + "\n")


@given(TEXTS)
def test_sound_markdown_has_no_finding(text: str) -> None:
    for place in (in_markdown, in_description, in_value, in_template):
        assert [(finding.rule, finding.message) for finding in found(place(text))] == []


@given(
    st.text(st.sampled_from("ab '\"\\é#:-\n\t<`\U0001f41b"), min_size=1),
    st.sampled_from(["|", ">", "'", '"', ""]),
    st.integers(2, 6),
    st.booleans(),
)
def test_each_character_of_a_value_has_its_place(value: str, style: str, indent: int, breaks: bool) -> None:
    """Whatever a writer of YAML makes of a text: what is no white space stands where it is said to."""
    text = yaml.dump({"a": {"key": value}}, default_style=style or None, indent=indent, allow_unicode=True, width=20)
    if breaks:
        text = text.replace("\n", "\r\n")
    scalar = scalar_in(text)
    places = places_of(text, scalar)
    assert places is not None
    for offset, char in enumerate(scalar.value):
        if not char.isspace():
            assert written_at(text, places(offset)) == char


def scalar_in(text: str) -> Scalar:
    (root,) = parse_yaml(text).documents
    assert isinstance(root, Tree)
    inner = root.get("a")
    assert isinstance(inner, Tree)
    scalar = inner.get("key")
    assert isinstance(scalar, Scalar)
    return scalar


def written_at(text: str, at: int) -> str:
    """Return the character that stands at a place, read out of an escape."""
    if text[at] == "\\" and text[at + 1 : at + 2] in {'"', "\\"}:
        return text[at + 1]
    if text[at] == "\\" and text[at + 1 : at + 2] in {"U", "u", "x"}:
        length = {"U": 8, "u": 4, "x": 2}[text[at + 1]]
        return chr(int(text[at + 2 : at + 2 + length], 16))
    return text[at]


def test_every_fence_is_read_where_it_begins() -> None:
    assert read_markdown("a\n\n```\nb\n```\n- ~~~\n  c\n  ~~~\n").fences == {2, 5}


def test_sound_files_are_not_parsed_as_markdown() -> None:
    """The parser takes longer to import than a form takes to check."""
    form_text = in_description("See [the docs](https://example.com/a).")[FORM].decode()
    template = "---\nname: Question\nabout: Ask\n---\n\n## Steps\n\n<!-- [x] -->\n- [ ] a\n"
    files = {FORM: form_text, ".github/ISSUE_TEMPLATE/ask.md": template}
    code = (
        "import json, sys\n"
        "from issue_scaffold.validate.run import validate_files\n"
        "found = validate_files({path: text.encode() for path, text in json.load(sys.stdin).items()})\n"
        "print(json.dumps([len(found), 'markdown_it' in sys.modules]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(files), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [0, False]


def test_guides_beside_templates_are_shown_as_files() -> None:
    """What a file says works from where it lies; only what becomes an issue is shown elsewhere."""
    assert found({".github/ISSUE_TEMPLATE/README.md": b"[a](./b.md)\n"}) == []
    assert found({".github/ISSUE_TEMPLATE.md": b"[a](./b.md)\n"}) != []


@given(st.lists(st.sampled_from(["<", ">", "a", "(", ")", "[", "]", "#", "```", "\n", " ", ":", "/", ".", "\\", "!", "|", "-", "<!--", "-->", "<summary>", "http://", "\r", "\t"]), max_size=40).map("".join))  # fmt: skip
def test_any_text_can_be_read(text: str) -> None:
    """Whatever stands there, findings lie in the file."""
    for place in (in_description, in_template):
        files = place(text)
        for finding in found(files):
            assert text_at(files, finding) or finding.rule == "markdown/swallowed"


MANY = {
    "tags in a comment": "<!--\n" + "<version> [a](./b.md)\n" * 2_500 + "-->\n<a>",
    "code": "`<version>` `[a](./b.md)`\n\n" * 2_000,
    "fences in HTML": "<summary></summary>" * 3_000 + "x\n```\n",
    "brackets": "<a>" + "[" * 60_000,
    "angles": "<a>" + "<a " * 20_000,
    "parentheses": "[a]((" * 10_000,
    "headings in code": "~~~\n" + "####T\n" * 10_000,
}


@pytest.mark.parametrize("kind", MANY)
def test_the_longest_text_takes_no_longer_than_its_length_asks(kind: str) -> None:
    start = time.process_time()
    found(in_description(MANY[kind]))
    found(in_template(MANY[kind]))
    assert time.process_time() - start < 20  # what grows with the square takes minutes
