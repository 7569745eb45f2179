"""Questions that a person is asked while a template is rendered, and what is said to them.

Owns what crosses between the process that renders and whoever asks. The process knows which
question comes, whether it has a default and whether an answer is right; how people are asked is
the command line's. Nothing here imports Copier.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple


class QuestionKind(StrEnum):
    """How a question is answered: by a text, yes or no, or one or some of its choices."""

    TEXT = "text"
    YES_NO = "yes or no"
    ONE = "one of"
    SOME = "some of"


class AskedChoice(NamedTuple):
    """One choice of a question: its title, its value as text, and why it can't be chosen."""

    title: str
    value: str
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question that is due.

    `default` is the text that stands for the answer if nobody says anything, None where there is
    none; of choices it is `defaults`, by number from 0. `error` is why the last answer was refused,
    `new_in` the version of the template that first has it, for somebody who has an earlier one.
    """

    name: str
    kind: QuestionKind
    help: str = ""
    default: str | None = None
    defaults: tuple[int, ...] = ()
    choices: tuple[AskedChoice, ...] = ()
    is_list: bool = False
    error: str | None = None
    new_in: str | None = None

    @property
    def has_default(self) -> bool:
        """Whether nobody has to say anything."""
        return self.default is not None


class Reply(NamedTuple):
    """What is said to a question.

    `text` as it was typed, or choices by number from 0; neither takes the default.
    `starts_again` wants all questions from the first one.
    """

    text: str | None = None
    chosen: tuple[int, ...] | None = None
    starts_again: bool = False


KEEP = Reply()
AGAIN = Reply(starts_again=True)
Interviewer = Callable[[AskedQuestion], Reply]


def asked_question_in(data: Mapping[str, Any]) -> AskedQuestion | None:
    """Return the question that the rendering process sent, None for what is none."""
    match data:
        case {
            "name": str(name),
            "kind": str(kind),
            "help": str(help_),
            "default": str() | None as default,
            "defaults": [*defaults],
            "choices": [*choices],
            "is_list": bool(is_list),
            "error": str() | None as error,
        } if kind in set(QuestionKind):
            offered = tuple(map(_choice_in, choices))
            if None in offered or not all(type(number) is int for number in defaults):
                return None
        case _:
            return None
    return AskedQuestion(
        name=name,
        kind=QuestionKind(kind),
        help=help_,
        default=default,
        defaults=tuple(number for number in defaults if 0 <= number < len(offered)),
        choices=tuple(choice for choice in offered if choice is not None),
        is_list=is_list,
        error=error,
    )


def _choice_in(data: object) -> AskedChoice | None:
    match data:
        case [str(title), str(value), str(refused)]:
            return AskedChoice(title, value, refused)
    return None
