"""`scaffold init`: where it installs, what it refuses, and what it does with files that are there already."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.conftest import ANSWERS, Run, Template, git, read_tree, write_tree

from issue_scaffold.forge.layout import is_labels_config
from issue_scaffold.label_sync.choice import find_config

COMMAND = Path(sys.executable).parent / "scaffold"


MANAGED = {
    ANSWERS,
    ".github/ISSUE_TEMPLATE/infrastructure.md",
    ".github/ISSUE_TEMPLATE/infrastructure.yml",
    ".github/labels.yml",
}


@pytest.mark.parametrize("place", ["empty", "repository", "missing", "missing/below", "filled"])
def test_installs_the_bundled_template_anywhere(place: str, scaffold: Run, tmp_path: Path) -> None:
    target = tmp_path / place
    if not place.startswith("missing"):
        target.mkdir()
    if place == "repository":
        git(target, "init", "--quiet")
    if place == "filled":
        write_tree(target, {"README.md": "mine\n", ".github/CODEOWNERS": "* @me\n"})
    done = scaffold("init", target)
    assert done.code == 0, done
    assert read_tree(target).keys() - {"README.md", ".github/CODEOWNERS"} == MANAGED
    assert all(path in done.out for path in MANAGED)
    assert "scaffold check" in done.out
    assert scaffold("check", target).code == 0
    assert not (target / ".scaffold-staging").exists()


def test_target_defaults_to_the_working_directory(scaffold: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo)
    done = scaffold("init")
    assert done.code == 0
    assert read_tree(repo).keys() == MANAGED
    assert scaffold("check").code == 0


def test_the_installed_command_needs_no_terminal_and_no_network(repo: Path) -> None:
    done = subprocess.run(
        [COMMAND, "init"], cwd=repo, stdin=subprocess.PIPE, capture_output=True, text=True, check=True
    )
    assert "Installed template v" in done.stdout
    assert read_tree(repo).keys() == MANAGED
    again = subprocess.run([COMMAND, "check"], cwd=repo, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stderr) == (0, "")


def test_in_a_subfolder_of_a_repository_init_names_the_root_that_the_forge_reads(scaffold: Run, repo: Path) -> None:
    (repo / "sub").mkdir()
    for place in (repo / "sub", repo / "new"):
        refused = scaffold("init", place)
        assert refused.code == 2
        assert f"lies in the repository {repo}" in refused.err
        assert "--here" in refused.err
        assert read_tree(repo) == {}
    scaffold("init", repo)
    assert f"scaffold update {os.path.relpath(repo)};" in scaffold("init", repo / "sub").err
    assert scaffold("undo", repo).code == 0
    done = scaffold("init", repo / "sub", "--here")
    assert done.code == 0
    assert f"GitHub reads issue templates only at a repository's root, which is {repo}" in done.err
    assert read_tree(repo / "sub").keys() == MANAGED
    assert scaffold("check", repo / "sub").code == 0


def test_an_initialised_target_is_refused(scaffold: Run, repo: Path) -> None:
    scaffold("init", repo)
    before = read_tree(repo)
    done = scaffold("init", repo)
    assert done.code == 2
    assert "already initialised" in done.err
    assert "scaffold update" in done.err
    assert read_tree(repo) == before


def test_a_file_as_target_is_refused(scaffold: Run, tmp_path: Path) -> None:
    write_tree(tmp_path, {"file": "x"})
    for command in ("init", "update", "check"):
        done = scaffold(command, tmp_path / "file")
        assert done.code == 2
        assert "is not a folder" in done.err
    below = scaffold("init", tmp_path / "file" / "below")
    assert below.code in {2, 3}
    assert "error: unexpected" not in below.err
    assert read_tree(tmp_path) == {"file": b"x"}


class TestExistingFiles:
    """Files that are there before the template."""

    MINE = "top\n\nmine\n\nend\n"
    THEIRS = "top\n\ntheirs\n\nend\n"

    @pytest.fixture
    def taken(self, template: Template, repo: Path) -> Path:
        template.release("v1.0.0", {"a.md": self.THEIRS, "b.md": "b\n", "c.md": "c\n"})
        write_tree(repo, {"a.md": self.MINE, "b.md": "other\n", "c.md": "c\n"})
        return repo

    def test_abort_lists_all_and_writes_nothing(self, scaffold: Run, template: Template, taken: Path) -> None:
        before = read_tree(taken)
        for options in ((), ("--on-conflict", "abort")):
            done = scaffold("init", taken, "-t", template, *options)
            assert done.code == 1
            assert "  a.md\n" in done.err
            assert "  b.md\n" in done.err
            assert "c.md" not in done.err
            assert "--on-conflict keep|replace|merge" in done.err
            assert read_tree(taken) == before

    def test_keep(self, scaffold: Run, template: Template, taken: Path) -> None:
        done = scaffold("init", taken, "-t", template, "--on-conflict", "keep")
        assert done.code == 0
        assert (taken / "a.md").read_text() == self.MINE
        assert (taken / "b.md").read_text() == "other\n"
        assert (taken / ANSWERS).is_file()
        checked = scaffold("check", taken)
        assert checked.code == 0
        assert checked.out.count("deviates on purpose: was here before scaffold [accepted]") == 2
        # What was kept stays kept: an update that changes nothing in the template changes nothing here.
        assert scaffold("update", taken).code == 0
        assert (taken / "a.md").read_text() == self.MINE

    def test_replace(self, scaffold: Run, template: Template, taken: Path) -> None:
        assert scaffold("init", taken, "-t", template, "--on-conflict", "replace").code == 0
        assert (taken / "a.md").read_text() == self.THEIRS
        assert scaffold("check", taken).code == 0

    def test_merge_marks_what_differs(self, scaffold: Run, template: Template, taken: Path) -> None:
        done = scaffold("init", taken, "-t", template, "--on-conflict", "merge")
        assert done.code == 1
        text = (taken / "a.md").read_text()
        assert text.startswith("top\n\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> template v1.0.0\n")
        assert git(taken, "diff", "--name-only", "--diff-filter=U").splitlines() == ["a.md", "b.md"]
        assert "resolve" in done.out

    def test_merge_adds_to_a_superset_without_a_conflict(self, scaffold: Run, template: Template, repo: Path) -> None:
        template.release("v1.0.0", {"a.md": "one\ntwo\n"})
        write_tree(repo, {"a.md": "one\ntwo\nthree\n"})
        done = scaffold("init", repo, "-t", template, "--on-conflict", "merge")
        assert done.code == 0
        assert (repo / "a.md").read_text() == "one\ntwo\nthree\n"

    def test_dry_run_and_json_say_the_same_and_write_nothing(
        self, scaffold: Run, template: Template, taken: Path
    ) -> None:
        before = read_tree(taken)
        for choice, code in (("abort", 1), ("keep", 0), ("replace", 0), ("merge", 1)):
            done = scaffold("init", taken, "-t", template, "--dry-run", "--on-conflict", choice, "--format", "json")
            assert done.code == code
            document = json.loads(done.out)
            assert (document["schema"], document["exit_code"]) == ("scaffold.init/1", code)
            assert {row["path"] for row in document["targets"][0]["files"]} >= {"a.md", "b.md", "c.md"}
            assert read_tree(taken) == before

    def test_ask_needs_a_terminal(self, scaffold: Run, template: Template, taken: Path) -> None:
        done = scaffold("init", taken, "-t", template, "--on-conflict", "ask")
        assert done.code == 2
        assert "needs a terminal" in done.err

    def test_identical_files_are_adopted_silently(self, scaffold: Run, template: Template, repo: Path) -> None:
        template.release("v1.0.0", {"a.md": self.THEIRS})
        write_tree(repo, {"a.md": self.THEIRS.replace("\n", "\r\n")})
        done = scaffold("init", repo, "-t", template)
        assert done.code == 0
        assert "a.md" not in done.out + done.err
        assert (repo / "a.md").read_bytes().count(b"\r\n") == 5
        assert scaffold("check", repo).code == 0

    def test_a_folder_where_a_file_belongs(self, scaffold: Run, template: Template, repo: Path) -> None:
        template.release("v1.0.0", {"a.md": "x\n"})
        write_tree(repo, {"a.md/inner": "x"})
        done = scaffold("init", repo, "-t", template)
        assert done.code == 3
        assert "a.md is in the way" in done.err
        assert read_tree(repo) == {"a.md/inner": b"x"}

    def test_a_file_where_a_folder_belongs(self, scaffold: Run, repo: Path) -> None:
        write_tree(repo, {".github": "x"})
        done = scaffold("init", repo)
        assert done.code == 3
        assert "is in the way" in done.err
        assert read_tree(repo) == {".github": b"x"}

    def test_a_name_that_differs_only_by_case(self, scaffold: Run, template: Template, repo: Path) -> None:
        template.release("v1.0.0", {"docs/GUIDE.md": "x\n"})
        write_tree(repo, {"Docs/guide.md": "mine"})
        done = scaffold("init", repo, "-t", template)
        assert done.code == 1
        assert "differs only by case" in done.err
        assert read_tree(repo) == {"Docs/guide.md": b"mine"}


def test_it_says_when_the_owners_default_templates_get_hidden(scaffold: Run, tmp_path: Path) -> None:
    first = scaffold("init", tmp_path / "first")
    assert "now hides the default issue templates" in first.err
    write_tree(tmp_path, {"second/.github/ISSUE_TEMPLATE/other.md": "---\nname: O\nabout: o\n---\n"})
    second = scaffold("init", tmp_path / "second")
    assert second.code == 0
    assert "hides" not in second.err


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (".github/labels.yml", "# mine\n- name: Bug\n  color: 'ff0000'  # red\n"),
        (".github/labels.yaml", "- {name: mine, color: ff0000}\n"),
        (".github/labels.json", '[\n  {"name": "mine", "color": "ff0000"}\n]\n'),
        (".github/settings.yml", "repository:\n  private: true\nlabels:\n  - name: mine\n    color: ff0000\n"),
    ],
)
def test_an_existing_labels_config_is_adopted(path: str, content: str, scaffold: Run, repo: Path) -> None:
    write_tree(repo, {path: content})
    done = scaffold("init", repo)
    assert done.code == 0, done
    tree = read_tree(repo)
    assert {name for name in tree if "labels" in name or "settings" in name} == {path}
    text = tree[path].decode()
    assert "infrastructure" in text
    assert all(line in text for line in content.splitlines()[:2])
    assert yaml.safe_load(tree[ANSWERS])["labels_config"] == path
    assert scaffold("check", repo).code == 0
    assert scaffold("update", repo).code == 0
    assert read_tree(repo) == tree


OWN_LABELS = {
    "labels.yml": "- name: mine\n  color: ff0000\n",
    ".github/label-sync.yml": "- name: mine\n  color: ff0000\n",
    ".github/labels/base.yml": "- name: mine\n  color: ff0000\n",
    ".gitea/labels.yaml": "- name: mine\n  color: ff0000\n",
    ".github/labels.toml": '[mine]\ncolor = "ff0000"\n',
}


@pytest.mark.parametrize("path", OWN_LABELS)
def test_no_second_labels_config_is_written_beside_one_that_the_question_does_not_offer(
    path: str, scaffold: Run, repo: Path
) -> None:
    write_tree(repo, {path: OWN_LABELS[path]})
    done = scaffold("init", repo)
    assert done.code == 0, done
    tree = read_tree(repo)
    assert {name for name in tree if "label" in name} == {path}
    text = tree[path].decode()
    assert text.startswith(OWN_LABELS[path])
    assert f"your labels are in {path}" in done.out
    added = "[infrastructure]\n" if path.endswith(".toml") else "- name: infrastructure\n"
    assert added in text
    assert scaffold("check", repo).code == 0
    assert find_config(repo) == path
    assert scaffold("update", repo).code == 0
    assert read_tree(repo) == tree


@pytest.mark.parametrize("content", [b"- name: b\xfcg\n", b"- name: 'bug\n", b""])
def test_an_own_labels_config_that_cannot_be_edited_is_left(content: bytes, scaffold: Run, repo: Path) -> None:
    (repo / "labels.yml").write_bytes(content)
    done = scaffold("init", repo)
    assert done.code == 0, done
    assert (repo / "labels.yml").read_bytes() == content or not content
    assert not (repo / ".github/labels.yml").exists()


def test_of_several_own_labels_configs_none_is_touched(scaffold: Run, repo: Path) -> None:
    own = {name: OWN_LABELS[name] for name in ("labels.yml", ".github/labels/base.yml")}
    write_tree(repo, own)
    done = scaffold("init", repo)
    assert done.code == 0, done
    assert ".github/labels/base.yml, labels.yml: left as it is" in done.out
    tree = read_tree(repo)
    assert {name: tree[name].decode() for name in tree if "label" in name} == own


def test_a_labels_config_that_was_asked_for_is_written_beside_another(scaffold: Run, repo: Path) -> None:
    write_tree(repo, {"labels.yml": OWN_LABELS["labels.yml"]})
    assert scaffold("init", repo, "-d", "labels_config=.github/labels.yml").code == 0
    assert (repo / ".github/labels.yml").is_file()


@pytest.mark.parametrize("key", ["aliases", "from_name", "previously", "oldname", "old_name"])
def test_a_label_that_the_user_renamed_is_in_sync_and_stays_one(key: str, scaffold: Run, repo: Path) -> None:
    assert scaffold("init", repo).code == 0
    config = repo / ".github/labels.yml"
    text = config.read_text().replace("- name: infrastructure\n", f"- name: infra\n  {key}: infrastructure\n")
    text = text.replace("color:", "colour:")
    config.write_text(text)
    assert scaffold("validate", repo).code == 0
    done = scaffold("check", repo)
    assert done.code == 0, done
    assert scaffold("update", repo, "--force", "--restore", ".github/labels.yml").code == 0
    assert config.read_text() == text


def test_settings_without_labels_are_left_alone(scaffold: Run, repo: Path) -> None:
    write_tree(repo, {".github/settings.yml": "repository:\n  private: true\n"})
    assert scaffold("init", repo).code == 0
    assert (repo / ".github/labels.yml").is_file()
    assert (repo / ".github/settings.yml").read_text() == "repository:\n  private: true\n"


def test_dry_run_writes_nothing_and_shows_the_files(scaffold: Run, tmp_path: Path) -> None:
    done = scaffold("init", tmp_path / "new", "--dry-run", "--diff")
    assert done.code == 0
    assert "Would install template" in done.out
    assert "+++ b/.github/labels.yml" in done.out
    assert not (tmp_path / "new").exists()


def test_a_version_can_be_chosen(scaffold: Run, repo: Path) -> None:
    assert scaffold("init", repo, "--ref", "v1.0.0").code == 0
    assert yaml.safe_load((repo / ANSWERS).read_text())["_commit"] == "v1.0.0"
    unknown = scaffold("init", repo / "x", "--here", "--ref", "v9")
    assert unknown.code == 2


def test_an_unknown_version_is_refused(scaffold: Run, tmp_path: Path) -> None:
    for ref in ("v9.9.9", "--upload-pack=x", "HEAD~99", "no such\nthing"):
        done = scaffold("init", tmp_path / "x", f"--ref={ref}")
        assert done.code == 2
        assert "no version" in done.err
    assert not (tmp_path / "x").exists()


def test_two_templates_side_by_side(scaffold: Run, template: Template, repo: Path) -> None:
    template.release("v1", {"a.md": "a\n"})
    assert scaffold("init", repo).code == 0
    other = scaffold("init", repo, "-t", template, "-a", ".copier-answers.other.yml")
    assert other.code == 0
    assert (repo / ".copier-answers.other.yml").is_file()
    assert scaffold("check", repo).code == 0
    assert scaffold("check", repo, "-a", ".copier-answers.other.yml").code == 0


@pytest.mark.parametrize("answers", ["../out.yml", "/abs/out.yml", ".", "..", "a/../../b.yml"])
def test_an_answers_file_outside_of_the_target_is_refused(answers: str, scaffold: Run, repo: Path) -> None:
    for command in ("init", "update", "check"):
        done = scaffold(command, repo, "-a", answers)
        assert done.code == 2
        assert "not below the target" in done.err


def test_executables_links_and_binaries_are_carried(scaffold: Run, template: Template, repo: Path) -> None:
    write_tree(template.folder, {"copier.yml": "_preserve_symlinks: true\n", "run.sh": "#!/bin/sh\n", "sub/x.md": "x"})
    (template.folder / "run.sh").chmod(0o755)
    (template.folder / "link").symlink_to("sub/x.md")
    (template.folder / "folder").symlink_to("sub")
    template.release("v1", {"logo.png": bytes(range(256))})
    assert scaffold("init", repo, "-t", template).code == 0
    assert os.access(repo / "run.sh", os.X_OK)
    assert not os.access(repo / "sub/x.md", os.X_OK)
    assert (repo / "link").readlink() == Path("sub/x.md")
    assert (repo / "folder").readlink() == Path("sub")
    assert (repo / "logo.png").read_bytes() == bytes(range(256))
    assert scaffold("check", repo).code == 0
    (repo / "run.sh").chmod(0o644)
    (repo / "link").unlink()
    (repo / "link").symlink_to("run.sh")
    found = scaffold("check", repo)
    assert found.code == 1
    assert "is not executable" in found.out
    assert "a symlink to run.sh" in found.out
    assert scaffold("update", repo, "--restore", "--force").code == 0
    assert scaffold("check", repo).code == 0


ELSEWHERE = [f"{folder}/labels.yml" for folder in (".github/config", "lib", "config")] + [
    "label_sync/labels.yaml",
    "scripts/github/our-labels.json",
]


def labels_at(path: str) -> str:
    if path.endswith(".json"):
        return '[\n  {"name": "mine", "color": "ff0000"}\n]\n'
    if path.endswith(".toml"):
        return '[mine]\ncolor = "ff0000"\n'
    if path.startswith("label_sync"):
        return "default:\n  labels:\n    - name: mine\n      color: ff0000\n"
    return "- name: mine\n  color: ff0000\n"


@pytest.mark.parametrize("path", ELSEWHERE)
@pytest.mark.parametrize("named", [False, True], ids=["found", "named"])
def test_labels_that_lie_elsewhere_stay_the_one_config(path: str, named: bool, scaffold: Run, repo: Path) -> None:
    form = FORM_WITH_LABELS.format("[mine, theirs]")
    write_tree(repo, {path: labels_at(path), ".github/ISSUE_TEMPLATE/bug.yml": form})
    answer = ("-d", f"labels_config={path}") if named else ()
    done = scaffold("init", repo, *answer)
    assert done.code == 0, done
    tree = read_tree(repo)
    assert {name for name in tree if "label" in name} == {path}
    assert "infrastructure" in tree[path].decode()
    recorded = yaml.safe_load(tree[".github/scaffold.yml"]).get("labels_config")
    assert recorded == path or (recorded is None and is_labels_config(path)), "a usual place needs no record"
    assert find_config(repo) == path
    found = scaffold("validate", repo)
    assert "'theirs'" in found.out.replace("`", "'").replace('"', "'")
    assert f"is not in {path}" in found.out
    assert scaffold("check", repo).code == 0
    assert scaffold("update", repo).code == 0
    assert read_tree(repo) == tree
    (repo / path).write_text(labels_at(path).replace("ff0000", "ZZ0000"))
    assert "labels/color" in scaffold("validate", repo).out


MADE = ["tools/gh/our.yml", "tools/labels.yaml", "labels/all.json"]


@pytest.mark.parametrize("platform", ["github", "gitea"])
@pytest.mark.parametrize("path", MADE)
def test_a_labels_config_that_is_asked_for_is_made(path: str, platform: str, scaffold: Run, repo: Path) -> None:
    done = scaffold("init", repo, "-d", f"labels_config={path}", "-d", f"platform={platform}")
    assert done.code == 0, done
    tree = read_tree(repo)
    assert {name for name in tree if "label" in name or name == path} == {path}
    found = json.loads(tree[path]) if path.endswith("json") else yaml.safe_load(tree[path])
    assert "infrastructure" in {label["name"] for label in found}
    assert find_config(repo) == path
    for command in ("validate", "check", "update"):
        assert scaffold(command, repo).code == 0
    assert read_tree(repo) == tree


@pytest.mark.parametrize("path", ["../x.yml", "/etc/x.yml", "x.txt", "x.toml", ".git/x.yml", "", "a/../x.yml"])
def test_what_can_be_no_labels_config_is_refused(path: str, scaffold: Run, repo: Path) -> None:
    done = scaffold("init", repo, "-d", f"labels_config={path}")
    assert (done.code, "is no labels config that could be made" in done.err) == (2, True)
    assert read_tree(repo) == {}


def test_no_second_labels_config_is_made_beside_one_that_is_there(scaffold: Run, repo: Path) -> None:
    write_tree(repo, {".github/labels.yml": labels_at(".yml")})
    done = scaffold("init", repo, "-d", "labels_config=lib/labels.yml")
    assert (done.code, "git mv .github/labels.yml lib/labels.yml" in done.err) == (2, True)


def test_an_update_follows_the_labels_config_wherever_it_is(scaffold: Run, repo: Path) -> None:
    first, second = "tools/gh/labels.yml", "other/list.yml"
    write_tree(repo, {first: labels_at(first)})
    assert scaffold("init", repo, "--ref", "v1.0.0", "-d", f"labels_config={first}").code == 0
    before = read_tree(repo)[first].decode()
    (repo / first).write_text(before.replace("- name: task", "# ours\n- name: task").replace("1d76db", "000000"))
    assert scaffold("update", repo).code == 0
    text = read_tree(repo)[first].decode()
    assert "Build, release and operation of the software" in text, "what the template changed"
    assert all(word in text for word in ("# ours", "000000", "name: mine")), "what was changed here"
    (repo / second).parent.mkdir()
    (repo / first).rename(repo / second)
    found = scaffold("validate", repo)
    assert f"there is no {first}, which `labels_config` names" in found.out
    assert scaffold("update", repo, "-d", f"labels_config={second}").code == 0
    assert find_config(repo) == second
    assert "[settings/" not in scaffold("validate", repo).out
    assert scaffold("update", repo, "-d", "issue_types+=documentation").code == 0
    assert "documentation" in read_tree(repo)[second].decode()
    assert not (repo / ".github/labels.yml").exists()
    assert scaffold("check", repo).code == 0


FORM_WITH_LABELS = (
    "name: A bug\ndescription: Something is broken\nlabels: {}\n"
    "body:\n  - type: input\n    attributes:\n      label: What\n"
)


@pytest.mark.parametrize("path", ["tests/labels.yml", "node_modules/x/labels.json", "lib/labels.yml"])
def test_what_only_looks_like_a_labels_config_is_none(path: str, scaffold: Run, repo: Path) -> None:
    content = '{"0": "cat", "1": "dog"}\n' if path.startswith("lib") else labels_at(path)
    write_tree(repo, {path: content})
    assert scaffold("init", repo).code == 0
    assert (repo / ".github/labels.yml").is_file()
    assert not (repo / ".github/scaffold.yml").exists()


@pytest.mark.parametrize("path", [".github/labels.toml", "lib/labels.json"])
def test_an_update_follows_the_labels_config_whatever_its_format(path: str, scaffold: Run, repo: Path) -> None:
    write_tree(repo, {path: labels_at(path)})
    assert scaffold("init", repo, "-d", f"labels_config={path}").code == 0
    assert scaffold("update", repo, "-d", "issue_types+=documentation").code == 0
    assert "documentation" in (repo / path).read_text()
    assert not (repo / ".github/labels.yml").exists()
    assert scaffold("check", repo).code == 0


def test_of_two_labels_configs_the_named_one_is_followed(scaffold: Run, repo: Path) -> None:
    path, other = ".github/labels.toml", ".github/labels.yml"
    write_tree(repo, {path: labels_at(path), other: OWN_LABELS["labels.yml"]})
    assert scaffold("init", repo, "-d", f"labels_config={path}").code == 0
    assert "infrastructure" in (repo / path).read_text()
    assert scaffold("check", repo).code == 0
    assert find_config(repo) == path
    assert scaffold("update", repo, "-d", "issue_types+=documentation").code == 0
    assert "documentation" in (repo / path).read_text()
    assert (repo / other).read_text() == OWN_LABELS["labels.yml"]
    assert scaffold("check", repo).code == 0


def test_who_names_none_of_two_labels_configs_is_told_which_was_taken(scaffold: Run, repo: Path) -> None:
    write_tree(repo, dict.fromkeys((".github/labels.yml", "labels.yml"), OWN_LABELS["labels.yml"]))
    done = scaffold("init", repo)
    assert done.code == 0, done
    assert ".github/labels.yml was taken; to name another" in done.out + done.err


def test_two_labels_configs_are_a_finding_until_the_settings_say_which_counts(scaffold: Run, repo: Path) -> None:
    text = OWN_LABELS["labels.yml"]
    write_tree(repo, {".github/labels.yml": text, ".github/labels.json": labels_at("labels.json")})
    found = scaffold("validate", repo)
    assert "warning: there are labels in .github/labels.json too" in found.out
    write_tree(repo, {".github/scaffold.yml": "labels_config: .github/labels.yml\n"})
    found = scaffold("validate", "--strict", repo)
    assert found.code == 0, found
    assert find_config(repo) == ".github/labels.yml"


@pytest.mark.parametrize(
    "path", ["../labels.yml", "/etc/labels.yml", "labels.txt", "a\\labels.yml", ".git/labels.yml", ""]
)
def test_a_recorded_labels_config_lies_below_the_repository(path: str, scaffold: Run, repo: Path) -> None:
    write_tree(repo, {".github/scaffold.yml": f"labels_config: {path!r}\n"})
    found = scaffold("validate", repo)
    assert found.code == 1
    assert "`labels_config` is" in found.out
