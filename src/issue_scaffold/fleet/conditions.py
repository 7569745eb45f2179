"""`--where`: which repositories are meant by what their answers record."""

import operator
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from issue_scaffold.errors import ScaffoldError, UsageError
from issue_scaffold.forge.remote import normal_url
from issue_scaffold.template.answers_file import parse_answers
from issue_scaffold.template.source_text import recorded_source
from issue_scaffold.template.sources import SourceReader
from issue_scaffold.template.versions import parse
from issue_scaffold.text.yaml_values import YamlValueError

_WORDS: Final = ("initialised", "not-initialised", "outdated")
_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}
_COMPARISON: Final = re.compile(r"\s*(version|source)\s*(<=|>=|==|!=|<|>|=)\s*(\S+)\s*")
_NOWHERE: Final = Path(os.devnull)


class Condition(NamedTuple):
    """One condition: a word, or a field of the record compared with a value."""

    subject: str
    sign: str = ""
    value: str = ""

    def holds(self, answers: bytes, sources: SourceReader) -> bool:
        """Tell whether an answers file, empty for none, fits. One that can't be read is no other.

        A condition on what isn't known doesn't hold.
        """
        if self.subject in {"initialised", "not-initialised"}:
            return bool(answers) == (self.subject == "initialised")
        recorded = _record(answers)
        if recorded is None:
            return False
        if self.subject == "outdated":
            return _is_outdated(*recorded, sources)
        source, version = recorded
        compare = _OPERATORS[self.sign]
        if self.subject == "source":
            return compare(normal_url(source), normal_url(self.value))
        ours, theirs = parse(version), parse(self.value)
        if ours is None or theirs is None:
            return self.sign == "!=" or (compare is operator.eq and version == self.value)
        return compare(ours, theirs)


def parse_condition(text: str) -> Condition:
    """Return the condition that `--where` gives. Raises UsageError."""
    if text in _WORDS:
        return Condition(text)
    found = _COMPARISON.fullmatch(text)
    hint = f"give {', '.join(_WORDS)}, version<1.2 or source=URL"
    if found is None:
        raise UsageError(f"{text!r} is no condition", hint=hint)
    subject, sign, value = found.groups()
    if subject == "source" and sign not in {"=", "==", "!="}:
        raise UsageError(f"{text!r} is no condition: a source is one or another", hint=hint)
    if subject == "version" and parse(value) is None and sign not in {"=", "==", "!="}:
        raise UsageError(f"{value!r} is no version, so nothing is older or newer", hint=hint)
    return Condition(subject, sign, value)


def _record(answers: bytes) -> tuple[str, str] | None:
    """Return the template and its version that an answers file records, None for another file."""
    try:
        found = parse_answers(answers)
    except YamlValueError:
        return None
    source, version = found.get("_src_path"), found.get("_commit")
    if not isinstance(source, str) or not isinstance(version, str):
        return None
    return source, version


def _is_outdated(source: str, version: str, sources: SourceReader) -> bool:
    try:
        found = recorded_source(source, work_tree=_NOWHERE, base=_NOWHERE, where="the answers")
        known = sources.of(found).ask()
    except ScaffoldError:
        return False
    return known is not None and bool(known.latest) and known.is_newer(str(known.latest), version)
