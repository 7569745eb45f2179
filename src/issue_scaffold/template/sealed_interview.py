"""Questions in place of Copier's prompts, on the side of the process that renders.

Copier says which question is due and whether an answer fits; the other side asks the person. What
is wrong with an answer goes back with the question, until it fits.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from issue_scaffold.template.interview import QuestionKind
from issue_scaffold.text.list_answer import list_answer

if TYPE_CHECKING:
    from copier._user_data import Question

Send = Callable[[Mapping[str, Any]], None]


class StartAgainError(Exception):
    """The person wants to be asked from the first question on."""


class SealedInterview:
    """What Copier calls to ask: it sends the question, and waits for the reply."""

    def __init__(self, requests: IO[bytes], send: Send) -> None:
        self._requests = requests
        self._send = send

    def prompt(
        self, structures: Sequence[Mapping[str, Any]], answers: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Stand in for questionary's function of that purpose: one question, and its default."""
        question: Question = structures[0]["question"]
        answer = answers[question.var_name]
        if question.get_when():  # a hidden one is computed
            answer = self._answer(question, answer)
        return {question.var_name: answer}

    def _answer(self, question: "Question", default: object) -> Any:  # noqa: ANN401 - any answer
        error = None
        while True:
            reply = self._ask(_described(question, default, error))
            if reply["starts_again"]:
                raise StartAgainError
            if reply["text"] is None and reply["chosen"] is None and _is_given(default):
                return default
            try:
                return _taken(question, reply)
            except Exception as problem:  # noqa: BLE001 - whatever it is, the answer doesn't fit
                error = _words(question, problem)

    def _ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        self._send({"event": "asking", "question": question})
        # It comes from the process that started this one.
        reply: dict[str, Any] = pickle.load(self._requests)  # noqa: S301
        self._send({"event": "asked"})
        return reply


def in_place_of_structure(question: "Question") -> dict[str, Any]:
    """Return what is handed to `SealedInterview.prompt`, instead of what questionary takes."""
    return {"question": question}


def wants_list(details: Mapping[str, Any]) -> bool:
    """Tell whether a question, as the template has it, is answered with a list."""
    return bool(details.get("multiselect")) or isinstance(details.get("default"), list)


def _is_given(default: object) -> bool:
    from copier._types import MISSING

    return default is not MISSING


def _described(question: "Question", default: object, error: str | None) -> dict[str, Any]:
    choices = question._formatted_choices  # noqa: SLF001 - Copier renders them there
    values = [question.cast_answer(choice.value) for choice in choices]
    chosen = default if question.multiselect and isinstance(default, list) else [default]
    return {
        "name": question.var_name,
        "kind": _kind(question),
        "help": str(question.render_value(question.help)) if question.help else "",
        "default": _default_text(question, default),
        "defaults": [number for number, value in enumerate(values) if value in chosen],
        "choices": [
            [str(choice.title), str(value), str(choice.disabled or "")]
            for choice, value in zip(choices, values, strict=True)
        ],
        "is_list": question.multiselect or isinstance(default, list),
        "error": error,
    }


def _kind(question: "Question") -> QuestionKind:
    if question.choices:
        return QuestionKind.SOME if question.multiselect else QuestionKind.ONE
    return QuestionKind.YES_NO if question.get_type_name() == "bool" else QuestionKind.TEXT


def _default_text(question: "Question", default: object) -> str | None:
    """Return what to type for the default, None where there is none."""
    if not _is_given(default):
        return None
    match default:
        case None:
            return ""
        case bool():
            return "yes" if default else "no"
        case list() if all(isinstance(item, str) and _is_simple(item) for item in default):
            return ", ".join(default)
        case list() | dict():
            return _data_text(question, default)
    return str(default)


def _data_text(question: "Question", data: object) -> str:
    import json

    import yaml

    if question.get_type_name() == "json":
        return json.dumps(data, ensure_ascii=False)
    text: str = yaml.safe_dump(data, default_flow_style=True, width=2**31 - 1, allow_unicode=True)
    return text.strip()


def _is_simple(item: str) -> bool:
    """Tell whether an item is the same when it is read again from between commas."""
    return list_answer(item) == [item]


def _taken(question: "Question", reply: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any answer
    """Return the answer that a reply gives. Raises whatever Copier does for one that won't do."""
    answer: Any
    if reply["chosen"] is not None:
        choices = question._formatted_choices  # noqa: SLF001
        values = [choices[number].value for number in reply["chosen"]]
        answer = values if question.multiselect else values[0]
    elif reply["text"] is None:
        raise ValueError("it needs an answer")
    elif isinstance(question.default, list) or question.multiselect:
        answer = list_answer(reply["text"])
    else:
        answer = reply["text"]
    parsed = question.parse_answer(answer)
    question.validate_answer(parsed)
    return parsed


def _words(question: "Question", problem: Exception) -> str:
    """Return what is wrong with an answer, without Copier's lead."""
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text.removeprefix(f"Validation error for question '{question.var_name}': ")
