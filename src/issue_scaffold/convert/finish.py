"""The last step towards a form that GitHub takes: ids, unique options, words that GitHub keeps for itself.

Owns only what GitHub's rules force; each change is remarked on. Source: GitHub's "Common validation errors when
creating issue forms".
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from issue_scaffold.convert.form import Element, Option, Remark

_MAX_ID: Final = 50
# Parameters of their own in the address of a new issue, which an id of that name would never reach.
_PARAMETERS: Final = frozenset(
    ["title", "body", "labels", "assignees", "projects", "milestone", "template", "type"]
)
_FORBIDDEN: Final = re.compile(r"(?i)password")
FREE_TEXT: Final = "Description"
UNNAMED: Final = "Answer"


def finished(
    elements: Sequence[Element], definitions: Mapping[str, str], remarks: list[Remark]
) -> tuple[Element, ...]:
    """Return the elements as GitHub takes them, every field with an id of its own."""
    if not any(element.is_field for element in elements):
        remarks.append(
            Remark(kind="added", message=f"the field `{FREE_TEXT}`: a form needs one to fill in")
        )
        elements = [*elements, Element(type="textarea", label=FREE_TEXT)]
    linked = _linked(elements, definitions, remarks)
    permitted = [_permitted(element, remarks) for element in linked]
    return tuple(_identified(permitted))


def slug(label: str) -> str:
    """Return a label as an id: lower-case Latin letters and digits, with `_` between words; perhaps nothing."""
    plain = (
        unicodedata.normalize("NFKD", label.replace("ß", "ss"))
        .encode("ascii", "ignore")
        .decode()
        .lower()
        .replace("'", "")
    )
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if len(words) > _MAX_ID:
        words = words[: _MAX_ID + 1].rpartition("_")[0] or words[:_MAX_ID]
    return words


def _identified(elements: Iterable[Element]) -> Iterator[Element]:
    rows = list(elements)
    taken: set[str] = {element.id for element in rows if element.id}
    above = ""
    numbers: Counter[str] = Counter()
    for element in rows:
        if not element.is_field:
            above = (
                slug(re.split(r"[\n(:]", element.value.lstrip("#*"))[0])
                if element.value[:1] in {"#", "*"}
                else above
            )
            yield element
        elif element.id:
            yield element
        else:
            wanted = _wanted(element, above, taken, numbers)
            taken.add(wanted)
            yield replace(element, id=wanted)


def _wanted(element: Element, above: str, taken: set[str], numbers: Counter[str]) -> str:
    base = slug(element.label) or element.type
    base = f"{base}_field" if base in _PARAMETERS else base
    for candidate in (base, f"{above}_{base}"[: 2 * _MAX_ID] if above else base):
        if candidate not in taken:
            return candidate
    return _numbered(base, "{}_{}", taken, numbers)


def _numbered(base: str, shape: str, taken: Container[str], numbers: Counter[str]) -> str:
    """Return the base with the first free number from 2; `numbers` remembers the last one given."""
    while True:
        numbers[base] += 1
        candidate = shape.format(base, numbers[base] + 1)
        if candidate not in taken:
            return candidate


def _permitted(element: Element, remarks: list[Remark]) -> Element:
    if element.type in {"input", "textarea"} and _FORBIDDEN.search(element.label):
        label = _FORBIDDEN.sub(
            lambda found: "Passphrase" if found.group()[0] == "P" else "passphrase", element.label
        )
        remarks.append(
            Remark(
                kind="changed",
                message=f"GitHub forbids a word of this label: now `{label}`",
                text=element.label,
            )
        )
        element = replace(element, label=label)
    if element.is_field and not element.label.strip():
        remarks.append(
            Remark(kind="added", message=f"the label `{UNNAMED}` for a field that had none")
        )
        element = replace(element, label=UNNAMED)
    if not element.options:
        return element
    return replace(element, options=tuple(_options(element, remarks)))


def _options(element: Element, remarks: list[Remark]) -> Iterator[Option]:
    taken = {option.label for option in element.options}
    seen: set[str] = set()
    numbers: Counter[str] = Counter()
    for option in element.options:
        label = option.label
        if element.type == "dropdown" and label.strip().lower() == "none":
            label = f"{label} of these"
            message = f"GitHub reserves this option: now `{label}`"
            remarks.append(Remark(kind="changed", message=message, text=option.label))
        if label in seen:
            label = _numbered(label, "{} ({})", taken, numbers)
            message = f"two options of one field were equal: now `{label}`"
            remarks.append(Remark(kind="changed", message=message, text=option.label))
        seen.add(label)
        yield replace(option, label=label)


def _linked(
    elements: Iterable[Element], definitions: Mapping[str, str], remarks: list[Remark]
) -> list[Element]:
    """Return the elements, each text that uses a link definition with that definition below it."""
    used: set[str] = set()
    rows = []
    for element in elements:
        texts = " ".join(
            [element.description, element.value, *(option.label for option in element.options)]
        )
        wanted = [label for label in definitions if f"[{label}]".casefold() in texts.casefold()]
        used.update(wanted)
        if not wanted:
            rows.append(element)
            continue
        below = "\n".join(definitions[label] for label in wanted)
        if element.is_field and not element.value:
            rows.append(replace(element, description=f"{element.description}\n\n{below}".strip()))
        else:
            rows.append(replace(element, value=f"{element.value}\n\n{below}"))
    for label, text in definitions.items():
        if label not in used:
            remarks.append(
                Remark(
                    kind="left out",
                    message="the address of a link that nothing in the form has",
                    text=text,
                )
            )
    return rows
