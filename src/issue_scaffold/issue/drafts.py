"""Answers that were given and have not become an issue yet, one draft for a repository's form.

Owns the files, in the user's state folder, readable by their owner alone. A draft is what
`--from` reads, so that it is of use by its path too.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from issue_scaffold.errors import AnswerError, ScaffoldError
from issue_scaffold.files.bounded import AbsentFileError, read_file
from issue_scaffold.files.folders import open_root
from issue_scaffold.issue.answers import settle
from issue_scaffold.issue.dialect import Dialect
from issue_scaffold.issue.form import Form
from issue_scaffold.issue.given import VALUES
from issue_scaffold.state.cache_store import digest_of
from issue_scaffold.state.user_folders import state_folder

_SCHEMA: Final = "scaffold.draft/1"
_SHORT: Final = 24


class Draft(NamedTuple):
    """What was answered before: a title if one was given, and values by the fields' keys."""

    title: str | None
    values: dict[str, Any]


class DraftFile:
    """Where the draft for one form of a repository is kept."""

    def __init__(self, root: Path, form_path: str) -> None:
        """Raise UsageError for a state folder that a repository fills."""
        key = digest_of(os.path.realpath(root), form_path)[:_SHORT]
        self._form_path = form_path
        self.path = state_folder() / "drafts" / f"{key}.json"

    def read(self, form: Form) -> Draft | None:
        """Return the draft, without what the form doesn't take any more; None if there is none."""
        try:
            document = json.loads(read_file(self.path))
        except (AbsentFileError, ValueError, RecursionError):
            return None
        if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
            return None
        title, values = document.get("title"), document.get(VALUES)
        if not isinstance(values, dict):
            return None
        fitting = {key: value for key, value in values.items() if _fits(form, key, value)}
        return Draft(title if isinstance(title, str) else None, fitting)

    def keep(self, draft: Draft) -> None:
        """Write the draft in the place of an earlier one. Raises ScaffoldError if that fails."""
        document = {
            "schema": _SCHEMA,
            "form": self._form_path,
            "title": draft.title,
            VALUES: draft.values,
        }
        content = json.dumps(document, ensure_ascii=False, indent=2, default=_plain) + "\n"
        name, new = self.path.name, f"{os.urandom(12).hex()}.new"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open_root(Path(os.path.realpath(self.path.parent))) as folder:
                folder.write_new(new, content.encode("utf-8", "replace"))
                folder.replace(new, name)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise ScaffoldError(f"the draft can't be kept in {self.path}: {why}") from error

    def drop(self) -> None:
        """Remove the draft, if there is one."""
        with suppress(OSError):
            self.path.unlink()


def _fits(form: Form, key: str, value: object) -> bool:
    try:
        settle(form, {key: value}, Dialect.GITHUB)
    except AnswerError:
        return False
    return True


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set):
        return list(value)
    return str(value)
