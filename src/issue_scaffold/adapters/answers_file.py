"""Answers files, read without importing Copier."""

from typing import Any

import yaml


def parse_answers(content: bytes) -> dict[str, Any]:
    """Return the answers in an answers file. Raises yaml.YAMLError, and ValueError when it holds no mapping."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data = yaml.load(content, Loader=loader)  # noqa: S506 - it is the safe loader
    if not isinstance(data, dict) or not all(isinstance(name, str) for name in data):
        raise ValueError("it holds no mapping of answers by name")
    return data


def same_answers(one: bytes, other: bytes, *, with_record: bool = True) -> bool:
    """Return whether two answers files say the same; without the record, of the answers alone.

    The record is which template they answer: a path or a version can be written in several ways.
    """
    if one == other:
        return True
    try:
        left, right = parse_answers(one), parse_answers(other)
    except (yaml.YAMLError, ValueError):
        return False
    record = () if with_record else ("_src_path", "_commit")
    return all(left.get(name) == right.get(name) for name in (left.keys() | right.keys()).difference(record))
