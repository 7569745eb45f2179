"""Labels configs in every shape: what a merge writes, byte for byte, and what counts as a difference."""

from typing import NamedTuple

import pytest

from issue_scaffold.sync import structured_files
from issue_scaffold.text.by_meaning import Difference

YML = ".github/labels.yml"
JSON = ".github/labels.json"
SETTINGS = ".github/settings.yml"

BUG = """\
- name: bug
  color: "d73a4a"
  description: Broken
"""
DEVOPS = """\
- name: devops
  color: "0e8a16"
  description: "Pipelines: builds"
"""
FLOW_DEVOPS = '{name: devops, color: "0e8a16", description: "Pipelines: builds"}'
BOTH = BUG + DEVOPS
BLUE_BUG = BUG.replace("d73a4a", "0000ff")


class Case(NamedTuple):
    """One merge; `added` is put in place of `<>` in `ours`, everything else stays."""

    ours: str
    added: str
    path: str = YML
    theirs: str = BUG


ADDITIONS = {
    "plain": Case("- name: a\n  color: ffd900\n<>", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'),
    "no final newline": Case(
        "- name: a\n  color: fff<>", '\n- name: bug\n  color: "d73a4a"\n  description: Broken'
    ),
    "CRLF": Case("- name: a\r\n<>", '- name: bug\r\n  color: "d73a4a"\r\n  description: Broken\r\n'),
    "CRLF, no final newline": Case(
        "- name: a\r\n  color: fff<>", '\r\n- name: bug\r\n  color: "d73a4a"\r\n  description: Broken'
    ),
    "byte order mark": Case("\ufeff- name: a\n<>", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'),
    "indented list": Case(
        "  - name: a\n    color: 'fff'\n<>", "  - name: bug\n    color: 'd73a4a'\n    description: Broken\n"
    ),
    "wide dash": Case("-   name: a\n<>", '-   name: bug\n    color: "d73a4a"\n    description: Broken\n'),
    "dash on its own line": Case(
        '-\n  name: "a"\n<>', '-\n  name: "bug"\n  color: "d73a4a"\n  description: Broken\n'
    ),
    "comment behind the dash": Case(
        "- # first - of all\n  name: a\n<>", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'
    ),
    "document start and comments with tabs": Case(
        "---\n#\ttabs\there\n- name: a\t# x\n  color: 000000 \t# black\n<>",
        '- name: bug\n  color: "d73a4a"\n  description: Broken\n',
    ),
    "blank lines between": Case(
        "- name: a\n\n# b is\n- name: b\n<>", '\n- name: bug\n  color: "d73a4a"\n  description: Broken\n'
    ),
    "trailing comments and blank lines": Case(
        "- name: a\n# end of ours\n<>\n\n", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'
    ),
    "document end": Case("- name: a\n<>...\n", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'),
    "emoji": Case("- name: 🐞 bugs\n  color: fff\n<>", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'),
    "keys in another order, quoted, with #": Case(
        "- 'color': '#fff'\n  'description': \"x\"\n  'name': 'a'\n<>",
        "- 'color': '#d73a4a'\n  'description': \"Broken\"\n  'name': 'bug'\n",
    ),
    "braces in a block list": Case(
        "- { name: a, color: 'fff'   }\n<>", "- { name: bug, color: 'd73a4a', description: Broken }\n"
    ),
    "flow": Case(
        "[{name: x, color: 'fff'}<>]\n", ", {name: bug, color: 'd73a4a', description: Broken}"
    ),
    "flow with a trailing comma": Case(
        "[\n  {name: x},<>\n]\n", '\n  {name: bug, color: "d73a4a", description: Broken},', theirs=BUG
    ),
    "flow with a comment, trailing comma": Case(
        "[\n  {name: x}, # x\n  {name: y}, # y<>\n]\n",
        '\n  {name: bug, color: "d73a4a", description: Broken},',
    ),
    "block scalar at the end": Case(
        "- name: a\n  description: |\n    two\n    lines\n\n# end\n<>",
        '- name: bug\n  description: Broken\n  color: "d73a4a"\n',
    ),
    "folded plain scalar": Case(
        "- name: a\n  description:\n    two\n    lines\n<>",
        '- name: bug\n  description: Broken\n  color: "d73a4a"\n',
    ),
    "list of aliases at the end": Case(
        "- name: a\n  aliases:\n  - b\n  - c\n<>", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'
    ),
    "an alias as a whole label": Case(
        "- &a\n  name: a\n- *a\n<>", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'
    ),
    "merge keys": Case(
        "- &base\n  name: a\n  color: '123456'\n- <<: *base\n  name: b\n<>",
        "- name: bug\n  color: 'd73a4a'\n  description: Broken\n",
    ),
    "duplicate labels": Case(
        "- name: a\n- name: A\n<>", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'
    ),
    "only comments": Case("# ours\n<>", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'),
    "mapping of names": Case(
        "a:\n    color: 'fff'\n<>", "bug:\n    color: 'd73a4a'\n    description: Broken\n"
    ),
    "mapping of names to braces": Case(
        'a: {color: "fff"}\n<>', 'bug: {color: "d73a4a", description: Broken}\n'
    ),
    "labels below a key": Case(
        "version: 1\nlabels:\n- name: a\n<>other: [1]\n", '- name: bug\n  color: "d73a4a"\n  description: Broken\n'
    ),
    "settings": Case(
        "labels:\n  - name: a\n  # - name: old\n<>\n# more\nmilestones: [x]\n",
        '  - name: bug\n    color: "d73a4a"\n    description: Broken\n',
        path=SETTINGS,
        theirs="labels:\n" + "".join(f"  {line}\n" for line in BUG.splitlines()),
    ),
    "settings with include": Case(
        "labels:\n  include:\n    - name: a\n<>  exclude:\n    - name: b\n",
        '    - name: bug\n      color: "d73a4a"\n      description: Broken\n',
        path=SETTINGS,
        theirs=f"labels:\n{BUG}",
    ),
    "settings without labels": Case(
        "repository:\n  name: x\n<>",
        '\nlabels:\n  - name: bug\n    color: "d73a4a"\n    description: Broken\n',
        path=SETTINGS,
        theirs=f"labels:\n{BUG}",
    ),
    "settings with null labels": Case(
        "labels: # none\n<>repository: {name: x}\n",
        '  - name: bug\n    color: "d73a4a"\n    description: Broken\n',
        path=SETTINGS,
        theirs=f"labels:\n{BUG}",
    ),
    "JSON": Case(
        '[\n    {\n        "name": "a",\n        "color": "fff"\n    }<>\n]',
        ',\n    {\n        "name": "bug",\n        "color": "d73a4a",\n        "description": "Broken"\n    }',
        path=JSON,
        theirs='[{"name": "bug", "color": "d73a4a", "description": "Broken"}]',
    ),
    "JSON with tabs and escapes": Case(
        '[\n\t{"name":"\\ud83d\\udc1e","color":"fff"}<>\n]\n',
        ',\n\t{"name":"d\\u00e9j\\u00e0","color":"0e8a16"}',
        path=JSON,
        theirs='[{"name": "déjà", "color": "0e8a16"}]',
    ),
    "JSON below a key": Case(
        '{"labels": [{"name": "a"}<>], "x": 1}\n', ', {"name": "bug", "aliases": ["b"]}',
        path=JSON,
        theirs='[{"name": "bug", "aliases": ["b"]}]',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ADDITIONS.values(), ids=ADDITIONS)
def test_a_label_is_added_in_the_files_own_style(case: Case) -> None:
    ours = case.ours.replace("<>", "")
    merged = structured_files.merge(case.path, None, ours, case.theirs)
    assert merged is not None
    assert merged.text == case.ours.replace("<>", case.added)
    assert merged.notes == ()
    assert structured_files.differences(case.path, case.theirs, merged.text) == ()
    assert structured_files.merge(case.path, None, merged.text, case.theirs) == merged


IN_PLACE_OF_NOTHING = {
    "empty list": ("# top\n[]  # none\n", f"# top\n  # none\n{BUG}", YML, BUG),
    "empty list alone": ("[]\n", BUG, YML, BUG),
    "empty list after the document start": ("--- []\n", f"---\n{BUG}", YML, BUG),
    "null": ("---\n~\n", f"---\n{BUG}", YML, BUG),
    "empty list below a key": (
        "labels: [ ] # none\nx: 1\n",
        'labels: # none\n  - name: bug\n    color: "d73a4a"\n    description: Broken\nx: 1\n',
        YML,
        BUG,
    ),
    "empty mapping below a key": (
        "labels: {}\n", 'labels:\n  bug:\n    color: "d73a4a"\n    description: Broken\n', YML, BUG
    ),
    "empty JSON list": (
        '{\n  "labels": []\n}\n',
        '{\n  "labels": [\n    {\n      "name": "a",\n      "color": "ffffff"\n    }\n  ]\n}\n',
        JSON,
        '[{"name": "a", "color": "fff"}]',
    ),
    "empty JSON mapping": (
        "{}", '{\n  "a": {\n    "color": "ffffff"\n  }\n}', JSON, '[{"name": "a", "color": "fff"}]'
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "text", "path", "theirs"), IN_PLACE_OF_NOTHING.values(), ids=IN_PLACE_OF_NOTHING
)  # fmt: skip
def test_the_first_labels_of_a_file(ours: str, text: str, path: str, theirs: str) -> None:
    merged = structured_files.merge(path, None, ours, theirs)
    assert merged is not None
    assert merged.text == text
    assert structured_files.differences(path, theirs, text) == ()


@pytest.mark.parametrize(("path", "theirs"), [(YML, f"# about\n{BUG}"), (JSON, "[]\n"), (SETTINGS, f"labels:\n{BUG}")])
def test_an_empty_file_becomes_the_templates(path: str, theirs: str) -> None:
    for ours in ("", "\n"):
        merged = structured_files.merge(path, None, ours, theirs)
        assert merged is not None
        assert merged.text == theirs


@pytest.mark.parametrize(("path", "theirs"), [(YML, BOTH), (SETTINGS, f"labels:\n{BOTH}")])
def test_labels_stay_deleted_in_a_file_that_the_user_emptied(path: str, theirs: str) -> None:
    merged = structured_files.merge(path, theirs.replace(DEVOPS, ""), "", theirs)
    assert merged is not None
    assert merged.notes == ("label 'bug' was deleted here and stays deleted",)
    rest = structured_files.differences(path, theirs, merged.text)
    assert rest == (Difference("label 'bug' is missing", unit="bug", state=(("name", None),)),)


EDITS = {
    "colour updated, quoted": (
        BUG, "# c\n- color: d73a4a # red\n  description: Broken\n  name: bug\n", BLUE_BUG,
        '# c\n- color: "0000ff" # red\n  description: Broken\n  name: bug\n',
    ),
    "colour updated, with its #": (
        BUG, "- {name: bug, color: '#D73A4A', description: Broken}\n", BLUE_BUG,
        "- {name: bug, color: '#0000ff', description: Broken}\n",
    ),
    "colour in three digits is untouched": (
        "- name: a\n  color: fff\n", "- name: a\n  color: ffffff\n", "- name: a\n  color: '000000'\n",
        '- name: a\n  color: "000000"\n',
    ),
    "a colour that YAML would take for a number": (
        "- name: a\n  color: '000000'\n", "- name: a\n  color: 000000\n", "- name: a\n  color: '001122'\n",
        '- name: a\n  color: "001122"\n',
    ),
    "folded description": (
        "- name: a\n  description: two lines\n", "- name: a\n  description: >-\n    two\n    lines\n  color: fff\n",
        "- name: a\n  description: one\n", "- name: a\n  description: one\n  color: fff\n",
    ),
    "null description": (
        "- name: a\n", "- name: a\n  description:\n  color: fff\n", "- name: a\n  description: 'No: 1'\n",
        '- name: a\n  description: "No: 1"\n  color: fff\n',
    ),
    "a field is added": (
        "- name: a\n", "- name: a # x\n\n- name: b\n", "- name: a\n  color: fff\n",
        '- name: a # x\n  color: "ffffff"\n\n- name: b\n',
    ),
    "a field is added in braces": (
        "- name: a\n", "[ { name: a } ]\n", "- name: a\n  color: fff\n",
        '[ { name: a, color: "ffffff" } ]\n',
    ),
    "a field is removed": (
        "- name: a\n  color: fff\n", "- name: a\n  color: fff # x\n- name: b\n", "- name: a\n",
        "- name: a\n- name: b\n",
    ),
    "the first field is removed": (
        "- name: a\n  color: fff\n", "-  color: fff\n   name: a\n", "- name: a\n", "-  name: a\n",
    ),
    "a field is removed from braces": (
        "- name: a\n  color: fff\n", "- {color: fff, name: a}\n", "- name: a\n", "- {name: a}\n",
    ),
    "a list in a label": (
        "- name: a\n  aliases: [b]\n", "- name: a\n  aliases:\n  - b\n", "- name: a\n  aliases: [b, c]\n",
        '- name: a\n  aliases: ["b", "c"]\n',
    ),
    "renamed by the template": (
        "- name: a\n", "- name: 'a'\n  x: 1\n", "- name: b\n  aliases: [a]\n",
        "- name: 'b'\n  x: 1\n  aliases: [\"a\"]\n",
    ),
    "an anchor stays": (
        "- name: b\n  color: fff\n", "- name: b\n  color: &c fff  # c\n",
        "- name: b\n  color: '000000'\n", '- name: b\n  color: &c "000000"  # c\n',
    ),
    "an anchor in brackets goes with its label": (
        "- name: b\n- name: c\n", "[&x {name: b}, &y {name: c}, {name: a}]\n",
        "- name: c\n", "[&y {name: c}, {name: a}]\n",
    ),
    "an alias in a field gives way": (
        "- name: b\n  color: fff\n", "- name: a\n  color: &c fff\n- name: b\n  color: *c\n",
        "- name: b\n  color: '000000'\n", '- name: a\n  color: &c fff\n- name: b\n  color: "000000"\n',
    ),
    "a merged field is overridden": (
        "- name: b\n  color: fff\n", "- &x\n  name: a\n  color: fff\n- <<: *x\n  name: b\n",
        "- name: b\n  color: '000000'\n",
        '- &x\n  name: a\n  color: fff\n- <<: *x\n  name: b\n  color: "000000"\n',
    ),
    "removed, and its neighbours' comments stay": (
        BOTH, f"# about bug\n{BUG}# about devops\n{DEVOPS}# about mine\n- name: mine\n", BUG,
        f"# about bug\n{BUG}# about devops\n# about mine\n- name: mine\n",
    ),
    "removed with the template's own comment": (
        f"{BUG}# about devops\n{DEVOPS}", f"{BUG}\n# mine\n# about devops\n{DEVOPS}\n- name: mine\n", BUG,
        f"{BUG}\n# mine\n\n- name: mine\n",
    ),
    "removed between blank lines": (BOTH, f"{BUG}\n{DEVOPS}\n- name: m\n", BUG, f"{BUG}\n- name: m\n"),
    "the first is removed": (BOTH, f"{BUG}\n{DEVOPS}", DEVOPS, DEVOPS),
    "the last is removed, no final newline": (BOTH, f"{BUG}{DEVOPS[:-1]}", BUG, BUG[:-1]),
    "all are removed": (BUG, f"# ours\n{BUG}# end\n", "[]\n", "# ours\n[]\n# end\n"),
    "all are removed below a key": (
        BUG, f"labels:\n{BUG}x: 1\n", "[]\n", "labels: []\nx: 1\n",
    ),
    "all are removed from brackets": (BUG, "[{name: bug, color: d73a4a, description: Broken}]\n", "[]\n", "[]\n"),
    "all are removed from brackets, another comes": (
        BUG, "[{name: bug, color: d73a4a, description: Broken}]\n", DEVOPS,
        f"[{FLOW_DEVOPS}]\n",
    ),
    "one goes and one comes": (
        BUG, f"{BUG}\n- name: mine\n", DEVOPS,
        '- name: mine\n\n- name: devops\n  color: "0e8a16"\n  description: "Pipelines: builds"\n',
    ),
    "removed from brackets": (
        BOTH,
        f"[{{name: bug, color: d73a4a, description: Broken}}, {{name: m}},\n {FLOW_DEVOPS}]\n",
        "[]\n",
        "[{name: m}]\n",
    ),
    "all are removed from brackets, trailing comma": (
        BOTH, f'[{FLOW_DEVOPS},\n{{name: bug, color: d73a4a, description: "Broken"}} , ]\n', "[]\n", "[ ]\n"
    ),
    "removed from a mapping": (
        BUG, "a:\n  color: fff\nbug:\n  color: d73a4a\n  description: Broken\n", "[]\n", "a:\n  color: fff\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("base", "ours", "theirs", "text"), EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_update_edits_only_its_places(base: str, ours: str, theirs: str, text: str, newline: str) -> None:
    merged = structured_files.merge(YML, base, ours.replace("\n", newline), theirs)
    assert merged is not None
    assert merged.text == text.replace("\n", newline)
    assert merged.notes == ()
    assert structured_files.differences(YML, theirs, merged.text) == ()
    assert structured_files.merge(YML, base, merged.text, theirs) == merged


def test_what_the_user_changed_is_kept_and_named() -> None:
    ours = "- name: Bug\n  color: FF0000\n  description: Broken\n"
    merged = structured_files.merge(YML, BOTH, ours, BLUE_BUG + DEVOPS)
    assert merged is not None
    assert merged.text == ours
    assert merged.notes == (
        "label 'Bug': your spelling is kept (the template has 'bug')",
        "label 'Bug': your colour ff0000 is kept (the template has 0000ff)",
        "label 'devops' was deleted here and stays deleted",
    )


RESTORATIONS = {
    "a changed field": ("- name: bug\n  color: FF0000 # mine\n  description: Broken\n  priority: 1\n- name: m\n",
                        '- name: bug\n  color: "d73a4a" # mine\n  description: Broken\n  priority: 1\n- name: m\n'),
    "marked for deletion": (BUG + "  delete: true\n- name: m\n  delete: true\n", BUG + "- name: m\n  delete: true\n"),
    "marked for deletion on a day": (BUG + "  deleteAfter: 2030-01-01\n", BUG),
    "marked for deletion, in brackets": (
        "- {name: bug, color: d73a4a, delete: true, description: Broken}\n",
        "- {name: bug, color: d73a4a, description: Broken}\n"),
    "merging another label into a managed one": (BUG + "  aliases: [ops]\n  x: 1\n", BUG + "  x: 1\n"),
    "merging by another tool's word": (BUG + "  from_name: ops\n", BUG),
    "a deletion that is off, an empty list of names": (
        BUG + "  delete: false\n  aliases: []\n", BUG + "  delete: false\n  aliases: []\n"),
    "renamed, and marked for deletion": (
        "- name: defect\n  aliases: [bug]\n  delete: true\n", "- name: defect\n  aliases: [bug]\n"),
    "a missing field, another spelling": (
        "- {name: BUG, color: d73a4a}", "- {name: BUG, color: d73a4a, description: Broken}"),
    "a missing label, beside a managed one": (
        DEVOPS + "- name: m\n", f'{DEVOPS}- name: bug\n  color: "d73a4a"\n  description: "Broken"\n- name: m\n'),
    "nothing": (f"# mine\n{BUG}\n\n", f"# mine\n{BUG}\n\n"),
    "an empty file": ("\n", BUG),
    "renamed": ("- name: defect\n  aliases: [bug]\n", "- name: defect\n  aliases: [bug]\n"),
}  # fmt: skip


@pytest.mark.parametrize(("ours", "text"), RESTORATIONS.values(), ids=RESTORATIONS)
def test_a_restored_file_has_the_templates_labels_and_the_users(ours: str, text: str) -> None:
    theirs = BUG + (DEVOPS if "devops" in ours else "")
    restored = structured_files.restore(YML, ours, theirs)
    assert restored is not None
    assert restored.text == text
    assert structured_files.differences(YML, theirs, text) == ()


def test_an_untouched_file_takes_the_templates_text() -> None:
    merged = structured_files.merge(YML, BUG, BUG, f"# new heading\n{BOTH}")
    assert merged is not None
    assert merged.text == f"# new heading\n{BOTH}"


NOT_UNDERSTOOD = {
    "broken": "- name: 'a\n",
    "tab": "- name: a\n\tcolor: b\n",
    "a word": "labels\n",
    "strings": "- bug\n- devops\n",
    "no name": "- label: bug\n",
    "null name": "- name:\n",
    "name is a list": "- name: [a]\n",
    "colour is a list": "- name: a\n  color: [a]\n",
    "mapping of anything": "bug:\n  paths: [x]\n",
    "labels is a word": "labels: none\n",
    "complex key": "? [a]\n: {color: fff}\n",
    "two documents": "- name: a\n---\n- name: b\n",
    "unknown anchor": "- *a\n",
    "recursive": "&a [*a]\n",
    "deep": "[" * 3000 + "]" * 3000,
    "lone surrogate": "- name: \ud800\n",
    "control character": "- name: \x00\n",
    "conflict markers": "<<<<<<< ours\n- name: a\n=======\n>>>>>>> theirs\n",
}


@pytest.mark.parametrize("ours", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_what_is_no_labels_config_is_left_to_others(ours: str) -> None:
    assert structured_files.merge(YML, None, ours, BUG) is None
    assert structured_files.merge(YML, BUG, ours, BOTH) is None
    assert structured_files.merge(YML, None, BUG, ours) is None
    assert structured_files.restore(YML, ours, BUG) is None
    assert structured_files.differences(YML, BUG, ours) is None


def test_names_and_colours_alone_are_read_and_get_labels_with_fields() -> None:
    ours = "bug: d73a4a\nmine: '#fff'\n"
    assert structured_files.differences(YML, BUG, ours) == (
        Difference("label 'bug' has no description, the template has 'Broken'", 1, 1, "bug", (("description", None),)),
    )
    merged = structured_files.merge(YML, None, ours, BOTH)
    assert merged is not None
    assert merged.text == ours + 'devops:\n  color: "0e8a16"\n  description: "Pipelines: builds"\n'
    assert structured_files.restore(YML, ours, BUG) is None


def test_colour_is_kept_where_it_is_the_word() -> None:
    ours = "- name: bug\n  colour: '#D73A4A'\n  description: Mine\n"
    assert structured_files.differences(YML, BUG, ours) == (
        Difference(
            "label 'bug' has description 'Mine', the template has 'Broken'", 3, 16, "bug", (("description", "Mine"),)
        ),
    )
    merged = structured_files.merge(YML, BUG, ours, BLUE_BUG + DEVOPS)
    assert merged is not None
    assert merged.text == (
        "- name: bug\n  colour: '#0000ff'\n  description: Mine\n"
        "- name: devops\n  colour: '#0e8a16'\n  description: \"Pipelines: builds\"\n"
    )


@pytest.mark.parametrize("ours", ['[{"name": "a"},]', '[{"name": "a"}', '{"a" 1}', "[1 2]", "[] x", "{1: 2}", "[" * 99])
def test_broken_json_is_left_to_others(ours: str) -> None:
    assert structured_files.merge(JSON, None, ours, "[]") is None
    assert structured_files.differences(JSON, "[]", ours) is None


@pytest.mark.parametrize("ours", ["- name: a\n", "x\n"])
def test_settings_that_are_no_mapping_are_left_to_others(ours: str) -> None:
    assert structured_files.differences(SETTINGS, "labels: []\n", ours) is None


@pytest.mark.parametrize(
    "ours",
    [
        "- name: a\n  color: &c fff\n- name: b\n  color: *c\n",  # the edit would change b
        "- &a\n  name: a\n  color: fff\n- *a\n",  # so would this
    ],
)
def test_an_edit_that_would_reach_other_labels_is_left_to_others(ours: str) -> None:
    base, theirs = "- name: a\n  color: fff\n", "- name: a\n  color: '000000'\n"
    assert structured_files.merge(YML, base, ours, theirs) is None


def test_a_comment_in_brackets_is_not_taken_along() -> None:
    ours = "[\n  {name: a}, # first\n  {name: m}\n]\n"
    assert structured_files.merge(YML, "- name: a\n", ours, "[]\n") is None


@pytest.mark.parametrize(
    ("path", "ours", "expected"),
    [
        (YML, "- name: BUG\n  color: '#D73A4A'\n  description: Broken\n  priority: 1\n- name: mine\n", ()),
        (YML, "bug: {color: d73a4a, description: Broken}\n", ()),
        (YML, "", ("label 'bug' is missing", None, None)),
        (YML, "- name: a\n", ("label 'bug' is missing", None, None)),
        (
            YML,
            "# top\n- name: bug\n  color: ff0000\n  description: Broken\n",
            ("label 'bug' has colour ff0000, the template has d73a4a", 3, 10),
        ),
        (
            YML,
            "- name: bug\n  color: 000000\n  description: Broken\n",
            ("label 'bug' has colour 000000, the template has d73a4a", 2, 10),
        ),
        (
            YML,
            "\ufeff- name: bug\n  color: d73a4a\n",
            ("label 'bug' has no description, the template has 'Broken'", 1, 9),
        ),
        (SETTINGS, "repository: {}\n", ("label 'bug' is missing", None, None)),
        (
            JSON,
            '[\n  {"name": "bug",\n   "description": "Broken",\n   "color": "d7344a"}\n]',
            ("label 'bug' has colour d7344a, the template has d73a4a", 4, 13),
        ),
    ],
)
def test_differences_have_places(
    path: str, ours: str, expected: tuple[()] | tuple[str, int | None, int | None]
) -> None:
    rendered = {
        YML: BUG,
        SETTINGS: f"labels:\n{BUG}",
        JSON: '[{"name": "bug", "color": "d73a4a", "description": "Broken"}]',
    }[path]
    found = structured_files.differences(path, rendered, ours)
    assert found is not None
    assert [(one.message, one.line, one.column) for one in found] == ([expected] if expected else [])
