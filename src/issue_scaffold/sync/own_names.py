"""Installing no template beside one of the repository's own that has the same name.

Of two with one name in a folder, forges show one at most. Comparing is all that is done here; that
the template's file isn't there is accepted by `renewal`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from issue_scaffold.forge.documents import load
from issue_scaffold.forge.issue_form import text_of
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep


def beside_own_names(
    plan: FilePlan, own: Mapping[str, bytes]
) -> tuple[FilePlan, Mapping[str, str]]:
    """Return a plan without new templates whose names are taken, and why each is left out.

    `own` are the repository's templates that stay as they are, by path.
    """
    new = {step.path: step for step in plan.steps if _is_new(step)}
    taken = {key: path for path, content in own.items() for key in _key(path, content)}
    reasons = {}
    for path, step in new.items():
        content = b"" if step.after is None else step.after.content
        for key in _key(path, content):
            if key in taken:
                reasons[path] = f"{taken[key]} has its name"
    steps = [_left_out(step, reasons.get(step.path)) for step in plan.steps]
    return replace(plan, steps=tuple(steps)), reasons


def _is_new(step: FileStep) -> bool:
    return step.action is FileAction.NEW and step.after is not None and step.after.link is None


def _key(path: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the folder and the name of a template; nothing where it has none."""
    root = load(path, content).mapping
    name = None if root is None else text_of(root.get("name"))
    if name:
        yield path.rpartition("/")[0].lower(), name


def _left_out(step: FileStep, reason: str | None) -> FileStep:
    if reason is None:
        return step
    return replace(step, action=FileAction.KEPT, after=step.before, reason=reason)
