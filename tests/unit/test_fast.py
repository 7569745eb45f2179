"""The quick selection names tests that there are, of all parts of the project."""

import re
from pathlib import Path, PurePath

import pytest
from tests.fast import CHOSEN, is_fast

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("name", CHOSEN)
def test_chosen_test_is_there(name: str) -> None:
    module, _, function = name.partition("::")
    assert (TESTS / module).exists()
    if function:
        assert re.search(rf"^ *def {function}\(", (TESTS / module).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_part_is_exercised() -> None:
    folders = {path.parent.name for path in TESTS.glob("*/test_*.py")}
    # These ask for files that are not in the repository, for many inputs, or for a browser.
    assert folders - {"corpus", "fuzz", "browser"} == {name.partition("/")[0] for name in CHOSEN}


def test_what_is_chosen() -> None:
    assert is_fast(PurePath("unit/rules/test_limits.py"), "test_any", {})
    assert is_fast(PurePath("labels/test_commands.py"), "test_a_plan_in_full", {"github": "direct"})
    assert not is_fast(PurePath("labels/test_commands.py"), "test_a_plan_in_full", {"github": "prism"})
    assert not is_fast(PurePath("acceptance/test_update.py"), "test_modes_links_and_kinds_follow_the_template", {})
