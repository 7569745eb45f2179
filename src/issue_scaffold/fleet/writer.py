"""The writing part of a fleet: a planned change becomes a branch and one pull request.

One repository after the other, each step looked up before it is taken, so that a run that was
killed anywhere is gone on with by doing the same again: a commit is the same for the same plan, and
a pull request is looked for by its branch. People's commits, and what they have closed, are left
alone. What a plan holds is not decided here.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Protocol

from issue_scaffold.fleet.address import source_of
from issue_scaffold.fleet.forges.extras import PullRequestExtras, give_extras
from issue_scaffold.fleet.forges.pull_request import (
    FoundIssue,
    NoDraftsError,
    NothingToProposeError,
    ProposedText,
    PullRequest,
    PullRequestsApi,
    PullRequestState,
)
from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, Why
from issue_scaffold.fleet.proposing import proposal_of
from issue_scaffold.fleet.pull_request_body import (
    Mark,
    Proposal,
    body_of,
    edited_comment,
    is_edited_comment,
    issue_body_of,
    mark_in,
)
from issue_scaffold.fleet.remote import PlannedChange, RemoteRepository
from issue_scaffold.git.remote_branch import (
    BranchMovedError,
    BuiltFile,
    RemoteBranches,
    Signature,
    Workshop,
)
from issue_scaffold.label_sync.http.errors import ExistsError, UnreachableError
from issue_scaffold.template.release_notes import News
from issue_scaffold.template.versions import parse
from issue_scaffold.text.digests import sha256_of

BRANCH: Final = "scaffold/update"
# Somebody may push just now, and once more.
_MOST_TRIES: Final = 3
# GitLab takes 255 characters, GitHub 256.
_LONGEST_TITLE: Final = 240
_TRAILER: Final = "Scaffold-Tree"
_CERTIFIED: Final = re.compile(rf"^{_TRAILER}: ([0-9a-f]{{40,64}})\s*\Z", re.MULTILINE)


class ConflictsAs(StrEnum):
    """What becomes of a change whose files have conflict markers."""

    DRAFT = "draft"
    ISSUE = "issue"
    SKIP = "skip"


class PullAction(StrEnum):
    """What was done to a pull request, or to the issue in its place."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    PUSHED = "pushed"
    LEFT_CLOSED = "left-closed"
    LEFT_EDITED = "left-edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """How changes are to be written.

    `title` may hold `{version}`; `lead` is Markdown that each body begins with. Unless `opens`, a
    branch is pushed and no API is asked. `signs_off` ends messages with the trailer of that name,
    `signs` lets the user's git sign commits.
    """

    signature: Signature
    branch: str = BRANCH
    title: str | None = None
    message: str | None = None
    conflicts_as: ConflictsAs = ConflictsAs.DRAFT
    is_draft: bool = False
    opens: bool = True
    lead: str = ""
    extras: PullRequestExtras = field(default_factory=PullRequestExtras)
    signs_off: bool = False
    signs: bool = False


class WriterSurroundings(Protocol):
    """What the writer needs of its run."""

    def pull_requests(self, repository: RemoteRepository) -> PullRequestsApi:
        """Return the pull requests of a repository, as its host has them."""

    def git_environment(self, repository: RemoteRepository) -> Mapping[str, str]:
        """Return what a git is started with that talks to a repository's host."""

    def may_open(self) -> None:
        """Raise where so many pull requests are open that there may be no other."""

    def was_opening(self, repository: str) -> bool:
        """Tell whether an attempt on the same plan was ended after it began to open one."""

    def before_opening(self, repository: RemoteRepository) -> None:
        """Count a pull request that is about to be opened; raise where there are enough."""

    def planned_anew(self, repository: RemoteRepository) -> FleetOutcome:
        """Return what is planned for a repository as it is now."""

    def contents(self, change: PlannedChange) -> Mapping[str, bytes]:
        """Return the contents of a change, by their digests."""

    def news(self, template: str, before: str, version: str) -> News:
        """Return what changed in a template."""

    def note(self, event: str, repository: str, details: Mapping[str, Any]) -> None:
        """Write an event into the journal, to the disk."""


@dataclass(slots=True)
class _Case:
    """One repository while it is written to: what is planned, and what was found there."""

    outcome: FleetOutcome
    change: PlannedChange
    branches: RemoteBranches
    heads: dict[str, str]
    contents: Mapping[str, bytes]
    proposal: Proposal
    digest: str
    api: PullRequestsApi | None = None
    pull: PullRequest | None = None
    mark: Mark | None = None
    head: str | None = None

    @property
    def has_conflicts(self) -> bool:
        """Whether files of the change have conflict markers."""
        return bool(self.proposal.conflicts)

    @property
    def opens_another(self) -> bool:
        """Whether a pull request is to be opened: none is open."""
        return self.api is not None and (self.pull is None or not self.pull.is_open)


class ChangeWriter:
    """Writes planned changes to the hosts of their repositories."""

    def __init__(self, options: WriteOptions, surroundings: WriterSurroundings) -> None:
        self._options = options
        self._around = surroundings

    def write(self, outcome: FleetOutcome, repository: RemoteRepository) -> FleetOutcome:
        """Return what came of a planned change.

        Raises ScaffoldError where the host refuses or can't be had.
        """
        moved: BranchMovedError | None = None
        for _ in range(_MOST_TRIES):
            try:
                return self._written(outcome, repository)
            except BranchMovedError as error:
                moved = error
        raise moved or BranchMovedError(f"{repository.name} moves faster than it can be planned")

    def _written(self, outcome: FleetOutcome, repository: RemoteRepository) -> FleetOutcome:
        environment = self._around.git_environment(repository)
        branches = RemoteBranches(source_of(repository).url, environment)
        outcome, heads = self._current(outcome, repository, branches)
        change = outcome.change
        if change is None:
            return outcome
        case = self._case(outcome, change, branches, heads)
        if self._options.opens:
            case.api = self._around.pull_requests(repository)
            case.pull = case.api.of_branch(self._options.branch)
            case.mark = mark_in(case.pull.body) if case.pull else None
        left = self._left_alone(case)
        if left is not None:
            return left
        if case.has_conflicts and self._options.conflicts_as is not ConflictsAs.DRAFT:
            return self._without_draft(case)
        return self._pushed(case, repository)

    def _current(
        self, outcome: FleetOutcome, repository: RemoteRepository, branches: RemoteBranches
    ) -> tuple[FleetOutcome, dict[str, str]]:
        """Return a plan for the base as it is now, planned anew if it moved, and all heads."""
        heads = self._heads(outcome, branches)
        if outcome.base is not None and heads.get(outcome.base.branch) == outcome.base.commit:
            return outcome, heads
        anew = self._around.planned_anew(repository)
        heads = self._heads(anew, branches)
        if anew.base is not None and heads.get(anew.base.branch) != anew.base.commit:
            raise BranchMovedError(f"{anew.base.branch} moved in the meantime")
        return anew, heads

    def _heads(self, outcome: FleetOutcome, branches: RemoteBranches) -> dict[str, str]:
        names = [self._options.branch]
        if outcome.base is not None:
            names.append(outcome.base.branch)
        return branches.heads(names)

    def _case(
        self,
        outcome: FleetOutcome,
        change: PlannedChange,
        branches: RemoteBranches,
        heads: dict[str, str],
    ) -> _Case:
        contents = change.contents or self._around.contents(change)
        return _Case(
            outcome=outcome,
            change=change,
            branches=branches,
            heads=heads,
            contents=contents,
            proposal=proposal_of(outcome, contents, self._around.news),
            digest=sha256_of(json.dumps([list(file) for file in change.files]).encode()),
            head=heads.get(self._options.branch),
        )

    def _left_alone(self, case: _Case) -> FleetOutcome | None:
        """Return the outcome of what is as it should be, or was closed by its people."""
        pull, mark = case.pull, case.mark
        if pull is None or pull.state is PullRequestState.MERGED:
            return None
        version = case.proposal.version
        if pull.state is PullRequestState.CLOSED:
            if mark is not None and is_newer(version, mark.version):
                return None
            message = f"pull request {pull.number} was closed, and {version} is no newer version"
            why = Why(Reason.CLOSED_BY_USER, message, "to have it anyway: reopen it")
            return self._skipped(case, why, PullAction.LEFT_CLOSED)
        if mark is None or (mark.version, mark.files) != (version, case.digest):
            return None
        if mark.commit != case.head:
            return None
        return self._done(self._resumed(case, pull), pull, PullAction.UNCHANGED)

    def _pushed(self, case: _Case, repository: RemoteRepository) -> FleetOutcome:
        branch, base = self._options.branch, case.change.base.branch
        if case.opens_another:
            self._around.may_open()
        with case.branches.fetched(case.heads, base, branch) as workshop:
            if not self._is_ours(case, workshop):
                return self._edited(case)
            built = workshop.build(
                [self._file(case, number) for number in range(len(case.change.files))],
                lambda tree: self._message(case, tree),
                self._options.signature,
                signs=self._options.signs,
            )
            if built.tree == workshop.base_tree():
                why = Why(Reason.NO_CHANGE, f"{base} has all of it already")
                return self._skipped(case, why, PullAction.UNCHANGED)
            commit = built.commit
            if case.head is not None and workshop.tree_and_message()[0] == built.tree:
                commit = case.head
            mark = Mark(
                template=case.proposal.template,
                version=case.proposal.version,
                files=case.digest,
                tree=built.tree,
                commit=commit,
                is_draft=case.has_conflicts or self._options.is_draft,
            )
            text = self._text(case, mark)
            try:
                self._drafted_first(case, text)
            except NoDraftsError:
                return self._without_draft(case)
            if commit != case.head:
                self._push(case, workshop, commit)
        return self._proposed(case, text, repository)

    def _file(self, case: _Case, number: int) -> BuiltFile:
        file = case.change.files[number]
        content = None if file.digest is None else case.contents[file.digest]
        return BuiltFile(file.path, file.mode, content)

    def _message(self, case: _Case, tree: str) -> str:
        said = self._options.message or case.proposal.title
        trailers = f"{_TRAILER}: {tree}"
        if self._options.signs_off:
            who = self._options.signature
            trailers = f"Signed-off-by: {who.name} <{who.email}>\n{trailers}"
        return f"{said.replace('{version}', case.proposal.version)}\n\n{trailers}"

    def _is_ours(self, case: _Case, workshop: Workshop) -> bool:
        """Tell whether nobody else has committed on the branch, or it has been merged as it is."""
        if case.head is None or case.head == case.change.base.commit:
            return True
        pull = case.pull
        if pull is not None and pull.state is PullRequestState.MERGED and pull.head == case.head:
            return True
        tree, message = workshop.tree_and_message()
        if case.mark is not None and tree == case.mark.tree:
            return True
        certified = _CERTIFIED.search(message)
        return certified is not None and certified[1] == tree

    def _text(self, case: _Case, mark: Mark) -> ProposedText:
        """Return what the pull request is to say; what people made a draft, or ready, stays so."""
        title = (self._options.title or case.proposal.title).replace(
            "{version}", case.proposal.version
        )[:_LONGEST_TITLE]
        body = body_of(case.proposal, mark, self._options.lead)
        is_draft = mark.is_draft
        pull = case.pull
        if pull is not None and pull.state is PullRequestState.DRAFT:
            is_draft = is_draft or case.mark is None or not case.mark.is_draft
        elif pull is not None and pull.is_open:
            is_draft = case.has_conflicts
        return ProposedText(title=title, body=body, is_draft=is_draft)

    def _drafted_first(self, case: _Case, text: ProposedText) -> None:
        """Make a ready pull request a draft before markers come to it. Raises NoDraftsError."""
        pull = case.pull
        if pull is None or case.api is None or not case.has_conflicts:
            return
        if pull.state is PullRequestState.OPEN:
            case.pull = case.api.change(pull, text)

    def _push(self, case: _Case, workshop: Workshop, commit: str) -> None:
        details = {"branch": self._options.branch, "commit": commit, "known": case.head}
        self._around.note("pushing", case.outcome.repository, details)
        case.branches.push(workshop, commit, self._options.branch, case.head)
        self._around.note("pushed", case.outcome.repository, details)

    def _proposed(
        self, case: _Case, text: ProposedText, repository: RemoteRepository
    ) -> FleetOutcome:
        if case.api is None:
            return self._done(case, None, PullAction.PUSHED)
        pull = case.pull
        if pull is not None and pull.is_open:
            if not _says(pull, text):
                pull = case.api.change(pull, text)
            return self._done(self._resumed(case, pull), pull, PullAction.UPDATED)
        self._around.before_opening(repository)
        self._around.note("opening", case.outcome.repository, {"branch": self._options.branch})
        try:
            pull = self._opened(case, case.api, text)
        except NothingToProposeError as error:
            return self._skipped(case, Why(Reason.NO_CHANGE, error.message), PullAction.UNCHANGED)
        except NoDraftsError:
            return self._without_draft(case)
        opened = {"number": pull.number, "url": pull.url}
        self._around.note("opened", case.outcome.repository, opened)
        return self._done(self._with_extras(case, pull), pull, PullAction.CREATED)

    def _resumed(self, case: _Case, pull: PullRequest) -> _Case:
        """Give a pull request its extras if an attempt ended between opening it and doing so.

        Others keep theirs: what people took off is not put back.
        """
        if self._options.extras and self._around.was_opening(case.outcome.repository):
            return self._with_extras(case, pull)
        return case

    def _with_extras(self, case: _Case, pull: PullRequest) -> _Case:
        """Give a new pull request its extras; what it could not get is noted in the outcome."""
        if case.api is None:
            return case
        base = case.change.base.branch
        notes = give_extras(case.api, pull, base, self._options.extras)
        outcome = replace(case.outcome, notes=(*case.outcome.notes, *notes))
        return replace(case, outcome=outcome)

    def _opened(self, case: _Case, api: PullRequestsApi, text: ProposedText) -> PullRequest:
        """Open a pull request; where nobody knows whether that was done, look, then try again."""
        branch, base = self._options.branch, case.change.base.branch
        try:
            return api.propose(branch, base, text)
        except (ExistsError, UnreachableError):
            found = api.of_branch(branch)
            if found is not None and found.is_open:
                return api.change(found, text)
        except NoDraftsError:
            if case.has_conflicts:
                raise
            text = replace(text, is_draft=False)
        return api.propose(branch, base, text)

    def _without_draft(self, case: _Case) -> FleetOutcome:
        """Say that there are conflicts, in an issue or in the row only."""
        api, proposal = case.api, case.proposal
        if api is None or self._options.conflicts_as is ConflictsAs.SKIP:
            return replace(case.outcome, is_plan=False)
        mark = Mark(proposal.template, proposal.version, case.digest, "", "")
        text = ProposedText(
            title=f"{proposal.title}: conflicts", body=issue_body_of(proposal, mark)
        )
        issue, before = _last_issue(api, proposal.template)
        if issue is None or before is None:
            return self._issue(case, api, text)
        if not issue.is_open:
            if is_newer(proposal.version, before.version):
                return self._issue(case, api, text)
            return self._done(case, issue, PullAction.LEFT_CLOSED)
        if (before.version, before.files) == (mark.version, mark.files):
            return self._done(case, issue, PullAction.UNCHANGED)
        return self._done(case, api.change_issue(issue, text), PullAction.UPDATED)

    def _issue(self, case: _Case, api: PullRequestsApi, text: ProposedText) -> FleetOutcome:
        self._around.note("opening", case.outcome.repository, {"issue": text.title})
        issue = api.open_issue(text)
        opened = {"number": issue.number, "url": issue.url}
        self._around.note("opened", case.outcome.repository, opened)
        return self._done(case, issue, PullAction.CREATED)

    def _edited(self, case: _Case) -> FleetOutcome:
        """Leave a branch to those who have committed on it; tell them once."""
        pull, api = case.pull, case.api
        if pull is not None and api is not None and pull.is_open:
            _tell_once(api, pull, edited_comment(case.proposal))
        why = Why(
            Reason.EDITED_BY_USER,
            f"{self._options.branch} has commits that scaffold has not made",
            "merge or close its pull request, and delete the branch, to get another one",
        )
        return self._skipped(case, why, PullAction.LEFT_EDITED)

    def _skipped(self, case: _Case, why: Why, action: PullAction) -> FleetOutcome:
        found = _document(case.pull, action) if case.pull is not None else None
        return replace(
            case.outcome, status=Status.SKIPPED, why=why, is_plan=False, pull_request=found
        )

    def _done(
        self, case: _Case, found: PullRequest | FoundIssue | None, action: PullAction
    ) -> FleetOutcome:
        template = dict(case.outcome.template or {})
        status = Status.CONFLICT
        if not case.has_conflicts:
            template["version"] = template.get("latest")
            status = Status.UPDATED
        return replace(
            case.outcome,
            status=status,
            why=None,
            is_plan=False,
            template=template,
            pull_request=_document(found, action),
        )


def _says(pull: PullRequest, text: ProposedText) -> bool:
    is_draft = pull.state is PullRequestState.DRAFT
    return (pull.title, pull.body, is_draft) == (text.title, text.body, text.is_draft)


def _tell_once(api: PullRequestsApi, pull: PullRequest, text: str) -> None:
    """Say on a pull request that its branch is theirs, unless that was said before."""
    if not any(map(is_edited_comment, api.comments(pull))):
        api.comment(pull, text)


def _last_issue(api: PullRequestsApi, template: str) -> tuple[FoundIssue, Mark] | tuple[None, None]:
    """Return the last issue that was made about a template's conflicts, and its mark."""
    for issue in api.issues():
        mark = mark_in(issue.body)
        if mark is not None and mark.template == template:
            return issue, mark
    return None, None


def is_newer(version: str, other: str) -> bool:
    """Tell whether a version comes after another; of what are no versions, whether they differ."""
    one, two = parse(version), parse(other)
    if one is None or two is None:
        return version != other
    return one > two


def _document(found: PullRequest | FoundIssue | None, action: PullAction) -> dict[str, Any]:
    """Return what programs read of a pull request, or of the issue in its place."""
    match found:
        case PullRequest():
            return {
                "number": found.number,
                "url": found.url,
                "state": str(found.state),
                "action": str(action),
            }
        case FoundIssue():
            state = "open" if found.is_open else "closed"
            return {
                "issue": found.number,
                "url": found.url,
                "state": state,
                "action": str(action),
            }
    return {"action": str(action)}
