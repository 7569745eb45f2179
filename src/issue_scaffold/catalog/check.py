"""`scaffold catalog check`: render a catalog with answers that try every choice, and validate what comes out.

Owns the cases and the way from a finding in a rendering back to the catalog's own line. The working tree is checked as
it is, committed or not; nothing in it is written.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from issue_scaffold.catalog.covering import Case, covering_cases
from issue_scaffold.catalog.entry import FOLDER, SUFFIX
from issue_scaffold.catalog.layout import QUESTIONS
from issue_scaffold.catalog.places import line_in, origin
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
from issue_scaffold.forge.layout import is_wanted
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
    """Return what is wrong with a catalog, by its own files and lines. Raises UsageError for what is no catalog."""
    root = Path(folder)
    if not (root / QUESTIONS).exists():
        raise UsageError(
            f"{folder} is no catalog: it has no {QUESTIONS}",
            hint="to make one: scaffold catalog new DIR",
        )
    texts = _texts(root)
    questions = _questions(folder, texts[QUESTIONS])
    found = list(_lone_entries(questions, texts))
    tried = _Tried()
    with tempfile.TemporaryDirectory(prefix="scaffold-catalog-") as scratch:
        copy = Path(scratch, "catalog")
        shutil.copytree(root, copy, ignore=_left_alone, symlinks=True)
        for number, case in enumerate(covering_cases(questions)[:_MAX_CASES]):
            try:
                rendering = _render(copy, Path(scratch, str(number)), case)
            except AnswerError as error:
                tried.refusals.append(error.message)
            except ScaffoldError as error:
                tried.failures.append(_render_failure(error, texts))
            else:
                tried.rendered += 1
                found.extend(_findings(rendering, texts))
    # A rendering that failed for want of what another finding names needs no telling.
    if not any(finding.severity is Severity.ERROR for finding in found):
        found.extend(tried.failures)
    # What fails in a form's own file is the form's fault; elsewhere it may be for want of what is named.
    own = [row for row in tried.failures if row.line is not None and row.path.endswith(SUFFIX)]
    found.extend(row for row in own if row not in found)
    return _report(folder, _once(found), tried)


@dataclass(slots=True)
class _Tried:
    """What became of the cases."""

    rendered: int = 0
    refusals: list[str] = field(default_factory=list)
    failures: list[Finding] = field(default_factory=list)


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without those that say again, with less of a place, what another says."""
    kept: dict[tuple[str, int | None, str | None, str], Finding] = {}
    for finding in findings:
        key = (finding.path, finding.line, finding.rule, finding.message)
        if key not in kept or kept[key].column is None:
            kept[key] = finding
    return list(kept.values())


def _report(folder: str, findings: Iterable[Finding], tried: _Tried) -> Report:
    notes = [f"{tried.rendered} sets of answers rendered"]
    if tried.refusals:
        notes.append(
            f"{len(tried.refusals)} more refused by the questions' own validators: {tried.refusals[-1]}"
        )
    shown = sorted(
        (_shown(finding, folder) for finding in findings), key=lambda finding: finding.sort_key
    )
    failed = any(finding.severity is Severity.ERROR for finding in shown) or not tried.rendered
    target = TargetReport(
        target=folder,
        status="findings" if shown else "clean",
        findings=tuple(shown),
        notes=tuple(notes),
    )
    return Report(
        command="validate", exit_code=EXIT_FINDINGS if failed else EXIT_OK, targets=(target,)
    )


def _texts(root: Path) -> dict[str, str]:
    """Return the catalog's files by path; what is a folder, a pipe or a link out of the catalog is none of them."""
    texts = {
        QUESTIONS: read_file(QUESTIONS, below=root, shown=str(root / QUESTIONS)).decode(
            errors="replace"
        )
    }
    for path in sorted((root / "template").rglob("*")):
        relative = path.relative_to(root).as_posix()
        with contextlib.suppress(NotAFileError, AbsentFileError):
            texts[relative] = read_file(relative, below=root, limit=MAX_MANAGED_BYTES).decode(
                errors="replace"
            )
    return texts


def _left_alone(folder: str, names: list[str]) -> set[str]:
    """Return what isn't copied: what is no part of the template, and pipes and devices, whose copying has no end."""
    return {
        name
        for name in names
        if name in _LEFT_ALONE or _is_special(os.path.join(folder, name))  # noqa: PTH118
    }


def _is_special(path: str) -> bool:
    mode = os.lstat(path).st_mode
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _questions(folder: str, text: str) -> dict[str, Any]:
    try:
        found = load_value(text)
    except YamlValueError as error:
        raise UsageError(f"{folder}/{QUESTIONS}:{'' if error.line else ' '}{error}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{folder}/{QUESTIONS} holds no questions")
    return {
        str(name): question for name, question in found.items() if not str(name).startswith("_")
    }


def _lone_entries(questions: Mapping[str, Any], texts: Mapping[str, str]) -> Iterator[Finding]:
    """Yield choices without a form, and forms that no choice names."""
    question = questions.get("issue_types")
    choices = question.get("choices") if isinstance(question, dict) else None
    offered = list(choices.values()) if isinstance(choices, dict) else list(choices or [])
    there = {
        path.removeprefix(f"{FOLDER}/").removesuffix(SUFFIX)
        for path in texts
        if path.endswith(SUFFIX)
    }
    there = {slug for slug in there if "/" not in slug}
    for slug in offered:
        if slug not in there:
            line = _line_with(texts[QUESTIONS], str(slug))
            yield _finding(
                QUESTIONS, line, f"the issue type `{slug}` has no form {FOLDER}/{slug}{SUFFIX}"
            )
    for slug in sorted(there - {str(slug) for slug in offered}):
        yield _finding(
            f"{FOLDER}/{slug}{SUFFIX}",
            1,
            f"no choice of `issue_types` in {QUESTIONS} offers this form",
        )


def _line_with(text: str, word: str) -> int | None:
    return next(
        (index for index, line in enumerate(text.split("\n"), start=1) if word in line), None
    )


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
    files = {
        path: file.content
        for path, file in rendering.files.items()
        if file.link is None and is_wanted(path)
    }
    for finding in validate_files(files):
        text = files.get(finding.path, b"").decode("utf-8", errors="replace")
        excerpt = (
            finding.excerpt.text[finding.excerpt.start : finding.excerpt.end]
            if finding.excerpt
            else ""
        )
        path, line = origin(finding.path, text, finding.line, excerpt, texts)
        same = _same_line(texts.get(path, ""), line, text, finding.line)
        column = finding.column if same else None
        moved = finding._replace(
            path=path, line=line, column=column, fixable=False, fixable_unsafely=False
        )
        yield moved if same else moved._replace(excerpt=None)


def _same_line(source: str, line: int | None, text: str, rendered: int | None) -> bool:
    if line is None or rendered is None:
        return False
    return source.split("\n")[line - 1 : line] == text.split("\n")[rendered - 1 : rendered]


def _render_failure(error: ScaffoldError, texts: Mapping[str, str]) -> Finding:
    """Return a failed rendering as a finding; for a form that is no YAML, on the form's own line."""
    if isinstance(error, BrokenYamlError):
        close = {
            path: line_in(text, error.text, error.line, "")
            for path, text in texts.items()
            if path.endswith(SUFFIX)
        }
        path = max(close, key=lambda path: _overlap(texts[path], error.text), default=QUESTIONS)
        return _finding(path, close.get(path), f"not YAML: {error.problem}")
    place = error.place if isinstance(error, TemplateError) else None
    if place is not None and place.path in texts:
        return _finding(place.path, place.line, error.message)
    return _finding(QUESTIONS, None, error.message)


def _overlap(source: str, rendered: str) -> int:
    return len(set(source.split("\n")) & set(rendered.split("\n")))


def _shown(finding: Finding, folder: str) -> Finding:
    return (
        finding if folder == "." else finding._replace(path=f"{folder.rstrip('/')}/{finding.path}")
    )
