"""An issue form as a value, in GitHub's terms: what a conversion starts from or ends in.

Owns the order of a form's keys (GitHub's "Syntax for issue forms" and "Syntax for GitHub's form
schema"), and the remarks that a conversion makes. Knows neither YAML nor Markdown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ElementType = Literal["markdown", "input", "textarea", "dropdown", "checkboxes", "upload"]
RemarkKind = Literal["left out", "changed", "added", "repaired", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that a conversion changed, left out or added; `text` is the source's."""

    kind: RemarkKind
    message: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a dropdown, or one checkbox; only a checkbox can be required."""

    label: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of a form's body. `value` is a markdown element's text, or what a field holds."""

    type: ElementType
    label: str = ""
    id: str | None = None
    description: str = ""
    placeholder: str = ""
    value: str = ""
    render: str = ""
    options: tuple[Option, ...] = ()
    multiple: bool = False
    default: int | None = None
    required: bool = False
    accept: str = ""

    @property
    def is_field(self) -> bool:
        """Whether the element asks for something."""
        return self.type != "markdown"

    def data(self) -> dict[str, Any]:
        """Return the element in the form schema's own terms, without what is empty."""
        if self.type == "markdown":
            return {"type": "markdown", "attributes": {"value": self.value}}
        validations = _filled({"required": self.required, "accept": self.accept})
        return _filled(
            {
                "type": self.type,
                "id": self.id,
                "attributes": self._attributes(),
                "validations": validations,
            }
        )

    def _attributes(self) -> dict[str, Any]:
        attributes: dict[str, Any] = {"label": self.label}
        attributes |= _filled(
            {
                "description": self.description,
                "placeholder": self.placeholder,
                "value": self.value,
                "render": self.render,
            }
        )
        if self.type == "dropdown":
            attributes |= _filled({"multiple": self.multiple})
            attributes["options"] = [option.label for option in self.options]
            if self.default is not None:
                attributes["default"] = self.default
        elif self.type == "checkboxes":
            attributes["options"] = [
                {"label": option.label} | _filled({"required": option.required})
                for option in self.options
            ]
        return attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueForm:
    """A whole form; empty texts and lists are keys that it doesn't have."""

    name: str
    description: str
    title: str = ""
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    type: str = ""
    body: tuple[Element, ...] = ()

    @property
    def fields(self) -> tuple[Element, ...]:
        """The elements that ask for something."""
        return tuple(element for element in self.body if element.is_field)

    def data(self) -> dict[str, Any]:
        """Return the form in the form schema's own terms, in its order, without what is empty."""
        row: dict[str, Any] = {"name": self.name, "description": self.description}
        row |= _filled(
            {
                "title": self.title,
                "labels": list(self.labels),
                "assignees": list(self.assignees),
                "projects": list(self.projects),
                "type": self.type,
            }
        )
        row["body"] = [element.data() for element in self.body]
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A form made from Markdown, and what was to be remarked on the way."""

    form: IssueForm
    remarks: tuple[Remark, ...] = field(default=())


def form_from_data(data: Mapping[str, Any]) -> IssueForm:
    """Return the form that a valid form's YAML holds."""
    return IssueForm(
        name=str(data["name"]),
        description=_text(data.get("description")) or _text(data.get("about")),
        title=_text(data.get("title")),
        labels=_texts(data.get("labels")),
        assignees=_texts(data.get("assignees")),
        projects=_texts(data.get("projects")),
        type=_text(data.get("type")),
        body=tuple(map(_element, data["body"])),
    )


def _filled(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row without what is empty or False."""
    return {key: value for key, value in row.items() if value}


def _element(row: Mapping[str, Any]) -> Element:
    attributes = row.get("attributes") or {}
    validations = row.get("validations") or {}
    default = attributes.get("default")
    if isinstance(default, bool) or not isinstance(default, int):
        default = None
    return Element(
        type=row["type"],
        label=_text(attributes.get("label")).strip(),
        id=_text(row.get("id")) or None,
        description=_text(attributes.get("description")),
        placeholder=_text(attributes.get("placeholder")),
        value=_text(attributes.get("value")),
        render=_text(attributes.get("render")),
        options=tuple(_options(attributes.get("options") or ())),
        multiple=attributes.get("multiple") is True,
        default=default,
        required=validations.get("required") is True,
        accept=_text(validations.get("accept")),
    )


def _options(rows: object) -> Iterator[Option]:
    if not isinstance(rows, list | tuple):
        return
    for row in rows:
        if isinstance(row, Mapping):
            yield Option(
                label=_text(row.get("label")).strip(), required=row.get("required") is True
            )
        elif row is not None:
            yield Option(label=_text(row).strip())


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value)


def _texts(value: object) -> tuple[str, ...]:
    rows: Iterable[object] = _text(value).split(",")
    if isinstance(value, list | tuple):
        rows = value
    return tuple(text for row in rows if (text := _text(row).strip()))
