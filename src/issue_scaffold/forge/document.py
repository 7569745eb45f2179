"""One file under validation: its kind, forge, text and tree, or what kept it from having one."""

from enum import Enum
from typing import Final, NamedTuple

from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.forges import GITHUB, Forge
from issue_scaffold.report.finding import Severity
from issue_scaffold.text.edits import Fix
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Alias, Anchor, Mapping, Scalar, Value

# What fits beside the words around it.
_LONGEST: Final = 60


class Problem(NamedTuple):
    """What a rule found, before it becomes a finding.

    `severity` is set where it differs from the rule's own, `path` by rules that look at several
    files; others speak of the file that they were given.
    """

    start: int
    end: int
    message: str
    hint: str | None = None
    severity: Severity | None = None
    fix: Fix | None = None
    path: str | None = None


class ReadingFailure(Enum):
    """Why a file has no tree."""

    ENCODING = "encoding"
    LIMITS = "limits"
    SYNTAX = "syntax"
    FRONT_MATTER = "front matter"


class Document(NamedTuple):
    """A file with its tree.

    `root` is None for an empty file and for one that could not be parsed; `failure` then says
    why. `head` is the span that was parsed as YAML: the front matter of a
    Markdown template, else the whole file. `separators` are the offsets of the `---` lines that
    begin a second and further documents.
    """

    kind: FileKind
    source: Source
    root: Value | None = None
    failure: tuple[ReadingFailure, Problem] | None = None
    head: tuple[int, int] = (0, 0)
    separators: tuple[int, ...] = ()
    rest: tuple[Value, ...] = ()
    aliases: tuple[Alias, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    forge: Forge = GITHUB

    @property
    def path(self) -> str:
        """The path that findings show."""
        return self.source.path

    @property
    def mapping(self) -> Mapping | None:
        """The root, if it is a mapping."""
        return self.root if isinstance(self.root, Mapping) else None


def at(
    node: Value | Alias,
    message: str,
    *,
    hint: str | None = None,
    severity: Severity | None = None,
    fix: Fix | None = None,
    path: str | None = None,
) -> Problem:
    """Return a problem of one node."""
    return Problem(node.start, node.end, message, hint, severity, fix, path)


def shown(node: Scalar) -> str:
    """Return a scalar's text as messages quote it: one short line."""
    line = " ".join(node.value.split())
    if len(line) > _LONGEST:
        line = f"{line[: _LONGEST - 3]}…"
    return f"`{line}`"
