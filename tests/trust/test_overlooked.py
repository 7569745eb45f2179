"""No green that a change gives itself: what a check overlooks is shown, and may come from a trusted revision."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.conftest import ANSWERS, GIT_IDENTITY, Run, commit_all, git, write_tree

from issue_scaffold.cli.main import main

SETTINGS = ".github/scaffold.yml"
FORM = ".github/ISSUE_TEMPLATE/infrastructure.yml"
LABELS = ".github/labels.yml"
PRECOMMIT = ".pre-commit-config.yaml"
WORKFLOW = ".github/workflows/scaffold-check.yml"
BROKEN = ".github/ISSUE_TEMPLATE/mine.yml"
ANSWERED = (
    "-d",
    "pre_commit=true",
    "-d",
    "drift_check_workflow=true",
    "-d",
    "tool_source=https://git.example.com/x.git",
    "-d",
    "tool_version=v1.0.0",
)
EVERY_KIND = "outdated,modified,missing,conflict,invalid,invalid-foreign,untracked"
FORMATS = ("text", "json", "github", "sarif", "gitlab", "markdown")


class Prepared(NamedTuple):
    """A repository that was set up once, and the cache that knows its renderings."""

    folder: Path
    cache: Path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Set a repository up, commit it, and leave it on a branch that is to be merged into `main`."""
    place = tmp_path_factory.mktemp("prepared")
    folder, cache = place / "repo", place / "cache"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in GIT_IDENTITY.items():
            patch.setenv(name, value)
        patch.setenv("SCAFFOLD_CACHE_DIR", str(cache))
        git(folder, "init", "--quiet", "--initial-branch=main")
        assert main(["init", str(folder), *ANSWERED]) == 0
        commit_all(folder)
        git(folder, "checkout", "--quiet", "-b", "change")
    return Prepared(folder, cache)


@pytest.fixture
def target(prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the prepared repository as the working directory."""
    folder = tmp_path / "repo"
    shutil.copytree(prepared.folder, folder, symlinks=True)
    git(folder, "status", "--short")  # the copied index learns the copied files' times
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(prepared.cache))
    monkeypatch.chdir(folder)
    return folder


def findings(scaffold: Run, *arguments: str, code: int) -> list[dict[str, Any]]:
    """Run a check that fails for errors in any file; return its findings."""
    result = scaffold("check", "--fail-on", EVERY_KIND, "--format", "json", *arguments)
    assert result.code == code, result.out + result.err
    found: list[dict[str, Any]] = json.loads(result.out)["targets"][0]["findings"]
    return found


def kinds(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(one["path"], one["kind"], one["severity"]) for one in found]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def ignore_everything(root: Path) -> None:
    write_tree(
        root,
        {
            BROKEN: "name: Mine\nbody: []\n",
            SETTINGS: "ignore:\n  - {path: '**', rule: '*', reason: because I can}\n",
        },
    )


def ignore_by_comment(root: Path) -> None:
    comment = "# scaffold: ignore[form/missing-key, form/body-empty] later\n"
    write_tree(root, {BROKEN: f"{comment}name: Mine\nbody: []\n"})


def accept_an_edit(root: Path) -> None:
    edit(root / FORM, "description:", "description: mine,")
    assert main(["accept", str(root / FORM), "--reason", "because I can"]) == 0


OVERLOOKING: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "an ignored finding": (ignore_everything, SETTINGS, "ignored"),
    "a comment": (ignore_by_comment, BROKEN, "ignored"),
    "an accepted file": (accept_an_edit, FORM, "accepted"),
}


@pytest.mark.parametrize("name", OVERLOOKING)
def test_what_is_overlooked_is_shown_and_honoured_without_a_trusted_revision(
    name: str, target: Path, scaffold: Run
) -> None:
    change, path, kind = OVERLOOKING[name]
    change(target)
    for _ in range(2):  # cold, and from the cache
        assert (path, kind, "info") in kinds(findings(scaffold, code=0))


@pytest.mark.parametrize("shape", FORMATS)
@pytest.mark.parametrize("name", OVERLOOKING)
def test_what_is_overlooked_is_shown_in_every_format(name: str, shape: str, target: Path, scaffold: Run) -> None:
    change, path, kind = OVERLOOKING[name]
    change(target)
    result = scaffold("check", "--format", shape)
    assert result.code == 0
    assert kind in result.out
    assert path in result.out
    assert ("because I can" in result.out) or ("later" in result.out)


@pytest.mark.parametrize("name", OVERLOOKING)
def test_what_a_change_silences_itself_is_reported_and_not_honoured(name: str, target: Path, scaffold: Run) -> None:
    change, path, kind = OVERLOOKING[name]
    change(target)
    found = findings(scaffold, "--trusted-ref", "main", code=1)
    told = SETTINGS if kind == "accepted" else path
    assert (told, kind, "warning") in kinds(found)
    assert any(one["severity"] == "error" and one["path"] in {BROKEN, FORM} for one in found)


@pytest.mark.parametrize("name", OVERLOOKING)
def test_what_the_trusted_revision_silences_is_honoured(name: str, target: Path, scaffold: Run) -> None:
    change, path, kind = OVERLOOKING[name]
    change(target)
    commit_all(target)
    git(target, "branch", "--force", "main")
    assert (path, kind, "info") in kinds(findings(scaffold, "--trusted-ref", "main", code=0))


COMMENT = "# scaffold: ignore[body/*] legacy\n"
COMMENTED = f"""name: Mine
description: mine
body:
  - type: input
    id: a
    attributes:
      label: a
  {COMMENT}  - type: input
    id: b
    attributes:
      label: b
      colour: red
"""
# What a change makes of a file with a comment, and whether that silences more than the comment did.
COMMENTS: dict[str, tuple[Callable[[str], str], bool]] = {
    "as it was": (lambda text: text, False),
    "other line ends": (lambda text: text.replace("\n", "\r\n"), False),
    "a field before it": (
        lambda text: text.replace("body:\n", "body:\n  - {type: markdown, attributes: {value: x}}\n"),
        False,
    ),
    "moved to the top": (lambda text: COMMENT + text.replace(COMMENT, "\n").replace("label: a", "labl: a"), True),
    "copied to the top": (lambda text: COMMENT + text.replace("label: a", "labl: a"), True),
    "copied without its reason": (
        lambda text: COMMENT.replace(" legacy", "") + text.replace("label: a", "labl: a"),
        True,
    ),
    "copied to another line": (lambda text: text.replace("label: a", f"label: a\n      size: 1 {COMMENT[:-1]}"), True),
    "another mistake below it": (lambda text: text.replace("colour", "size"), True),
    "its mistake twice": (
        lambda text: f"{text}{COMMENT}{text[text.index('  - type: input') :].replace('id: ', 'id: c')}",
        True,
    ),
}


@pytest.mark.parametrize("name", COMMENTS)
def test_a_comment_silences_what_it_silences_in_the_trusted_revision(name: str, target: Path, scaffold: Run) -> None:
    git(target, "checkout", "--quiet", "main")
    write_tree(target, {BROKEN: COMMENTED})
    commit_all(target)
    git(target, "checkout", "--quiet", "-b", "another-change")
    change, is_more = COMMENTS[name]
    (target / BROKEN).write_bytes(change(COMMENTED).encode())
    assert findings(scaffold, code=0) != []
    found = kinds(findings(scaffold, "--trusted-ref", "main", code=int(is_more)))
    assert ((BROKEN, "invalid-foreign", "error") in found) == is_more
    assert ((BROKEN, "ignored", "warning") in found) == is_more


def test_mistakes_in_the_changes_own_settings_are_errors_too(target: Path, scaffold: Run) -> None:
    write_tree(target, {SETTINGS: "ignored: []\n"})
    found = findings(scaffold, "--trusted-ref", "main", code=1)
    assert (SETTINGS, "invalid", "error") in kinds(found)


def test_another_template_is_reported_and_the_trusted_one_counts(target: Path, scaffold: Run, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    text = "{{ _copier_answers|to_nice_yaml }}"
    write_tree(other, {"{{ _copier_conf.answers_file }}.jinja": text, "copier.yml": ""})
    commit_all(other)
    git(other, "tag", "v1.2.0")
    write_tree(target, {ANSWERS: f"_commit: v1.2.0\n_src_path: {other}\n", FORM: "name: anything\n"})
    found = findings(scaffold, "--trusted-ref", "main", code=1)
    assert (ANSWERS, "modified", "error") in kinds(found)
    assert (FORM, "modified", "error") in kinds(found)
    assert any(str(other) in one["message"] for one in found if one["path"] == ANSWERS)


def test_answers_that_take_the_checks_out_are_errors(target: Path, scaffold: Run) -> None:
    assert scaffold("update", "-d", "drift_check_workflow=false", "-d", "pre_commit=false").code == 0
    (target / WORKFLOW).unlink(missing_ok=True)
    (target / PRECOMMIT).unlink(missing_ok=True)
    assert findings(scaffold, code=0) == []
    found = kinds(findings(scaffold, "--trusted-ref", "main", code=1))
    assert (WORKFLOW, "missing", "error") in found
    assert (PRECOMMIT, "missing", "error") in found
    assert (ANSWERS, "modified", "warning") in found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- id: scaffold-check", '- id: scaffold-check\n        entry: "true"'),
        ("- id: scaffold-check", "- id: other"),
        ("https://git.example.com/x.git", "https://git.example.com/evil.git"),
    ],
)
def test_the_hooks_set_up_comes_from_the_trusted_revision(old: str, new: str, target: Path, scaffold: Run) -> None:
    edit(target / PRECOMMIT, old, new)
    write_tree(
        target,
        {SETTINGS: f"accepted:\n  - {{path: {PRECOMMIT}, sha256: {'0' * 64}, reason: x}}\n"},
    )
    found = findings(scaffold, "--trusted-ref", "main", code=1)
    assert (PRECOMMIT, "modified", "error") in kinds(found)


OWN_HOOKS = """repos:
  - repo: https://git.example.com/x.git
    rev: v1.0.0
    hooks:
      - id: scaffold-check
"""
# What a change makes of a config that is none of the template's, and what is found then.
HOOK_CHANGES: dict[str, tuple[Callable[[str], str], str | None]] = {
    "another repository": (lambda text: text.replace("example.com/x", "example.com/y"), "error"),
    "a local hook": (
        lambda _: "repos:\n  - {repo: local, hooks: [{id: scaffold-check, entry: 'true', language: system}]}\n",
        "error",
    ),
    "a second one": (lambda text: f"{text}      - {{id: scaffold-check, entry: 'true'}}\n", "error"),
    "a second one before": (
        lambda text: text.replace("      - id", "      - {id: scaffold-check, entry: 'true'}\n      - id"),
        "error",
    ),
    "an entry before": (
        lambda text: text.replace(
            "repos:\n", "repos:\n  - repo: https://git.example.com/y\n    rev: v1\n    hooks: [{id: scaffold-check}]\n"
        ),
        "error",
    ),
    "a key that counts last": (lambda text: f"{text}repos: []\n", "error"),
    "two documents": (lambda text: f"repos: []\n---\n{text}", "error"),
    "another revision": (lambda text: text.replace("v1.0.0", "deadbeef"), "warning"),
    "another spelling": (lambda text: text.replace("example.com/x.git", "EXAMPLE.com/x/"), None),
    "another hook too": (
        lambda text: f"{text}  - repo: https://git.example.com/z\n    rev: v1\n    hooks: [{{id: z}}]\n",
        None,
    ),
}


@pytest.mark.parametrize("name", HOOK_CHANGES)
def test_hooks_that_the_template_did_not_write_are_guarded_too(
    name: str, repo: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo)
    assert scaffold("init").code == 0
    write_tree(repo, {PRECOMMIT: OWN_HOOKS})
    commit_all(repo)
    git(repo, "checkout", "--quiet", "-b", "change")
    change, severity = HOOK_CHANGES[name]
    write_tree(repo, {PRECOMMIT: change(OWN_HOOKS)})
    found = kinds(findings(scaffold, "--trusted-ref", "main", code=int(severity == "error")))
    assert found == ([] if severity is None else [(PRECOMMIT, "modified", severity)])


def test_a_change_that_sets_the_repository_up_is_judged_by_itself(repo: Path, scaffold: Run) -> None:
    write_tree(repo, {"README.md": "x\n"})
    commit_all(repo)
    assert scaffold("init", repo).code == 0
    git(repo, "checkout", "--quiet", "-b", "change")
    commit_all(repo)
    assert scaffold("check", repo, "--trusted-ref", "main").code == 0


@pytest.mark.usefixtures("target")
def test_a_revision_that_is_not_there_is_a_usage_error(scaffold: Run) -> None:
    for word in ("nothing", "-x", "--output=x", "a\nb"):
        result = scaffold("check", f"--trusted-ref={word}")
        assert result.code == 2
        assert "is not in this clone" in result.err


def unstage(root: Path) -> None:
    git(root, "rm", "--quiet", "--cached", LABELS)


def delete(root: Path) -> None:
    git(root, "rm", "--quiet", LABELS)


def stage_otherwise(root: Path) -> None:
    good = (root / FORM).read_bytes()
    write_tree(root, {FORM: "name: other\n"})
    git(root, "add", FORM)
    write_tree(root, {FORM: good})


def ignore(root: Path) -> None:
    unstage(root)
    write_tree(root, {".gitignore": "labels.yml\n"})


def move_away(root: Path) -> None:
    (root / "elsewhere").mkdir()
    git(root, "mv", LABELS, "elsewhere/labels.yml")


def link_the_folder(root: Path) -> None:
    git(root, "mv", ".github", "github")
    (root / ".github").symlink_to("github")
    git(root, "add", "--all")


def make_a_repository_of_the_folder(root: Path) -> None:
    git(root, "rm", "--quiet", "-r", "--cached", ".github")
    git(root / ".github", "init", "--quiet")
    commit_all(root / ".github")
    git(root, "add", ".github")


def make_a_submodule_of_the_folder(root: Path) -> None:
    make_a_repository_of_the_folder(root)
    (root / ".github" / ".git").rename(root / ".git" / "of-github")
    write_tree(root, {".github/.git": "gitdir: ../.git/of-github\n"})


# How the commit to be differs, the file and the kind of finding, and whether a check of the work tree sees it as well.
STAGED: dict[str, tuple[Callable[[Path], None], str, str, bool]] = {
    "no longer in git": (unstage, LABELS, "untracked", False),
    "deleted": (delete, LABELS, "missing", True),
    "another content": (stage_otherwise, FORM, "modified", False),
    "ignored": (ignore, LABELS, "untracked", True),
    "moved": (move_away, LABELS, "missing", True),
    "behind a link": (link_the_folder, LABELS, "modified", True),
    "in another repository": (make_a_repository_of_the_folder, LABELS, "modified", True),
    "in a submodule": (make_a_submodule_of_the_folder, LABELS, "modified", True),
}


@pytest.mark.parametrize("name", STAGED)
def test_the_commit_to_be_is_what_counts(name: str, target: Path, scaffold: Run) -> None:
    change, path, kind, is_seen_in_work_tree = STAGED[name]
    change(target)
    # In git, a file in another repository isn't there.
    staged = "missing" if "repository" in name or "submodule" in name else kind
    assert (path, staged, "error") in kinds(findings(scaffold, "--staged", code=1))
    assert scaffold("check").code == int(is_seen_in_work_tree)


@pytest.mark.parametrize("name", STAGED)
def test_continuous_integration_sees_what_git_does_not_have(
    name: str, target: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    assert scaffold("check").code == 0
    change, path, _, is_seen_in_work_tree = STAGED[name]
    change(target)
    found = kinds(findings(scaffold, code=1))
    assert is_seen_in_work_tree or (path, "untracked", "error") in found


def test_what_is_only_in_the_work_tree_is_not_in_the_commit_to_be(target: Path, scaffold: Run) -> None:
    edit(target / FORM, "description:", "description: mine,")
    assert scaffold("check").code == 1
    assert scaffold("check", "--staged").code == 0


def test_the_index_of_a_partial_commit_is_looked_at(
    target: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(target, "read-tree", "--index-output=.git/next-index", "HEAD")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index")
    git(target, "rm", "--quiet", "--cached", LABELS)
    assert (LABELS, "untracked", "error") in kinds(findings(scaffold, "--staged", code=1))
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert scaffold("check", "--staged").code == 0


def test_a_file_with_an_open_conflict_is_one(target: Path, scaffold: Run) -> None:
    edit(target / FORM, "description:", "description: theirs,")
    commit_all(target)
    git(target, "checkout", "--quiet", "main")
    edit(target / FORM, "description:", "description: ours,")
    commit_all(target)
    with pytest.raises(Exception, match="returned non-zero"):
        git(target, "merge", "--quiet", "change")
    assert (FORM, "conflict", "error") in kinds(findings(scaffold, "--staged", code=1))


def test_nothing_is_staged_outside_of_git(tmp_path: Path, scaffold: Run) -> None:
    assert scaffold("init", tmp_path / "plain").code == 0
    result = scaffold("check", tmp_path / "plain", "--staged")
    assert result.code == 2
    assert "not in a git repository" in result.err


def test_staged_works_below_the_root_and_for_links_and_other_names(target: Path, scaffold: Run) -> None:
    sub = target / "sub dir"
    assert scaffold("init", sub, "--here").code == 0
    git(target, "add", "--all")
    assert scaffold("check", sub, "--staged").code == 0
    git(target, "rm", "--quiet", "--cached", f"sub dir/{LABELS}")
    assert scaffold("check", sub, "--staged").code == 1


NEUTERED = {
    "entry": ("- id: scaffold-check", '- id: scaffold-check\n        entry: "true"'),
    "args": ("- id: scaffold-check", "- id: scaffold-check\n        args: [--exit-zero]"),
    "stages": ("- id: scaffold-check", "- id: scaffold-check\n        stages: [manual]"),
    "exclude": ("- id: scaffold-check", "- id: scaffold-check\n        exclude: .*"),
    "files": ("- id: scaffold-check", "- id: scaffold-check\n        files: ^$"),
    "top-level exclude": ("repos:", "exclude: .*\nrepos:"),
    "top-level exclude of one file": ("repos:", "exclude: labels\nrepos:"),
    "top-level exclude that never ends": ("repos:", "exclude: '(.+)+!'\nrepos:"),
    "top-level files": ("repos:", "files: ^src/\nrepos:"),
    "never installed": ("repos:", "default_install_hook_types: [commit-msg]\nrepos:"),
    "skipped by pre-commit.ci under another name": (
        "repos:\n",
        "ci: {skip: [x]}\nrepos:\n  - {repo: https://git.example.com/x, hooks: [{id: scaffold-check, alias: x}]}\n",
    ),
    "skipped by pre-commit.ci": ("repos:", "ci: {skip: [scaffold-check]}\nrepos:"),
}


@pytest.mark.parametrize("name", NEUTERED)
def test_a_neutered_hook_is_drift(name: str, target: Path, scaffold: Run) -> None:
    edit(target / PRECOMMIT, *NEUTERED[name])
    assert (PRECOMMIT, "modified", "error") in kinds(findings(scaffold, code=1))


@pytest.mark.parametrize(
    "line",
    [
        "exclude: ^vendor/",
        "files: ''",
        "exclude: ^$",
        "ci: {skip: [x]}",
        "default_install_hook_types: [pre-commit, pre-push]",
    ],
)
def test_what_a_config_says_of_other_files_is_none(line: str, target: Path, scaffold: Run) -> None:
    edit(target / PRECOMMIT, "repos:", f"{line}\nrepos:")
    assert findings(scaffold, code=0) == []


@pytest.mark.parametrize("line", ["delete: true", "aliases: [wontfix]", "from_name: wontfix"])
def test_a_managed_label_that_is_to_go_is_drift(line: str, target: Path, scaffold: Run) -> None:
    text = (target / LABELS).read_text(encoding="utf-8")
    assert text.endswith('"\n')
    (target / LABELS).write_text(f"{text}  {line}\n", encoding="utf-8")
    assert (LABELS, "modified", "error") in kinds(findings(scaffold, code=1))
    assert scaffold("update", "--force", "--restore", LABELS).code == 0
    assert findings(scaffold, code=0) == []


@pytest.mark.parametrize(
    "line", ["aliases: [Infrastructure]", "from_name: infrastructure", "previously: [{name: infrastructure}]"]
)
def test_a_label_that_takes_a_managed_one_over_is_drift(line: str, target: Path, scaffold: Run) -> None:
    text = (target / LABELS).read_text(encoding="utf-8")
    own = f"- name: mine\n  color: ff0000\n  {line}\n"
    (target / LABELS).write_text(text + own.lower().replace("infrastructure", "other"), encoding="utf-8")
    assert findings(scaffold, code=0) == []
    (target / LABELS).write_text(text + own, encoding="utf-8")
    found = findings(scaffold, code=1)
    assert (LABELS, "modified", "error") in kinds(found)
    assert found[0]["line"] > len(text.splitlines())
