"""A report as Markdown, for step summaries and comments. What findings quote can't break out of its place."""

import re
from collections.abc import Iterator
from html import escape
from typing import Final

from issue_scaffold.cli.output.places import file_of, label, tally
from issue_scaffold.cli.printing import inert
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.report.report import Report, TargetReport

_SIGNS: Final = {
    Severity.ERROR: "❌ error",
    Severity.WARNING: "⚠️ warning",
    Severity.INFO: "💡 info",
}


# What GitHub makes links of without being asked: https://github.github.com/gfm/#autolinks-extension- and
# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
_LINKED: Final = re.compile(
    r"@|#(?=\d)|\bGH-(?=\d)|\bwww(?=\.)|\b[a-z][a-z0-9+.-]{0,20}:(?=//)", re.IGNORECASE
)


def render(report: Report) -> str:
    """Return the summary: a heading, the tally, and a table a target."""
    lines = [f"## scaffold {report.command}", "", f"**{tally(report) or _nothing(report)}**", ""]
    for target in report.targets:
        lines += _target(report, target)
    return "".join(f"{line}\n" for line in lines)


def _nothing(report: Report) -> str:
    failed = sum(target.status == "failed" for target in report.targets)
    return "no problems found" if not failed else "not everything could be looked at"


def _target(report: Report, target: TargetReport) -> Iterator[str]:
    several = len(report.targets) > 1 or report.command == "check"
    if several:
        template = (
            f" · {code(f'{target.template.source} {target.template.version or str()}'.strip())}"
            if target.template
            else ""
        )
        yield f"### {code(target.target)}{template}"
        yield ""
    if target.error is not None:
        yield f"- ❌ {escaped(target.error)}" + (
            f" · {escaped(target.hint)}" if target.hint else ""
        )
        yield ""
    for note in target.notes:
        yield f"- {escaped(note)}"
        yield ""
    if target.findings:
        yield "| | where | what | rule |"
        yield "|---|---|---|---|"
        for finding in target.findings:
            yield _row(file_of(report, target, finding), finding)
        yield ""
    elif several and target.error is None:
        yield "✅ nothing to report"
        yield ""
    for finding in target.findings:
        if finding.diff:
            yield from _diff(finding)


def _row(path: str, finding: Finding) -> str:
    place = path if finding.line is None else f"{path}:{finding.line}:{finding.column or 1}"
    what = escaped(finding.message) + (f"<br>{escaped(finding.hint)}" if finding.hint else "")
    rule = code(label(finding))
    linked = (
        f"[{rule}]({finding.url})" if finding.url and finding.url.startswith("https://") else rule
    )
    return f"| {_SIGNS[finding.severity]} | {code(place)} | {what} | {linked} |"


def _diff(finding: Finding) -> Iterator[str]:
    body = [inert(line) for line in (finding.diff or "").rstrip("\n").split("\n")]
    fence = "`" * max(3, _longest_run(finding.diff or "") + 1)
    # A line that begins with HTML holds no Markdown.
    yield f"<details><summary>{_unlinked(escape(inert(finding.path)))}</summary>"
    yield ""
    yield f"{fence}diff"
    yield from body
    yield fence
    yield ""
    yield "</details>"
    yield ""


def code(text: str) -> str:
    """Return a text as a code span in a table cell, whatever backticks and pipes are in it."""
    flat = " ".join(_lines_of(text).split()).replace("|", "\\|")
    if not flat:
        return ""
    if "`" not in flat:
        return f"`{flat}`"
    marks = "`" * (_longest_run(flat) + 1)
    return f"{marks} {flat} {marks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _lines_of(text: str) -> str:
    """Return a text that is inert; where a message of our own breaks a line, a blank will do."""
    return " ".join(inert(line) for line in text.split("\n"))


def escaped(text: str) -> str:
    """Return a text in which only code spans are Markdown."""
    parts = " ".join(_lines_of(text).split()).split("`")
    if len(parts) % 2 == 0:
        return _plain("`".join(parts), backticks=True)
    shown = [
        _plain(part) if index % 2 == 0 else code(part) if part else ""
        for index, part in enumerate(parts)
    ]
    return "".join(shown)


def _plain(text: str, *, backticks: bool = False) -> str:
    marks = "\\*_[]|~#$" + ("`" if backticks else "")
    shown = "".join(f"\\{char}" if char in marks else char for char in _unlinked(text))
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unlinked(text: str) -> str:
    """Return a text of which nothing becomes a link, a mention of a person or a reference that closes an issue."""
    return _LINKED.sub(lambda found: f"{found[0]}\u200b", text)
