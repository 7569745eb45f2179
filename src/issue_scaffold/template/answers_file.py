"""Answers files, read without importing Copier."""

from functools import lru_cache
from typing import Any, Final

from issue_scaffold.text.yaml_values import YamlValueError, load_mapping

# Fits the patterns of Copier and Renovate, and leaves the file of another template in the
# repository alone.
ANSWERS_FILE: Final = ".copier-answers.scaffold.yml"
# The commit that the recorded version was when it was recorded. Copier passes over underscored
# names of others.
COMMIT_ID: Final = "_commit_id"


def parse_answers(content: bytes) -> dict[str, Any]:
    """Return the answers in an answers file.

    Raises YamlValueError when it holds none, or more than is read.
    """
    return dict(_parsed(content))


# Repositories of one owner have the same answers, and reading them takes a fifth of a check.
@lru_cache(maxsize=256)
def _parsed(content: bytes) -> dict[str, Any]:
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
    record = set()
    if not with_record:
        record = {"_src_path", "_commit", COMMIT_ID}
    if (COMMIT_ID in left) != (COMMIT_ID in right):
        record.add(COMMIT_ID)  # plain Copier doesn't write it, which says nothing
    return all(
        left.get(name) == right.get(name)
        for name in (left.keys() | right.keys()).difference(record)
    )


def with_commit_id(content: bytes, commit: str) -> bytes | None:
    """Return an answers file that remembers a commit, behind the version.

    None for one that has no place for it.
    """
    lines = content.splitlines(keepends=True)
    at = next((number for number, line in enumerate(lines) if line.startswith(b"_commit:")), None)
    if at is None:
        return None
    end = b"\r\n" if lines[at].endswith(b"\r\n") else b"\n"
    kept = [line for line in lines if not line.startswith(f"{COMMIT_ID}:".encode())]
    changed = b"".join([*kept[: at + 1], f'{COMMIT_ID}: "{commit}"'.encode(), end, *kept[at + 1 :]])
    try:
        before, after = parse_answers(content), parse_answers(changed)
    except YamlValueError:
        return None
    return changed if after == {**before, COMMIT_ID: commit} else None
