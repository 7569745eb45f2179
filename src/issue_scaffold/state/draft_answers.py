"""Answers that were given in a run that hasn't come to its end, for the next run to offer.

They lie in the user's state folder, by target and template; nothing of a target names them. What
looks like a secret is never kept. Where the folder can't be written, nothing is remembered.
"""

import os
from pathlib import Path
from typing import Any, Final

from issue_scaffold.state.cache_store import CacheStore, digest_of
from issue_scaffold.state.user_folders import state_folder
from issue_scaffold.text.masking import masked, secrets_of

_KIND: Final = "draft-answers"


class DraftAnswers:
    """The answers to one template's questions for one target: a text or titles of choices each."""

    def __init__(self, root: Path, source: str) -> None:
        self._store = CacheStore(state_folder())
        self._key = digest_of(str(root), source)
        self._answers: dict[str, str | list[str]] = {}

    def read(self) -> dict[str, str | list[str]]:
        """Return what was answered in a run before, by question."""
        document = self._store.read_document(_KIND, self._key) or {}
        answers = document.get("answers")
        if isinstance(answers, dict):
            self._answers = {name: said for name, said in answers.items() if _is_answer(said)}
        return dict(self._answers)

    def keep(self, name: str, answer: str | list[str]) -> None:
        """Remember an answer, unless there is a secret in it."""
        texts = [answer] if isinstance(answer, str) else answer
        secrets = secrets_of(os.environ)
        if any(masked(text, secrets) != text for text in texts):
            return
        self._answers[name] = answer
        self._store.write_document(_KIND, self._key, {"answers": self._answers})

    def forget(self) -> None:
        """Remove what was remembered."""
        self._store.remove_document(_KIND, self._key)


def _is_answer(said: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(said, list):
        return all(isinstance(item, str) for item in said)
    return isinstance(said, str)
