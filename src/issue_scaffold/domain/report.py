"""The result of `check` and `validate`: what every renderer in `cli/output/` gets."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from issue_scaffold.domain.finding import Finding


class TemplateState(NamedTuple):
    """Which template a target follows. `latest` is None when nobody could be asked."""

    source: str
    version: str | None
    latest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetReport:
    """What was found in one target. `target` is as given on the command line.

    `error` says why the target could not be looked at (then there are no findings), `hint` what to do about it;
    `notes` are remarks that never fail ("newer version unknown: offline").
    """

    target: str
    status: Literal["clean", "findings", "failed"]
    findings: tuple[Finding, ...] = ()
    template: TemplateState | None = None
    error: str | None = None
    hint: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole answer of one command; `exit_code` is what the process will end with."""

    command: Literal["check", "validate"]
    exit_code: int
    targets: tuple[TargetReport, ...]
