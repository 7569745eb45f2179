"""A report as JSON, for programs. The shape is a contract.

Its JSON Schemas are in docs/reference/.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from issue_scaffold.cli.printing import json_text, put
from issue_scaffold.errors import ScaffoldError
from issue_scaffold.report.finding import finding_document
from issue_scaffold.report.report import Report, TargetReport

Fields = dict[str, Any]


def render(report: Report) -> str:
    """Return one JSON document; the same report gives the same bytes."""
    document: Fields = {
        "schema": f"scaffold.{report.command}/1",
        "command": report.command.replace("-", " "),
        "exit_code": report.exit_code,
    }
    targets = [_target(report, target) for target in report.targets]
    if report.layout.is_flat:
        for fields in targets:
            document |= fields
    else:
        document["targets"] = targets
    return json_text(document)


@contextmanager
def failure_in_json(command: str, *, is_wanted: bool) -> Iterator[None]:
    """Print an error of what goes on here as the document of a command; then it goes on.

    For commands whose document isn't that of a report.
    """
    try:
        yield
    except ScaffoldError as error:
        if is_wanted:
            fields: Fields = {
                "schema": f"scaffold.{command.replace(' ', '-')}/1",
                "command": command,
                "exit_code": error.exit_code,
                "error": error.message,
                "hint": error.hint,
            }
            put(json_text(_present(fields)))
        raise


def _target(report: Report, target: TargetReport) -> Fields:
    fields: Fields = {"target": target.target, "status": target.status}
    if target.template is not None:
        fields["template"] = target.template._asdict()
    fields |= _present({"error": target.error, "hint": target.hint})
    if target.notes:
        fields["notes"] = list(target.notes)
    fields |= target.fields
    for table in target.tables:
        fields[table.key] = [row.data for row in table.rows]
    if report.layout.has_findings:
        fields["findings"] = [finding_document(finding) for finding in target.findings]
    return fields


def _present(fields: Fields) -> Fields:
    return {key: value for key, value in fields.items() if value is not None}
