"""Markdown to form: every example under `tests/examples/convert`, the seed, and any text that there can be."""

import os
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Run

from issue_scaffold.convert.finish import slug
from issue_scaffold.convert.form import Element, Option, form_from_data
from issue_scaffold.convert.run import Conversion, ConvertOptions, convert
from issue_scaffold.convert.singles import DROP_FILES
from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.run import validate_files

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "tests/examples/convert").glob("*.md"))
HEAD = "---\nname: Some name\nabout: Some description\n---\n"
# The seed as it was received: UTF-8 read as windows-1254, with the bytes gone that it lacks.
LOST = {"🎯": "ğŸ¯", "🏗️": "ğŸ—ï¸"}  # noqa: RUF001 - so it is written


def converted(text: str) -> Conversion:
    return convert(ConvertOptions(path="template.md", content=text.encode()))


def complaints(form: str) -> list[str]:
    """Return what the rules mind in a form; nothing here names a project or a label."""
    findings = validate_files({".github/ISSUE_TEMPLATE/form.yml": form.encode()})
    # What the author's own Markdown shows is kept as it is.
    judged = [finding for finding in findings if not (finding.rule or "").startswith("markdown/")]
    return [finding.message for finding in judged if finding.severity is not Severity.INFO]


def body(text: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = yaml.safe_load(converted(HEAD + text).text)["body"]
    return rows


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_becomes_its_form(example: Path) -> None:
    conversion = converted(example.read_text(encoding="utf-8"))
    said = [
        f"{remark.kind}: {remark.message}" + (f" (was: {remark.text})" if remark.text else "")
        for remark in conversion.remarks
    ]
    assert conversion.text == example.with_suffix(".yml").read_text(encoding="utf-8")
    assert said == example.with_suffix(".remarks").read_text(encoding="utf-8").splitlines()
    assert not complaints(conversion.text)


def received_seed() -> str:
    """Break the restored seed's emoji as they were broken."""
    text = (ROOT / "tests/data/restored-seed.md").read_text(encoding="utf-8")
    parts = []
    for char in re.split(r"([^\x00-\x7f]+)", text):
        raw = char.encode()
        kept = bytes(byte for byte in raw if byte not in {0x81, 0x8D, 0x8E, 0x8F, 0x90, 0x9D, 0x9E})
        parts.append(kept.decode("cp1254"))
    return "".join(parts)


def test_the_seed_as_received_becomes_the_catalogs_form(scaffold: Run, repo: Path) -> None:
    text = received_seed()
    assert LOST["🎯"] in text
    form = converted(text).form
    assert scaffold("init", repo, "--defaults").code == 0
    installed = yaml.safe_load((repo / ".github/ISSUE_TEMPLATE/infrastructure.yml").read_text(encoding="utf-8"))
    catalogs = form_from_data(installed)
    assert [asked(field) for field in form.fields] == [asked(field) for field in catalogs.fields]
    assert len(form.fields) == 25
    assert sum(len(field.options) for field in form.fields) == 80
    assert len(form.body) == len(catalogs.body) - 1  # the catalog's has a line to begin with
    assert (form.title, form.labels) == (catalogs.title, catalogs.labels)
    # What can't be restored in one way stays, and both say so.
    assert all("wrong encoding" in message for message in complaints(converted(text).text))


def asked(field: Element) -> tuple[str, str, tuple[Option, ...], str, str | None]:
    return field.type, field.label, field.options, field.placeholder.strip(), field.id


def test_the_seeds_emoji_are_repaired_or_their_candidates_named() -> None:
    conversion = converted(received_seed())
    repaired = [remark for remark in conversion.remarks if remark.kind == "repaired"]
    broken = [remark for remark in conversion.remarks if remark.kind == "broken"]
    assert len(repaired) == 12  # the name's too
    assert any("⏱️" in remark.message for remark in repaired)
    assert {remark.text for remark in broken} == set(LOST.values())
    for emoji, text in LOST.items():
        named = next(remark for remark in broken if remark.text == text)
        assert emoji in named.message
        assert text in conversion.text


def test_ids_are_stable_and_unique() -> None:
    ids = [row.get("id") for row in body("## Name\n\n## Name\n\n## Body\n\n## 名\n\n## Größe & Ähnliches\n\n## a/b\n")]
    assert ids == ["name", "name_2", "body_field", None, "grosse_ahnliches", "a_b"]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Passwordless login", "Passwordless login"),
        ("ResetPassword", "ResetPassword"),
        ("Password", "Passphrase"),
        ("Which passwords, and whose PASSWORD?", "Which passphrases, and whose Passphrase?"),
    ],
)
def test_a_label_changes_only_where_a_rule_forbids_a_word(label: str, expected: str) -> None:
    conversion = converted(f"{HEAD}## {label}\n")
    assert [field.label for field in conversion.form.fields] == [expected]
    said = [remark.text for remark in conversion.remarks if "forbids" in remark.message]
    assert said == ([] if label == expected else [label])
    assert not complaints(conversion.text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Bugs", "Bugs"),
        ("Bug", "Bug (issue)"),
        ("QA", "QA (issue)"),
        ("错误", "错误 (issue)"),
        ("错误报告", "错误报告"),
    ],
)
def test_a_name_is_as_long_as_the_rules_want_it(name: str, expected: str) -> None:
    conversion = converted(f"---\nname: {name}\nabout: Some description\n---\n## Passwordless login\n")
    assert conversion.form.name == expected
    assert not complaints(conversion.text)


def test_equal_ids_are_told_apart_by_the_heading_above() -> None:
    text = "## Desktop (please):\n\n- OS: [x]\n- Age: [y]\n\n## Phone (please):\n\n- OS: [x]\n- Age: [y]\n"
    ids = [row.get("id") for row in body(text) if row["type"] == "input"]
    assert ids == ["os", "age", "phone_os", "phone_age"]


def test_a_shout_is_no_field() -> None:
    rows = body("**PLEASE DO NOT OPEN ISSUES HERE**\n\n**Use the forum.**\n\n**Question:**\n")
    assert [row["type"] for row in rows] == ["markdown", "textarea"]


def test_text_before_the_front_matter_is_kept() -> None:
    conversion = convert(ConvertOptions(path="x.md", content=f"<!-- lint off -->\n{HEAD}\n## Field\n".encode()))
    assert "lint off" in conversion.text


def test_crlf_and_byte_order_mark_change_nothing() -> None:
    text = (ROOT / "tests/examples/convert/kinds.md").read_text(encoding="utf-8")
    windows = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert convert(ConvertOptions(path="x.md", content=windows)).text == converted(text).text


LINES = st.sampled_from(
    [
        *("# Title", "## Section", "### 🐛 Part", "#", "**Label:**", "**Label**", "**Label:** rest", "**A:** [x/y/z]"),
        *(
            "__Bold__",
            "***both***",
            "**",
            "**:**",
            "- [ ] box",
            "- [x] ticked",
            "- [ ]",
            "  - [ ] nested",
            "1. [ ] one",
        ),
        *("- OS: [e.g. iOS]", "- Version:", "* item", "1. step", "OS:", "Node\uff1a", "Password:", "**password**"),
        *("## Passwordless", "**Passwords**", "Type:", "## none"),
        *("<!-- comment -->", "<!-- open", "close -->", "<!-- (form: required) -->", "<!-- (form: markdown) -->"),
        *("<!-- (form: textarea, fenced) -->", "<!-- (form: end) -->", "<!-- (form: dropdown) -->", "(form: input)"),
        *("```sh", "```", "~~~", "    code", "> quote", "> [!NOTE]", "---", "***", "===", "| a | b |", "|---|---|"),
        *("<details>", "<summary>More</summary>", "</details>", "<pre>", "![x](y)", "[a][b]", "[b]: https://x.y"),
        *(
            "",
            "",
            "",
            "prose with `code`",
            "Yes",
            "None",
            "one of: a, b",
            "choose one",
            "{{ x }}",
            "{% y %}",
            "\t\ttab",
        ),
        *("word\u00a0nbsp", "\u200b", "a\u2028b", "\x7f", "🎯", "中文\uff1a", "- - - [ ] deep", "&nbsp;", "\\[e.g. x]"),
    ]
)


@settings(max_examples=150)
@given(st.lists(LINES, max_size=25))
def test_any_text_becomes_a_valid_form_with_all_its_tasks(lines: list[str]) -> None:
    conversion = converted(HEAD + "\n".join(lines))
    assert not complaints(conversion.text)
    assert stripped(yaml.safe_load(conversion.text)) == stripped(conversion.form.data())


def stripped(value: object) -> object:
    """Return a form's data without line ends around texts: a block in YAML ends in one."""
    if isinstance(value, dict):
        return {key: stripped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [stripped(inner) for inner in value]
    return value.strip("\n") if isinstance(value, str) else value


@pytest.mark.skipif("SCAFFOLD_CORPUS" not in os.environ, reason="needs SCAFFOLD_CORPUS")
def test_the_seed_file_is_what_the_test_makes_of_it() -> None:
    seed = Path(os.environ["SCAFFOLD_CORPUS"], "seed-infrastructure-template.md").read_text(encoding="utf-8")
    assert converted(seed).form == converted(received_seed()).form


def outline(text: str) -> list[str]:
    """Return the types of a text's elements, with their labels or the first line of what they say."""
    rows = []
    for row in body(text):
        attributes = row["attributes"]
        assert isinstance(attributes, dict)
        said = attributes.get("label") or attributes["value"]
        rows.append(f"{row['type']} {said.splitlines()[0]}")
    return rows


THANKS = "\n\nThank you for your report.\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"# T{THANKS}## B\n\nWhat happened?\n", ["markdown # T", "textarea B"]),
        (f"## T{THANKS}### B\n\nWhat happened?\n", ["markdown ## T", "textarea B"]),
        (f"# T{THANKS}# B\n\nWhat happened?\n", ["textarea T", "textarea B"]),
        (f"## T{THANKS}# B\n\nWhat happened?\n", ["textarea T", "textarea B"]),
        (f"# T{THANKS}**Version**\n", ["markdown # T", "input Version"]),
        (f"## T{THANKS}**Version**\n", ["textarea T", "input Version"]),
    ],
)
def test_the_title_is_the_one_heading_above_all_others(text: str, expected: list[str]) -> None:
    assert outline(text) == expected


def test_headings_stay_above_their_fields_where_most_of_their_level_hold_others() -> None:
    bare, field = "## Environment\n\n### {0}\n\n", "## Steps\n\n<!-- what -->\n\n"
    half, most = bare.format("OS") + field, bare.format("OS") + bare.format("Browser") + field
    assert outline(half) == ["markdown ## Environment", "input OS", "textarea Steps"]
    assert outline(most)[-2:] == ["markdown ## Steps", "textarea Steps"]
    assert outline(half + half)[-1:] == ["textarea Steps"]
    assert outline(bare.format("Shell") + most + field)[-2:] == ["markdown ## Steps", "textarea Steps"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!-- Summary. -->\n\n## Version\n", "textarea Summary"),
        ("<!-- Short summary. -->\n\n## Version\n", "textarea Short summary"),
        ("<!-- A short summary. -->\n\n## Version\n", "textarea Description"),
        ("<!-- Summary. -->\n<!-- More. -->\n\n## Version\n", "textarea Description"),
        ("<!-- A short summary. -->\n\n## Steps\n", "markdown A short summary."),
        (f"<!-- A short summary. -->\n\n## Logs\n\n<!-- {DROP_FILES} -->\n", "textarea Description"),
    ],
)
def test_what_the_first_comments_become(text: str, expected: str) -> None:
    assert outline(text)[0] == expected


def test_a_repair_says_in_which_line() -> None:
    lines = ["---", "name: Some name", "about: Some words", "---", "text", "## Steps ðŸ”§", "", "## More ðŸ”§", ""]
    remarks = [one.message for one in converted("\n".join(lines)).remarks if one.kind == "repaired"]
    assert remarks == ["in line 6: now 🔧", "in line 8: now 🔧"]


@pytest.mark.parametrize(
    ("label", "id_"),
    [
        ("Điều gì đã xảy ra?", "dieu_gi_da_xay_ra"),
        ("Beklenen davran\u0131ş", "beklenen_davranis"),
        ("Łączność z siecią", "lacznosc_z_siecia"),
        ("Øvrige oplysninger", "ovrige_oplysninger"),
        ("Größe", "grosse"),
        ("Βήματα", ""),
        ("Що сталося?", ""),
    ],
)
def test_an_id_keeps_every_latin_letter(label: str, id_: str) -> None:
    assert slug(label) == id_
