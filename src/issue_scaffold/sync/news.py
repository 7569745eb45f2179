"""What a newer version of its template means for a target: what changed, and what it offers now.

Only told: whatever keeps it from being found out costs neither a check nor an update.
"""

from typing import NamedTuple

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.report.report import ReportRow, ReportTable
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.template.release_notes import NO_NEWS, News
from issue_scaffold.template.renderer import Renderer, Request
from issue_scaffold.text.shell_words import quote


class VersionNews(NamedTuple):
    """What is to be told of a newer version; `remarks` are a line each, with what to type."""

    changes: News = NO_NEWS
    remarks: tuple[str, ...] = ()


def news_of(before: Request, after: Request, remedy: Remedy, renderer: Renderer) -> VersionNews:
    """Return the news of going from one request to another; none for an older or another template.

    `after` has the recorded answers, or those that came of them.
    """
    old, new = before.revision, after.revision
    versions = renderer.sources.of(new.source)
    if old.source != new.source or not versions.known.is_newer(new.version, old.version):
        return VersionNews()
    return VersionNews(
        changes=versions.news(old.version, new.version),
        remarks=_offers(before, after, remedy, renderer),
    )


def changes_tables(changes: News, *, is_told: bool = False) -> tuple[ReportTable, ...]:
    """Return what changed as a table for a report, of a row a version; none where nothing did.

    Where `is_told`, people at a terminal aren't shown it.
    """
    if not changes.releases:
        return ()
    rows = [
        ReportRow(
            {"version": one.version, "lines": list(one.lines)}, name=one.version, notes=one.lines
        )
        for one in changes.releases
    ]
    if changes.left_out:
        last = rows[-1]
        more = f"… and {changes.left_out} more"
        data = {**last.data, "left_out": changes.left_out}
        rows[-1] = last._replace(data=data, notes=(*last.notes, more))
    headline = "What the template changed:"
    return (ReportTable("changes", "version", tuple(rows), headline=headline, is_told=is_told),)


def _offers(before: Request, after: Request, remedy: Remedy, renderer: Renderer) -> tuple[str, ...]:
    """Return a line for each question that has something new to choose from."""
    from issue_scaffold.template.offer import new_choices

    try:
        found = new_choices(renderer.offer(before), renderer.offer(after))
    except ScaffoldError:
        return ()
    by_question: dict[str, list[str]] = {}
    for one in found:
        by_question.setdefault(one.question, []).append(str(one.choice.value))
    lines = []
    for name, values in by_question.items():
        options = " ".join(f"-d {quote(f'{name}+={value}')}" for value in values)
        what = f"{after.revision.version} also offers {name} {', '.join(values)}"
        lines.append(f"the template's {what}; to take it: {remedy.update_command} {options}")
    return tuple(lines)
