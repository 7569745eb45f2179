"""Reading a target: files, links, and what stands in the way."""

import os
from pathlib import Path

import pytest
from tests.conftest import write_tree

from issue_scaffold.errors import ScaffoldError, TemplateError
from issue_scaffold.files.folders import DetourError
from issue_scaffold.files.rendering import File, check_links, check_path, check_paths
from issue_scaffold.files.target_files import (
    case_twin,
    first_missing_folder,
    read_file,
    read_files,
    refuse_detour,
)


def test_what_is_there_is_read(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a": "a\n", "d/run": "x"})
    (tmp_path / "d/run").chmod(0o755)
    (tmp_path / "link").symlink_to("nowhere")
    assert read_files(tmp_path, ["a", "d/run", "link", "none", "d/none", "none/at/all"]) == {
        "a": File(content=b"a\n"),
        "d/run": File(content=b"x", executable=True),
        "link": File(link="nowhere"),
    }


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("folder", "not a file"),
        ("pipe", "not a file"),
        ("a/below", "a folder is needed"),
        ("out/x", "leads out of the target"),
        ("out/none", "leads out of the target"),
        ("sub/out/x", "leads out of the target"),
        ("loop/x", ""),
        ("dangling/x", ""),
    ],
)
def test_what_stands_in_the_way(path: str, said: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    write_tree(root, {"a": "a", "folder/x": "x", "sub/y": "y"})
    write_tree(tmp_path, {"outside/x": "secret"})
    os.mkfifo(root / "pipe")
    for name, aim in (("out", "../outside"), ("sub/out", "../../outside"), ("loop", "loop"), ("dangling", "nowhere")):
        (root / name).symlink_to(aim)
    with pytest.raises(ScaffoldError, match=said or None):
        read_file(root, path)


def test_links_inside_are_read_through_and_never_written(tmp_path: Path) -> None:
    write_tree(tmp_path, {"real/x": "x", ".git/config": "secret"})
    (tmp_path / "alias").symlink_to("real")
    (tmp_path / "store").symlink_to(".git")
    assert read_file(tmp_path, "alias/x") == File(content=b"x")
    with pytest.raises(DetourError, match="store is a symlink that leads out"):
        read_file(tmp_path, "store/config")
    with pytest.raises(DetourError, match="alias is a symlink"):
        refuse_detour(tmp_path, "alias/new/y")


@pytest.mark.parametrize(
    ("path", "twin"),
    [
        ("readme.md", "README.md"),
        ("README.md", None),
        ("docs/guide.md", "Docs"),
        ("Docs/GUIDE.md", "Docs/guide.md"),
        ("Docs/other.md", None),
        ("STRASSE", "straße"),
        ("none/x", None),
    ],
)
def test_names_that_differ_only_by_case(path: str, twin: str | None, tmp_path: Path) -> None:
    write_tree(tmp_path, {"README.md": "", "Docs/guide.md": "", "straße": ""})
    assert case_twin(tmp_path, path) == twin


def test_the_first_missing_folder(tmp_path: Path) -> None:
    assert first_missing_folder(tmp_path) is None
    assert first_missing_folder(tmp_path / "a/b/c") == tmp_path / "a"


@pytest.mark.parametrize("path", ["a", "a/b", "..a", "a..b", ".github/x", "a b", "-x", ".gitignore", "ü/🔧", "git"])
def test_paths_that_a_target_may_get(path: str) -> None:
    check_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "../a",
        "a/../../b",
        "/a",
        "//a",
        "c:/x",
        "C:x",
        "a\0b",
        ".git",
        ".git/x",
        ".GIT/x",
        "a/.git/x",
        ".git./x",
    ],
)
def test_paths_that_no_target_may_get(path: str) -> None:
    with pytest.raises(TemplateError):
        check_path(path)


def test_clashes_by_case() -> None:
    check_paths(["a/b", "a/c", "b"])
    for paths in (["a", "A"], ["a/x", "A/y"], ["a/b/C", "a/b/c"], ["straße", "STRASSE"]):
        with pytest.raises(TemplateError, match="only by case"):
            check_paths(paths)


@pytest.mark.parametrize(
    ("path", "aim", "fine"),
    [
        ("a", "b", True),
        ("a", "d", True),
        ("a", "./d/x", True),
        ("a", "d/../b", True),
        ("d/a", "../b", True),
        ("d/a", "../d/../b", True),
        ("d/a", "..", True),
        ("a", "inner/x", True),
        ("a", "inner/../b", True),
        ("a", "none", False),
        ("a", "b/x", False),
        ("a", "../b", False),
        ("d/a", "../../b", False),
        ("a", "inner/../../b", False),
        ("a", "/etc/passwd", False),
        ("a", "/b", False),
        ("a", "/", False),
        ("a", "", False),
        ("a", "..", False),
        ("a", "a", False),
        ("a", "round/x", False),
        ("a", ".git", False),
        ("a", ".git/hooks", False),
        ("a", "d/../.git", False),
        (".gitmodules", "b", False),
        ("d/GITMOD~1", "../b", False),
    ],
)
def test_links_that_a_target_may_get(path: str, aim: str, fine: bool) -> None:
    files = {"b": File(content=b"b"), "d/x": File(content=b"x"), "inner": File(link="d")}
    if aim.startswith("round"):
        files |= {"round": File(link="about"), "about": File(link="round")}
    files[path] = File(link=aim)
    if fine:
        check_links(files)
    else:
        with pytest.raises(TemplateError, match="symlink"):
            check_links(files)
