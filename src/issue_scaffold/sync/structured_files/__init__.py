"""Labels configs and `.pre-commit-config.yaml`, merged and compared by what they mean.

The user's text is edited by splicing at the places that PyYAML's event parser gives, so that every
byte outside an edit stays. `differences` is on the path of `check`: writing is imported only by
`merge` and `restore`, and either only what its kind of file needs.
"""

from collections.abc import Callable
from typing import Final, Literal

from issue_scaffold.forge.layout import is_labels_config
from issue_scaffold.text.by_meaning import Difference, Kept, MeaningMerge, NotUnderstoodError
from issue_scaffold.text.limits import MAX_EDITED
from issue_scaffold.text.lines import newline

Kind = Literal["labels", "pre-commit"]

_PRECOMMIT: Final = ".pre-commit-config.yaml"
_BOM: Final = "\ufeff"


def kind_of(path: str) -> Kind | None:
    """Return how a file is merged and compared by meaning, None for by text.

    `path` is POSIX, from the repository's root.
    """
    if path == _PRECOMMIT:
        return "pre-commit"
    return "labels" if is_labels_config(path) else None


def merge(path: str, base: str | None, ours: str, theirs: str) -> MeaningMerge | None:
    """Return the user's text with the template's change, and notes on what stays the user's.

    `base` is None when the user's file was there before the template. None when one of the texts
    has a shape that can't be merged by meaning; never raises on what the texts hold.
    """
    kind = kind_of(path)
    if kind is None or _is_too_large(base or "", ours, theirs):
        return None
    if ours == base or (base is None and not ours.strip()):
        return MeaningMerge(text=theirs)
    old, new = None if base is None else base.removeprefix(_BOM), theirs.removeprefix(_BOM)
    if kind == "labels":
        from issue_scaffold.labels.writing import merge_labels

        return _edited(
            ours, lambda text: merge_labels(path, old, text, new), is_yaml=not _is_toml(path)
        )
    from issue_scaffold.sync.precommit_writing import merge_precommit

    return _edited(ours, lambda text: merge_precommit(old, text, new))


def add_labels(
    path: str, ours: str, template_path: str, theirs: str, *, base: str | None = None
) -> MeaningMerge | None:
    """Return the user's labels config with what it lacks of a template's that lies elsewhere.

    With the template's as it was, `base`, it gets what the template has changed since then.
    None when one of them has a shape that can't be merged; never raises on what the texts hold.
    """
    if _is_too_large(ours, theirs):
        return None
    from issue_scaffold.labels.writing import merge_labels

    new = theirs.removeprefix(_BOM)
    old = None if base is None else base.removeprefix(_BOM)
    return _edited(
        ours,
        lambda text: merge_labels(path, old, text, new, template_path=template_path),
        is_yaml=not _is_toml(path),
    )


def restore(path: str, ours: str, theirs: str, kept: Kept = frozenset()) -> MeaningMerge | None:
    """Return the user's text with everything that `differences` asks for, but for what is `kept`.

    Their own stays. None when one of the texts has a shape that isn't understood by meaning.
    """
    kind = kind_of(path)
    if kind is None or _is_too_large(ours, theirs):
        return None
    if not ours.strip():
        return MeaningMerge(text=theirs)
    new = theirs.removeprefix(_BOM)
    if kind == "labels":
        from issue_scaffold.labels.writing import restore_labels

        return _edited(
            ours, lambda text: restore_labels(path, text, new, kept), is_yaml=not _is_toml(path)
        )
    from issue_scaffold.sync.precommit_writing import restore_precommit

    return _edited(ours, lambda text: restore_precommit(text, new, kept))


def differences(path: str, rendered: str, ours: str) -> tuple[Difference, ...] | None:
    """Return where the user's file deviates from the rendered one.

    None when that can't be said by meaning.
    """
    kind = kind_of(path)
    if kind is None or _is_too_large(rendered, ours):
        return None
    wanted, found = rendered.removeprefix(_BOM), ours.removeprefix(_BOM)
    try:
        if kind == "labels":
            from issue_scaffold.labels import drift

            return drift.differences(path, wanted, found)
        from issue_scaffold.sync import precommit_reading

        return precommit_reading.differences(wanted, found)
    except NotUnderstoodError:
        return None


def _is_toml(path: str) -> bool:
    return path.lower().endswith(".toml")


def _is_too_large(*texts: str) -> bool:
    """Return whether a text is larger than what is edited; then all are taken for plain text."""
    return any(len(text) > MAX_EDITED for text in texts)


def _edited(
    ours: str, edit: Callable[[str], MeaningMerge], *, is_yaml: bool = True
) -> MeaningMerge | None:
    """Return what `edit` makes of the text.

    It sees the text without byte order mark, and with a line break at its end.
    """
    text = ours.removeprefix(_BOM)
    ending = newline(text)
    ends_open = bool(text) and not text.endswith("\n")
    try:
        merged = edit(text + ending if ends_open else text)
    except NotUnderstoodError:
        return None
    done = merged.text.removesuffix(ending) if ends_open else merged.text
    if done != text and is_yaml:
        from issue_scaffold.text.second_reader import breaks

        if breaks(text, done):
            return None
    return MeaningMerge(text=ours[: len(ours) - len(text)] + done, notes=merged.notes)
