"""What a repository can hold that looks like something of git's or of ours: none of it is taken for that."""

import itertools
import os
import shutil
from pathlib import Path

import pytest
from tests.conftest import Run, Template, commit_all, git, write_tree
from tests.trust.conftest import record

from issue_scaffold.template.source_text import parse_source

BARE = {"HEAD": "ref: refs/heads/main\n", "objects/info/.keep": "", "refs/.keep": ""}


@pytest.fixture
def installed(template: Template, repo: Path, scaffold: Run) -> Path:
    """Return a repository in whose folder `part` a template is installed and committed, as branch `base` has it."""
    template.release("v1.0.0", {"a.md": "one\n"})
    (repo / "part").mkdir()
    assert scaffold("init", repo / "part", "--here", "-t", template).code == 0
    commit_all(repo)
    git(repo, "branch", "base")
    return repo


class TestFolderLikeABareRepository:
    """Git takes a folder with HEAD, objects and refs for a repository, before the one around it."""

    @pytest.fixture
    def hostile(self, installed: Path, program: Path, tmp_path: Path, scaffold: Run) -> Path:
        # A branch `base` of its own accepts the drift, and its index has what the folder has.
        part = installed / "part"
        own = tmp_path / "own"
        shutil.copytree(part, own)
        write_tree(own, {"a.md": "drift\n"})
        assert scaffold("accept", own / "a.md", "--reason", "because").code == 0
        shutil.copytree(own / ".github", part / ".github")
        git(own, "init", "--quiet")
        commit_all(own)
        git(own, "branch", "base")
        for name in ("HEAD", "config", "index", "objects", "refs"):
            source = own / ".git" / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, part / name)
        settings = (part / "config").read_text()
        write_tree(part, {**BARE, "a.md": "drift\n"})
        (part / "config").write_text(f"{settings}[core]\n\tworktree = .\n\tfsmonitor = {program}\n")
        git(installed, "add", "--all", "--force")
        return installed

    @pytest.mark.parametrize("options", [("--staged",), ("--trusted-ref", "base")], ids=" ".join)
    def test_check(self, options: tuple[str, ...], hostile: Path, mark: Path, scaffold: Run) -> None:
        done = scaffold("check", hostile / "part", *options)
        assert done.code == 3, done
        assert "laid out like a git repository" in done.out + done.err
        assert not mark.exists()


class TestSubmodules:
    """Git looks into a submodule with the submodule's own settings, which may name programs."""

    def test_changes_in_one_are_not_looked_for(
        self, template: Template, tmp_path: Path, mark: Path, program: Path, scaffold: Run
    ) -> None:
        template.release("v1.0.0", {"a.md": "one\n"})
        inner = template.folder / "inner"
        inner.mkdir()
        git(inner, "init", "--quiet")
        write_tree(inner, {"b.md": "one\n"})
        commit_all(inner)
        commit_all(template.folder)
        for setting in ("core.fsmonitor", "filter.evil.clean", "filter.evil.process"):
            git(inner, "config", setting, str(program))
        write_tree(inner, {".git/info/attributes": "* filter=evil\n"})
        write_tree(inner, {"b.md": "two\n"})
        mark.unlink(missing_ok=True)
        done = scaffold("init", tmp_path / "new", "-t", template, "--ref", "main")
        assert done.code == 2, done
        assert "submodule" in done.err
        assert not mark.exists()


class TestFoldersOfOurs:
    """The cache and the state folder are believed, so no repository may have files in them."""

    # By which variable the user puts it into the work tree, and where there.
    CACHES = (
        ("SCAFFOLD_CACHE_DIR", "kept", "kept"),
        ("SCAFFOLD_CACHE_DIR", "KEPT", "kept"),
        ("SCAFFOLD_CACHE_DIR", "", ""),
        ("SCAFFOLD_CACHE_DIR", "link/kept", "folder/kept"),
        ("XDG_CACHE_HOME", "", "issue-scaffold"),
    )
    STATES = (("XDG_STATE_HOME", "", "issue-scaffold"),)
    WRITING = (("update",), ("accept",))
    ALL = (("check",), ("check", "--refresh"), *WRITING)
    CASES = (*itertools.product(ALL, CACHES), *itertools.product(WRITING, STATES))
    HOSTILE = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tsshCommand = {program}\n\tgitProxy = {program}\n"

    @pytest.mark.parametrize(("command", "place"), CASES)
    def test_supplied(  # noqa: PLR0913, PLR0917 - where it lies, and the witnesses
        self,
        command: tuple[str, ...],
        place: tuple[str, str, str],
        repo: Path,
        mark: Path,
        program: Path,
        scaffold: Run,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        variable, named, folder = place
        key = parse_source("git@localhost:x/y.git", relative_to=repo).key
        mirror = f"{folder}/mirrors/{key}.git".lstrip("/")
        files = {f"{mirror}/{name}": text for name, text in BARE.items()}
        write_tree(repo, {**files, f"{mirror}/config": self.HOSTILE.format(program=program), "a.md": "x\n"})
        (repo / "link").symlink_to("folder")
        record(repo, _src_path="git@localhost:x/y.git", _commit="v1.0.0")
        git(repo, "add", "--all", "--force")
        commit_all(repo)
        monkeypatch.delenv("SCAFFOLD_CACHE_DIR", raising=False)
        monkeypatch.setenv("XDG_CACHE_HOME", str(repo.parent / "cache"))
        monkeypatch.setenv(variable, str(repo / named))
        arguments = (repo / "a.md", "--reason", "x") if command == ("accept",) else (repo, *command[1:])
        done = scaffold(command[0], *arguments)
        assert done.code in {2, 3}, done
        assert "has files in it" in done.out + done.err
        assert not mark.exists()

    def test_in_a_work_tree_of_which_it_is_no_part(
        self, installed: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(installed / "cache"))
        assert scaffold("check", installed / "part").code == 0
        assert (installed / "cache/renders").is_dir()
        assert scaffold("check", installed / "part").code == 0


class TestPipesInGitsFolder:
    """An unpacked archive can hold what no clone brings, and git would wait for it."""

    @pytest.mark.parametrize("name", ["HEAD", "config", "index", "packed-refs", "commondir", "info/exclude"])
    @pytest.mark.parametrize("arguments", [("check",), ("check", "--staged"), ("check", "--trusted-ref", "base")])
    def test_a_pipe_is_no_reason_to_wait(
        self, name: str, arguments: tuple[str, ...], installed: Path, scaffold: Run
    ) -> None:
        place = installed / ".git" / name
        place.unlink(missing_ok=True)
        os.mkfifo(place)
        done = scaffold(arguments[0], installed / "part", *arguments[1:])
        if len(arguments) == 1:  # then git isn't asked, or not needed
            assert done.code == 0
        else:
            assert done.code == 3
            assert f"{place} is no regular file" in done.err
