"""Installing the template beside a labels config of the repository's own, wherever that lies.

The template's question offers a few places. A config in one of them becomes the answer and is
merged from then on. One elsewhere gets the template's labels, and with each update what the
template has changed of them, or is left where it can't be written; in either case no second labels
config is written beside it, and that this one is absent is accepted, so that `check` says nothing
of it. One that is asked for and isn't there is made. One at a place that nobody would look at, or
that was chosen among several, is recorded in the settings, which every command asks.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import File, are_texts
from issue_scaffold.forge.forges import GITHUB
from issue_scaffold.forge.layout import is_labels_config, is_labels_path
from issue_scaffold.labels.places import find_configs, find_elsewhere, recorded_config
from issue_scaffold.settings.edited_file import EditedSettings
from issue_scaffold.settings.file import Accepted
from issue_scaffold.sync import structured_files
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep
from issue_scaffold.sync.planned_settings import settings_step

# What the template writes.
_MADE: Final = frozenset({".yml", ".yaml", ".json"})


class OwnConfigs(NamedTuple):
    """The labels configs that a repository has, one if it is known which counts.

    `data` are the answers that the template gets; `recorded` tells that the settings have to say
    which file it is.
    """

    paths: tuple[str, ...]
    data: Mapping[str, Any]
    recorded: bool = False


def own_configs(
    root: Path,
    data: Mapping[str, Any],
    choose: Callable[[Sequence[str]], str | None],
    *,
    may_make: bool = False,
) -> OwnConfigs:
    """Return the labels configs of a repository, and what the template is to be told.

    An answer that names a file at a place which the template's question doesn't offer is for us to
    remember; where one `may_make` it, it need not be there yet. `choose` decides between several.
    Raises UsageError for an answer that names no file which could be one.
    """
    asked, others = named_config(root, data)
    if asked is not None:
        return OwnConfigs((asked,), others, recorded=True)
    asked = data.get("labels_config")
    if may_make and isinstance(asked, str) and asked not in GITHUB.offered_labels:
        _refuse_unmade(root, asked)
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


def named_config(root: Path, data: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Return the labels config that an answer names, and the answers without that one.

    None unless it is there, at a place that the template's question doesn't offer.
    """
    asked = data.get("labels_config")
    others = {key: value for key, value in data.items() if key != "labels_config"}
    if not isinstance(asked, str) or asked in GITHUB.offered_labels:
        return None, others
    if not is_labels_path(asked) or target.read_file(root, asked) is None:
        return None, others
    return asked, others


def _refuse_unmade(root: Path, path: str) -> None:
    """Raise UsageError for a path at which no labels config can be made, or isn't to be."""
    suffix = Path(path).suffix.lower()
    if not is_labels_path(path) or suffix not in _MADE:
        listed = ", ".join(GITHUB.offered_labels)
        raise UsageError(
            f"labels_config: {path!r} is no labels config that could be made",
            hint=f"name one of {listed}, another .yml, .yaml or .json file below the "
            "repository's root, or any file there that lists labels",
        )
    found = find_configs(root, with_empty=True)
    if found:
        raise UsageError(
            f"labels_config: {path} isn't there, and the labels are in {', '.join(found)}",
            hint=f"move them first: git mv {found[0]} {path}",
        )


def followed(
    root: Path, plan: FilePlan, base: Mapping[str, File], theirs: Mapping[str, File]
) -> FilePlan:
    """Return the plan of an update with what the template changed of labels, in the own config.

    That is the one of a repository that has none at the template's place, on purpose, or another
    one there than the one that counts.
    """
    found = _left_beside(root, plan, base.keys() & theirs.keys())
    if found is None:
        return plan
    path, left = found
    step = _added(root, path, replace(left, theirs=theirs[left.path]), base[left.path])
    if step is None or not step.writes:
        return plan
    return plan.with_steps(step)


def _left_beside(root: Path, plan: FilePlan, paths: Collection[str]) -> tuple[str, FileStep] | None:
    """Return the own config, which no step is about, and the step that leaves another as it is.

    None where there is none of either. Nothing is read of a repository in which all are written.
    """
    left = [step for step in plan.steps if step.path in paths and _is_left(step)]
    if not left:
        return None
    path = recorded_config(root) or next(iter(find_configs(root)), None)
    if path is None or any(step.path == path for step in plan.steps):
        return None
    return path, left[0]


def _is_left(step: FileStep) -> bool:
    """Tell whether a step leaves a labels config as it is."""
    return is_labels_config(step.path) and not step.writes


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
    second = next((step for step in plan.steps if _is_second(step, own)), None)
    if second is None or second.theirs is None:
        return plan
    names = ", ".join(configs)
    kept = replace(
        second,
        action=FileAction.KEPT,
        after=second.before,
        by_meaning=second.before is not None,
        reason=f"your labels are in {names}",
        notes=(),
    )
    acceptance = _acceptance(root, second, own, settings_path)
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


def _is_second(step: FileStep, own: OwnConfigs) -> bool:
    """Tell whether a step writes a labels config beside the own one, or into another one.

    The latter only where it has been said which one counts.
    """
    if step.theirs is None or not is_labels_config(step.path):
        return False
    if step.action is not FileAction.NEW and not own.recorded:
        return False
    return bool(own.paths) and step.path not in own.paths


def _merged(root: Path, configs: Sequence[str], second: FileStep) -> FileStep | None:
    """Return the step that adds the template's labels to the only config; None if that can't be."""
    if len(configs) > 1:
        return None
    if target.read_file(root, configs[0]) is None:
        return _made(configs[0], second)
    return _added(root, configs[0], second, None)


def _made(path: str, second: FileStep) -> FileStep | None:
    """Return the step that makes a labels config with the template's labels."""
    theirs = second.theirs
    if theirs is None:
        return None
    after = theirs
    if path.lower().endswith(".json") and not second.path.endswith(".json"):
        added = structured_files.add_labels(path, "[]\n", second.path, theirs.content.decode())
        if added is None:
            return None
        after = File(content=added.text.encode())
    return FileStep(path=path, action=FileAction.NEW, before=None, after=after, theirs=theirs)


def _added(root: Path, path: str, second: FileStep, base: File | None) -> FileStep | None:
    """Return the step that brings the template's labels, or changes, into a labels config."""
    ours, theirs = target.read_file(root, path), second.theirs
    if ours is None or theirs is None or not are_texts(ours, theirs):
        return None
    old = None if base is None else base.content.decode(errors="replace")
    try:
        text, new = ours.content.decode(), theirs.content.decode()
    except UnicodeDecodeError:
        return None
    added = structured_files.add_labels(path, text, second.path, new, base=old)
    if added is None:
        return None
    after = File(content=added.text.encode(), executable=ours.executable)
    action = FileAction.MERGE
    if after == ours:
        action = FileAction.KEPT
    return FileStep(
        path=path,
        action=action,
        before=ours,
        after=after,
        theirs=theirs,
        by_meaning=True,
        notes=added.notes,
    )


def _acceptance(
    root: Path, second: FileStep, own: OwnConfigs, settings_path: str
) -> list[FileStep]:
    """Return the step that records in the settings that a file of the template is absent.

    One that is there is the repository's for good. There is none where a mistake in the settings
    keeps them from being added to: then `check` tells of both.
    """
    try:
        settings = EditedSettings.read(root, settings_path)
    except UsageError:
        return []
    reason = f"the labels are in {', '.join(own.paths)}"
    said = f"{second.path} is accepted as absent"
    if second.before is None:
        settings.accept(second.path, [Accepted(second.path, None, reason)])
    else:
        settings.own(second.path, reason)
        said = f"{second.path} is yours"
    if own.recorded:
        settings.record_labels_config(own.paths[0])
    return [settings_step(settings, said)]
