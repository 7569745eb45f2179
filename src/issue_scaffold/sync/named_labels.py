"""Labels that a repository's own templates name and its labels config lacks, for `scaffold init`.

Owns which those are, and writing them into the config that a plan makes or that is there. Nobody is
asked here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import File
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.forges import GITHUB_LABEL_COLOURS
from issue_scaffold.forge.layout import is_labels_config, template_folder
from issue_scaffold.forge.source_files import read_repository
from issue_scaffold.label_sync.plan import DEFAULT_COLOR
from issue_scaffold.labels.config import read_labels
from issue_scaffold.sync import structured_files
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep
from issue_scaffold.text.scalars import quoted
from issue_scaffold.validate.rules.label_guesses import (
    GuessKind,
    by_looks,
    guess_labels,
    is_several,
)
from issue_scaffold.validate.rules.summaries import summarize_config, summarize_template

_WRITES: Final[Mapping[FileAction, FileAction]] = {
    FileAction.UNCHANGED: FileAction.MERGE,
    FileAction.KEPT: FileAction.MERGE,
}


class NamedLabels(NamedTuple):
    """Labels that are named and not in the config, and the config's step with them."""

    config: str
    names: tuple[str, ...]
    step: FileStep

    def added_to(self, plan: FilePlan) -> FilePlan:
        """Return a plan that also writes the labels."""
        return plan.with_steps(self.step)


def named_labels(root: Path, plan: FilePlan, configs: Sequence[str]) -> NamedLabels | None:
    """Return the labels that the config lacks once a plan is carried out.

    `configs` are the repository's labels configs. None where nothing lacks, where there is no
    config or several, or where it can't be written to.
    """
    step = _config_step(root, plan, configs)
    if step is None or step.after is None or not step.after.is_text:
        return None
    try:
        text = step.after.content.decode()
    except UnicodeDecodeError:
        return None
    names = _lacking(step.path, text, _named(root, plan))
    if not names:
        return None
    added = structured_files.add_labels(step.path, text, "labels.yml", _listed(names))
    if added is None or added.text == text:
        return None
    after = step.after._replace(content=added.text.encode())
    action = _WRITES.get(step.action, step.action)
    return NamedLabels(step.path, names, replace(step, after=after, action=action))


def _config_step(root: Path, plan: FilePlan, configs: Sequence[str]) -> FileStep | None:
    """Return the plan's step for the labels config, or one that leaves the existing config."""
    steps = [
        step
        for step in plan.steps
        if step.after is not None and (is_labels_config(step.path) or step.path in configs)
    ]
    if steps or len(configs) != 1:
        return steps[0] if len(steps) == 1 else None
    file = target.read_file(root, configs[0])
    return FileStep(
        path=configs[0], action=FileAction.KEPT, before=file, after=file, by_meaning=True
    )


def _named(root: Path, plan: FilePlan) -> list[str]:
    """Return the labels that the repository's own templates will name, each once."""
    found: dict[str, str] = {}
    steps = {step.path: step for step in plan.steps}
    for path, content in read_repository(root, template_folder).files.items():
        for name in _labels_in(path, _content_after(steps.get(path), content)):
            found.setdefault(name.casefold(), name)
    return list(found.values())


def _content_after(step: FileStep | None, content: bytes) -> bytes:
    """Return what a file will hold, nothing where it goes."""
    if step is None:
        return content
    after = step.after or File()
    return after.content


def _labels_in(path: str, content: bytes) -> Iterator[str]:
    document = load(path, content)
    if template_folder(path) is None or document.failure is not None:
        return
    summary = summarize_template(document, None)
    if summary is not None:
        yield from (label.value.strip() for label in summary.labels)


def _lacking(path: str, text: str, named: Sequence[str]) -> tuple[str, ...]:
    """Return which of the named labels a config doesn't have, and doesn't have written otherwise.

    Of one that looks like another of its labels, or is several, `validate` tells.
    """
    document = load(path, text.encode())
    config = summarize_config(read_labels(document.source, document.root))
    if document.failure is not None or config is None:
        return ()
    looks = by_looks(config.spellings)
    lacking = []
    for name in named:
        guess = guess_labels(name, looks, config.names)
        is_meant = guess is None or guess.kind is GuessKind.NEAR_MISS
        if name.casefold() not in config.names and is_meant and not is_several(name):
            lacking.append(name)
    return tuple(lacking)


def _listed(names: Sequence[str]) -> str:
    """Return a labels config of these labels; what no default says the colour of is grey."""
    rows = []
    for name in names:
        colour = GITHUB_LABEL_COLOURS.get(name.casefold(), DEFAULT_COLOR)
        rows.append(f'- name: {quoted(name)}\n  color: "{colour}"\n')
    return "".join(rows)
