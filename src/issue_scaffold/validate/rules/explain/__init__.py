"""Why each rule is there, with a file that breaks it and one that doesn't: for `scaffold rules` and docs/rules.md.

Nothing here is loaded when files are validated. A test runs every example.
"""

from typing import Final

from issue_scaffold.validate.rules.explain.base import Explanation
from issue_scaffold.validate.rules.explain.elements import ELEMENTS
from issue_scaffold.validate.rules.explain.forms import FORMS
from issue_scaffold.validate.rules.explain.labels import LABELS
from issue_scaffold.validate.rules.explain.repositories import REPOSITORIES
from issue_scaffold.validate.rules.explain.templates import TEMPLATES
from issue_scaffold.validate.rules.explain.yaml import YAML

EXPLANATIONS: Final[dict[str, Explanation]] = {
    explanation.rule: explanation
    for group in (YAML, FORMS, ELEMENTS, TEMPLATES, LABELS, REPOSITORIES)
    for explanation in group
}
