"""What becomes of a new issue: its body is printed, its page is opened, or it is created.

Owns what is said on the way, and that answers are kept as a draft when the last step fails.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

from issue_scaffold.cli.labels_progress import tell_wait
from issue_scaffold.cli.printing import json_text, put, put_product, say
from issue_scaffold.cli.verbosity import tell
from issue_scaffold.errors import EXIT_OK, ScaffoldError, UsageError
from issue_scaffold.forge.git_remote import named_repository, repository_of
from issue_scaffold.forge.remote import Repository
from issue_scaffold.git.folder import top_level
from issue_scaffold.issue.dialect import Dialect
from issue_scaffold.issue.drafts import Draft, DraftFile
from issue_scaffold.issue.issue_template import IssueTemplate
from issue_scaffold.issue.lacking_labels import lacking_labels
from issue_scaffold.issue.new_issue import new_issue

COMMAND: Final = "issue new"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeOptions:
    """Where a new issue goes, and how that is told. `repo` is found out where it is None.

    What somebody `typed` on the terminal is nowhere else, so that no error may lose it.
    """

    repo: str | None
    api_url: str | None
    is_json: bool
    typed: bool = False


class IssueOutcome:
    """One new issue, on its way out."""

    def __init__(
        self, template: IssueTemplate, dialect: Dialect, draft: Draft, options: OutcomeOptions
    ) -> None:
        """Raise UsageError for answers that no page takes."""
        self._template = template
        self._dialect = dialect
        self._draft = draft
        self._options = options
        self._root = top_level(Path.cwd()) or Path.cwd()
        with self._keeping_draft() if options.typed else nullcontext():
            self.issue = new_issue(template, draft.values, dialect, title=draft.title)
        self._lacking = lacking_labels(template.form, self._root)
        self._notes = [f"no labels config has the label {name}" for name in self._lacking]

    def print(self) -> None:
        """Print the body, or all of it as JSON."""
        self._tell()
        if self._options.is_json:
            self._put_document({})
        else:
            put_product(self.issue.body)

    def open_page(self) -> None:
        """Print the link to the forge's page, and open it. Raises ScaffoldError, draft kept."""
        import webbrowser

        from issue_scaffold.issue.prefill import notes_of, prefill_link

        with self._keeping_draft():
            link = prefill_link(
                self._repository(), self._template, self._draft.values, self.issue, self._dialect
            )
            self._notes += notes_of(link)
            self._tell()
            if not self._options.is_json:
                say(link.url)
            if not webbrowser.open_new_tab(link.url):
                raise ScaffoldError(
                    "no browser could be opened",
                    hint=f"open the link yourself: {link.url}",
                )
        self._end({"link": link.url})

    def create(self) -> None:
        """Create the issue, and print its address. Raises ScaffoldError, draft kept."""
        if not self.issue.title.strip():
            raise UsageError("the issue has no title", hint="give one: --title TEXT")
        from issue_scaffold.issue.creating import IssueCreator
        from issue_scaffold.label_sync.run import LabelOptions

        with self._keeping_draft():
            repository = self._repository()
            # As given: a token for no host in particular goes only to a host that the user named.
            way = LabelOptions(repo=self._options.repo, api_url=self._options.api_url)
            creator = IssueCreator(repository, way, on_wait=tell_wait)
            lacking = creator.lacking(self.issue)
            if lacking is not None:
                self._take_off(lacking, repository)
            if self._template.form.projects:
                listed = ", ".join(self._template.form.projects)
                self._notes.append(f"only the page puts an issue into projects: {listed}")
            self._notes += creator.losses(self.issue)
            self._tell()
            created = creator.create(self.issue)
        if not self._options.is_json:
            say(created.url)
        self._end({"number": created.number, "url": created.url})

    def _take_off(self, lacking: tuple[str, ...], repository: Repository) -> None:
        """Leave out labels as the page does, instead of making them in passing."""
        kept = tuple(label for label in self.issue.labels if label not in lacking)
        self.issue = replace(self.issue, labels=kept)
        self._lacking = lacking
        self._notes = [
            f"{repository} has no label {name}, so the issue doesn't get it" for name in lacking
        ]

    def _repository(self) -> Repository:
        if self._options.repo is None:
            return repository_of(Path.cwd())
        found = named_repository(self._options.repo)
        if found is None:
            raise UsageError(
                "--repo must be OWNER/NAME, HOST/OWNER/NAME or the repository's address"
            )
        return found

    @contextmanager
    def _keeping_draft(self) -> Iterator[None]:
        try:
            yield
        except ScaffoldError as error:
            kept = self._keep()
            error.hint = "; ".join(filter(None, (error.hint, kept)))
            raise
        except (KeyboardInterrupt, click.Abort):
            say(self._keep(), err=True)
            raise

    def _keep(self) -> str:
        file = self.draft_file()
        try:
            file.keep(self._draft)
        except ScaffoldError as error:
            return error.message
        return f"the draft is kept: {file.path}"

    def draft_file(self) -> DraftFile:
        """Return where the draft of this issue is."""
        return DraftFile(self._root, self._template.form.path)

    def _tell(self) -> None:
        if not self._options.is_json:
            tell(*self._notes)

    def _end(self, fields: dict[str, Any]) -> None:
        self.draft_file().drop()
        if self._options.is_json:
            self._put_document(fields)

    def _put_document(self, fields: dict[str, Any]) -> None:
        document = {
            "schema": "scaffold.issue-new/1",
            "command": COMMAND,
            "exit_code": EXIT_OK,
            "form": self._template.form.path,
            "title": self.issue.title,
            "body": self.issue.body,
            "labels": list(self.issue.labels),
            "assignees": list(self.issue.assignees),
            "type": self.issue.type,
            "lacking_labels": list(self._lacking),
            "notes": self._notes,
            **fields,
        }
        put(json_text(document, is_product=True))
