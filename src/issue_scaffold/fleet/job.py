"""What is done with one repository: the verbs of a fleet, each over the one way that there is.

A job goes to a worker, which opens it once and then asks it for one repository after the other.
Nothing here is shared between workers but the cache.
"""

import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from issue_scaffold.files.bounded import kind_of
from issue_scaffold.files.scratch import Scratch, ScratchKind
from issue_scaffold.fleet.failure import failure
from issue_scaffold.fleet.opt_out import left_out_by, opted_out_folder
from issue_scaffold.fleet.outcome import (
    FleetOutcome,
    Reason,
    Status,
    Why,
    failed,
    without_labels_config,
)
from issue_scaffold.fleet.planning import changed_by
from issue_scaffold.fleet.remote import FleetRepository, RemoteRepository, name_of
from issue_scaffold.fleet.rollout import Rollout, rollout_in
from issue_scaffold.fleet.run_folder import announce_write
from issue_scaffold.report.finding import Finding, Kind, Severity, finding_document
from issue_scaffold.sync.target import answers_path, open_target
from issue_scaffold.template import sealed_process
from issue_scaffold.template.renderer import Renderer, open_renderer

if TYPE_CHECKING:
    from issue_scaffold.fleet.on_host import HostTreatment
    from issue_scaffold.report.report import TargetReport, TemplateState
    from issue_scaffold.sync.outcome import FileOutcome

Treatment = Callable[[FleetRepository], FleetOutcome]
# What is done in a folder, by its name in reports.
_InFolder = Callable[[str], FleetOutcome]


class Verb(StrEnum):
    """What is done with each repository."""

    CHECK = "check"
    UPDATE = "update"
    INIT = "init"
    VALIDATE = "validate"
    LABELS = "labels"


_MODULES: Final[Mapping[Verb, tuple[str, ...]]] = {
    Verb.CHECK: ("issue_scaffold.sync.check", "issue_scaffold.sync.known_clean"),
    Verb.UPDATE: ("issue_scaffold.sync.update",),
    Verb.INIT: ("issue_scaffold.sync.init",),
    Verb.VALIDATE: ("issue_scaffold.validate.run", "issue_scaffold.validate.engine"),
    Verb.LABELS: ("issue_scaffold.label_sync.drift",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetJob:
    """What is to be done with each repository, as it goes to workers.

    `aborts` leaves a repository as it is where there would be conflicts. With `plans` an outcome
    holds what would be written, for somebody else to write it. A repository may take so many
    `seconds`. The `journal` of a run hears of each write before it is done.
    """

    verb: Verb
    answers_file: str | None = None
    template: str | None = None
    ref: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    aborts: bool = False
    offline: bool = False
    plans: bool = False
    seconds: float = 60.0
    journal: Path | None = None
    rollout: Rollout = field(default_factory=Rollout)

    @property
    def writes(self) -> bool:
        """Whether it changes repositories."""
        return self.verb in {Verb.UPDATE, Verb.INIT} and not self.dry_run

    def changes(self, name: str, answers: Mapping[str, Any]) -> bool:
        """Tell whether a repository with these answers would get another template, or others."""
        given = self.data_for(name)
        return bool(self.template or self.ref) or any(
            key not in answers or answers[key] != value for key, value in given.items()
        )

    @property
    def document(self) -> dict[str, Any]:
        """What a run remembers of it, to go on with the same."""
        document = asdict(replace(self, rollout=Rollout()))
        del document["journal"]  # is where this is remembered
        return {**document, "rollout": self.rollout.document}

    def data_for(self, name: str) -> dict[str, Any]:
        """Return the answers that one repository gets; what was given for all wins."""
        return {**self.rollout.data_for(name), **self.data}

    def load(self) -> None:
        """Load what it needs, so that worker processes that are forked have it already."""
        from importlib import import_module

        for module in _MODULES[self.verb]:
            import_module(module)

    @contextmanager
    def start(self) -> Iterator[Treatment]:
        """Open what all repositories share; yield what treats one, and never raises for it."""
        with open_renderer() as renderer, Scratch(ScratchKind.CHECKOUT) as scratch:
            renderer.sources.offline = self.offline
            try:
                yield _Worker(self, renderer, scratch).treat
            finally:
                sealed_process.end()


def job_in(document: Mapping[str, Any]) -> FleetJob:
    """Return the job that a run remembers.

    Raises KeyError or ValueError for another shape.
    """
    return FleetJob(
        verb=Verb(document["verb"]),
        answers_file=document["answers_file"],
        template=document["template"],
        ref=document["ref"],
        data=document["data"],
        dry_run=document["dry_run"],
        aborts=document["aborts"],
        offline=document["offline"],
        seconds=document.get("seconds", 60.0),
        rollout=rollout_in(document.get("rollout", Rollout().document)),
    )


class _Worker:
    """What one process does with the repositories that it is given; `scratch` is its folder."""

    def __init__(self, job: FleetJob, renderer: Renderer, scratch: Path) -> None:
        self._job = job
        self._renderer = renderer
        self._scratch = scratch
        self._in_folders = FolderTreatment(job, renderer)
        self._on_hosts: dict[str, HostTreatment] = {}

    def treat(self, repository: FleetRepository) -> FleetOutcome:
        """Return what came of a repository."""
        start = time.perf_counter()
        try:
            outcome = self._treated(repository)
        except Exception as error:  # noqa: BLE001 - one repository never costs the others
            outcome = self._in_folders.failed(repository, error)
        return replace(outcome, seconds=time.perf_counter() - start)

    def _treated(self, repository: FleetRepository) -> FleetOutcome:
        left_out = left_out_by(self._job.rollout, repository)
        if left_out is not None:
            return left_out
        if isinstance(repository, RemoteRepository):
            return self._on_host(repository.name).treat(repository)
        return self._in_folders.treat(repository)

    def _on_host(self, name: str) -> "HostTreatment":
        """Return what treats repositories on hosts that get the same answers as the one named."""
        data = self._job.data_for(name)
        key = json.dumps(data, sort_keys=True, default=str)
        if key not in self._on_hosts:
            from issue_scaffold.fleet.on_host import HostTreatment

            # Where nothing is to be written, it is planned; whoever carries it out sees conflicts.
            planning = replace(
                self._job, dry_run=True, aborts=False, plans=True, data=data, rollout=Rollout()
            )
            folders = FolderTreatment(planning, self._renderer)
            self._on_hosts[key] = HostTreatment(folders, self._scratch, self._job.seconds)
        return self._on_hosts[key]


class FolderTreatment:
    """What is done with a repository in a folder: the job's verb, unless there is nothing to do."""

    def __init__(self, job: FleetJob, renderer: Renderer) -> None:
        self._job = job
        self._renderer = renderer
        self._recalled: Callable[[str], FleetOutcome | None] | None = None
        self._treatment: _InFolder
        if job.verb is Verb.CHECK:
            check = _Check(job, renderer)
            self._recalled = check.recalled
            self._treatment = check.treat
            return
        verbs: Mapping[Verb, Callable[[FleetJob, Renderer], _InFolder]] = {
            Verb.UPDATE: updating,
            Verb.INIT: installing,
            Verb.VALIDATE: validating,
            Verb.LABELS: comparing_labels,
        }
        self._treatment = verbs[job.verb](job, renderer)

    @property
    def answers_file(self) -> str:
        """Where the answers are, below the folder."""
        return answers_path(self._job.answers_file)

    def treat(self, folder: str) -> FleetOutcome:
        """Return what came of it. Raises whatever went wrong, for `failed`."""
        recalled = None
        if self._recalled is not None:
            recalled = self._recalled(folder)
        return recalled or self._ended_early(folder) or self._treatment(folder)

    def failed(self, repository: FleetRepository, error: Exception) -> FleetOutcome:
        """Return the outcome of one that an error has ended."""
        return failure(repository, error, self._job.answers_file, self._renderer)

    def managed(self, folder: str) -> tuple[str, ...]:
        """Return the files that the template has there, and the labels config that is recorded.

        Nothing where nobody can tell.
        """
        from issue_scaffold.labels.places import recorded_places

        recorded = recorded_places(Path(folder))
        if self._job.verb not in {Verb.CHECK, Verb.UPDATE}:
            return recorded
        try:
            target = open_target(folder, self._job.answers_file)
            manifest = self._renderer.manifest(target.recorded(self._renderer.sources))
        except Exception:  # noqa: BLE001 - the treatment comes across the same, and says it
            return recorded
        return (*manifest.entries, *recorded)

    def _ended_early(self, repository: str) -> FleetOutcome | None:
        """Return the outcome of one that nothing is to be done with; None for any other.

        Whoever has opted out hears nothing of not being set up.
        """
        verb = self._job.verb
        is_written = verb in {Verb.UPDATE, Verb.INIT}
        outcome = _not_there(repository) or opted_out_folder(repository, is_written=is_written)
        if outcome is None and verb in {Verb.CHECK, Verb.UPDATE}:
            outcome = _not_set_up(repository, self._job.answers_file)
        return outcome


def _not_there(repository: str) -> FleetOutcome | None:
    try:
        mode = os.stat(repository).st_mode  # noqa: PTH116 - a check of thousands feels each path
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return failed(repository, Reason.GONE, f"{repository} does not exist")
    if stat.S_ISDIR(mode):
        return None
    what = "a file" if stat.S_ISREG(mode) else kind_of(mode)
    return failed(repository, Reason.NOT_A_FOLDER, f"{repository} is {what}, not a folder")


def _not_set_up(repository: str, answers_file: str | None) -> FleetOutcome | None:
    try:
        os.lstat(os.path.join(repository, answers_path(answers_file)))  # noqa: PTH118
    except (FileNotFoundError, NotADirectoryError):
        return FleetOutcome(repository=repository, status=Status.NOT_INITIALISED)
    return None


class _Check:
    """What checks a repository."""

    def __init__(self, job: FleetJob, renderer: Renderer) -> None:
        from issue_scaffold.sync.check import CheckOptions
        from issue_scaffold.sync.known_clean import KnownClean

        self._options = CheckOptions(answers_file=job.answers_file, offline=job.offline)
        self._renderer = renderer
        self._known = KnownClean(renderer, job.answers_file)

    def recalled(self, repository: str) -> FleetOutcome | None:
        """Return the outcome of one that is as clean as one before it; None for any other.

        One that has settings of its own, which may take it out, is none of them.
        """
        report = self._known.recall(repository)
        if report is None:
            return None
        return outcome_of_report(repository, report)

    def treat(self, repository: str) -> FleetOutcome:
        """Return what came of it."""
        from issue_scaffold.sync.check import look_closely

        report = look_closely(repository, self._options, self._renderer, self._known)
        return outcome_of_report(repository, report)


def outcome_of_report(repository: FleetRepository, report: "TargetReport") -> FleetOutcome:
    """Return the outcome of a repository that was checked, or validated."""
    template = _template_document(report.template)
    return outcome_of_findings(repository, report.findings, template, report.notes)


def outcome_of_findings(
    repository: FleetRepository,
    findings: tuple[Finding, ...],
    template: Mapping[str, str | None] | None = None,
    notes: tuple[str, ...] = (),
) -> FleetOutcome:
    """Return the outcome of a repository in which this was found."""
    host, base = None, None
    if isinstance(repository, RemoteRepository):
        host, base = repository.host, repository.base
    return FleetOutcome(
        repository=name_of(repository),
        status=_status(findings),
        template=template,
        findings=tuple(map(finding_document, findings)),
        notes=notes,
        host=host,
        base=base,
    )


@lru_cache(maxsize=256)
def _template_document(template: "TemplateState | None") -> Mapping[str, str | None] | None:
    """Return what programs get of a template; a run has few of them, and many repositories."""
    if template is None:
        return None
    return template._asdict()


def _status(findings: tuple[Finding, ...]) -> Status:
    kinds = {one.kind for one in findings if one.severity is Severity.ERROR}
    if Kind.CONFLICT in kinds:
        return Status.CONFLICT
    if kinds - {Kind.OUTDATED}:
        return Status.DRIFTED
    return Status.OUTDATED if kinds else Status.CLEAN


def updating(job: FleetJob, renderer: Renderer) -> _InFolder:
    """Return what updates a repository."""
    from issue_scaffold.sync.update import UpdateOptions, update

    options = UpdateOptions(
        target="",
        template=job.template,
        ref=job.ref,
        answers_file=job.answers_file,
        on_conflict="abort" if job.aborts else "inline",
        dry_run=job.dry_run,
    )

    def treat(repository: str) -> FleetOutcome:
        own = replace(
            options,
            target=repository,
            data=job.data_for(repository),
            before_write=_announcing(repository, job),
        )
        outcome, status = _of_files(lambda: update(own, renderer))
        return _of_plan(repository, outcome, status, job)

    return treat


def installing(job: FleetJob, renderer: Renderer) -> _InFolder:
    """Return what installs the template in a repository that has none."""
    from issue_scaffold.sync.init import InitOptions, install

    def options_for(repository: str) -> InitOptions:
        return InitOptions(
            target=repository,
            decide=lambda steps: {step.path: "abort" for step in steps},
            template=job.template,
            ref=job.ref,
            data=job.data_for(repository),
            answers_file=job.answers_file,
            dry_run=job.dry_run,
            before_write=_announcing(repository, job),
        )

    def treat(repository: str) -> FleetOutcome:
        if (Path(repository) / answers_path(job.answers_file)).exists():
            why = Why(Reason.NO_CHANGE, "it is set up already")
            return FleetOutcome(repository=repository, status=Status.SKIPPED, why=why)
        outcome, status = _of_files(lambda: install(options_for(repository), renderer))
        return _of_plan(repository, outcome, status, job)

    return treat


def _announcing(repository: str, job: FleetJob) -> "Callable[[FileOutcome], None]":
    """Return what tells the journal of a write that is about to be done to a repository."""

    def announce(outcome: "FileOutcome") -> None:
        if job.journal is None or not outcome.plan.writes:
            return
        status = Status.CONFLICT if outcome.plan.conflicts else Status.UPDATED
        announce_write(job.journal, _of_plan(repository, outcome, status, job))

    return announce


def _of_files(write: "Callable[[], FileOutcome]") -> "tuple[FileOutcome, Status]":
    """Return what was done to files, or would be, and how the repository is after that."""
    from issue_scaffold.sync.outcome import NothingWrittenError

    try:
        outcome = write()
    except NothingWrittenError as error:
        return error.outcome, Status.CONFLICT
    if outcome.plan.conflicts:
        return outcome, Status.CONFLICT
    if not outcome.plan.writes:
        return outcome, Status.CLEAN
    if not outcome.dry_run:
        return outcome, Status.UPDATED
    if outcome.version_before is None:
        return outcome, Status.NOT_INITIALISED
    return outcome, Status.OUTDATED


def _of_plan(
    repository: str, outcome: "FileOutcome", status: Status, job: FleetJob
) -> FleetOutcome:
    from issue_scaffold.sync.plan import FileAction

    steps = [one for one in outcome.plan.steps if one.action is not FileAction.UNCHANGED]
    version = outcome.version_before or outcome.version
    if status is Status.UPDATED:
        version = outcome.version
    return FleetOutcome(
        repository=repository,
        status=status,
        template={"source": outcome.source, "version": version, "latest": outcome.version},
        files=tuple({"path": step.path, "action": str(step.action)} for step in steps),
        notes=outcome.notes,
        is_plan=outcome.dry_run and bool(outcome.plan.writes),
        change=changed_by(outcome.plan) if job.plans else None,
    )


def validating(_: FleetJob, __: Renderer) -> _InFolder:
    """Return what validates a repository's templates, forms and labels, and nothing around it."""
    from issue_scaffold.forge.shared_forge import shared_forges
    from issue_scaffold.labels.places import read_with_config
    from issue_scaffold.validate.run import validate_repository

    def treat(repository: str) -> FleetOutcome:
        crashes: list[Exception] = []

        def keep(error: Exception) -> str:
            crashes.append(error)
            return repr(error)

        root = Path(repository)
        files = read_with_config(root)
        report = validate_repository(repository, files, shared_forges(root), report_crash=keep)
        if crashes:
            raise crashes[0]
        if report.error is not None:
            return failed(repository, Reason.HOSTILE, report.error, report.hint)
        return outcome_of_report(repository, report)

    return treat


def comparing_labels(_: FleetJob, __: Renderer) -> _InFolder:
    """Return what compares the labels of a repository's forge with its labels config."""
    from issue_scaffold.label_sync.choice import NoLabelsConfigError
    from issue_scaffold.label_sync.drift import label_findings

    def treat(repository: str) -> FleetOutcome:
        try:
            findings = label_findings(Path(repository), on_wait=lambda *_: None)
        except NoLabelsConfigError:
            return without_labels_config(repository)
        return outcome_of_findings(repository, findings)

    return treat
