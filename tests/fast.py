"""Which tests give the first answer: `pytest -m fast`, or `nox -s fast`. Under a minute on two idle cores.

All of tests/unit, and of everything else what shows each command and each part of the project at work once.
"""

from pathlib import PurePath
from typing import Final

# A module, or one function of it; all its parameters are meant.
CHOSEN: Final = (
    "unit",
    "acceptance/test_accept.py::test_content_and_deletion_are_accepted_with_their_reason",
    "acceptance/test_catalog.py::test_init_installs_from_it_and_update_brings_a_release",
    "acceptance/test_check.py::test_a_warm_check_loads_and_starts_nothing",
    "acceptance/test_check.py::test_each_kind_of_drift",
    "acceptance/test_convert.py",
    "acceptance/test_crash.py",
    "acceptance/test_init.py::test_dry_run_writes_nothing_and_shows_the_files",
    "acceptance/test_init.py::test_target_defaults_to_the_working_directory",
    "acceptance/test_init.py::test_the_installed_command_needs_no_terminal_and_no_network",
    "acceptance/test_interruptions.py::test_a_run_that_waits_says_so",
    "acceptance/test_issue_new.py::test_the_body_alone_is_printed_and_json_has_the_rest",
    "acceptance/test_news.py::test_list_says_what_there_is",
    "acceptance/test_prompts.py::test_no_and_ctrl_c_write_nothing_and_no_forgets_the_answers",
    "acceptance/test_refused_templates.py::test_the_same_is_refused_as_an_update",
    "acceptance/test_restore.py::test_bare_means_all",
    "acceptance/test_update.py::test_a_conflict_is_labelled_marked_and_refused_by_git",
    "acceptance/test_update.py::test_a_second_run_changes_nothing",
    "acceptance/test_update_versions.py::test_the_bundled_template_from_the_first_version_to_the_newest",
    "acceptance/test_validate.py",
    "acceptance/test_validate_fix.py",
    "ci/test_action.py::test_metadata_is_what_github_reads_and_pins_what_it_uses",
    "ci/test_snippets.py::test_inputs_are_the_actions",
    "docs/test_generated.py",
    "fleet/test_values.py",
    "installation/test_kinds.py::test_the_source_is_shown_without_secrets",
    "labels/test_commands.py::test_a_plan_in_full",
    "labels/test_commands.py::test_apply_without_a_terminal_needs_yes",
    "labels/test_commands.py::test_interrupted_in_the_middle",
    "project/test_lock.py::test_it_covers_what_pyproject_asks_for",
    "project/test_lock.py::test_no_session_of_the_default_run_asks_an_index",
    "template/test_markdown.py",
    "trust/test_overlooked.py",
    "template/test_seed.py",
    "trust/test_names.py",
)


def is_fast(place: PurePath, function: str, parameters: dict[str, object]) -> bool:
    """Return whether a test is one of them. `place` is its module below tests/, `function` its bare name.

    Through Prism, which takes its time to start, none is.
    """
    if "prism" in parameters.values():
        return False
    module = place.as_posix()
    return any(name in CHOSEN for name in (place.parts[0], module, f"{module}::{function}"))
