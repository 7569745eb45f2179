"""The one mapping that a settings file holds, with the place of every mistake in it.

Owns what any such file may be: its encoding, its size, its syntax, and that keys are known.
"""

from collections.abc import Sequence

from issue_scaffold.errors import UsageError
from issue_scaffold.forge.document import Problem, at
from issue_scaffold.forge.syntax import Stop, explain
from issue_scaffold.text.limits import MAX_BYTES
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Node, Scalar, resolve, type_name
from issue_scaffold.text.tree_values import is_null
from issue_scaffold.text.wording import allowed, closest
from issue_scaffold.text.yaml_nodes import SyntaxFailure, parse_yaml


def read_root(content: bytes, path: str) -> tuple[Mapping | None, list[Problem], Source]:
    """Return a file's mapping, None for none; what is wrong with the file; and its text."""
    text, problem = _text_of(content)
    source = Source(path, text)
    if problem is not None:
        return None, [problem], source
    stream = parse_yaml(text)
    failure = stream.failure
    if isinstance(failure, SyntaxFailure):
        return None, [explain(source, Stop(*failure))], source
    if failure is not None:
        return None, [Problem(failure.offset, failure.offset, failure.message)], source
    root = resolve(stream.documents[0]) if stream.documents else None
    if isinstance(root, Mapping):
        return root, [], source
    problems = []
    if root is not None and not is_null(root):
        message = f"the settings are {type_name(root)}, and must be a mapping"
        problems.append(at(root, message))
    return None, problems, source


def _text_of(content: bytes) -> tuple[str, Problem | None]:
    if len(content) > MAX_BYTES:
        return "", Problem(0, 0, f"the file is larger than {MAX_BYTES // 1024:,} KiB")
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return "", Problem(0, 0, f"the file is not UTF-8: {error.reason}")


def unknown_keys(mapping: Mapping, known: Sequence[str]) -> list[Problem]:
    """Return a problem for each key that isn't known, with the one that was probably meant."""
    problems = []
    for entry in mapping.entries:
        key: Node = entry.key
        if not isinstance(key, Scalar):
            problems.append(at(key, f"this key is {type_name(key)}, and must be text"))
        elif key.value not in known:
            hint = allowed(known, guess=closest(key.value, known))
            problems.append(at(key, f"unknown key `{key.value}`", hint=hint))
    return problems


def refuse(problems: Sequence[Problem], source: Source) -> None:
    """Raise UsageError, with its place, for the first problem, if there is one."""
    if problems:
        line, column = source.position(problems[0].start)
        message = f"{source.path}:{line}:{column}: {problems[0].message}"
        raise UsageError(message, hint=problems[0].hint)
