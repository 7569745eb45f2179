"""`scaffold catalog check`: render a catalog with answers that try every choice, and validate that.

Owns the cases and the way from a finding in a rendering back to the catalog's own line. The working
tree is checked as it is, committed or not; nothing in it is written.
"""

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from issue_scaffold.catalog.covering import Case, covering_cases
from issue_scaffold.catalog.entry import FOLDER, SUFFIX
from issue_scaffold.catalog.places import line_in, line_with, origin
from issue_scaffold.catalog.questions import QUESTIONS
from issue_scaffold.errors import (
    EXIT_FINDINGS,
    EXIT_OK,
    AnswerError,
    BrokenYamlError,
    ScaffoldError,
    TemplateError,
    UsageError,
)
from issue_scaffold.files.bounded import AbsentFileError, NotAFileError, read_file
from issue_scaffold.files.rendering import Rendering
from issue_scaffold.files.scratch import Scratch, ScratchKind
from issue_scaffold.forge.source_files import is_taken
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.report.report import Report, TargetReport
from issue_scaffold.template import copier_engine
from issue_scaffold.template.answers_file import ANSWERS_FILE
from issue_scaffold.template.copier_engine import RenderJob
from issue_scaffold.text.limits import MAX_MANAGED_BYTES
from issue_scaffold.text.yaml_values import YamlValueError, load_value
from issue_scaffold.validate.run import validate_files

_MAX_CASES: Final = 200
_LEFT_ALONE: Final = frozenset({".git", ".venv", "venv", "node_modules", "__pycache__"})


def check_catalog(folder: str) -> Report:
    """Return what is wrong with a catalog, by its own files and lines.

    Raises UsageError for what is no catalog.
    """
    root = Path(folder)
    if not (root / QUESTIONS).exists():
        raise UsageError(
            f"{folder} is no catalog: it has no {QUESTIONS}",
            hint="to make one: scaffold catalog new DIR",
        )
    texts = _texts(root)
    questions = _questions(folder, texts[QUESTIONS])
    with Scratch(ScratchKind.CATALOG) as scratch:
        copy = scratch / "catalog"
        shutil.copytree(root, copy, ignore=_left_alone, symlinks=True)
        cases = covering_cases(questions)[:_MAX_CASES]
        tried = _try_cases(cases, texts, copy, scratch)
    lone = list(_lone_entries(questions, texts))
    return _report(folder, [*lone, *tried.findings], tried)


@dataclass(slots=True)
class _Tried:
    """What became of the cases."""

    rendered: int = 0
    findings: list[Finding] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    failures: list[Finding] = field(default_factory=list)


def _try_cases(
    cases: Iterable[Case], texts: Mapping[str, str], copy: Path, scratch: Path
) -> _Tried:
    tried = _Tried()
    for number, case in enumerate(cases):
        try:
            rendering = _render(copy, scratch / str(number), case)
        except AnswerError as error:
            tried.refusals.append(error.message)
        except ScaffoldError as error:
            tried.failures.append(_render_failure(error, texts))
        else:
            tried.rendered += 1
            tried.findings.extend(_findings(rendering, texts))
    return tried


def _told(findings: Sequence[Finding], failures: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings, and those failed renderings that they don't account for."""
    yield from findings
    # A rendering that failed for want of what another finding names needs no telling. What fails in
    # a form's own file is the form's fault; elsewhere it may be for want of what is named.
    is_sound = not any(finding.severity is Severity.ERROR for finding in findings)
    for failure in failures:
        if is_sound or (failure.line is not None and failure.path.endswith(SUFFIX)):
            yield failure


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without those that say again what another says, with less of a place."""
    kept: dict[tuple[str, int | None, str | None, str], Finding] = {}
    for finding in findings:
        key = (finding.path, finding.line, finding.rule, finding.message)
        if key not in kept or kept[key].column is None:
            kept[key] = finding
    return list(kept.values())


def _report(folder: str, findings: Sequence[Finding], tried: _Tried) -> Report:
    notes = [f"{tried.rendered} sets of answers rendered"]
    if tried.refusals:
        count, last = len(tried.refusals), tried.refusals[-1]
        notes.append(f"{count} more refused by the questions' own validators: {last}")
    told = [_shown(finding, folder) for finding in _once(_told(findings, tried.failures))]
    told.sort(key=lambda finding: finding.sort_key)
    failed = any(finding.severity is Severity.ERROR for finding in told) or not tried.rendered
    target = TargetReport(
        target=folder,
        status="findings" if told else "clean",
        findings=tuple(told),
        notes=tuple(notes),
    )
    exit_code = EXIT_FINDINGS if failed else EXIT_OK
    return Report(command="validate", exit_code=exit_code, targets=(target,))


def _texts(root: Path) -> dict[str, str]:
    """Return the catalog's files by path, without folders, pipes and links out of the catalog."""
    content = read_file(QUESTIONS, below=root, shown=str(root / QUESTIONS))
    texts = {QUESTIONS: content.decode(errors="replace")}
    for path in sorted((root / "template").rglob("*")):
        relative = path.relative_to(root).as_posix()
        with contextlib.suppress(NotAFileError, AbsentFileError):
            content = read_file(relative, below=root, limit=MAX_MANAGED_BYTES)
            texts[relative] = content.decode(errors="replace")
    return texts


def _left_alone(folder: str, names: list[str]) -> set[str]:
    """Return what isn't copied: what is no part of the template, and pipes, which have no end."""
    special = {name for name in names if _is_special(os.path.join(folder, name))}  # noqa: PTH118
    return special | _LEFT_ALONE.intersection(names)


def _is_special(path: str) -> bool:
    mode = os.lstat(path).st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _questions(folder: str, text: str) -> dict[str, Any]:
    try:
        found = load_value(text)
    except YamlValueError as error:
        space = "" if error.line else " "
        raise UsageError(f"{folder}/{QUESTIONS}:{space}{error}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{folder}/{QUESTIONS} holds no questions")
    names = [name for name in found if not str(name).startswith("_")]
    return {str(name): found[name] for name in names}


def _lone_entries(questions: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[Finding]:
    """Yield choices without a form, and forms that no choice names."""
    offered = _offered(questions.get("issue_types"))
    there = set()
    for path in texts:
        slug = path.removeprefix(f"{FOLDER}/").removesuffix(SUFFIX)
        if path == f"{FOLDER}/{slug}{SUFFIX}" and "/" not in slug:
            there.add(slug)
    for slug in offered:
        if slug not in there:
            line = line_with(slug, texts[QUESTIONS].split("\n"))
            message = f"the issue type `{slug}` has no form {FOLDER}/{slug}{SUFFIX}"
            yield _finding(QUESTIONS, line, message)
    for slug in sorted(there.difference(offered)):
        message = f"no choice of `issue_types` in {QUESTIONS} offers this form"
        yield _finding(f"{FOLDER}/{slug}{SUFFIX}", 1, message)


def _offered(question: object) -> list[str]:
    """Return the issue types that a question offers."""
    choices = question.get("choices") if isinstance(question, dict) else None
    if isinstance(choices, dict):
        return [str(slug) for slug in choices.values()]
    return [str(slug) for slug in choices or ()]


def _finding(path: str, line: int | None, message: str) -> Finding:
    return Finding(
        kind=Kind.INVALID, severity=Severity.ERROR, path=path, line=line, message=message
    )


def _render(copy: Path, scratch: Path, case: Case) -> Rendering:
    """Render one case, less the answers to questions which the other answers hide."""
    job = RenderJob(
        source=str(copy),
        version="HEAD",
        checkout=copy,
        commit=None,
        answers_file=ANSWERS_FILE,
        folder_name="repository",
        data=case,
        called="the catalog",
        drops_hidden=True,
    )
    return copier_engine.render(job, scratch)


def _findings(rendering: Rendering, texts: Mapping[str, str]) -> Iterator[Finding]:
    files = {}
    for path, file in rendering.files.items():
        if file.link is None and is_taken(path, file.content):
            files[path] = file.content
    for finding in validate_files(files):
        text = files.get(finding.path, b"").decode("utf-8", errors="replace")
        yield _moved(finding, text, texts)


def _moved(finding: Finding, text: str, texts: Mapping[str, str]) -> Finding:
    """Return a finding in a rendered text as one in the catalog's own file."""
    excerpt = ""
    if finding.excerpt:
        excerpt = finding.excerpt.text[finding.excerpt.start : finding.excerpt.end]
    path, line = origin(finding.path, text, finding.line, excerpt, texts)
    moved = finding._replace(path=path, line=line, fixable=False, fixable_unsafely=False)
    if _same_line(texts.get(path, ""), line, text, finding.line):
        return moved
    return moved._replace(column=None, excerpt=None)


def _same_line(source: str, line: int | None, text: str, rendered: int | None) -> bool:
    if line is None or rendered is None:
        return False
    return source.split("\n")[line - 1 : line] == text.split("\n")[rendered - 1 : rendered]


def _render_failure(error: ScaffoldError, texts: Mapping[str, str]) -> Finding:
    """Return a failed rendering as a finding; for a form that is no YAML, on the form's line."""
    if isinstance(error, BrokenYamlError):
        return _broken_form(error, texts)
    place = error.place if isinstance(error, TemplateError) else None
    if place is not None and place.path in texts:
        return _finding(place.path, place.line, error.message)
    return _finding(QUESTIONS, None, error.message)


def _broken_form(broken: BrokenYamlError, texts: Mapping[str, str]) -> Finding:
    """Return what is no YAML as a finding in the form that it is most like."""
    message = f"not YAML: {broken.problem}"
    forms = [path for path in texts if path.endswith(SUFFIX)]
    if not forms:
        return _finding(QUESTIONS, None, message)
    path = max(forms, key=lambda form: _overlap(texts[form], broken.text))
    return _finding(path, line_in(texts[path], broken.text, broken.line, ""), message)


def _overlap(source: str, rendered: str) -> int:
    return len(set(source.split("\n")) & set(rendered.split("\n")))


def _shown(finding: Finding, folder: str) -> Finding:
    if folder == ".":
        return finding
    return finding._replace(path=f"{folder.rstrip('/')}/{finding.path}")
