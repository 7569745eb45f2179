"""A new issue as a page would make it of a template and answers: title, body, labels and the rest.

Owns what a page doesn't let through: missing answers, a title of two lines, a body too long. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from issue_scaffold.errors import AnswerError, UsageError
from issue_scaffold.issue.answers import settle, with_line_feeds
from issue_scaffold.issue.body import body
from issue_scaffold.issue.constraints import Shortcoming, shortcomings
from issue_scaffold.issue.dialect import Dialect, rules_of
from issue_scaffold.issue.form import Form
from issue_scaffold.issue.issue_template import WHOLE_TEXT, IssueTemplate

# GitHub refuses a longer one.
MOST_CHARACTERS: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIssue:
    """What is sent to make an issue."""

    title: str
    body: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    type: str | None = None


def new_issue(
    template: IssueTemplate, values: Mapping[str, Any], dialect: Dialect, *, title: str | None
) -> NewIssue:
    """Return the issue that these values make; without a `title`, with the template's.

    Raises UsageError for what the page wouldn't take, AnswerError with the key of a field.
    """
    form = template.form
    chosen = with_line_feeds(form.title if title is None else title).strip("\n")
    if "\n" in chosen:
        raise UsageError("the title has several lines", hint="give one line: --title TEXT")
    refuse_shortcomings(form, values)
    text = _body(template, values, dialect)
    if not _is_text(chosen + text):
        raise UsageError(
            "the title or an answer is not UTF-8, or has half a character", hint="write it anew"
        )
    if len(text) > MOST_CHARACTERS and not rules_of(dialect).is_gitea:
        raise UsageError(
            f"the body has {len(text):,} characters, and GitHub takes {MOST_CHARACTERS:,}",
            hint="shorten an answer, or attach it as a file",
        )
    return NewIssue(
        title=chosen,
        body=text,
        labels=form.labels,
        assignees=form.assignees,
        type=form.type,
    )


def _body(template: IssueTemplate, values: Mapping[str, Any], dialect: Dialect) -> str:
    if template.text is None:
        return body(template.form, values, dialect)
    text = settle(template.form, values, dialect)[WHOLE_TEXT]
    if isinstance(text, str):
        return text
    return template.text


def _is_text(text: str) -> bool:
    """Tell whether a text can be written: bytes that aren't UTF-8 come as half characters."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def refuse_shortcomings(form: Form, values: Mapping[str, Any]) -> None:
    """Raise AnswerError for values that no page takes, and for what is required and not there."""
    # By GitHub's rules, which take nothing away: what stays out of a body is required all the same.
    found = shortcomings(form, settle(form, values, Dialect.GITHUB))
    if found:
        said = "; ".join(map(_said, found))
        raise AnswerError(said, hint="--schema says what each field takes", question=found[0].key)


def _said(found: Shortcoming) -> str:
    if found.message.startswith(f"{found.key}:"):
        return found.message
    return f"{found.key}: {found.message}"
