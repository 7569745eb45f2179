"""Editing `.github/scaffold.yml`: the entries of one path change, every other byte stays."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.errors import UsageError
from issue_scaffold.settings.edit import Row, SettingsList

ACCEPTED = SettingsList("accepted", ".github/scaffold.yml")
ENTRY = {"path": "a.md", "sha256": "0" * 64, "reason": "ours"}


def add(text: str, **changes: str | None) -> str:
    """Accept `a.md`."""
    entry: dict[str, str | None] = {**ENTRY, **changes}
    known_as = entry.pop("instead_of", None)
    return ACCEPTED.with_rows(text, str(entry["path"]), [entry], instead_of=known_as)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "# Settings of issue-scaffold for this repository.\naccepted:\n{}"),
        ("# mine\n", "# mine\naccepted:\n{}"),
        ("labels: {known: [a]}", "labels: {known: [a]}\naccepted:\n{}"),
        ("accepted:\n", "accepted:\n{}"),
        ("accepted: null  # none yet\n", "accepted:  # none yet\n{}"),
        ("accepted: []  # none yet\nlabels: {known: [a]}\n", "accepted:  # none yet\n{}labels: {known: [a]}\n"),
        ("accepted: ~\nignore: []\n", "accepted:\n{}ignore: []\n"),
        (
            "accepted:\n  - path: b\n    sha256: null\n    reason: r  # why\n# after\nlabels: {}\n",
            "accepted:\n  - path: b\n    sha256: null\n    reason: r  # why\n{}# after\nlabels: {}\n",
        ),
        (
            "accepted:\n  - {path: b, sha256: null, reason: r}  # one line\n",
            "accepted:\n  - {path: b, sha256: null, reason: r}  # one line\n{}",
        ),
        (
            "accepted:\n  - path: b\n    sha256: null\n    reason: r",
            "accepted:\n  - path: b\n    sha256: null\n    reason: r\n{}",
        ),
    ],
)  # fmt: skip
def test_an_entry_is_added(before: str, after: str) -> None:
    item = f'  - path: a.md\n    sha256: "{"0" * 64}"\n    reason: ours\n'
    assert add(before) == after.replace("{}", item, 1).replace("{}", "{}")


def test_an_entry_is_added_in_brackets_where_the_others_are() -> None:
    before = "accepted: [{path: b, sha256: null, reason: r}]  # all\nlabels: {}\n"
    added = f', {{path: a.md, sha256: "{"0" * 64}", reason: ours}}'
    assert add(before) == before.replace("}]", f"}}{added}]")


def test_a_hash_that_is_read_as_a_number_is_put_in_quotation_marks() -> None:
    before = f"accepted:\n- path: a.md\n  sha256: {'0' * 64}\n  reason: ours\n"
    assert add(before) == before.replace("0" * 64, f'"{"0" * 64}"')


@pytest.mark.parametrize(("indent", "gap"), [("", " "), ("  ", " "), ("    ", " "), ("  ", "   "), ("", "   ")])
def test_the_lists_own_style_is_kept(indent: str, gap: str) -> None:
    rest = f"{indent} {gap}"
    before = f"accepted:\n{indent}-{gap}path: b\n{rest}sha256: null\n{rest}reason: r\n"
    added = f"{indent}-{gap}path: a.md\n{rest}sha256: null\n{rest}reason: ours\n"
    assert add(before, sha256=None) == before + added


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_an_entry_is_brought_up_to_date(newline: str, bom: str) -> None:
    before = bom + newline.join(
        [
            "accepted:",
            "- path: 'a.md'  # the path",
            "  sha256: abc  # old",
            '  reason: "because"',
            "- path: b.md",
            "  reason: stays",
            "  sha256:",
            "",
        ]
    )
    after = before.replace("abc", f'"{"0" * 64}"').replace("because", "ours")
    assert add(before) == after
    assert add(after) == after
    moved = add(after, path="c.md", instead_of="b.md", reason="stays", sha256="1" * 64)
    assert moved == after.replace("b.md", "c.md").replace("sha256:" + newline, f'sha256: "{"1" * 64}"{newline}')


@pytest.mark.parametrize(
    "text", ["a: [", "[1]", "text", "accepted: 1", "accepted: {a: b}", "a: 1\n---\nb: 2\n", "{a: 1}"]
)
def test_what_can_not_be_edited_is_said(text: str) -> None:
    with pytest.raises(UsageError, match=r"\.github/scaffold\.yml"):
        add(text)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x85\u2028\u2029\0"), min_size=1, max_size=12)


@given(paths=st.lists(TEXT, min_size=1, max_size=4), reason=TEXT, sha256=st.none() | st.just("f" * 64))
def test_what_is_written_is_read_back(paths: list[str], reason: str, sha256: str | None) -> None:
    text = "# top\nlabels:\n- x\n"
    for path in paths:
        text = ACCEPTED.with_rows(text, path, [{"path": path, "sha256": sha256, "reason": reason}])
    rows = yaml.safe_load(text)["accepted"]
    assert rows == [{"path": path, "sha256": sha256, "reason": reason} for path in dict.fromkeys(paths)]
    assert text.startswith("# top\nlabels:\n- x\n")


STYLES = {
    "block": "accepted:\n  - path: b.md\n    sha256: null\n    reason: r  # why\n",
    "flush": "accepted:\n- path: b.md\n  sha256: null\n  reason: r  # why\n",
    "items in braces": "accepted:\n  - {path: b.md, sha256: null, reason: r}  # why\n",
}


def row(number: int, unit: str | None = None, path: str = "a.md") -> Row:
    """Return an entry of a unit."""
    said: dict[str, str | None] = {"path": path, "difference": f"d{number}", "reason": f"r{number}"}
    return said if unit is None else said | {"unit": unit}


@pytest.mark.parametrize("style", STYLES)
def test_all_entries_of_a_path_come_and_go(style: str) -> None:
    """Texts have several, each its reason; labels one a label."""
    before = STYLES[style] + "# after\nlabels: {known: [x]}\n"
    steps: list[list[Row]] = [
        [row(1)],
        [row(1), row(2)],
        [row(2)],
        [row(3, "type::ops"), row(4, "bug")],
        [row(5, "bug"), row(3, "type::ops")],
        [{"path": "a.md", "sha256": None, "reason": "gone"}],
        [row(1)],
    ]
    text = before
    for rows in steps:
        text = ACCEPTED.with_rows(text, "a.md", rows)
        found = yaml.safe_load(text)["accepted"]
        assert [one for one in found if one["path"] == "b.md"] == [{"path": "b.md", "sha256": None, "reason": "r"}]
        own = [one for one in found if one["path"] == "a.md"]
        assert len(own) == len(rows)
        assert all(one in own for one in rows)
        assert "# why" in text
        assert ACCEPTED.with_rows(text, "a.md", rows) == text
    assert ACCEPTED.with_rows(text, "a.md", []) == before


@pytest.mark.parametrize("text", ["accepted:\n  - path: a.md\n    sha256: null\n    reason: r\nlabels: {}\n"])
def test_the_last_entry_leaves_an_empty_list(text: str) -> None:
    assert yaml.safe_load(ACCEPTED.with_rows(text, "a.md", [])) == {"accepted": [], "labels": {}}


def test_lists_in_brackets_lose_entries_too() -> None:
    text = "accepted: [{path: a.md, sha256: null, reason: x}, {path: b.md, sha256: null, reason: r}]\n"
    assert ACCEPTED.with_rows(text, "a.md", []) == "accepted: [{path: b.md, sha256: null, reason: r}]\n"
    changed = yaml.safe_load(ACCEPTED.with_rows(text, "a.md", [row(1)]))
    assert changed["accepted"][0] == {"path": "a.md", "difference": "d1", "reason": "r1"}
