"""The frame of a page that asks nobody for anything: its head, its colours and its policy.

The policy names the page's own style and script by their checksums, so that nothing else runs,
whatever a text on the page holds.
"""

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Final

from issue_scaffold.preview.markup import text_html

# What nobody needs of our own files; no text of theirs goes over several lines.
_SPACE: Final = re.compile(r"\s*\n\s*(?://[^\n]*\n\s*)*")


def own_file(package: str, name: str) -> str:
    """Return a style or a script of a package of this tool, without what nobody needs."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    return _SPACE.sub("\n", text)


COLOURS: Final = own_file("issue_scaffold.preview", "colours.css")


def framed(title: str, style: str, script: str, body: str, *, asks: str = "'none'") -> str:
    """Return a page; `asks` is the policy's word for whom its script may ask."""
    policy = (
        f"default-src 'none'; style-src {_checksum(style)}; script-src {_checksum(script)}; "
        f"connect-src {asks}; base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{text_html(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"<main>\n{body}</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _checksum(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
