"""Whatever `validate` accepts as a labels config, `check`, `update`, `init`, `labels plan` and `catalog` read alike.

Every shape in every place, with every spelling of a field: the same labels come out of each command's own way in.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import git, write_tree

from issue_scaffold.catalog.imports import config_rows
from issue_scaffold.forge.documents import load
from issue_scaffold.label_sync.choice import find_config, read_configs
from issue_scaffold.labels.label import FIELD_SPELLINGS, FORMER_NAMES, NEW_NAME, Label
from issue_scaffold.labels.places import find_configs
from issue_scaffold.report.finding import Severity
from issue_scaffold.sync import structured_files
from issue_scaffold.validate.run import validate_files

Fields = dict[str, Any]
Rows = list[tuple[str, Fields]]

SHAPES = ("list", "names", "list below labels", "names below labels", "list below include", "list of Prow")
PLACES = [
    "labels.yml",
    "labels.json",
    "labels.toml",
    ".github/labels.yml",
    ".github/labels.yaml",
    ".github/label-sync.yml",
    ".github/labels/base.yml",
    ".github/labels/more.toml",
    ".github/settings.yml",
    ".gitea/labels.yaml",
    ".forgejo/labels.yml",
    ".gitlab/labels.json",
]


def shaped(shape: str, rows: Rows) -> Any:  # noqa: ANN401 - any shape
    """Return labels in one of the shapes."""
    data: Any = dict(rows)
    if shape.startswith("list"):
        data = [{"name": name, **fields} for name, fields in rows]
    if shape.endswith("include"):
        data = {"include": data}
    if shape.endswith("Prow"):
        others = [{"name": "elsewhere", "color": "ffffff", "addedBy": "prow", "previously": [{"name": "else"}]}]
        return {"default": {"labels": data}, "repos": {"other/repo": {"labels": others}}}
    return {"labels": data} if "below" in shape else data


class Spelling(NamedTuple):
    """How a config is written: its shape, its place, and the keys of fields."""

    shape: str
    path: str
    color: str = "color"
    former: str = "aliases"
    as_list: bool = True
    hashed: bool = False

    @property
    def is_known(self) -> bool:
        """Whether such files exist: settings hold labels below a key, and TOML is read as tables."""
        if self.path.endswith("settings.yml"):
            return "below" in self.shape
        return not self.path.endswith(".toml") or self.shape == "names"


def spelled(label: Label, how: Spelling) -> tuple[str, Fields]:
    """Return one label's name and fields as written."""
    name, former = label.name, list(label.former)
    fields: Fields = {}
    if label.color:
        fields[how.color] = f"#{label.color}" if how.hashed else label.color
    if label.description:
        fields["description"] = label.description
    if former and how.former == NEW_NAME:
        fields[NEW_NAME] = name
        name = former.pop(0)
    if former:
        key = FORMER_NAMES[0] if how.former == NEW_NAME else how.former
        fields[key] = former if how.as_list or len(former) > 1 else former[0]
    return name, fields


def written(labels: list[Label], how: Spelling) -> str:
    rows = [spelled(label, how) for label in labels]
    if how.path.endswith(".toml"):
        return toml(rows)
    data = shaped(how.shape, rows)
    if how.path.endswith(".json"):
        return json.dumps(data, indent=2)
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000)
    return text


def toml(rows: Rows) -> str:
    lines = []
    for name, fields in rows:
        lines.append(f"[{json.dumps(name, ensure_ascii=False)}]")
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n".join(lines) + "\n"


def plain(labels: list[Label], how: Spelling) -> str:
    """Return the labels as a template writes them in a file of that format.

    Former names are in the same field: what a config says besides name, colour and description is compared as written.
    """
    is_nested = how.path.endswith("settings.yml")
    shape = "names" if how.path.endswith(".toml") else "list below labels" if is_nested else "list"
    return written(labels, Spelling(shape, how.path, former=how.former, as_list=how.as_list))


words = st.sampled_from(["bug", "type: x", "Ä", "c-d", "good first", "p/1", "two", "12", "x y z", "🐞 bug"])
spellings = st.builds(
    Spelling,
    st.sampled_from(SHAPES),
    st.sampled_from(PLACES),
    st.sampled_from(FIELD_SPELLINGS["color"]),
    st.sampled_from([*FORMER_NAMES, NEW_NAME]),
    st.booleans(),
    st.booleans(),
).filter(lambda how: how.is_known)


@st.composite
def label_lists(draw: st.DrawFn) -> list[Label]:
    names = draw(st.lists(words, min_size=1, max_size=8, unique_by=lambda word: word.casefold()))
    labels = []
    while names:
        former = [names.pop() for _ in range(min(draw(st.integers(0, 2)), len(names) - 1))]
        description = draw(st.none() | st.sampled_from(["Broken", "a: b", "It's", "#1"]))
        color = draw(st.sampled_from(["d73a4a", "00ff00", "123456", "012345", "1e1000"]))
        labels.append(Label(name=names.pop(), color=color, description=description, former=tuple(former)))
    return labels


def seen(labels: list[Label] | tuple[Label, ...]) -> list[tuple[str, str | None, str | None, tuple[str, ...]]]:
    return [(label.name, label.color, label.description, label.former) for label in labels]


def errors(path: str, text: str) -> list[str]:
    found = validate_files({path: text.encode()})
    return [finding.message for finding in found if finding.severity is Severity.ERROR]


@settings(deadline=None, max_examples=120)
@given(label_lists(), spellings)
def test_what_validate_accepts_every_command_reads_alike(
    tmp_path_factory: pytest.TempPathFactory, labels: list[Label], how: Spelling
) -> None:
    text = written(labels, how)
    assert not errors(how.path, text)
    root = tmp_path_factory.mktemp("repo")
    write_tree(root, {how.path: text})
    assert find_configs(root) == (how.path,)
    planned = read_configs((), root).labels
    assert seen(planned) == seen(labels)
    assert [row.name for row in config_rows(load(how.path, text.encode()))] == [label.name for label in labels]
    template = plain(labels, Spelling("list", ".github/labels.yml"))
    added = structured_files.add_labels(how.path, text, ".github/labels.yml", template)
    assert added is not None
    assert added.text == text
    same = plain(labels, how)
    assert structured_files.differences(how.path, same, text) == ()
    restored = structured_files.restore(how.path, text, same)
    assert restored is not None
    assert restored.text == text


@settings(deadline=None, max_examples=120)
@given(label_lists(), spellings)
def test_a_missing_label_is_seen_added_and_then_read_by_all(labels: list[Label], how: Spelling) -> None:
    text = written(labels, how)
    new = Label(name="added", color="abcdef", description="New")
    template = plain([*labels, new], how)
    differences = structured_files.differences(how.path, template, text)
    assert differences is not None
    assert [difference.message for difference in differences] == ["label 'added' is missing"]
    merged = structured_files.restore(how.path, text, template)
    assert merged is not None
    assert structured_files.differences(how.path, template, merged.text) == ()
    assert not errors(how.path, merged.text)
    rows = config_rows(load(how.path, merged.text.encode()))
    assert [row.name for row in rows] == [*(label.name for label in labels), "added"]


@pytest.mark.parametrize("path", PLACES)
def test_a_config_is_found_wherever_it_may_lie(path: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    how = Spelling("names" if path.endswith(".toml") else "list below labels", path)
    write_tree(tmp_path, {path: written([Label(name="bug", color="d73a4a")], how)})
    assert find_config(tmp_path) == path
    assert structured_files.kind_of(path) == "labels"


TOML = """\
# Our labels.
[bug]
color = 'd73a4a'  # red
name = "bug"
description = "It's broken"
aliases = [
  "defect", # old
]

# For newcomers.
["good first issue"]
color = '7057ff'
name = "good first issue"
# The end.
"""


def test_toml_keeps_its_comments_layout_and_quotes() -> None:
    template = '- name: bug\n  color: "000000"\n- name: "a: b"\n  color: "111111"\n  description: New\n'
    merged = structured_files.merge(".github/labels.toml", None, TOML, TOML)
    assert merged is not None
    assert merged.text == TOML
    added = structured_files.add_labels(".github/labels.toml", TOML, ".github/labels.yml", template)
    assert added is not None
    new = '\n["a: b"]\ncolor = \'111111\'\nname = "a: b"\ndescription = "New"\n'
    assert added.text == TOML + new


def test_toml_follows_a_changed_and_a_removed_label() -> None:
    base = '[bug]\ncolor = "d73a4a"\n\n[old]\ncolor = "111111"\n\n[docs]\ncolor = \'0075ca\'\n'
    mine = base.replace('"d73a4a"', '"d73a4a"  # red') + '\n[mine]\ncolor = "abcdef"\n'
    new = '[bug]\ncolor = "ff0000"\ndescription = "Broken"\n\n[docs]\ncolor = \'0075ca\'\n'
    merged = structured_files.merge(".github/labels.toml", base, mine, new)
    assert merged is not None
    assert merged.text == (
        '[bug]\ncolor = "ff0000"  # red\ndescription = "Broken"\n\n[docs]\ncolor = \'0075ca\'\n'
        '\n[mine]\ncolor = "abcdef"\n'
    )


PROW = """\
# Labels of all repositories.
default:
  labels:
    - color: d73a4a
      description: Broken
      name: kind/bug
      target: both
      prowPlugin: label
      previously:
        - color: d73a4a
          name: bug  # before
      deleteAfter: 2040-01-01T13:00:00Z
orgs:
  Us:
    labels:
      - {color: "111111", name: ours, addedBy: humans}
repos:
  us/here:
    labels:
      - color: '222222'
        name: here
        isExternalPlugin: true
  us/there:
    labels:
      - color: '333333'
        name: ours
"""


def test_prow_gives_a_repository_its_labels_beside_everybodys(tmp_path: Path) -> None:
    path = ".github/labels.yaml"
    assert not errors(path, PROW)
    write_tree(tmp_path, {path: PROW})
    here = read_configs((), tmp_path, lambda: "us/here").labels
    elsewhere = read_configs((), tmp_path, lambda: "they/here").labels
    assert [label.name for label in here] == ["kind/bug", "ours", "here"]
    assert [label.name for label in elsewhere] == ["kind/bug"]
    assert here[0].former == ("bug",)
    assert here[0].delete_after == date(2040, 1, 1)


def test_prow_is_merged_below_default_with_every_other_byte_kept() -> None:
    template = '- name: infrastructure\n  color: "0075ca"\n  description: New\n'
    merged = structured_files.add_labels("labels.yaml", PROW, ".github/labels.yml", template)
    assert merged is not None
    before, orgs, after = PROW.partition("orgs:")
    new = '    - color: "0075ca"\n      description: New\n      name: infrastructure\n'
    assert merged.text.replace('"0075ca"', "0075ca") == before + new.replace('"', "") + orgs + after


@pytest.mark.parametrize("scope", ["default", "repos"])
def test_a_mistake_in_any_scope_of_prow_is_found(scope: str) -> None:
    old = {"default": "color: d73a4a\n      description", "repos": "color: '333333'"}[scope]
    assert len(errors(".github/labels.yml", PROW.replace(old, old.replace("color: ", "color: z"), 1))) == 1


def test_json_escapes_of_one_character_are_read_as_it() -> None:
    text = (
        '# \\ud83d\\udc1b\n- name: "\\ud83d\\udc1b bug"  # \\uD83D\\uDC1B\n  color: "d73a4a"\n'
        "- name: '\\ud83d\\udc1b'\n  color: \"111111\"\n  description: \\ud83d\\udc1b\n"
    )
    path = ".github/labels.yml"
    assert not errors(path, text)
    found = config_rows(load(path, text.encode()))
    assert [row.name for row in found] == ["\U0001f41b bug", r"\ud83d\udc1b"]
    assert errors(path, text.replace("\\udc1b bug", "bug"))
    added = structured_files.add_labels(path, text, path, '- name: new\n  color: "222222"\n')
    assert added is not None
    assert added.text.startswith(text)
