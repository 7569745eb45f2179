"""`scaffold convert` as users run it."""

import io
import json
import sys
from pathlib import Path

import pytest
from tests.conftest import Run, read_tree, write_tree

MARKDOWN = "---\nname: Bug report\nabout: Something is wrong\ntitle: ''\n---\n\n**Version:**\n\n**What happened?**\n"
FORM = (
    "name: Bug report\ndescription: Something is wrong\nbody:\n  - type: input\n    attributes:\n      label: Version\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, with a template and a form."""
    monkeypatch.chdir(tmp_path)
    write_tree(tmp_path, {"bug.md": MARKDOWN, "form.yml": FORM})
    return tmp_path


def feed(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_template_goes_to_standard_output_as_a_form(scaffold: Run, folder: Path) -> None:
    before = read_tree(folder)
    done = scaffold("convert", "bug.md")
    assert done.code == 0
    assert done.out.startswith("name: Bug report\ndescription: Something is wrong\nbody:\n")
    assert "left out: without a value: title" in done.err
    assert read_tree(folder) == before


def test_a_form_goes_to_standard_output_as_markdown(scaffold: Run, folder: Path) -> None:
    done = scaffold("convert", folder / "form.yml")
    assert done.code == 0
    assert done.out.startswith('---\nname: "Bug report"\nabout: "Something is wrong"\n')
    assert "**Version:**" in done.out
    assert done.err == ""


def test_standard_input_is_told_apart_by_how_it_begins(
    scaffold: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content, begins in ((MARKDOWN, "name: Bug"), (FORM, "---"), (f"---\n{FORM}", "---")):
        feed(monkeypatch, content.encode())
        assert scaffold("convert", "-").out.startswith(begins)
    assert sorted(read_tree(folder)) == ["bug.md", "form.yml"]


def test_the_outcome_is_written_where_it_is_wanted(scaffold: Run, folder: Path) -> None:
    done = scaffold("convert", "bug.md", "-o", "deep/er/bug.yml")
    assert (done.code, done.out) == (0, "")
    assert "deep/er/bug.yml: 2 fields" in done.err
    assert scaffold("validate", "deep/er/bug.yml").code == 0
    assert (folder / "bug.md").read_text() == MARKDOWN


def test_in_place_the_form_takes_the_templates_place(scaffold: Run, folder: Path) -> None:
    assert scaffold("convert", "bug.md", "--in-place").code == 0
    assert sorted(read_tree(folder)) == ["bug.yml", "form.yml"]
    assert scaffold("convert", "bug.yml", "--in-place").code == 0
    assert sorted(read_tree(folder)) == ["bug.md", "form.yml"]


def test_in_place_nothing_is_overwritten(scaffold: Run, folder: Path) -> None:
    write_tree(folder, {"bug.yml": "mine\n"})
    done = scaffold("convert", "bug.md", "--in-place")
    assert done.code == 2
    assert "bug.yml exists" in done.err
    assert (folder / "bug.yml").read_text() == "mine\n"
    assert (folder / "bug.md").exists()


def test_json_has_the_text_the_fields_and_the_remarks(scaffold: Run, folder: Path) -> None:
    done = scaffold("convert", folder / "bug.md", "--format", "json")
    document = json.loads(done.out)
    assert document["schema"] == "scaffold.convert/1"
    assert (document["to"], document["output"], document["exit_code"]) == ("form", None, 0)
    assert document["content"].startswith("name: Bug report")
    assert document["fields"][0] == {"type": "input", "id": "version", "label": "Version"}
    assert {"kind": "left out", "message": "without a value: title", "text": "title"} in document["remarks"]
    assert done.err == ""


def test_a_template_without_names_takes_them_from_the_command_line(scaffold: Run, folder: Path) -> None:
    write_tree(folder, {"legacy.md": "## What happened?\n"})
    done = scaffold("convert", "legacy.md", "--name", "Bug report", "--description", "It is broken")
    assert done.code == 0
    assert "name: Bug report\ndescription: It is broken\n" in done.out


BAD = {
    "no front matter": (b"# Hello\n\n- [ ] box\n", "no front matter", "--name NAME --description TEXT"),
    "no name": (b"---\nabout: x\n---\ntext\n", "has no `name`", "--name NAME"),
    "no about": (b"---\nname: abc\n---\ntext\n", "has no `about`", "--description TEXT"),
    "broken front matter": (b"---\nname: a: b\nabout: c\n---\n", "bad.md:2:", "quotes"),
    "front matter that is a list": (b"---\n- name\n---\n", "has no `name`", "--name"),
    "never closed": (b"---\nname: abc\nabout: d\n", "never closed", "---"),
    "empty": (b"", "is empty", "template"),
    "blank": (b" \n\n", "is empty", "template"),
    "not text": (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8", "UTF-8"),
    "zero bytes": (b"---\nname: a\0b\n---\n", "zero bytes", "binary"),
    "utf-16": ("---\nname: abc\n".encode("utf-16"), "UTF-16", "UTF-8"),
    "ten megabytes": (b"---\nname: abc\nabout: d\n---\n" + b"x" * 10_000_000, "larger than", "large"),
    "too long for an issue": (b"---\nname: abc\nabout: d\n---\n" + b"x " * 40_000, "80,027 characters", "shorten"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_named_and_nothing_comes_out(
    scaffold: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    content, message, hint = BAD[case]
    write_tree(folder, {"bad.md": content})
    before = read_tree(folder)
    for extra in ((), ("-o", "out.yml"), ("--in-place",), ("--format", "json")):
        done = scaffold("convert", "bad.md", *extra)
        assert done.code in {1, 2}, done
        assert done.out == "" or json.loads(done.out)["status"] == "failed"
        assert message in done.err
        assert hint in done.err
        assert read_tree(folder) == before
    feed(monkeypatch, content)
    piped = scaffold("convert", "-", "--to", "form")
    assert piped.code in {1, 2}
    assert piped.out == ""


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("name: abc\n", "`description` is missing"),
        (f"{FORM}    optoins: x\n", "`optoins`"),
        ("name: [\nbody:\n", "line "),
        ("just text", "line 1"),
    ],
)
def test_a_broken_form_is_refused_with_what_is_wrong(scaffold: Run, folder: Path, form: str, message: str) -> None:
    write_tree(folder, {"bad.yml": form})
    done = scaffold("convert", "bad.yml")
    assert done.code == 1
    assert done.out == ""
    assert message in done.err
    assert "no valid issue form" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bug.md", "--to", "markdown"), "is a Markdown template already"),
        (("form.yml", "--to", "form"), "is an issue form already"),
        (("missing.md",), "no such file"),
        ((".",), "is a folder"),
        (("bug.md", "--in-place", "-o", "x"), "exclude each other"),
        (("-", "--in-place"), "needs a file"),
        ((), "Missing argument"),
    ],
)
def test_calls_that_mean_nothing_are_usage_errors(
    scaffold: Run, folder: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = scaffold("convert", *arguments)
    assert done.code == 2
    assert message in done.err
    assert sorted(read_tree(folder)) == ["bug.md", "form.yml"]


def test_a_place_that_cannot_be_written_leaves_everything_as_it_was(scaffold: Run, folder: Path) -> None:
    write_tree(folder, {"file": "x"})
    done = scaffold("convert", "bug.md", "-o", "file/bug.yml")
    assert done.code == 3
    assert "can't be written" in done.err
    assert sorted(read_tree(folder)) == ["bug.md", "file", "form.yml"]
