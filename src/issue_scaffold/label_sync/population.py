"""A repository's labels, sorted by what a plan may do to them.

Pure. Forges differ from GitHub in two ways that end here: names that differ by their case alone, or
not at all, may stand side by side, and a repository may have the labels of a group that it is in.
A plan deals with one label of a name; the others are shown and left alone.
"""

from collections.abc import Iterable, Sequence
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

    Of several with one key the one counts that has the very name that is wanted, else the first.
    """
    names = {label.key: label.name for label in wanted}
    own: dict[str, LiveLabel] = {}
    above: dict[str, LiveLabel] = {}
    aside = []
    for label in live:
        pool = above if label.is_inherited else own
        known = pool.setdefault(label.key, label)
        if known is label:
            continue
        wanted_name = names.get(label.key)
        if label.name == wanted_name and known.name != wanted_name:
            pool[label.key] = label
            aside.append(known)
        else:
            aside.append(label)
    held = {}
    for key, label in above.items():
        if key in names and key not in own:
            held[key] = label
        else:
            aside.append(label)
    return Population(own=own, held=held, aside=tuple(aside))


def held_step(label: LiveLabel, wanted: Label) -> LabelStep:
    """Return what a plan says of a label that a group has: nothing to do, or nothing to be done."""
    fields = changed_fields(label, wanted)
    to = wanted.name if wanted.name != label.name else None
    action, reason = LabelAction.UNCHANGED, "of a group"
    if fields.number or to:
        action, reason = LabelAction.REFUSED, "it belongs to a group; change it there"
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
        reason = "of a group"
    return LabelStep(action=LabelAction.UNMANAGED, name=label.name, before=label, reason=reason)
