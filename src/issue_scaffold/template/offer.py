"""What a template offers: its questions, the choices of each, and the answers that it would go by.

Values alone, and how they are written for people and read from data. Who asks a template for them
is `copier_engine`'s. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

# Of how many choices messages list at most.
_MOST_LISTED: Final = 30


class OfferedChoice(NamedTuple):
    """One of the answers that a question takes: `value` is recorded, `title` what people read."""

    title: str
    value: Any

    def __str__(self) -> str:
        """Return what is to be typed, and what it means where that says more."""
        if self.title == str(self.value):
            return self.title
        return f"{self.value} ({self.title})"


class OfferedQuestion(NamedTuple):
    """A question of a template, for the answers that there are.

    `kind` is Copier's word for its type, `takes_several` whether several of its choices may be
    chosen. `is_internal` says that it is never asked, whatever the others are answered; `is_asked`
    that it is with these. `answer` is the recorded one, or else the template's default (None: it
    has none).
    """

    name: str
    kind: str
    takes_several: bool
    is_internal: bool
    is_asked: bool
    help: str
    choices: tuple[OfferedChoice, ...]
    answer: Any

    @property
    def expectation(self) -> str:
        """What an answer may be, in words; empty where nothing is known."""
        if self.choices:
            return f"its choices: {listed(self.choices)}"
        if self.kind == "bool":
            return "yes or no"
        if isinstance(self.answer, list):
            return "a list, such as [one, two]"
        return ""

    def choice(self, text: str) -> OfferedChoice | None:
        """Return the choice that a person means by its value or by its title, or None."""
        folded = text.casefold()
        named = [one for one in self.choices if text == str(one.value)]
        named += [one for one in self.choices if folded == one.title.casefold()]
        return next(iter(named), None)

    @property
    def document(self) -> dict[str, Any]:
        """The question as JSON can hold it; `question_in` reads it back."""
        return {**self._asdict(), "choices": [[one.title, one.value] for one in self.choices]}


def listed(choices: Sequence[OfferedChoice]) -> str:
    """Return choices as messages list them."""
    named = ", ".join(map(str, choices[:_MOST_LISTED]))
    if len(choices) > _MOST_LISTED:
        return f"{named} and {len(choices) - _MOST_LISTED} more"
    return named


def question_in(document: object) -> OfferedQuestion:
    """Return the question that a document holds. Raises ValueError for another shape."""
    match document:
        case {
            "name": str(name),
            "kind": str(kind),
            "takes_several": bool(takes_several),
            "is_internal": bool(is_internal),
            "is_asked": bool(is_asked),
            "help": str(text),
            "choices": list(choices),
            "answer": answer,
        }:
            return OfferedQuestion(
                name=name,
                kind=kind,
                takes_several=takes_several,
                is_internal=is_internal,
                is_asked=is_asked,
                help=text,
                choices=tuple(map(_choice_in, choices)),
                answer=answer,
            )
    raise ValueError("no question")


def _choice_in(document: object) -> OfferedChoice:
    match document:
        case [str(title), str() | int() | float() | None as value]:
            return OfferedChoice(title, value)
    raise ValueError("no choice")


class NewChoice(NamedTuple):
    """A choice that a newer version has and an older one hadn't, and its question's name."""

    question: str
    choice: OfferedChoice


def new_choices(
    before: Mapping[str, OfferedQuestion], after: Mapping[str, OfferedQuestion]
) -> tuple[NewChoice, ...]:
    """Return what a newer version has to choose from in lists, and isn't chosen."""
    found = []
    for name, question in after.items():
        old = before.get(name)
        if old is None or not (question.takes_several and question.is_asked):
            continue
        known = {str(one.value) for one in old.choices} | set(map(str, _items(old.answer)))
        found += [NewChoice(name, one) for one in question.choices if str(one.value) not in known]
    return tuple(found)


def _items(answer: object) -> Sequence[Any]:
    return answer if isinstance(answer, list) else ()
