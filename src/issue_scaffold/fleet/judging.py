"""What can be said of a repository on a host by its listing, so that nobody has to fetch it.

The check is the ordinary one. What it would have to see of the files decides nothing here: such a
repository goes to whoever can fetch it.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.fleet.host_labels import LabelsJudge, may_say_labels, recorded_paths
from issue_scaffold.fleet.job import FleetJob, Verb, outcome_of_report
from issue_scaffold.fleet.listed_validation import ListedValidation
from issue_scaffold.fleet.listing.listing import HostListing, code_of_api
from issue_scaffold.fleet.opt_out import left_out_by, opted_out
from issue_scaffold.fleet.outcome import (
    FleetOutcome,
    Reason,
    Status,
    Why,
    failed,
    without_treatment,
)
from issue_scaffold.fleet.remote import RemoteRepository
from issue_scaffold.forge.layout import SETTINGS_PATHS
from issue_scaffold.forge.shared_forge import forges_of
from issue_scaffold.label_sync.http.errors import ApiError
from issue_scaffold.settings.file import read_settings
from issue_scaffold.sync.check import CheckOptions
from issue_scaffold.sync.listed_check import ListedCheck
from issue_scaffold.sync.listed_tree import ListedEntry, ListedTree, UnknownContentError
from issue_scaffold.sync.target import answers_path
from issue_scaffold.sync.trees import settings_of
from issue_scaffold.template.answers_file import parse_answers
from issue_scaffold.template.renderer import Renderer
from issue_scaffold.text.yaml_values import YamlValueError

# Contents that are asked for by themselves: the answers, and settings.
_MOST_QUESTIONS: Final = 2
# A repository with more files of its own than that is fetched, where they are to be validated.
_MOST_CONTENTS: Final = 100
_LISTED_AT_ONCE: Final = 50
# Settings and answers may name files that are looked at too.
_MOST_PREPARATIONS: Final = 3


class Judge:
    """Says what it can of repositories, one after the other; what it learns serves the next."""

    def __init__(self, job: FleetJob, renderer: Renderer) -> None:
        """Know nothing. Raises UsageError for an answers file that lies outside of its place."""
        self.sources = renderer.sources
        self._job = job
        self._answers_file = answers_path(job.answers_file)
        options = CheckOptions(answers_file=job.answers_file, offline=job.offline)
        self._check = ListedCheck(renderer, options)
        self._small = {self._answers_file, *SETTINGS_PATHS}
        self._labels = LabelsJudge()
        self._validation = ListedValidation(self._check.contents)
        self._asked_for: set[str] = set()

    @property
    def foresight(self) -> int:
        """How many repositories are to be prepared for at a time."""
        return _LISTED_AT_ONCE if self._job.verb is Verb.VALIDATE else 1

    def prepare(self, repositories: Sequence[RemoteRepository], listing: HostListing) -> None:
        """Ask for what is not known yet of the files of several repositories, once for each file.

        What the host refuses then is for whoever fetches the repository.
        """
        if self._check.contents.forget_many():
            self._asked_for.clear()
        if self._job.verb is not Verb.VALIDATE:
            return
        for _ in range(_MOST_PREPARATIONS):
            wanted: dict[str, RemoteRepository] = {}
            for repository in repositories:
                for oid in self._unknown(repository):
                    wanted.setdefault(oid, repository)
            if not wanted:
                return
            self._asked_for.update(wanted)
            with suppress(ApiError):
                for oid, content in listing.contents(wanted).items():
                    self._check.contents.add(oid, content)

    def _unknown(self, repository: RemoteRepository) -> Iterable[str]:
        """Return the ids of contents that are missing, as far as they would suffice."""
        entries = self._entries(repository)
        if entries is None:
            return ()
        try:
            self._validation.report(repository.name, entries, forges_of(repository.clone_url))
        except UnknownContentError as error:
            oids = frozenset(error.oids.values())
            if len(oids) <= _MOST_CONTENTS:
                return oids - self._asked_for
        except ScaffoldError:
            return ()
        return ()

    def outcome(self, repository: RemoteRepository, listing: HostListing) -> FleetOutcome | None:
        """Return the outcome of a repository, None for one that has to be fetched."""
        left_out = left_out_by(self._job.rollout, repository)
        if left_out is not None:
            return left_out
        if self._job.verb is Verb.LABELS:
            return self._of_labels(repository, listing)
        return self._of_files(repository, listing)

    def _of_files(self, repository: RemoteRepository, listing: HostListing) -> FleetOutcome | None:
        entries = self._entries(repository)
        if entries is None:
            return None
        for _ in range(_MOST_QUESTIONS + 1):
            try:
                return self._judged(repository, entries)
            except UnknownContentError as error:
                if not self._ask(error, repository, listing):
                    return None
            except ScaffoldError:  # whoever fetches it will say what it is
                return None
        return None

    def _of_labels(self, repository: RemoteRepository, listing: HostListing) -> FleetOutcome:
        """Return what the labels of a repository came to; nobody else could say more of them."""
        snapshot = repository.snapshot
        if snapshot is None:
            return failed(repository, Reason.FORBIDDEN, "the host doesn't list its files")
        try:
            files = self._files(may_say_labels(snapshot.files), repository, listing)
            files |= self._files(recorded_paths(files), repository, listing)
            return self._opted_out(repository, files) or self._labels.outcome(
                repository, files, listing
            )
        except ScaffoldError as error:
            return failed(repository, code_of_api(error), error.message, error.hint)

    def _opted_out(
        self, repository: RemoteRepository, files: Mapping[str, bytes]
    ) -> FleetOutcome | None:
        for path in SETTINGS_PATHS:
            if path in files:
                return opted_out(repository, read_settings(files[path], path)[0], path)
        return None

    def _files(
        self, paths: Iterable[str], repository: RemoteRepository, listing: HostListing
    ) -> dict[str, bytes]:
        """Return the contents of plain files. Raises ApiError."""
        found = {}
        entries = self._known_entries(repository)
        for path in paths:
            entry = entries.get(path)
            if entry is None or not entry.mode.startswith("100"):
                continue
            content = self._check.contents.get(entry.oid)
            if content is None:
                content = listing.content(repository, entry.oid)
            if content is not None and self._check.contents.add(entry.oid, content):
                found[path] = content
        return found

    def answers(self, repository: RemoteRepository, listing: HostListing) -> bytes | None:
        """Return the answers file of a repository, empty where there is none.

        None where that isn't known.
        """
        entries = self._entries(repository)
        if entries is None:
            return None
        tree = ListedTree(entries, self._check.contents)
        for _ in range(_MOST_QUESTIONS):
            try:
                file = tree.read(self._answers_file)
            except UnknownContentError as error:
                if not self._ask(error, repository, listing):
                    return None
            else:
                return b"" if file is None else file.content
        return None

    def _entries(self, repository: RemoteRepository) -> Mapping[str, ListedEntry] | None:
        snapshot = repository.snapshot
        if snapshot is None or not snapshot.is_whole:
            return None
        return self._known_entries(repository)

    def _known_entries(self, repository: RemoteRepository) -> dict[str, ListedEntry]:
        """Return the entries of a snapshot, and know the contents that came with them."""
        files = {} if repository.snapshot is None else repository.snapshot.files
        for file in files.values():
            if file.text is not None:
                self._check.contents.add(file.oid, file.text.encode("utf-8", "surrogatepass"))
        return {path: ListedEntry(file.mode, file.oid) for path, file in files.items()}

    def _judged(
        self, repository: RemoteRepository, entries: Mapping[str, ListedEntry]
    ) -> FleetOutcome | None:
        settings = settings_of(ListedTree(entries, self._check.contents))
        found = read_settings(settings.content, settings.path)[0]
        outcome = opted_out(repository, found, settings.path)
        if outcome is not None:
            return outcome
        if self._job.verb is Verb.VALIDATE:
            return self._validated(repository, entries)
        return self._of_template(repository, entries)

    def _of_template(
        self, repository: RemoteRepository, entries: Mapping[str, ListedEntry]
    ) -> FleetOutcome | None:
        is_initialised = self._check.is_initialised(entries)
        match self._job.verb:
            case Verb.CHECK | Verb.UPDATE if not is_initialised:
                return self._not_initialised(repository)
            case Verb.CHECK:
                return self._checked(repository, entries)
            case Verb.UPDATE if not self._changes(repository, entries):
                return self._unchanged(self._checked(repository, entries))
            case Verb.INIT if is_initialised:
                why = Why(Reason.NO_CHANGE, "it is set up already")
                return without_treatment(repository, Status.SKIPPED, why)
        return None

    def _changes(self, repository: RemoteRepository, entries: Mapping[str, ListedEntry]) -> bool:
        """Tell whether an update brings another template or other answers than the recorded ones.

        Raises UnknownContentError.
        """
        file = ListedTree(entries, self._check.contents).read(self._answers_file)
        answers: Mapping[str, Any] = {}
        if file is not None:
            with suppress(YamlValueError):  # who fetches it says what is wrong
                answers = parse_answers(file.content)
        return self._job.changes(repository.name, answers)

    def _not_initialised(self, repository: RemoteRepository) -> FleetOutcome:
        return FleetOutcome(
            repository=repository.name,
            status=Status.NOT_INITIALISED,
            host=repository.host,
            base=repository.base,
        )

    def _checked(
        self, repository: RemoteRepository, entries: Mapping[str, ListedEntry]
    ) -> FleetOutcome:
        return outcome_of_report(repository, self._check.check(repository.name, entries))

    def _validated(
        self, repository: RemoteRepository, entries: Mapping[str, ListedEntry]
    ) -> FleetOutcome | None:
        """Return what the validator says; None for files that its own code fails on."""
        report = self._validation.report(repository.name, entries, forges_of(repository.clone_url))
        if report.error is not None:
            return None
        return outcome_of_report(repository, report)

    def _unchanged(self, checked: FleetOutcome) -> FleetOutcome | None:
        """Return the outcome of an update that has nothing to do; None where it may have."""
        template = checked.template or {}
        is_newest = template.get("latest") == template.get("version") is not None
        if checked.status is Status.CLEAN and not checked.findings and is_newest:
            return checked
        return None

    def _ask(
        self, error: UnknownContentError, repository: RemoteRepository, listing: HostListing
    ) -> bool:
        """Ask for what is missing, if that is little; return whether all of it is known now."""
        if not error.oids or not self._small.issuperset(error.oids):
            return False
        for oid in error.oids.values():
            try:
                content = listing.content(repository, oid)
            except ApiError:
                return False
            if content is None or not self._check.contents.add(oid, content):
                return False
        return True
