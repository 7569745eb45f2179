"""The process that templates are run in, from inside: takes requests, has Copier render, answers with plain data.

The only module that knows Copier, and it never runs in the process of the command. Copier reads the template from a
folder that git wrote; it talks to no git itself. What Copier would look up there (which commit, which name) is told.
"""

import contextlib
import json
import os
import pickle
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

import yaml

from issue_scaffold.errors import (
    AnswerError,
    ScaffoldError,
    TemplateError,
    UnsupportedTemplateError,
)
from issue_scaffold.template.copier_engine import RenderJob, refuse_unsupported
from issue_scaffold.template.sealed_guard import (
    ForbiddenError,
    Guard,
    LimitError,
    allow_seconds,
    limit_process,
)
from issue_scaffold.template.sealed_jinja import (
    RefusedError,
    SealedEnvironment,
    causes,
    copier_conf,
    template_place,
    uses_folder,
)

if TYPE_CHECKING:
    from copier._main import Worker

_MAX_TEXT: Final = 1024**2


def main(reading: str, writing: str, terminal: str) -> None:
    """Serve requests until there are none; the arguments are two open pipes and whether the streams are a terminal."""
    requests, replies = _stream(reading, "rb"), _stream(writing, "wb")
    streams = _Streams() if terminal else None
    limit_process()
    _import_copier(replies)
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
        _send(replies, _reply(request, guard, streams))


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


def _import_copier(replies: IO[bytes]) -> None:
    """Import Copier with a sealed Jinja under it, and with prompts that say when a person is being waited for."""
    import gc

    import jinja2.sandbox
    import questionary

    # Importing allocates much that stays; looking for garbage meanwhile takes a tenth of the time.
    gc.set_threshold(100_000)
    ask = questionary.unsafe_prompt

    def ask_and_say(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - questionary's signature
        _send(replies, {"event": "asking"})
        try:
            return ask(*arguments, **named)
        finally:
            _send(replies, {"event": "asked"})

    questionary.unsafe_prompt = ask_and_say
    jinja2.sandbox.SandboxedEnvironment = SealedEnvironment  # type: ignore[misc]
    import copier  # noqa: F401 - that is the point


class _Streams:
    """The standard streams: the terminal while a person is asked, nothing at other times."""

    def __init__(self) -> None:
        self._terminal = [os.dup(number) for number in range(3)]
        self._nothing = os.open(os.devnull, os.O_RDWR)
        self.hide()

    def hide(self) -> None:
        """Cut the terminal off."""
        for number in range(3):
            os.dup2(self._nothing, number)

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Give the terminal to what runs inside."""
        for number, terminal in enumerate(self._terminal):
            os.dup2(terminal, number)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            self.hide()


def _reply(request: Mapping[str, Any], guard: Guard, streams: _Streams | None) -> dict[str, Any]:
    RefusedError.raised.clear()
    if request["kind"] == "asked":
        return _asked(request)
    job: RenderJob = request["job"]
    target: Path = request["target"]
    guard.open_for(
        job.checkout, target, max_files=request["max_files"], max_bytes=request["max_bytes"]
    )
    asks = streams is not None and job.asking != "nothing"
    shown = streams.shown() if streams is not None and asks else contextlib.nullcontext()
    try:
        with shown:
            reply = _render(job, target)
        _raise_dropped()
    except KeyboardInterrupt:
        return {"interrupted": True}
    except Exception as error:  # noqa: BLE001 - the boundary: whatever it is becomes data
        return {"error": _error_data(job, error)}
    finally:
        guard.close()
    return reply


def _raise_dropped() -> None:
    """Raise the first refusal of a rendering that came to its end: Copier did without what was refused."""
    if RefusedError.raised:
        raise RefusedError.raised[0]


def _asked(request: Mapping[str, Any]) -> dict[str, Any]:
    from issue_scaffold.template.macros import asked

    cases = request["cases"]
    return {
        "asked": [sorted(asked(request["questions"], case, request["files"])) for case in cases]
    }


def _render(job: RenderJob, target: Path) -> dict[str, Any]:
    with _worker(job, target) as worker:
        config, questions = _settings(job, worker)
        refuse_unsupported(job.source, config, questions)
        if not isinstance(worker.jinja_env, SealedEnvironment):
            raise TemplateError(
                "this version of copier renders in a way that scaffold doesn't know"
            )
        conf = copier_conf(
            answers_file=job.answers_file,
            folder_name=target.name,
            version=job.version,
            commit=job.commit,
        )
        worker.jinja_env.given = {"_copier_conf": conf}
        worker.run_copy()
        files = [
            path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()
        ]
        write_once = [path for path in files if worker.match_skip(Path(path))]
        folder_matters = uses_folder(worker.jinja_env)
    return {
        "questions": {
            str(name): [str(details.get("type", "")), bool(details.get("multiselect"))]
            for name, details in questions.items()
        },
        "write_once": write_once,
        "uses_folder": folder_matters,
    }


def _settings(job: RenderJob, worker: "Worker") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the settings and the questions of the template, as Copier reads them, includes too.

    Raises TemplateError for a file that holds none.
    """
    from copier.errors import CopierError, InvalidConfigFileError

    what = f"the template {job.source} has a copier.yml that"
    try:
        return worker.template.config_data, worker.template.questions_data
    except InvalidConfigFileError as error:
        raise TemplateError(f"{what} is not YAML: {_yaml_problem(error)}") from error
    except (CopierError, OSError, LimitError):
        raise
    except Exception as error:
        raise TemplateError(f"{what} holds no mapping of settings and questions") from error


def _yaml_problem(error: Exception) -> str:
    """Return where and why a text is no YAML, from what an error was raised from."""
    for cause in causes(error):
        mark = getattr(cause, "problem_mark", None)
        if isinstance(cause, yaml.MarkedYAMLError) and mark is not None:
            return f"{mark.line + 1}:{mark.column + 1}: {cause.problem}"
    return " ".join(str(error).split())


def _worker(job: RenderJob, target: Path) -> "Worker":
    """Return Copier's worker for a job, with the template that git has written for it."""
    import copier
    from copier._main import Worker
    from copier._settings import SettingsModel
    from copier._template import Template

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
    translated = error if isinstance(error, ScaffoldError) else _translate(job, error)
    kinds = {
        AnswerError: "answer",
        UnsupportedTemplateError: "unsupported",
        TemplateError: "template",
    }
    data: dict[str, Any] = {
        "kind": next(
            (word for kind, word in kinds.items() if isinstance(translated, kind)), "other"
        ),
        "message": translated.message[:_MAX_TEXT],
        "hint": translated.hint,
    }
    for cause in causes(error):
        mark = getattr(cause, "problem_mark", None)
        if (
            isinstance(cause, yaml.MarkedYAMLError)
            and mark is not None
            and isinstance(mark.buffer, str)
        ):
            text = mark.buffer.rstrip("\0")[:_MAX_TEXT]
            data["yaml"] = [cause.problem or "a syntax error", mark.line + 1, text]
    return data


def _translate(job: RenderJob, error: Exception) -> ScaffoldError:
    # Copier makes texts of some errors; what was refused is the reason all the same.
    raised = [*causes(error), *RefusedError.raised]
    found = next((cause for cause in raised if isinstance(cause, RefusedError | LimitError)), None)
    if found is None and isinstance(error, MemoryError):
        found = LimitError("it needs more memory than a rendering may take")
    what = f"the template {job.source} at {job.version}"
    text = " ".join(str(found or error).split()) or type(error).__name__
    place = next(
        filter(
            None, (template_place(cause, str(job.checkout.resolve())) for cause in causes(error))
        ),
        None,
    )
    at = f"{place}: " if place else ""
    if isinstance(found, RefusedError):
        return TemplateError(
            f"{what} doesn't render: {at}{text}",
            hint="a rendering may depend on the answers alone, so that it is the same on every machine",
        )
    if found is not None:
        return TemplateError(f"{what} doesn't render: {at}{text}")
    return _translate_copiers(job, error, what, at, text)


def _translate_copiers(
    job: RenderJob, error: Exception, what: str, at: str, text: str
) -> ScaffoldError:
    from copier.errors import CopierError, UnsupportedVersionError
    from jinja2 import TemplateSyntaxError

    translated: ScaffoldError = TemplateError(f"{what} doesn't render: {at}{text}")
    match error:
        case UnsupportedVersionError():
            translated = TemplateError(
                f"{what} needs another Copier: {text}", hint="upgrade copier beside scaffold"
            )
        case TemplateSyntaxError():
            place = f"{error.name or 'copier.yml'}:{error.lineno}"
            translated = TemplateError(f"{what} doesn't render: {place}: {error.message}")
        case yaml.YAMLError() if name := _unreadable_answer(job):
            translated = AnswerError(
                f"the answer to {name!r} is not valid YAML: {text}", question=name
            )
        case yaml.YAMLError():
            translated = TemplateError(f"{what} has a copier.yml that is not YAML: {text}")
        case ForbiddenError():
            translated = TemplateError(
                f"{what} doesn't render: {at}{error.strerror}: {error.filename}"
            )
        case ValueError() | TypeError() if not isinstance(error, CopierError | UnicodeError):
            translated = _answer_error(job, text)
        case OSError():
            path = f": {error.filename}" if error.filename else ""
            translated = ScaffoldError(
                f"the template could not be rendered: {error.strerror or text}{path}"
            )
    return translated


def _unreadable_answer(job: RenderJob) -> str | None:
    for name, given in job.data.items():
        try:
            yaml.safe_load(given if isinstance(given, str) else "")
        except yaml.YAMLError:
            return name
    return None


def _answer_error(job: RenderJob, text: str) -> AnswerError:
    if text.startswith('Question "') and text.endswith("is required"):
        name = text.split('"')[1]
        return AnswerError(
            f"question {name!r} has no default and needs an answer",
            hint=f"give it: -d {name}=VALUE",
            question=name,
        )
    shown = text[0].lower() + text[1:]
    given = ", ".join(sorted(job.data))
    return AnswerError(shown, hint=f"given with -d or --data-file: {given}" if given else None)
