"""Other people's Copier templates: what works as in Copier, what goes both ways with it, what is refused and how."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import copier
import pytest
import yaml
from tests.conftest import ANSWERS, Run, Template, commit_all, git, read_tree, write_tree

COPIER = Path(sys.executable).parent / "copier"


BASE = "one\n\ntwo\n\nthree\n"


def copier_update(target: Path, answers: str) -> None:
    """Run plain `copier update`."""
    subprocess.run([COPIER, "update", "--defaults", "-a", answers], cwd=target, check=True, capture_output=True)


class TestBothWays:
    """A repository goes to and fro between this command and plain Copier."""

    @pytest.fixture
    def growing(self, template: Template) -> Template:
        return template.release(
            "v1.0.0", {"copier.yml": "word: {type: str, default: hi}\n", "a.md.jinja": f"{{{{ word }}}}\n{BASE}"}
        )

    def test_made_by_copier_updated_here(self, growing: Template, scaffold: Run, repo: Path) -> None:
        copier.run_copy(
            str(growing), repo, data={"word": "yo"}, defaults=True, quiet=True, answers_file=".copier-answers.yml"
        )
        commit_all(repo)
        write_tree(repo, {"a.md": (repo / "a.md").read_text().replace("three", "THREE")})
        growing.release(
            "v2.0.0", {"copier.yml": "word: hi\nmore: {type: str, default: m}\n", "b.md.jinja": "{{ more }}\n"}
        )
        missing = scaffold("update", repo)
        assert missing.code == 2
        assert "-a .copier-answers.yml" in missing.err
        assert scaffold("check", repo, "-a", ".copier-answers.yml").code == 1
        done = scaffold("update", repo, "-a", ".copier-answers.yml")
        assert done.code == 0, done
        tree = read_tree(repo)
        assert tree["a.md"] == b"yo\none\n\ntwo\n\nTHREE\n"
        assert tree["b.md"] == b"m\n"
        assert ANSWERS not in tree
        assert yaml.safe_load(tree[".copier-answers.yml"]) == {
            "_commit": "v2.0.0", "_commit_id": git(growing.folder, "rev-parse", "v2.0.0"), "_src_path": str(growing),
            "more": "m", "word": "yo",
        }  # fmt: skip
        assert scaffold("check", repo, "-a", ".copier-answers.yml", "--fail-on", "outdated,missing").code == 0

    def test_made_here_updated_by_copier(self, growing: Template, scaffold: Run, repo: Path) -> None:
        assert scaffold("init", repo, "-t", growing, "-d", "word=yo").code == 0
        commit_all(repo)
        write_tree(repo, {"a.md": (repo / "a.md").read_text().replace("three", "THREE")})
        commit_all(repo)
        growing.release("v2.0.0", {"a.md.jinja": f"{{{{ word }}}}!\n{BASE}"})
        copier_update(repo, ANSWERS)
        assert (repo / "a.md").read_text() == "yo!\none\n\ntwo\n\nTHREE\n"
        # Copier doesn't know of the remembered commit, and drops it with the version that it belonged to.
        assert yaml.safe_load((repo / ANSWERS).read_text()).keys() == {"_commit", "_src_path", "word"}
        commit_all(repo)
        growing.release("v3.0.0", {"c.md": "c\n"})
        assert scaffold("update", repo).code == 0
        assert (repo / "a.md").read_text() == "yo!\none\n\ntwo\n\nTHREE\n"
        assert (repo / "c.md").read_text() == "c\n"
        assert scaffold("check", repo, "--fail-on", "outdated,missing").code == 0

    def test_untouched_copies_are_the_same(self, growing: Template, scaffold: Run, tmp_path: Path) -> None:
        copier.run_copy(str(growing), tmp_path / "x/same", defaults=True, quiet=True, answers_file=ANSWERS)
        assert scaffold("init", tmp_path / "y/same", "-t", growing).code == 0
        ours, copiers = read_tree(tmp_path / "y/same"), read_tree(tmp_path / "x/same")
        commit = git(growing.folder, "rev-parse", "HEAD")
        assert ours.pop(ANSWERS).replace(f'_commit_id: "{commit}"\n'.encode(), b"") == copiers.pop(ANSWERS)
        assert ours == copiers
        assert scaffold("check", tmp_path / "x/same").code == 0

    def test_a_relative_source_that_copier_recorded(self, growing: Template, scaffold: Run, repo: Path) -> None:
        copier.run_copy(str(growing), repo, defaults=True, quiet=True, answers_file=ANSWERS)
        relative = os.path.relpath(growing.folder, repo)
        write_tree(repo, {ANSWERS: (repo / ANSWERS).read_text().replace(str(growing.folder), relative)})
        refused = scaffold("check", repo)
        assert refused.code == 2
        assert f"scaffold update -t {growing.folder}" in refused.err
        growing.release("v2.0.0", {"b.md": "b\n"})
        assert scaffold("update", repo).code == 2
        assert scaffold("update", repo, "-t", growing).code == 0
        assert (repo / "b.md").is_file()
        # From here on the record means the same wherever it is read.
        assert yaml.safe_load((repo / ANSWERS).read_text())["_src_path"] == str(growing.folder)
        assert scaffold("check", repo).code == 0

    def test_the_bundled_template_by_copier(self, scaffold: Run, repo: Path) -> None:
        assert scaffold("init", repo).code == 0
        answers = yaml.safe_load((repo / ANSWERS).read_text())
        assert answers["_src_path"].endswith(".invalid/template.git")


FEATURES: Mapping[str, tuple[Mapping[str, str | bytes | None], Mapping[str, str]]] = {
    "_subdirectory": (
        {
            "copier.yml": "_subdirectory: src\n",
            "src/{{ _copier_conf.answers_file }}.jinja": Template.ANSWERS_SOURCE,
            "src/in.md": "in\n",
            "out.md": "out\n",
        },
        {"in.md": "in\n"},
    ),
    "_exclude": (
        {"copier.yml": "_exclude: ['*.txt', copier.yml, .git]\n", "a.txt": "a\n", "a.md": "a\n"},
        {"a.md": "a\n"},
    ),
    # Copier's own list of what it leaves out is replaced, `.git` with it; nothing of git's is there to be rendered.
    "_exclude without .git": (
        {"copier.yml": "_exclude: ['*.txt', copier.yml]\n", "a.txt": "a\n", "a.md": "a\n", ".gitignore": "x\n"},
        {"a.md": "a\n", ".gitignore": "x\n"},
    ),
    "_envops": (
        {
            "copier.yml": "q: x\n_envops: {variable_start_string: '[[', variable_end_string: ']]'}\n",
            "{{ _copier_conf.answers_file }}.jinja": None,
            "[[ _copier_conf.answers_file ]].jinja": "[[ _copier_answers|to_nice_yaml ]]",
            "a.md.jinja": "[[ q ]] {{ q }}\n",
        },
        {"a.md": "x {{ q }}\n"},
    ),
    "_templates_suffix": (
        {
            "copier.yml": "q: x\n_templates_suffix: .tmpl\n",
            "{{ _copier_conf.answers_file }}.jinja": None,
            "{{ _copier_conf.answers_file }}.tmpl": Template.ANSWERS_SOURCE,
            "a.md.tmpl": "{{ q }}\n",
            "b.jinja": "{{ q }}\n",
        },
        {"a.md": "x\n", "b.jinja": "{{ q }}\n"},
    ),
    "!include": (
        {"copier.yml": "!include parts/*.yml\n---\nq: x\n", "parts/more.yml": "r: y\n",
         "a.md.jinja": "{{ q }}{{ r }}\n",
         "{% if false %}parts{% endif %}/x": ""},
        {"a.md": "xy\n", "parts/more.yml": "r: y\n"},
    ),
    "_folder_name": (
        {"copier.yml": "name: {type: str, default: '{{ _folder_name }}'}\n",
         "a.md.jinja": "{{ name }} {{ _folder_name }}\n"},
        {"a.md": "repo repo\n"},
    ),
    "copier.yaml": (
        {"copier.yml": None, "copier.yaml": "q: x\n", "a.md.jinja": "{{ q }}\n"},
        {"a.md": "x\n"},
    ),
    "no config": (
        {"copier.yml": None, "a.md": "a\n"},
        {"a.md": "a\n"},
    ),
    "conditional names": (
        {"copier.yml": "q: x\n", "{% if q == 'x' %}yes.md{% endif %}": "y\n",
         "{% if q != 'x' %}no.md{% endif %}": "n\n"},
        {"yes.md": "y\n"},
    ),
    "yield": (
        {
            "copier.yml": "names: {type: yaml, default: [a, b]}\n",
            "{% yield name from names %}{{ name }}{% endyield %}.md.jinja": "{{ name }}\n",
        },
        {"a.md": "a\n", "b.md": "b\n"},
    ),
    "odd names": (
        {"ünï cödé 🔧.md": "u\n", "with space.md": "s\n", "-dash": "d\n", "quote'\".md": "q\n"},
        {"ünï cödé 🔧.md": "u\n", "with space.md": "s\n", "-dash": "d\n", "quote'\".md": "q\n"},
    ),
    "own extra file": (
        {"copier.yml": "_answers_file: .copier-answers.scaffold.yml\n", "a.md": "a\n"},
        {"a.md": "a\n"},
    ),
    "_message_after_copy": (
        {"copier.yml": "_message_after_copy: done!\n_message_before_copy: hi\n", "a.md": "a\n"},
        {"a.md": "a\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("feature", FEATURES)
def test_what_copier_can_do(feature: str, template: Template, scaffold: Run, repo: Path) -> None:
    files, wanted = FEATURES[feature]
    template.release("v1.0.0", files)
    done = scaffold("init", repo, "-t", template)
    assert done.code == 0, done
    tree = {path: content.decode() for path, content in read_tree(repo).items()}
    answers = yaml.safe_load(tree.pop(ANSWERS))
    assert tree == wanted
    assert (answers["_commit"], answers["_src_path"]) == ("v1.0.0", str(template))
    assert scaffold("check", repo).code == 0
    where = "src/" if feature == "_subdirectory" else ""
    template.release("v2.0.0", {f"{where}more.md": "m\n"})
    assert scaffold("update", repo).code == 0
    assert {path: content.decode() for path, content in read_tree(repo).items() if path != ANSWERS} == {
        **wanted, "more.md": "m\n",
    }  # fmt: skip
    assert scaffold("check", repo).code == 0


def test_the_folders_name_is_part_of_the_render(template: Template, scaffold: Run, tmp_path: Path) -> None:
    """Two targets share a cache; each gets its own name."""
    template.release("v1", {"a.md.jinja": "{{ _copier_conf.dst_path.name }}\n"})
    for name in ("one", "two"):
        assert scaffold("init", tmp_path / name, "-t", template).code == 0
        assert (tmp_path / name / "a.md").read_text() == f"{name}\n"
    assert scaffold("check", tmp_path / "one", tmp_path / "two").code == 0


def test_skip_if_exists_means_what_it_means_in_copier(template: Template, scaffold: Run, repo: Path) -> None:
    template.release(
        "v1", {"copier.yml": "_skip_if_exists: ['*.once']\n", "a.once": "1\n", "b.once": "1\n", "c.md": "1\n"}
    )
    write_tree(repo, {"a.once": "mine\n"})
    done = scaffold("init", repo, "-t", template)
    assert done.code == 0, done
    assert (repo / "a.once").read_text() == "mine\n"
    assert (repo / "b.once").read_text() == "1\n"
    template.release("v2", {"a.once": "2\n", "b.once": "2\n", "c.md": "2\n"})
    assert scaffold("update", repo).code == 0
    assert {path: content for path, content in read_tree(repo).items() if path != ANSWERS} == {
        "a.once": b"mine\n", "b.once": b"1\n", "c.md": b"2\n",
    }  # fmt: skip
    (repo / "b.once").unlink()
    assert scaffold("update", repo).code == 0
    assert (repo / "b.once").read_text() == "2\n"
    assert scaffold("check", repo).code == 0


def test_a_template_with_its_own_answers_file(template: Template, scaffold: Run, repo: Path) -> None:
    files = {
        "{{ _copier_conf.answers_file }}.jinja": None,
        ".copier-answers.own.yml.jinja": Template.ANSWERS_SOURCE,
        "a.md": "a\n",
    }
    template.release("v1", files)
    refused = scaffold("init", repo, "-t", template)
    assert refused.code == 2
    assert "-a .copier-answers.own.yml" in refused.err
    assert read_tree(repo) == {}
    own = ("-a", ".copier-answers.own.yml")
    assert scaffold("init", repo, "-t", template, *own).code == 0
    assert scaffold("check", repo, *own).code == 0
    template.release("v2", {"a.md": "b\n"})
    assert scaffold("update", repo, *own).code == 0
    assert (repo / "a.md").read_text() == "b\n"


def test_a_bare_repository_a_worktree_and_a_bundle(template: Template, scaffold: Run, tmp_path: Path) -> None:
    template.release("v1.0.0", {"a.md": "a\n"})
    git(tmp_path, "clone", "--quiet", "--bare", str(template), "bare.git")
    git(template.folder, "worktree", "add", "--quiet", str(tmp_path / "tree"))
    git(template.folder, "bundle", "create", "--quiet", str(tmp_path / "t.bundle"), "--all")
    git(tmp_path, "clone", "--quiet", str(template), "clone")
    for number, name in enumerate(("bare.git", "tree", "t.bundle", "clone")):
        done = scaffold("init", tmp_path / f"x{number}", "-t", tmp_path / name)
        assert done.code == 0, (name, done)
        assert (tmp_path / f"x{number}/a.md").is_file()
        assert scaffold("check", tmp_path / f"x{number}").code == 0
    url = scaffold("init", tmp_path / "y", "-t", f"file://{template.folder}")
    assert url.code == 0
    assert yaml.safe_load((tmp_path / "y" / ANSWERS).read_text())["_src_path"] == str(template)


def test_a_source_relative_to_the_working_directory(
    template: Template, scaffold: Run, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template.release("v1", {"a.md": "a\n"})
    monkeypatch.chdir(template.folder.parent)
    assert scaffold("init", repo, "-t", "template").code == 0
    assert yaml.safe_load((repo / ANSWERS).read_text())["_src_path"] == str(template)
    monkeypatch.chdir("/")
    assert scaffold("check", repo).code == 0


def test_a_tag_that_moved_is_noticed(template: Template, scaffold: Run, repo: Path) -> None:
    template.release("v1", {"a.md": "a\n"})
    assert scaffold("init", repo, "-t", template).code == 0
    template.release(None, {"a.md": "b\n"})
    git(template.folder, "tag", "--force", "v1")
    done = scaffold("update", repo)
    assert done.code in {0, 3}
    assert "error: unexpected" not in done.err


def test_a_template_file_that_speaks_of_conflict_markers(template: Template, scaffold: Run, repo: Path) -> None:
    """A guide on merging shows the markers; that is no conflict, whatever the user adds to it."""
    guide = "# Conflicts\n\n<<<<<<< yours\na\n=======\nb\n>>>>>>> theirs\n\nend\n"
    template.release("v1", {"guide.md": guide})
    assert scaffold("init", repo, "-t", template).code == 0
    assert scaffold("check", repo).code == 0
    template.release("v2", {"guide.md": guide + "more\n"})
    assert scaffold("update", repo).code == 0
    write_tree(repo, {"guide.md": "mine\n" + guide + "more\n"})
    template.release("v3", {"guide.md": guide + "more\nand more\n"})
    done = scaffold("update", repo)
    assert done.code == 0, done
    assert (repo / "guide.md").read_text() == "mine\n" + guide + "more\nand more\n"


def test_the_users_git_settings_do_not_matter(
    template: Template, scaffold: Run, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = (
        "[core]\n\tautocrlf = true\n\tquotepath = true\n[merge]\n\tconflictStyle = zdiff3\n"
        "[init]\n\tdefaultBranch = x\n"
        "[diff]\n\tnoprefix = true\n[color]\n\tui = always\n[user]\n\tuseConfigOnly = true\n[fetch]\n\tprune = true\n"
        "[status]\n\tshowUntrackedFiles = no\n[tag]\n\tgpgSign = true\n[commit]\n\tgpgSign = true\n"
    )
    write_tree(tmp_path, {"gitconfig": config})
    template.release("v1", {"a.md": BASE, "ü.md": "u\n"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert scaffold("init", repo, "-t", template).code == 0
    write_tree(repo, {"a.md": "mine\n", "ü.md": "mine\n"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    template.release("v2", {"a.md": "theirs\n", "ü.md": "theirs\n"})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    assert scaffold("update", repo).code == 1
    assert scaffold("check", repo, "--format", "json").out.count('"conflict"') == 2
    assert git(repo, "-c", "core.quotepath=false", "ls-files", "--unmerged").count("ü.md") == 3


def test_inside_of_a_git_hook(
    template: Template, scaffold: Run, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git runs hooks with variables that point at the repository; templates are read from theirs all the same."""
    template.release("v1", {"a.md": "a\n"})
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    assert scaffold("init", repo, "-t", template).code == 0
    assert (repo / "a.md").is_file()
    assert scaffold("check", repo).code == 0
