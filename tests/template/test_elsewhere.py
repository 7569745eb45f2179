"""Who is on another forge is neither asked nor refused in GitHub's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.template.test_answers import BAD

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

ON_GITHUB_ONLY = {"update_workflow"}


@pytest.mark.parametrize("platform", ["gitlab", "forgejo", "gitea"])
def test_questions_and_refusals_name_github_to_its_users_only(
    jinja: SandboxedEnvironment, questions: dict[str, Any], platform: str
) -> None:
    for name, details in questions.items():
        text = jinja.from_string(details.get("help", "")).render(platform=platform)
        assert "GitHub" not in text or name in ON_GITHUB_ONLY
    others = {"platform": platform, "needs_tool": True}
    for name, answers in BAD.items():
        validator = jinja.from_string(questions[name]["validator"])
        assert not [answer for answer in answers if "GitHub" in validator.render({**others, name: answer})], name
