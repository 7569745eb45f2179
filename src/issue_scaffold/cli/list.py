"""`scaffold list`."""

import json
from collections.abc import Iterator

import click

from issue_scaffold.cli.options import OutputTarget, answers_file_option, format_option
from issue_scaffold.cli.output.display import Display
from issue_scaffold.report.report import SINGLE, ReportRow, ReportTable, TargetReport, Tone
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.sync.offering import (
    ISSUE_TYPES,
    ListedChoice,
    ListedQuestion,
    ListedVersion,
    Offering,
    list_offering,
)
from issue_scaffold.template.release_notes import ReleaseNotes, shortened
from issue_scaffold.template.renderer import open_renderer
from issue_scaffold.template.source_text import title_of
from issue_scaffold.text.shell_words import quote


@click.command("list")
@click.argument("target", default=".")
@answers_file_option
@format_option
def command(*, target: str, answers_file: str | None, outputs: tuple[OutputTarget, ...]) -> int:
    """Say what the template of TARGET offers: issue types, questions with answers, versions.

    Where nothing is installed yet, it is what the bundled template offers.
    """
    display = Display("list", SINGLE, outputs)
    with open_renderer() as renderer, display.failures_of(target):
        offering = list_offering(target, answers_file, renderer)
    return display.one(_target(offering))


def _target(offering: Offering) -> TargetReport:
    types, questions = _issue_types(offering), _questions(offering)
    versions = tuple(_versions(offering))
    state = _state(offering)
    headlines = (f"{state} Issue types:", "Questions:")
    if not types:
        headlines = ("", f"{state} Questions:")
    return TargetReport(
        target=offering.target,
        status="done",
        template=offering.template,
        notes=offering.notes,
        tables=(
            _table("issue_types", "issue type", types, headlines[0]),
            _table("questions", "question", questions, headlines[1]),
            _table("versions", "version", versions, "Versions:"),
        ),
    )


def _table(key: str, noun: str, rows: tuple[ReportRow, ...], headline: str) -> ReportTable:
    return ReportTable(key, noun, rows, headline=headline if rows else "")


def _state(offering: Offering) -> str:
    target = offering.target
    source, version, latest = offering.template
    title = title_of(source)
    if version is None:
        return f"{title[0].upper()}{title[1:]} {latest}, which {target} doesn't have yet."
    state = f"{target} has {title} {version}"
    if latest is None or latest == version:
        return f"{state}."
    return f"{state}; latest is {latest}."


def _issue_types(offering: Offering) -> tuple[ReportRow, ...]:
    found = [one for one in offering.questions if one.question.name == ISSUE_TYPES]
    return tuple(_issue_type(choice, offering) for one in found for choice in one.choices)


def _issue_type(listed: ListedChoice, offering: Offering) -> ReportRow:
    word, tone, aside = "offered", Tone.CHANGE, ""
    if listed.is_chosen:
        word, tone = "installed", Tone.GOOD
    elif offering.is_installed:
        item = quote(f"{ISSUE_TYPES}+={listed.choice.value}")
        aside = f"(to add it: {Remedy(offering.target).update_command} -d {item})"
    return ReportRow(
        _choice_data(listed, "installed"),
        name=str(listed.choice.value),
        word=word,
        tone=tone,
        text=_titled(listed),
        aside=aside,
    )


def _titled(listed: ListedChoice) -> str:
    if listed.new_in is None:
        return listed.choice.title
    return f"{listed.choice.title}, new in {listed.new_in}"


def _choice_data(listed: ListedChoice, is_chosen: str) -> dict[str, object]:
    data: dict[str, object] = {
        "value": listed.choice.value,
        "title": listed.choice.title,
        is_chosen: listed.is_chosen,
    }
    if listed.new_in is not None:
        data["new_in"] = listed.new_in
    return data


def _questions(offering: Offering) -> tuple[ReportRow, ...]:
    return tuple(_question(one, offering) for one in offering.questions)


def _question(listed: ListedQuestion, offering: Offering) -> ReportRow:
    question = listed.question
    data: dict[str, object] = {
        "name": question.name,
        "kind": question.kind,
        "several": question.takes_several,
        "help": question.help,
        "asked": question.is_asked,
        "answer": question.answer,
        "choices": [_choice_data(one, "chosen") for one in listed.choices],
    }
    lead = "=" if offering.is_installed else "default:"
    boxes = (f"[{'x' if one.is_chosen else ' '}] {_boxed(one)}" for one in listed.choices)
    return ReportRow(
        data,
        name=question.name,
        text=f"{lead} {_shown(question.answer)}",
        notes=(*question.help.splitlines(), *boxes),
        is_quiet=not question.is_asked,
    )


def _boxed(listed: ListedChoice) -> str:
    if listed.new_in is None:
        return str(listed.choice)
    return f"{listed.choice}, new in {listed.new_in}"


def _shown(answer: object) -> str:
    """Return an answer as people read it."""
    match answer:
        case None:
            return "(none)"
        case bool():
            return "yes" if answer else "no"
        case str():
            return answer or "(empty)"
        case list() if all(isinstance(item, str) for item in answer):
            return ", ".join(answer) or "[]"
    return json.dumps(answer, ensure_ascii=False)


def _versions(offering: Offering) -> Iterator[ReportRow]:
    notes = [ReleaseNotes(one.version, one.lines) for one in offering.versions if one.lines]
    shown = {one.version: one.lines for one in shortened(notes).releases}
    for one in offering.versions:
        lines = shown.get(one.version, ())
        left_out = len(one.lines) - len(lines)
        if left_out:
            lines = (*lines, f"… and {left_out} more")
        yield _version(one, lines)


def _version(listed: ListedVersion, lines: tuple[str, ...]) -> ReportRow:
    word, tone = "", Tone.PLAIN
    if listed.is_installed:
        word, tone = "installed", Tone.GOOD
    elif listed.is_newer:
        word, tone = "newer", Tone.CAUTION
    data: dict[str, object] = {
        "version": listed.version,
        "installed": listed.is_installed,
        "newer": listed.is_newer,
        "lines": listed.lines,
    }
    return ReportRow(data, name=listed.version, word=word, tone=tone, notes=lines)
