"""What came of `init` or `update`, as a value: done, or refused with nothing written."""

from dataclasses import dataclass

from issue_scaffold.errors import ConflictError
from issue_scaffold.sync.plan import FilePlan
from issue_scaffold.template.release_notes import NO_NEWS, News


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What `init` or `update` did, or with `dry_run` would do.

    `version_before` is None for a first installation, `source_before` the template before where it
    was another one; `changes` are the template's between the two versions.

    `notes` are remarks for the user; `resumed`
    says that an interrupted run was completed instead.
    """

    target: str
    source: str
    version_before: str | None
    version: str
    plan: FilePlan
    dry_run: bool
    notes: tuple[str, ...] = ()
    resumed: bool = False
    source_before: str | None = None
    changes: News = NO_NEWS

    @property
    def exit_code(self) -> int:
        """0 when all is done, 1 when conflicts are left."""
        return 1 if self.plan.conflicts else 0


class NothingWrittenError(ConflictError):
    """Files stand in the way and none may be written; `outcome` is what was not carried out."""

    def __init__(self, message: str, outcome: FileOutcome, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.outcome = outcome
