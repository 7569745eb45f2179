"""Where a repository's labels config deviates from the template's. On the path of `check`."""

from issue_scaffold.labels.config import parse_labels
from issue_scaffold.labels.label import Label, LabelDifference, compare
from issue_scaffold.text.by_meaning import Difference


def differences(path: str, rendered: str, ours: str) -> tuple[Difference, ...]:
    """Return the labels that are missing or otherwise than rendered.

    Raises NotUnderstoodError as `parse_labels` does.
    """
    labels = parse_labels(path, ours).labels
    found = compare(parse_labels(path, rendered).labels, labels)
    return tuple(_at(difference, labels) for difference in found)


def _at(difference: LabelDifference, labels: tuple[Label, ...]) -> Difference:
    state = ((difference.key, difference.value),)
    place = None if difference.place is None else labels[difference.place].place
    if place is None:
        return Difference(message=difference.message, unit=difference.unit, state=state)
    entry = place.entry(difference.key)
    line, column = place.position
    if entry is not None:
        line, column = place.source.position(entry.value.start)
    return Difference(difference.message, line, column, difference.unit, state)
