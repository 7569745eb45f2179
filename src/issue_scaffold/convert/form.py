"""An issue form as a value, in GitHub's terms: what a conversion starts from or ends in.

Owns the keys of the form schema and their order (GitHub's "Syntax for issue forms" and "Syntax for GitHub's form
schema"), and the remarks that a conversion makes. Knows neither YAML nor Markdown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ElementType = Literal["markdown", "input", "textarea", "dropdown", "checkboxes", "upload"]
RemarkKind = Literal["left out", "changed", "added", "repaired", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that a conversion did not carry over as it was, or added; `text` is what it was in the source."""

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
    """One element of a form's body. `value` of a markdown element is its text, of a field what it is filled with."""

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
        attributes: dict[str, Any] = {"label": self.label}
        for key in ("description", "placeholder", "value", "render"):
            if getattr(self, key):
                attributes[key] = getattr(self, key)
        if self.type == "dropdown":
            attributes |= {"multiple": True} if self.multiple else {}
            attributes["options"] = [option.label for option in self.options]
            attributes |= {"default": self.default} if self.default is not None else {}
        elif self.type == "checkboxes":
            attributes["options"] = [
                {"label": option.label} | ({"required": True} if option.required else {})
                for option in self.options
            ]
        row: dict[str, Any] = (
            {"type": self.type} | ({"id": self.id} if self.id else {}) | {"attributes": attributes}
        )
        validations = ({"required": True} if self.required else {}) | (
            {"accept": self.accept} if self.accept else {}
        )
        return row | ({"validations": validations} if validations else {})


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
        for key in ("title", "labels", "assignees", "projects", "type"):
            value = getattr(self, key)
            if value:
                row[key] = list(value) if isinstance(value, tuple) else value
        return row | {"body": [element.data() for element in self.body]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A form made from Markdown, and what was to be remarked on the way."""

    form: IssueForm
    remarks: tuple[Remark, ...] = field(default=())


def form_from_data(data: Mapping[str, Any]) -> IssueForm:
    """Return the form that a valid form's YAML holds."""
    return IssueForm(
        name=str(data["name"]),
        description=_text(data.get("description")),
        title=_text(data.get("title")),
        labels=_texts(data.get("labels")),
        assignees=_texts(data.get("assignees")),
        projects=_texts(data.get("projects")),
        type=_text(data.get("type")),
        body=tuple(_element(row) for row in data["body"]),
    )


def _element(row: Mapping[str, Any]) -> Element:
    attributes = row.get("attributes") or {}
    validations = row.get("validations") or {}
    default = attributes.get("default")
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
        default=default if isinstance(default, int) and not isinstance(default, bool) else None,
        required=validations.get("required") is True,
        accept=_text(validations.get("accept")),
    )


def _options(rows: object) -> Iterator[Option]:
    for row in rows if isinstance(rows, list | tuple) else ():
        if isinstance(row, Mapping):
            yield Option(
                label=_text(row.get("label")).strip(), required=row.get("required") is True
            )
        elif row is not None:
            yield Option(label=_text(row).strip())


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    rows = value if isinstance(value, list | tuple) else _text(value).split(",")
    return tuple(text for row in rows if (text := _text(row).strip()))
