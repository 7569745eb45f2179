"""Which spellings of a colour a labels config may have, by the tools that read it."""

import pytest

from issue_scaffold.validate.run import validate_files


@pytest.mark.parametrize(
    ("path", "color", "is_warned_of"),
    [
        (".github/settings.yml", "#cc0000", False),
        (".github/settings.yaml", "#CC0000", False),
        (".github/settings.yml", "cc0000", False),
        (".github/settings.yml", "#c00", True),
        (".github/labels.yml", "#cc0000", True),
        (".gitea/labels.yml", "#cc0000", False),
        (".gitea/labels.yml", "#c00", True),
        (".github/labels.yml", "cc0000", False),
    ],
)
def test_a_number_sign_is_fine_where_the_tool_takes_it_away(path: str, color: str, is_warned_of: bool) -> None:
    text = f"- name: bug\n  color: '{color}'\n  description: Something is broken\n"
    if "settings" in path:
        text = f"labels:\n{text}"
    found = [finding.rule for finding in validate_files({path: text.encode()})]
    assert ("labels/color" in found) is is_warned_of
