"""Whether runs over many repositories leave this one alone: `fleet` in the settings.

Owns that entry: what it may say.
"""

from collections.abc import Iterator
from typing import Final, TypeGuard

from issue_scaffold.forge.document import Problem, at
from issue_scaffold.settings.one_mapping import unknown_keys
from issue_scaffold.text.tree import Mapping, Scalar, Value, type_name
from issue_scaffold.text.tree_values import is_null, is_true

KEY: Final = "fleet"
_KEYS: Final = ("skip", "reason")


def read_opt_out(root: Mapping) -> tuple[str | None, list[Problem]]:
    """Return why the repository is to be left alone, and what is wrong with what is said of it.

    The reason may be empty; None where the repository takes part.
    """
    value = root.get(KEY)
    if value is None or is_null(value):
        return None, []
    if not isinstance(value, Mapping):
        return None, [at(value, f"`{KEY}` is {type_name(value)}, and must be a mapping")]
    skip, reason = value.get("skip"), value.get("reason")
    problems = [*unknown_keys(value, _KEYS), *_mistakes(skip, reason)]
    if not _is_wanted(skip):
        return None, problems
    words = [one.value.strip() for one in (reason, skip) if _is_words(one)]
    return (words or [""])[0], problems


def _mistakes(skip: Value | None, reason: Value | None) -> Iterator[Problem]:
    if reason is not None and not _is_words(reason):
        yield at(reason, f"`reason` is {type_name(reason)}", hint="give a `reason`")
    if skip is not None and not (_is_wanted(skip) or _is_no(skip)):
        yield at(skip, f"`skip` is {type_name(skip)}", hint="say true, or why in words")


def _is_words(value: Value | None) -> TypeGuard[Scalar]:
    return isinstance(value, Scalar) and value.is_text and bool(value.value.strip())


def _is_wanted(skip: Value | None) -> bool:
    return _is_words(skip) or is_true(skip)


def _is_no(value: Value) -> bool:
    is_boolean = isinstance(value, Scalar) and value.kind == "bool"
    return is_null(value) or (is_boolean and not is_true(value))
