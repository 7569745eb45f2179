"""What a form loses as Markdown, and the notes that keep it.

The Markdown itself is made by the template's macros. Owns the comparison of a form with what comes back from its
Markdown, and the three steps by which notes are added: none, where something differs, everywhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Final, Literal

from issue_scaffold.convert.form import Element, IssueForm, Remark
from issue_scaffold.convert.notes import END, Note
from issue_scaffold.convert.prompts import bare

Step = Literal["none", "needed", "standing", "all"]
STEPS: Final[tuple[Step, ...]] = ("none", "needed", "standing", "all")
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
)


def noted(form: IssueForm, back: IssueForm | None, step: Step) -> IssueForm:
    """Return the form with notes in its descriptions, which its Markdown will carry.

    `back` is what came back from its Markdown without notes. The steps: where a field differs; also in texts that
    stand between fields; everywhere.
    """
    if step == "none" or back is None:
        return form
    twins = _twins(form, back)
    rows: list[Element] = []
    for index, element in enumerate(form.body):
        above = form.body[index - 1] if index else None
        if not element.is_field:
            rows.append(element if step == "needed" else _standing(element))
            continue
        headed = above is not None and not above.is_field and _repeats(element.label, above.value)
        twin = None if step == "all" else twins[index]
        note = _note(element, twin, headed=headed)
        rows.append(_with_note(element, note) if note != Note() else element)
    return replace(form, body=tuple(rows))


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
    for name in (*_COMPARED, "required", "accept"):
        if _value(one, name) != _value(other, name):
            yield Remark(
                kind="left out",
                message=f"`{name}` of the field `{one.label}`",
                text=str(_shown(one, name)),
            )
    if one.id and one.id != other.id:
        yield Remark(kind="left out", message=f"the id of the field `{one.label}`", text=one.id)


def _shown(element: Element, name: str) -> object:
    value = getattr(element, name)
    return ", ".join(option.label for option in value) if name == "options" else value


def _value(element: Element, name: str) -> object:
    value = getattr(element, name)
    if name == "options":
        return tuple((" ".join(option.label.split()), option.required) for option in value)
    if name == "render" and element.type == "textarea":
        return value
    return _words(value) if isinstance(value, str) else value


def _words(text: str) -> str:
    return " ".join(text.split())


def _twins(form: IssueForm, back: IssueForm) -> Sequence[Element | None]:
    """Return for each element of the form the field that came back for it, None for all if their numbers differ."""
    others = iter(back.fields if len(back.fields) == len(form.fields) else ())
    return [next(others, None) if element.is_field else None for element in form.body]


def _repeats(label: str, heading: str) -> bool:
    return heading.startswith("#") and bare(label) == bare(
        heading.partition("\n")[0].lstrip("#").strip()
    )


def _note(element: Element, twin: Element | None, *, headed: bool) -> Note:
    """Return what must be noted of an element; without a twin, everything."""
    kind = element.type if twin is None or twin.type != element.type else None
    same_text = twin is not None and all(
        _value(element, name) == _value(twin, name)
        for name in ("placeholder", "value", "render", "description")
    )
    text = element.value or element.placeholder
    fenced = element.type == "textarea" and bool(text) and not element.render and not same_text
    prefilled = (
        bool(element.value)
        and element.type in {"input", "textarea"}
        and (twin is None or not same_text)
    )
    kind = kind or (element.type if fenced or not same_text else None)
    ticks = tuple(index for index, option in enumerate(element.options, start=1) if option.required)
    relabelled = (twin is None and element.label.endswith(":")) or (
        twin is not None and twin.label != element.label
    )
    return Note(
        type=kind,
        id=element.id if element.id and (twin is None or twin.id != element.id) else None,
        label=element.label
        if relabelled or (headed and element.label != bare(element.label))
        else None,
        required=element.required,
        ticks=ticks,
        multiple=element.multiple,
        default=element.default,
        accept=element.accept
        if element.accept and (twin is None or twin.accept != element.accept)
        else None,
        prefilled=prefilled,
        fenced=fenced,
        headed=headed,
    )


def _with_note(element: Element, note: Note) -> Element:
    element = replace(element, description=f"{element.description.rstrip()}\n{note}".strip())
    if not note.fenced:
        return element
    content = (element.value or element.placeholder).strip("\n")
    text = f"{content}\n\n<!-- {END} -->"
    return replace(element, value=text) if element.value else replace(element, placeholder=text)


def _standing(element: Element) -> Element:
    return replace(element, value=f"{element.value.strip()}\n\n{Note(type='markdown')}")
