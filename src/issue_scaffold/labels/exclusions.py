"""The labels that a config says belong to others: safe-settings' `labels.exclude`.

Owns how its patterns are read. They are JavaScript's; one that Python reads differently, or that
could take for ever, isn't read at all.

Source: `lib/plugins/labels.js` of https://github.com/github/safe-settings. No label is deleted in
whose name one of the patterns is found, with regard to case; entries without `name` say nothing.
"""

import re
from typing import Final

from issue_scaffold.labels.config import LabelsConfig
from issue_scaffold.text.tree import Mapping, Scalar, Sequence, Value, resolve

EXCLUDE: Final = "exclude"
_LONGEST: Final = 200
# What only one of the two knows: other escapes of letters and digits, groups with a question mark
# but for lookahead and `(?:`, possessive quantifiers, `{,3}`; and one repetition in another.
_FOREIGN: Final = re.compile(
    r"\\[0-9A-Zac-eg-mo-qu-z](?<!\\[dDwWsSbB])|\(\?(?![:=!])|[*+?}]\+|\{,"
    r"|[*+}|][^(]*\)+[*+{]"
)


def excluded_names(config: LabelsConfig) -> tuple[re.Pattern[str], ...] | None:
    """Return the patterns of names that are never deleted; None if one can't be honoured."""
    root = config.root
    labels = root.get("labels") if isinstance(root, Mapping) else None
    exclude = labels.get(EXCLUDE) if isinstance(labels, Mapping) else None
    if exclude is None or (isinstance(exclude, Scalar) and exclude.is_null):
        return ()
    if not isinstance(exclude, Sequence):
        return None
    patterns = []
    for item in exclude.items:
        name = _name_of(resolve(item))
        pattern = _compiled(name) if name is not None else None
        if pattern is None:
            return None
        patterns.append(pattern)
    return tuple(patterns)


def _name_of(item: Value) -> str | None:
    name = item.get("name") if isinstance(item, Mapping) else None
    return name.value if isinstance(name, Scalar) and name.is_text and name.value else None


def _compiled(text: str) -> re.Pattern[str] | None:
    if len(text) > _LONGEST or _FOREIGN.search(text):
        return None
    try:
        # To JavaScript `\w` and the like are ASCII alone.
        return re.compile(text, re.ASCII)
    except re.error:
        return None
