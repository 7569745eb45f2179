"""The errors that users see: one root, and the exit code that each kind of failure ends with.

Every layer may raise these; only `cli/` turns them into text and an exit status.
"""

from typing import ClassVar, Final, NamedTuple

EXIT_OK: Final = 0
EXIT_FINDINGS: Final = 1
EXIT_USAGE: Final = 2
EXIT_FAILURE: Final = 3
# What was begun can be gone on with: EX_TEMPFAIL of sysexits.h.
EXIT_RESUMABLE: Final = 75
EXIT_INTERRUPTED: Final = 130


class ScaffoldError(Exception):
    """Something could not be done: what is wrong, and what to do next.

    `message` says what is wrong and where, `hint` what to do; both are plain sentences without a
    trailing newline.
    """

    exit_code: ClassVar[int] = EXIT_FAILURE

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process, hint included."""
        return (_rebuild, (type(self), self.message, self.hint))


def _rebuild(kind: type[ScaffoldError], message: str, hint: str | None) -> ScaffoldError:
    return kind(message, hint=hint)


class UsageError(ScaffoldError):
    """The call means nothing here: wrong option value, target not (or already) initialised."""

    exit_code = EXIT_USAGE


class ConflictError(ScaffoldError):
    """Nothing was written, because files stand in the way."""

    exit_code = EXIT_FINDINGS


class AnswerError(UsageError):
    """An answer doesn't fit its question, whose name is `question` where that is known."""

    def __init__(
        self, message: str, *, hint: str | None = None, question: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.question = question


class TemplatePlace(NamedTuple):
    """A file of a template, by its path in it, and a line of that file, counted from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        """Return what messages say."""
        return f"{self.path}:{self.line}"


class TemplateError(ScaffoldError):
    """A template can't be reached, read or rendered; `place` says where in it, if that is known."""

    def __init__(
        self, message: str, *, hint: str | None = None, place: TemplatePlace | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.place = place


class BrokenYamlError(TemplateError):
    """A template makes a text that stops being YAML.

    `problem` says what is wrong there, `line` where in the `text`, counted from 1.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        problem: str = "a syntax error",
        line: int = 1,
        text: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.problem = problem
        self.line = line
        self.text = text


class UnsupportedTemplateError(UsageError):
    """A template wants what this tool never runs: tasks, migrations, Jinja extensions."""


def reason_of(error: OSError) -> str:
    """Return why the system refused something, as the end of a sentence."""
    return (error.strerror or str(error)).lower()


def unexpected(error: BaseException) -> str:
    """Return what is said of an error that nobody foresaw, in one line."""
    first_line = next(iter(str(error).splitlines()), "")
    return f"unexpected {type(error).__name__}: {first_line}"
