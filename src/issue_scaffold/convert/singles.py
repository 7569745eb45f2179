"""One field from a label and the text below it: input, textarea or dropdown.

Owns the choice between the three, and what of the text becomes description, placeholder or value.
"""

from dataclasses import replace

from issue_scaffold.convert.blocks import Code, List, Paragraph
from issue_scaffold.convert.form import Element, Option
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
from issue_scaffold.convert.texts import Passage, source_of

# What GitHub calls a block of code without a language.
PLAIN_CODE = "text"
DROP_FILES = "Drop files here"


def prompt_field(prompt: Prompt, comments: tuple[str, ...]) -> Element:
    """Return the field of a short prompt: an input, or a dropdown where the prompt lists the choices."""
    choices = choices_in(prompt.rest)
    if choices:
        return _dropdown(prompt.label, choices, "\n\n".join(comments))
    placeholder = placeholder_of(prompt.rest)
    if not placeholder and len(comments) == 1 and is_brief(comments[0]):
        return Element(type="input", label=prompt.label, placeholder=comments[0])
    return Element(
        type="input", label=prompt.label, placeholder=placeholder, description="\n\n".join(comments)
    )


def text_field(label: str, text: Passage, rest: str) -> Element:
    """Return the field that a label, the text behind it (`rest`) and the text below it ask for."""
    uploads = [comment for comment in text.comments if comment.startswith(DROP_FILES)]
    if uploads and not text.blocks and not rest:
        accept = uploads[0].removeprefix(DROP_FILES).lstrip(": ")
        described = "\n\n".join(comment for comment in text.comments if comment not in uploads)
        return Element(type="upload", label=label, description=described, accept=accept)
    if not text.blocks:
        return _from_rest(label, text, rest)
    return _choice(label, text, rest) or _written(label, text, rest)


def _from_rest(label: str, text: Passage, rest: str) -> Element:
    """Return the field of a label with nothing below it but comments."""
    described = text.description
    if choices := choices_in(rest):
        return _dropdown(label, choices, described)
    if not rest and (choices := choices_in(described)):
        return _dropdown(label, choices, "")
    if is_emphasised(rest):
        return Element(
            type="textarea", label=label, description="\n\n".join([*text.comments, rest])
        )
    if is_brief(rest) if rest else wants_short_answer(label):
        return Element(
            type="input", label=label, description=described, placeholder=placeholder_of(rest)
        )
    return Element(type="textarea", label=label, description=described, placeholder=rest)


def _choice(label: str, text: Passage, rest: str) -> Element | None:
    """Return a dropdown if the text is a list of choices, or names them in a line."""
    last = text.blocks[-1]
    before = text.blocks[:-1]
    if isinstance(last, Paragraph) and not before and not rest:
        choices = choices_in(last.raw)
        return _dropdown(label, choices, text.description) if choices else None
    if not isinstance(last, List) or any(item.blocks or not item.line.raw for item in last.items):
        return None
    told = [label, rest, *text.comments, *(block.raw for block in before)]
    if len(last.items) < 2 or not any(  # noqa: PLR2004
        asks_for_one(line) for part in told for line in part.split("\n")
    ):
        return None
    described = "\n\n".join(part for part in (*text.comments, rest, source_of(before)) if part)
    return _dropdown(label, tuple(item.line.raw for item in last.items), described)


def _dropdown(label: str, choices: tuple[str, ...], description: str) -> Element:
    options = tuple(Option(label=choice) for choice in choices)
    return Element(type="dropdown", label=label, description=description, options=options)


def _written(label: str, text: Passage, rest: str) -> Element:
    only = text.blocks[0]
    short = (
        isinstance(only, Paragraph)
        and len(text.blocks) == 1
        and not rest
        and not only.lines[0].rich
    )
    if short and is_short_answer(text.source):
        return Element(
            type="input",
            label=label,
            description=text.description,
            placeholder=placeholder_of(text.source),
        )
    if text.is_to_edit:
        value = "\n\n".join(part for part in (rest, text.source) if part)
        return Element(type="textarea", label=label, description=text.description, value=value)
    if text.codes:
        return _code(label, text, rest)
    if not text.is_plain:
        return Element(type="textarea", label=label, description=text.everything(rest))
    placeholder = "\n".join(part for part in (rest, text.plain) if part)
    return Element(
        type="textarea", label=label, description=text.description, placeholder=placeholder
    )


def _code(label: str, text: Passage, rest: str) -> Element:
    code = text.codes[0]
    others = replace(text, blocks=tuple(block for block in text.blocks if block is not code))
    return Element(
        type="textarea",
        label=label,
        description=others.everything(rest),
        placeholder=code.content.strip("\n") if code.content.strip() else "",
        render=code.language or PLAIN_CODE,
    )


def noted_field(label: str, text: Passage, rest: str, note: Note, filled: str | None) -> Element:
    """Return the field that a note describes: the kind it names, filled with the text just as it is."""
    only = text.blocks[0] if len(text.blocks) == 1 else None
    choice = note.type in {"dropdown", "checkboxes"}
    if filled is None and (note.type is None or (choice and not isinstance(only, List))):
        return patched(text_field(label, text, rest), note)
    content = (
        filled if filled is not None else "\n".join(part for part in (rest, text.source) if part)
    )
    kind = "textarea" if note.type is None or (choice and filled is not None) else note.type
    element = Element(type=kind, label=label, description=text.description)
    if kind == "textarea" and isinstance(only, Code) and filled is None:
        element = replace(element, placeholder=only.content.strip("\n"), render=only.language)
    elif kind in {"input", "textarea"}:
        element = replace(element, placeholder=content)
    elif kind == "upload":
        told = "\n\n".join(
            comment for comment in text.comments if not comment.startswith(DROP_FILES)
        )
        element = replace(element, description=told)
    elif kind in {"dropdown", "checkboxes"} and isinstance(only, List):
        element = replace(
            element, options=tuple(Option(label=item.line.raw) for item in only.items)
        )
    return patched(element, note)


def patched(element: Element, note: Note | None) -> Element:
    """Return an element with what a note says of it."""
    if note is None:
        return element
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
        value=element.placeholder if note.prefilled else element.value,
        placeholder="" if note.prefilled else element.placeholder,
    )
