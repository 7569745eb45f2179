"""A label that nobody has is taken for one that there is, and for nothing else."""

import pytest

from issue_scaffold.validate.fixer import fix_files
from issue_scaffold.validate.rules.label_guesses import GuessKind, by_looks, guess_labels, looks
from issue_scaffold.validate.run import validate_files

FORM = ".github/ISSUE_TEMPLATE/bug.yml"
MARKDOWN = ".github/ISSUE_TEMPLATE/bug.md"
CONFIG = ".github/labels.yml"
BODY = "body:\n  - type: input\n    id: version\n    attributes:\n      label: Version\n"


def config(*names: str) -> str:
    return "".join(f'- name: "{name}"\n  color: "d73a4a"\n' for name in names)


def form(labels: str) -> str:
    return f"name: Bug report\ndescription: Something is broken\nlabels: {labels}\n{BODY}"


def fixed(path: str, text: str, labels: str) -> dict[str, str]:
    """Return the files that `--fix --unsafe-fixes` changes."""
    files = {path: text.encode(), CONFIG: labels.encode()}
    done = fix_files(files, files, unsafe=True, together=True)
    return {name: file.content.decode() for name, file in done.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (":bug: bug", "🐛 bug"),
        (":bug:bug", "🐛 Bug"),
        ("feature :sparkles:", "feature ✨"),
        ("⚠️ breaking", "⚠ breaking"),
        (":warning: breaking", "⚠️ breaking"),
        (":thumbsup: good", ":+1: good"),
        (":rainbow_flag: us", "🏳️‍🌈 us"),
        (":de: german", "🇩🇪 german"),
    ],
)
def test_short_names_look_like_their_emoji(one: str, other: str) -> None:
    assert looks(one) == looks(other)
    for named, there in ((one, other), (other, one)):
        guess = guess_labels(named, by_looks([there]), {there.casefold()})
        assert guess is not None
        assert (guess.kind, guess.names) == (GuessKind.LOOKS_SAME, (there,))


@pytest.mark.parametrize("other", ["🐞 bug", "bug", "goodfirstissue", ":no-such-emoji: bug", "12:bug:"])
def test_other_labels_dont_look_the_same(other: str) -> None:
    assert looks(other) not in {looks("🐛 bug"), looks("good first issue")}


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (FORM, '["🐛 bug"]', '[":bug: bug"]'),
        (FORM, "🐛 bug", '":bug: bug"'),
        (FORM, "triage, 🐛 bug", '"triage, :bug: bug"'),
        (FORM, "🐛 bug, triage", '":bug: bug, triage"'),
        (FORM, "\n  - 🐛 bug\n  - triage", '\n  - ":bug: bug"\n  - triage'),
        (FORM, "triage; needs work", "triage, needs work"),
        (FORM, "'triage needs work'", "'triage, needs work'"),
        (FORM, '["triage|needs work"]', '["triage", "needs work"]'),
        (FORM, '["triage, needs work"]', '["triage", "needs work"]'),
        (FORM, "\n  - triage; needs work", "\n  - triage\n  - needs work"),
        (FORM, "good first issue triage", "good first issue, triage"),
        (FORM, "triage; 🐛 bug", None),
    ],
)
def test_unsafe_fix_changes_the_template_and_not_the_config(path: str, before: str, after: str | None) -> None:
    changed = fixed(path, form(before), config(":bug: bug", "triage", "needs work"))
    if after is None:
        assert changed == {}
    else:
        assert changed == {path: form(after)}


def test_markdown_templates_are_fixed_too() -> None:
    text = "---\nname: Bug report\nabout: Something is broken\nlabels: {}\n---\n\nWhat?\n"
    changed = fixed(MARKDOWN, text.format("bug; triage"), config("bug", "triage"))
    assert changed == {MARKDOWN: text.format("bug, triage")}


def test_label_that_is_like_none_is_added_to_the_config() -> None:
    (path,) = fixed(FORM, form("[backend]"), config("triage"))
    assert path == CONFIG


@pytest.mark.parametrize(
    ("named", "there"),
    [("🐛 bug", (":bug: bug",)), ("triag", ("Triage",)), ("a; b", ("a", "b")), ("help wantd", ("bug",)), ("x", ())],
)
def test_every_suggestion_is_a_label_that_the_config_has(named: str, there: tuple[str, ...]) -> None:
    files = {FORM: form(f'["{named}"]').encode(), CONFIG: config(*there, "other one").encode()}
    (finding,) = [found for found in validate_files(files) if found.rule == "labels/not-in-config"]
    hint = finding.hint or ""
    quoted = [word for word in hint.split("`")[1::2] if word != "labels: known:"]
    assert set(", ".join(quoted).split(", ")) - {""} <= {*there, "other one"}
