"""The table of formats: a format is one module with a `render`, and one row here.

`render` is a pure function from a report to text, whichever command the report is of.
"""

from typing import Final, NamedTuple


class Format(NamedTuple):
    """A format: the module that renders it. `tells_failures` says that its text holds what failed.

    With `has_summary` the report goes to the step summary of a GitHub workflow too, as Markdown.
    """

    module: str
    tells_failures: bool = True
    has_summary: bool = False


FORMATS: Final[dict[str, Format]] = {
    "text": Format("issue_scaffold.cli.output.text", tells_failures=False),
    "json": Format("issue_scaffold.cli.output.json"),
    "github": Format("issue_scaffold.cli.output.github", has_summary=True),
    "sarif": Format("issue_scaffold.cli.output.sarif", tells_failures=False),
    "gitlab": Format("issue_scaffold.cli.output.gitlab", tells_failures=False),
    "markdown": Format("issue_scaffold.cli.output.markdown"),
}
