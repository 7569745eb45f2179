"""Who reads the folders that several forges read: the user's word, the settings, the host."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import git

from issue_scaffold.convert.run import ConvertOptions, NotConvertibleError, convert
from issue_scaffold.forge.forges import FORGE_NAMES, GITHUB, GITHUB_ENTERPRISE, SharedForges, forge_named, forge_of_path
from issue_scaffold.forge.shared_forge import probable_forge
from issue_scaffold.report.finding import Finding, Severity
from issue_scaffold.validate.rules.registry import RULES
from issue_scaffold.validate.run import validate_files

FORM = ".github/ISSUE_TEMPLATE/bug.yml"
SETTINGS = ".github/scaffold.yml"
# What Gitea has no rule against, and what only some servers have.
TEXT = (
    b"name: Bug report\ndescription: Something is broken\ntype: Bug\nbody:\n"
    b"  - type: input\n    attributes:\n      label: Password\n"
)
SERVER = "form/newer-than-server"
OTHER_HOSTS = ("https://git.example.com/o/n.git", "git@git.example.com:o/n.git")


@pytest.fixture(autouse=True)
def _no_host_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GH_HOST", "GITHUB_SERVER_URL", "GITHUB_ACTIONS", "GITEA_ACTIONS", "FORGEJO_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


def rules_of(findings: tuple[Finding, ...]) -> set[str | None]:
    return {finding.rule for finding in findings}


@pytest.mark.parametrize(
    ("url", "environment", "is_server"),
    [
        ("https://github.example.com/o/n.git", {}, True),
        ("git@github.example.com:o/n.git", {}, True),
        ("ssh://git@github.example.com:2222/o/n", {}, True),
        *((url, {}, False) for url in OTHER_HOSTS),
        *((url, {"GH_HOST": "git.example.com"}, True) for url in OTHER_HOSTS),
        *((url, {"GITHUB_SERVER_URL": "https://git.example.com"}, True) for url in OTHER_HOSTS),
        (OTHER_HOSTS[0], {"GITHUB_SERVER_URL": "https://git.example.com", "GITEA_ACTIONS": "true"}, False),
        ("https://github.com/o/n", {"GH_HOST": "git.example.com"}, False),
        ("https://codeberg.org/o/n", {"GH_HOST": "codeberg.org"}, False),
        ("https://tenant.ghe.com/o/n", {"GITHUB_SERVER_URL": "https://tenant.ghe.com"}, False),
        (None, {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://git.example.com"}, True),
        (None, {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com"}, False),
        (None, {"GITHUB_SERVER_URL": "https://git.example.com"}, False),
        ("../elsewhere", {}, False),
    ],
)
def test_a_server_is_known_by_its_host(
    url: str | None, environment: dict[str, str], is_server: bool, repo: Path
) -> None:
    if url is not None:
        git(repo, "remote", "add", "origin", url)
    expected = GITHUB_ENTERPRISE if is_server else GITHUB
    assert probable_forge(repo, environment) is expected


def test_origin_counts_before_other_remotes_and_in_linked_work_trees(repo: Path, tmp_path: Path) -> None:
    git(repo, "remote", "add", "backup", "https://github.com/o/n")
    git(repo, "remote", "add", "origin", "https://github.example.com/o/n")
    assert probable_forge(repo, {}) is GITHUB_ENTERPRISE
    git(repo, "commit", "--quiet", "--allow-empty", "-m", "start")
    git(repo, "worktree", "add", "--quiet", str(tmp_path / "linked"))
    assert probable_forge(tmp_path / "linked", {}) is GITHUB_ENTERPRISE


@pytest.mark.parametrize("broken", [b"\xff\xfe[remote", b'[remote "origin"]\nurl', b""])
def test_a_configuration_that_says_nothing_is_no_obstacle(broken: bytes, repo: Path) -> None:
    (repo / ".git" / "config").write_bytes(broken)
    assert probable_forge(repo, {}) is GITHUB


@pytest.mark.parametrize("name", FORGE_NAMES)
@pytest.mark.parametrize("path", [FORM, ".github/labels.yml", "ISSUE_TEMPLATE.md", "docs/ISSUE_TEMPLATE/a.md"])
def test_the_named_forge_reads_shared_folders_and_no_others(name: str, path: str) -> None:
    forge = forge_named(name)
    assert forge is not None
    assert forge_of_path(path, forge) is forge
    for other in ("gitea", "forgejo", "gitlab"):
        assert forge_of_path(f".{other}/labels.yml", forge).key == other


def test_the_users_word_counts_before_the_settings_and_both_before_a_guess() -> None:
    gitea, forgejo = forge_named("gitea"), forge_named("forgejo")
    known = SharedForges(None, GITHUB_ENTERPRISE)
    assert known.chosen(None) is GITHUB_ENTERPRISE
    assert known.chosen("gitea") is gitea
    assert known._replace(named=forgejo).chosen("gitea") is forgejo


@pytest.mark.parametrize(
    ("others", "title"),
    [
        ([], "GitHub"),
        ([".gitea/issue_template/a.yml"], "Gitea"),
        ([".forgejo/issue_template/a.yml"], "Forgejo"),
        ([".forgejo/issue_template/a.yml", ".gitea/labels.yml"], "Forgejo"),
        ([".gitea/issue_template/a.yml", FORM], "GitHub"),
        ([".gitlab/issue_templates/a.md"], "GitHub"),
    ],
)
def test_in_a_repository_of_one_forge_the_root_is_that_forges(others: list[str], title: str) -> None:
    files = {"labels.yml": b'- {name: bug, color: "#ff0000"}\n', **dict.fromkeys(others, TEXT)}
    colours = [finding for finding in validate_files(files) if finding.path == "labels.yml"]
    assert [finding.rule for finding in colours] == ["labels/color"] * (title == "GitHub")
    known = SharedForges()
    assert known.chosen(None, files).title == title
    assert known.chosen("github", files) is GITHUB


@pytest.mark.parametrize("name", FORGE_NAMES)
def test_settings_choose_the_rules_the_words_and_the_pages(name: str) -> None:
    forge = forge_named(name)
    assert forge is not None
    found = validate_files({FORM: TEXT, SETTINGS: f"forge: {name}\n".encode()})
    is_github = name in {"github", "ghes"}
    assert ("body/forbidden-word" in rules_of(found)) is is_github
    assert (SERVER in rules_of(found)) is (name == "ghes")
    own = validate_files({FORM: b"name: Bug report\nbody: []\n", SETTINGS: f"forge: {name}\n".encode()})
    errors = [finding for finding in own if finding.rule != SERVER]
    assert errors
    for finding in errors:
        assert finding.url is not None
        assert finding.url.startswith(forge.page or forge.docs)
        if name != "github":
            assert "GitHub " not in f"{finding.message} {finding.hint}".replace("GitHub Enterprise Server", "")


def test_settings_with_a_forge_that_has_no_forms_are_a_mistake() -> None:
    for name in ("gitlab", "GitHub", "", "[github]"):
        found = validate_files({FORM: TEXT, SETTINGS: f"forge: {name}\n".encode()})
        mistakes = [finding for finding in found if finding.path == SETTINGS]
        assert [finding.severity for finding in mistakes] == [Severity.ERROR], name


def test_a_server_has_githubs_errors_and_only_remarks_of_its_own() -> None:
    """Else `check` could not keep what it knows of files for both."""
    more = GITHUB.rules.lifted - GITHUB_ENTERPRISE.rules.lifted
    assert more == {SERVER}
    assert RULES[SERVER].severity is Severity.INFO
    assert GITHUB_ENTERPRISE.rules._replace(lifted=GITHUB.rules.lifted) == GITHUB.rules
    assert GITHUB_ENTERPRISE.keys == GITHUB.keys


def test_commands_take_the_forge_of_option_settings_and_remote(scaffold: Callable[..., Any], repo: Path) -> None:
    form = repo / FORM
    form.parent.mkdir(parents=True)
    form.write_bytes(TEXT.replace(b"Password", b"Version"))
    show = ("--show", "info")
    assert SERVER not in scaffold("validate", repo, *show).out
    git(repo, "remote", "add", "origin", "https://github.example.com/o/n")
    assert SERVER in scaffold("validate", repo, *show).out
    assert SERVER in scaffold("validate", form, *show).out
    assert SERVER not in scaffold("validate", repo, *show, "--forge", "github").out
    (repo / SETTINGS).write_text("forge: github\n")
    assert SERVER not in scaffold("validate", repo, *show).out
    form.write_bytes(TEXT)
    assert scaffold("validate", repo).code == 1
    assert scaffold("validate", repo, "--forge", "gitea").code == 0
    assert scaffold("convert", form).code == 1
    (repo / SETTINGS).write_text("forge: forgejo\n")
    assert scaffold("convert", form).code == 0
    assert scaffold("validate", repo).code == 0
    assert scaffold("convert", form, "--forge", "ghes").code == 1
    assert scaffold("validate", "--forge", "gitlab", repo).code == 2


LISTED = (
    b"name: Bug report\ndescription: Something is broken\nbody:\n  - type: dropdown\n    id: which\n"
    b"    attributes:\n      label: Which\n      multiple: true\n      list: true\n      options: [One, Two]\n"
)


def test_issues_are_written_and_read_as_the_settings_forge_does(
    scaffold: Callable[..., Any], repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo)
    form, body = repo / FORM, tmp_path / "body.md"
    form.parent.mkdir(parents=True)
    form.write_bytes(LISTED)
    command = ("issue", "new", "bug", "--set", "which=One", "--set", "which=Two", "--print")
    assert "One, Two" in scaffold(*command).out
    by_option = scaffold(*command, "--forge", "forgejo")
    assert by_option.code == 0
    assert "- One" in by_option.out
    (repo / SETTINGS).write_text("forge: gitea\n")
    assert scaffold(*command).out == by_option.out
    page = tmp_path / "page.html"
    assert scaffold("preview", repo, "-o", page).code == 0
    assert f'data-file="{FORM}"' in page.read_text()
    body.write_text(by_option.out)
    read = scaffold("parse", body)
    assert read.code == 0, read
    assert "Two" in read.out


MARKDOWN = (
    b"---\nname: Q\nabout: Ask\n---\n\n## Password\n\n<!-- which -->\n\n"
    b"## Kind\n\nChoose one:\n\n- [ ] None\n- [ ] Some\n- [ ] Some\n"
)


@pytest.mark.parametrize("folder", [".gitea", ".forgejo"])
def test_nothing_is_renamed_for_a_forge_that_takes_it(folder: str) -> None:
    done = convert(ConvertOptions(path=f"{folder}/ISSUE_TEMPLATE/q.md", content=MARKDOWN))
    assert done.form.name == "Q"
    assert {field.label for field in done.form.fields} == {"Password", "Kind"}
    assert [option.label for option in done.form.fields[1].options] == ["None", "Some", "Some"]
    assert not [remark for remark in done.remarks if "GitHub" in remark.message]
    theirs = convert(ConvertOptions(path=".github/ISSUE_TEMPLATE/q.md", content=MARKDOWN))
    assert {remark.message.split(":")[0] for remark in theirs.remarks if remark.kind == "changed"} == {
        "`about` is now `description`",
        "GitHub wants longer names",
        "GitHub forbids a word of this label",
        "GitHub reserves this option",
        "two options of one field were equal",
    }


def test_a_server_speaks_for_itself_in_conversions() -> None:
    options = ConvertOptions(path=FORM, content=TEXT, shared=GITHUB_ENTERPRISE)
    with pytest.raises(NotConvertibleError):
        convert(options)
    named = ConvertOptions(path="q.md", content=MARKDOWN, shared=GITHUB_ENTERPRISE)
    told = {remark.message for remark in convert(named).remarks}
    assert "GitHub Enterprise Server wants longer names: now `Q (issue)`" in told


def test_no_process_is_started_to_know_the_host(
    scaffold: Callable[..., Any], repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo / FORM).parent.mkdir(parents=True)
    (repo / FORM).write_bytes(TEXT.replace(b"Password", b"Version"))
    git(repo, "remote", "add", "origin", "https://github.example.com/o/n")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert SERVER in scaffold("validate", repo, "--show", "info").out
