"""Each example of the page about labels configs is read as it says, and can be added to."""

import re
from pathlib import Path

import pytest

from issue_scaffold.labels.config import parse_labels
from issue_scaffold.labels.label import FORMER_NAMES, KNOWN_FIELDS, MEANT_AS_FORMER
from issue_scaffold.sync.structured_files import add_labels
from issue_scaffold.validate.run import validate_files

PAGE = (Path(__file__).parents[2] / "docs/reference/labels-configs.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```(yaml|json|toml)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NEW = '- name: infrastructure\n  color: "1d76db"\n'


@pytest.mark.parametrize(("suffix", "text"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_is_a_labels_config(suffix: str, text: str) -> None:
    path = ".github/settings.yml" if text.startswith("labels:") else f".github/labels.{suffix}"
    (label,) = parse_labels(path, text).labels
    assert (label.name, label.color) == ("bug", "d73a4a")
    assert not [found for found in validate_files({path: text.encode()}) if found.severity.name != "INFO"]
    added = add_labels(path, text, ".github/labels.yml", NEW)
    assert added is not None
    assert {label.name for label in parse_labels(path, added.text).labels} == {"bug", "infrastructure"}


def test_the_page_names_every_key_of_a_label() -> None:
    words = set(re.findall(r"`(\w+)`", PAGE))
    own = KNOWN_FIELDS[: KNOWN_FIELDS.index("target")]
    assert set(own) <= words
    assert set(FORMER_NAMES) <= words
    assert {word.casefold() for word in words} & MEANT_AS_FORMER == {"alias", "previousnames"}


@pytest.mark.parametrize("escaped", [r"\u26a0", r"\ud83d\udc1b"])
def test_escapes_of_json_are_read_in_yaml(escaped: str) -> None:
    (label,) = parse_labels(".github/labels.yml", f'- name: "bug {escaped}"\n  color: "d73a4a"\n').labels
    assert label.name in {"bug ⚠", "bug 🐛"}
