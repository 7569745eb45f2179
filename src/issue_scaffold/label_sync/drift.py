"""`scaffold check --labels`: what the repository on its forge lacks of its config, as drift."""

from pathlib import Path

from issue_scaffold.label_sync.choice import InvalidConfigError
from issue_scaffold.label_sync.http.pacing import OnWait
from issue_scaffold.label_sync.plan import LabelAction, LabelPlan, LabelStep
from issue_scaffold.label_sync.run import LabelOptions, Surroundings, make_plan, open_session
from issue_scaffold.report.finding import Finding, Kind, Severity

_DRIFT = (LabelAction.CREATE, LabelAction.RENAME, LabelAction.EDIT, LabelAction.MERGE)


def label_findings(root: Path, *, on_wait: OnWait) -> tuple[Finding, ...]:
    """Return a finding for each label of a repository's config that the forge lacks or alters.

    A config with errors gives none: the check itself reports those. Raises ScaffoldError if the
    forge can't be asked.
    """
    try:
        session = open_session(LabelOptions(folder=root), Surroundings(on_wait=on_wait))
    except InvalidConfigError:
        return ()
    return plan_findings(make_plan(session), str(session.api.repository))


def plan_findings(plan: LabelPlan, where: str) -> tuple[Finding, ...]:
    """Return a finding for each step that brings a repository, named `where`, in line."""
    return tuple(
        _finding(step, where) for step in plan.steps if _is_drift(step) and not step.temporary
    )


def _is_drift(step: LabelStep) -> bool:
    is_of_holder = step.before is not None and step.before.is_inherited
    return step.action in _DRIFT or (is_of_holder and step.action is LabelAction.REFUSED)


def _finding(step: LabelStep, where: str) -> Finding:
    path, line, column = "", None, None
    if step.wanted is not None:
        path, line, column = step.wanted.path, step.wanted.line, step.wanted.column
    return Finding(
        kind=Kind.MISSING if step.action is LabelAction.CREATE else Kind.MODIFIED,
        severity=Severity.ERROR,
        path=path,
        line=line,
        column=column,
        message=f"{where}: {describe(step)}",
        hint="run: scaffold labels plan, then: scaffold labels apply",
    )


def describe(step: LabelStep) -> str:
    """Return a step as what is wrong with the repository."""
    if step.action is LabelAction.CREATE:
        return f"label '{step.name}' is missing"
    if step.action is LabelAction.MERGE:
        return f"label '{step.name}' is still there, '{step.to}' is to take its place"
    before = step.before
    if before is None:
        return f"label '{step.name}' is to be called '{step.to}'"
    parts = []
    if step.to is not None:
        parts.append(f"is to be called '{step.to}'")
    if step.color is not None:
        parts.append(f"has colour {before.color}, the config has {step.color}")
    if step.description is not None:
        parts.append(f"has description '{before.description}', the config has '{step.description}'")
    of_holder = f" of {before.holder}" if before.is_inherited else ""
    return f"label '{before.name}'{of_holder} " + "; ".join(parts)
