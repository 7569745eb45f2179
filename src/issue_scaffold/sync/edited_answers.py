"""Answers that were changed by hand in the answers file, without the files that they make.

Nothing remembers what the files were made of but the target's own history. An earlier answers file
counts if the files are nearer to what it makes than to what the one of today makes.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.files.rendering import File, Rendering
from issue_scaffold.git import command as git
from issue_scaffold.sync.merge import likeness
from issue_scaffold.sync.target import SyncTarget
from issue_scaffold.sync.tracking import blob_id
from issue_scaffold.sync.trees import FileTree
from issue_scaffold.template.answers_file import parse_answers
from issue_scaffold.template.renderer import Renderer
from issue_scaffold.text.yaml_values import YamlValueError

# How many changes of the answers file are looked at.
_MOST_COMMITS: Final = 10


class EditedAnswers(NamedTuple):
    """What was edited: the target with the answers of before, and the names of the others.

    `rendering` is what those answers make, `unchanged` the files that are still as they make them.
    """

    before: SyncTarget
    rendering: Rendering
    names: tuple[str, ...]
    unchanged: frozenset[str]

    def message(self, opened: SyncTarget) -> str:
        """Return what was done, as users read it."""
        changes = [
            f"{name} is {_shown(opened.answers, name)}, was {_shown(self.before.answers, name)}"
            for name in self.names
        ]
        return f"the answers were edited by hand: {'; '.join(changes)}"


def find_edit(
    opened: SyncTarget, files: FileTree, now: Rendering, renderer: Renderer
) -> EditedAnswers | None:
    """Return how a target's answers were edited; None where they weren't, or nobody can tell.

    `files` are the target's, `now` is what its answers make today.
    """
    if opened.folder.top is None:
        return None
    try:
        return next(_edits(opened, files, now, renderer), None)
    except ScaffoldError:
        return None


def _edits(
    opened: SyncTarget, files: FileTree, now: Rendering, renderer: Renderer
) -> Iterator[EditedAnswers]:
    for answers in _former_answers(opened):
        before = opened._replace(answers=answers)
        rendering = renderer.rendering(before.recorded(renderer.sources))
        others = _otherwise_rendered(rendering, now)
        ours = {path: files.read(path) for path in others}
        if others and all(_is_nearer(path, ours[path], rendering, now) for path in others):
            same = (path for path in others if _same(ours[path], rendering.files.get(path)))
            names = _differing(answers, opened.answers)
            yield EditedAnswers(before, rendering, names, frozenset(same))


def _former_answers(opened: SyncTarget) -> Iterator[Mapping[str, Any]]:
    """Yield other answers to the same version of the template, the latest first."""
    seen = [opened.answers]
    for name in _former_files(opened):
        content = git.run_in_work_tree(opened.root, ["cat-file", "blob", name])
        try:
            answers = parse_answers(content)
        except YamlValueError:
            continue
        if not all(_differing(answers, other) for other in seen):
            continue
        seen.append(answers)
        record = ("_src_path", "_commit")
        if all(answers.get(key) == opened.answers.get(key) for key in record):
            yield answers


def _former_files(opened: SyncTarget) -> Iterator[str]:
    """Yield git's names of the other answers files that were committed, the latest first.

    Mostly there is none, and git needn't be asked for one: the last commit has today's.
    """
    path, root = opened.answers_file, opened.root
    options = [
        f"--max-count={_MOST_COMMITS}",
        "--format=%H",
        "--raw",
        "--no-abbrev",
        "--no-renames",
    ]
    listed = git.run_in_work_tree(root, ["log", *options, "--", path]).decode(errors="replace")
    found: list[str] = []
    for line in filter(None, listed.splitlines()):
        if not line.startswith(":"):
            found.append(f"{line}:./{path}")  # of a merge git lists no files
        elif found:  # ":MODE MODE BLOB BLOB STATUS": https://git-scm.com/docs/git-diff
            found[-1] = line.split()[3]
    content = read_file(path, below=root)
    for name in found:
        was_deleted = not name.strip("0")
        is_todays = ":" not in name and name == blob_id(content, len(name))
        if not (was_deleted or is_todays):
            yield name


def _otherwise_rendered(before: Rendering, now: Rendering) -> list[str]:
    """Return the files that the two answers make otherwise."""
    left_alone = {now.answers_file} | before.write_once | now.write_once
    paths = sorted({*before.files, *now.files} - left_alone)
    return [path for path in paths if not _same(before.files.get(path), now.files.get(path))]


def _same(one: File | None, other: File | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.same_as(other)


def _is_nearer(path: str, mine: File | None, before: Rendering, now: Rendering) -> bool:
    old, new = before.files.get(path), now.files.get(path)
    return _likeness(mine, old) > _likeness(mine, new)


def _likeness(one: File | None, other: File | None) -> float:
    if one is None or other is None:
        return float(one is other)
    return likeness(one, other)


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    names = sorted({*before, *now})
    return tuple(
        name for name in names if not name.startswith("_") and before.get(name) != now.get(name)
    )


def _shown(answers: Mapping[str, Any], name: str) -> str:
    if name not in answers:
        return "not there"
    return json.dumps(answers[name], ensure_ascii=False, default=str)
