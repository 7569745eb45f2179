"""What a conversion did not carry over as it was, as rows of a report and as lines for people."""

from typing import Final

from issue_scaffold.cli.printing import style
from issue_scaffold.convert.form import Remark
from issue_scaffold.report.finding import Severity
from issue_scaffold.report.report import ReportRow, Tone

LOSSES: Final = frozenset({"left out", "broken"})


def remark_row(remark: Remark, path: str, data: dict[str, object]) -> ReportRow:
    """Return a remark on a file as a row; `data` is what programs get before the remark itself."""
    data |= {"kind": remark.kind, "message": remark.message}
    if remark.text:
        data["text"] = remark.text
    tone, severity = Tone.CHANGE, Severity.INFO
    if remark.kind in LOSSES:
        tone, severity = Tone.CAUTION, Severity.WARNING
    row = ReportRow(data, path, remark.kind, tone, text=remark.message, aside=was(remark))
    return row._replace(severity=severity, path=path)


def was(remark: Remark) -> str:
    """Return what the source had, in brackets and on one line."""
    text = " ".join(remark.text.split())
    return f"(was: {text})" if text else ""


def remark_line(remark: Remark) -> str:
    """Return a remark as a line for people."""
    colour = "yellow" if remark.kind in LOSSES else "cyan"
    return f"{style(f'{remark.kind}:', fg=colour)} {remark.message} {was(remark)}".rstrip()
