"""Copier, the renderer: the only module that knows it, and imports it only when something must be rendered.

Copier changes the working directory of its process while it runs, so nothing here may be called from threads; its
mirror cache breaks when processes share it, so it gets a private one (https://github.com/copier-org/copier).
"""

import contextlib
import io
import os
import re
import stat
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from issue_scaffold.adapters import git
from issue_scaffold.adapters.answers_file import parse_answers
from issue_scaffold.adapters.git_environment import sealed_environment
from issue_scaffold.adapters.yaml_values import YamlValueError, load_value, refuse_excess
from issue_scaffold.domain.rendering import File, Rendering, check_link, check_paths
from issue_scaffold.domain.versions import abbreviation_of
from issue_scaffold.errors import AnswerError, ScaffoldError, TemplateError, UnsupportedTemplateError

if TYPE_CHECKING:
    from threading import Thread

    from copier._main import Worker

Asking = Literal["nothing", "new", "all"]

UNSUPPORTED = {
    "tasks": "tasks",
    "migrations": "migrations",
    "jinja_extensions": "Jinja extensions",
    "external_data": "external data",
}
# Stands in the answers file that is put in Copier's way; gone as soon as the template writes its own.
_ASKED = b"# asked for\n"
_TRUTH = re.compile(r"|[01]|y(es)?|n(o|one|ull)?|t(rue)?|f(alse)?|on|off|~", re.IGNORECASE)
_PLAIN_COPIER = "use plain copier for it: copier copy --trust, copier update --trust"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderJob:
    """One rendering to be made.

    `source` is recorded in the answers file; git reads `origin` wherever `source` is meant (None: no detour).
    `version` is a tag, a described commit or a commit id. `recorded` are the answers of an earlier rendering (None: a
    first one), `data` answers given for this one, `suggested` answers that stand in for the template's defaults,
    `asking` which questions a person is asked on the terminal.
    """

    source: str
    origin: str | None
    version: str
    answers_file: str
    folder_name: str
    recorded: Mapping[str, Any] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    suggested: Mapping[str, Any] = field(default_factory=dict)
    asking: Asking = "nothing"


def render(job: RenderJob, scratch: Path) -> Rendering:
    """Render a template into a folder below `scratch`, and return what it wrote.

    Raises AnswerError for an answer that the template refuses, UnsupportedTemplateError for a template that wants to
    run something, TemplateError for one that can't be rendered.
    """
    git.require()  # Copier takes any source for a folder without it
    target = scratch / "render" / job.folder_name
    target.mkdir(parents=True)
    if job.recorded is not None:
        _write_answers(target / job.answers_file, job)
    with _copier_environment(job, scratch), _translated_errors(job):
        worker = _run(job, target)
        config, questions = worker.template.config_data, worker.template.questions_data
        refuse_unsupported(job.source, config, questions)
        files = dict(_collect(target))
        write_once = frozenset(path for path in files if worker.match_skip(Path(path)))
    if job.answers_file not in files or files[job.answers_file].content.startswith(_ASKED):
        raise _no_answers_file(job, files)
    answers = parse_answers(files[job.answers_file].content)
    _refuse_lost_answers(job, answers, questions)
    check_paths(files)
    for path, file in files.items():
        check_link(path, file)
    return Rendering(
        source=job.source,
        version=str(answers.get("_commit", job.version)),
        answers_file=job.answers_file,
        answers=answers,
        files=files,
        write_once=write_once,
    )


@cache
def preload() -> "Thread":
    """Begin to import Copier, while this process waits for git: a render is coming. Returns the thread that does."""
    from threading import Thread

    thread = Thread(target=import_module, args=("copier",), daemon=True)
    thread.start()
    return thread


def load() -> None:
    """Import Copier, so that a copy of this process has it."""
    preload().join()


def read_config(source: str, text: bytes) -> dict[str, Any]:
    """Return the settings that a `copier.yml` holds, without their underscore; includes are left out.

    Raises TemplateError for a file that is no YAML mapping.
    """

    class Loader(yaml.SafeLoader):
        """A safe loader that passes over the `!include` tag."""

    Loader.add_constructor("!include", lambda *_: {})
    try:
        refuse_excess(text)
        documents = [part for part in yaml.load_all(text, Loader=Loader) if part is not None]
    except yaml.YAMLError as error:
        raise TemplateError(f"the template {source} has a copier.yml that is not YAML: {_place(error)}") from error
    except ValueError as error:
        raise TemplateError(f"the template {source} has a copier.yml that can't be read: {error}") from error
    if not all(isinstance(part, dict) for part in documents):
        raise TemplateError(f"the template {source} has a copier.yml that holds no mapping of settings and questions")
    merged = {str(name): value for part in documents for name, value in part.items()}
    return {name[1:]: value for name, value in merged.items() if name.startswith("_")}


def _place(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem_mark.line + 1}:{error.problem_mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


def refuse_unsupported(source: str, config: Mapping[str, Any], questions: Mapping[str, Any]) -> None:
    """Refuse a template that wants to run something, or whose renderings can't be made again.

    `config` holds Copier's settings without their underscore. Raises UnsupportedTemplateError.
    """
    wanted = [words for setting, words in UNSUPPORTED.items() if config.get(setting)]
    secrets = {name for name, question in questions.items() if isinstance(question, dict) and question.get("secret")}
    if secrets.union(config.get("secret_questions") or ()):
        wanted.append("secret questions, whose answers are never recorded")
    if wanted:
        raise UnsupportedTemplateError(
            f"the template {source} uses {', '.join(wanted)}, which scaffold never runs",
            hint=_PLAIN_COPIER,
        )


def _run(job: RenderJob, target: Path) -> "Worker":
    import copier

    shared: dict[str, Any] = {
        "data": dict(job.data),
        "user_defaults": dict(job.suggested),
        "answers_file": job.answers_file,
        "vcs_ref": job.version,
        "settings": copier.Settings(),
        "defaults": job.asking == "nothing",
        "overwrite": True,
        "quiet": True,
        "unsafe": False,
    }
    if job.asking == "new":
        return copier.run_recopy(target, skip_answered=True, **shared)
    # With the recorded answers file in the target, this asks and renders as run_recopy does; but run_recopy hands back
    # a worker that hasn't rendered, and asking that one for its template clones it once more.
    if job.asking == "all":
        return copier.run_copy(job.source, target, **shared)
    with contextlib.redirect_stderr(io.StringIO()):  # some errors it prints besides raising them
        return copier.run_copy(job.source, target, **shared)


def _write_answers(path: Path, job: RenderJob) -> None:
    answers = {**(job.recorded or {}), "_src_path": job.source, "_commit": job.version}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_ASKED + yaml.safe_dump(answers, allow_unicode=True, encoding="utf-8"))


@contextmanager
def _copier_environment(job: RenderJob, scratch: Path) -> Iterator[None]:
    # plumbum copies os.environ when it is imported, and Copier reads both.
    users = os.environ.get("COPIER_CACHE_DIR")
    os.environ["COPIER_CACHE_DIR"] = str(scratch / "copier-cache")
    try:
        from plumbum import local

        detour = (job.source.removeprefix("git+"), job.origin) if job.origin else None
        environment = sealed_environment(detour=detour, abbreviation=abbreviation_of(job.version))
        with local.env(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in dict(local.env):
                del local.env[name]
            local.env.update(environment)
            yield
    finally:
        del os.environ["COPIER_CACHE_DIR"]
        if users is not None:
            os.environ["COPIER_CACHE_DIR"] = users


@contextmanager
def _translated_errors(job: RenderJob) -> Iterator[None]:
    try:
        yield
    except (ScaffoldError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise _translate(job, error) from error


def _translate(job: RenderJob, error: Exception) -> ScaffoldError:
    from copier.errors import CopierError, UnsafeTemplateError, UnsupportedVersionError
    from jinja2 import TemplateSyntaxError

    what = f"the template {job.source} at {job.version}"
    text = " ".join(str(error).split()) or type(error).__name__
    translated: ScaffoldError = TemplateError(f"{what} doesn't render: {text}")
    match error:
        case UnsafeTemplateError():
            translated = UnsupportedTemplateError(
                f"{what} uses tasks, migrations or Jinja extensions, which scaffold never runs", hint=_PLAIN_COPIER
            )
        case UnsupportedVersionError():
            translated = TemplateError(f"{what} needs another Copier: {text}", hint="upgrade copier beside scaffold")
        case TemplateSyntaxError():
            place = f"{error.name or 'copier.yml'}:{error.lineno}"
            translated = TemplateError(f"{what} doesn't render: {place}: {error.message}")
        case yaml.YAMLError() if name := _unreadable_answer(job):
            translated = AnswerError(f"the answer to {name!r} is not valid YAML: {text}")
        case yaml.YAMLError():
            translated = TemplateError(f"{what} has a copier.yml that is not YAML: {text}")
        case ValueError() | TypeError() if not isinstance(error, CopierError | UnicodeError):
            translated = _answer_error(job, text)
        case OSError():
            place = f": {error.filename}" if error.filename else ""
            translated = ScaffoldError(f"the template could not be rendered: {error.strerror or text}{place}")
    return translated


def _unreadable_answer(job: RenderJob) -> str | None:
    for name, given in job.data.items():
        try:
            load_value(given if isinstance(given, str) else "")
        except YamlValueError:
            return name
    return None


def _answer_error(job: RenderJob, text: str) -> AnswerError:
    if text.startswith('Question "') and text.endswith("is required"):
        name = text.split('"')[1]
        return AnswerError(f"question {name!r} has no default and needs an answer", hint=f"give it: -d {name}=VALUE")
    shown = text[0].lower() + text[1:]
    given = ", ".join(sorted(job.data))
    return AnswerError(shown, hint=f"given with -d or --data-file: {given}" if given else None)


def _collect(target: Path) -> Iterator[tuple[str, File]]:
    for folder, folders, names in os.walk(target):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        for name in (*names, *links):
            path = Path(folder, name)
            relative = path.relative_to(target).as_posix()
            if path.is_symlink():
                yield relative, File(link=str(path.readlink()))
            else:
                yield relative, File(content=path.read_bytes(), executable=bool(path.stat().st_mode & stat.S_IXUSR))


def _no_answers_file(job: RenderJob, files: Mapping[str, File]) -> ScaffoldError:
    others = sorted(path for path in files if path.rpartition("/")[2].startswith(".copier-answers"))
    if others:
        return UnsupportedTemplateError(
            f"the template {job.source} writes its answers to {others[0]}, not to {job.answers_file}",
            hint=f"use that file: -a {others[0]}",
        )
    return UnsupportedTemplateError(
        f"the template {job.source} renders no answers file, so what it writes could never be updated",
        hint="add a file named '{{ _copier_conf.answers_file }}.jinja' holding '{{ _copier_answers|to_nice_yaml }}'",
    )


def _refuse_lost_answers(job: RenderJob, answers: Mapping[str, Any], questions: Mapping[str, Any]) -> None:
    """Refuse answers that Copier drops without a word: unknown, hidden, no longer valid, not among the choices."""
    for name, given in job.data.items():
        if name not in questions:
            import difflib

            near = difflib.get_close_matches(name, questions, n=1)
            raise AnswerError(
                f"the template has no question {name!r}",
                hint=f"did you mean {near[0]!r}?" if near else f"its questions: {', '.join(questions)}",
            )
        if name not in answers:
            raise AnswerError(
                f"question {name!r} isn't asked with these answers, so its answer would be forgotten",
                hint="change the answers that it depends on too",
            )
        if questions[name].get("multiselect"):
            _refuse_unknown_choices(name, given, answers[name])
        # Copier takes any other word for yes.
        if questions[name].get("type") == "bool" and isinstance(given, str) and not _TRUTH.fullmatch(given.strip()):
            raise AnswerError(f"the answer to {name!r} must be yes or no, not {given!r}")
    if job.asking == "nothing":
        for name, recorded in (job.recorded or {}).items():
            if (
                name in answers
                and name not in (*job.data, "_commit", "_src_path")
                and not _same_answer(recorded, answers[name])
            ):
                by_hand = (job.recorded or {}).get("_commit") == job.version
                raise AnswerError(
                    f"the recorded answer {recorded!r} to question {name!r} is not accepted by version {job.version}",
                    hint=f"correct it in {job.answers_file}" if by_hand else f"give another one: -d {name}=VALUE",
                )


def _same_answer(recorded: object, taken: object) -> bool:
    """Whether Copier took a recorded answer, perhaps cast to the question's type or put in the choices' order."""
    if isinstance(recorded, list) and isinstance(taken, list):
        return sorted(map(str, recorded)) == sorted(map(str, taken))
    return recorded == taken or str(recorded) == str(taken)


def _refuse_unknown_choices(name: str, given: object, taken: list[Any]) -> None:
    items = load_value(given) if isinstance(given, str) else given
    if not isinstance(items, list):
        raise AnswerError(f"the answer to {name!r} must be a list", hint=f"for example: -d {name}='[one, two]'")
    unknown = [str(item) for item in items if str(item) not in {str(choice) for choice in taken}]
    if unknown:
        raise AnswerError(f"invalid choice for {name!r}: {', '.join(unknown)}", hint="see the template's copier.yml")
