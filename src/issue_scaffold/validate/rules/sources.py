"""The pages of GitHub's documentation that rules come from."""

from typing import Final

_GITHUB: Final = "https://docs.github.com/en"
_TEMPLATES: Final = (
    f"{_GITHUB}/communities/using-templates-to-encourage-useful-issues-and-pull-requests"
)
ERRORS_PAGE: Final = f"{_TEMPLATES}/common-validation-errors-when-creating-issue-forms"
FORMS_PAGE: Final = f"{_TEMPLATES}/syntax-for-issue-forms"
SCHEMA_PAGE: Final = f"{_TEMPLATES}/syntax-for-githubs-form-schema"
CHOOSER_PAGE: Final = f"{_TEMPLATES}/configuring-issue-templates-for-your-repository"
ABOUT_PAGE: Final = f"{_TEMPLATES}/about-issue-and-pull-request-templates"
SINGLE_PAGE: Final = f"{_TEMPLATES}/manually-creating-a-single-issue-template-for-your-repository"
LABELS_API_PAGE: Final = f"{_GITHUB}/rest/issues/labels"
LABELS_PAGE: Final = f"{_GITHUB}/issues/using-labels-and-milestones-to-track-work/managing-labels"
