"""One field from a label and the text below it: input, textarea or dropdown.

Owns the choice between the three, and what of the text becomes description, placeholder or value.
"""

from collections.abc import Iterable
from dataclasses import replace

from issue_scaffold.convert.blocks import Code, List, Paragraph
from issue_scaffold.convert.form import Element, ElementType, Option
from issue_scaffold.convert.notes import Note
from issue_scaffold.convert.prompts import (
    Prompt,
    asks_for_one,
    choices_in,
    is_brief,
    is_emphasised,
    is_short_answer,
    placeholder_of,
    wants_short_answer,
)
from issue_scaffold.convert.texts import Passage, joined, source_of

# What GitHub calls a block of code without a language.
PLAIN_CODE = "text"
DROP_FILES = "Drop files here"


def prompt_field(prompt: Prompt, comments: tuple[str, ...]) -> Element:
    """Return the field of a short prompt: an input, or a dropdown if the prompt lists choices."""
    described = joined(*comments)
    choices = choices_in(prompt.rest)
    if choices:
        return _dropdown(prompt.label, choices, described)
    placeholder = placeholder_of(prompt.rest)
    if not placeholder and len(comments) == 1 and is_brief(comments[0]):
        placeholder, described = comments[0], ""
    return Element(type="input", label=prompt.label, placeholder=placeholder, description=described)


def text_field(label: str, text: Passage, rest: str) -> Element:
    """Return the field that a label, the text behind it (`rest`) and the text below it ask for."""
    if not text.blocks:
        is_upload = any(comment.startswith(DROP_FILES) for comment in text.comments)
        if is_upload and not rest:
            return _upload(label, text)
        return _from_rest(label, text, rest)
    return _choice(label, text, rest) or _written(label, text, rest)


def _upload(label: str, text: Passage) -> Element:
    drops, others = [], []
    for comment in text.comments:
        if comment.startswith(DROP_FILES):
            drops.append(comment.removeprefix(DROP_FILES).lstrip(": "))
        else:
            others.append(comment)
    accept = next(iter(drops), "")
    return Element(type="upload", label=label, description=joined(*others), accept=accept)


def _from_rest(label: str, text: Passage, rest: str) -> Element:
    """Return the field of a label with nothing below it but comments."""
    described = text.description
    if choices := choices_in(rest):
        return _dropdown(label, choices, described)
    if not rest and (choices := choices_in(described)):
        return _dropdown(label, choices, "")
    if is_emphasised(rest):
        return Element(type="textarea", label=label, description=joined(described, rest))
    if _asks_for_line(label, rest):
        return Element(
            type="input", label=label, description=described, placeholder=placeholder_of(rest)
        )
    return Element(type="textarea", label=label, description=described, placeholder=rest)


def _asks_for_line(label: str, rest: str) -> bool:
    if rest:
        return is_brief(rest)
    return wants_short_answer(label)


def _choice(label: str, text: Passage, rest: str) -> Element | None:
    """Return a dropdown if the text is a list of choices, or names them in a line."""
    last = text.blocks[-1]
    if isinstance(last, List):
        return _listed_choice(label, text, rest, last)
    if isinstance(last, Paragraph) and len(text.blocks) == 1 and not rest:
        choices = choices_in(last.raw)
        if choices:
            return _dropdown(label, choices, text.description)
    return None


def _listed_choice(label: str, text: Passage, rest: str, listed: List) -> Element | None:
    """Return the dropdown of a list that ends a text, if something before it says to choose one."""
    if not listed.items[1:] or not all(item.is_line for item in listed.items):
        return None
    before = text.blocks[:-1]
    said = "\n".join([label, rest, *text.comments, *(block.raw for block in before)])
    if not any(asks_for_one(line) for line in said.split("\n")):
        return None
    described = joined(*text.comments, rest, source_of(before))
    return _dropdown(label, [item.line.raw for item in listed.items], described)


def _dropdown(label: str, choices: Iterable[str], description: str) -> Element:
    options = tuple(Option(label=choice) for choice in choices)
    return Element(type="dropdown", label=label, description=description, options=options)


def _written(label: str, text: Passage, rest: str) -> Element:
    described = text.description
    if not rest and text.is_line and is_short_answer(text.source):
        return Element(
            type="input",
            label=label,
            description=described,
            placeholder=placeholder_of(text.source),
        )
    if text.is_to_edit:
        value = joined(rest, text.source)
        return Element(type="textarea", label=label, description=described, value=value)
    if text.codes:
        return _code(label, text, rest)
    if not text.is_plain:
        return Element(type="textarea", label=label, description=text.everything(rest))
    placeholder = joined(rest, text.plain, by="\n")
    return Element(type="textarea", label=label, description=described, placeholder=placeholder)


def _code(label: str, text: Passage, rest: str) -> Element:
    code = text.codes[0]
    others = replace(text, blocks=tuple(block for block in text.blocks if block is not code))
    placeholder = ""
    if code.content.strip():
        placeholder = code.content.strip("\n")
    return Element(
        type="textarea",
        label=label,
        description=others.everything(rest),
        placeholder=placeholder,
        render=code.language or PLAIN_CODE,
    )


def noted_field(label: str, text: Passage, rest: str, note: Note, filled: str | None) -> Element:
    """Return the field that a note describes: of the kind it names, filled with the text as it is.

    `filled` is the text that the note fences off, None if it fences off none.
    """
    if filled is not None:
        element = _filled(label, text, note, filled)
    elif note.type is None:
        element = text_field(label, text, rest)
    else:
        element = _of_kind(note.type, label, text, rest)
    return patched(element, note)


def _filled(label: str, text: Passage, note: Note, filled: str) -> Element:
    if note.type == "upload":
        return _upload(label, text)
    kind: ElementType = "textarea"
    if note.type == "input":
        kind = "input"
    return Element(type=kind, label=label, description=text.description, placeholder=filled)


def _of_kind(kind: ElementType, label: str, text: Passage, rest: str) -> Element:
    if kind == "upload":
        return _upload(label, text)
    only = None
    if len(text.blocks) == 1:
        only = text.blocks[0]
    described = text.description
    if kind in {"dropdown", "checkboxes"}:
        if not isinstance(only, List):
            return text_field(label, text, rest)
        options = tuple(Option(label=item.line.raw) for item in only.items)
        return Element(type=kind, label=label, description=described, options=options)
    if kind == "textarea" and isinstance(only, Code):
        content = only.content.strip("\n")
        return Element(
            type=kind,
            label=label,
            description=described,
            placeholder=content,
            render=only.language,
        )
    content = joined(rest, text.source, by="\n")
    return Element(type=kind, label=label, description=described, placeholder=content)


def patched(element: Element, note: Note | None) -> Element:
    """Return an element with what a note says of it."""
    if note is None:
        return element
    if note.prefilled:
        element = replace(element, value=element.placeholder, placeholder="")
    options = tuple(
        replace(option, required=index in note.ticks)
        for index, option in enumerate(element.options, start=1)
    )
    return replace(
        element,
        id=note.id,
        label=note.label or element.label,
        required=note.required,
        options=options,
        multiple=note.multiple,
        default=note.default,
        accept=note.accept or element.accept,
    )
