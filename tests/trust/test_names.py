"""Names and links in templates that no target may get, by the kinds of what makes them dangerous."""

import itertools
import sys
import unicodedata
from pathlib import Path

import pytest
from tests.conftest import Run, Template, read_tree, write_tree

from issue_scaffold.errors import TemplateError
from issue_scaffold.files.names import is_git_file, is_git_folder
from issue_scaffold.files.rendering import check_path, check_paths
from issue_scaffold.template.bundled_files import template_files

GIT_NAMES = (".git", "git~1", "git~2", ".GIT", "GiT~1")
# What NTFS drops or takes for a stream, and what HFS+ doesn't see.
NTFS_ENDS = ("", ".", " ", ". .", "::$INDEX_ALLOCATION", ":$I30:$INDEX_ALLOCATION", " .:x", "\\hooks")
HFS_IGNORED = [
    *range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF,
]  # fmt: skip
PLACES = ("{}", "{}/hooks/pre-commit", "a/{}", "a/{}/b")
DEVICES = ("CON", "prn", "Aux", "nul", "COM1", "com9", "LPT1", "lpt9", "COM¹", "CONIN$", "conout$", "COM0")


@pytest.mark.parametrize("place", PLACES)
def test_the_git_folder_in_every_spelling(place: str) -> None:
    spelled = {f"{name}{end}" for name, end in itertools.product(GIT_NAMES, NTFS_ENDS)}
    for ignored, at in itertools.product(map(chr, HFS_IGNORED), range(5)):
        spelled.add(f"{'.git'[:at]}{ignored}{'.git'[at:]}")
    for name in spelled:
        assert is_git_folder(name), ascii(name)
        with pytest.raises(TemplateError):
            check_path(place.format(name))


def test_files_that_git_reads_through_no_link() -> None:
    for name in (
        ".gitmodules",
        ".GITattributes ",
        ".gitignore.",
        "GITMOD~1",
        "gi7eba~1",
        ".mail\u200cmap",
        "maba30~12",
    ):
        assert is_git_file(name), ascii(name)
    for name in ("gitmodules", ".gitmodules2", ".github", "git", "gi~1", ".gitkeep"):
        assert not is_git_file(name), name
        assert not is_git_folder(name), name


def refused_characters() -> list[str]:
    """Return every character that shows nothing, turns the text around, or isn't one."""
    categories = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    found = [chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in categories]
    return [*found, *"\u034f\u115f\u1160\u3164\uffa0", *":\\"]


def test_characters_that_nobody_sees_or_windows_refuses() -> None:
    characters = refused_characters()
    assert len(characters) > 2200
    for character in characters:
        with pytest.raises(TemplateError):
            check_path(f"docs/a{character}b.md")


@pytest.mark.parametrize("device", DEVICES)
def test_devices_of_windows(device: str) -> None:
    for name in (device, f"{device}.txt", f"{device}.tar.gz", f"{device} .md"):
        for place in PLACES:
            with pytest.raises(TemplateError, match="Windows"):
                check_path(place.format(name))


@pytest.mark.parametrize(
    "path",
    [
        "a.", "a ", "y./f", "x /f", "...", "a/ ", "a//b", "a/./b", "a/", ".scaffold-staging/f",
        ".Scaffold-Staging", ".scaffold-0123456789abcdef-0", "x" * 256, "é" * 128, "a/" * 600 + "b",
    ],
)  # fmt: skip
def test_other_names_that_no_target_may_get(path: str) -> None:
    with pytest.raises(TemplateError):
        check_path(path)


@pytest.mark.parametrize(
    "paths", [["é.md", "e\u0301.md"], ["É/a", "e\u0301/b"], ["ﬀ", "FF"], ["İ", "i\u0307"], ["Å", "\u212b"], ["ß", "SS"]]
)
def test_twins_by_case_or_by_accents(paths: list[str]) -> None:
    with pytest.raises(TemplateError, match="differ only by case"):
        check_paths(paths)


def test_names_that_people_use_are_fine() -> None:
    fine = [
        *template_files(), ".github/ISSUE_TEMPLATE/bug report.yml", "docs/ü/🔧.md", "⚙️.md", ".gitignore", ".gitmodules",
        ".gitattributes", "console.md", "com.md", "com10.txt", "aux2", "a.b.c", "-x", "~", "a~1", "x" * 255, "日本.md",
        ".scaffold.yml", ".copier-answers.scaffold.yml", "{{x}}.jinja", "a'b", "a&b", "a;b", "$HOME", "%d", "#1",
    ]  # fmt: skip
    check_paths(fine)


@pytest.mark.parametrize(
    "name",
    [".g\u200cit/f", "a\\..\\..\\b", "CON/f", "nul.txt/f", "x /f", "y./f", "a\tb", "a\u202eb", ".scaffold-staging/f"],
)
def test_a_template_with_such_a_name_is_refused(name: str, scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1", {"{{ 'x' }}.md": "x\n", name: "x\n"})
    done = scaffold("init", repo, "-t", template)
    assert done.code == 3, done
    # Some of them git doesn't even read from the template.
    assert "the template writes to" in done.err or "invalid path" in done.err
    assert "error: unexpected" not in done.err
    assert read_tree(repo) == {}


def test_a_template_that_writes_hooks_in_two_versions(scaffold: Run, template: Template, repo: Path) -> None:
    """First a link to the folder, then a file below it."""
    (template.folder / "x").symlink_to(".git/hooks")
    template.release("v1", {"copier.yml": "_preserve_symlinks: true\n_skip_if_exists: [x]\n", "a.md": "a\n"})
    done = scaffold("init", repo, "-t", template)
    assert done.code == 3
    assert "symlink 'x'" in done.err
    assert read_tree(repo) == {}
    # The link is the user's own, or came by an older version: nothing passes through it.
    (template.folder / "x").unlink()
    template.release("v2", {})
    assert scaffold("init", repo, "-t", template).code == 0
    (repo / "x").symlink_to(".git/hooks")
    write_tree(template.folder, {"x/pre-commit": "#!/bin/sh\n"})
    (template.folder / "x/pre-commit").chmod(0o755)
    template.release("v3", {})
    hooks = set((repo / ".git/hooks").iterdir())
    done = scaffold("update", repo)
    assert done.code == 3
    assert "x is a symlink" in done.err
    assert set((repo / ".git/hooks").iterdir()) == hooks
