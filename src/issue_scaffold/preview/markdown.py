"""Markdown to the HTML that a preview shows. Pure.

Owns the allow-list: of HTML in a text only a few elements are left, without their attributes, and
comments are dropped. Nothing is loaded: a picture becomes its alternative text. Headings go at most
one level deeper each, below that of the form, so that the page's outline has no gaps.
"""

import html
import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from issue_scaffold.preview.markup import attribute, text_html
from issue_scaffold.text.commonmark import MAX_NESTING

_VOID: Final = "br"
_ALLOWED: Final = frozenset({_VOID, "details", "summary", "kbd", "sub", "sup"})
_LINKED: Final = ("https://", "http://", "mailto:")
# The level of a form's own heading, and the deepest that there is.
_FORM_LEVEL: Final = 3
_DEEPEST: Final = 6
# What is the same as text and as Markdown, as most texts of forms are.
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9 ,.;?()/%-]*")
# "Alerts" in GitHub's "Basic writing and formatting syntax".
_ALERT: Final = re.compile(
    r"\[!(?P<kind>note|tip|important|warning|caution)\][ \t]*(?:\n|\Z)", re.IGNORECASE
)
_PIECE: Final = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<hidden>script|style)\b.*?(?:</(?P=hidden)\s*>|\Z)"
    r"|<(?P<end>/?)(?P<tag>[a-z][a-z0-9]*)(?P<rest>[^>]*)(?:>|\Z)"
    r"|<[!?][^>]*(?:>|\Z)"
    r"|(?P<text>[^<]+|<)",
    re.IGNORECASE | re.DOTALL,
)
_ALT: Final = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
# What names nothing to somebody who listens: a heading, a link or a summary without words.
_NAMELESS: Final = re.compile(
    r"<(?P<tag>h[3-6]|a|summary|strong|em)\b[^>]*>(?:\s|<br ?/?>)*</(?P=tag)>|<p>\s*</p>\n?"
)
_NAMELESS_CELL: Final = re.compile(r"<th>(?P<text>(?:\s|<br ?/?>)*)</th>")


def markdown_html(text: str) -> str:
    """Return the HTML of a Markdown text; never fails, as every text is Markdown."""
    if _PLAIN.fullmatch(text.strip()):
        return f"<p>{text_html(text.strip())}</p>"
    shown = _parser().render(text)
    before = ""
    while shown != before:
        before, shown = shown, _NAMELESS.sub("", shown)
    return _NAMELESS_CELL.sub(r"<td>\g<text></td>", shown).strip()


def inline_html(text: str) -> str:
    """Return the HTML of a Markdown text that is shown within a line."""
    if _PLAIN.fullmatch(text):
        return text
    shown: str = _parser().renderInline(text)
    return shown


@cache
def _parser() -> MarkdownIt:
    options = {"html": True, "breaks": True, "maxNesting": MAX_NESTING}
    parser = MarkdownIt("commonmark", options, renderer_cls=_PreviewRenderer)
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.after("block", "alerts", _mark_alerts)
    # Every address is taken for one; where a link leads is the renderer's.
    parser.validateLink = _is_address  # type: ignore[method-assign]
    return parser


def _is_address(url: str) -> bool:  # noqa: ARG001 - the name by which it may be given
    return True


def _mark_alerts(state: StateCore) -> None:
    """Take the first line of a quotation that is an alert for its kind."""
    for index, token in enumerate(state.tokens[:-2]):
        inline = state.tokens[index + 2]
        if token.type != "blockquote_open" or inline.type != "inline":
            continue
        found = _ALERT.match(inline.content)
        if found is not None:
            token.meta["alert"] = found["kind"].lower()
            inline.content = inline.content[found.end() :]


class _PreviewRenderer(RendererHTML):
    """The renderer; its methods are called after the tokens that they show.

    It keeps which elements of the text's own HTML are open, how deep the last heading was, and
    whether the links that are open lead anywhere.
    """

    _opened: list[str]
    _level: int
    _links: list[str]

    def render(self, tokens: Sequence[Token], options: OptionsDict, env: EnvType) -> str:
        """Return the HTML of a whole text."""
        self._opened, self._level, self._links = [], _FORM_LEVEL, []
        shown = super().render(tokens, options, env)
        return shown + "".join(f"</{tag}>" for tag in reversed(self._opened))

    def html_block(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Show what is allowed of HTML; the words in the rest stay."""
        shown = ""
        for piece in _PIECE.finditer(tokens[idx].content):
            if piece["text"]:
                shown += text_html(html.unescape(piece["text"]))
            elif piece["tag"]:
                shown += self._tag(piece)
        return shown

    html_inline = html_block

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Show a picture's alternative text."""
        return _placeholder(self.renderInlineAsText(tokens[idx].children or [], options, env))

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Lead to pages and to mail; other addresses are but named."""
        address = str(tokens[idx].attrGet("href") or "")
        if address.lower().startswith(_LINKED):
            self._links.append("a")
            return f'<a rel="noreferrer"{attribute("href", address)}>'
        self._links.append("span")
        return f'<span class="nowhere"{attribute("title", address)}>'

    def link_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Close what the link was opened as."""
        return f"</{self._links.pop()}>"

    def heading_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Begin a heading at the level that fits where it is."""
        written = int(tokens[idx].tag[1:])
        self._level = min(written + _FORM_LEVEL, self._level + 1, _DEEPEST)
        return f'<h{self._level} class="h{written}">'

    def heading_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """End it."""
        return f"</h{self._level}>\n"

    def blockquote_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        """Begin a quotation, or an alert with its title."""
        kind = tokens[idx].meta.get("alert")
        if kind is None:
            return "<blockquote>\n"
        return f'<blockquote class="alert {kind}">\n<p class="kind">{kind.capitalize()}</p>\n'

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Show code, of whatever language."""
        return f"<pre><code>{text_html(tokens[idx].content)}</code></pre>\n"

    code_block = fence

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Show words."""
        return text_html(tokens[idx].content)

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Begin a cell, without the style that aligns it: the page's policy refuses styles."""
        return f"<{tokens[idx].tag}>"

    th_open = td_open

    def _tag(self, piece: re.Match[str]) -> str:
        tag = piece["tag"].lower()
        if tag == "img":
            found = _ALT.search(piece["rest"])
            return _placeholder(html.unescape(found[1] or found[2] or "") if found else "")
        if tag not in _ALLOWED:
            return ""
        if tag == _VOID:
            return "<br>"
        if piece["end"]:
            return self._end(tag)
        if len(self._opened) >= MAX_NESTING:
            return ""
        self._opened.append(tag)
        return f"<{tag}>"

    def _end(self, tag: str) -> str:
        """Close an element, and those that were opened in it; one that isn't open is passed by."""
        shown = ""
        while tag in self._opened:
            last = self._opened.pop()
            shown += f"</{last}>"
            if last == tag:
                break
        return shown


def _placeholder(alternative: str) -> str:
    words = " ".join(alternative.split()) or "picture"
    return f'<span class="picture">{text_html(words)}</span>'
