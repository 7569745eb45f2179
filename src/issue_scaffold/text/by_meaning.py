"""What merging and comparing a file by its meaning, instead of by its lines, gives back."""

from typing import NamedTuple


class NotUnderstoodError(ValueError):
    """The text, or what is to be done to it, has no place in what can be read and edited.

    `offset` is where reading stopped.
    """

    def __init__(self, problem: str, offset: int = 0) -> None:
        super().__init__(problem)
        self.offset = offset


class MeaningMerge(NamedTuple):
    """The text to write, and a line for each thing of the user's kept instead of the template's."""

    text: str
    notes: tuple[str, ...] = ()


# What of a file is left out of a restoration: units, each with a field.
Kept = frozenset[tuple[str, str]]


class Difference(NamedTuple):
    """One thing the template asks for that the user's file lacks or has otherwise.

    `line` and `column` are 1-based places in the user's file, columns in code points; None when
    nothing is there. `unit` is what of the file it is about, a label or a hook, and `state` what
    the user has there, by field; None for nothing.
    """

    message: str
    line: int | None = None
    column: int | None = None
    unit: str = ""
    state: tuple[tuple[str, str | None], ...] = ()
