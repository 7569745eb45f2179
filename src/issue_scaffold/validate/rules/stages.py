"""The stages at which rules run, in the order of the engine, and what the rules of each look at."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from issue_scaffold.forge.document import Document, Problem
from issue_scaffold.forge.issue_form import FormView
from issue_scaffold.validate.rules.markdown_texts import MarkdownText
from issue_scaffold.validate.rules.rule import Stage

if TYPE_CHECKING:
    from issue_scaffold.labels.config import LabelsConfig
    from issue_scaffold.settings.suppression import IgnoreEntry, Suppression
    from issue_scaffold.validate.rules.summaries import RepositorySummary


class SuppressionUse:
    """A suppression of the settings or of a comment, and whether it silences anything.

    `rules` are the ids or patterns that it names, `known_rules` the ids that there are.
    """

    def __init__(
        self,
        entry: "IgnoreEntry | Suppression",
        rules: tuple[str, ...],
        known_rules: Collection[str],
    ) -> None:
        self.entry = entry
        self.rules = rules
        self.known_rules = known_rules
        self.is_used = False


# What the settings file has that can't be understood.
SETTINGS: Final = Stage[Sequence[Problem]]("settings")
# Each file: what kept it from being read. Where that fails, no other stage follows.
READING: Final = Stage[Document]("reading")
ANY_FILE: Final = Stage[Document]("hidden", "text", "files")
# Forms, templates, choosers and labels configs.
YAML: Final = Stage[Document]("yaml")
FORM_FILE: Final = Stage[Document]("form")
# A form file with keys and values in it.
FORM: Final = Stage[FormView](
    "yaml", "form", "body_places", "unique", "body", "choices", "gitea", "servers"
)
TEMPLATE: Final = Stage[Document]("template")
CHOOSER: Final = Stage[Document]("chooser")
# Each text of a form or template that is Markdown, and may hold something for a rule.
MARKDOWN: Final = Stage[MarkdownText]("markdown")
LABELS: Final["Stage[LabelsConfig]"] = Stage("labels")
# All files of a repository together.
REPOSITORY: Final["Stage[RepositorySummary]"] = Stage(
    "template", "hidden", "cross", "settings", of_files=True
)
# Each suppression, once it is known what the other stages found.
SUPPRESSION: Final = Stage[SuppressionUse]("settings")
