"""`scaffold update` and its way: which version, which answers, which template, which kind of target."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Result, Run, Template, commit_all, git, read_tree, write_tree

Files = Mapping[str, str | bytes | None]


BASE = "one\n\ntwo\n\nthree\n"


class Scene:
    """Template version 1, a target made of it, the user's edits, template version 2."""

    def __init__(self, scaffold: Run, template: Template, target: Path) -> None:
        self.scaffold, self.template, self.target = scaffold, template, target

    def play(self, first: Files, user: Files, second: Files, *options: str | Path) -> Result:
        """Go through it and update."""
        self.template.release("v1.0.0", first)
        assert self.scaffold("init", self.target, "-t", self.template).code == 0
        if (self.target / ".git").exists():
            commit_all(self.target)
        write_tree(self.target, user)
        self.template.release("v2.0.0", second)
        return self.scaffold("update", self.target, *options)

    def text(self, path: str) -> str:
        """Return a file of the target."""
        return (self.target / path).read_bytes().decode()


@pytest.fixture
def scene(scaffold: Run, template: Template, repo: Path) -> Scene:
    """Return a scene in a git repository."""
    return Scene(scaffold, template, repo)


class TestAnswers:
    """New questions, changed answers, answers that a new version rejects."""

    def test_a_new_question_takes_its_default(self, scene: Scene) -> None:
        second = {"copier.yml": "a: x\nb: {type: str, default: 'B{{ a }}'}\n", "a.md.jinja": "{{ a }} {{ b }}\n"}
        done = scene.play({"copier.yml": "a: x\n", "a.md.jinja": "{{ a }}\n"}, {}, second)
        assert done.code == 0
        assert scene.text("a.md") == "x Bx\n"
        assert yaml.safe_load(scene.text(ANSWERS))["b"] == "Bx"

    def test_d_changes_one_answer_and_keeps_the_others(self, scene: Scene) -> None:
        scene.template.release("v1", {"copier.yml": "a: x\nb: y\n", "a.md.jinja": "{{ a }}\n\n\n{{ b }}\n"})
        assert scene.scaffold("init", scene.target, "-t", scene.template, "-d", "b=mine").code == 0
        write_tree(scene.target, {"a.md": "x\n\n\nmine\n\n\nextra\n"})
        done = scene.scaffold("update", scene.target, "-d", "a=z")
        assert done.code == 0
        assert scene.text("a.md") == "z\n\n\nmine\n\n\nextra\n"
        assert scene.scaffold("update", scene.target, "-d", "nope=1").code == 2

    def test_computed_answers_follow(self, scene: Scene) -> None:
        questions = "a: x\nb: {type: str, default: '{{ a }}!', when: false}\n"
        scene.template.release("v1", {"copier.yml": questions, "a.md.jinja": "{{ b }}\n"})
        assert scene.scaffold("init", scene.target, "-t", scene.template).code == 0
        assert scene.scaffold("update", scene.target, "-d", "a=z").code == 0
        assert scene.text("a.md") == "z!\n"
        assert scene.scaffold("check", scene.target).code == 0

    @pytest.mark.parametrize(
        "second",
        [
            "a: {type: str, choices: [y, z], default: y}\n",
            "a: {type: int, default: 3}\n",
            "a: {type: str, default: y, validator: \"{% if a == 'x' %}no x{% endif %}\"}\n",
        ],
    )
    def test_a_recorded_answer_that_is_rejected_is_named(self, second: str, scene: Scene) -> None:
        scene.template.release("v1", {"copier.yml": "a: x\n", "a.md.jinja": "{{ a }}\n"})
        scene.scaffold("init", scene.target, "-t", scene.template)
        scene.template.release("v2", {"copier.yml": second})
        before = read_tree(scene.target)
        done = scene.scaffold("update", scene.target)
        assert done.code == 2, done
        assert "'a'" in done.err or "a" in done.err.split()
        assert read_tree(scene.target) == before
        value = "3" if "int" in second else "z"
        assert scene.scaffold("update", scene.target, "-d", f"a={value}").code == 0
        assert scene.text("a.md") == f"{value}\n"

    def test_ask_needs_a_terminal(self, scene: Scene) -> None:
        scene.template.release("v1", {"copier.yml": "a: x\n"})
        scene.scaffold("init", scene.target, "-t", scene.template)
        done = scene.scaffold("update", scene.target, "--ask")
        assert done.code == 2
        assert "terminal" in done.err


class TestVersions:
    """Which version an update goes to."""

    @pytest.fixture
    def three(self, scene: Scene) -> Scene:
        for number in (1, 2, 3):
            scene.template.release(f"v{number}.0.0", {"a.md": f"{number}\n"})
        scene.template.release(None, {"a.md": "tip\n"})
        git(scene.template.folder, "branch", "feature")
        assert scene.scaffold("init", scene.target, "-t", scene.template, "--ref", "v2.0.0").code == 0
        return scene

    @pytest.mark.parametrize(
        ("ref", "content"),
        [(None, "3\n"), ("v1.0.0", "1\n"), ("v3.0.0", "3\n"), ("feature", "tip\n"), ("main", "tip\n")],
    )
    def test_ref(self, ref: str | None, content: str, three: Scene) -> None:
        done = three.scaffold("update", three.target, *(("--ref", ref) if ref else ()))
        assert done.code == 0, done
        assert three.text("a.md") == content
        assert three.scaffold("check", three.target).code == (1 if ref == "v1.0.0" else 0)

    def test_older_and_back(self, three: Scene) -> None:
        tree = read_tree(three.target)
        assert three.scaffold("update", three.target, "--ref", "v1.0.0").code == 0
        assert three.scaffold("update", three.target, "--ref", "v2.0.0").code == 0
        assert read_tree(three.target) == tree

    def test_a_commit_between_releases(self, three: Scene) -> None:
        commit = git(three.template.folder, "rev-parse", "HEAD")
        for ref in (commit, commit[:8]):
            assert three.scaffold("update", three.target, "--ref", ref).code == 0
            assert three.text("a.md") == "tip\n"
            recorded = yaml.safe_load(three.text(ANSWERS))["_commit"]
            assert recorded.startswith("v3.0.0-1-g")
        # The newest release is behind it: nothing to go to.
        assert three.scaffold("check", three.target).code == 0
        assert three.scaffold("update", three.target).code == 0
        assert three.text("a.md") == "tip\n"

    def test_an_unknown_version(self, three: Scene) -> None:
        done = three.scaffold("update", three.target, "--ref", "v9")
        assert done.code == 2
        assert "v3.0.0" in done.err

    def test_prereleases_are_passed_over(self, three: Scene) -> None:
        three.template.release("v4.0.0rc1", {"a.md": "rc\n"})
        assert three.scaffold("update", three.target).code == 0
        assert three.text("a.md") == "3\n"
        assert three.scaffold("update", three.target, "--ref", "v4.0.0rc1").code == 0
        assert three.text("a.md") == "rc\n"

    def test_a_template_without_tags(self, scene: Scene) -> None:
        scene.template.release(None, {"a.md": "1\n"})
        assert scene.scaffold("init", scene.target, "-t", scene.template).code == 0
        assert scene.scaffold("check", scene.target).code == 0
        scene.template.release(None, {"a.md": "2\n"})
        assert scene.scaffold("check", scene.target, "--refresh").code == 1
        assert scene.scaffold("update", scene.target).code == 0
        assert scene.text("a.md") == "2\n"
        assert scene.scaffold("check", scene.target, "--refresh").code == 0
        # A first tag on the same commit is that commit.
        git(scene.template.folder, "tag", "v1.0.0")
        assert scene.scaffold("update", scene.target).code == 0
        assert scene.scaffold("check", scene.target, "--refresh").code == 0


class TestMoveToAnotherTemplate:
    """`update -t`."""

    def test_from_the_bundled_template_to_an_own_one(self, scaffold: Run, template: Template, repo: Path) -> None:
        assert scaffold("init", repo, "-d", "title_prefix=[OPS] ").code == 0
        seed = (repo / ".github/ISSUE_TEMPLATE/infrastructure.md").read_text()
        write_tree(repo, {".github/ISSUE_TEMPLATE/infrastructure.md": seed + "\nmine\n"})
        template.release(
            "v1",
            {
                "copier.yml": "title_prefix: none\nteam: core\n",
                "{{ _copier_conf.answers_file }}.jinja": Template.ANSWERS_SOURCE,
                "team.md.jinja": "{{ title_prefix }}{{ team }}\n",
            },
        )
        done = scaffold("update", repo, "-t", template)
        assert done.code == 0, done
        tree = read_tree(repo)
        assert tree["team.md"] == b"[OPS] core\n"
        assert ".github/ISSUE_TEMPLATE/infrastructure.yml" not in tree
        # Edited, so it stays and is reported.
        assert tree[".github/ISSUE_TEMPLATE/infrastructure.md"].endswith(b"\nmine\n")
        answers = yaml.safe_load(tree[ANSWERS])
        commit = git(template.folder, "rev-parse", "v1")
        assert answers == {
            "_commit": "v1", "_commit_id": commit, "_src_path": str(template), "team": "core", "title_prefix": "[OPS] ",
        }  # fmt: skip
        assert scaffold("check", repo).code in {0, 1}
        assert scaffold("update", repo).code == 0

    def test_the_same_template_is_no_move(self, scene: Scene) -> None:
        scene.template.release("v1", {"a.md": "a\n"})
        scene.scaffold("init", scene.target, "-t", scene.template)
        before = read_tree(scene.target)
        assert scene.scaffold("update", scene.target, "-t", scene.template).code == 0
        assert read_tree(scene.target) == before

    def test_a_moved_repository(self, scene: Scene, tmp_path: Path) -> None:
        """The template's folder is gone; its new place is given."""
        scene.template.release("v1", {"a.md": "a\n"})
        scene.scaffold("init", scene.target, "-t", scene.template)
        scene.template.release("v2", {"a.md": "b\n"})
        scene.template.folder.rename(tmp_path / "moved")
        gone = scene.scaffold("update", scene.target)
        assert gone.code == 3
        assert "does not exist" in gone.err
        done = scene.scaffold("update", scene.target, "-t", tmp_path / "moved")
        assert done.code == 0
        assert scene.text("a.md") == "b\n"


def test_the_bundled_template_from_the_first_version_to_the_newest(scaffold: Run, repo: Path) -> None:
    assert scaffold("init", repo, "--ref", "v1.0.0").code == 0
    commit_all(repo)
    path = repo / ".github/ISSUE_TEMPLATE/infrastructure.md"
    path.write_text(path.read_text().rstrip("\n") + "\n\n## Ours\n\nmine\n")
    assert scaffold("check", repo, "--fail-on", "outdated").code == 1
    done = scaffold("update", repo)
    assert done.code == 0, done
    assert path.read_text().endswith("## Ours\n\nmine\n")
    assert scaffold("check", repo, "--fail-on", "outdated,missing,conflict,invalid").code == 0


def test_a_target_outside_of_git(scaffold: Run, template: Template, tmp_path: Path) -> None:
    scene = Scene(scaffold, template, tmp_path / "plain")
    done = scene.play({"a.md": BASE, "b.md": BASE}, {"a.md": "mine\n"}, {"a.md": "theirs\n", "b.md": "b\n"})
    assert done.code == 1
    assert "<<<<<<< yours" in scene.text("a.md")
    assert scene.text("b.md") == "b\n"


def test_a_linked_worktree_and_a_subfolder_target(
    scaffold: Run, template: Template, repo: Path, tmp_path: Path
) -> None:
    template.release("v1", {"a.md": BASE})
    write_tree(repo, {"x": "x"})
    commit_all(repo)
    tree = tmp_path / "tree"
    git(repo, "worktree", "add", "--quiet", str(tree))
    assert scaffold("init", tree, "-t", template).code == 0
    commit_all(tree)
    write_tree(tree, {"a.md": "mine\n"})
    template.release("v2", {"a.md": "theirs\n"})
    assert scaffold("update", tree).code == 1
    assert git(tree, "ls-files", "--unmerged").count("a.md") == 3
    # An initialised folder that came to lie in a repository is followed where it is.
    sub = repo / "packages" / "tree"
    shutil.copytree(tree, sub, ignore=shutil.ignore_patterns(".git"))
    write_tree(sub, {"a.md": "resolved\n"})
    template.release("v3", {"a.md": "theirs 3\n"})
    assert scaffold("update", sub).code == 1
    assert git(repo, "ls-files", "--unmerged").count("packages/tree/a.md") == 3
