"""Jinja without the world: the environment in which every template of ours and of others is run.

A template computes from its answers; it learns nothing of the machine, the clock, chance or the
environment. `template_vocabulary` says what is a function of its arguments; nothing else is let
through. Must not import Copier.
"""

import datetime as dt
import posixpath
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Any, ClassVar, Final, NoReturn

from jinja2 import StrictUndefined, TemplateRuntimeError, Undefined, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace

from issue_scaffold.errors import TemplatePlace
from issue_scaffold.template.sealed_values import (
    Function,
    PrintlessCycler,
    PrintlessJoiner,
    printless,
    without_text,
)
from issue_scaffold.template.vocabulary import (
    PURE_FILTERS,
    PURE_GLOBALS,
    PURE_TESTS,
    PURE_VARIABLES,
    REFUSED_FILTERS,
    REFUSED_GLOBALS,
    REFUSED_SETTINGS,
    REFUSED_VARIABLES,
    names,
)

# Attributes of values that have a clock, or a way to the file system, among their others.
_DATES: Final = names(
    "astimezone combine ctime date day dst fold fromisocalendar fromisoformat fromordinal hour "
    "isocalendar isoformat isoweekday max microsecond min minute month replace resolution second "
    "strftime strptime time timestamp timetuple timetz toordinal tzinfo tzname utcoffset "
    "utctimetuple weekday year"
)
_PATHS: Final = names(
    "anchor as_posix as_uri drive is_absolute is_relative_to joinpath match name parent parents "
    "parts relative_to root stem suffix suffixes with_name with_stem with_suffix"
)
_LIMITED: Final = (
    ((dt.date, dt.time, dt.tzinfo), _DATES),
    ((PurePath,), _PATHS),
)
# Values whose attributes all are functions of the value, Jinja's own rule about underscores aside.
_PLAIN: Final[tuple[type, ...]] = (
    *(str, bytes, bool, int, float, complex, list, tuple, dict, set, frozenset, range, type(None)),
    *(type({}.keys()), type({}.values()), type({}.items()), dt.timedelta),
    *(
        Undefined,
        LoopContext,
        Macro,
        TemplateReference,
        BlockReference,
        TemplateModule,
        Cycler,
        Joiner,
        Namespace,
    ),
)


class RefusedError(TemplateRuntimeError):
    """A template used what is no function of its answers.

    The message names it, and says what is wrong with it.

    Copier drops some errors on its way, so `raised` keeps them until they are taken.
    """

    raised: ClassVar[list["RefusedError"]] = []

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message)
        self.raised.append(self)


def _refuse(what: str, why: str) -> Callable[..., Any]:
    # With the context asked for, Jinja doesn't try the call while it compiles, which may be of a
    # branch never taken.
    @pass_context
    def refused(*_: object, **__: object) -> None:
        raise RefusedError(_message(what, why))

    return refused


def _message(what: str, why: str) -> str:
    return f"it uses {what}, which {why}"


def _refuse_text(what: str) -> NoReturn:
    raise RefusedError(_message(what, "is another one in each run"))


class _Cycler(PrintlessCycler):
    refuse = staticmethod(_refuse_text)


class _Joiner(PrintlessJoiner):
    refuse = staticmethod(_refuse_text)


@pass_context
def _strftime(_: Context, string_format: str, second: object = None) -> str:
    if second is None:
        raise RefusedError(_message("the filter 'strftime' without a time", "reads the clock"))
    return time.strftime(string_format, time.gmtime(int(str(second))))


def _with_seed(name: str, place: int) -> Callable[..., Any]:
    """Return Ansible's filter of that name, usable with a seed alone.

    The seed is its `place`th argument, counted from 0.
    """
    from jinja2_ansible_filters.core_filters import FilterModule  # type: ignore[import-untyped]

    original: Callable[..., Any] = FilterModule().filters()[name]

    @pass_context
    def seeded(context: Context, value: object, *arguments: object, **named: object) -> object:
        seed = arguments[place] if len(arguments) > place else named.get("seed")
        # Ansible takes 0 and an empty text for no seed.
        if not seed:
            raise RefusedError(
                _message(f"the filter {name!r} without a seed", "gives something else each time")
            )
        if name == "ans_random":
            return original(context.environment, value, *arguments, **named)
        return original(value, *arguments, **named)

    return seeded


def _on_texts(function: Callable[[str], Any]) -> Callable[[object], Any]:
    return lambda value: function(str(value))


def _pathjoin(*path: str, mode: str = "posix") -> str:
    # "native" is this machine's; the same everywhere is what a rendering needs.
    if mode == "windows":
        return str(PureWindowsPath(*path))
    return str(PurePosixPath(*path))


# Ours in place of theirs: the same for the same arguments on every machine.
REPLACED_FILTERS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "ans_random": _with_seed("ans_random", 2),
        "basename": _on_texts(posixpath.basename),
        "dirname": _on_texts(posixpath.dirname),
        "random_mac": _with_seed("random_mac", 0),
        "shuffle": _with_seed("shuffle", 0),
        "splitext": _on_texts(posixpath.splitext),
        "strftime": _strftime,
    }
)
REPLACED_GLOBALS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {"cycler": _Cycler, "joiner": _Joiner, "pathjoin": _pathjoin}
)


class CopierConf(dict[str, Any]):
    """`_copier_conf` for a rendering: what is the same everywhere.

    What isn't raises RefusedError when it is used.

    The folder's name alone is another thing for each target, so it is noted when a template asks
    for it.
    """

    def __init__(self, folder_name: str, **settings: object) -> None:
        super().__init__(settings)
        # A template can't read what begins with an underscore.
        self._folder_name = folder_name
        self._uses_folder = False

    def __missing__(self, name: str) -> object:
        """Return the target's folder, and refuse what isn't given.

        What Copier has not is as undefined as ever.
        """
        if name == "dst_path":
            self._uses_folder = True
            return PurePosixPath(self._folder_name)
        if name in REFUSED_SETTINGS:
            raise RefusedError(_message(f"'_copier_conf.{name}'", REFUSED_SETTINGS[name]))
        raise KeyError(name)


def uses_folder(environment: "SealedEnvironment") -> bool:
    """Return whether a template asked for the name of the target's folder.

    `environment` is what it was run in.
    """
    conf = environment.given.get("_copier_conf")
    if isinstance(conf, CopierConf) and conf._uses_folder:  # noqa: SLF001 - ours
        return True
    return environment.folder_name_asked


def copier_conf(
    *, answers_file: str, folder_name: str, version: str, commit: str | None
) -> CopierConf:
    """Return `_copier_conf` for a rendering of a version into a folder of that name."""
    return CopierConf(
        folder_name,
        answers_file=PurePosixPath(answers_file),
        cleanup_on_error=True,
        conflict="inline",
        context_lines=3,
        exclude=(),
        overwrite=True,
        pretend=False,
        quiet=True,
        sep="/",
        skip_if_exists=(),
        skip_tasks=False,
        unsafe=False,
        use_prereleases=False,
        vcs_ref=version,
        vcs_ref_hash=commit,
    )


class SealedContext(Context):
    """Variables of a template: answers, and what is classified above."""

    def __init__(
        self,
        environment: "SealedEnvironment",
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Any],
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's signature
    ) -> None:
        sealed = {
            variable: _variable(environment, variable, value)
            for variable, value in parent.items()
            if variable.startswith("_") or callable(value)
        }
        super().__init__(environment, parent | sealed, name, blocks, globals)

    def resolve_or_missing(self, key: str) -> Any:  # noqa: ANN401 - Jinja's signature
        """Return a variable, noting when it is the one that differs from target to target."""
        if key == "_folder_name" and isinstance(self.environment, SealedEnvironment):
            self.environment.folder_name_asked = True
        return super().resolve_or_missing(key)

    def super(self, name: str, current: Callable[..., Any]) -> Any:  # noqa: ANN401 - Jinja's
        """Return the parent's block, to be called."""
        return without_text(super().super(name, current), _refuse_text)


def _variable(environment: "SealedEnvironment", name: str, value: object) -> object:
    if name in environment.given:
        return environment.given[name]
    if name in environment.globals or (isinstance(value, _PLAIN) and not name.startswith("_")):
        return value
    if name == "_copier_phase":
        return str(value)
    if name in PURE_VARIABLES and not callable(value):
        return value
    why = REFUSED_VARIABLES.get(name, "nobody has read yet")
    return StrictUndefined(_message(f"the variable {name!r}", why), name=name, exc=RefusedError)


class SealedEnvironment(SandboxedEnvironment):
    """Jinja's sandbox without what isn't a function of its arguments.

    `given` are values that take the place of Copier's own variables.
    """

    context_class = SealedContext
    given: Mapping[str, object] = MappingProxyType({})
    folder_name_asked = False

    def compile(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """Compile a template, after looking at what was added to the environment since."""
        self._seal()
        return super().compile(*arguments, **named)

    def _seal(self) -> None:
        _seal(self.filters, PURE_FILTERS, REPLACED_FILTERS, REFUSED_FILTERS, "the filter")
        _seal(self.tests, PURE_TESTS, {}, {}, "the test")
        _seal(self.globals, PURE_GLOBALS, REPLACED_GLOBALS, REFUSED_GLOBALS, "the function")
        self.filters.update(
            {name: printless(filter_, _refuse_text) for name, filter_ in self.filters.items()}
        )
        self.globals.update(
            {name: without_text(value, _refuse_text) for name, value in self.globals.items()}
        )

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - Jinja's signature
        """Return an attribute; a method has no text."""
        return without_text(super().getattr(obj, attribute), _refuse_text)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """Return an item, or an attribute as `getattr` does."""
        return without_text(super().getitem(obj, argument), _refuse_text)

    def call(
        self,
        context: Context,
        obj: Any,  # noqa: ANN401 - Jinja's signature
        /,
        *arguments: Any,  # noqa: ANN401 - same
        **named: Any,  # noqa: ANN401 - same
    ) -> Any:  # noqa: ANN401 - same
        """Call what a template may call: what stands behind a function's place."""
        if isinstance(obj, Function):
            obj = obj.function
        return super().call(context, obj, *arguments, **named)

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Whether a template may read an attribute: of plain values any, of others those listed."""
        if not super().is_safe_attribute(obj, attr, value):
            return False
        for kinds, readable in _LIMITED:
            if isinstance(obj, kinds):
                return attr in readable
        return obj is dict or isinstance(obj, _PLAIN)

    def unsafe_undefined(self, obj: object, attribute: str) -> Undefined:
        """Return what raises when it is used, for an attribute that no template may read."""
        what = f"the attribute {attribute!r} of a {type(obj).__name__!r}"
        return StrictUndefined(
            _message(what, "no template may read"), obj=obj, name=attribute, exc=RefusedError
        )


def _seal(
    table: MutableMapping[str, Any],
    pure: frozenset[str],
    replaced: Mapping[str, Callable[..., Any]],
    refused: Mapping[str, str],
    kind: str,
) -> None:
    for name in table.keys() - pure:
        if name in replaced:
            table[name] = replaced[name]
        elif not getattr(table[name], "is_refusal", False):
            table[name] = _refuse(f"{kind} {name!r}", refused.get(name, "nobody has read yet"))
            table[name].is_refusal = True


def template_place(error: BaseException, root: str) -> TemplatePlace | None:
    """Return the template's line, below `root`, that an error comes from; None if none is known."""
    place = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if path.startswith(root) and "__jinja_exception__" in frame.f_globals:
            place = TemplatePlace(PurePath(path).relative_to(root).as_posix(), line)
    return place


def causes(error: BaseException) -> Iterable[BaseException]:
    """Yield an error and what it was raised from."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
