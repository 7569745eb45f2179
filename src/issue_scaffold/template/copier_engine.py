"""Renderings: what is to be rendered, and what comes of it.

Copier does it, in a process of its own.

Owns the job, the reading of what that process wrote, and what an answer may be; `sealed_child` is
the other side. Nothing here imports Copier.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from issue_scaffold import __version__
from issue_scaffold.errors import (
    AnswerError,
    BrokenYamlError,
    ScaffoldError,
    TemplateError,
    TemplatePlace,
    UnsupportedTemplateError,
)
from issue_scaffold.files.rendering import File, Rendering, check_links, check_paths
from issue_scaffold.template import sealed_process
from issue_scaffold.template.answers_file import parse_answers
from issue_scaffold.template.interview import Interviewer, asked_question_in
from issue_scaffold.template.offer import OfferedQuestion, question_in
from issue_scaffold.template.rendered_files import read_rendered
from issue_scaffold.template.versions import parse
from issue_scaffold.text.list_answer import list_answer
from issue_scaffold.text.yaml_values import load_value

Asking = Literal["nothing", "new", "all"]
Questions = Mapping[str, OfferedQuestion]

UNSUPPORTED = {
    "tasks": "tasks",
    "migrations": "migrations",
    "jinja_extensions": "Jinja extensions",
    "external_data": "external data",
}
# Stands in the answers file that is put in Copier's way; gone as soon as the template writes its
# own.
_ASKED: Final = b"# asked for\n"
_TRUTH: Final = re.compile(r"|[01]|y(es)?|n(o|one|ull)?|t(rue)?|f(alse)?|on|off|~", re.IGNORECASE)
_PLAIN_COPIER: Final = "use plain copier for it: copier copy --trust, copier update --trust"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderJob:
    """One rendering to be made.

    `source` and `version` are what the answers file will say. `checkout` is a folder with the
    template's files, `commit` the commit that they are of (None: of none, and no version is
    recorded), `modes` git's mode of each file. `recorded` are the answers of an earlier rendering
    (None: a first one), `data` answers given for this one, `suggested` answers that stand in for
    the template's defaults, `asking` which questions a person is asked on the terminal, `called`
    what messages call the template instead of its source. An answer given to a question that the
    others hide is refused, unless `drops_hidden` says that it may be forgotten.
    """

    source: str
    version: str
    checkout: Path
    commit: str | None
    answers_file: str
    folder_name: str
    modes: Mapping[str, int] = field(default_factory=dict)
    recorded: Mapping[str, Any] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    suggested: Mapping[str, Any] = field(default_factory=dict)
    layout: Mapping[str, str] = field(default_factory=dict)
    asking: Asking = "nothing"
    called: str | None = None
    drops_hidden: bool = False

    @property
    def template(self) -> str:
        """What messages call the template."""
        return self.called or f"the template {self.source}"

    @property
    def what(self) -> str:
        """What messages call the version."""
        return self.called or f"the template {self.source} at {self.version}"


def render(job: RenderJob, scratch: Path, interviewer: Interviewer | None = None) -> Rendering:
    """Render a template into a folder below `scratch`, and return what it wrote.

    `interviewer` is asked what `job` says is to be asked.

    Raises AnswerError for an answer that the template refuses, UnsupportedTemplateError for a
    template that wants to run something, TemplateError for one that can't be rendered, or not
    within the limits of a rendering.
    """
    target = scratch / "render" / job.folder_name
    target.mkdir(parents=True)
    if job.recorded is not None:
        _write_answers(target / job.answers_file, job)
    what = job.what
    reply = _ask(job, target, interviewer)
    questions, written_once = _questions_in(reply, what), reply.get("write_once")
    if not isinstance(written_once, list):
        raise _no_reply(what)
    write_once = frozenset(path for path in written_once if isinstance(path, str))
    files = dict(read_rendered(target, what))
    if job.answers_file not in files or files[job.answers_file].content.startswith(_ASKED):
        raise _no_answers_file(job, files)
    try:
        answers = parse_answers(files[job.answers_file].content)
    except (yaml.YAMLError, ValueError) as error:
        raise TemplateError(
            f"{what} renders an answers file that can't be read: {_one_line(error)}"
        ) from error
    if job.commit is not None:
        _refuse_other_record(job, answers, what)
    _refuse_lost_answers(job, answers, questions)
    check_paths(files)
    check_links(files)
    return Rendering(
        source=job.source,
        version=job.version,
        answers_file=job.answers_file,
        answers=answers,
        files=files,
        write_once=write_once & files.keys(),
        uses_folder=reply.get("uses_folder") is not False,
    )


def offer(job: RenderJob, scratch: Path) -> Questions:
    """Return what a template offers to somebody with a job's answers, whether they fit or not.

    Nothing is rendered. Raises UnsupportedTemplateError and TemplateError as `render`.
    """
    target = scratch / "render" / job.folder_name
    target.mkdir(parents=True)
    if job.recorded is not None:
        _write_answers(target / job.answers_file, job)
    return _questions_in(_ask(job, target, offers=True), job.what)


def preload() -> None:
    """Begin to import Copier, while this process waits for git: a rendering is coming.

    `scaffold init` of the bundled template takes 1.7 s so, and 2.2 s where the process is started
    for the rendering (best of eight on two busy cores).
    """
    sealed_process.start()


def _ask(
    job: RenderJob, target: Path, interviewer: Interviewer | None = None, *, offers: bool = False
) -> Mapping[str, Any]:
    """Return the process's reply on a job. Raises the error that it tells of.

    With `offers` it only says what there is to choose from.
    """
    # Views of mappings don't travel.
    sent = replace(
        job,
        modes=dict(job.modes),
        recorded=None if job.recorded is None else dict(job.recorded),
        data=dict(job.data),
        suggested=dict(job.suggested),
        layout=dict(job.layout),
    )
    request: dict[str, object] = {"job": sent, "target": target, "offers": offers}
    request |= {"max_files": sealed_process.MAX_FILES, "max_bytes": sealed_process.MAX_BYTES}
    process = sealed_process.start()
    if interviewer is None:
        reply = process.ask(request, job.what)
    else:
        reply = process.ask(request, job.what, _on_question(interviewer, job.what))
    _raise_error(reply, job.what)
    return reply


def _on_question(interviewer: Interviewer, what: str) -> sealed_process.OnQuestion:
    def answer(data: object) -> dict[str, Any]:
        asked = asked_question_in(data) if isinstance(data, dict) else None
        if asked is None:
            raise _no_reply(what)
        return interviewer(asked)._asdict()

    return answer


def _questions_in(reply: Mapping[str, Any], what: str) -> Questions:
    """Return the questions of a reply, whose every part is looked at."""
    documents = reply.get("questions")
    if not isinstance(documents, list):
        raise _no_reply(what)
    try:
        found = [question_in(document) for document in documents]
    except ValueError as error:
        raise _no_reply(what) from error
    return {question.name: question for question in found}


def _raise_error(reply: Mapping[str, Any], what: str) -> None:
    """Raise the error that a reply tells of, if it does."""
    error = reply.get("error")
    if error is None:
        return
    match error:
        case {"kind": str(kind), "message": str(message), "hint": str() | None as hint}:
            pass
        case _:
            raise _no_reply(what)
    match kind:
        case "answer":
            raise AnswerError(message, hint=hint, question=_text(error.get("question")))
        case "unsupported":
            raise UnsupportedTemplateError(message, hint=hint)
        case "template":
            raise _template_error(message, hint, error)
    raise ScaffoldError(message, hint=hint)


def _template_error(message: str, hint: str | None, error: Mapping[str, Any]) -> TemplateError:
    match error:
        case {"yaml": [str(problem), int(line), str(text)]}:
            return BrokenYamlError(message, hint=hint, problem=problem, line=line, text=text)
        case {"place": [str(path), int(line)]}:
            return TemplateError(message, hint=hint, place=TemplatePlace(path, line))
    return TemplateError(message, hint=hint)


def _text(found: object) -> str | None:
    return found if isinstance(found, str) else None


def _no_reply(what: str) -> TemplateError:
    return TemplateError(f"{what} doesn't render: the process that ran it gave no sensible answer")


def _refuse_other_record(job: RenderJob, answers: Mapping[str, Any], what: str) -> None:
    """Refuse a rendering that would be recorded as another one than was asked for."""
    for name, wanted in (("_src_path", job.source), ("_commit", job.version)):
        if answers.get(name) != wanted:
            raise TemplateError(
                f"{what} records {name}: {answers.get(name)!r} in its answers file, "
                f"instead of {wanted!r}",
                hint="the template's answers file must hold '{{ _copier_answers|to_nice_yaml }}'",
            )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def refuse_unsupported(
    template: str, config: Mapping[str, Any], questions: Mapping[str, Any]
) -> None:
    """Refuse a template that wants to run something, or whose renderings can't be made again.

    `template` is what messages call it; `config` holds Copier's settings without their underscore.
    Raises UnsupportedTemplateError.
    """
    wanted = [words for setting, words in UNSUPPORTED.items() if config.get(setting)]
    details = [question for question in questions.values() if isinstance(question, dict)]
    if config.get("secret_questions") or any(question.get("secret") for question in details):
        wanted.append("secret questions, whose answers are never recorded")
    if wanted:
        raise UnsupportedTemplateError(
            f"{template} uses {', '.join(wanted)}, which scaffold never runs", hint=_PLAIN_COPIER
        )


def refuse_newer(template: str, config: Mapping[str, Any]) -> None:
    """Refuse a template that demands a newer scaffold, by its setting `_min_scaffold_version`.

    Copier passes over that setting. Raises UnsupportedTemplateError, and TemplateError for what is
    no version.
    """
    demanded = config.get("min_scaffold_version")
    if demanded is None:
        return
    wanted, own = parse(str(demanded)), parse(__version__)
    if wanted is None:
        raise TemplateError(
            f"{template} has _min_scaffold_version: {demanded!r} in its copier.yml, "
            "which is no version",
            hint='its author should write one, in quotes: _min_scaffold_version: "1.2.0"',
        )
    if own is not None and own < wanted:
        raise UnsupportedTemplateError(
            f"{template} needs scaffold {demanded} or newer; this is scaffold {__version__}",
            hint=f"install scaffold {demanded} or newer; scaffold --version says where this one is "
            "from",
        )


def _write_answers(path: Path, job: RenderJob) -> None:
    given = {
        name: value for name, value in (job.recorded or {}).items() if not name.startswith("_")
    }
    answers = {**given, "_src_path": job.source, "_commit": job.version}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_ASKED + yaml.safe_dump(answers, allow_unicode=True, encoding="utf-8"))


def _no_answers_file(job: RenderJob, files: Mapping[str, File]) -> ScaffoldError:
    others = sorted(path for path in files if path.rpartition("/")[2].startswith(".copier-answers"))
    if others:
        return UnsupportedTemplateError(
            f"{job.template} writes its answers to {others[0]}, not to {job.answers_file}",
            hint=f"use that file: -a {others[0]}",
        )
    return UnsupportedTemplateError(
        f"{job.template} renders no answers file, so what it writes could never be updated",
        hint="add a file named '{{ _copier_conf.answers_file }}.jinja' "
        "holding '{{ _copier_answers|to_nice_yaml }}'",
    )


def _refuse_lost_answers(job: RenderJob, answers: Mapping[str, Any], questions: Questions) -> None:
    """Refuse answers that Copier drops without a word.

    They are to unknown or hidden questions, no longer valid, or not among the choices.
    """
    for name, given in job.data.items():
        if name not in questions:
            raise no_question(name, questions)
        if name not in answers and job.drops_hidden:
            continue
        if name not in answers:
            raise AnswerError(
                f"question {name!r} isn't asked with these answers, "
                "so its answer would be forgotten",
                hint="change the answers that it depends on too",
                question=name,
            )
        _refuse_misread(name, given, answers[name], questions[name])
    if job.asking == "nothing":
        _refuse_changed(job, answers, questions)


def no_question(name: str, questions: Questions) -> AnswerError:
    """Return the error for a question that a template doesn't ask."""
    import difflib

    askable = [question.name for question in questions.values() if not question.is_internal]
    hint = f"its questions: {', '.join(askable)}"
    for near in difflib.get_close_matches(name, askable, n=1):
        hint = f"did you mean {near!r}?"
    return AnswerError(f"the template has no question {name!r}", hint=hint, question=name)


def _refuse_misread(name: str, given: object, taken: list[Any], question: OfferedQuestion) -> None:
    """Refuse a given answer that Copier took for another one."""
    if question.takes_several:
        _refuse_unknown_choices(question, given, taken)
    # Copier takes any other word for yes.
    if question.kind == "bool" and isinstance(given, str) and not _TRUTH.fullmatch(given.strip()):
        raise AnswerError(f"the answer to {name!r} must be yes or no, not {given!r}", question=name)


def _refuse_changed(job: RenderJob, answers: Mapping[str, Any], questions: Questions) -> None:
    """Refuse recorded answers in whose place Copier took others."""
    recorded = job.recorded or {}
    for name, answer in recorded.items():
        if name in {*job.data, "_commit", "_src_path"} or name not in answers:
            continue
        if _same_answer(answer, answers[name]):
            continue
        hint = f"give another one: -d {name}=VALUE"
        if recorded.get("_commit") == job.version:  # changed by hand
            hint = f"correct it in {job.answers_file}"
        if name in questions:
            hint = _joined(hint, questions[name].expectation)
        raise AnswerError(
            f"the recorded answer {answer!r} to question {name!r} "
            f"is not accepted by version {job.version}",
            hint=hint,
            question=name,
        )


def _same_answer(recorded: object, taken: object) -> bool:
    """Whether Copier took an answer, perhaps cast to its type or put in the choices' order."""
    if isinstance(recorded, list) and isinstance(taken, list):
        return sorted(map(str, recorded)) == sorted(map(str, taken))
    return recorded == taken or str(recorded) == str(taken)


def _refuse_unknown_choices(question: OfferedQuestion, given: object, taken: list[Any]) -> None:
    name = question.name
    items = given
    if isinstance(given, str):
        items = list_answer(given)
    if isinstance(items, str):
        items = load_value(items)
    if not isinstance(items, list):
        raise AnswerError(
            f"the answer to {name!r} must be a list",
            hint=_joined(f"for example: -d {name}='[{_example(question)}]'", question.expectation),
            question=name,
        )
    known = {str(choice) for choice in taken}
    unknown = [str(item) for item in items if str(item) not in known]
    if unknown:
        raise AnswerError(
            f"invalid choice for {name!r}: {', '.join(unknown)}",
            hint=question.expectation,
            question=name,
        )


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _example(question: OfferedQuestion) -> str:
    return ", ".join(str(choice.value) for choice in question.choices[:2]) or "one, two"
