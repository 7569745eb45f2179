"""The second YAML reader: it objects only to what an edit broke."""

from issue_scaffold.text.second_reader import breaks


def test_an_edit_that_leaves_yaml_is_fine() -> None:
    assert not breaks("- name: a\n", "- name: a\n- name: b\n")


def test_an_edit_that_breaks_the_yaml_is_not() -> None:
    assert breaks("- name: a\n", "- name: a\n name: [\n")


def test_what_was_broken_before_is_not_the_edits_fault() -> None:
    assert not breaks("- name: [\n", "- name: [\n- b\n")
