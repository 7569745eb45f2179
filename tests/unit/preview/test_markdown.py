"""What a preview shows of a Markdown text: its words, a few elements, and nothing that loads or runs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.preview.markdown import inline_html, markdown_html

PIECES = (
    "<details>", "</details>", "<summary>", "</summary>", "<kbd>", "</kbd>", "<sub>", "<br>", "<BR/>",
    "<script>", "</script>", "<img src=x onerror=y alt='a \"b'>", "<!--", "-->", "<!", "<?", "[a](javascript:x)",
    "[a](https://e.example)", "![p](u)", "> [!NOTE]\n", "# ", "### ", "```\n", "`",
    "|a|b|\n|-|-|\n|||\n", "- ", "\n", "\n\n", "x", "*", "**", "&lt;", "&#0;", "\0", "<", ">",
    "<a href='javascript:x'>", "<svg onload=x>", "<style>", "<div\n",
)  # fmt: skip
ALLOWED = {
    "details", "summary", "br", "kbd", "sub", "sup", "p", "a", "span", "strong", "em", "s", "code", "pre", "blockquote",
    "ul", "ol", "li", "hr", "table", "thead", "tbody", "tr", "th", "td", "h3", "h4", "h5", "h6",
}  # fmt: skip
TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)((?: [a-z]+=\"[^\"<>]*\")*) ?/?>")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_only_what_is_allowed_is_left(text: str) -> None:
    for shown in (markdown_html(text), inline_html(text)):
        tags = [(found[1], found[2]) for found in TAG.finditer(shown)]
        assert {name for name, _ in tags} <= ALLOWED
        assert {word for _, more in tags for word in re.findall(r" ([a-z]+)=", more)} <= {
            "class", "href", "rel", "title", "start",
        }  # fmt: skip
        assert all(address.startswith("https:") for address in re.findall(r' href="([^"]*)', shown))
        assert not re.search(r"[<>]", TAG.sub("", shown))
        assert "\0" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Plain words, one line.", "<p>Plain words, one line.</p>"),
        ("one\ntwo", "<p>one<br />\ntwo</p>"),
        ("a <!-- hidden --> b", "<p>a  b</p>"),
        ("<!--\nhidden\n-->", ""),
        ("Press <kbd class='x'>A</kbd>", "<p>Press <kbd>A</kbd></p>"),
        ("<kbd>open", "<p><kbd>open</p>\n</kbd>"),
        ("![a *cat*](https://e.example/c.png)", '<p><span class="picture">a cat</span></p>'),
        ("[x](javascript:y)", '<p><span class="nowhere" title="javascript:y">x</span></p>'),
        ("#### Deep\n## Less", '<h4 class="h4">Deep</h4>\n<h5 class="h2">Less</h5>'),
        (
            "> [!note]\n> Look",
            '<blockquote class="alert note">\n<p class="kind">Note</p>\n<p>Look</p>\n</blockquote>',
        ),
        ("<details>\n<summary></summary>\n\nx\n</details>", "<details>\n\n<p>x</p>\n</details>"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert markdown_html(text) == shown


@pytest.mark.parametrize("piece", ["<!A", "<div ", "<a ", "<script", "<!--", "> ", "[a](", "<kbd>", "*a_ "])
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    assert markdown_html(piece * 20_000) is not None
