"""One field from a label and the text below it: input, textarea or dropdown.

Owns the choice between the three, and what of the text becomes description, placeholder or value.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from issue_scaffold.convert.blocks import (
    Code,
    List,
    ListItem,
    Paragraph,
    Table,
    boxes_in_line,
)
from issue_scaffold.convert.form import Element, ElementType, Option, Remark
from issue_scaffold.convert.notes import Note
from issue_scaffold.convert.prompts import (
    MAX_LABEL,
    Prompt,
    asks_for_one,
    asks_for_several,
    asks_to_delete_others,
    bracketed,
    choices_in,
    choices_in_label,
    choices_of,
    is_brief,
    is_emphasised,
    is_exclusive,
    is_lone_bullet,
    is_short_answer,
    offer_in,
    placeholder_of,
    plain_choice,
    prompt_of,
    question_in,
    split_example,
    wants_explanation,
    wants_short_answer,
    without_colon,
)
from issue_scaffold.convert.texts import Passage, joined, passage, source_of
from issue_scaffold.convert.wording import is_fixed, is_request

# What GitHub calls a block of code without a language.
# Words of an example that one line has room for.
_MAX_LINE = 5
PLAIN_CODE = "text"
_STANDS_IN: Final = re.compile(r"(?i)\b(?:your|here|paste)\b|^\s*<[^<>\n]+>\s*$")
DROP_FILES = "Drop files here"


def prompt_field(prompt: Prompt, comments: tuple[str, ...]) -> Element:
    """Return the field of a short prompt: an input, or a dropdown if the prompt lists choices."""
    described = joined(*comments)
    choices = choices_of(prompt.label, prompt.rest) or choices_in_label(prompt.label)
    if choices:
        return _dropdown(prompt.label, choices, described)
    if wants_explanation(prompt):
        return Element(
            type="textarea", label=prompt.label, description=joined(described, prompt.rest)
        )
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


def item_field(item: ListItem, remarks: list[Remark]) -> Element:
    """Return the field of an item that asks, with what hangs below it as its text."""
    boxes = boxes_in_line(item.line.raw)
    if boxes is not None:
        return boxes_field(without_colon(boxes.label), boxes.items)
    prompt = prompt_of(item)
    offer = offer_in(item.line.raw)
    if offer is not None:
        prompt = offer
    question = question_in(item.line.raw)
    if question is None:
        if not item.blocks:
            return prompt_field(prompt, item.line.comments)
    else:
        prompt = question
    text = passage(item.blocks, remarks)
    text = replace(text, comments=(*item.line.comments, *text.comments))
    return text_field(prompt.label, text, prompt.rest)


def boxes_field(label: str, items: Sequence[ListItem]) -> Element:
    """Return the field of boxes in one line: one choice where they exclude each other."""
    options = [item.line.raw for item in items]
    if is_exclusive(label, "", options) or asks_for_one(label):
        return _dropdown(label, options, "")
    return Element(
        type="checkboxes", label=label, options=tuple(Option(label=option) for option in options)
    )


def table_fields(table: Table, remarks: list[Remark]) -> list[Element]:
    """Return a field for each row of a table to fill in, named by its first cell.

    Where the only row is empty, the header's cells are what is asked for.
    """
    header, *rows = table.rows
    if not rows[1:] and not any(map(any, rows)):
        return [Element(type="input", label=without_colon(head)) for head in header if head]
    fields = []
    for row, comments in zip(rows, table.comments[1:], strict=True):
        if any(row):
            fields.append(_row_field(row, header, comments))
    if fields and header[0]:
        message = "the head of the column that has the names of the fields"
        remarks.append(Remark(kind="left out", message=message, text=header[0]))
    return fields


def _row_field(row: Sequence[str], header: Sequence[str], comments: Sequence[str]) -> Element:
    """Return the field of a row: a cell that is filled in is what it begins with."""
    at = next(index for index, cell in enumerate(row) if cell)
    label, cells = without_colon(row[at]), row[at + 1 :]
    heads = header[at + 1 :]
    filled = [cell for cell in cells if cell]
    if cells and len(filled) == len(cells):
        described = joined(*comments, ", ".join(head for head in heads if head))
        return _filled_row(label, filled, described)
    asked = ", ".join(head for head, cell in zip(heads, cells, strict=True) if head and not cell)
    said = joined(*filled, asked, by=" \u2013 ")
    return Element(type="input", label=label, description=joined(*comments, said))


def _filled_row(label: str, filled: Sequence[str], described: str) -> Element:
    text = " / ".join(filled)
    choices: tuple[str, ...] = ()
    if not filled[1:]:
        choices = choices_of(label, text)
    if choices:
        return _dropdown(label, choices, described)
    plain = plain_choice(text)
    field = Element(type="input", label=label, description=described)
    if is_short_answer(text) or bracketed(text) is not None or is_request(text):
        return replace(field, placeholder=placeholder_of(plain))
    return replace(field, value=plain)


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
    if choices := choices_of(label, rest):
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
        offer = offer_in(last.raw)
        choices = choices_in(last.raw)
        if offer is not None:
            choices = choices_of(*offer)
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
    return Element(
        type="dropdown",
        label=label,
        description=description,
        options=options,
        multiple=asks_for_several(label),
    )


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
        if not content.strip() or _STANDS_IN.search(content):
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
    kind = note.type or element.type
    if kind in {"dropdown", "checkboxes"} and not element.options:
        kind = element.type
    return replace(patched(element, note), type=kind)


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
