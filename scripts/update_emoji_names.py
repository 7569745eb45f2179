"""Write `text/emoji_names.py`: GitHub's short names of emoji (`:bug:`), from gemoji's table.

Usage: `python scripts/update_emoji_names.py`, with the packages that the documentation is built with, of which
pymdown-extensions has the table. GitHub's own pictures, such as `:octocat:`, are no characters and left out.
"""

import textwrap
from pathlib import Path

from pymdownx import gemoji_db  # type: ignore[import-untyped]

TARGET = Path(__file__).parent.parent / "src/issue_scaffold/text/emoji_names.py"
MODULE = '''"""GitHub's short names of emoji, such as `:bug:`, by scripts/update_emoji_names.py."""

from typing import Final

# Each name, `=`, and the code points of its emoji without variation selectors.
EMOJI_NAMES: Final = """
{names}
"""
'''


def names() -> dict[str, str]:
    """Return the code points of each emoji by its short names."""
    found = {name: row["unicode"] for name, row in gemoji_db.emoji.items() if "unicode" in row}
    found |= {alias: found[name] for alias, name in gemoji_db.aliases.items() if name in found}
    return {name.strip(":"): codes.replace("-fe0f", "") for name, codes in sorted(found.items())}


if __name__ == "__main__":
    pairs = " ".join(f"{name}={codes}" for name, codes in names().items())
    table = textwrap.fill(pairs, 100, break_long_words=False, break_on_hyphens=False)
    TARGET.write_text(MODULE.format(names=table), encoding="utf-8")
