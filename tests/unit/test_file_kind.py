"""What a file is: by its content, wherever it lies and whatever it is called."""

from pathlib import Path

import pytest
from tests.conftest import write_tree

from issue_scaffold.convert.run import ConvertOptions, convert
from issue_scaffold.forge.source_files import is_taken, read_repository
from issue_scaffold.labels.places import find_configs
from issue_scaffold.report.finding import Severity
from issue_scaffold.validate.fixer import fix_files
from issue_scaffold.validate.paths import collect
from issue_scaffold.validate.run import ValidateOptions, validate, validate_files

HERE = ".github/ISSUE_TEMPLATE"
FORM = "name: Bug report\ndescription: What is wrong\nbody:\n  - type: input\n    attributes:\n      label: Version\n"
TEMPLATE = "---\nname: Bug report\nabout: What is wrong\n---\n\nWhat happened?\n"
FENCED = f"---\n{FORM}---\n"
CODED = f"```yaml\n{FORM}```\n"
CHOOSER = "blank_issues_enabled: false\n"
WARNING, ERROR, INFO = Severity.WARNING, Severity.ERROR, Severity.INFO
NOT_THERE = "files/not-picked-up"


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (f"{HERE}/bug.yml", FORM, []),
        (".github/comment.yml", "name: Welcome\nbody: Thank you for the issue.\n", []),
        (
            f"{HERE}/comment.yml",
            "name: Welcome\ndescription: Be nice\nbody: x\n",
            [("form/body-type", ERROR)],
        ),
        (f"{HERE}/bare.md", FORM, [(NOT_THERE, ERROR)]),
        (f"{HERE}/fenced.md", FENCED, [(NOT_THERE, ERROR)]),
        (f"{HERE}/broken.md", FORM + "  - type: [\n", [("yaml/syntax", ERROR)]),
        (f"{HERE}/prose.md", f"Hello: [you\n\n{FORM}", [("template/no-front-matter", WARNING)]),
        (f"{HERE}/config.yml", FORM, [(NOT_THERE, ERROR)]),
        (f"{HERE}/contact_links.yml", CHOOSER, [("files/config-name", ERROR)]),
        (f"{HERE}/config.yaml", CHOOSER, [("files/config-name", ERROR)]),
        (".github/workflows/ISSUE_TEMPLATE/bug.yml", FORM, [(NOT_THERE, WARNING)]),
        (".github/workflows/ISSUE_TEMPLATE/bug.md", TEMPLATE, [(NOT_THERE, WARNING)]),
        (".github/ISSUE_TEMPLATES/bug.yml", FORM, [(NOT_THERE, WARNING)]),
        (".github/issue-templates/config.yml", CHOOSER, [(NOT_THERE, WARNING)]),
        (".github/Issue_Template/bug.yml", FORM, []),
        (".github/bug.yml", FORM, [(NOT_THERE, WARNING)]),
        (".github/bug.md", TEMPLATE, [(NOT_THERE, WARNING)]),
        (".github/dependabot.yml", "version: 2\nupdates: []\n", None),
        (".github/workflows/ci.yml", "on: push\njobs: {}\n", None),
        (".github/CONTRIBUTING.md", "# How\n\nname: x\n", None),
        ("docs/ISSUE_TEMPLATE/bug.yml", FORM, []),
        (".gitea/issue_template.yml", FORM, []),
        (".forgejo/ISSUE_TEMPLATE.yaml", FORM, []),
        (".github/ISSUE_TEMPLATE.yaml", FORM, [(NOT_THERE, WARNING)]),
        (".gitea/bug.yml", FORM, [(NOT_THERE, WARNING)]),
        (
            f"{HERE}/nightly.md",
            "---\ntitle: Broken {{ date }}\nlabels: bug\n---\nIt failed.\n",
            [("template/hidden", INFO)],
        ),
        (f"{HERE}/sync.md", "---\ntitle: a\nassignees: {{ env.A }}\n---\nIt failed.\n", [("template/hidden", INFO)]),
        (f"{HERE}/odd.md", "---\ntitle: {{ env.A }}: b\n---\nIt failed.\n", [("template/hidden", INFO)]),
        ("labels.json", '{"0": "cat", "1": "dog"}', []),
        ("labels.json", '["cat", "dog"]', []),
        ("labels.yml", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    a: b\n", []),
        ("labels.yml", "labels:\n  app: web\n", []),
        ("labels.yml", "{{- define labels }}\napp: {{ x }}\n{{- end }}\n", []),
        ("labels.yml", "- {name: bug, color: nothing}\n", [("labels/color", ERROR)]),
        (".github/labels.yml", "- bug\n", [("labels/shape", ERROR)]),
        ("config/labels.yml", "- {name: bug, color: nothing}\n", [("labels/color", ERROR)]),
        (".github/config/labels.yml", "- {name: bug, color: nothing}\n", [("labels/color", ERROR)]),
    ],
)
def test_a_file_is_found_and_judged_as_what_it_is(
    path: str, text: str, expected: list[tuple[str, Severity]] | None, tmp_path: Path
) -> None:
    write(tmp_path, path, text)
    files = read_repository(tmp_path).files
    assert (path in files) is (expected is not None)
    found = validate_files(files)
    assert [(finding.rule, finding.severity) for finding in found if finding.rule != "labels/not-in-config"] == (
        expected or []
    )


CLASSES = (
    '{"0": "cat"}',
    '["cat"]',
    '[{"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}]',
    '[{"id": 0, "name": "cat", "color": [220, 20, 60]}]',
    '{"cat": {"id": 1, "color": [220, 20, 60]}}',
)


@pytest.mark.parametrize("text", CLASSES)
def test_what_is_no_labels_config_is_none_for_any_command(text: str, tmp_path: Path) -> None:
    write(tmp_path, "labels.json", text)
    assert find_configs(tmp_path, with_empty=True) == ()
    write(tmp_path, ".github/labels.yml", "- {name: bug, color: d73a4a}\n")
    (report,) = validate(ValidateOptions(paths=(str(tmp_path),)))
    assert report.findings == ()


@pytest.mark.parametrize(
    ("name", "text", "new"),
    [
        ("bare.md", FORM, "bare.yml"),
        ("fenced.md", FENCED, "fenced.yml"),
        ("coded.md", CODED, "coded.yml"),
        ("links.yml", CHOOSER, "config.yml"),
    ],
)
def test_a_fix_renames_and_keeps_everything(name: str, text: str, new: str) -> None:
    files = {f"{HERE}/{name}": text.encode()}
    (fixed,) = fix_files(files, files, unsafe=True, together=True).values()
    assert (fixed.path, fixed.content.decode()) == (f"{HERE}/{new}", CHOOSER if new == "config.yml" else FORM)
    beside = files | {f"{HERE}/{new}": CHOOSER.encode() if new == "config.yml" else FORM.encode()}
    assert fix_files(beside, [f"{HERE}/{name}"], unsafe=True, together=True) == {}


@pytest.mark.parametrize("text", [FORM, FENCED, CODED])
def test_a_form_in_markdown_is_converted_to_itself(text: str) -> None:
    assert convert(ConvertOptions(path="bug.md", content=text.encode())).text == FORM


def test_text_below_a_form_in_markdown_is_said_to_be_left_out() -> None:
    done = convert(ConvertOptions(path="bug.md", content=f"{FENCED}\nThank you.\n".encode()))
    assert [remark.text for remark in done.remarks] == ["Thank you."]


NEW = "https://github.com/o/r/issues/new?labels=a&template={}"


@pytest.mark.parametrize("path", [".github/dependabot.yml", ".github/workflows/ci.yml", ".github/FUNDING.yml"])
def test_what_a_template_writes_beside_is_no_form(path: str) -> None:
    assert not is_taken(path, b"version: 2\n")


LINK = f"contact_links:\n  - name: Crash\n    url: {NEW}\n    about: Tell us\n"


def test_a_hidden_template_that_a_link_names_is_no_mistake() -> None:
    hidden = b"---\nname: Crash\n---\nWhat happened?\n"
    alone = validate_files({f"{HERE}/crash.md": hidden})
    assert [finding.rule for finding in alone] == ["template/missing-key"]
    files = {f"{HERE}/crash.md": hidden, f"{HERE}/config.yml": LINK.format("crash.md").encode()}
    (found,) = validate_files(files)
    assert (found.rule, found.severity) == ("template/hidden", INFO)
    assert "config.yml, line 3" in found.message


PAGES = {
    "README.md": "[Report](https://github.com/o/r/issues/new?template=crash.md)\n",
    "readme.rst": "`Report <../../issues/new?labels=x&template=crash.md&title=y>`_\n",
    "CONTRIBUTING.md": '<a href="/o/r/issues/new?assignees=&amp;template=crash.md">crash</a>\n',
    ".github/CONTRIBUTING.md": "https://github.com/o/r/issues/new/?template=.github%2FISSUE_TEMPLATE%2Fcrash.md\n",
    "docs/guide/asking.md": "Use [this](https://github.com/o/r/issues/new?template=crash.md).\n",
}
NO_PAGES = {
    "README.md": "[Report](https://github.com/o/r/issues/new?template=other.md)\n",
    "src/readme.md": PAGES["README.md"],
    "notes.md": PAGES["README.md"],
}


@pytest.mark.parametrize("page", PAGES)
def test_a_hidden_template_that_a_page_names_is_no_mistake(page: str, tmp_path: Path) -> None:
    text = PAGES[page] + "\ufffd caf\u00c3\u00a9 \x07\n"
    write_tree(tmp_path, {f"{HERE}/crash.md": "---\nname: Crash\n---\nWhat happened?\n", page: text})
    (report,) = validate(ValidateOptions(paths=(str(tmp_path),)))
    (found,) = report.findings
    assert (found.rule, found.severity, report.exit_code) == ("template/hidden", INFO, 0)
    assert f"{page}, line 1" in found.message
    assert set(collect((str(tmp_path),))[0].wanted) == {f"{HERE}/crash.md"}


@pytest.mark.parametrize("page", NO_PAGES)
def test_other_links_and_other_files_hide_no_template(page: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{HERE}/crash.md": "---\nname: Crash\n---\nWhat happened?\n", page: NO_PAGES[page]})
    (report,) = validate(ValidateOptions(paths=(str(tmp_path),)))
    assert [finding.rule for finding in report.findings] == ["template/missing-key"]


def test_a_link_to_a_template_that_is_not_there_is_found() -> None:
    files = {f"{HERE}/bug.yml": FORM.encode(), f"{HERE}/config.yml": LINK.format("gone.md").encode()}
    (found,) = validate_files(files)
    assert (found.rule, found.line) == ("chooser/unknown-template", 3)
