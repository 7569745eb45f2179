"""Values whose text Python makes of their place in memory.

In a template they can be used, but not printed.

A method, a function, a cycler and what a filter yields bit by bit would be printed as `<… at
0x7f3a…>`, which is another text in each run. Here each is put behind a value that does the same and
refuses to become a text. Must not import Copier.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, Final, NoReturn

from jinja2.runtime import BlockReference, LoopContext
from jinja2.utils import Cycler, Joiner

_CALLABLES: Final = (BlockReference, BuiltinFunctionType, FunctionType, MethodType)

_MARK: Final = "is_printless"

Refuse = Callable[[str], NoReturn]


class Unprintable:
    """A value that has no text: `refuse` raises the error for what it is."""

    refuse: Refuse
    what: str

    def __repr__(self) -> str:
        """Refuse, whoever asks: `str`, `format` and `%` come here too."""
        return self.refuse(f"the text of {self.what}")


class Function(Unprintable):
    """A function or a method, to be called only."""

    what = "a function"

    def __init__(self, function: Callable[..., Any], refuse: Refuse) -> None:
        self.function = function
        self.refuse = refuse

    def __call__(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - the function's
        """Call it, as filters do; expressions call what is behind it."""
        return self.function(*arguments, **named)


class Items(Unprintable):
    """What a filter yields one by one."""

    what = "an unfinished list (put `|list` behind it)"

    def __init__(self, items: Iterator[Any], refuse: Refuse) -> None:
        self.items = items
        self.refuse = refuse

    def __iter__(self) -> Iterator[Any]:
        """Return itself: it is read once."""
        return self

    def __next__(self) -> Any:  # noqa: ANN401 - an item
        """Return the next item. Raises StopIteration."""
        return next(self.items)


class PrintlessCycler(Unprintable, Cycler):
    """Jinja's cycler."""

    what = "a cycler"


class PrintlessJoiner(Unprintable, Joiner):
    """Jinja's joiner."""

    what = "a joiner"


def without_text(value: object, refuse: Refuse) -> object:
    """Return a value, or what stands for it when its text would be a place in memory."""
    if isinstance(value, _CALLABLES):
        return Function(value, refuse)
    if isinstance(value, Iterator) and not isinstance(value, LoopContext | Items):
        return Items(value, refuse)
    return value


def printless(function: Callable[..., Any], refuse: Refuse) -> Callable[..., Any]:
    """Return a function that returns what another does, without a text that it may not have.

    Once is enough.
    """
    if hasattr(function, _MARK):
        return function

    @wraps(function)
    def called(*arguments: object, **named: object) -> object:
        return without_text(function(*arguments, **named), refuse)

    setattr(called, _MARK, True)
    return called
