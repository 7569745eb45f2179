"""Nothing is written outside of what was meant, and nothing into git's folder: every writer, every hostile place."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from tests.conftest import ANSWERS, Run, Template, commit_all, git, read_tree, write_tree
from tests.labels.fake_github import FakeGitHub, FakeServer
from tests.trust.test_crash_points import FORM, MARKDOWN

from issue_scaffold.files.folders import DetourError, open_below
from issue_scaffold.files.rendering import File
from issue_scaffold.state.cache_store import CacheStore
from issue_scaffold.writing.pending import is_pending
from issue_scaffold.writing.staging import Change, apply, recover

COMMAND = Path(sys.executable).parent / "scaffold"
FORMS = ".github/ISSUE_TEMPLATE"


@pytest.fixture(autouse=True)
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """Serve labels on the loopback interface."""
    server = FakeServer(FakeGitHub())
    server.github.repository().add("bug", "d73a4a", "broken")
    monkeypatch.setenv("GH_TOKEN", server.github.token)
    monkeypatch.setenv("GITHUB_API_URL", server.address)
    yield server.github
    server.close()


def everything(root: Path) -> dict[str, bytes | str | None]:
    """Return all that a folder holds, git's own folder too."""
    found: dict[str, bytes | str | None] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = str(path.readlink())
        else:
            found[name] = path.read_bytes() if path.is_file() else None
    return found


# What stands at a folder that is written to: where the link leads, from the repository's root.
DETOURS = {
    "out": "../outside",
    "to the hooks": ".git/hooks",
    "to git's folder": ".git",
    "to an index of git": ".git/info",
    "inside": "real",
    "to the root": ".",
    "dangling": "nowhere",
    "round": "link",
}


class Place:
    """A repository in which a folder is a link, and what lies around it."""

    def __init__(self, root: Path, kind: str, scaffold: Run, template: Template) -> None:
        self.scaffold = scaffold
        self.template = template
        self.root = root
        self.outside = root.parent / "outside"
        self.kind = kind
        write_tree(root, {"real/keep.txt": "keep\n"})
        write_tree(self.outside, {"keep.txt": "keep\n"})

    def link(self, name: str) -> None:
        """Put the link at a folder; what is there goes to where the link leads, if anywhere."""
        folder = self.root / name
        aim = self.root / DETOURS[self.kind]
        if folder.is_dir():
            if self.kind in {"out", "inside"} or self.kind.startswith("to "):
                shutil.copytree(folder, aim, dirs_exist_ok=True)
            shutil.rmtree(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.symlink_to(name.rpartition("/")[2] if self.kind == "round" else os.path.relpath(aim, folder.parent))


Writer = Callable[[Place], list[str]]


def install_a_template(place: Place) -> list[str]:
    """Init: the template writes below the link."""
    place.template.release("v1", {"link/hook.sh": "evil\n", "a.md": "a\n"})
    place.link("link")
    return ["init", str(place.root), "-t", str(place.template)]


def update_a_target(place: Place) -> list[str]:
    """Update: a folder of the template has become a link."""
    place.template.release("v1", {"link/hook.sh": "one\n"})
    assert place.scaffold("init", place.root, "-t", place.template).code == 0
    place.template.release("v2", {"link/hook.sh": "two\n", "link/more.sh": "more\n"})
    place.link("link")
    return ["update", str(place.root)]


def delete_in_a_target(place: Place) -> list[str]:
    """Update: the new version has no such file any more."""
    place.template.release("v1", {"link/keep.txt": "keep\n"})
    assert place.scaffold("init", place.root, "-t", place.template).code == 0
    place.template.release("v2", {"link/keep.txt": None})
    place.link("link")
    return ["update", str(place.root)]


def restore_in_a_target(place: Place) -> list[str]:
    """Bring back what differs behind the link."""
    place.template.release("v1", {"link/hook.sh": "one\n"})
    assert place.scaffold("init", place.root, "-t", place.template).code == 0
    write_tree(place.root, {"link/hook.sh": "mine\n"})
    place.link("link")
    return ["update", str(place.root), "--restore", "--force"]


def record_a_deviation(place: Place) -> list[str]:
    """Accept: the settings file lies behind the link."""
    place.template.release("v1", {"a.md": "a\n"})
    assert place.scaffold("init", place.root, "-t", place.template).code == 0
    write_tree(place.root, {"a.md": "mine\n"})
    place.link(".github")
    return ["accept", str(place.root / "a.md"), "--reason", "ours"]


def mend_forms(place: Place) -> list[str]:
    """Validate --fix: the forms lie behind the link."""
    write_tree(place.root, {f"{FORMS}/a.yml": FORM.replace("description", "about")})
    place.link(FORMS)
    return ["validate", "--fix", str(place.root)]


def add_to_a_catalog(place: Place) -> list[str]:
    """Catalog add: the catalog's forms lie behind the link."""
    write_tree(place.root.parent, {"question.md": MARKDOWN})
    shutil.rmtree(place.root)
    assert place.scaffold("catalog", "new", place.root).code == 0
    write_tree(place.root, {"real/keep.txt": "keep\n"})
    place.link("template/catalog")
    return ["catalog", "add", str(place.root.parent / "question.md"), "-C", str(place.root)]


def write_a_form(place: Place) -> list[str]:
    """Convert -o: the file lies behind the link."""
    write_tree(place.root.parent, {"question.md": MARKDOWN})
    place.link("link")
    return ["convert", str(place.root.parent / "question.md"), "-o", str(place.root / "link/pre-commit")]


def write_a_report(place: Place) -> list[str]:
    """--format json=FILE: the file lies behind the link."""
    place.link("link")
    return ["validate", str(place.root), "--format", f"json={place.root / 'link/pre-commit'}"]


def write_labels(place: Place) -> list[str]:
    """Labels export: the file lies behind the link."""
    place.link("link")
    return ["labels", "export", "--repo", "octo/demo", "-o", str(place.root / "link/pre-commit")]


WRITERS: tuple[Writer, ...] = (
    install_a_template, update_a_target, delete_in_a_target, restore_in_a_target, record_a_deviation, mend_forms,
    add_to_a_catalog, write_a_form, write_a_report, write_labels,
)  # fmt: skip
# Who names a file by a path of theirs may do so through a link that stays in the work tree.
NAMED_BY_THE_USER = {mend_forms, write_a_form, write_a_report, write_labels}


@pytest.mark.parametrize("kind", DETOURS)
@pytest.mark.parametrize("prepare", WRITERS, ids=lambda writer: writer.__name__)
def test_no_writer_passes_a_link(prepare: Writer, kind: str, scaffold: Run, template: Template, repo: Path) -> None:
    place = Place(repo, kind, scaffold, template)
    arguments = prepare(place)
    outside, inside = everything(place.outside), everything(repo)
    done = scaffold(*arguments)
    assert done.code in {0, 1, 2, 3}, done
    assert "unexpected" not in done.err
    assert everything(place.outside) == outside
    after = everything(repo)
    changed = {path for path in inside.keys() | after.keys() if inside.get(path, "") != after.get(path, "")}
    in_git = {path for path in changed if path.split("/")[0] == ".git"}
    assert not {path for path in in_git if not path.startswith(".git/issue-scaffold-runs-")}, done
    if prepare not in NAMED_BY_THE_USER:
        assert not changed, done
        assert done.code != 0


class TestFolders:
    """The walk itself."""

    def test_a_link_that_is_put_in_place_while_it_is_walked(self, tmp_path: Path) -> None:
        """What was opened stays what it was; what is opened later is looked at anew."""
        write_tree(tmp_path, {"root/a/b/x": "x", "outside/b/x": "secret"})
        root = tmp_path / "root"
        with open_below(root, ["a"]) as folder:
            (root / "a").rename(root / "moved")
            (root / "a").symlink_to(tmp_path / "outside")
            with folder.child("b") as inner:
                assert inner.read("x") == b"x"
        with pytest.raises(DetourError, match="a is a symlink"):
            open_below(root, ["a", "b"])

    @pytest.mark.parametrize(
        "path", ["", "/x", "../x", "a/../x", "./x", "a//x", ".git/x", "a/.GIT/x", "git~1/x", ".g\u200cit/x", "a\0b"]
    )
    def test_paths_that_no_change_may_have(self, path: str, tmp_path: Path) -> None:
        with pytest.raises(DetourError):
            apply(tmp_path, [Change(path=path, before=None, after=File(b"x"))])
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("aim", ["/etc/passwd", "../x", "a/../../x", ".git/hooks", "d/../.git"])
    def test_links_that_no_change_may_make(self, aim: str, tmp_path: Path) -> None:
        with pytest.raises(DetourError):
            apply(tmp_path, [Change(path="link", before=None, after=File(link=aim))])
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("name", ["store", "vendor/lib.git"])
    def test_a_git_folder_of_any_name(self, name: str, tmp_path: Path) -> None:
        """As with --separate-git-dir, GIT_DIR, or a bare repository that is committed."""
        git(tmp_path, "init", "--quiet", "--bare", name)
        before = everything(tmp_path)
        with pytest.raises(DetourError, match="git's own folder"):
            apply(tmp_path, [Change(path=f"{name}/hooks/pre-commit", before=None, after=File(b"x"))])
        assert everything(tmp_path) == before


@pytest.mark.parametrize("place", ["bare.git", "bare.git/hooks", "repo/.git", "repo/.git/new"])
def test_init_in_git_s_own_folder(place: str, scaffold: Run, repo: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    before = everything(tmp_path)
    for command in ("init", "update"):
        done = scaffold(command, tmp_path / place)
        assert done.code == 2, done
    assert "no working tree" in scaffold("init", tmp_path / place).err
    assert everything(tmp_path) == before
    assert repo.is_dir()


def test_a_work_tree_below_a_bare_repository_is_a_place_to_work_in(scaffold: Run, repo: Path, tmp_path: Path) -> None:
    write_tree(repo, {"a": "a"})
    commit_all(repo)
    git(tmp_path, "clone", "--quiet", "--bare", str(repo), "all.git")
    git(tmp_path / "all.git", "worktree", "add", "--quiet", "main")
    assert scaffold("init", tmp_path / "all.git/main").code == 0
    assert scaffold("check", tmp_path / "all.git/main").code == 0


class TestForeignState:
    """What looks like the journal of an interrupted run, and isn't one of this target."""

    @pytest.mark.parametrize("command", ["update", "accept"])
    def test_a_staging_folder_that_a_clone_brings_along(
        self, command: str, scaffold: Run, template: Template, repo: Path, tmp_path: Path
    ) -> None:
        template.release("v1", {"a.md": "a\n"})
        assert scaffold("init", repo, "-t", template).code == 0
        (repo / "gh").symlink_to(".git/hooks")
        row = {"path": "gh/pre-commit", "staged": "0000", "before": None, "after": "x 00", "index_info": ""}
        write_tree(repo, {".scaffold-staging/0000": "evil\n", ".scaffold-staging/manifest.json": json.dumps([row])})
        (repo / ".scaffold-staging/0000").chmod(0o755)
        commit_all(repo)
        git(tmp_path, "clone", "--quiet", str(repo), "victim")
        victim = tmp_path / "victim"
        before = everything(victim)
        if command == "accept":
            write_tree(victim, {"a.md": "mine\n"})
        arguments = ("update", victim) if command == "update" else ("accept", victim / "a.md", "--reason", "x")
        done = scaffold(*arguments)
        assert done.code == 0, done
        assert ".scaffold-staging is not used" in done.err
        assert "completed" not in done.err
        assert ".scaffold-staging is not used" in str(scaffold("check", victim))
        after = everything(victim)
        changed = {path for path in before.keys() | after.keys() if before.get(path, "") != after.get(path, "")}
        assert changed <= {"a.md", ".github", ".github/scaffold.yml"}

    def test_the_journal_of_another_folder_is_dropped(self, repo: Path, tmp_path: Path) -> None:
        self.interrupted(repo)
        shutil.copytree(repo, tmp_path / "copy")
        assert is_pending(tmp_path / "copy")
        found = recover(tmp_path / "copy")
        assert found.completed is None
        assert "dropped" in found.notes[0]
        assert not (tmp_path / "copy/a").exists()
        assert recover(repo).completed == frozenset({"a"})
        assert (repo / "a").read_bytes() == b"a"

    @staticmethod
    def interrupted(repo: Path) -> None:
        """Leave the journal of a run that was killed before its first file."""

        class Dead(BaseException):
            """As SIGKILL: nothing is tidied up."""

        def die(*_: object, **__: object) -> None:
            raise Dead

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("issue_scaffold.writing.replay._put", die)
            with pytest.raises(Dead):
                apply(repo, [Change(path="a", before=None, after=File(b"a"))])

    def test_where_it_lies(self, repo: Path, tmp_path: Path) -> None:
        """In the git folder of just that work tree, else with the user; never in the tree."""
        write_tree(repo, {"x": "x"})
        commit_all(repo)
        git(repo, "worktree", "add", "--quiet", str(tmp_path / "linked"))
        for root, place in ((repo, repo / ".git"), (tmp_path / "linked", repo / ".git/worktrees/linked")):
            self.interrupted(root)
            assert list(place.glob("scaffold-*")), root
            assert recover(root).completed
            assert not list(place.glob("scaffold-*"))
        state = Path(os.environ["SCAFFOLD_CACHE_DIR"]) / "state/targets"
        # A pointer to a folder that doesn't point back, and no repository at all.
        write_tree(tmp_path, {"liar/.git": f"gitdir: {repo}/.git\n", "plain/y": "y"})
        for root in (tmp_path / "liar", tmp_path / "plain"):
            before = everything(root)
            self.interrupted(root)
            assert everything(root) == before
            assert len(list(state.iterdir())) == 1
            assert recover(root).completed
            assert not list(state.iterdir())

    def test_a_submodule_has_its_own(self, repo: Path, tmp_path: Path) -> None:
        write_tree(repo, {"x": "x"})
        commit_all(repo)
        git(tmp_path, "init", "--quiet", "outer")
        git(tmp_path / "outer", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(repo), "inner")
        self.interrupted(tmp_path / "outer/inner")
        assert list((tmp_path / "outer/.git/modules/inner").glob("scaffold-*"))
        assert recover(tmp_path / "outer/inner").completed

    def test_check_names_it_and_the_next_run_says_what_it_did(
        self, scaffold: Run, template: Template, repo: Path
    ) -> None:
        template.release("v1", {"z.md": "z\n"})
        assert scaffold("init", repo, "-t", template).code == 0
        assert scaffold("check", repo).code == 0
        self.interrupted(repo)
        done = scaffold("check", repo)
        assert done.code == 1
        assert "an interrupted run has left its changes half way" in done.out
        assert "not completed yet" in scaffold("update", repo, "--dry-run").err
        assert not (repo / "a").exists()
        assert "an interrupted run was completed first" in scaffold("update", repo).err
        assert (repo / "a").exists()
        (repo / "a").unlink()
        assert scaffold("check", repo).code == 0

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 2}', '{"format": 99}', "null", "[1]", '"x"'])
    def test_a_journal_of_another_shape(self, text: str, scaffold: Run, template: Template, repo: Path) -> None:
        template.release("v1", {"z.md": "z\n"})
        assert scaffold("init", repo, "-t", template).code == 0
        self.interrupted(repo)
        place = next((repo / ".git").glob("scaffold-*"))
        (place / "manifest.json").write_text(text)
        self.refused(place, repo, scaffold)

    @staticmethod
    def refused(place: Path, repo: Path, scaffold: Run) -> None:
        for command in (("update", repo), ("validate", "--fix", repo)):
            done = scaffold(*command)
            assert done.code == 3, done
            assert str(place) in done.err
            assert "unexpected" not in done.err
        assert sorted(path.name for path in repo.iterdir()) == [ANSWERS, ".git", "z.md"]

    ROWS: ClassVar = {
        "no mapping": 5,
        "a number as path": {"path": 5},
        "a path that is none": {"path": "\ud800"},
        "a way out": {"path": "../a"},
        "a link out": {"after": "link /etc"},
        "a link up": {"path": "b/a", "after": "link ../../a"},
        "a link into git's own folder": {"after": "link .git/hooks"},
        "a link that is none": {"after": "link a\0b"},
        "a link of no text": {"after": "link \ud800"},
        "another fingerprint": {"after": "x 00"},
        "no fingerprint": {"before": 5},
        "a number for the index": {"index_info": 5},
        "no text for the index": {"index_info": "\ud800"},
        "a text as permissions": {"mode": "644"},
        "more than is ever written": {"more": 1},
    }
    DOCUMENTS: ClassVar = {"made": [5], "made_above": "1", "token": "x", "rows": {}}

    @pytest.mark.parametrize("name", [*ROWS, *DOCUMENTS])
    def test_a_journal_of_which_one_value_is_another(
        self, name: str, scaffold: Run, template: Template, repo: Path
    ) -> None:
        template.release("v1", {"z.md": "z\n"})
        assert scaffold("init", repo, "-t", template).code == 0
        self.interrupted(repo)
        place = next((repo / ".git").glob("scaffold-*"))
        document = json.loads((place / "manifest.json").read_text())
        row = self.ROWS.get(name)
        document["rows"][0] = {**document["rows"][0], **row} if isinstance(row, dict) else row
        document |= {name: self.DOCUMENTS[name]} if name in self.DOCUMENTS else {}
        (place / "manifest.json").write_text(json.dumps(document))
        self.refused(place, repo, scaffold)

    @pytest.mark.parametrize("kind", ["nested", "link", "huge"])
    def test_a_journal_that_is_no_text_of_ours(self, kind: str, scaffold: Run, template: Template, repo: Path) -> None:
        template.release("v1", {"z.md": "z\n"})
        assert scaffold("init", repo, "-t", template).code == 0
        self.interrupted(repo)
        place = next((repo / ".git").glob("scaffold-*"))
        manifest = place / "manifest.json"
        if kind == "nested":
            manifest.write_text("[" * 200_000)
        elif kind == "huge":
            os.truncate(manifest, 1 << 40)
        else:
            manifest.rename(place / "other.json")
            manifest.symlink_to("other.json")
        self.refused(place, repo, scaffold)


class TestIndex:
    """Git's index, in which conflicts are marked."""

    @pytest.fixture
    def conflict(self, scaffold: Run, template: Template, tmp_path: Path) -> Callable[..., Path]:
        """Return a function that makes a target in which the next update meets a conflict."""

        def make(*options: str) -> Path:
            target = tmp_path / "target"
            git(tmp_path, "init", "--quiet", *options, str(target))
            template.release("v1", {"a.md": "one\n", "b.md": "b\n"})
            assert scaffold("init", target, "-t", template).code == 0
            commit_all(target)
            write_tree(target, {"a.md": "mine\n"})
            template.release("v2", {"a.md": "two\n", "b.md": "B\n"})
            return target

        return make

    @pytest.mark.parametrize("name", ["sha1", "sha256"])
    def test_ids_of_every_length(self, name: str, scaffold: Run, conflict: Callable[..., Path]) -> None:
        target = conflict(f"--object-format={name}")
        done = scaffold("update", target)
        assert done.code == 1, done
        assert git(target, "ls-files", "--unmerged").count("a.md") == 3
        assert "note" not in done.err
        assert not list((target / ".git").glob("scaffold-*"))

    def test_a_locked_index(self, scaffold: Run, conflict: Callable[..., Path]) -> None:
        target = conflict()
        lock = target / ".git/index.lock"
        lock.touch()
        before = read_tree(target)
        for arguments in (("update", target), ("update", target, "--dry-run")):
            done = scaffold(*arguments)
            assert done.code == 3, done
            assert "nothing was written" in done.err
            assert str(lock) in done.err
        assert read_tree(target) == before
        lock.unlink()
        assert scaffold("update", target).code == 1
        git(target, "ls-files", "--unmerged")

    def test_an_index_that_is_locked_meanwhile(
        self, scaffold: Run, conflict: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The files are whole then, and it is said that git doesn't know."""
        target = conflict()
        monkeypatch.setattr("issue_scaffold.sync.refusals.index_lock", lambda _: None)
        (target / ".git/index.lock").touch()
        done = scaffold("update", target)
        assert done.code == 1, done
        assert "not marked as unmerged" in done.err
        assert "<<<<<<<" in (target / "a.md").read_text()
        assert (target / "b.md").read_text() == "B\n"
        assert not list((target / ".git").glob("scaffold-*"))

    @pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser gives files away")
    def test_a_checkout_of_another_owner(self, scaffold: Run, conflict: Callable[..., Path]) -> None:
        target = conflict()
        for path in (target, *target.rglob("*")):
            os.chown(path, 1234, 1234, follow_symlinks=False)
        (target / "b.md").chmod(0o640)
        dry = scaffold("update", target, "--dry-run")
        done = scaffold("update", target)
        assert (dry.code, done.code) == (1, 1), (dry, done)
        assert "not marked as unmerged" in done.err
        assert f"git config --global --add safe.directory {target}" in done.err
        assert "<<<<<<<" in (target / "a.md").read_text()
        for name in ("a.md", "b.md", ANSWERS):
            state = (target / name).stat()
            assert (state.st_uid, state.st_gid) == (1234, 1234), name
        assert (target / "b.md").stat().st_mode & 0o777 == 0o640
        assert scaffold("update", target, "--force", "--restore", "a.md").code == 0
        assert not list((target / ".git").glob("scaffold-*"))


class TestLastingFailures:
    """A file that can never be written."""

    @pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can act as another user")
    def test_another_user_s_file_in_a_sticky_folder(self, scaffold: Run, template: Template, tmp_path: Path) -> None:
        template.release("v1", {"a.md": "a\n", "run.sh": "one\n", "z.md": "z\n"})
        for folder in (tmp_path, *tmp_path.parents[:-1]):
            folder.chmod(folder.stat().st_mode | 0o055)
        target = tmp_path / "target"
        assert scaffold("init", target, "-t", template).code == 0
        template.release("v2", {"a.md": "A\n", "run.sh": "two\n", "z.md": "Z\n"})
        assert scaffold("update", target, "--dry-run").code == 0
        cache = Path(os.environ["SCAFFOLD_CACHE_DIR"])
        for folder in (target, cache, template.folder):
            for path in (folder, *folder.rglob("*")):
                os.chown(path, 65534, 65534)
        for folder in (cache, *cache.parents[:-1]):
            folder.chmod(folder.stat().st_mode | 0o055)
        os.chown(target, 0, 0)
        target.chmod(0o1777)
        os.chown(target / "run.sh", 0, 0)
        before = everything(target)
        drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        environment = {**os.environ, "HOME": "/nonexistent"}
        for _ in range(2):
            done = subprocess.run(
                [*drop, COMMAND, "update", target], env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 3, done
            assert "nothing was written: Operation not permitted" in done.stderr
            assert str(target / "run.sh") in done.stderr
            assert everything(target) == before
        assert not list(cache.glob("state/targets/*"))


class TestCache:
    """Files of the cache on their way."""

    def test_what_a_dead_process_left_goes_with_the_next_write(self, tmp_path: Path) -> None:
        killed = (
            "import os, signal, sys; from pathlib import Path\n"
            "from issue_scaffold.state.cache_store import CacheStore\n"
            "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
            "CacheStore(Path(sys.argv[1])).write_blob(b'x')\n"
        )
        done = subprocess.run([sys.executable, "-c", killed, tmp_path], check=False)
        assert done.returncode == -9
        assert len(list((tmp_path / "new").iterdir())) == 1
        store = CacheStore(tmp_path)
        digest = store.write_blob(b"x")
        assert not list((tmp_path / "new").iterdir())
        assert store.read_blob(digest) == b"x"

    def test_what_a_living_process_writes_is_left(self, tmp_path: Path) -> None:
        writer = (
            "import sys; from pathlib import Path; from issue_scaffold.state.cache_store import CacheStore\n"
            "replace = Path.replace\n"
            "def slow(self, to):\n"
            "    print('writing', flush=True)\n    sys.stdin.read()\n    return replace(self, to)\n"
            "Path.replace = slow\n"
            "CacheStore(Path(sys.argv[1])).write_blob(b'slow')\n"
        )
        with subprocess.Popen(
            [sys.executable, "-c", writer, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as other:
            assert other.stdout
            assert other.stdout.readline() == b"writing\n"
            CacheStore(tmp_path).write_blob(b"other")
            assert len(list((tmp_path / "new").iterdir())) == 1
            assert other.stdin
            other.stdin.close()
        assert not list((tmp_path / "new").iterdir())
        assert len(list((tmp_path / "blobs").rglob("*/*"))) == 2
