"""Regular expressions that a repository wrote, run in a child that is stopped in time.

Python's `re` has no limit of its own, and a pattern of twenty characters can take longer than
anybody waits.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

SECONDS: Final = 3.0
_CHILD: Final = """\
import json, re, sys
pattern, texts = json.load(sys.stdin)
print(json.dumps([text for text in texts if re.search(pattern, text)]))
"""


def search(pattern: str, texts: Sequence[str]) -> list[str] | None:
    """Return the texts that a pattern is found in.

    None for no pattern, or one that takes longer than `SECONDS`.
    """
    command = [sys.executable, "-I", "-S", "-c", _CHILD]
    asked = json.dumps([pattern, list(texts)])
    try:
        done = subprocess.run(
            command,
            input=asked,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode != 0:
        return None
    found: list[str] = json.loads(done.stdout)
    return found
