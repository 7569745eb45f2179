"""Installing the template beside a labels config of the repository's own, wherever that lies.

The template's question offers a few places. A config in one of them becomes the answer and is
merged from then on. One elsewhere gets the template's labels once, or is left where it can't be
written; in either case no second labels config is written beside it, and that this one is absent is
accepted, so that `check` says nothing of it. One at a place that nobody would look at, or that was
chosen among several, is recorded in the settings, which every command asks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import File
from issue_scaffold.forge.forges import GITHUB
from issue_scaffold.forge.layout import is_labels_config, is_labels_path
from issue_scaffold.labels.places import find_configs, find_elsewhere
from issue_scaffold.settings.edited_file import EditedSettings
from issue_scaffold.settings.file import Accepted
from issue_scaffold.sync import structured_files
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep
from issue_scaffold.sync.planned_settings import settings_step


class OwnConfigs(NamedTuple):
    """The labels configs that a repository has, one if it is known which counts.

    `data` are the answers that the template gets; `recorded` tells that the settings have to say
    which file it is.
    """

    paths: tuple[str, ...]
    data: Mapping[str, Any]
    recorded: bool = False


def own_configs(
    root: Path, data: Mapping[str, Any], choose: Callable[[Sequence[str]], str | None]
) -> OwnConfigs:
    """Return the labels configs of a repository, and what the template is to be told.

    An answer that names a file which is there, at a place that the template's question doesn't
    offer, is for us to remember. `choose` decides between several.
    """
    asked = data.get("labels_config")
    if isinstance(asked, str) and asked not in GITHUB.offered_labels and _is_there(root, asked):
        others = {key: value for key, value in data.items() if key != "labels_config"}
        return OwnConfigs((asked,), others, recorded=True)
    usual = find_configs(root, with_empty=True)
    found = usual or find_elsewhere(root)
    if asked is not None or not found:
        return OwnConfigs(found, data)
    if len(found) == 1:
        return OwnConfigs(found, data, recorded=not usual)
    chosen = choose(found)
    if chosen is None:
        return OwnConfigs(found, data)
    return OwnConfigs((chosen,), data, recorded=chosen not in GITHUB.offered_labels)


def _is_there(root: Path, path: str) -> bool:
    return is_labels_path(path) and target.read_file(root, path) is not None


def suggested_config(configs: Sequence[str]) -> dict[str, str]:
    """Return the answer that makes the template use a labels config which the target has."""
    for path in GITHUB.offered_labels:
        if path in configs:
            return {"labels_config": path}
    return {}


def beside_own_configs(root: Path, plan: FilePlan, own: OwnConfigs, settings_path: str) -> FilePlan:
    """Return the plan without a second labels config; the template's labels go into the own one.

    New settings are made at `settings_path`.
    """
    configs = own.paths
    second = next((step for step in plan.steps if _is_second(step, configs)), None)
    if second is None or second.theirs is None:
        return plan
    names = ", ".join(configs)
    kept = replace(second, action=FileAction.KEPT, after=None, reason=f"your labels are in {names}")
    acceptance = _acceptance(root, second.path, own, settings_path)
    steps = [kept, *acceptance]
    merged = _merged(root, configs, second)
    if merged is None:
        note = f"{names}: left as it is; add the labels that the templates name: scaffold validate"
        notes = [note]
        if len(configs) > 1:
            key = f"labels_config: {configs[0]}"
            file = acceptance[0].path if acceptance else settings_path
            notes.append(f"say which of them counts in {file}, like `{key}`")
        steps[0] = replace(kept, notes=tuple(notes))
    else:
        steps.append(merged)
    return plan.with_steps(*steps)


def _is_second(step: FileStep, configs: Sequence[str]) -> bool:
    if step.action is not FileAction.NEW or not is_labels_config(step.path):
        return False
    return bool(configs) and step.path not in configs


def _merged(root: Path, configs: Sequence[str], second: FileStep) -> FileStep | None:
    """Return the step that adds the template's labels to the only config; None if that can't be."""
    if len(configs) > 1:
        return None
    ours, theirs = target.read_file(root, configs[0]), second.theirs
    if ours is None or theirs is None or not (ours.is_text and theirs.is_text):
        return None
    try:
        text, new = ours.content.decode(), theirs.content.decode()
    except UnicodeDecodeError:
        return None
    added = structured_files.add_labels(configs[0], text, second.path, new)
    if added is None:
        return None
    after = File(content=added.text.encode(), executable=ours.executable)
    action = FileAction.MERGE
    if after == ours:
        action = FileAction.KEPT
    return FileStep(
        path=configs[0],
        action=action,
        before=ours,
        after=after,
        theirs=theirs,
        by_meaning=True,
        notes=added.notes,
    )


def _acceptance(root: Path, path: str, own: OwnConfigs, settings_path: str) -> list[FileStep]:
    """Return the step that records in the settings that a file of the template is absent.

    There is none where a mistake in the settings keeps them from being added to: then `check` tells
    of both.
    """
    try:
        settings = EditedSettings.read(root, settings_path)
    except UsageError:
        return []
    reason = f"the labels are in {', '.join(own.paths)}"
    settings.accept(path, [Accepted(path, None, reason)])
    if own.recorded:
        settings.record_labels_config(own.paths[0])
    return [settings_step(settings, f"{path} is accepted as absent")]
