"""The process that templates are run in, from inside.

It takes requests, has Copier render, and answers with plain data.

The only module that knows Copier, and it never runs in the process of the command. Copier reads the
template from a folder that git wrote; it talks to no git itself. What Copier would look up there
(which commit, which name) is told.
"""

import contextlib
import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

import yaml

from issue_scaffold.errors import (
    AnswerError,
    ScaffoldError,
    TemplateError,
    TemplatePlace,
    UnsupportedTemplateError,
)
from issue_scaffold.template.copier_engine import RenderJob, refuse_newer, refuse_unsupported
from issue_scaffold.template.offer import question_in
from issue_scaffold.template.sealed_guard import (
    ForbiddenError,
    Guard,
    LimitError,
    allow_seconds,
    limit_process,
)
from issue_scaffold.template.sealed_interview import (
    SealedInterview,
    StartAgainError,
    in_place_of_structure,
    wants_list,
)
from issue_scaffold.template.sealed_jinja import (
    RefusedError,
    SealedEnvironment,
    causes,
    copier_conf,
    template_place,
    uses_folder,
)
from issue_scaffold.text.list_answer import list_answer

if TYPE_CHECKING:
    from copier._main import Worker
    from copier._user_data import Question

_MAX_TEXT: Final = 1024**2
_ALIKE: Final = (
    "a rendering may depend on the answers alone, so that it is the same on every machine"
)


def main(reading: str, writing: str) -> None:
    """Serve requests until there are none. The arguments are two open pipes."""
    requests, replies = _stream(reading, "rb"), _stream(writing, "wb")
    limit_process()
    _import_copier(SealedInterview(requests, lambda reply: _send(replies, reply)))
    guard = Guard()
    sys.dont_write_bytecode = True
    sys.addaudithook(guard)
    _send(replies, {"event": "ready"})
    while True:
        try:
            # It comes from the process that started this one.
            request = pickle.load(requests)  # noqa: S301
        except EOFError:
            return
        allow_seconds()
        _send(replies, _reply(request, guard))


def _stream(number: str, mode: str) -> IO[bytes]:
    if sys.platform == "win32":
        import msvcrt

        flags = os.O_RDONLY if mode == "rb" else os.O_WRONLY
        return os.fdopen(msvcrt.open_osfhandle(int(number), flags), mode)
    return os.fdopen(int(number), mode)


def _send(replies: IO[bytes], reply: Mapping[str, Any]) -> None:
    body = json.dumps(reply).encode()
    replies.write(len(body).to_bytes(4, "big") + body)
    replies.flush()


# The answers to hidden questions that the job at hand gives.
_LAYOUT: Final[dict[str, str]] = {}


def _import_copier(interview: SealedInterview) -> None:
    """Import Copier with a sealed Jinja under it.

    Its prompts are asked elsewhere, and what it hides it also forgets.
    """
    import gc

    import jinja2.sandbox
    import questionary

    # Importing allocates much that stays; looking for garbage meanwhile takes a tenth of the time.
    gc.set_threshold(100_000)
    questionary.unsafe_prompt = interview.prompt  # type: ignore[assignment]
    jinja2.sandbox.SandboxedEnvironment = SealedEnvironment  # type: ignore[misc]
    from copier import _main
    from copier._user_data import AnswersMap, Question

    question_class: Any = Question  # the new method isn't of the type that Copier's has
    question_class.get_questionary_structure = in_place_of_structure

    class ForgetfulAnswers(AnswersMap):
        """Copier's answers, in which one to a hidden question is as if it had not been given."""

        def hide(self, key: str) -> None:
            """Drop an answer: no later question, and no file, may see it.

            What the target's own layout answers stays, for the rendering alone.
            """
            super().hide(key)
            self.init.pop(key, None)
            if key in _LAYOUT:
                self.init[key] = _LAYOUT[key]

    _main.AnswersMap = ForgetfulAnswers  # type: ignore[attr-defined]


def _reply(request: Mapping[str, Any], guard: Guard) -> dict[str, Any]:
    RefusedError.raised.clear()
    job: RenderJob = request["job"]
    target: Path = request["target"]
    guard.open_for(
        job.checkout, target, max_files=request["max_files"], max_bytes=request["max_bytes"]
    )
    try:
        reply = _offer(job, target) if request["offers"] else _render_asking(job, target)
        _raise_dropped()
    except Exception as error:  # noqa: BLE001 - the boundary: whatever it is becomes data
        return {"error": _error_data(job, error)}
    finally:
        guard.close()
    return reply


def _raise_dropped() -> None:
    """Raise the first refusal of a rendering that came to its end without what was refused."""
    if RefusedError.raised:
        raise RefusedError.raised[0]


def _seal(job: RenderJob, worker: "Worker") -> SealedEnvironment:
    """Return the environment of a worker, with what is the same everywhere in place of Copier's."""
    environment = worker.jinja_env
    if not isinstance(environment, SealedEnvironment):
        raise TemplateError("this version of copier renders in a way that scaffold doesn't know")
    conf = copier_conf(
        answers_file=job.answers_file,
        folder_name=job.folder_name,
        version=job.version,
        commit=job.commit,
    )
    environment.given = {"_copier_conf": conf}
    return environment


def _render_asking(job: RenderJob, target: Path) -> dict[str, Any]:
    """Render; anew as often as the person who is asked wants to go back."""
    while True:
        try:
            return _render(job, target)
        except StartAgainError:
            RefusedError.raised.clear()


def _take_lists(
    worker: "Worker", questions: Mapping[str, Mapping[str, Any]], data: Mapping[str, Any]
) -> None:
    """Give Copier lists where texts between commas were given for them."""
    for name, given in data.items():
        if isinstance(given, str) and wants_list(questions.get(name) or {}):
            worker.data[name] = list_answer(given)


def _render(job: RenderJob, target: Path) -> dict[str, Any]:
    with _worker(job, target) as worker:
        details = _read_details(job, worker)
        _take_lists(worker, dict(details), job.data)
        environment = _seal(job, worker)
        worker.run_copy()
        files = [
            path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()
        ]
        write_once = [path for path in files if worker.match_skip(Path(path))]
        folder_matters = uses_folder(environment)
        questions = [_described(name, _question(worker, name, found)) for name, found in details]
    return {
        "questions": questions,
        "write_once": write_once,
        "uses_folder": folder_matters,
    }


def _offer(job: RenderJob, target: Path) -> dict[str, Any]:
    """Return what a template offers to somebody with these answers, fit or not; writes no file."""
    from copier import _main

    with _worker(job, target) as worker:
        details = _read_details(job, worker)
        _seal(job, worker)
        worker.answers = _main.AnswersMap(  # type: ignore[attr-defined]
            user_defaults=worker.user_defaults,
            init=worker.data,
            last=dict(worker.subproject.last_answers),
            metadata=worker.template.metadata,
        )
        questions = []
        for name, found in details:
            question = _question(worker, name, found)
            described = _described(name, question)
            questions.append(described)
            if question is None or not described["is_asked"]:
                worker.answers.hide(name)
                worker.answers.last.pop(name, None)
            with contextlib.suppress(Exception):  # what can't be answered has no answer
                if question is not None and (answer := question.get_default()) is not _missing():
                    worker.answers.user[name] = answer
    return {"questions": questions}


def _read_details(job: RenderJob, worker: "Worker") -> list[tuple[str, dict[str, Any]]]:
    """Return the questions as their author wrote them. Refuses what is never rendered."""
    config, questions = _settings(job, worker)
    refuse_newer(job.template, config)
    refuse_unsupported(job.template, config, questions)
    return [(str(name), details) for name, details in questions.items()]


def _question(worker: "Worker", name: str, details: Mapping[str, Any]) -> "Question | None":
    """Return Copier's own question, for the answers that there are; None where it makes none."""
    from copier._user_data import Question

    with contextlib.suppress(Exception):
        return Question(
            answers=worker.answers,
            context=worker._render_context(),  # noqa: SLF001 - what its own questions are given
            jinja_env=worker.jinja_env,
            var_name=name,
            **details,
        )
    return None


def _described(name: str, question: "Question | None") -> dict[str, Any]:
    """Return a question as plain data; what its author's texts don't give is left out."""
    described = {"name": name, "kind": "", "takes_several": False, "is_internal": False}
    described |= {"is_asked": False, "help": "", "choices": [], "answer": None}
    if question is None:
        return described
    described["takes_several"] = bool(question.multiselect)
    described["is_internal"] = str(question.when).strip().lower() == "false"
    readers: dict[str, Callable[[], object]] = {
        "kind": question.get_type_name,
        "is_asked": question.get_when,
        "help": lambda: str(question.render_value(question.help)).strip()[:_MAX_TEXT],
        "choices": lambda: _choices(question),
        "answer": lambda: _answer(question),
    }
    for part, read in readers.items():
        with contextlib.suppress(Exception):
            described[part] = read()
    return described


def _choices(question: "Question") -> list[list[object]]:
    return [
        [str(choice.title), _plain(question.cast_answer(choice.value))]
        for choice in question._formatted_choices  # noqa: SLF001 - has no public name
    ]


def _answer(question: "Question") -> object:
    """Return the answer that there is, valid or not, or else the template's default."""
    found = _given(question)
    if found is _missing():
        found = question.get_default()
    if found is _missing():
        return None
    if isinstance(found, list):
        return [_plain(item) for item in found]
    return _plain(found)


def _given(question: "Question") -> object:
    name, answers = question.var_name, question.answers
    if name in answers.user:
        return answers.user[name]
    for given in (answers.init, answers.last, answers.user_defaults):
        if name in given:
            try:
                return question.parse_answer(given[name])
            except Exception:  # noqa: BLE001 - the author's own types and choices refuse it
                return given[name]
    return _missing()


def _plain(value: object) -> object:
    """Return a value as JSON can hold it."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return str(value)


def _missing() -> object:
    from copier._types import MISSING

    return MISSING


def _settings(job: RenderJob, worker: "Worker") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the settings and the questions of the template, as Copier reads them, includes too.

    Raises TemplateError for a file that holds none.
    """
    from copier.errors import CopierError, InvalidConfigFileError

    what = f"{job.template} has a copier.yml that"
    try:
        return worker.template.config_data, worker.template.questions_data
    except InvalidConfigFileError as error:
        place, problem = _yaml_problem(error)
        raise TemplateError(f"{what} is not YAML: {problem}", place=place) from error
    except (CopierError, OSError, LimitError):
        raise
    except Exception as error:
        raise TemplateError(f"{what} holds no mapping of settings and questions") from error


def _yaml_problem(error: Exception) -> tuple[TemplatePlace | None, str]:
    """Return where and why `copier.yml` is no YAML, from what an error was raised from."""
    for cause in causes(error):
        mark = getattr(cause, "problem_mark", None)
        if isinstance(cause, yaml.MarkedYAMLError) and mark is not None:
            line = mark.line + 1
            place = TemplatePlace("copier.yml", line)
            return place, f"{line}:{mark.column + 1}: {cause.problem}"
    return None, " ".join(str(error).split())


def _worker(job: RenderJob, target: Path) -> "Worker":
    """Return Copier's worker for a job, with the template that git has written for it."""
    import copier
    from copier._main import Worker
    from copier._settings import SettingsModel
    from copier._template import Template

    _LAYOUT.clear()
    _LAYOUT.update(job.layout)
    settings = copier.Settings()
    worker = Worker(
        src_path=job.source,
        dst_path=target,
        data=dict(job.data),
        user_defaults=dict(job.suggested),
        answers_file=Path(job.answers_file),
        vcs_ref=job.version,
        settings=SettingsModel(defaults=dict(settings.defaults), trust=set(settings.trust)),
        defaults=job.asking == "nothing",
        skip_answered=job.asking == "new",
        overwrite=True,
        quiet=True,
        unsafe=False,
    )
    template = Template(url=job.source, ref=job.version)
    # These are computed by asking git and then kept in the instance: here they are known.
    vars(template).update(
        local_abspath=job.checkout.resolve(),
        vcs="git" if job.commit else None,
        url_expanded=job.source,
        commit=job.version if job.commit else None,
        commit_hash=job.commit,
        git_index_modes={PurePosixPath(path): mode for path, mode in job.modes.items()},
        version=None,
    )
    vars(worker)["template"] = template
    return worker


def _error_data(job: RenderJob, error: Exception) -> dict[str, Any]:
    translated = _translate(job, error)
    data: dict[str, Any] = {
        "kind": "other",
        "message": translated.message[:_MAX_TEXT],
        "hint": translated.hint,
    }
    match translated:
        case AnswerError():
            data |= {"kind": "answer", "question": translated.question}
        case UnsupportedTemplateError():
            data["kind"] = "unsupported"
        case TemplateError():
            data |= {"kind": "template", "place": translated.place}
            # What is ours to say is of `copier.yml`; the rest is of texts that the template made.
            if translated is not error:
                data["yaml"] = _broken_yaml(error)
    return data


def _broken_yaml(error: Exception) -> tuple[str, int, str] | None:
    """Return what is wrong, the line and the text that is no YAML, where that is why it failed."""
    found = None
    for cause in causes(error):
        mark = getattr(cause, "problem_mark", None)
        if isinstance(cause, yaml.MarkedYAMLError) and mark is not None:
            problem, text = cause.problem or "a syntax error", mark.buffer
            if isinstance(text, str):
                found = (problem, mark.line + 1, text.rstrip("\0")[:_MAX_TEXT])
    return found


def _translate(job: RenderJob, error: Exception) -> ScaffoldError:
    """Return an error of Copier, Jinja or the template as one of ours."""
    if isinstance(error, ScaffoldError):
        return error
    # Copier makes texts of some errors; what was refused is the reason all the same.
    raised = [*causes(error), *RefusedError.raised]
    found = next((cause for cause in raised if isinstance(cause, RefusedError | LimitError)), error)
    text = " ".join(str(found).split()) or type(error).__name__
    root = str(job.checkout.resolve())
    places = (template_place(cause, root) for cause in causes(error))
    place = next(filter(None, places), None)
    match found:
        case RefusedError():
            return _does_not_render(job, text, place, _ALIKE)
        case LimitError():
            return _does_not_render(job, text, place)
        case MemoryError():
            return _does_not_render(job, "it needs more memory than a rendering may take", place)
    question = _question_of(error)
    if question is not None:
        return _answer_error(job, question, error, text)
    return _translate_copiers(job, error, text, place)


def _does_not_render(
    job: RenderJob, why: str, place: TemplatePlace | None, hint: str | None = None
) -> TemplateError:
    if place is not None:
        why = f"{place}: {why}"
    return TemplateError(f"{job.what} doesn't render: {why}", hint=hint, place=place)


def _translate_copiers(
    job: RenderJob, error: Exception, text: str, place: TemplatePlace | None
) -> ScaffoldError:
    """Return an error as one of ours that no question is the reason of."""
    from copier.errors import UnsupportedVersionError
    from jinja2 import TemplateSyntaxError

    match error:
        case UnsupportedVersionError():
            hint = "upgrade copier beside scaffold"
            return TemplateError(f"{job.what} needs another Copier: {text}", hint=hint)
        case TemplateSyntaxError():
            place = TemplatePlace(error.name or "copier.yml", error.lineno)
            return _does_not_render(job, str(error.message), place)
        case yaml.YAMLError():
            return TemplateError(f"{job.what} has a copier.yml that is not YAML: {text}")
        case ForbiddenError():
            return _does_not_render(job, f"{error.strerror}: {error.filename}", place)
        case OSError():
            why = error.strerror or text
            if error.filename:
                why = f"{why}: {error.filename}"
            return ScaffoldError(f"the template could not be rendered: {why}")
    return _does_not_render(job, text, place)


def _question_of(error: Exception) -> "Question | None":
    """Return the question that Copier was at when it refused an answer, None for other errors.

    Copier's error says it in words alone; the frame that raised it has the question itself.
    """
    from copier._user_data import Question
    from copier.errors import CopierError

    is_refusal = isinstance(error, ValueError | TypeError | yaml.YAMLError)
    if not is_refusal or isinstance(error, CopierError | UnicodeError):
        return None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        question, name = map(frame.f_locals.get, ("question", "var_name"))
        # It is still the one before while Copier reads the next.
        if isinstance(question, Question) and question.var_name == name:
            return question
    return None


def _answer_error(
    job: RenderJob, question: "Question", error: Exception, text: str
) -> ScaffoldError:
    name = question.var_name
    if any(isinstance(cause, yaml.YAMLError) for cause in causes(error)):
        if name not in job.data:
            return TemplateError(f"{job.what} has a default for {name!r} that is not YAML: {text}")
        return AnswerError(f"the answer to {name!r} is not valid YAML: {text}", question=name)
    if _is_missing(question):
        return AnswerError(
            f"question {name!r} has no default and needs an answer",
            hint=f"give it: -d {name}=VALUE",
            question=name,
        )
    hint = question_in(_described(name, question)).expectation
    if not hint and job.data:
        hint = f"given with -d or --data-file: {', '.join(sorted(job.data))}"
    message = text[0].lower() + text[1:]
    if name not in message:
        message = f"the answer to {name!r}: {message}"
    return AnswerError(message, hint=hint or None, question=name)


def _is_missing(question: "Question") -> bool:
    """Tell whether a question has neither an answer nor a default."""
    try:
        return question.get_default() is _missing()
    except Exception:  # noqa: BLE001 - the author's own template: it has a default, and that fails
        return False
