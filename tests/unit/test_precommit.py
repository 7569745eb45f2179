"""`.pre-commit-config.yaml`: what a merge writes, byte for byte, what it keeps, and what counts as a difference."""

import pytest

from issue_scaffold.forge.remote import normal_url
from issue_scaffold.sync import structured_files

PATH = ".pre-commit-config.yaml"
URL = "https://example.invalid/scaffold"
V1 = f"""\
repos:
  - repo: {URL}
    rev: v1.0.0
    hooks:
      # offline
      - id: check  # drift
        args:
          - --offline
"""
V2 = V1.replace("v1.0.0", "v2.0.0")
NONE = "repos: []\n"

BLACK = """\
# See https://pre-commit.com
repos:
-   repo: https://github.com/psf/black
    rev: 24.1.0
    hooks:
    -   id: black
        args: [--safe]   # mine
"""
WIDE_ENTRY = f"""\
-   repo: {URL}
    rev: v1.0.0
    hooks:
    # offline
    -   id: check  # drift
        args:
          - --offline
"""
ENTRY = V1.partition("\n")[2]
FLOW_ENTRY = f'{{repo: "{URL}", rev: v1.0.0, hooks: [{{id: check, args: [--offline]}}]}}'

ADDITIONS = {
    "wide dashes": (BLACK, BLACK + WIDE_ENTRY),
    "no final newline": (BLACK[:-1], BLACK + WIDE_ENTRY[:-1]),
    "CRLF": (BLACK.replace("\n", "\r\n"), (BLACK + WIDE_ENTRY).replace("\n", "\r\n")),
    "blank lines, comments, other keys": (
        "repos:\n  - repo: a\n    hooks:\n      - id: a\n\n  - repo: b\n    hooks: []\n  # end\nci: {}\n",
        f"repos:\n  - repo: a\n    hooks:\n      - id: a\n\n  - repo: b\n    hooks: []\n  # end\n{ENTRY}ci: {{}}\n",
    ),
    "hooks before rev, in braces": (
        "repos:\n- hooks: [{id: a}]\n  repo: a\n  rev: v1\n",
        "repos:\n- hooks: [{id: a}]\n  repo: a\n  rev: v1\n"
        + "".join(f"{line[2:]}\n" for line in ENTRY.splitlines()),
    ),
    "in brackets": (
        "repos: [{repo: a, hooks: [{id: a}]}]\n", f"repos: [{{repo: a, hooks: [{{id: a}}]}}, {FLOW_ENTRY}]\n"
    ),
    "empty list": ("repos: [] # none\nci: {}\n", f"repos: # none\n{ENTRY}ci: {{}}\n"),
    "null list": ("repos:\n", f"repos:\n{ENTRY}"),
    "no list": ("default_stages: [pre-push]\n", f"default_stages: [pre-push]\n\nrepos:\n{ENTRY}"),
    "only comments": ("# ours\n", f"# ours\n\nrepos:\n{ENTRY}"),
    "null": ("---\n~\n", f"---\nrepos:\n{ENTRY}"),
    "empty": ("", V1),
}  # fmt: skip


@pytest.mark.parametrize(("ours", "text"), ADDITIONS.values(), ids=ADDITIONS)
def test_an_entry_is_added_in_the_files_own_indentation(ours: str, text: str) -> None:
    merged = structured_files.merge(PATH, None, ours, V1)
    assert merged is not None
    assert merged.text == text
    assert merged.notes == ()
    assert structured_files.differences(PATH, V1, text) == ()
    assert structured_files.merge(PATH, None, text, V1) == merged


MINE = """\
repos:
- repo: HTTPS://Example.INVALID/scaffold.git/
  rev: 'v1.0.0'  # ours
  hooks:
  - id: mine
  - id: check
    args: [--offline]
    stages: [pre-push]  # late
# end
- repo: local
  hooks:
  - {id: x, name: x, entry: x, language: system}
"""

HOOK = "  - id: check  # drift\n    args:\n      - --offline\n"
TWO = ENTRY.replace("check", "two")

UPDATES = {
    "rev bumped": (V1, MINE, V2, MINE.replace("v1.0.0", "v2.0.0"), ()),
    "rev bumped with its comment": (
        V1.replace("v1.0.0", "aaaa  # frozen: v1"), MINE.replace("'v1.0.0'  # ours", "aaaa  # frozen: v1"),
        V1.replace("v1.0.0", "bbbb  # frozen: v2"), MINE.replace("'v1.0.0'  # ours", "bbbb  # frozen: v2"), (),
    ),
    "rev bumped by both": (V1, MINE.replace("v1.0.0", "v2.0.0"), V2, MINE.replace("v1.0.0", "v2.0.0"), ()),
    "rev kept": (
        V1, MINE.replace("v1.0.0", "v1.5"), V2, MINE.replace("v1.0.0", "v1.5"),
        (f"'{URL}': your rev v1.5 is kept (the template has v2.0.0)",),
    ),
    "another rev, the template's unchanged": (V1, MINE.replace("v1.0.0", "v9"), f"{V1}#\n",
                                              MINE.replace("v1.0.0", "v9"), ()),
    "rev kept when the file was there before": (
        None, MINE.replace("v1.0.0", "v0"), V1, MINE.replace("v1.0.0", "v0"),
        (f"'{URL}': your rev v0 is kept (the template has v1.0.0)",),
    ),
    "missing hook added": (
        None, f"repos:\n- repo: {URL}/\n  rev: v1.0.0\n  hooks:\n  - id: mine\n\n  # end\n- repo: b\n", V1,
        f"repos:\n- repo: {URL}/\n  rev: v1.0.0\n  hooks:\n  - id: mine\n{HOOK}\n  # end\n- repo: b\n", (),
    ),
    "missing hook added in brackets": (
        None, f"repos:\n- repo: {URL}\n  rev: v1.0.0\n  hooks: [{{id: mine}}]\n", V1,
        f"repos:\n- repo: {URL}\n  rev: v1.0.0\n  hooks: [{{id: mine}}, {{id: check, args: [--offline]}}]\n", (),
    ),
    "new hook of the template added": (
        V1, MINE, f"{V1}      - id: 'new: one'\n",
        MINE.replace("# late\n", "# late\n  - id: 'new: one'\n"), (),
    ),
    "hook changed by the template": (
        V1, MINE.replace("    stages: [pre-push]  # late\n", ""), V1.replace("--offline", "--quiet"),
        MINE.replace("  - id: check\n    args: [--offline]\n    stages: [pre-push]  # late\n",
                     "  - id: check  # drift\n    args:\n      - --quiet\n"), (),
    ),
    "hook changed by the template, in brackets": (
        V1, f"repos: [{FLOW_ENTRY}]\n", V1.replace("--offline", "'a, b'"),
        f"repos: [{FLOW_ENTRY}]\n".replace("--offline", '"a, b"'), (),
    ),
    "hook changed by both": (
        V1, MINE, V1.replace("--offline", "--quiet"), MINE,
        (f"hook 'check' of '{URL}': yours is kept (the template changed it)",),
    ),
    "deleted entry stays deleted": (
        V1, BLACK, V2, BLACK, (f"'{URL}' was deleted here and stays deleted",)
    ),
    "deleted hook stays deleted": (
        V1, f"repos:\n- repo: {URL}\n  rev: v1.0.0\n  hooks:\n  - id: mine\n", V2,
        f"repos:\n- repo: {URL}\n  rev: v2.0.0\n  hooks:\n  - id: mine\n",
        (f"hook 'check' of '{URL}' was deleted here and stays deleted",),
    ),
    "entry dropped by the template": (V1, BLACK + WIDE_ENTRY, NONE, BLACK, ()),
    "the only entry dropped by the template": (V1, f"# ours\n{V1}ci: {{}}\n", NONE, "# ours\nrepos: []\nci: {}\n", ()),
    "dropped entry in brackets": (V1, f"repos: [{FLOW_ENTRY}]\n", NONE, "repos: []\n", ()),
    "one entry for another in brackets": (
        V1, f"repos: [{FLOW_ENTRY}]\n", "repos:\n- repo: b\n  hooks:\n  - id: 1\n",
        "repos: [{repo: b, hooks: [{id: 1}]}]\n", (),
    ),
    "dropped entry that the user bumped": (
        V1, BLACK + WIDE_ENTRY.replace("v1.0.0", "v9"), NONE, BLACK + WIDE_ENTRY.replace("v1.0.0", "v9"),
        (f"hook 'check' of '{URL}' is no longer in the template; yours is kept",),
    ),
    "dropped entry that the user changed": (
        V1, MINE, NONE, MINE, (f"hook 'check' of '{URL}' is no longer in the template; yours is kept",)
    ),
    "dropped hook goes alone": (
        V1, f"{V1}      - id: mine\n", NONE,
        f"{V1}      - id: mine\n".replace(
            "      # offline\n      - id: check  # drift\n        args:\n          - --offline\n", ""), (),
    ),
    "one hook for another": (
        V1, f"{V1}ci: {{}}\n", V1.replace("id: check  # drift", "id: other"),
        f"{V1}ci: {{}}\n".replace("id: check  # drift", "id: other"), (),
    ),
    "one hook for another, in brackets": (
        V1, f"repos: [{FLOW_ENTRY}]\n", V2.replace("id: check  # drift", "id: other"),
        f"repos: [{FLOW_ENTRY}]\n".replace("id: check", "id: other").replace("v1.0.0", "v2.0.0"), (),
    ),
    "two entries of one repository are both bumped": (
        V1, f"{V1}{TWO}", V2, f"{V2}{TWO.replace('v1.', 'v2.')}", (),
    ),
    "local hooks": (
        "repos:\n- repo: local\n  hooks:\n  - {id: a, entry: a}\n",
        "repos:\n- repo: local\n  hooks:\n  - {id: a, entry: a}\n  - {id: m, entry: m}\n",
        "repos:\n- repo: local\n  hooks:\n  - {id: b, entry: 'b: c'}\n",
        "repos:\n- repo: local\n  hooks:\n  - {id: m, entry: m}\n  - {id: b, entry: 'b: c'}\n", (),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("base", "ours", "theirs", "text", "notes"), UPDATES.values(), ids=UPDATES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_update_edits_only_its_places(
    base: str | None, ours: str, theirs: str, text: str, notes: tuple[str, ...], newline: str
) -> None:
    merged = structured_files.merge(PATH, base, ours.replace("\n", newline), theirs)
    assert merged is not None
    assert merged.text == text.replace("\n", newline)
    assert merged.notes == notes
    assert structured_files.merge(PATH, base, merged.text, theirs) == merged


@pytest.mark.parametrize(
    ("ours", "expected"),
    [
        (V1, []),
        (V2, []),
        (MINE.replace("    stages: [pre-push]  # late\n", ""), []),
        (MINE, [(f"hook 'check' of '{URL}' runs otherwise than the template's: stages [\"pre-push\"]", 6, 5)]),
        (BLACK, [(f"'{URL}' is missing in repos", 2, 1)]),
        ("", [(f"'{URL}' is missing in repos", None, None)]),
        ("ci: {}\n", [(f"'{URL}' is missing in repos", None, None)]),
        (MINE.replace("id: check", "id: other"), [(f"hook 'check' of '{URL}' is missing", 2, 3)]),
        (f"repos:\n- repo: {URL}\n", [(f"hook 'check' of '{URL}' is missing", 2, 3)]),
    ],
)
def test_differences(ours: str, expected: list[tuple[str, int | None, int | None]]) -> None:
    found = structured_files.differences(PATH, V1, ours)
    assert found is not None
    assert [(one.message, one.line, one.column) for one in found] == expected


NEUTERED = {
    "entry": 'entry: "true"',
    "args": "args: [--exit-zero]",
    "stages": "stages: [manual]",
    "files": "files: ^$",
    "exclude": "exclude: .*",
    "types": "types: [python]",
    "types_or": "types_or: [python]",
    "exclude_types": "exclude_types: [text]",
    "always_run": "always_run: false",
    "pass_filenames": "pass_filenames: true",
    "language": "language: fail",
    "additional_dependencies": "additional_dependencies: [other]",
}


@pytest.mark.parametrize("line", NEUTERED.values(), ids=NEUTERED)
@pytest.mark.parametrize("rev", ["v1.0.0", "v9"])
def test_a_hook_that_runs_otherwise_is_a_difference_and_can_be_restored(line: str, rev: str) -> None:
    args = "        args:\n          - --offline\n"
    kept = "" if line.startswith("args") else args
    ours = V1.replace(args, f"{kept}        {line}\n").replace("v1.0.0", rev)
    found = structured_files.differences(PATH, V1, ours)
    assert found is not None
    assert [one.line for one in found] == [6]
    assert line.partition(":")[0] in found[0].message
    restored = structured_files.restore(PATH, ours, V1)
    assert restored is not None
    assert restored.text == V1.replace("v1.0.0", rev)


def test_a_hook_that_stands_twice_is_fine_when_one_of_them_is_the_templates() -> None:
    twice = V1 + TWO.replace("two", "check").replace("--offline", "--diff")
    assert structured_files.differences(PATH, V1, twice) == ()


@pytest.mark.parametrize(
    ("ours", "text"),
    [
        (BLACK, BLACK + WIDE_ENTRY),
        (MINE.replace("v1.0.0", "v9"), MINE.replace("v1.0.0", "v9").replace(
            "  - id: check\n    args: [--offline]\n    stages: [pre-push]  # late\n", HOOK)),
        (V1.replace("check  # drift", "check  # mine\n        verbose: true"),
         V1.replace("check  # drift", "check  # mine\n        verbose: true")),
        ("", V1),
        (f"repos: [{{repo: {URL}, rev: v1.0.0, hooks: [{{id: mine}}]}}]",
         f"repos: [{{repo: {URL}, rev: v1.0.0, hooks: [{{id: mine}}, {{id: check, args: [--offline]}}]}}]"),
    ],
)  # fmt: skip
def test_a_restored_file_has_the_templates_hooks_and_the_users(ours: str, text: str) -> None:
    restored = structured_files.restore(PATH, ours, V1)
    assert restored is not None
    assert restored.text == text
    assert structured_files.differences(PATH, V1, text) == ()


@pytest.mark.parametrize(
    "ours",
    ["repos: 'a\n", "- repo: a\n", "a\n", "repos: {}\n", "repos: x\n", "repos: [x]\n", "repos: [{rev: v1}]\n",
     "repos: [{repo: a, hooks: {}}]\n", "repos: [{repo: a, hooks: [x]}]\n", "repos: [{repo: [], hooks: []}]\n"],
)  # fmt: skip
def test_what_is_no_config_is_left_to_others(ours: str) -> None:
    assert structured_files.merge(PATH, None, ours, V1) is None
    assert structured_files.differences(PATH, V1, ours) is None


@pytest.mark.parametrize(
    ("base", "ours"),
    [
        (None, f"repos: [{{repo: {URL}, rev: v1, hooks: []}}]\n"),  # no hook to take the style from
        (None, f"x: &h [{{id: a}}]\nrepos:\n- repo: {URL}\n  rev: v1\n  hooks: *h\n"),  # the hooks stand elsewhere
        (V1, f"x: &r\n  rev: v1.0.0\nrepos:\n- <<: *r\n  repo: {URL}\n  hooks: [{{id: check}}]\n"),  # so does the rev
    ],
)
def test_an_edit_without_a_place_is_left_to_others(base: str | None, ours: str) -> None:
    assert structured_files.merge(PATH, base, ours, V2) is None


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://GitHub.com/a/B", "https://github.com/a/B.git"),
        ("https://github.com/a/b/", "HTTPS://github.com/a/b.git/"),
        ("git@github.com:a/b.git", "git@github.com:a/b"),
        ("local", " local "),
        ("https://github.com", "https://github.com/"),
    ],
)
def test_urls_that_are_one_repository(url: str, same: str) -> None:
    assert normal_url(url) == normal_url(same)


@pytest.mark.parametrize(
    ("url", "other"), [("https://github.com/a/b", "https://github.com/a/B"), ("https://a/b", "http://a/b")]
)
def test_urls_that_are_not(url: str, other: str) -> None:
    assert normal_url(url) != normal_url(other)
