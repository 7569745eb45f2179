"""What the planner needs of a forge: the one interface that each forge's adapter fulfils.

Owns the interface and the values that go through it. How a forge is asked is its adapter's.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.plan import LiveLabel


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue or a pull request: its number and the keys of its labels.

    `is_request` marks a merge request of a forge that counts those by themselves.
    """

    number: int
    labels: frozenset[str]
    is_request: bool = False

    def __str__(self) -> str:
        """Return it as people write it."""
        sign = "!" if self.is_request else "#"
        return f"{sign}{self.number}"


@dataclass(frozen=True, slots=True)
class UsedLabel:
    """A label as it is now, and how many issues have it."""

    label: LiveLabel
    issues: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueOrder:
    """A new issue as a forge is asked for it. `type` is for a forge whose issues have types."""

    title: str
    body: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    type: str | None = None


@dataclass(frozen=True, slots=True)
class CreatedIssue:
    """An issue that was just made: its number and the address of its page."""

    number: int
    url: str


class LabelsApi(Protocol):
    """One repository's labels, which issues have them, and new issues that get them.

    "Issues" are issues and pull (or merge) requests in any state. Every
    write but that of an issue may be repeated: an answer that was lost makes no difference. Methods
    raise ApiError when the forge refuses or can't be had: AccessError where it would refuse every
    request, MissingError where a label isn't there. `has_types` says that an issue can have a type.
    """

    has_types: bool

    @property
    def repository(self) -> Repository:
        """The repository that was meant."""

    @property
    def calls(self) -> int:
        """How many requests have been sent."""

    def seconds_for(self, writes: int) -> float:
        """Return the seconds after which this many more writes can have gone."""

    def wait_for_turn(self) -> None:
        """Wait until the forge's limits let a write go at once."""

    def labels(self) -> tuple[LiveLabel, ...]:
        """Return all labels."""

    def find(self, name: str) -> UsedLabel | None:
        """Return one label as it is now, None if there is none."""

    def is_archived(self) -> bool:
        """Return whether nothing can be written to the repository."""

    def usage(self, names: Collection[str]) -> Mapping[str, int]:
        """Return by name how many issues have each of these labels; each name is in it."""

    def issues(self, name: str) -> Iterator[Issue]:
        """Yield all issues that have a label."""

    def create(self, name: str, color: str, description: str) -> None:
        """Create a label; one that is there by now gets this name, colour and description."""

    def update(
        self,
        name: str,
        *,
        new_name: str | None = None,
        color: str | None = None,
        description: str | None = None,
    ) -> None:
        """Give a label another name, colour or description; what is None stays.

        One that has its new name already is as good.
        """

    def issue_body(self, number: int) -> str:
        """Return the text of an issue, empty for none. Raises MissingError if it isn't there."""

    def add_label(self, issue: Issue, name: str) -> None:
        """Put a label on an issue; one that has it already is as good."""

    def displaced(self, issue: Issue, name: str) -> frozenset[str]:
        """Return the keys of the labels that an issue loses when it gets this one.

        Some forges let an issue have one label of a scope only.
        """

    def create_issue(self, order: IssueOrder) -> CreatedIssue:
        """Make an issue, once: it is not tried again where nobody knows whether that was done.

        Labels that there aren't are left out, if the forge would make them or refuse the issue.
        """

    def delete(self, name: str) -> bool:
        """Delete a label, which takes it from all that has it; return whether it was still there.

        One that is gone is as good.
        """
