"""What a form loses as Markdown, and the notes that keep it.

The Markdown itself is made by the template's macros. Owns the comparison of a form with what comes
back from its Markdown, and which elements get a note for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from issue_scaffold.convert.form import Element, IssueForm, Remark
from issue_scaffold.convert.notes import END, Note
from issue_scaffold.convert.prompts import bare, bracketed, is_short_answer, without_colon
from issue_scaffold.convert.texts import joined

_TEXTS: Final = ("placeholder", "value", "render", "description")
_COMPARED: Final = (
    "type",
    "label",
    "description",
    "placeholder",
    "value",
    "render",
    "options",
    "multiple",
    "default",
    "required",
    "accept",
)


def noted(form: IssueForm, back: IssueForm, *, standing: bool) -> IssueForm:
    """Return the form with notes in its descriptions, which its Markdown will carry.

    `back` is what came back from its Markdown without notes: fields that differ get one, and with
    `standing` also the texts that stand between fields.
    """
    rows: list[Element] = []
    above: Element | None = None
    for element, twin in zip(form.body, _twins(form, back), strict=True):
        if element.is_field:
            rows.append(with_example_told(_noted_field(element, twin, above)))
        elif standing:
            text = f"{element.value.strip()}\n\n{Note(type='markdown')}"
            rows.append(replace(element, value=text))
        else:
            rows.append(element)
        above = element
    return replace(form, body=tuple(rows))


def _noted_field(element: Element, twin: Element | None, above: Element | None) -> Element:
    headed = above is not None and not above.is_field and _repeats(element.label, above.value)
    note = _note(element, twin, headed=headed)
    if note == Note():
        return element
    element = with_example_told(element)
    element = replace(element, description=f"{element.description.rstrip()}\n{note}".strip())
    if not note.fenced:
        return element
    content = element.value.strip("\n")
    return replace(element, value=f"{content}\n\n<!-- {END} -->")


def _tells_example(element: Element) -> bool:
    is_text = element.type in {"input", "textarea"}
    return is_text and not element.value and element.placeholder.strip() != ""


def with_example_told(element: Element) -> Element:
    """Return a field with its placeholder at the end of its description, as an example.

    In Markdown a text below the label would be sent as the answer.
    """
    example = element.placeholder.strip("\n")
    if not _tells_example(element):
        return element
    told = f"Example:\n{example}"
    if element.type == "input" and is_short_answer(example) and bracketed(example) is None:
        told = example
    return replace(element, placeholder="", description=joined(element.description, told, by="\n"))


def with_examples_told(form: IssueForm) -> IssueForm:
    """Return a form whose fields have their placeholders in their descriptions."""
    return replace(form, body=tuple(map(with_example_told, form.body)))


def losses(form: IssueForm, back: IssueForm) -> tuple[Remark, ...]:
    """Return a remark for each thing that the way to Markdown and back changes."""
    return tuple(_differing(form, back))


def _differing(form: IssueForm, back: IssueForm) -> Iterator[Remark]:
    for one, other in zip_longest(form.fields, back.fields):
        if one is None:
            yield Remark(
                kind="changed", message=f"text that reads as a field of its own: `{other.label}`"
            )
        elif other is None:
            yield Remark(
                kind="left out",
                message=f"the field `{one.label}` can't be told from the text around it",
            )
        else:
            yield from _attributes(one, other)
    before = [_words(element.value) for element in form.body if not element.is_field]
    after = [_words(element.value) for element in back.body if not element.is_field]
    for text in before:
        if text in after:
            after.remove(text)
        else:
            yield Remark(
                kind="changed", message="text between fields becomes part of one", text=text
            )


def _attributes(one: Element, other: Element) -> Iterator[Remark]:
    for name in _COMPARED:
        if _differ(one, other, name):
            message = f"`{name}` of the field `{one.label}`"
            yield Remark(kind="left out", message=message, text=_shown(one, name))
    if _lost(one.id, other.id):
        message = f"the id of the field `{one.label}`"
        yield Remark(kind="left out", message=message, text=one.id or "")


def _shown(element: Element, name: str) -> str:
    if name == "options":
        return ", ".join(option.label for option in element.options)
    return str(getattr(element, name))


def _differ(one: Element, other: Element, name: str) -> bool:
    return _value(one, name) != _value(other, name)


def _value(element: Element, name: str) -> object:
    value = getattr(element, name)
    if name == "options":
        return [(_words(option.label), option.required) for option in element.options]
    if isinstance(value, str) and not (name == "render" and element.type == "textarea"):
        return _words(value)
    return value


def _words(text: str) -> str:
    return " ".join(text.split())


def _twins(form: IssueForm, back: IssueForm) -> Sequence[Element | None]:
    """Return the field that came back for each element, None for all if their numbers differ."""
    twins: list[Element | None] = [None] * len(form.body)
    if len(back.fields) != len(form.fields):
        return twins
    places = [index for index, element in enumerate(form.body) if element.is_field]
    for index, twin in zip(places, back.fields, strict=True):
        twins[index] = twin
    return twins


def _repeats(label: str, heading: str) -> bool:
    first = heading.partition("\n")[0]
    return first.startswith("#") and bare(label) == bare(first.lstrip("#").strip())


def _note(element: Element, twin: Element | None, *, headed: bool) -> Note:
    """Return what must be noted of an element; without a twin, everything."""
    # Nothing comes back of an element without a twin.
    back = twin or Element(type=element.type)
    note = Note(
        id=_lost(element.id, back.id),
        accept=_lost(element.accept, back.accept),
        required=element.required,
        ticks=tuple(_ticks(element)),
        multiple=element.multiple,
        default=element.default,
        headed=headed,
    )
    if not _keeps_label(element, twin, headed=headed):
        note = replace(note, label=element.label)
    if twin is not None and not any(_differ(element, twin, name) for name in (*_TEXTS, "options")):
        if twin.type != element.type:
            note = replace(note, type=element.type, example=_tells_example(element))
        return note
    is_fenced = element.type == "textarea" and not element.render
    return replace(
        note,
        example=_tells_example(element),
        type=element.type,
        fenced=is_fenced and element.value != "",
        prefilled=element.type in {"input", "textarea"} and element.value != "",
    )


def _ticks(element: Element) -> Iterator[int]:
    for index, option in enumerate(element.options, start=1):
        if option.required:
            yield index


def _lost(own: str | None, back: str | None) -> str | None:
    if own and own != back:
        return own
    return None


def _keeps_label(element: Element, twin: Element | None, *, headed: bool) -> bool:
    """Return whether the label comes back as it is."""
    if headed and element.label != bare(element.label):
        return False
    if twin is None:
        return element.label == without_colon(element.label)
    return twin.label == element.label
