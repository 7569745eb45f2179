"""Markdown template to issue form: sections to elements, front matter to top-level keys.

Owns the order of the steps and the two decisions that need the whole template: which heading is its title, and whether
headings stay above their fields.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from issue_scaffold.convert.blocks import Block, Comment, Text
from issue_scaffold.convert.fields import SectionPlace, elements_of, is_only_heading
from issue_scaffold.convert.finish import FREE_TEXT, finished
from issue_scaffold.convert.form import Converted, Element, IssueForm, Remark
from issue_scaffold.convert.notes import split_note
from issue_scaffold.convert.sections import Section, split_sections
from issue_scaffold.text.broken_emoji import find_broken

_MIN_NAME = 3


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


def issue_form(metadata: Metadata, text: Text, remarks: Sequence[Remark] = ()) -> Converted:
    """Return the form that a template becomes, with all remarks on the way, the given ones first."""
    said = list(remarks)
    name = metadata.name
    if len(name) < _MIN_NAME:
        name = f"{name} (issue)"
        said.append(
            Remark(
                kind="changed",
                message=f"GitHub wants longer names: now `{name}`",
                text=metadata.name,
            )
        )
    body = finished(_body(text, said), text.definitions, said)
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
    """Return the text with broken emoji restored where that can be done in one way, and what was found."""
    remarks: list[Remark] = []
    parts, at = [], 0
    for broken in find_broken(text):
        certain = len(broken.candidates) == 1
        parts += [text[at : broken.start], broken.candidates[0] if certain else broken.text]
        at = broken.end
        line = text.count("\n", 0, broken.start) + 1
        if certain:
            remarks.append(
                Remark(
                    kind="repaired",
                    message=f"in line {line}: now {broken.candidates[0]}",
                    text=broken.text,
                )
            )
        else:
            known = ", ".join(broken.candidates) or "what it was can't be told"
            message = f"in line {line}: some of it is lost, so it stays as it is; it may have been {known}"
            remarks.append(Remark(kind="broken", message=message, text=broken.text))
    return "".join(parts) + text[at:], remarks


def _body(text: Text, remarks: list[Remark]) -> list[Element]:
    sections = split_sections(text)
    opening = _opening_comments(sections[0])
    sections = (replace(sections[0], blocks=sections[0].blocks[len(opening) :]), *sections[1:])
    places = _places(sections, remarks)
    elements = [
        element
        for section, place in zip(sections, places, strict=True)
        if section.marker != "none" or not section.is_empty
        for element in elements_of(section, place, remarks)
    ]
    said = [words for comment in opening if (words := split_note(comment.text)[0])]
    if said and not any(element.type == "textarea" for element in elements):
        remarks.append(
            Remark(
                kind="added",
                message=f"the field `{FREE_TEXT}`, for what the first comments ask for",
            )
        )
        return [Element(type="textarea", label=FREE_TEXT, description="\n\n".join(said)), *elements]
    return [*(Element(type="markdown", value=words) for words in said), *elements]


def _opening_comments(section: Section) -> list[Comment]:
    """Return the comments that a template begins with, but the last if it leads over to what follows."""
    found = [
        block for block in takewhile(_is_comment, section.blocks) if isinstance(block, Comment)
    ]
    if found and len(found) < len(section.blocks) and found[-1].text.endswith(":"):
        found.pop()
    return found


def _is_comment(block: Block) -> bool:
    return isinstance(block, Comment)


def _places(sections: Sequence[Section], remarks: list[Remark]) -> list[SectionPlace]:
    levels = Counter(section.level for section in sections if section.marker == "heading")
    first = next((section for section in sections if section.marker == "heading"), None)
    has_title = (
        first is not None
        and len(levels) > 1
        and first.level == min(levels)
        and levels[first.level] == 1
    )
    places = []
    for index, section in enumerate(sections):
        below = sections[index + 1].level if index + 1 < len(sections) else 0
        has_children = section.marker != "none" and below > section.level
        is_title = section is first and (has_title or len(levels) == 1 == levels[section.level])
        places.append(
            SectionPlace(has_children=has_children, is_title=is_title, keeps_heading=False)
        )
    headings = [
        section.level
        for section, place in zip(sections, places, strict=True)
        if section.marker == "heading" and is_only_heading(section, place, remarks)
    ]
    mostly = {level for level, count in Counter(headings).items() if count * 2 > levels[level]}
    return [
        replace(place, keeps_heading=section.marker == "heading" and section.level in mostly)
        for section, place in zip(sections, places, strict=True)
    ]
