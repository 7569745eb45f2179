"""YAML text to plain values: the one place where values are made of YAML.

What a text asks for is counted before any value is made: levels, values after aliases are written
out, digits of a number. Building them first and counting then is what a bomb of aliases waits for.
Places of values are yaml_nodes'.
"""

from collections.abc import Callable
from typing import Any, Final

import yaml

from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.limits import MAX_DEPTH, MAX_NODES, MAX_NUMBER

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER: Final = late_pattern(r"[-+.0-9][-+.0-9A-Za-z_:]*")
_NUMBER_TAGS: Final = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
# What PyYAML's constructors raise besides its own errors, for `!!timestamp x`, `!!bool x`, `!!int
# ""` or 2024-99-99.
_CONSTRUCTORS: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)


class YamlValueError(ValueError):
    """A text isn't YAML, or asks for more than is read.

    `line` and `column` count from 1, 0 where nobody can say.
    """

    def __init__(self, problem: str, line: int = 0, column: int = 0) -> None:
        super().__init__(f"{line}:{column}: {problem}" if line else problem)
        self.problem = problem
        self.line = line
        self.column = column


def load_value(text: str | bytes) -> Any:  # noqa: ANN401 - whatever the text says
    """Return the value of a text's only document, None for an empty one. Raises YamlValueError."""
    refuse_excess(text)
    # The loader is one of the safe ones.
    return _translating(lambda: yaml.load(text, Loader=_LOADER))  # noqa: S506


def load_mapping(text: str | bytes, *, what: str) -> dict[str, Any]:
    """Return a text's value, a mapping whose keys are texts.

    Raises YamlValueError; `what` names what is mapped.
    """
    value = load_value(text)
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise YamlValueError(f"it holds no mapping of {what} by name")
    return value


def refuse_excess(text: str | bytes) -> None:
    """Raise YamlValueError for a text that isn't YAML, or asks for more than is read."""
    _translating(lambda: _Budget().spend(_LOADER(text)))


def _translating(read: Callable[[], Any]) -> Any:  # noqa: ANN401 - what `read` returns
    try:
        return read()
    except YamlValueError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise YamlValueError(f"not valid YAML: {_words(error)}", line, column) from error
    except yaml.YAMLError as error:
        raise YamlValueError(f"not valid YAML: {' '.join(str(error).split())}") from error
    except _CONSTRUCTORS as error:
        raise YamlValueError(
            f"a value that is none of its type: {' '.join(str(error).split())}"
        ) from error


def _words(error: yaml.MarkedYAMLError) -> str:
    """Return what the parser says; some of its sentences begin in the context."""
    problem = error.problem or error.context or "a syntax error"
    if problem.startswith("but ") and error.context:
        return f"{error.context} {problem}"
    return problem


class _Collection:
    """A collection that is being read: its anchor, and its size with aliases written out."""

    __slots__ = ("anchor", "size")

    def __init__(self, anchor: str | None) -> None:
        self.anchor = anchor
        self.size = 1


class _Budget:
    """What a text has asked for so far."""

    def __init__(self) -> None:
        self.root = _Collection(None)
        self.open = [self.root]
        self.sizes: dict[str, int] = {}

    def spend(self, parser: Any) -> None:  # noqa: ANN401 - C and pure parser share no type
        """Read a parser's events to the end. Raises YamlValueError where they ask for too much."""
        get = parser.get_event
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._begin,
            yaml.MappingStartEvent: self._begin,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
        }
        while type(event := get()) is not yaml.StreamEndEvent:
            handler = handlers.get(type(event))
            if handler is not None:
                handler(event)

    def _scalar(self, event: Any) -> None:  # noqa: ANN401 - PyYAML's events are untyped
        if len(event.value) > MAX_NUMBER and _is_number(event):
            raise _excess(event, f"a number of more than {MAX_NUMBER:,} signs")
        if event.anchor:
            self.sizes[event.anchor] = 1
        self._add(event, 1)

    def _alias(self, event: Any) -> None:  # noqa: ANN401
        if (
            any(collection.anchor == event.anchor for collection in self.open)
            and event.anchor not in self.sizes
        ):
            raise _excess(event, f"`*{event.anchor}` stands within what it stands for")
        self._add(event, self.sizes.get(event.anchor, 1))

    def _begin(self, event: Any) -> None:  # noqa: ANN401
        if len(self.open) > MAX_DEPTH:
            raise _excess(event, f"nested deeper than {MAX_DEPTH} levels")
        if event.anchor:
            self.sizes.pop(event.anchor, None)
        self.open.append(_Collection(event.anchor))

    def _end(self, event: Any) -> None:  # noqa: ANN401
        done = self.open.pop()
        if done.anchor:
            self.sizes[done.anchor] = done.size
        self._add(event, done.size)

    def _add(self, event: Any, size: int) -> None:  # noqa: ANN401
        self.open[-1].size += size
        if self.open[-1].size > MAX_NODES:
            raise _excess(event, f"more than {MAX_NODES:,} values, with what its aliases stand for")


def _is_number(event: Any) -> bool:  # noqa: ANN401
    if event.tag in _NUMBER_TAGS:
        return True
    return bool(event.implicit[0]) and _NUMBER.fullmatch(event.value) is not None


def _excess(event: Any, problem: str) -> YamlValueError:  # noqa: ANN401
    return YamlValueError(problem, event.start_mark.line + 1, event.start_mark.column + 1)
