"""Answers files, read without importing Copier."""

from typing import Any

from issue_scaffold.adapters.yaml_values import YamlValueError, load_mapping


def parse_answers(content: bytes) -> dict[str, Any]:
    """Return the answers in an answers file. Raises YamlValueError when it holds none, or more than is read."""
    return load_mapping(content, what="answers")


def same_answers(one: bytes, other: bytes, *, with_record: bool = True) -> bool:
    """Return whether two answers files say the same; without the record, of the answers alone.

    The record is which template they answer: a path or a version can be written in several ways.
    """
    if one == other:
        return True
    try:
        left, right = parse_answers(one), parse_answers(other)
    except YamlValueError:
        return False
    record = () if with_record else ("_src_path", "_commit")
    return all(left.get(name) == right.get(name) for name in (left.keys() | right.keys()).difference(record))
