"""A repository's labels, sorted by what a plan may do to them.

Pure. Forges differ from GitHub in two ways that end here: names that differ by their case alone, or
not at all, may stand side by side, and a repository may have the labels of a group that it is in.
A plan deals with one label of a name; the others are shown and left alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from issue_scaffold.label_sync.plan import LabelAction, LabelStep, LiveLabel, changed_fields
from issue_scaffold.labels.label import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Live labels by their keys: a repository's `own`, and of its groups those that are `held`.

    Held is what is wanted and can be had from a group alone. `aside` is all the rest.
    """

    own: dict[str, LiveLabel]
    held: dict[str, LiveLabel]
    aside: tuple[LiveLabel, ...]


def sort_labels(live: Iterable[LiveLabel], wanted: Sequence[Label]) -> Population:
    """Return the labels by what may be done to them.

    Of several with one key the one counts that has the very name that is wanted, else the first of
    the repository's own.
    """
    names = {label.key: label.name for label in wanted}
    everything = list(live)
    own, aside = _one_a_key([label for label in everything if not label.is_inherited], names)
    above, more = _one_a_key([label for label in everything if label.is_inherited], names)
    aside += more
    held = {}
    for key, label in above.items():
        rival = own.get(key)
        # A name that a group has can't be given to a label of the repository.
        if rival is not None and label.name == names.get(key) and rival.name != label.name:
            aside.append(own.pop(key))
            rival = None
        if key in names and rival is None:
            held[key] = label
        else:
            aside.append(label)
    return Population(own=own, held=held, aside=tuple(aside))


def _one_a_key(
    labels: Iterable[LiveLabel], names: Mapping[str, str]
) -> tuple[dict[str, LiveLabel], list[LiveLabel]]:
    """Return the label that counts by each key, and the others; `names` are the wanted ones."""
    kept: dict[str, LiveLabel] = {}
    others = []
    for label in labels:
        known = kept.setdefault(label.key, label)
        if known is label:
            continue
        wanted = names.get(label.key)
        if label.name == wanted and known.name != wanted:
            kept[label.key] = label
            others.append(known)
        else:
            others.append(label)
    return kept, others


def held_step(label: LiveLabel, wanted: Label) -> LabelStep:
    """Return what a plan says of a label that a group has: nothing to do, or nothing to be done."""
    fields = changed_fields(label, wanted)
    to = wanted.name if wanted.name != label.name else None
    action, reason = LabelAction.UNCHANGED, f"of {label.holder}"
    if fields.number or to:
        action, reason = LabelAction.REFUSED, f"it belongs to {label.holder}; change it there"
    return LabelStep(
        action=action,
        name=label.name,
        to=to,
        color=fields.color,
        description=fields.description,
        before=label,
        wanted=wanted,
        reason=reason,
    )


def aside_step(label: LiveLabel) -> LabelStep:
    """Return what a plan says of a label that it leaves alone."""
    reason = "another label has this name, or differs by its case only"
    if label.is_inherited:
        reason = f"of {label.holder}"
    return LabelStep(action=LabelAction.UNMANAGED, name=label.name, before=label, reason=reason)
