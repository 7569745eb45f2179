"""A form on a terminal: its fields one after the other, and what is to become of the issue.

Owns which question comes, and that nothing that was answered is lost. How a question looks and
what may be typed is `asking`'s.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from issue_scaffold.cli.asking import BACK, ask_question, choose, tell
from issue_scaffold.cli.printing import edit, inert, read_line, say, style
from issue_scaffold.errors import AnswerError, ScaffoldError
from issue_scaffold.git.folder import top_level
from issue_scaffold.issue.answers import settle
from issue_scaffold.issue.answers_schema import is_demanded
from issue_scaffold.issue.constraints import shortcomings
from issue_scaffold.issue.dialect import Dialect
from issue_scaffold.issue.drafts import Draft, DraftFile
from issue_scaffold.issue.form import Field, FieldKind, Form, FormText
from issue_scaffold.issue.given import written_value
from issue_scaffold.issue.issue_template import IssueTemplate
from issue_scaffold.template.interview import AskedChoice, AskedQuestion, QuestionKind, Reply

_TITLE: Final = "title"
_EDIT: Final = "e"
_NONE: Final = "(no answer)"
_OUTCOMES: Final = {
    "print": "[p]rint the body",
    "web": "open the page on the [w]eb",
    "create": "[c]reate the issue",
    "back": "go [b]ack",
}


def choose_template(offered: list[IssueTemplate]) -> IssueTemplate:
    """Return which of some templates a person chooses."""
    forms = [template.form for template in offered]
    choices = tuple(AskedChoice(_described(form), form.name or form.path) for form in forms)
    question = AskedQuestion(
        name="form", kind=QuestionKind.ONE, help="Which form?", choices=choices
    )
    while True:
        reply = ask_question(question, None)
        if reply is not None and reply.chosen:
            return offered[reply.chosen[0]]


def _described(form: Form) -> str:
    if not form.description:
        return form.name or form.path
    return f"{form.name or form.path}: {form.description}"


def answer_on_terminal(
    template: IssueTemplate, given: Draft, outcome: str | None, *, is_whole: bool
) -> tuple[Draft, str]:
    """Return the answers that a person gives beside those that are there, and the outcome.

    Where what is given `is_whole`, no field is asked for. Ctrl-C keeps what was answered, and says
    where; the next run offers it.
    """
    questions = _IssueQuestions(template, given, is_whole=is_whole, needs_title=outcome != "print")
    try:
        return questions.ask(outcome)
    except (KeyboardInterrupt, click.Abort):
        questions.tell_of_draft()
        raise


class _IssueQuestions:
    """The fields that are asked for, the title first, and what has been answered so far."""

    def __init__(
        self, template: IssueTemplate, given: Draft, *, is_whole: bool, needs_title: bool
    ) -> None:
        form = template.form
        self._form = form
        self._title = given.title
        self._values: dict[str, Any] = dict(given.values)
        self._file = DraftFile(top_level(Path.cwd()) or Path.cwd(), form.path)
        self._fields: list[Field | None] = []
        if needs_title and given.title is None:
            self._fields.append(None)  # the title
        if not is_whole:
            self._fields += [field for field in form.fields if field.key not in given.values]
        self._passages = _passages(form)

    def ask(self, outcome: str | None) -> tuple[Draft, str]:
        if self._fields:
            tell(f"{self._form.name or self._form.path}. {BACK} goes back, Ctrl-C keeps a draft.")
        at = self._go_on_with_draft()
        while True:
            while at < len(self._fields):
                at = self._next(at)
            if outcome is not None:
                return self._draft, outcome
            say("")
            chosen = choose("What is to become of it?", _OUTCOMES)
            if chosen != "back":
                return self._draft, chosen
            at = max(0, len(self._fields) - 1)

    @property
    def _draft(self) -> Draft:
        return Draft(self._title, dict(self._values))

    def tell_of_draft(self) -> None:
        """Keep what there is, and say where."""
        if not self._values and self._title is None:
            return
        try:
            self._file.keep(self._draft)
        except ScaffoldError as error:
            say("", error.message, err=True)
            return
        say("", f"the draft is kept: {self._file.path}", err=True)

    def _go_on_with_draft(self) -> int:
        """Take over what was answered before, if that is wanted; return where to begin."""
        kept = self._file.read(self._form)
        keys = {field.key for field in self._fields if field is not None}
        if kept is None or not self._fields:
            return 0
        words = {"continue": "[c]ontinue with them", "again": "start [a]gain"}
        if choose("There are answers from before:", words) == "again":
            return 0
        self._values |= {key: value for key, value in kept.values.items() if key in keys}
        if None in self._fields:
            self._title = kept.title
        answered = [self._is_answered(field) for field in self._fields]
        return answered.index(False) if False in answered else len(answered)

    def _is_answered(self, field: Field | None) -> bool:
        if field is None:
            return self._title is not None
        return field.key in self._values

    def _next(self, at: int) -> int:
        """Ask one question; return the number of the one that comes then."""
        field = self._fields[at]
        is_done = self._ask_title() if field is None else self._ask_field(field)
        if not is_done:
            return max(0, at - 1)
        self._file.keep(self._draft)
        return at + 1

    def _ask_title(self) -> bool:
        present = self._form.title if self._title is None else self._title
        error = None
        while True:
            question = AskedQuestion(
                name=_TITLE,
                kind=QuestionKind.TEXT,
                help="Title (required)",
                default=present,
                error=error,
            )
            reply = ask_question(question, None)
            if reply is None:
                return False
            title = present if reply.text is None else reply.text
            if title.strip():
                self._title = title
                return True
            error = "an issue has a title"

    def _ask_field(self, field: Field) -> bool:
        for text in self._passages.get(field.key, ()):
            say("")
            tell(text)
        error = None
        while True:
            try:
                value = _ASKED[field.kind](field, self._present(field), error)
            except _BackWantedError:
                return False
            error = self._refusal(field, value)
            if error is None:
                self._values[field.key] = value
                return True

    def _present(self, field: Field) -> Any:  # noqa: ANN401 - what settle takes
        """Return the answer that stands so far: what was said, else what the page has at first."""
        if field.key in self._values:
            return self._values[field.key]
        if field.default is not None and field.is_single_choice:
            return field.options[field.default].name
        if field.default is not None and field.is_several_choice:
            return [field.options[field.default].name]
        return field.value or None

    def _refusal(self, field: Field, value: object) -> str | None:
        try:
            settled = settle(self._form, {field.key: value}, Dialect.GITHUB)
        except AnswerError as error:
            return error.message
        found = [one for one in shortcomings(self._form, settled) if one.key == field.key]
        return next((one.message for one in found), None)


class _BackWantedError(Exception):
    """The question before this one is to be asked again."""


def _passages(form: Form) -> dict[str, list[str]]:
    """Return the texts that stand before each field, by the field's key."""
    found: dict[str, list[str]] = {}
    waiting: list[str] = []
    for element in form.elements:
        if isinstance(element, FormText):
            waiting.append(element.text.strip())
        else:
            found[element.key], waiting = waiting, []
    return found


def _help(field: Field) -> str:
    lead = field.label.strip()
    if is_demanded(field):
        lead += " (required)"
    lines = [lead, field.description.strip()]
    if field.placeholder.strip():
        lines.append(f"For example: {field.placeholder.strip()}")
    return "\n".join(filter(None, lines))


def _replied(question: AskedQuestion) -> Reply:
    reply = ask_question(question, None)
    if reply is None:
        raise _BackWantedError
    return reply


def _line(field: Field, present: Any, error: str | None) -> Any:  # noqa: ANN401
    question = AskedQuestion(
        name=field.key,
        kind=QuestionKind.TEXT,
        help=_help(field),
        default=present,
        error=error,
    )
    text = _replied(question).text
    return present if text is None else text


def _uploads(field: Field, present: Any, error: str | None) -> Any:  # noqa: ANN401
    question = AskedQuestion(
        name=f"{field.key} [addresses of files]",
        kind=QuestionKind.TEXT,
        help=_help(field),
        default=" ".join(item["url"] for item in present or ()),
        error=error,
    )
    text = _replied(question).text
    if text is None:
        return present
    return [item for word in text.split() for item in written_value(field, word)]


def _choice(field: Field, present: Any, error: str | None) -> Any:  # noqa: ANN401
    if field.multiple:
        return _several(field, present, error)
    names: list[str] = [option.name for option in field.options]
    titles = list(names)
    if not field.required:
        titles.append(_NONE)
    question = AskedQuestion(
        name=field.key,
        kind=QuestionKind.ONE,
        help=_help(field),
        choices=tuple(AskedChoice(title, title) for title in titles),
        defaults=tuple(at for at, name in enumerate(names) if name == present),
        error=error,
    )
    chosen = _replied(question).chosen
    if chosen is None:
        return present
    return dict(enumerate(names)).get(chosen[0])


def _several(field: Field, present: Any, error: str | None) -> Any:  # noqa: ANN401
    names = [option.name for option in field.options]
    titles = [
        f"{option.name} (required)" if option.required else option.name for option in field.options
    ]
    ticked = _ticked(present)
    pairs = zip(titles, names, strict=True)
    question = AskedQuestion(
        name=field.key,
        kind=QuestionKind.SOME,
        help=_help(field),
        choices=tuple(AskedChoice(title, name) for title, name in pairs),
        defaults=tuple(at for at, name in enumerate(names) if name in ticked),
        error=error,
    )
    chosen = _replied(question).chosen
    if chosen is None:
        return present
    return [names[at] for at in chosen]


def _ticked(present: Any) -> list[str]:  # noqa: ANN401
    if isinstance(present, Mapping):
        return [name for name, is_ticked in present.items() if is_ticked]
    return list(present or ())


def _text(field: Field, present: Any, error: str | None) -> Any:  # noqa: ANN401
    """Return a text of several lines: from the editor, or one line that is typed."""
    if error is None:
        _show_text(field, present)
    else:
        tell(f"That doesn't fit: {error}")
    while True:
        typed = read_line(f"{inert(field.key)} [{_EDIT}: editor, Enter: go on]")
        if typed.strip() == BACK:
            raise _BackWantedError
        if typed.strip() != _EDIT:
            return typed or present
        try:
            edited = edit(present or "")
        except click.ClickException as problem:
            tell(f"{problem.format_message()} Set EDITOR, or type the text in one line.")
            continue
        if edited is not None:
            return edited


def _show_text(field: Field, present: str | None) -> None:
    say("")
    first, *others = _help(field).split("\n")
    say(style(inert(first), bold=True))
    for line in others:
        tell(line)
    if present:
        tell(f"Now: {present}", indent="  ", further="       ")


_ASKED: Final = {
    FieldKind.INPUT: _line,
    FieldKind.TEXTAREA: _text,
    FieldKind.DROPDOWN: _choice,
    FieldKind.CHECKBOXES: _several,
    FieldKind.UPLOAD: _uploads,
}
