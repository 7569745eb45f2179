"""A version is one thing: what was asked for is what is recorded, found again, and held by a branch or a tag."""

import itertools
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Run, Template, commit_all, git, write_tree

from issue_scaffold.template.versions import KnownVersions, described, is_ref_name

TAGS = ("v1.0.0", "v1", "v1.0", "1.0.0", "v1.1.0", "v1.0.0rc1", "latest", "release-1", "stable", "20240101", "1234567")


def recorded(target: Path) -> dict[str, str]:
    answers: dict[str, str] = yaml.safe_load((target / ANSWERS).read_text())
    return answers


def kinds(scaffold: Run, target: Path, *options: str) -> list[str]:
    done = scaffold("check", target, "--format", "json", *options)
    return [finding["kind"] for finding in json.loads(done.out)["targets"][0]["findings"]]


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(TAGS, 2)))
def test_two_tags_on_one_commit(
    one: str, other: str, template: Template, repo: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    template.release(one, {"a.md": "one\n"})
    git(template.folder, "tag", "--annotate", "--message", "x", other)
    assert scaffold("init", repo, "-t", template).code == 0
    newest = recorded(repo)["_commit"]
    assert kinds(scaffold, repo) == []
    for tag in (one, other):
        target = repo.parent / tag
        assert scaffold("init", target, "-t", template, "--ref", tag).code == 0
        assert recorded(target)["_commit"] == tag
        assert recorded(target)["_commit_id"] == git(template.folder, "rev-parse", "HEAD")
        assert kinds(scaffold, target) == []
    template.release("v99999999", {"a.md": "two\n"})
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(repo.parent / "cold"))
    assert kinds(scaffold, repo) == ["outdated"]
    done = scaffold("update", repo)
    assert done.code == 0, done
    assert "kept" not in done.out
    assert (repo / "a.md").read_text() == "two\n"
    assert recorded(repo)["_commit"] == "v99999999" != newest


def test_a_floating_major_tag(template: Template, repo: Path, scaffold: Run) -> None:
    """`v1` moves from release to release, as actions have it."""
    template.release("v1.0.0", {"a.md": "one\n"})
    git(template.folder, "tag", "v1")
    follower = repo.parent / "follower"
    assert scaffold("init", repo, "-t", template).code == 0
    assert recorded(repo)["_commit"] == "v1.0.0"
    assert scaffold("init", follower, "-t", template, "--ref", "v1").code == 0
    template.release("v1.1.0", {"a.md": "two\n"})
    git(template.folder, "tag", "--force", "v1")
    assert kinds(scaffold, repo, "--refresh") == ["outdated"]
    done = scaffold("check", follower, "--refresh")
    assert re.search(r"the template's tag v1 has moved from [0-9a-f]{7} to [0-9a-f]{7} \[outdated\]", done.out), done
    for target in (repo, follower):
        done = scaffold("update", target)
        assert done.code == 0, done
        assert "kept" not in done.out
        assert (target / "a.md").read_text() == "two\n"
        assert kinds(scaffold, target) == []


class TestMovedTag:
    """A tag that was put on another commit is reported as just that, whatever the cache knows."""

    @pytest.fixture
    def moved(self, template: Template, repo: Path, scaffold: Run) -> Path:
        template.release("v1.0.0", {"f.txt": "one\n"})
        assert scaffold("init", repo, "-t", template).code == 0
        commit_all(repo)
        template.release(None, {"f.txt": "two\n"})
        git(template.folder, "tag", "--force", "v1.0.0")
        return repo

    def test_warm_cold_and_refreshed(
        self, moved: Path, template: Template, scaffold: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        before, now = (git(template.folder, "rev-parse", f"HEAD{suffix}")[:7] for suffix in ("~1", ""))
        runs = [scaffold("check", moved, "--refresh"), scaffold("check", moved), scaffold("check", moved, "--offline")]
        monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cold"))
        runs += [scaffold("check", moved), scaffold("check", moved, "--refresh")]
        assert {run.code for run in runs} == {1}
        assert len({run.out for run in runs}) == 1
        assert f"the template's tag v1.0.0 has moved from {before} to {now} [outdated]" in runs[0].out
        assert "modified" not in runs[0].out

    def test_the_users_own_change_is_still_told(self, moved: Path, scaffold: Run) -> None:
        write_tree(moved, {"f.txt": "mine\n"})
        assert kinds(scaffold, moved, "--refresh") == ["outdated", "modified"]

    def test_update_takes_the_old_commit_as_base(self, moved: Path, template: Template, scaffold: Run) -> None:
        dry = scaffold("update", moved, "--dry-run")
        done = scaffold("update", moved)
        assert (dry.code, done.code) == (0, 0)
        assert "has moved from" in done.err + done.out
        assert "kept" not in done.out
        assert (moved / "f.txt").read_text() == "two\n"
        assert recorded(moved)["_commit_id"] == git(template.folder, "rev-parse", "HEAD")
        assert kinds(scaffold, moved) == []

    def test_restoring_brings_back_what_was_installed(self, moved: Path, scaffold: Run) -> None:
        write_tree(moved, {"f.txt": "mine\n"})
        assert scaffold("update", moved, "--restore", "--force").code == 0
        assert (moved / "f.txt").read_text() == "one\n"

    def test_the_commit_is_gone(
        self, moved: Path, template: Template, scaffold: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        git(template.folder, "checkout", "--quiet", "--orphan", "anew")
        template.release(None, {"f.txt": "three\n"})
        git(template.folder, "branch", "--delete", "--force", "main")
        git(template.folder, "tag", "--force", "v1.0.0")
        runs = [scaffold("check", moved, "--refresh")]
        monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cold"))
        runs.append(scaffold("check", moved))
        assert {run.code for run in runs} == {1}
        for run in runs:
            assert "has moved from" in run.out
            assert "modified" not in run.out
            assert "were not compared" in run.out + run.err
        done = scaffold("update", moved)
        assert done.code == 3, done
        assert "nothing was written" in done.err
        assert "scaffold init -t" in done.err
        assert (moved / "f.txt").read_text() == "one\n"

    def test_an_answers_file_without_the_commit(self, moved: Path, scaffold: Run) -> None:
        text = re.sub("_commit_id: .*\n", "", (moved / ANSWERS).read_text())
        write_tree(moved, {ANSWERS: text})
        done = scaffold("check", moved, "--refresh")
        assert "has moved" not in done.out
        assert scaffold("update", moved).code == 0

    @pytest.mark.parametrize("value", ["x", "17", "[a]", "''", "abc1234", "HEAD", "0x" + "a" * 38, "A" * 40])
    def test_what_can_be_no_commit(self, value: str, moved: Path, scaffold: Run) -> None:
        write_tree(moved, {ANSWERS: re.sub("(_commit_id:) .*", rf"\1 {value}", (moved / ANSWERS).read_text())})
        done = scaffold("check", moved)
        assert done.code == 2, done
        assert "_commit_id must be" in done.out + done.err


def test_a_version_that_was_edited_by_hand(installed: Path, scaffold: Run) -> None:
    write_tree(installed, {ANSWERS: (installed / ANSWERS).read_text().replace("v1.0.0", "v1.1.0")})
    done = scaffold("check", installed, "--refresh")
    assert done.code == 1
    assert "has moved" not in done.out
    assert "but the answers file remembers" in done.out
    assert scaffold("update", installed).code == 0
    assert (installed / "a.md").read_text() == "two\n"
    assert scaffold("check", installed).code == 0


class TestUnheldCommits:
    """A commit that no branch or tag holds is no version, though the template's repository may hand it out."""

    @pytest.fixture
    def evil(self, installed: Path, template: Template) -> str:
        """Return the commit of a pull request that nobody merged."""
        git(template.folder, "checkout", "--quiet", "--detach")
        template.release(None, {"a.md": "EVIL\n"})
        commit = git(template.folder, "rev-parse", "HEAD")
        git(template.folder, "update-ref", "refs/pull/1/head", commit)
        git(template.folder, "checkout", "--quiet", "main")
        write_tree(installed, {"a.md": "EVIL\n"})
        return commit

    @pytest.mark.parametrize(
        "version",
        [
            "v9.9.9-1-g@7@",
            "v9.9.9-1-g@40@",
            "v1.1.0-1-g@7@",
            "v1.1.0-2-g@7@",
            "@40@",
            "@7@",
            "refs/pull/1/head",
            "pull/1/head",
            "v1.1.0^{}",
            "HEAD@{1}",
            "main~1",
            ":/change",
            "--all",
            "",
            "v1\x00",
        ],
    )
    def test_recorded(
        self,
        version: str,
        evil: str,
        installed: Path,
        scaffold: Run,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        ways: list[tuple[str, ...]] = [(), ("--offline",), ("--refresh",), ("--fail-on", "modified")]
        word = version.replace("@7@", evil[:7]).replace("@40@", evil)
        answers = recorded(installed)
        for remembered in (None, evil, answers["_commit_id"]):
            changed: dict[str, str] = {**answers, "_commit": word}
            changed.pop("_commit_id")
            changed |= {"_commit_id": remembered} if remembered else {}
            write_tree(installed, {ANSWERS: yaml.safe_dump(changed)})
            for options, cache in itertools.product(ways, ("warm", "cold")):
                monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / f"{cache}{len(options)}{options[:1]}"))
                done = scaffold("check", installed, *options)
                assert done.code == 2, done
                assert "unexpected" not in done.err

    def test_remembered(self, evil: str, installed: Path, scaffold: Run) -> None:
        write_tree(installed, {ANSWERS: re.sub("(_commit_id:) .*", rf"\1 '{evil}'", (installed / ANSWERS).read_text())})
        done = scaffold("check", installed)
        assert done.code == 1
        assert "has moved from" in done.out
        assert scaffold("update", installed).code == 3
        done = scaffold("accept", installed / "a.md", "--reason", "because")
        assert done.code == 2, done

    @pytest.mark.parametrize("wanted", ["v9.9.9-1-g@7@", "@40@", "@7@", "refs/pull/1/head"])
    def test_asked_for(self, wanted: str, evil: str, template: Template, tmp_path: Path, scaffold: Run) -> None:
        word = wanted.replace("@7@", evil[:7]).replace("@40@", evil)
        done = scaffold("init", tmp_path / "new", "-t", template, "--ref", word)
        assert done.code == 2, done
        assert "on any of its branches or tags" in done.err
        assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("options", [(), ("--offline",), ("--refresh",)], ids=str)
@pytest.mark.parametrize(
    "called", ["v9.9.9-1-g@", "v1.1.0-1-g@", "v1.0.0-2-g@", "v1.0.0-1-g@", "refs/tags/v1.0.0-0-g@"]
)
def test_a_described_name_is_as_git_describes_that_commit(
    called: str, options: tuple[str, ...], installed: Path, template: Template, scaffold: Run, tmp_path: Path
) -> None:
    """Nothing says how old a commit is that a tag holds, but the tag that it comes after; so that must be true."""
    assert scaffold("check", installed).code == 1  # outdated, and the cache knows the template
    old = git(template.folder, "rev-parse", "v1.0.0")
    for digits in (7, 12, len(old)):
        version = called.replace("@", old[:digits])
        write_tree(installed, {ANSWERS: f"_commit: {version}\n_src_path: {template}\n"})
        done = scaffold("check", installed, *options)
        assert done.code == 2, done
        assert f"has no version '{version}'" in done.err
        done = scaffold("init", tmp_path / "new", "-t", template, "--ref", version)
        assert done.code == 2, done


@pytest.mark.parametrize("tags", [("v1.0.0", "v1"), ("v1", "v1.0.0"), ("v1.0.0", "latest"), ("v1.0.0", "v1.0.1")])
def test_a_commit_between_releases_is_called_after_the_fullest_tag(
    tags: tuple[str, str], template: Template, repo: Path, scaffold: Run
) -> None:
    template.release(tags[0], {"a.md": "one\n"})
    git(template.folder, "tag", tags[1])
    template.release(None, {"a.md": "two\n"})
    commit = git(template.folder, "rev-parse", "HEAD")
    git(template.folder, "branch", "feature")
    for ref in ("main", "feature", commit, commit[:9], "HEAD"):
        target = repo.parent / f"of-{ref}"
        assert scaffold("init", target, "-t", template, "--ref", ref).code == 0
        name = described(recorded(target)["_commit"])
        assert name is not None
        assert name.tag == max(tags, key=lambda tag: (tag != "latest", tag == "v1.0.1", len(tag)))
        assert name.distance == 1
        assert commit.startswith(name.commit)
        assert kinds(scaffold, target) == []


def test_plain_copiers_names_are_understood(template: Template, repo: Path, scaffold: Run) -> None:
    """Copier names a commit after any tag on its base, and abbreviates it as the machine's git does."""
    template.release("v1.0.0", {"a.md": "one\n"})
    git(template.folder, "tag", "v1")
    template.release(None, {"a.md": "two\n"})
    commit = git(template.folder, "rev-parse", "HEAD")
    for version in (f"v1-1-g{commit[:7]}", f"v1.0.0-1-g{commit[:12]}", f"v1.0.0-1-g{commit}", commit[:7], commit):
        shutil.rmtree(repo / ".git", ignore_errors=True)
        write_tree(repo, {ANSWERS: f"_commit: '{version}'\n_src_path: {template}\n", "a.md": "two\n"})
        # Of a bare commit nobody can say whether a release came before it.
        assert kinds(scaffold, repo) == ([] if described(version) else ["outdated"]), version


@pytest.mark.parametrize(
    ("tags", "overshadowed"),
    [
        ({"v1": "a", "v1.0.0": "a", "v2": "b"}, ("v1",)),
        ({"latest": "a", "v1": "a", "stable": "a"}, ("latest", "stable")),
        ({"v1.0.0rc1": "a", "v1.0.0": "a"}, ("v1.0.0rc1",)),
        ({"v1.1.0": "a", "v1.0.0": "a"}, ("v1.0.0",)),
        ({"stable": "a", "latest": "a"}, ("latest",)),
    ],
)
def test_the_tag_that_names_a_commit_best(tags: dict[str, str], overshadowed: tuple[str, ...]) -> None:
    assert KnownVersions(tags=tags).overshadowed == overshadowed


@pytest.mark.parametrize("name", ["v1.0.0", "feature/x", "ü", "a@b", "v1-2-gabc", "x.lockx"])
def test_names_that_refs_may_have(name: str) -> None:
    assert is_ref_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "@",
        "-x",
        ".x",
        "/x",
        "x/",
        "x.",
        "a..b",
        "a b",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[",
        "a\\b",
        "a@{1}",
        "a//b",
        "a/.b",
        "x.lock",
        "x.lock/y",
        "a\nb",
        "a\x7f",
        "\ud800",
        "x" * 1001,
    ],
)
def test_names_that_they_may_not_have(name: str) -> None:
    assert not is_ref_name(name)
