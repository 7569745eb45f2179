"""The last step towards a form that GitHub takes: names, ids, unique options, reserved words.

Owns what is written in the place of a text that breaks a rule; the rules themselves say which texts
do. Each change is remarked on.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from issue_scaffold.convert.form import Element, Option, Remark
from issue_scaffold.convert.texts import joined
from issue_scaffold.forge.forges import GITHUB, Forge
from issue_scaffold.forge.issue_form import parameterize, without_marks
from issue_scaffold.validate.ask import Breach, id_breach, label_breach, name_breach, option_breach

_MAX_ID: Final = 50
_FORBIDDEN: Final = "password"
FREE_TEXT: Final = "Description"
UNNAMED: Final = "Answer"


def finished(
    elements: Sequence[Element],
    definitions: Mapping[str, str],
    remarks: list[Remark],
    forge: Forge = GITHUB,
) -> tuple[Element, ...]:
    """Return the elements as a forge takes them, with ids where their labels give one."""
    if not any(element.is_field for element in elements):
        message = f"the field `{FREE_TEXT}`: a form needs one to fill in"
        remarks.append(Remark(kind="added", message=message))
        elements = [*elements, Element(type="textarea", label=FREE_TEXT)]
    linked = _linked(elements, definitions, remarks)
    permitted = [_permitted(element, remarks, forge) for element in linked]
    return tuple(_identified(permitted))


def long_name(name: str, remarks: list[Remark], forge: Forge = GITHUB) -> str:
    """Return a template's name as one that a forge's chooser takes."""
    if not _minds(forge, name_breach(name)):
        return name
    longer = f"{name} (issue)"
    message = f"{forge.title} wants longer names: now `{longer}`"
    remarks.append(Remark(kind="changed", message=message, text=name))
    return longer


def slug(label: str) -> str:
    """Return a label as an id: words of lower-case Latin letters and digits, joined by `_`.

    Unlike what GitHub makes of a label (`parameterize`), it leaves out what isn't Latin, and may be
    empty.
    """
    plain = without_marks(label.replace("'", "")).encode("ascii", "ignore").decode()
    dashed = parameterize(plain) or ""
    words = re.sub(r"[-_]+", "_", dashed).strip("_")
    if len(words) > _MAX_ID:
        words = words[: _MAX_ID + 1].rpartition("_")[0] or words[:_MAX_ID]
    return words


def _identified(elements: Sequence[Element]) -> Iterator[Element]:
    """Yield the elements, each field with an id where its label gives one of its own.

    An id that only counts (`name_2`) would change when a field is put in before it. It is given
    all the same where GitHub couldn't tell two labels apart otherwise.
    """
    taken: set[str] = {element.id for element in elements if element.id}
    above = ""
    numbers: Counter[str] = Counter()
    for element in elements:
        above = _slug_of_heading(element) or above
        if not element.is_field or element.id:
            yield element
            continue
        compared = _compared(element.label)
        wanted = _wanted(element, above, taken)
        if not wanted and compared in taken:
            wanted = _numbered(slug(element.label) or element.type, "{}_{}", taken, numbers)
        taken |= {compared, wanted}
        yield replace(element, id=wanted or None)


def _compared(label: str) -> str:
    """Return what GitHub compares of a label that has no id."""
    return parameterize(label) or label.casefold()


def _slug_of_heading(element: Element) -> str:
    if element.is_field or element.value[:1] not in {"#", "*"}:
        return ""
    return slug(re.split(r"[\n(:]", element.value.lstrip("#*"))[0])


def _wanted(element: Element, above: str, taken: Container[str]) -> str:
    """Return the id that a label gives, or gives with the heading above it; else nothing."""
    base = slug(element.label)
    if not base or not _is_mostly_latin(element.label):
        return ""
    if id_breach(base) is not None:
        base = f"{base}_field"
    candidates = [base]
    if above:
        candidates.append(f"{above}_{base}"[: 2 * _MAX_ID])
    return next((candidate for candidate in candidates if candidate not in taken), "")


def _is_mostly_latin(label: str) -> bool:
    letters = [char for char in label if char.isalpha()]
    latin = [char for char in letters if unicodedata.name(char, "").startswith("LATIN")]
    return len(latin) * 2 > len(letters)


def _numbered(base: str, shape: str, taken: Container[str], numbers: Counter[str]) -> str:
    """Return the base with the first free number from 2; `numbers` remembers the last one given."""
    while True:
        numbers[base] += 1
        candidate = shape.format(base, numbers[base] + 1)
        if candidate not in taken:
            return candidate


def _permitted(element: Element, remarks: list[Remark], forge: Forge) -> Element:
    if not element.is_field:
        return element
    label = element.label
    if _minds(forge, label_breach(label, element.type)):
        label = _permitted_words(element)
    if label != element.label:
        message = f"{forge.title} forbids a word of this label: now `{label}`"
        remarks.append(Remark(kind="changed", message=message, text=element.label))
    if _minds(forge, label_breach(label, element.type)):
        label = UNNAMED
        message = f"the label `{UNNAMED}` for a field that had none"
        remarks.append(Remark(kind="added", message=message))
    return replace(element, label=label, options=tuple(_options(element, remarks, forge)))


def _permitted_words(element: Element) -> str:
    """Return a field's label with words that aren't forbidden; all of those are `password` now."""
    label = element.label
    while (breach := label_breach(label, element.type)) and breach.end > breach.start:
        word = label[breach.start : breach.end]
        if not word.lower().startswith(_FORBIDDEN):
            break
        other = "passphrase"
        if word[0].isupper():
            other = "Passphrase"
        rest = word[len(_FORBIDDEN) :].lower()
        label = f"{label[: breach.start]}{other}{rest}{label[breach.end :]}"
    return label


def _options(element: Element, remarks: list[Remark], forge: Forge) -> Iterator[Option]:
    """Yield the options of a field, but for those that the forge would refuse, otherwise called."""
    must_differ = "body/duplicate-option" not in forge.rules.lifted
    taken = {option.label for option in element.options}
    seen: set[str] = set()
    numbers: Counter[str] = Counter()
    for option in element.options:
        label = option.label
        if element.type == "dropdown" and _minds(forge, option_breach(label)):
            label = f"{label} of these"
            message = f"{forge.title} reserves this option: now `{label}`"
            remarks.append(Remark(kind="changed", message=message, text=option.label))
        if must_differ and label in seen:
            label = _numbered(label, "{} ({})", taken, numbers)
            message = f"two options of one field were equal: now `{label}`"
            remarks.append(Remark(kind="changed", message=message, text=option.label))
        seen.add(label)
        yield replace(option, label=label)


def _minds(forge: Forge, breach: Breach | None) -> bool:
    """Tell whether a forge has the rule that something breaks."""
    return breach is not None and breach.rule not in forge.rules.lifted


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
        below = joined(*(definitions[label] for label in wanted), by="\n")
        if element.is_field and not element.value:
            rows.append(replace(element, description=joined(element.description, below)))
        else:
            rows.append(replace(element, value=joined(element.value, below)))
    for label, text in definitions.items():
        if label not in used:
            message = "the address of a link that nothing in the form has"
            remarks.append(Remark(kind="left out", message=message, text=text))
    return rows
