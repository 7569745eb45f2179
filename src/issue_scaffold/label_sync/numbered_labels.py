"""Labels that are written to by their number, as all forges but GitHub have them.

Owns their shape in answers, and the look that each write begins with: a number stays when somebody
renames its label, so what was asked for by name is looked for first.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from issue_scaffold.label_sync.http.calls import header_number
from issue_scaffold.label_sync.http.errors import MissingError
from issue_scaffold.label_sync.http.json_shapes import (
    ListShape,
    ObjectShape,
    Shape,
    ValueShape,
    is_count,
)
from issue_scaffold.label_sync.http.label_shapes import (
    BOOLEAN,
    COLOUR,
    LABEL_NAME,
    NUMBER,
    OPTIONAL_TEXT,
    refuse_echo,
)
from issue_scaffold.label_sync.http.token import Token
from issue_scaffold.label_sync.plan import LiveLabel
from issue_scaffold.label_sync.repository_labels import RepositoryLabels
from issue_scaffold.labels.label import normalise_color


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedLabel:
    """A label with its number.

    `is_exclusive` says that an issue has only one label of its scope, the part of the name before
    the last `/`; `issues` how many issues have it, where the answer told, and `requests` how many
    open merge requests at least.
    """

    number: int
    live: LiveLabel
    is_exclusive: bool = False
    is_archived: bool = False
    issues: int | None = None
    requests: int = 0


_COUNT: Final = ValueShape(
    expected="a number or null", holds=lambda value: value is None or is_count(value)
)
_ISSUE_COUNTS: Final = ("open_issues_count", "closed_issues_count")
_REQUEST_COUNT: Final = "open_merge_requests_count"
_FLAGS: Final = ("exclusive", "is_archived", "is_project_label")
_OPTIONAL: Final[dict[str, Shape]] = {
    "description": OPTIONAL_TEXT,
    **dict.fromkeys(_FLAGS, BOOLEAN),
    **dict.fromkeys((*_ISSUE_COUNTS, _REQUEST_COUNT), _COUNT),
}
LABEL: Final = ObjectShape(
    fields={"id": NUMBER, "name": LABEL_NAME, "color": COLOUR, **_OPTIONAL},
    # Each forge has some, and older servers not even those.
    optional=frozenset(_OPTIONAL),
)
_LABELS: Final = ListShape(item=LABEL)
_REPOSITORY: Final = ObjectShape(fields={"archived": BOOLEAN}, optional=frozenset({"archived"}))


def read_labels(data: Any, token: Token) -> tuple[NumberedLabel, ...]:  # noqa: ANN401 - JSON
    """Return the labels of one page. Raises MalformedAnswerError."""
    _LABELS.check(data, "the answer")
    return tuple(label_of(item, token) for item in data)


def label_of(item: Mapping[str, Any], token: Token) -> NumberedLabel:
    """Return a label whose shape was checked."""
    description = item.get("description") or ""
    refuse_echo(token, item["name"], description)
    live = LiveLabel(
        name=item["name"],
        color=normalise_color(item["color"]),
        description=description,
        is_inherited=item.get("is_project_label") is False,
    )
    counts = [item[name] for name in _ISSUE_COUNTS if item.get(name) is not None]
    return NumberedLabel(
        number=item["id"],
        live=live,
        is_exclusive=bool(item.get("exclusive")),
        is_archived=bool(item.get("is_archived")),
        issues=sum(counts) if len(counts) == len(_ISSUE_COUNTS) else None,
        requests=item.get(_REQUEST_COUNT) or 0,
    )


def _read_is_archived(data: Any, token: Token) -> bool:  # noqa: ANN401, ARG001 - as all readers
    _REPOSITORY.check(data, "the answer")
    return bool(data.get("archived"))


class NumberedLabels(RepositoryLabels, ABC):
    """One repository's labels, by their numbers."""

    # What the last look has found, first those that count of several with one name.
    _known: tuple[NumberedLabel, ...] = ()

    def labels(self) -> tuple[LiveLabel, ...]:
        """Return all labels, also those of the groups that the repository is in."""
        return tuple(row.live for row in self._look())

    def is_archived(self) -> bool:
        """Return whether nothing can be written to the repository."""
        answer = self._read_repository()
        return self._calls.read(answer, _read_is_archived, f"read {self.repository}")

    def issue_body(self, number: int) -> str:
        """Return the text of an issue, empty for none. Raises MissingError if it isn't there."""
        what = f"read issue {number} of {self.repository}"
        answer = self._calls.get(f"{self._base}/issues/{number}", None, what)
        return self._calls.read(answer, self._read_issue_body, what)

    def delete(self, name: str) -> bool:
        """Delete a label, which takes it from all that has it; return whether it was there."""
        row = self._row_known(name) or self._row(name)
        if row is None or row.live.is_inherited:
            return False
        try:
            self._delete(row)
        except MissingError:
            return False
        return True

    def _delete(self, row: NumberedLabel) -> None:
        self._write("DELETE", self._path(row), f"delete label '{row.live.name}'")

    def _path(self, row: NumberedLabel) -> str:
        return f"{self._base}/labels/{row.number}"

    @staticmethod
    @abstractmethod
    def _read_issue_body(data: Any, token: Token) -> str:  # noqa: ANN401 - JSON
        """Return what an issue says. Raises MalformedAnswerError."""

    @abstractmethod
    def _list(self) -> Iterable[NumberedLabel]:
        """Return all labels as they are now, first those that count of several with one name."""

    def _look(self) -> tuple[NumberedLabel, ...]:
        """Return all labels as they are now, and remember them."""
        try:
            self._known = tuple(self._list())
        except MissingError as error:
            raise self._missing() from error
        return self._known

    def _row(self, name: str) -> NumberedLabel | None:
        """Return the label of this very name as it is now."""
        self._look()
        return self._row_known(name)

    def _row_known(self, name: str) -> NumberedLabel | None:
        return next((row for row in self._known if row.live.name == name), None)

    def _counted(self, path: str, query: Mapping[str, str], header: str) -> int | None:
        """Return how many a list has, by a header of an answer; None where it isn't told."""
        return header_number(self._calls.get(path, query, f"count what {path} has"), header)
