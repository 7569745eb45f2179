"""`scaffold check`, the network and the cache: what is asked, and what if there is no answer."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import ANSWERS, Run, Template, commit_all, git, write_tree

BASE = "one\n\ntwo\n\nthree\n"


@pytest.fixture
def installed(scaffold: Run, template: Template, repo: Path) -> Path:
    """Return a target of a git template."""
    template.release("v1.0.0", {"a.md": BASE, "b.md": "b\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    commit_all(repo)
    return repo


class TestNetwork:
    """What is asked, when, and what happens without an answer."""

    URL = "https://git.example.invalid/team/template.git"

    @pytest.fixture
    def remote(self, template: Template, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
        """Return a switch: whether the URL leads to the template."""

        def reachable(on: bool) -> None:
            monkeypatch.setenv("GIT_CONFIG_COUNT", "1" if on else "0")
            monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{template.folder}.insteadOf")
            monkeypatch.setenv("GIT_CONFIG_VALUE_0", self.URL)

        reachable(True)  # noqa: FBT003
        return reachable

    @pytest.fixture
    def target(self, remote: Callable[[bool], None], scaffold: Run, template: Template, repo: Path) -> Path:
        remote(True)  # noqa: FBT003
        template.release("v1.0.0", {"a.md": "a\n", "copier.yml": "q: x\n"})
        assert scaffold("init", repo, "-t", self.URL).code == 0
        return repo

    def age(self, seconds: float) -> None:
        """Make what was asked look older."""
        cache = Path(os.environ["SCAFFOLD_CACHE_DIR"]) / "versions"
        import hashlib

        for path in cache.glob("*.json"):
            document = json.loads(path.read_bytes().partition(b"\n")[2])
            document["asked_at"] = time.time() - seconds
            body = json.dumps(document).encode()
            path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)

    def test_it_asks_once_an_hour(self, scaffold: Run, template: Template, target: Path) -> None:
        template.release("v2.0.0", {"a.md": "b\n"})
        assert scaffold("check", target).code == 0
        self.age(3500)
        assert scaffold("check", target).code == 0
        assert scaffold("check", target, "--offline").code == 0
        self.age(3700)
        assert scaffold("check", target, "--offline").code == 0
        assert scaffold("check", target).code == 1

    def test_refresh_asks_now(self, scaffold: Run, template: Template, target: Path) -> None:
        template.release("v2.0.0", {"a.md": "b\n"})
        assert scaffold("check", target, "--refresh").code == 1
        assert scaffold("check", target).code == 1
        assert scaffold("check", target, "--offline", "--refresh").code == 2

    def test_news_of_a_version_waits_for_no_server(
        self, remote: Callable[[bool], None], scaffold: Run, template: Template, target: Path
    ) -> None:
        template.release("v2", {"a.md": "2\n", "CHANGELOG.md": "## 2\n\n- Better.\n"})
        assert "Better." in scaffold("check", target, "--refresh").out
        remote(False)  # noqa: FBT003
        assert "Better." in scaffold("check", target).out
        for kind in ("notes", "mirrors"):
            shutil.rmtree(Path(os.environ["SCAFFOLD_CACHE_DIR"]) / kind)
        asked: list[object] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("issue_scaffold.git.command.talk", lambda *_, **__: asked.append(1))
            checked = scaffold("check", target)
        assert "latest is v2" in checked.out
        assert "Better." not in checked.out
        assert asked == []

    def test_offline_after_first_use(
        self, scaffold: Run, target: Path, remote: Callable[[bool], None], template: Template
    ) -> None:
        template.release("v2.0.0", {"a.md": "b\n"})
        assert scaffold("check", target, "--refresh").code == 1
        remote(False)  # noqa: FBT003
        assert scaffold("check", target).code == 1
        self.age(7200)
        done = scaffold("check", target, "--format", "json")
        assert done.code == 0
        row = json.loads(done.out)["targets"][0]
        assert row["template"]["latest"] is None
        assert any("unknown" in note for note in row["notes"])
        write_tree(target, {"a.md": "mine\n"})
        assert scaffold("check", target, "--offline").code == 1
        assert scaffold("update", target, "--restore", "--force").code == 0
        assert (target / "a.md").read_text() == "a\n"

    def test_update_and_init_offline_go_by_the_mirror(
        self, scaffold: Run, target: Path, remote: Callable[[bool], None], tmp_path: Path
    ) -> None:
        remote(False)  # noqa: FBT003
        done = scaffold("update", target, "-d", "q=y")
        assert done.code == 0, done
        assert "can't be reached" in done.err
        assert "q: y" in (target / ANSWERS).read_text()
        second = scaffold("init", tmp_path / "second", "-t", self.URL)
        assert second.code == 0
        assert "can't be reached" in second.err

    def test_never_reached(self, scaffold: Run, remote: Callable[[bool], None], tmp_path: Path) -> None:
        remote(False)  # noqa: FBT003
        for source in (self.URL, "git@git.example.invalid:a/b.git", "ssh://git@example.invalid/a.git", "gh:a/b"):
            done = scaffold("init", tmp_path / "x", "-t", source)
            assert done.code == 3, done
            assert "can't be reached" in done.err
        assert not (tmp_path / "x").exists()

    def test_a_version_that_only_the_remote_knows(
        self, scaffold: Run, target: Path, remote: Callable[[bool], None], template: Template
    ) -> None:
        """A colleague updated the repository; this machine's mirror is older, and it is offline."""
        template.release("v2.0.0", {"a.md": "b\n"})
        commit = git(template.folder, "rev-parse", "HEAD")
        answers = re.sub(r"(_commit_id: ).*", rf"\1'{commit}'", (target / ANSWERS).read_text())
        write_tree(target, {ANSWERS: answers.replace("v1.0.0", "v2.0.0"), "a.md": "b\n"})
        remote(False)  # noqa: FBT003
        done = scaffold("check", target)
        assert done.code == 3, done
        assert "can't be reached" in done.err
        remote(True)  # noqa: FBT003
        assert scaffold("check", target).code == 0

    def test_a_bundled_template_never_needs_it(
        self, scaffold: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "none")
        assert scaffold("init", tmp_path / "x").code == 0
        for options in ((), ("--offline",), ("--refresh",)):
            assert scaffold("check", tmp_path / "x", *options).code == 0


class TestCache:
    """A cache that is damaged, gone or can't be written never changes the answer."""

    @pytest.fixture
    def cache(self, installed: Path) -> Path:
        assert installed
        return Path(os.environ["SCAFFOLD_CACHE_DIR"])

    @pytest.mark.parametrize("damage", ["truncate", "empty", "garbage", "valid json", "delete", "folder"])
    def test_a_damaged_entry_is_made_again(self, damage: str, scaffold: Run, installed: Path, cache: Path) -> None:
        write_tree(installed, {"a.md": "x" + BASE})
        wanted = scaffold("check", installed, "--diff", "--format", "json")
        for path in sorted(cache.rglob("*")):
            if not path.is_file() or "mirrors" in path.parts or "locks" in path.parts:
                continue
            content = path.read_bytes()
            match damage:
                case "truncate":
                    path.write_bytes(content[: len(content) // 2])
                case "empty":
                    path.write_bytes(b"")
                case "garbage":
                    path.write_bytes(b"\0" + content[1:][::-1])
                case "valid json":
                    path.write_bytes(b"{}")
                case "delete":
                    path.unlink()
                case _:
                    path.unlink()
                    path.mkdir()
            assert scaffold("check", installed, "--diff", "--format", "json") == wanted, path
        assert scaffold("update", installed, "--restore", "--force").code == 0
        assert scaffold("check", installed).code == 0

    def test_a_damaged_mirror_is_made_again(
        self, scaffold: Run, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = "https://git.example.invalid/t.git"
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{template.folder}.insteadOf")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", url)
        template.release("v1", {"a.md": "a\n"})
        assert scaffold("init", tmp_path / "x", "-t", url).code == 0
        template.release("v2", {"a.md": "b\n"})
        mirror = next((Path(os.environ["SCAFFOLD_CACHE_DIR"]) / "mirrors").glob("*.git"))
        shutil.rmtree(mirror / "objects")
        done = scaffold("update", tmp_path / "x")
        assert done.code == 0, done
        assert (tmp_path / "x/a.md").read_text() == "b\n"

    def test_a_file_where_the_cache_should_be(
        self, scaffold: Run, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_tree(tmp_path, {"file": "x"})
        monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "file"))
        assert scaffold("check", installed).code == 0
        assert scaffold("init", tmp_path / "new").code == 0
        assert scaffold("update", installed).code == 0
        assert (tmp_path / "file").read_text() == "x"

    def test_an_upgraded_copier_or_scaffold_renders_anew(
        self, scaffold: Run, installed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        entries = set((cache / "renders").iterdir())
        monkeypatch.setattr("issue_scaffold.template.renderer.__version__", "99")
        assert scaffold("check", installed).code == 0
        assert set((cache / "renders").iterdir()) > entries
