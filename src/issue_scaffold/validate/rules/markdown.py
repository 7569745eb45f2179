"""Rules about Markdown in forms and templates that shows otherwise than meant.

What a text says is CommonMark's, https://spec.commonmark.org, which all forges
follow. A search for signs comes first, and the text is parsed only where there are some.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from issue_scaffold.forge.document import Problem
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.validate.rules.addresses import is_relative, leads_nowhere
from issue_scaffold.validate.rules.examples import form_with, template_file
from issue_scaffold.validate.rules.markdown_texts import MarkdownText
from issue_scaffold.validate.rules.rule import WARNING, Rule
from issue_scaffold.validate.rules.stages import MARKDOWN

if TYPE_CHECKING:
    from issue_scaffold.text.commonmark import HtmlBlock

_FENCE: Final = late_pattern(r"^[ \t]{0,3}(`{3,}|~{3,})[^`\n]*$", re.MULTILINE)
_TAGS: Final = late_pattern(r"<summary>[^<>]*</summary>|<[^<>]*>")
_TAG: Final = late_pattern(r"<(?!https?:)([A-Za-z][A-Za-z0-9-]*)(?:[\s/][^<>]*)?>")
# In these, HTML ends at the closing tag, and a fence is text on purpose.
_VERBATIM: Final = late_pattern(r"\s*<(?:pre|script|style|textarea)\b", re.IGNORECASE)
_HEADING: Final = late_pattern(
    r"^(?:[ \t]|[*+>-][ \t])*(#{2,6})(?=[^\W\d_]|\d+[.)]|\*+\w|[^\x00-\u203b\s])(.*)$", re.MULTILINE
)
_ADDRESS: Final = r"(?:https?://|www\.|mailto:|\.{0,2}/)"
_DOUBLED: Final = late_pattern(rf"(?<!\\)\]\(\(({_ADDRESS}[^\s()<>]*)(\){{0,2}})")
_OPEN: Final = late_pattern(r"(?<!\\)\]\((https?://[^\s()<>]*)(?=\s|\Z)")
_REVERSED: Final = late_pattern(r"\([^()\n]+\)\[(https?://[^\s\[\]]*)\](?!\()")
_LINK: Final = late_pattern(r"\]\([ \t]*<?([^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)")
_DEFINITION: Final = late_pattern(r"^ {0,3}\[[^\]\n]+\]:[ \t]*<?([^\s<>]+)", re.MULTILINE)
_ATTRIBUTE: Final = late_pattern(r"\b(?:href|src)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
# https://html.spec.whatwg.org/multipage/indices.html#elements-3, obsolete ones and what SVG and
# MathML need: words that nobody means as a placeholder.
_ELEMENT_NAMES: Final = """
a abbr acronym address applet area article aside audio b base bdi bdo big blink blockquote body
br button canvas caption center circle cite code col colgroup data datalist dd del details dfn
dialog dir div dl dt ellipse em embed fieldset figcaption figure font footer form frame frameset
g g-emoji h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend
li line link main map mark marquee math menu meta meter nav nobr noframes noscript object ol
optgroup option output p param path picture plaintext polygon polyline pre progress q rect rp
rt ruby s samp script search section select slot small source span strike strong style sub
summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul use
var video wbr xmp
"""
_ELEMENTS: Final = frozenset(_ELEMENT_NAMES.split())


@MARKDOWN.runs(
    Rule(
        id="markdown/swallowed",
        severity=WARNING,
        fix="safe",
        summary="HTML, or what looks like it, swallows text or code",
        why=(
            "From a line that begins with a tag to the next empty line, Markdown isn't read: a "
            "fence straight below `<details>` or `<summary>` is no code. A placeholder such as "
            "`<your version>` is a tag as well, and isn't shown. The fix puts an empty line "
            "between tags and a fence."
        ),
        evidence=(
            "CommonMark 0.31.2: HTML blocks",
            "sphinx-doc/sphinx@723069d",
            "SagerNet/sing-box, 2023-08-20",
            "nextcloud/spreed#5476",
            "neovim/nvim-lspconfig#1202",
            "commonmark/commonmark-spec#731",
        ),
        wrong=template_file(
            "---\n"
            "name: Bug report\n"
            "about: Something is broken\n"
            "---\n"
            "\n"
            "<details>\n"
            "<summary>Log</summary>\n"
            "```\n"
            "paste it here\n"
            "```\n"
            "</details>\n"
        ),
        right=template_file(
            "---\n"
            "name: Bug report\n"
            "about: Something is broken\n"
            "---\n"
            "\n"
            "<details>\n"
            "<summary>Log</summary>\n"
            "\n"
            "```\n"
            "paste it here\n"
            "```\n"
            "</details>\n"
        ),
    )
)
def swallowed(text: MarkdownText) -> Iterator[Problem]:
    """Find fences that are part of a block of HTML, and words in angle brackets that vanish."""
    if _TAG.search(text.text) is None:
        return
    if "```" in text.text or "~~~" in text.text:
        for block in text.reading.html:
            yield from _swallowed_fence(text, block)
    if not text.is_edited:
        yield from _vanishing_words(text)


def _swallowed_fence(text: MarkdownText, block: "HtmlBlock") -> Iterator[Problem]:
    """Yield the problem of the first fence in a block of HTML; fences in comments are nobody's."""
    content = block.content
    if _VERBATIM.match(content):
        return
    fence = _FENCE.search(content)
    tag = _TAG.search(content)
    if fence is None or tag is None or tag.start() > fence.start():
        return
    line = block.first + content.count("\n", 0, fence.start())
    start = text.text.find(fence[1], text.line_starts[line])
    message = f"the fence is part of the HTML that `<{tag[1]}>` begins, so it isn't code"
    before = content[: fence.start()].rstrip("\n").rpartition("\n")[2]
    fix = None
    # In a quote, an empty line would end the quote.
    stands_alone = not text.text[text.line_starts[line] : start].strip()
    is_markup = not _TAGS.sub("", before).strip() and tag[1].lower() in _ELEMENTS
    if is_markup and stands_alone and _is_code_behind_a_blank_line(text, line):
        fix = text.with_blank_line(line)
    hint = "put an empty line above the fence"
    yield text.problem(start, start + len(fence[1]), message, hint, fix)


def _is_code_behind_a_blank_line(text: MarkdownText, line: int) -> bool:
    from issue_scaffold.text.commonmark import read_markdown

    start = text.line_starts[line]
    return line + 1 in read_markdown(f"{text.text[:start]}\n{text.text[start:]}").fences


def _vanishing_words(text: MarkdownText) -> Iterator[Problem]:
    for found in _TAG.finditer(text.text):
        if found[1].lower() in _ELEMENTS or not _is_html(text, found):
            continue
        message = f"`{found[0]}` is an HTML tag to Markdown, so it isn't shown"
        hint = f"put it in backticks, or write `&lt;{found[0][1:]}`"
        yield text.problem(found.start(), found.end(), message, hint)


def _is_html(text: MarkdownText, found: re.Match[str]) -> bool:
    """Tell whether Markdown takes a piece of a text for HTML, and not for a comment's words."""
    line = text.line_of(found.start())
    block = text.reading.html_on(line)
    if block is not None:
        return found[0] in block.content
    return any(found[0] in tag for inline in text.reading.inlines_on(line) for tag in inline.tags)


def _is_shown(text: MarkdownText, offset: int, words: str) -> bool:
    """Tell whether these characters are shown as they stand: not as marks, code or HTML."""
    inlines = text.reading.inlines_on(text.line_of(offset))
    return any(words in shown for inline in inlines for shown in inline.texts)


@MARKDOWN.runs(
    Rule(
        id="markdown/heading",
        severity=WARNING,
        fix="safe",
        summary="a heading without a blank after its marks",
        why=(
            "`####Steps` is no heading but a line that begins with four number signs. One sign "
            "alone may be meant, as in `#123` or a hashtag. The fix puts a blank in."
        ),
        evidence=(
            "CommonMark 0.31.2: ATX headings",
            "Shippable/support#2517",
            "ampproject/amphtml#9451",
        ),
        wrong=form_with(
            "  - type: markdown\n"
            "    attributes:\n"
            "      value: |\n"
            "        ####Before you begin\n"
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
        ),
        right=form_with(
            "  - type: markdown\n"
            "    attributes:\n"
            "      value: |\n"
            "        #### Before you begin\n"
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
        ),
    )
)
def heading(text: MarkdownText) -> Iterator[Problem]:
    """Find lines that begin with several number signs, and would be headings with a blank."""
    for found in _HEADING.finditer(text.text):
        marks, start, end = found[1], found.start(1), found.end(1)
        if not _begins_a_text(text, start, marks):
            continue
        fix = None
        if not found[2].rstrip().endswith("#"):  # such an end would stay in the heading
            fix = text.replacing(start, end, f"{marks} ")
        words = found[2].strip()[:20]
        message = f"`{marks}{words}` isn't a heading: its marks need a blank behind them"
        yield text.problem(start, end, message, f"write `{marks} {words}`", fix)


def _begins_a_text(text: MarkdownText, start: int, marks: str) -> bool:
    inlines = text.reading.inlines_on(text.line_of(start))
    return any(shown.startswith(marks) for inline in inlines for shown in inline.texts)


@MARKDOWN.runs(
    Rule(
        id="markdown/link",
        severity=WARNING,
        fix="safe",
        summary="brackets that don't make a link",
        why=(
            "`[text]((address))` leads to an address in parentheses, which there isn't; "
            "`[text](address` and `(text)[address]` are shown as they stand. The fix takes the "
            "second parenthesis away."
        ),
        evidence=(
            "CommonMark 0.31.2: Links",
            "Koenkk/zigbee2mqtt@3a47418",
            "markdownlint MD011",
        ),
        wrong=form_with(
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
            "      description: See [this]((https://example.com/version)) page.\n"
        ),
        right=form_with(
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
            "      description: See [this](https://example.com/version) page.\n"
        ),
    )
)
def link(text: MarkdownText) -> Iterator[Problem]:
    """Find doubled, missing and exchanged brackets of links."""
    yield from _doubled(text)
    for found in _OPEN.finditer(text.text):
        if _is_shown(text, found.start(), f"]({found[1][:8]}") and _opened(text, found.start()):
            message = f"the link to `{found[1]}` isn't closed, so its brackets are shown"
            yield text.problem(found.start(1), found.end(1), message, "end the address with `)`")
    for found in _REVERSED.finditer(text.text):
        if _is_shown(text, found.start(1), f")[{found[1][:8]}"):
            message = f"the brackets around `{found[1]}` are exchanged, so they are shown"
            hint = "write `[text](address)`"
            yield text.problem(found.start(), found.end(), message, hint)


def _doubled(text: MarkdownText) -> Iterator[Problem]:
    for found in _DOUBLED.finditer(text.text):
        start, end = found.start() + 1, found.end()
        if not _is_in_parentheses(text, start) and not _is_shown(text, start, "](("):
            continue
        before = text.text[text.line_starts[text.line_of(start)] : start]
        fix = None
        if found[2] and before.count("(") <= before.count(")"):
            fix = text.replacing(start, end, f"({found[1]})")
        message = f"the parenthesis before `{found[1]}` is doubled, so the link doesn't work"
        yield text.problem(start, end, message, f"write `({found[1]})`", fix)


def _is_in_parentheses(text: MarkdownText, offset: int) -> bool:
    """Tell whether a link on this line leads to an address that begins with a parenthesis."""
    inlines = text.reading.inlines_on(text.line_of(offset))
    return any(address.startswith("(") for inline in inlines for address in inline.addresses)


def _opened(text: MarkdownText, offset: int) -> bool:
    """Tell whether a bracket opens before this one on its line, by design and not escaped."""
    before = text.text[text.line_starts[text.line_of(offset)] : offset]
    return "[" in before and "\\[" not in before


@MARKDOWN.runs(
    Rule(
        id="markdown/relative-link",
        severity=WARNING,
        summary="a link or image that leads nowhere from GitHub's page",
        why=(
            "GitHub takes a relative address in an issue for one beside the page that shows it, "
            "`…/issues/new` or `…/issues/1`, and not for a file beside the template: "
            "`./CONTRIBUTING.md` leads nowhere, `../blob/HEAD/CONTRIBUTING.md` to the file. Other "
            "forges look in the repository, so their files aren't judged."
        ),
        evidence=(
            "operate-first/support#45",
            "cloudfour/pwastats#136",
            "Azure/bicep#2808",
            "ansible/ansible#86640",
        ),
        wrong=form_with(
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
            "      description: See [the guide](./CONTRIBUTING.md).\n"
        ),
        right=form_with(
            "  - type: input\n"
            "    attributes:\n"
            "      label: Version\n"
            "      description: See [the guide](../blob/HEAD/CONTRIBUTING.md).\n"
        ),
    )
)
def relative_link(text: MarkdownText) -> Iterator[Problem]:
    """Find addresses without a host that lead nowhere from the page that shows them."""
    if text.document.forge.finds_relative_links:
        return
    for found in _written_addresses(text):
        address = found[1]
        if not is_relative(address) or not leads_nowhere(address, is_edited=text.is_edited):
            continue
        if _is_address(text, found):
            message = f"`{address}` leads nowhere from the page of an issue"
            hint = f"write the whole address: `https://{_host(text)}/OWNER/REPOSITORY/blob/HEAD/…`"
            yield text.problem(found.start(1), found.end(1), message, hint)


def _host(text: MarkdownText) -> str:
    """Return how the host of a file's forge is called; a server has a name of its own."""
    return next(iter(text.document.forge.hosts), "HOST")


def _written_addresses(text: MarkdownText) -> Iterator[re.Match[str]]:
    for pattern in (_LINK, _DEFINITION, _ATTRIBUTE):
        yield from pattern.finditer(text.text)


def _is_address(text: MarkdownText, found: re.Match[str]) -> bool:
    """Tell whether what looks like a link is one; a definition also has to be used."""
    if found.re.pattern == _ATTRIBUTE.pattern:
        return _is_html(text, found)
    from issue_scaffold.text.commonmark import written_address

    inlines = text.reading.inlines
    if found.re.pattern == _LINK.pattern:
        inlines = text.reading.inlines_on(text.line_of(found.start(1)))
    address = written_address(found[1])
    return any(address in inline.addresses for inline in inlines)
