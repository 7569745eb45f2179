"""The labels of a repository on a host, compared with its labels config, which lies nowhere here.

The config is found and read as in a folder, in one that holds nothing but what may be it. Labels
that came with a page of the listing aren't asked for again.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from issue_scaffold.files.scratch import Scratch, ScratchKind
from issue_scaffold.fleet.job import outcome_of_findings
from issue_scaffold.fleet.listing.listing import HostListing
from issue_scaffold.fleet.outcome import FleetOutcome, without_labels_config
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.forge.layout import SETTINGS_PATHS, is_labels_config, is_labels_path
from issue_scaffold.label_sync.choice import (
    InvalidConfigError,
    NoLabelsConfigError,
    read_configs,
    read_repository_settings,
)
from issue_scaffold.label_sync.drift import plan_findings
from issue_scaffold.label_sync.matching import Policy, plan_labels
from issue_scaffold.label_sync.plan import GOING, Force, LabelPlan, weigh
from issue_scaffold.labels.label import Label
from issue_scaffold.settings.file import read_settings
from issue_scaffold.template.answers_file import ANSWERS_FILE, parse_answers
from issue_scaffold.text.yaml_values import YamlValueError


def may_say_labels(paths: Iterable[str]) -> list[str]:
    """Return the paths of a repository that its labels config is found by, or at."""
    records = {ANSWERS_FILE, *SETTINGS_PATHS}
    return [path for path in paths if path in records or is_labels_config(path)]


def recorded_paths(files: Mapping[str, bytes]) -> list[str]:
    """Return where the settings and the answers among files say that the labels config is."""
    settings = [path for path in SETTINGS_PATHS if path in files]
    found: list[object] = [read_settings(files[path], path)[0].labels_config for path in settings]
    with suppress(YamlValueError):
        found.append(parse_answers(files.get(ANSWERS_FILE, b"{}")).get("labels_config"))
    return [path for path in found if isinstance(path, str) and is_labels_path(path)]


class _Wanted(NamedTuple):
    """What a repository's labels are to be."""

    labels: tuple[Label, ...]
    policy: Policy


class LabelsJudge:
    """Compares labels; configs that several repositories have are read once."""

    def __init__(self) -> None:
        self._wanted: dict[frozenset[tuple[str, bytes]], _Wanted | None] = {}

    def outcome(
        self, repository: RemoteRepository, files: Mapping[str, bytes], listing: HostListing
    ) -> FleetOutcome:
        """Return the outcome of a repository with these files of those that say its labels.

        Raises UsageError for several labels configs, and ApiError.
        """
        try:
            wanted = self._read(repository.name, files)
        except NoLabelsConfigError:
            return without_labels_config(repository)
        if wanted is None:
            return outcome_of_findings(repository, ())
        found = plan_findings(_plan(repository, wanted, listing), repository.name)
        return outcome_of_findings(repository, found)

    def _read(self, name: str, files: Mapping[str, bytes]) -> _Wanted | None:
        key = frozenset(files.items())
        if key in self._wanted:
            return self._wanted[key]
        asked: list[str] = []

        def own_name() -> str:
            asked.append(name)
            return name

        with Scratch(ScratchKind.LABELS) as root:
            for path, content in files.items():
                place = root / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            wanted = _wanted_in(root, own_name)
        if not asked:  # what a config has for some repositories is for those alone
            self._wanted[key] = wanted
        return wanted


def _wanted_in(root: Path, own_name: Callable[[], str]) -> _Wanted | None:
    """Return what a folder's config wants; None where it has errors, which a check tells."""
    try:
        wanted = read_configs((), root, own_name)
    except InvalidConfigError:
        return None
    policy = Policy(
        today=datetime.now(UTC).date(),
        protected=tuple(sorted(read_repository_settings(root).known_labels)),
        excluded=wanted.excluded,
    )
    return _Wanted(wanted.labels, policy)


def _plan(repository: RemoteRepository, wanted: _Wanted, listing: HostListing) -> LabelPlan:
    snapshot = repository.snapshot
    live = None if snapshot is None else snapshot.labels
    if live is None:
        live = listing.labels_api(repository).labels()
    plan = plan_labels(wanted.labels, live, wanted.policy)
    going = [step.name for step in plan.steps if step.action in GOING]
    if not going:
        return plan
    return weigh(plan, listing.labels_api(repository).usage(going), Force())
