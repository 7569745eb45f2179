"""Jinja without the world: the environment in which every template of ours and of others is run.

A template computes from its answers; it learns nothing of the machine, the clock, chance or the environment. So
whatever Jinja, Copier and Copier's Ansible filters offer is classified here, and only what is a function of its
arguments is let through: an unknown name is refused until somebody has read it. Must not import Copier.

Sources: https://jinja.palletsprojects.com/en/stable/templates/#builtin-filters,
https://copier.readthedocs.io/en/stable/creating/ and the source of `jinja2_ansible_filters`.
"""

import datetime as dt
import posixpath
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Any, ClassVar, Final

from jinja2 import StrictUndefined, TemplateRuntimeError, Undefined, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, TemplateReference
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace

# Functions of their arguments.
PURE_FILTERS: Final = frozenset(
    {
        # Jinja's own: texts, numbers, lists, mappings, markup.
        *("abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape"),
        *("filesizeformat", "first", "float", "forceescape", "format", "groupby", "indent", "int", "items", "join"),
        *("last", "length", "list", "lower", "map", "max", "min", "pprint", "reject", "rejectattr", "replace"),
        *("reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string", "striptags", "sum", "title"),
        *("tojson", "trim", "truncate", "unique", "upper", "urlencode", "urlize", "wordcount", "wordwrap", "xmlattr"),
        # Ansible's: formats, base64, digests, regular expressions (whose time is limited), shell quotes, comments.
        *("ans_groupby", "b64decode", "b64encode", "bool", "checksum", "combine", "comment", "extract", "flatten"),
        *("from_json", "from_yaml", "from_yaml_all", "hash", "mandatory", "md5", "quote", "regex_escape"),
        *("regex_findall", "regex_replace", "regex_search", "sha1", "subelements", "ternary", "to_datetime"),
        *("to_json", "to_nice_json", "to_nice_yaml", "to_yaml", "type_debug"),
        # Names a text by a digest of it (UUID version 5).
        "to_uuid",
        # Windows' rules for a path, wherever it runs; looks at no file.
        *("win_basename", "win_dirname", "win_splitdrive"),
    }
)
REFUSED_FILTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "expanduser": "reads the home folder's place",
        "expandvars": "reads environment variables",
        "fileglob": "lists files of the machine",
        "random": "gives something else each time",
        "realpath": "looks at files of the machine",
        "relpath": "reads the working directory",
    }
)
PURE_GLOBALS: Final = frozenset({"cycler", "dict", "joiner", "namespace", "range"})
REFUSED_GLOBALS: Final[Mapping[str, str]] = MappingProxyType({"lipsum": "gives another text each time"})
# Every test looks at its arguments alone.
PURE_TESTS: Final = frozenset(
    {
        *("!=", "<", "<=", "==", ">", ">=", "boolean", "callable", "defined", "divisibleby", "eq", "equalto"),
        *("escaped", "even", "false", "filter", "float", "ge", "greaterthan", "gt", "in", "integer", "iterable"),
        *("le", "lessthan", "lower", "lt", "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string"),
        *("test", "true", "undefined", "upper"),
    }
)
# What Copier puts beside the answers: https://copier.readthedocs.io/en/stable/creating/#variables
PURE_VARIABLES: Final = frozenset(
    {"_commit", "_copier_answers", "_copier_conf", "_copier_operation", "_copier_phase", "_folder_name", "_src_path"}
)
REFUSED_VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "_copier_python": "is a path of this machine",
        "_external_data": "reads another file",
        "make_secret": "gives something else each time",
        "now": "reads the clock",
    }
)
# Parts of `_copier_conf`: the same in every rendering, or what was asked for.
PURE_SETTINGS: Final = frozenset(
    {
        *("answers_file", "cleanup_on_error", "conflict", "context_lines", "dst_path", "exclude", "overwrite"),
        *("pretend", "quiet", "sep", "skip_if_exists", "skip_tasks", "unsafe", "use_prereleases", "vcs_ref"),
        "vcs_ref_hash",
    }
)
REFUSED_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "data": "tells how this run was started",
        "defaults": "tells how this run was started",
        "os": "tells which system this machine has",
        "settings": "are the user's",
        "skip_answered": "tells how this run was started",
        "src_path": "is a path of this machine",
        "user_defaults": "tells how this run was started",
    }
)
# Attributes of values that have a clock, or a way to the file system, among their others.
_DATES: Final = frozenset(
    {
        *("astimezone", "combine", "ctime", "date", "day", "dst", "fold", "fromisocalendar", "fromisoformat"),
        *("fromordinal", "hour", "isocalendar", "isoformat", "isoweekday", "max", "microsecond", "min", "minute"),
        *("month", "replace", "resolution", "second", "strftime", "strptime", "time", "timestamp", "timetuple"),
        *("timetz", "toordinal", "tzinfo", "tzname", "utcoffset", "utctimetuple", "weekday", "year"),
    }
)
_PATHS: Final = frozenset(
    {
        *("anchor", "as_posix", "as_uri", "drive", "is_absolute", "is_relative_to", "joinpath", "match", "name"),
        *("parent", "parents", "parts", "relative_to", "root", "stem", "suffix", "suffixes", "with_name"),
        *("with_stem", "with_suffix"),
    }
)
_LIMITED: Final = (
    ((dt.date, dt.time, dt.tzinfo), _DATES),
    ((PurePath,), _PATHS),
)
# Values whose attributes all are functions of the value, Jinja's own rule about underscores aside.
_PLAIN: Final[tuple[type, ...]] = (
    *(str, bytes, bool, int, float, complex, list, tuple, dict, set, frozenset, range, type(None)),
    *(type({}.keys()), type({}.values()), type({}.items()), dt.timedelta),
    *(Undefined, LoopContext, Macro, TemplateReference, BlockReference, TemplateModule, Cycler, Joiner, Namespace),
)


class RefusedError(TemplateRuntimeError):
    """A template used what is no function of its answers; `what` names it, `why` says what is wrong with it.

    Copier drops some errors on its way, so `raised` keeps them until they are taken.
    """

    raised: ClassVar[list["RefusedError"]] = []

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message)
        self.raised.append(self)


def _refuse(what: str, why: str) -> Callable[..., Any]:
    # With the context asked for, Jinja doesn't try the call while it compiles, which may be of a branch never taken.
    @pass_context
    def refused(*_: object, **__: object) -> None:
        raise RefusedError(_message(what, why))

    return refused


def _message(what: str, why: str) -> str:
    return f"it uses {what}, which {why}"


@pass_context
def _strftime(_: Context, string_format: str, second: object = None) -> str:
    if second is None:
        raise RefusedError(_message("the filter 'strftime' without a time", "reads the clock"))
    return time.strftime(string_format, time.gmtime(int(str(second))))


def _with_seed(name: str, place: int) -> Callable[..., Any]:
    """Return Ansible's filter of that name, usable with a seed alone: its `place`th argument, counted from 0."""
    from jinja2_ansible_filters.core_filters import FilterModule  # type: ignore[import-untyped]

    original: Callable[..., Any] = FilterModule().filters()[name]

    @pass_context
    def seeded(context: Context, value: object, *arguments: object, **named: object) -> object:
        seed = arguments[place] if len(arguments) > place else named.get("seed")
        # Ansible takes 0 and an empty text for no seed.
        if not seed:
            raise RefusedError(_message(f"the filter {name!r} without a seed", "gives something else each time"))
        first = (context.environment,) if name == "ans_random" else ()
        return original(*first, value, *arguments, **named)

    return seeded


def _on_texts(function: Callable[[str], Any]) -> Callable[[object], Any]:
    return lambda value: function(str(value))


def _pathjoin(*path: str, mode: str = "posix") -> str:
    # "native" is this machine's; the same everywhere is what a rendering needs.
    return str(PureWindowsPath(*path) if mode == "windows" else PurePosixPath(*path))


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
REPLACED_GLOBALS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType({"pathjoin": _pathjoin})


class CopierConf(dict[str, Any]):
    """`_copier_conf` for a rendering: what is the same everywhere; what isn't raises RefusedError when it is used."""

    def __missing__(self, name: str) -> object:
        """Refuse what Copier has beside what is given; what it has not is as undefined as ever."""
        if name in REFUSED_SETTINGS:
            raise RefusedError(_message(f"'_copier_conf.{name}'", REFUSED_SETTINGS[name]))
        raise KeyError(name)


def copier_conf(*, answers_file: str, folder_name: str, version: str, commit: str | None) -> CopierConf:
    """Return `_copier_conf` for a rendering of a version into a folder of that name."""
    return CopierConf(
        answers_file=PurePosixPath(answers_file),
        cleanup_on_error=True,
        conflict="inline",
        context_lines=3,
        dst_path=PurePosixPath(folder_name),
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

    def compile(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """Compile a template, after looking at what was added to the environment since."""
        self._seal()
        return super().compile(*arguments, **named)

    def _seal(self) -> None:
        _seal(self.filters, PURE_FILTERS, REPLACED_FILTERS, REFUSED_FILTERS, "the filter")
        _seal(self.tests, PURE_TESTS, {}, {}, "the test")
        _seal(self.globals, PURE_GLOBALS, REPLACED_GLOBALS, REFUSED_GLOBALS, "the function")

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Whether a template may read an attribute: of plain values any, of others those that are listed."""
        if not super().is_safe_attribute(obj, attr, value):
            return False
        for kinds, names in _LIMITED:
            if isinstance(obj, kinds):
                return attr in names
        return obj is dict or isinstance(obj, _PLAIN)

    def unsafe_undefined(self, obj: object, attribute: str) -> Undefined:
        """Return what raises when it is used, for an attribute that no template may read."""
        what = f"the attribute {attribute!r} of a {type(obj).__name__!r}"
        return StrictUndefined(_message(what, "no template may read"), obj=obj, name=attribute, exc=RefusedError)


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


def template_place(error: BaseException, root: str) -> str | None:
    """Return `FILE:LINE` of the template's line that an error comes from, below `root`; None if no file is known."""
    place = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = frame.f_code.co_filename
        if path.startswith(root) and "__jinja_exception__" in frame.f_globals:
            place = f"{PurePath(path).relative_to(root).as_posix()}:{line}"
    return place


def causes(error: BaseException) -> Iterable[BaseException]:
    """Yield an error and what it was raised from."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__
