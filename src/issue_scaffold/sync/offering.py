"""`scaffold list`: what a target's template offers, and which of it the target has."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from issue_scaffold.errors import UsageError
from issue_scaffold.report.report import TemplateState
from issue_scaffold.sync.target import TargetFolder, answers_path, find_target, open_target
from issue_scaffold.template.offer import OfferedChoice, OfferedQuestion
from issue_scaffold.template.renderer import Renderer, Request
from issue_scaffold.template.source_text import BUNDLED
from issue_scaffold.template.sources import TemplateVersions
from issue_scaffold.template.versions import parse

# What the bundled template and every catalog call the question for the kinds of issues.
ISSUE_TYPES = "issue_types"


class ListedChoice(NamedTuple):
    """A choice, whether it is chosen here, and the version that has it if this one hasn't yet."""

    choice: OfferedChoice
    is_chosen: bool
    new_in: str | None = None


class ListedQuestion(NamedTuple):
    """A question with what there is to choose from, the newest version's choices among it."""

    question: OfferedQuestion
    choices: tuple[ListedChoice, ...]


class ListedVersion(NamedTuple):
    """A version of the template, with a line for each thing that it changed."""

    version: str
    is_installed: bool
    is_newer: bool
    lines: tuple[str, ...]


class Offering(NamedTuple):
    """What a template offers a target, which messages call `target`.

    `is_installed` says whether the target has it at all.
    """

    target: str
    template: TemplateState
    is_installed: bool
    questions: tuple[ListedQuestion, ...]
    versions: tuple[ListedVersion, ...]
    notes: tuple[str, ...] = ()


def list_offering(text: str, answers_file: str | None, renderer: Renderer) -> Offering:
    """Return what a target's template offers; the bundled one's where there is none yet.

    Raises UsageError for a target that can't be one, and what rendering raises.
    """
    shown, folder = find_target(text, answers_file)
    name = answers_path(answers_file)
    if answers_file is None and not (folder.root / name).exists():
        return _uninstalled(shown, folder, name, renderer)
    opened = open_target(shown, answers_file, folder=folder)
    versions = renderer.sources.of(opened.source)
    known = versions.ask()
    request = opened.recorded(renderer.sources)
    notes = []
    latest = None if known is None else known.latest
    if latest is None:
        notes.append("whether a newer version is out is unknown: the template can't be reached")
    newer = None
    if latest is not None and versions.known.is_newer(latest, opened.version):
        newer = request._replace(revision=versions.revision(latest))
    return Offering(
        target=shown,
        template=TemplateState(opened.source.recorded, opened.version, latest),
        is_installed=True,
        questions=_questions(request, newer, renderer),
        versions=_versions(versions, opened.version),
        notes=tuple(notes),
    )


def _uninstalled(
    target: str, folder: TargetFolder, answers_file: str, renderer: Renderer
) -> Offering:
    versions = renderer.sources.of(BUNDLED)
    latest = versions.known.latest
    if latest is None:
        raise UsageError("the bundled template has no release")
    request = Request(versions.revision(latest), answers_file, folder.root.name)
    return Offering(
        target=target,
        template=TemplateState(BUNDLED.recorded, None, latest),
        is_installed=False,
        questions=_questions(request, None, renderer),
        versions=_versions(versions, None),
        notes=("nothing is installed here yet; this is the bundled template (scaffold init)",),
    )


def _questions(
    request: Request, newer: Request | None, renderer: Renderer
) -> tuple[ListedQuestion, ...]:
    is_recorded = request.recorded is not None
    now = renderer.offer(request)
    then: Mapping[str, OfferedQuestion] = {}
    if newer is not None:
        then = renderer.offer(newer)
    listed = []
    for name, question in now.items():
        if question.is_internal:
            continue
        chosen = _chosen(question.answer) if is_recorded else ()
        choices = [ListedChoice(one, str(one.value) in chosen) for one in question.choices]
        if name in then and newer is not None:
            choices += _new_choices(question, then[name], newer.revision.version)
        listed.append(ListedQuestion(question, tuple(choices)))
    return tuple(listed)


def _new_choices(
    question: OfferedQuestion, then: OfferedQuestion, version: str
) -> list[ListedChoice]:
    known = {str(one.value) for one in question.choices}
    new = [one for one in then.choices if str(one.value) not in known]
    return [ListedChoice(one, is_chosen=False, new_in=version) for one in new]


def _chosen(answer: Any) -> Sequence[str]:  # noqa: ANN401 - an answer
    if isinstance(answer, list):
        return [str(item) for item in answer]
    return [str(answer)]


def _versions(versions: TemplateVersions, installed: str | None) -> tuple[ListedVersion, ...]:
    """Return the releases, the newest first; a tag for what another tag names better is none."""
    known = versions.known
    overshadowed = known.overshadowed
    names = [tag for tag in known.tags if tag not in overshadowed]
    releases = [(release, tag) for tag in names if (release := parse(tag)) is not None]
    lines = {}
    if known.latest is not None:
        lines = {one.version: one.lines for one in versions.release_notes(known.latest)}
    listed = []
    for _, tag in sorted(releases, reverse=True):
        is_newer = installed is not None and known.is_newer(tag, installed)
        listed.append(ListedVersion(tag, tag == installed, is_newer, lines.get(tag, ())))
    return tuple(listed)
