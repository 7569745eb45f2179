"""Rules about what a repository tells the validator: its settings file, and suppressions."""

from collections.abc import Iterator, Sequence

from issue_scaffold.forge.document import Problem
from issue_scaffold.forge.layout import SETTINGS_PATH
from issue_scaffold.settings.suppression import covers
from issue_scaffold.text.wording import closest
from issue_scaffold.validate.rules.examples import FORM_PATH, GOOD_FORM
from issue_scaffold.validate.rules.rule import ERROR, WARNING, Rule
from issue_scaffold.validate.rules.stages import REPOSITORY, SETTINGS, SUPPRESSION, SuppressionUse
from issue_scaffold.validate.rules.summaries import RepositorySummary


@SETTINGS.runs(
    Rule(
        id="settings/invalid",
        severity=ERROR,
        grade="OWN",
        summary="`.github/scaffold.yml` can't be understood",
        is_final=True,
        why=(
            "`.github/scaffold.yml` has `accepted`, `own`, `ignore`, `labels` and `fleet`; what "
            "can't be understood there has no effect, so it is said."
        ),
        evidence=("this tool's settings",),
        wrong={FORM_PATH: GOOD_FORM, SETTINGS_PATH: "ignored:\n  - path: '*.yml'\n"},
        right={FORM_PATH: GOOD_FORM, SETTINGS_PATH: "labels:\n  known: [needs-triage]\n"},
    )
)
def invalid(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Pass on what can't be understood in the settings file."""
    yield from problems


@REPOSITORY.runs(
    Rule(
        id="settings/no-labels-config",
        severity=WARNING,
        grade="OWN",
        summary="the labels config that the settings name isn't there",
        why=(
            "`labels_config` in `.github/scaffold.yml` says which file lists the labels. If that "
            "was moved or deleted, labels are looked for elsewhere, or nowhere."
        ),
        evidence=("this tool's settings",),
        wrong={FORM_PATH: GOOD_FORM, SETTINGS_PATH: "labels_config: tools/labels.yml\n"},
        right={
            FORM_PATH: GOOD_FORM,
            SETTINGS_PATH: "labels_config: tools/labels.yml\n",
            "tools/labels.yml": '- name: bug\n  color: "d73a4a"\n',
        },
    )
)
def no_labels_config(repository: RepositorySummary) -> Iterator[Problem]:
    """Find a labels config that the settings name and that isn't there."""
    path, settings = repository.labels_config, repository.settings
    if path is None or settings is None or path in repository.paths:
        return
    start = max(settings.text.find("labels_config"), 0)
    message = f"there is no {path}, which `labels_config` names"
    hint = "name the file that lists the labels: scaffold update -d labels_config=PATH"
    yield Problem(start, settings.line_end(start), message, hint, path=settings.path)


@SUPPRESSION.runs(
    Rule(
        id="suppression/no-reason",
        severity=WARNING,
        grade="OWN",
        summary="a suppression doesn't say why",
        is_final=True,
        why="Whoever finds a suppression in a year wants to know what it was for.",
        evidence=("this tool's settings",),
        wrong={
            FORM_PATH: GOOD_FORM.replace("Bug report", "Bug # scaffold: ignore[form/name-length]")
        },
        right={
            FORM_PATH: GOOD_FORM.replace(
                "Bug report", "Bug # scaffold: ignore[form/name-length] everybody knows it by this"
            )
        },
    )
)
def no_reason(suppression: SuppressionUse) -> Iterator[Problem]:
    """Find suppressions that don't say why."""
    if not suppression.entry.reason:
        yield _about(suppression, "the suppression gives no reason", "say why, behind the rule")


@SUPPRESSION.runs(
    Rule(
        id="suppression/unused",
        severity=WARNING,
        grade="OWN",
        summary="a suppression that suppresses nothing",
        is_final=True,
        why="A suppression that suppresses nothing hides the next finding of its rule.",
        evidence=("this tool's settings",),
        wrong={
            FORM_PATH: GOOD_FORM.replace(
                "report\n", "report # scaffold: ignore[form/name-length] it was shorter once\n", 1
            )
        },
        right={FORM_PATH: GOOD_FORM},
    )
)
def unused(suppression: SuppressionUse) -> Iterator[Problem]:
    """Find suppressions that silence nothing, though they name rules that exist."""
    if suppression.is_used or not suppression.rules or _unknown(suppression):
        return
    words = ", ".join(f"`{rule}`" for rule in suppression.rules)
    yield _about(suppression, f"nothing here breaks {words}", "remove the suppression")


@SUPPRESSION.runs(
    Rule(
        id="suppression/unknown-rule",
        severity=WARNING,
        grade="OWN",
        summary="a suppression names a rule that doesn't exist",
        is_final=True,
        why="A misspelt rule suppresses nothing.",
        evidence=("this tool's settings",),
        wrong={
            FORM_PATH: GOOD_FORM.replace(
                "Bug report", "Bug # scaffold: ignore[form/name-lenght] everybody knows it by this"
            )
        },
        right={
            FORM_PATH: GOOD_FORM.replace(
                "Bug report", "Bug # scaffold: ignore[form/name-length] everybody knows it by this"
            )
        },
    )
)
def unknown_rule(suppression: SuppressionUse) -> Iterator[Problem]:
    """Find suppressions that name a rule which doesn't exist, or none."""
    hint = "`scaffold rules` lists them; write `ignore[rule] reason`"
    unknown = _unknown(suppression)
    if unknown:
        words = ", ".join(f"`{word}`" for word in unknown)
        guess = closest(unknown[0], suppression.known_rules)
        if guess:
            hint = f"did you mean `{guess}`?"
        yield _about(suppression, f"no rule is called {words}", hint)
    elif not suppression.rules:
        yield _about(suppression, "the suppression names no rule", hint)


def _unknown(suppression: SuppressionUse) -> list[str]:
    return [
        word
        for word in suppression.rules
        if not any(covers((word,), rule) for rule in suppression.known_rules)
    ]


def _about(suppression: SuppressionUse, message: str, hint: str) -> Problem:
    return Problem(suppression.entry.start, suppression.entry.end, message, hint)
