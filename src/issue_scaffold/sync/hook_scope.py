"""Whether a `.pre-commit-config.yaml` keeps the template's hooks from seeing the template's files.

The entries themselves are compared elsewhere; this is about what the config says of all hooks at
once.
"""

from collections.abc import Callable, Iterator, Sequence

from issue_scaffold.sync.precommit_reading import (
    Filter,
    HookTypes,
    Scope,
    read_precommit,
    read_scope,
)
from issue_scaffold.text.by_meaning import Difference, NotUnderstoodError

Search = Callable[[str, Sequence[str]], list[str] | None]


def scope_differences(
    rendered: str, ours: str, managed: Sequence[str], search: Search
) -> tuple[Difference, ...]:
    """Return what leaves the template's files, or its hooks, out of every run.

    `managed` are the template's files; `search` returns those that a pattern is found in, or None
    when the pattern can't be judged, which counts against it. A config that isn't understood has no
    differences here.
    """
    try:
        hooks = {hook.id for entry in read_precommit(rendered).entries for hook in entry.hooks}
        scope = read_scope(ours)
    except NotUnderstoodError:
        return ()
    if not hooks:
        return ()
    differences = [_difference(one, managed, search) for one in scope.filters]
    found = [difference for difference in differences if difference is not None]
    found += list(_skipped(scope, hooks))
    found += list(_not_installed(scope.hook_types))
    return tuple(found)


def _difference(one: Filter, managed: Sequence[str], search: Search) -> Difference | None:
    matched = search(one.pattern.value, managed)
    if matched is None:
        message = (
            f"the pattern of `{one.key}` can't be judged; expected one that is quickly matched"
        )
    elif one.key == "exclude" and matched:
        message = f"`exclude` keeps {_some(matched)} from every hook, the template's too"
    elif one.key == "files" and len(matched) < len(managed):
        left_out = [path for path in managed if path not in matched]
        message = f"`files` keeps {_some(left_out)} from every hook, the template's too"
    else:
        return None
    state = ((one.key, one.pattern.value),)
    return Difference(message, one.pattern.line, one.pattern.column, one.key, state)


def _some(paths: Sequence[str]) -> str:
    if len(paths) == 1:
        return paths[0]
    return f"{paths[0]} and {len(paths) - 1} more"


def _skipped(scope: Scope, hooks: set[str]) -> Iterator[Difference]:
    known = {hook: hook for hook in hooks} | {
        alias: hook for alias, hook in scope.aliases if hook in hooks
    }
    for name in scope.skipped:
        if name.value in known:
            hook = known[name.value]
            message = f"`ci: skip` leaves out the template's hook '{hook}'"
            state = ((f"ci: skip {name.value}", name.value),)
            yield Difference(message, name.line, name.column, hook, state)


def _not_installed(types: HookTypes | None) -> Iterator[Difference]:
    """Yield a difference where `pre-commit install` sets up no `pre-commit` hook."""
    if types is not None and "pre-commit" not in types.names:
        message = (
            "`default_install_hook_types` leaves out pre-commit, so that a commit runs no hook"
        )
        key = "default_install_hook_types"
        state = ((key, ", ".join(types.names)),)
        yield Difference(message, types.line, types.column, key, state)
