"""The labels that a repository is to have: which files say so, whether they are valid, and what they say together."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from issue_scaffold.adapters.answers_file import parse_answers
from issue_scaffold.adapters.documents import load
from issue_scaffold.adapters.settings_file import Settings, parse_settings
from issue_scaffold.adapters.source_files import read_file, repository_paths
from issue_scaffold.domain.finding import Finding, Severity
from issue_scaffold.domain.label_plan import WantedLabel
from issue_scaffold.domain.labels_config import LabelsConfig, read_labels
from issue_scaffold.domain.report import Report, TargetReport
from issue_scaffold.domain.repository_layout import SETTINGS_PATH, is_labels_config
from issue_scaffold.domain.wanted_labels import laid_over, wanted_labels
from issue_scaffold.errors import EXIT_FINDINGS, ScaffoldError, UsageError
from issue_scaffold.usecases.examination import Located, examine
from issue_scaffold.usecases.target import ANSWERS_FILE

_SUFFIXES = {".yml", ".yaml", ".json", ".toml"}


class InvalidConfigError(ScaffoldError):
    """A labels config has errors; `report` holds the validator's findings."""

    exit_code = EXIT_FINDINGS

    def __init__(self, message: str, *, hint: str | None = None, report: Report | None = None) -> None:
        super().__init__(message, hint=hint)
        self.report = report


def read_configs(files: Sequence[str], root: Path) -> tuple[tuple[str, ...], tuple[WantedLabel, ...]]:
    """Return the files that were read and the labels of all, later files laid over earlier ones.

    Without `files`, the repository's own config is looked for. Raises UsageError if that can't be told or a file holds
    no labels, and InvalidConfigError if it has errors.
    """
    places = {name: Path(name) for name in files}
    if not places:
        found = find_config(root)
        places = {found: root / found}
    configs = {name: _config(name, read_file(str(path)), root) for name, path in places.items()}
    errors = [finding for _, findings in configs.values() for finding in findings]
    if errors:
        names = ", ".join(name for name, (_, findings) in configs.items() if findings)
        reports = tuple(
            TargetReport(target=name, status="findings" if findings else "clean", findings=findings)
            for name, (_, findings) in configs.items()
        )
        report = Report(command="validate", exit_code=EXIT_FINDINGS, targets=reports)
        raise InvalidConfigError(f"{names} has errors, so nothing was asked of GitHub", report=report)
    try:
        labels = laid_over([list(wanted_labels(config)) for config, _ in configs.values()])
    except ValueError as error:
        raise UsageError(str(error)) from error
    return tuple(places), labels


def read_repository_settings(root: Path) -> Settings:
    """Return what a repository's settings file says. Raises UsageError for a mistake in it."""
    path = root / SETTINGS_PATH
    return parse_settings(read_file(str(path))) if path.is_file() else Settings()


def find_config(root: Path) -> str:
    """Return the path of a repository's labels config, below its root. Raises UsageError if there isn't just one."""
    recorded = _recorded(root)
    if recorded is not None:
        return recorded
    found = [path for path in repository_paths(root) if is_labels_config(path) and _has_labels(path, root)]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"there are several labels configs: {', '.join(found)}"
        raise UsageError(message, hint=f"name the one that counts: --file {found[0]}")
    raise UsageError("no labels config was found", hint="name it: --file PATH; or write one: scaffold labels export")


def _recorded(root: Path) -> str | None:
    """Return the config that the template was installed with."""
    try:
        answer = parse_answers((root / ANSWERS_FILE).read_bytes()).get("labels_config")
    except (OSError, ValueError, yaml.YAMLError):
        return None
    return answer if isinstance(answer, str) and (root / answer).is_file() else None


def _has_labels(path: str, root: Path) -> bool:
    document = load(path, read_file(str(root / path)))
    config = read_labels(document)
    # A broken file is one too: what is wrong with it will be said.
    return bool(document.failure or config.labels or config.problems) and not config.is_rules


def _config(name: str, content: bytes, root: Path) -> tuple[LabelsConfig, tuple[Finding, ...]]:
    """Return one file's labels and the errors in it; that it is a labels config has been said by naming it."""
    suffix = Path(name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{name} is not a labels config", hint="a labels config is YAML, JSON or TOML")
    known = name if is_labels_config(name) else f".github/labels{suffix}"
    files = {known: content}
    if (root / SETTINGS_PATH).is_file():
        files[SETTINGS_PATH] = read_file(str(root / SETTINGS_PATH))
    document = load(known, content)
    document.source.path = name
    config = read_labels(document)
    if config.is_rules:
        hint = "a labels config is a list of `name`, `color` and `description`"
        raise UsageError(f"{name} says when labels are put on, not which labels there are", hint=hint)
    return config, tuple(_errors(examine(files), known, name))


def _errors(examined: Sequence[Located], known: str, name: str) -> Iterator[Finding]:
    for located in examined:
        finding = located.finding(name)
        if located.source.path == known and finding.severity is Severity.ERROR:
            yield finding
