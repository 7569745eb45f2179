"""Texts as HTML: escaping, and attributes for what HTML's own syntax can't carry. Pure.

Owns that no text of a repository becomes markup.
"""

import json
import re
from html import escape
from typing import Final

# A parser of HTML drops or replaces these, and half a character can't be written as UTF-8.
_LOST: Final = re.compile("[\0\r\ud800-\udfff]")


def text_html(text: str) -> str:
    """Return a text as HTML shows it, with a sign in the place of what it can't show."""
    shown = text
    if _LOST.search(text):
        shown = _LOST.sub("\ufffd", text.replace("\r\n", "\n"))
    return escape(shown)


def attribute(name: str, value: str | None) -> str:
    """Return an attribute with a blank before it; nothing for None."""
    if value is None:
        return ""
    return f' {name}="{text_html(value)}"'


def exact(name: str, text: str) -> str:
    """Return an attribute that keeps a text character by character, as JSON."""
    return attribute(name, json.dumps(text))


def exact_if_lost(name: str, text: str) -> str:
    """Return such an attribute where the text itself, shown as it is, would not come through."""
    if _LOST.search(text):
        return exact(name, text)
    return ""
