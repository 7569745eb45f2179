"""Markdown template to issue form: sections to elements, front matter to top-level keys.

Owns the order of the steps and the two decisions that need the whole template: which heading is its
title, and whether headings stay above their fields.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from issue_scaffold.convert.blocks import Comment, Text
from issue_scaffold.convert.fields import SectionPlace, elements_of, is_only_heading
from issue_scaffold.convert.finish import FREE_TEXT, finished, long_name
from issue_scaffold.convert.form import Converted, Element, IssueForm, Remark
from issue_scaffold.convert.notes import note_of, split_note
from issue_scaffold.convert.open_section import Section
from issue_scaffold.convert.sections import split_sections
from issue_scaffold.convert.texts import joined
from issue_scaffold.forge.forges import GITHUB, Forge
from issue_scaffold.text.broken_emoji import find_broken

_FEW_WORDS: Final = 2
# The level of a heading that is no title even where it stands alone.
_BELOW_TITLES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What the front matter says. `name` and `about` are never blank."""

    name: str
    about: str
    title: str = ""
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    type: str = ""


def issue_form(
    metadata: Metadata, text: Text, remarks: Sequence[Remark] = (), forge: Forge = GITHUB
) -> Converted:
    """Return the form that a template becomes, with all remarks, the given ones first.

    It is one that the forge takes.
    """
    said = list(remarks)
    name = long_name(metadata.name, said, forge)
    body = finished(_body(text, said), text.definitions, said, forge)
    form = IssueForm(
        name=name,
        description=metadata.about,
        title=metadata.title,
        labels=metadata.labels,
        assignees=metadata.assignees,
        projects=metadata.projects,
        type=metadata.type,
        body=body,
    )
    return Converted(form=form, remarks=tuple(said))


def repair_emoji(text: str) -> tuple[str, list[Remark]]:
    """Return the text with broken emoji restored where that is sure, and a remark for each."""
    remarks: list[Remark] = []
    parts, at = [], 0
    for broken in find_broken(text):
        line = text.count("\n", 0, broken.start) + 1
        where = f"in line {line}"
        parts.append(text[at : broken.start])
        at = broken.end
        if broken.repair is not None:
            parts.append(broken.repair)
            message = f"{where}: now {broken.repair}"
            remarks.append(Remark(kind="repaired", message=message, text=broken.text))
        else:
            parts.append(broken.text)
            known = ", ".join(broken.candidates) or "what it was can't be told"
            message = f"{where}: some of it is lost, so it stays as it is; it may have been {known}"
            remarks.append(Remark(kind="broken", message=message, text=broken.text))
    return "".join(parts) + text[at:], remarks


def _body(text: Text, remarks: list[Remark]) -> list[Element]:
    sections = split_sections(text)
    opening = _opening_comments(sections[0])
    sections = (replace(sections[0], blocks=sections[0].blocks[len(opening) :]), *sections[1:])
    elements: list[Element] = []
    for section, place in zip(sections, _places(sections), strict=True):
        if section.marker != "none" or not section.is_empty:
            elements.extend(elements_of(section, place, remarks))
    return [*_opening(opening, elements, remarks), *elements]


def _opening(
    comments: Sequence[Comment], elements: Sequence[Element], remarks: list[Remark]
) -> list[Element]:
    """Return what the comments become that a template begins with: text, or the first field."""
    said = [words for comment in comments if (words := split_note(comment.text)[0])]
    shown = [Element(type="markdown", value=words) for words in said]
    if not said or any(map(note_of, comments)):
        # Notes tell of a form in which the comments were to be read.
        return shown
    if len(said) == 1 and len(said[0].split()) <= _FEW_WORDS and elements:
        # `<!-- Summary. -->` on top is what to write there.
        return [Element(type="textarea", label=said[0].strip(" .:!"))]
    if any(element.type == "textarea" for element in elements):
        return shown
    message = f"the field `{FREE_TEXT}`, for what the first comments ask for"
    remarks.append(Remark(kind="added", message=message))
    return [Element(type="textarea", label=FREE_TEXT, description=joined(*said))]


def _opening_comments(section: Section) -> list[Comment]:
    """Return the comments that a template begins with, but none that leads over to a text."""
    found: list[Comment] = []
    for block in section.blocks:
        if not isinstance(block, Comment):
            if found and found[-1].text.endswith(":"):
                found.pop()
            break
        found.append(block)
    return found


def _places(sections: Sequence[Section]) -> list[SectionPlace]:
    title = _title(sections)
    levels_below = [*(section.level for section in sections[1:]), 0]
    places = []
    for section, level_below in zip(sections, levels_below, strict=True):
        has_children = section.marker != "none" and level_below > section.level
        place = SectionPlace(
            has_children=has_children, is_title=section is title, keeps_heading=False
        )
        places.append(place)
    headings: Counter[int] = Counter()
    bare: Counter[int] = Counter()
    for section, place in zip(sections, places, strict=True):
        if section.marker == "heading":
            headings[section.level] += 1
            bare[section.level] += place.has_children and is_only_heading(section, place)
    return [
        replace(place, keeps_heading=bare[section.level] * 2 > headings[section.level])
        for section, place in zip(sections, places, strict=True)
    ]


def _title(sections: Sequence[Section]) -> Section | None:
    """Return the first heading, if no other is as high, and it is of level 1 or over others."""
    headings = [section for section in sections if section.marker == "heading"]
    others = [section.level for section in headings[1:]]
    if headings and headings[0].level < min(others, default=_BELOW_TITLES):
        return headings[0]
    return None
