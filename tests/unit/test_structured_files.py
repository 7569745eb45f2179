"""What labels configs and `.pre-commit-config.yaml` share: which files they are, reading, writing scalars, cost."""

import subprocess
import sys
from io import StringIO

import pytest
import yaml
from ruamel.yaml import YAML

from issue_scaffold.sync import structured_files
from issue_scaffold.text import scalars
from issue_scaffold.text.by_meaning import NotUnderstoodError
from issue_scaffold.text.edits import Edit, apply_edits, remove_entry
from issue_scaffold.text.one_document import read_document
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping, Scalar


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".github/labels.yml", "labels"),
        (".github/labels.yaml", "labels"),
        (".github/labels.json", "labels"),
        (".github/settings.yml", "labels"),
        ("labels.yml", "labels"),
        ("labels.json", "labels"),
        (".pre-commit-config.yaml", "pre-commit"),
        (".github/labels.toml", "labels"),
        (".github/labels/base.yml", "labels"),
        (".github/labeler.yml", None),
        ("settings.yml", None),
        ("docs/labels.yml", None),
        (".github/ISSUE_TEMPLATE/config.yml", None),
    ],
)
def test_kind_of(path: str, kind: str | None) -> None:
    assert structured_files.kind_of(path) == kind


def test_other_files_are_not_merged_by_meaning() -> None:
    assert structured_files.merge("README.md", None, "a", "b") is None
    assert structured_files.differences("README.md", "a", "b") is None
    assert structured_files.restore("README.md", "a", "b") is None


def test_check_imports_neither_writing_nor_ruamel() -> None:
    program = (
        "import sys; from issue_scaffold.sync import structured_files as s;"
        "s.differences('.github/labels.yml', '- name: a', '- name: b');"
        "s.differences('.pre-commit-config.yaml', 'repos: []', 'repos: []');"
        "print([n for n in sys.modules if 'ruamel' in n or 'writing' in n or 'splice' in n or '_merge' in n])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_merges_do_not_grow_without_end() -> None:
    rows = ["- &a0 {name: x}", *(f"- &a{n} {{name: x, <<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 40))]
    text = "\n".join(rows)
    assert structured_files.differences(".github/labels.yml", "- name: x", text) is None


TEXTS = [
    "bug", "good first issue", "kind/bug", "a: b", "a #b", "#a", "- a", "[a]", "a, b", "{a}", "yes", "Null", "1", "1e3",
    "0x1F", "12:30", "", " a", "a ", "it's", 'say "hi"', "back\\slash", "🔧 tool", "👩\u200d🔧", "a\tb",
    "two\nlines", "\u2028", "\ufeff", "del\x7f", "\x85", "null", "~", "@a",
    "*a", "&a", "!a", "%a", "a:", "a'", "?", "é", "=", "<<",
]  # fmt: skip


@pytest.mark.parametrize("value", TEXTS)
@pytest.mark.parametrize("style", ["", "'", '"'])
@pytest.mark.parametrize("frame", ["- {}", "[{}, x]", "{{{}: x}}", "k: {} # c"])
def test_a_scalar_is_read_back_as_it_was_by_both_yaml_versions(value: str, style: str, frame: str) -> None:
    text = frame.format(scalars.yaml_scalar(value, style, in_flow="[" in frame or "{{" in frame))
    for read in (yaml.safe_load(text), YAML(typ="safe").load(StringIO(text))):
        found = next(iter(read.values() if text.startswith("k") else read))
        assert found == value


@pytest.mark.parametrize("value", TEXTS)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_is_read_back_as_it_was(value: str, ascii_only: bool) -> None:
    node = read_document(scalars.json_scalar(value, ascii_only=ascii_only), ".json")
    assert isinstance(node, Scalar)
    assert node.value == value


def test_edits_are_made_in_any_order() -> None:
    assert apply_edits("abcde", [Edit(4, 5, "E"), Edit(0, 1), Edit(2, 2, "-")]) == "b-cdE"


def test_insertions_at_one_place_stay_in_order_and_equal_edits_are_made_once() -> None:
    edits = [Edit(1, 1, "2"), Edit(1, 1, "1"), Edit(1, 1, "2"), Edit(0, 1, "x")]
    assert apply_edits("ab", edits) == "x21b"


@pytest.mark.parametrize(
    ("inner", "after"),
    [
        ("{<<: *a, x: 1}", "{<<: *a}"),
        ("{x: 1, <<: *a}", "{<<: *a}"),
        ("\n  <<: *a\n  x: 1", "\n  <<: *a"),
        ("\n  x: 1\n  y: 2", "\n  y: 2"),
    ],
)
def test_an_entry_is_removed_from_its_own_mapping_alone(inner: str, after: str) -> None:
    text = f"a: &a {{k: 1, m: 2}}\nb: {inner}\n"
    root = read_document(text)
    assert isinstance(root, Mapping)
    mapping = root.get("b")
    assert isinstance(mapping, Mapping)
    entry = mapping.own("x")
    assert entry is not None
    edits = remove_entry(Source("x", text), mapping, entry)
    assert edits is not None
    assert apply_edits(text, edits) == f"a: &a {{k: 1, m: 2}}\nb: {after}\n"


def test_deletions_unite_and_two_texts_for_one_place_are_refused() -> None:
    assert apply_edits("abcde", [Edit(0, 3), Edit(2, 4)]) == "e"
    assert apply_edits("abcde", [Edit(0, 4), Edit(1, 2)]) == "e"
    with pytest.raises(NotUnderstoodError):
        apply_edits("abcde", [Edit(0, 3), Edit(2, 4, "x")])
