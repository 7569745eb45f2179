"""Labels configs and `.pre-commit-config.yaml`, merged and compared by what they mean instead of by their lines.

The user's text is edited by splicing at the places that PyYAML's event parser gives, so that every byte outside an
edit stays. `differences` is on the path of `check`: writing is imported only by `merge`.
"""

from importlib import import_module
from typing import Final, Literal, cast

from issue_scaffold.adapters.structured_files import labels_reading, precommit_reading, tree
from issue_scaffold.domain.structured import Difference, MeaningMerge

Kind = Literal["labels", "pre-commit"]

_KINDS: Final[dict[str, Kind]] = {
    ".github/labels.yml": "labels",
    ".github/labels.yaml": "labels",
    ".github/labels.json": "labels",
    ".github/settings.yml": "labels",
    "labels.yml": "labels",
    "labels.yaml": "labels",
    "labels.json": "labels",
    ".pre-commit-config.yaml": "pre-commit",
}
_BOM: Final = "\ufeff"


def kind_of(path: str) -> Kind | None:
    """Return how a file is merged and compared by meaning, None for by text. `path` is POSIX, from the repo's root."""
    return _KINDS.get(path)


def merge(path: str, base: str | None, ours: str, theirs: str) -> MeaningMerge | None:
    """Return the user's text with the template's change from `base` to `theirs`, and notes on what stays the user's.

    `base` is None when the user's file was there before the template. None when one of the texts has a shape that
    can't be merged by meaning; never raises on what the texts hold.
    """
    kind = kind_of(path)
    if kind is None:
        return None
    if ours == base or (base is None and not ours.strip()):
        return MeaningMerge(text=theirs)
    text = ours.removeprefix(_BOM)
    ending = tree.newline(text)
    ends_open = bool(text) and not text.endswith("\n")
    try:
        merged = _merge(kind, path, (base, text + ending if ends_open else text, theirs))
    except tree.NotUnderstoodError:
        return None
    done = merged.text
    if ends_open:
        done = done.removesuffix(ending)
    return MeaningMerge(text=ours[: len(ours) - len(text)] + done, notes=merged.notes)


def differences(path: str, rendered: str, ours: str) -> tuple[Difference, ...] | None:
    """Return where the user's file deviates from the rendered one; None when that can't be said by meaning."""
    kind = kind_of(path)
    if kind is None:
        return None
    try:
        if kind == "labels":
            return labels_reading.differences(path, rendered.removeprefix(_BOM), ours.removeprefix(_BOM))
        return precommit_reading.differences(rendered.removeprefix(_BOM), ours.removeprefix(_BOM))
    except tree.NotUnderstoodError:
        return None


def _merge(kind: Kind, path: str, sides: tuple[str | None, str, str]) -> MeaningMerge:
    base, ours, theirs = sides
    old, new = None if base is None else base.removeprefix(_BOM), theirs.removeprefix(_BOM)
    if kind == "labels":
        writing = import_module("issue_scaffold.adapters.structured_files.labels_writing")
        return cast("MeaningMerge", writing.merge_labels(path, old, ours, new))
    writing = import_module("issue_scaffold.adapters.structured_files.precommit_writing")
    return cast("MeaningMerge", writing.merge_precommit(old, ours, new))
