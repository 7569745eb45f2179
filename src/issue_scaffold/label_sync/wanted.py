"""A labels config of any format, read as what a repository's labels are to be; several files make layers.

The shapes of the formats are `labels_config`'s; here is what their keys mean: old names, new names, deletion.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from issue_scaffold.label_sync.plan import WantedLabel
from issue_scaffold.labels.config import Label, LabelsConfig
from issue_scaffold.labels.label import fold, normalise_color
from issue_scaffold.text.tree import Mapping, Scalar, Value
from issue_scaffold.validate.rules.labels import MAX_NAME


def wanted_labels(config: LabelsConfig) -> Iterator[WantedLabel]:
    """Yield the labels of one config.

    Raises ValueError, with the place in front, for what no rule has looked at.
    """
    source = config.document.source
    for label in config.labels:
        name, former = _names(label)
        line, column = source.position(label.name.start)
        try:
            if len(name) > MAX_NAME:
                raise ValueError(f"new_name has {len(name)} characters; GitHub takes {MAX_NAME}")  # noqa: TRY301
            delete_after = _deletion(label)
        except ValueError as error:
            raise ValueError(f"{source.path}:{line}:{column}: label '{name}': {error}") from None
        yield WantedLabel(
            name=name,
            color=_color(label.color),
            description=_text(label.description) if _is_given(label, "description") else None,
            former=former,
            delete_after=delete_after,
            path=source.path,
            line=line,
            column=column,
        )


def laid_over(layers: Iterable[Iterable[WantedLabel]]) -> tuple[WantedLabel, ...]:
    """Return the labels of all layers, each label's fields from the last layer that gives them."""
    merged: dict[str, WantedLabel] = {}
    for layer in layers:
        for label in layer:
            below = merged.get(label.key)
            merged[label.key] = label if below is None else _over(below, label)
    return tuple(merged.values())


def _over(below: WantedLabel, label: WantedLabel) -> WantedLabel:
    return replace(
        label,
        color=below.color if label.color is None else label.color,
        description=below.description if label.description is None else label.description,
        former=tuple(dict.fromkeys((*label.former, *below.former))),
        delete_after=label.delete_after or below.delete_after,
    )


def _names(label: Label) -> tuple[str, tuple[str, ...]]:
    """Return the name that a label is to have, and those that it may have had."""
    name = label.name.value.strip()
    former = [alias.value.strip() for alias in label.aliases]
    new = label.node.get("new_name") if isinstance(label.node, Mapping) else None
    if isinstance(new, Scalar) and new.value.strip() and not new.is_null:
        former.insert(0, name)
        name = new.value.strip()
    key = fold(name)
    return name, tuple(dict.fromkeys(other for other in former if fold(other) != key))


def _is_given(label: Label, key: str) -> bool:
    return isinstance(label.node, Mapping) and label.node.find(key) is not None


def _text(value: Value | None) -> str:
    return value.value.strip() if isinstance(value, Scalar) and not value.is_null else ""


def _color(value: Value | None) -> str | None:
    # The text as written: an unquoted 000000 must not become the number 0.
    return normalise_color(text) if (text := _text(value)) else None


def _deletion(label: Label) -> date | None:
    if not isinstance(label.node, Mapping):
        return None
    flag = label.node.get("delete")
    if (
        isinstance(flag, Scalar)
        and flag.kind == "bool"
        and flag.value.lower() in {"true", "yes", "on"}
    ):
        return date.min
    after = label.node.get("deleteAfter")
    if not isinstance(after, Scalar) or after.is_null or not after.value.strip():
        return None
    try:
        return date.fromisoformat(after.value.strip()[:10])
    except ValueError:
        raise ValueError(
            f"deleteAfter is '{after.value}', and must be a date like 2026-12-31"
        ) from None
