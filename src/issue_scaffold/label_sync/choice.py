"""The labels that a repository is to have: which files say so, if validly, and what they say."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from issue_scaffold.errors import EXIT_FINDINGS, ScaffoldError, UsageError
from issue_scaffold.files.bounded import read_beginning
from issue_scaffold.forge.documents import load
from issue_scaffold.forge.layout import LABELS_SUFFIXES, is_labels_config
from issue_scaffold.labels.config import LabelsConfig, read_labels
from issue_scaffold.labels.exclusions import EXCLUDE, excluded_names
from issue_scaffold.labels.label import Label
from issue_scaffold.labels.places import find_configs, recorded_config
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.report.report import Report, TargetReport
from issue_scaffold.settings.file import Settings, parse_settings
from issue_scaffold.settings.place import read_settings_file
from issue_scaffold.text.tree import Scalar
from issue_scaffold.validate.diagnostics import Diagnostic
from issue_scaffold.validate.engine import run_rules

NAME_LENGTH: Final = "labels/name-length"
DESCRIPTION_LENGTH: Final = "labels/description-length"
EMOJI_ONLY: Final = "labels/emoji-only"
# The rules about what GitHub refuses and other forges take.
LIMITS: Final = frozenset({NAME_LENGTH, DESCRIPTION_LENGTH, EMOJI_ONLY})

# Tells, of such a rule and a label's name, whether the repository can have the label nevertheless.
Takes = Callable[[str, str], bool]


class NoLabelsConfigError(UsageError):
    """A repository has no labels config."""


class InvalidConfigError(ScaffoldError):
    """A labels config has errors; `report` holds the validator's findings."""

    exit_code = EXIT_FINDINGS

    def __init__(
        self, message: str, *, hint: str | None = None, report: Report | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.report = report


class WantedLabels(NamedTuple):
    """The labels that a repository is to have, and the files that say so.

    `excluded` are patterns: no label in whose name one of them is found is to be deleted.
    """

    files: tuple[str, ...]
    labels: tuple[Label, ...]
    excluded: tuple[re.Pattern[str], ...] = ()


def read_configs(
    files: Sequence[str],
    root: Path,
    repository: Callable[[], str] = str,
    *,
    prune: bool = False,
    takes: Takes = lambda limit, name: False,  # noqa: ARG005
) -> WantedLabels:
    """Return the files that were read and the labels of all, later files laid over earlier ones.

    `repository` tells `owner/name` where a file has labels for some repositories only, `takes` what
    is no error there though GitHub would refuse it.
    Without `files`, the repository's own config is looked for. Raises UsageError if that can't be
    told, a file holds no labels, or one to `prune` by has a key that can't be honoured, and
    InvalidConfigError if it has errors.
    """
    contents = {name: read_beginning(name) for name in files}
    if not contents:
        found = find_config(root)
        contents = {found: read_beginning(found, below=root)}
    layers = []
    findings = {}
    excluded: list[re.Pattern[str]] = []
    for name, content in contents.items():
        config, findings[name] = _config(name, content, root, takes)
        patterns = excluded_names(config)
        excluded += patterns or ()
        unhonoured = set(config.keys_beside) - ({EXCLUDE} if patterns is not None else set())
        if prune and unhonoured:
            raise _unhonoured(name, sorted(unhonoured))
        layers.append(config.labels)
        if config.scopes:
            layers[-1] = config.labels_of(repository())
    if any(findings.values()):
        raise _invalid(findings)
    return WantedLabels(tuple(contents), laid_over(layers), tuple(excluded))


def _unhonoured(name: str, keys: Sequence[str]) -> UsageError:
    """Return the refusal to delete by a config that may say which labels aren't to be deleted."""
    listed = ", ".join(f"`labels.{key}`" for key in keys)
    return UsageError(
        f"{name} has {listed}, which --prune can't honour; nothing was asked or deleted",
        hint="leave --prune out, or name what is to stay with --protect and take the key out",
    )


def _invalid(findings: Mapping[str, tuple[Finding, ...]]) -> InvalidConfigError:
    reports = []
    broken = []
    for name, found in findings.items():
        if found:
            broken.append(name)
            reports.append(TargetReport(target=name, status="findings", findings=found))
        else:
            reports.append(TargetReport(target=name, status="clean"))
    report = Report(command="validate", exit_code=EXIT_FINDINGS, targets=tuple(reports))
    message = f"{', '.join(broken)} has errors, so nothing was asked of the forge"
    return InvalidConfigError(message, report=report)


def laid_over(layers: Iterable[Iterable[Label]]) -> tuple[Label, ...]:
    """Return the labels of all layers, each label's fields from the last layer that gives them."""
    merged: dict[str, Label] = {}
    for layer in layers:
        for label in layer:
            below = merged.get(label.key)
            merged[label.key] = label if below is None else _over(below, label)
    return tuple(merged.values())


def _over(below: Label, label: Label) -> Label:
    if not label.describes:
        label = replace(label, description=below.description, describes=below.describes)
    return replace(
        label,
        color=label.color or below.color,
        former=tuple(dict.fromkeys((*label.former, *below.former))),
        delete_after=label.delete_after or below.delete_after,
    )


def read_repository_settings(root: Path) -> Settings:
    """Return what a repository's settings file says. Raises UsageError for a mistake in it."""
    path, content = read_settings_file(root)
    return Settings() if content is None else parse_settings(content, path)


def find_config(root: Path) -> str:
    """Return the path of a repository's labels config, below its root.

    Raises UsageError if there isn't just one, NoLabelsConfigError for none.
    """
    recorded = recorded_config(root)
    if recorded is not None:
        return recorded
    found = find_configs(root)
    if len(found) == 1:
        return found[0]
    if found:
        message = f"there are several labels configs: {', '.join(found)}"
        raise UsageError(message, hint=f"name the one that counts: --file {found[0]}")
    raise NoLabelsConfigError(
        "no labels config was found",
        hint="name it: --file PATH; or write one: scaffold labels export",
    )


def _config(
    name: str, content: bytes, root: Path, takes: Takes
) -> tuple[LabelsConfig, tuple[Finding, ...]]:
    """Return one file's labels and the errors in it.

    That it is a labels config has been said by naming it.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in LABELS_SUFFIXES:
        raise UsageError(
            f"{name} is not a labels config", hint="a labels config is YAML, JSON or TOML"
        )
    known = name if is_labels_config(name) else f".github/labels{suffix}"
    files = {known: content}
    path, settings = read_settings_file(root)
    if settings is not None:
        files[path] = settings
    document = load(known, content)
    document.source.path = name
    config = read_labels(document.source, document.root)
    if config.is_rules:
        hint = "a labels config is a list of `name`, `color` and `description`"
        raise UsageError(
            f"{name} says when labels are put on, not which labels there are", hint=hint
        )
    errors = [
        diagnostic.finding(name)
        for diagnostic in run_rules(files).diagnostics
        if diagnostic.source.path == known and _is_error(diagnostic, config, takes)
    ]
    return config, tuple(errors)


def _is_error(diagnostic: Diagnostic, config: LabelsConfig, takes: Takes) -> bool:
    if diagnostic.severity is not Severity.ERROR:
        return False
    limit, start = diagnostic.rule.id, diagnostic.problem.start
    if limit not in LIMITS:
        return True
    for label in config.places:
        texts = (label.name, label.description)
        if any(isinstance(text, Scalar) and text.start == start for text in texts):
            return not takes(limit, label.name.value)
    return True
