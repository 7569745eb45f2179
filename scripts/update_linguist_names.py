"""Write the language names that `render:` may hold to `validate/rules/linguist.py`.

Usage: `npm pack linguist-languages`, unpack it, then `python scripts/update_linguist_names.py package/data`. Names and
aliases are folded to lower case, with blanks as dashes, which is how GitHub looks them up.
"""

import ast
import re
import sys
import textwrap
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/issue_scaffold/validate/rules/linguist.py"
MODULE = '''"""The languages that GitHub highlights: Linguist's names, by scripts/update_linguist_names.py."""

from typing import Final

LANGUAGES: Final = frozenset(
    """
{words}
    """.split()  # noqa: SIM905 - a list would be a line a word
)
'''


def names(folder: Path) -> set[str]:
    """Return every name and alias that the language files in a folder declare."""
    found: set[str] = set()
    for file in folder.glob("*.js"):
        text = file.read_text(encoding="utf-8")
        words = [ast.literal_eval(quoted) for quoted in re.findall(r"^  name: (.+),$", text, re.MULTILINE)]
        for listed in re.findall(r"^  aliases: (\[.*?\])", text, re.MULTILINE | re.DOTALL):
            words += ast.literal_eval(listed)
        found.update(word.lower().replace(" ", "-") for word in words)
    return found


if __name__ == "__main__":
    words = textwrap.fill(
        " ".join(sorted(names(Path(sys.argv[1])))), 96, break_long_words=False, break_on_hyphens=False
    )
    TARGET.write_text(MODULE.format(words=textwrap.indent(words, "    ")), encoding="utf-8")
