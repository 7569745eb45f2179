"""One form as HTML: its elements as native controls, each named by its label.

Owns what the page's script finds in the HTML: of which kind a field is (`data-k`), how it is
rendered, what stands in front of its answer in the body. Texts that the body takes are read back
from what is shown; where that isn't the same, an attribute has them as JSON.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from issue_scaffold.forge.forges import Forge
from issue_scaffold.issue.candidates import dialect_of
from issue_scaffold.issue.dialect import GAP, BodyLayout, Dialect, Slot, layout_of
from issue_scaffold.issue.form import Field, FieldKind, Form, FormText
from issue_scaffold.issue.prefill import parameter_of
from issue_scaffold.preview.markdown import inline_html, markdown_html
from issue_scaffold.preview.markup import attribute, exact, exact_if_lost, text_html
from issue_scaffold.report.finding import Finding

_TAG: Final = re.compile(r"<[^>]*>")
_STAR: Final = '<b class="star" aria-hidden="true">*</b>'
_KINDS: Final = {
    FieldKind.INPUT: "i",
    FieldKind.TEXTAREA: "t",
    FieldKind.DROPDOWN: "s",
    FieldKind.CHECKBOXES: "c",
    FieldKind.UPLOAD: "u",
}


def form_html(
    form: Form, forge: Forge, number: str, findings: Mapping[int | None, tuple[Finding, ...]]
) -> str:
    """Return the elements of a forge's form, with the findings beside what they are about."""
    dialect = dialect_of(form.path, forge)
    layout = layout_of(form, dialect)
    leads = _leads(layout)
    parts = []
    for index, element in enumerate(form.elements):
        shown = f'<div class="text">{_passage(element)}</div>'
        if isinstance(element, Field):
            shown = _field(element, f"{number}-{index}", leads.get(element.key), dialect)
        parts.append(shown + findings_html(findings.get(index, ())))
    is_gitea = dialect is Dialect.GITEA
    data = attribute("data-gitea", "" if is_gitea else None)
    data += exact("data-tail", layout.tail) if layout.tail else ""
    return f'<form class="fields" autocomplete="off"{data}>{"".join(parts)}</form>'


def findings_html(findings: Iterable[Finding]) -> str:
    """Return what the validator says."""
    rows = []
    for found in findings:
        hint = f"; {inline_html(found.hint)}" if found.hint else ""
        rows.append(
            f'<p class="finding {found.severity}"><strong>{found.severity}</strong> '
            f"{inline_html(found.message)}{hint} <code>{text_html(found.rule or '')}</code></p>"
        )
    return "".join(rows)


def _passage(element: Field | FormText) -> str:
    return markdown_html(element.text) if isinstance(element, FormText) else ""


def _leads(layout: BodyLayout) -> dict[str, str]:
    """Return what stands in front of each field's answer, as an attribute; empty if the usual."""
    leads = {}
    for index, slot in enumerate(layout.slots):
        usual = f"### {slot.field.label}{GAP}"
        if index:
            usual = GAP + usual
        leads[slot.field.key] = _lead(slot, usual)
    return leads


def _lead(slot: Slot, usual: str) -> str:
    return "" if slot.lead == usual else exact("data-lead", slot.lead)


def _field(field: Field, number: str, lead: str | None, dialect: Dialect) -> str:
    control = f"f{number}"
    described = ""
    about = ""
    if field.description.strip():
        about = f'<div class="about" id="d{number}">{markdown_html(field.description)}</div>'
        described = attribute("aria-describedby", f"d{number}")
    kind = "m" if field.is_several_choice else _KINDS[field.kind]
    data = attribute("data-k", kind) + attribute("data-param", parameter_of(field, dialect))
    data += ' data-out=""' if lead is None else lead
    if field.render:
        data += exact_if_lost("data-xr", field.render) + attribute("data-render", field.render)
    if field.is_list:
        data += ' data-list=""'
    label = f"{exact_if_lost('data-x', field.label)}>{text_html(field.label)}"
    star = _STAR if field.required else ""
    if field.kind is FieldKind.CHECKBOXES:
        boxes = _boxes(field, number)
        return (
            f'<fieldset class="field"{data}{described}><legend><span class="label"{label}</span>'
            f"{star}</legend>{about}{boxes}</fieldset>"
        )
    attributes = f' id="{control}"{described}' + (" required" if field.required else "")
    return (
        f'<div class="field"{data}><label class="label" for="{control}"{label}</label>{star}{about}'
        f"{_control(field, attributes)}</div>"
    )


def _control(field: Field, attributes: str) -> str:
    placeholder = attribute("placeholder", field.placeholder or None)
    match field.kind:
        case FieldKind.INPUT:
            value = attribute("value", " ".join(field.value.split("\n")) or None)
            return f"<input{attributes}{placeholder}{value}>"
        case FieldKind.TEXTAREA:
            if field.render:
                attributes += ' class="code"'
            return f"<textarea{attributes}{placeholder}>\n{text_html(field.value)}</textarea>"
        case FieldKind.UPLOAD:
            accept = attribute("accept", field.accept or None)
            return f'<input type="file" multiple{attributes}{accept}>'
    return _choices(field, attributes)


def _choices(field: Field, attributes: str) -> str:
    options = []
    for index, option in enumerate(field.options):
        chosen = " selected" if index == field.default else ""
        lost = exact_if_lost("data-x", option.label)
        options.append(f"<option{chosen}{lost}>{text_html(option.label)}")
    if field.multiple:
        size = max(2, min(len(options), 8))
        return f'<select multiple size="{size}"{attributes}>{"".join(options)}</select>'
    return f'<select{attributes}><option value="">None{"".join(options)}</select>'


def _boxes(field: Field, number: str) -> str:
    boxes = []
    for index, option in enumerate(field.options):
        shown = _worded(option.label)
        lost = exact_if_lost("data-x", option.label)
        if shown != text_html(option.label):
            lost = exact("data-x", option.label)
        data = "" if option.in_body else ' data-out=""'
        data += " required" if option.required else ""
        star = _STAR if option.required else ""
        boxes.append(
            f'<div class="box"><input type="checkbox" id="b{number}-{index}"{data}>'
            f'<label for="b{number}-{index}"{lost}>{shown}</label>{star}</div>'
        )
    return "".join(boxes)


def _worded(label: str) -> str:
    """Return a box's label as HTML, as it is written where Markdown leaves no word of it."""
    shown = inline_html(label)
    if _TAG.sub("", shown).strip():
        return shown
    return text_html(label)
