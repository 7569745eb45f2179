"""One field from a label and the text below it: input, textarea or dropdown.

Owns the choice between the three, and what of the text becomes description, placeholder or value.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from issue_scaffold.convert.blocks import Code, List, Paragraph, Table
from issue_scaffold.convert.form import Element, ElementType, Option
from issue_scaffold.convert.notes import Note
from issue_scaffold.convert.prompts import (
    MAX_LABEL,
    Prompt,
    asks_for_one,
    asks_to_delete_others,
    choices_in,
    choices_in_label,
    is_brief,
    is_emphasised,
    is_exclusive,
    is_lone_bullet,
    is_short_answer,
    placeholder_of,
    plain_choice,
    split_example,
    wants_short_answer,
    without_colon,
)
from issue_scaffold.convert.texts import Passage, joined, source_of
from issue_scaffold.convert.wording import is_fixed, is_request

# What GitHub calls a block of code without a language.
# Words of an example that one line has room for.
_MAX_LINE = 5
PLAIN_CODE = "text"
DROP_FILES = "Drop files here"


def prompt_field(prompt: Prompt, comments: tuple[str, ...]) -> Element:
    """Return the field of a short prompt: an input, or a dropdown if the prompt lists choices."""
    described = joined(*comments)
    choices = choices_in(prompt.rest) or choices_in_label(prompt.label)
    if choices:
        return _dropdown(prompt.label, choices, described)
    placeholder = placeholder_of(_unmarked(prompt.rest))
    if not placeholder and len(comments) == 1 and is_brief(comments[0]):
        placeholder, described = comments[0], ""
    return with_example(
        Element(type="input", label=prompt.label, placeholder=placeholder, description=described)
    )


def _unmarked(rest: str) -> str:
    if "**" in rest or rest.startswith("- ") or is_lone_bullet(rest):
        return without_colon(rest).strip("-*+ ")
    return rest


def with_example(element: Element) -> Element:
    """Return a field with the example at the end of its description as its placeholder."""
    if element.type not in {"input", "textarea"} or element.placeholder or element.value:
        return element
    example = split_example(element.description)
    if example is None:
        return element
    kind = element.type
    if example.is_line and not is_request(element.label) and len(example.text.split()) <= _MAX_LINE:
        kind = "input"
    return replace(element, type=kind, description=example.before, placeholder=example.text)


def table_fields(table: Table) -> list[Element]:
    """Return a field for each row of a table that has an empty cell, named by its first cell."""
    header, *rows = table.rows
    fields = []
    for row in rows:
        label = next((cell for cell in row if cell), "")
        if not label or all(row):
            continue
        asked = [head for head, cell in zip(header, row, strict=False) if not cell and head]
        said = [*(cell for cell in row[1:] if cell), ", ".join(asked)]
        fields.append(
            Element(
                type="input", label=without_colon(label), description=joined(*said, by=" \u2013 ")
            )
        )
    return fields


def text_field(label: str, text: Passage, rest: str) -> Element:
    """Return the field that a label, the text behind it (`rest`) and the text below it ask for."""
    if not text.blocks:
        is_upload = any(comment.startswith(DROP_FILES) for comment in text.comments)
        if is_upload and not rest:
            return _upload(label, text)
        return with_example(_from_rest(label, text, rest))
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
    if not rest:
        return _from_comments(label, described)
    rest = _unmarked(rest)
    if is_emphasised(rest):
        return Element(type="textarea", label=label, description=joined(described, rest))
    if is_brief(rest):
        return Element(
            type="input", label=label, description=described, placeholder=placeholder_of(rest)
        )
    if is_fixed(rest):
        return Element(type="textarea", label=label, description=described, value=rest)
    return Element(type="textarea", label=label, description=described, placeholder=rest)


def _from_comments(label: str, described: str) -> Element:
    if choices := choices_in(described):
        return _dropdown(label, choices, "")
    if choices := choices_in_label(label):
        return _dropdown(label, choices, described)
    kind: ElementType = "textarea"
    if wants_short_answer(label):
        kind = "input"
    return Element(type=kind, label=label, description=described)


def _choice(label: str, text: Passage, rest: str) -> Element | None:
    """Return a dropdown if the text is a list of choices, or names them in a line."""
    if choices := choices_in(rest):
        return _dropdown(label, choices, text.everything())
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
    options = [item.line.raw for item in listed.items]
    told = joined(*text.comments, rest, source_of(before))
    if asks_to_delete_others(told):
        described = told if len(told) > MAX_LABEL else ""
        return replace(_dropdown(label, options, described), multiple=True)
    # By what the options are: a heading "Impact" stands above lists of questions, too.
    if not any(map(asks_for_one, said.split("\n"))) and not is_exclusive("", said, options):
        return None
    return _dropdown(label, options, told)


def _dropdown(label: str, choices: Iterable[str], description: str) -> Element:
    options = tuple(Option(label=plain_choice(choice)) for choice in choices)
    return Element(type="dropdown", label=label, description=description, options=options)


def _written(label: str, text: Passage, rest: str) -> Element:
    if not rest and text.is_line and is_short_answer(text.source):
        example = placeholder_of(text.source)
        return Element(type="input", label=label, description=text.description, placeholder=example)
    if text.is_to_edit:
        return _prefilled(label, text, rest)
    if text.codes:
        return _code(label, text, rest)
    if text.is_scaffold:
        return _scaffold(label, text, rest)
    if text.is_fixed:
        return _prefilled(label, text, rest)
    return _prompted(label, text, rest)


def _prompted(label: str, text: Passage, rest: str) -> Element:
    if not text.is_plain:
        return Element(type="textarea", label=label, description=text.everything(rest))
    placeholder = joined(rest, text.plain, by="\n")
    return Element(
        type="textarea", label=label, description=text.description, placeholder=placeholder
    )


def _scaffold(label: str, text: Passage, rest: str) -> Element:
    """Return a field that begins with the numbers to write behind; what leads to them is told."""
    lists = tuple(block for block in text.blocks if isinstance(block, List))
    others = replace(text, blocks=tuple(block for block in text.blocks if block not in lists))
    return Element(
        type="textarea", label=label, description=others.everything(rest), value=source_of(lists)
    )


def _code(label: str, text: Passage, rest: str) -> Element:
    """Return the field of one block of code: all code if nothing but comments stands around it.

    An answer in prose isn't rendered as code for the sake of a block in it, so that block is what
    the answer begins with. A command to run is no answer; it is told.
    """
    code = text.codes[0]
    others = replace(text, blocks=tuple(block for block in text.blocks if block is not code))
    said = others.everything(rest)
    content = code.content.strip("\n")
    if not others.blocks and not rest:
        language = code.language or PLAIN_CODE
        field = Element(type="textarea", label=label, description=said, render=language)
        if not content.strip() or re.search(r"(?i)\b(your|here|paste)\b", content):
            return replace(field, placeholder=content.strip() and content)
        return replace(field, value=content)
    if _is_told(label, others, content):
        return Element(type="textarea", label=label, description=text.everything(rest))
    if others.is_fixed:
        return _prefilled(label, text, rest)
    return Element(type="textarea", label=label, description=said, value=code.raw)


def _prefilled(label: str, text: Passage, rest: str) -> Element:
    value = joined(rest, text.source)
    return Element(type="textarea", label=label, description=text.description, value=value)


def _is_told(label: str, others: Passage, content: str) -> bool:
    """Return whether a text leads to a command, to be run for the answer."""
    if "reproduc" in label.casefold():
        return False
    words = others.source
    return (
        bool(content.strip()) and re.search(r"(?i)\b(commands?|run|execute)\b", words) is not None
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
    if note.example:
        element = with_example(element)
    return replace(patched(element, note), type=note.type or element.type)


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
