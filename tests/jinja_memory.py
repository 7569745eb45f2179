"""Jinja's compiler, remembering: the same text in the same kind of environment is compiled once a process.

Copier compiles each part of each path of a template anew, some 300 times a rendering, and the tests render thousands of
times. Texts are parsed as ever. Only the making of code from what was parsed is spared, which depends on nothing
else; all of Copier runs as ever.
"""

from collections.abc import Callable
from typing import Any

import jinja2
import pytest
from jinja2 import lexer

Compile = Callable[..., Any]


def remember_compilations(patch: pytest.MonkeyPatch) -> None:
    """Replace `Environment.compile` until the patch is undone."""
    compile_anew: Compile = jinja2.Environment.compile
    known: dict[tuple[object, ...], Any] = {}

    def compile_once(
        environment: jinja2.Environment,
        source: Any,  # noqa: ANN401 - Jinja's signature
        name: str | None = None,
        filename: str | None = None,
        raw: bool = False,  # noqa: FBT002 - as it is called
        defer_init: bool = False,  # noqa: FBT002
    ) -> Any:  # noqa: ANN401
        if raw or not isinstance(source, str):
            return compile_anew(environment, source, name, filename, raw, defer_init)
        key = (source, name, filename, defer_init, *_kind(environment))
        if key in known:
            environment.parse(source, name, filename)  # extensions keep state, Copier's own among them
        else:
            known[key] = compile_anew(environment, source, name, filename, raw, defer_init)
        return known[key]

    patch.setattr(jinja2.Environment, "compile", compile_once)


def _kind(environment: jinja2.Environment) -> tuple[object, ...]:
    """Return everything of an environment that compiling looks at; a lexer stands for its settings."""
    return (
        type(environment),
        lexer.get_lexer(environment),
        environment.optimized,
        environment.autoescape,
        tuple(environment.extensions),
        frozenset(environment.filters),
        frozenset(environment.tests),
    )
