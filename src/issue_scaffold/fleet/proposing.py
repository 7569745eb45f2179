"""What a planned change proposes to a repository's people, by the row that a run keeps of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from issue_scaffold.fleet.outcome import FleetOutcome, Status
from issue_scaffold.fleet.pull_request_body import ListedFile, Proposal
from issue_scaffold.fleet.remote import PlannedChange
from issue_scaffold.sync.plan import FileAction
from issue_scaffold.template.release_notes import News

AskNews = Callable[[str, str, str], News]


def proposal_of(
    outcome: FleetOutcome, contents: Mapping[str, bytes], ask_news: AskNews
) -> Proposal:
    """Return what is proposed; `ask_news` is asked where there is a version before.

    `contents` are those of the change, by their digests.
    """
    template = outcome.template or {}
    before = template.get("version")
    if outcome.status is Status.NOT_INITIALISED:
        before = None
    proposal = Proposal(
        template=template.get("source") or "",
        before=before,
        version=template.get("latest") or "",
        files=tuple(ListedFile(str(row["path"]), str(row["action"])) for row in outcome.files),
        conflicts=tuple(_conflicts(outcome, outcome.change, contents)),
    )
    if before is None or before == proposal.version:
        return proposal
    changes = ask_news(proposal.template, before, proposal.version)
    return replace(proposal, changes=changes)


def _conflicts(
    outcome: FleetOutcome, change: PlannedChange | None, contents: Mapping[str, bytes]
) -> list[tuple[str, str]]:
    """Return the contents, with markers, of the files that have some."""
    if change is None:
        return []
    marked = {row["path"] for row in outcome.files if row["action"] == FileAction.CONFLICT}
    found = []
    for file in change.files:
        if file.path in marked:
            content = contents.get(file.digest or "", b"")
            found.append((file.path, content.decode(errors="replace")))
    return found
