"""One question at a time on a terminal: shown so that it fits, answered by words or by letters.

Owns how a question looks and what may be typed. Which questions come is `interview`'s.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from issue_scaffold.cli.printing import inert, read_line, say, style, terminal_width
from issue_scaffold.template.interview import (
    KEEP,
    AskedChoice,
    AskedQuestion,
    QuestionKind,
    Reply,
)
from issue_scaffold.text.wrapping import wrapped

BACK: Final = "<"
_YES: Final = frozenset({"y", "yes", "true", "on", "1"})
_NO: Final = frozenset({"n", "no", "false", "off", "0"})
# What is typed for a text that would mean something else, or nothing.
_QUOTED: Final = {'""': "", "''": "", '"<"': "<", "'<'": "<"}


def tell(text: str, *, indent: str = "", further: str | None = None) -> None:
    """Print a text in lines that fit the terminal."""
    say(*_fitting(text, indent, further))


def _fitting(text: str, indent: str = "", further: str | None = None) -> list[str]:
    # Made inert while it is whole: of a secret in two pieces nobody would know.
    shown = "\n".join(map(inert, text.split("\n")))
    return wrapped(shown, terminal_width(), indent=indent, further=further)


def choose(prompt: str, words: Mapping[str, str]) -> str:
    """Return which of some words a person types, or begins; the first one for Enter alone.

    `words` says how each is shown. What is no such word is asked again.
    """
    first = next(iter(words))
    while True:
        tell(f"{prompt} {' / '.join(words.values())}")
        typed = read_line(f"[{first}]").strip().lower()
        found = [word for word in words if word.startswith(typed or first)]
        if len(found) == 1 or typed in words:
            return typed if typed in words else found[0]
        tell(f"{typed!r} is not one of {', '.join(words)}; their first letters do.")


def ask_question(question: AskedQuestion, present: Reply | None) -> Reply | None:
    """Return what a person says to a question, None for the wish to go back.

    `present` is what was said before, None where the default stands.
    """
    _show(question, present)
    while True:
        typed = read_line(_prompt(question))
        if typed.strip() == BACK:
            return None
        if not typed.strip():
            return present or KEEP
        try:
            return _reply(question, typed, present)
        except ValueError as error:
            tell(str(error))


def _show(question: AskedQuestion, present: Reply | None) -> None:
    if question.error is not None:
        tell(f"That doesn't fit: {question.error}")
        return
    say("")
    lead = question.help.strip() or question.name
    if question.new_in is not None:
        lead = f"(new in {question.new_in}) {lead}"
    say(*(style(line, bold=True) for line in _fitting(lead)))
    if question.choices:
        _show_choices(question, present)
        return
    now = spoken(question, present)
    if question.kind is QuestionKind.TEXT and now:
        tell(f"Now: {now}", indent="  ", further="       ")


def _show_choices(question: AskedQuestion, present: Reply | None) -> None:
    chosen = _chosen(question, present)
    width = len(str(len(question.choices)))
    for number, choice in enumerate(question.choices):
        mark = "*" if number in chosen else " "
        lead = f"{mark} {number + 1:>{width}}  "
        title = choice.title
        if choice.refused:
            title += f" (not now: {choice.refused})"
        tell(title, indent=lead, further=" " * len(lead))


def _chosen(question: AskedQuestion, present: Reply | None) -> Sequence[int]:
    if present is not None and present.chosen is not None:
        return present.chosen
    return question.defaults


def spoken(question: AskedQuestion, present: Reply | None) -> str:
    """Return the answer that stands so far, as people read it; empty for none."""
    if question.choices:
        return ", ".join(question.choices[one].title for one in _chosen(question, present))
    if present is not None and present.text is not None:
        return present.text
    return question.default or ""


def _prompt(question: AskedQuestion) -> str:
    match question.kind:
        case QuestionKind.YES_NO:
            default = {"yes": "Y/n", "no": "y/N"}.get(question.default or "", "y/n")
            return f"{question.name} [{default}]"
        case QuestionKind.ONE:
            return f"{question.name} [1-{len(question.choices)}]"
        case QuestionKind.SOME:
            return f"{question.name} [numbers or names, all, none]"
    return question.name


def _reply(question: AskedQuestion, typed: str, present: Reply | None) -> Reply:
    """Return the reply that was typed. Raises ValueError for what can be none."""
    text = typed.strip()
    match question.kind:
        case QuestionKind.YES_NO:
            return Reply(text="yes" if _is_yes(text) else "no")
        case QuestionKind.ONE:
            return Reply(chosen=(pick(question.choices, text),))
        case QuestionKind.SOME:
            return Reply(chosen=_several(question.choices, text, _chosen(question, present)))
    return Reply(text=_QUOTED.get(text, typed))


def _is_yes(text: str) -> bool:
    lower = text.lower()
    if lower not in _YES | _NO:
        raise ValueError("Type y for yes or n for no.")
    return lower in _YES


def pick(choices: Sequence[AskedChoice], text: str) -> int:
    """Return the choice that is named: by number, by title or value, or by how it begins alone.

    Raises ValueError, which says what there is.
    """
    if text.isdecimal() and 0 < int(text) <= len(choices):
        return int(text) - 1
    found = _named(choices, text.strip("\"'").casefold())
    if len(found) == 1:
        return found[0]
    what = "could be several" if found else "is none"
    numbered = ", ".join(f"{at} {choice.title}" for at, choice in enumerate(choices, 1))
    raise ValueError(f"{text!r} {what} of them: {numbered}")


def _named(choices: Sequence[AskedChoice], wanted: str) -> list[int]:
    """Return the choices with this title or value, else those that begin so."""
    names = [(choice.title.casefold(), choice.value.casefold()) for choice in choices]
    exact = [number for number, pair in enumerate(names) if wanted in pair]
    begun = [number for number, pair in enumerate(names) if _begins(pair, wanted)]
    return exact or begun


def _begins(names: Sequence[str], wanted: str) -> bool:
    return any(name.startswith(wanted) for name in names)


def _several(choices: Sequence[AskedChoice], text: str, present: Sequence[int]) -> tuple[int, ...]:
    """Return the choices that are named, or those of now with some more (`+x`) or less (`-x`)."""
    if text.lower() in {"all", "a"}:
        return tuple(range(len(choices)))
    if text.lower() in {"none", "[]"}:
        return ()
    items = _items(text)
    if not all(item[0] in "+-" for item in items):
        return tuple(sorted({pick(choices, item) for item in items}))
    chosen = set(present)
    for item in items:
        number = pick(choices, item[1:].strip())
        if item[0] == "+":
            chosen.add(number)
        else:
            chosen.discard(number)
    return tuple(sorted(chosen))


def _items(text: str) -> list[str]:
    """Return what is listed, with commas between; numbers may have blanks."""
    if all(item.isdecimal() for item in text.split()):
        return text.split()
    return [item.strip() for item in text.strip("[]").split(",") if item.strip()]
