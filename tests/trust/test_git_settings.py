"""Every git that is started, under every hostile setting: the result is the same, and no program of anybody's ran."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from tests.conftest import Run, Template, commit_all, git, read_tree, write_tree

PROGRAM, FOLDER = "@PROGRAM@", "@FOLDER@"
CONFIGURATIONS = {
    "templateDir": f"[init]\n\ttemplateDir = {FOLDER}/templates\n",
    "hooksPath": f"[core]\n\thooksPath = {FOLDER}/templates/hooks\n",
    "fsmonitor": f"[core]\n\tfsmonitor = {PROGRAM}\n",
    "attributes": f"[core]\n\tattributesFile = {FOLDER}/attributes\n"
    f'[filter "evil"]\n\tclean = {PROGRAM}\n\tsmudge = {PROGRAM}\n\trequired = true\n'
    f'[diff "evil"]\n\ttextconv = {PROGRAM}\n\tcommand = {PROGRAM}\n[merge "evil"]\n\tdriver = {PROGRAM}\n',
    "aliases": "[alias]\n"
    + "".join(f"\t{name} = !{PROGRAM}\n" for name in ("clone", "fetch", "ls-remote", "cat-file", "merge-file", "x")),
    "programs": f"[core]\n\tpager = {PROGRAM}\n\teditor = {PROGRAM}\n\talternateRefsCommand = {PROGRAM}\n"
    f"[diff]\n\texternal = {PROGRAM}\n[gpg]\n\tprogram = {PROGRAM}\n[commit]\n\tgpgSign = true\n"
    f"[uploadpack]\n\tpackObjectsHook = {PROGRAM}\n[sequence]\n\teditor = {PROGRAM}\n",
    "no file transport": '[protocol "file"]\n\tallow = never\n',
    "no transport": "[protocol]\n\tallow = never\n",
    "odd": "[core]\n\tautocrlf = true\n\teol = crlf\n\tabbrev = 40\n\tquotePath = true\n\tbare = true\n"
    "[fetch]\n\tprune = false\n[remote]\n\tpushDefault = x\n[clone]\n\tdefaultRemoteName = elsewhere\n"
    "[extensions]\n\tworktreeConfig = true\n[status]\n\tshowUntrackedFiles = no\n[transfer]\n\tfsckObjects = true\n"
    "[safe]\n\tbareRepository = explicit\n",
    "broken": "[core\n",
}
VARIABLES: dict[str, dict[str, str]] = {
    "another repository": {
        "GIT_DIR": f"{FOLDER}/other/.git",
        "GIT_WORK_TREE": f"{FOLDER}/other",
        "GIT_INDEX_FILE": f"{FOLDER}/other/.git/index",
        "GIT_OBJECT_DIRECTORY": f"{FOLDER}/other/.git/objects",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": f"{FOLDER}/other/.git/objects",
        "GIT_COMMON_DIR": f"{FOLDER}/other/.git",
    },
    "namespace": {"GIT_NAMESPACE": "x"},
    "template folder": {"GIT_TEMPLATE_DIR": f"{FOLDER}/templates"},
    "programs": dict.fromkeys(
        ("GIT_EXTERNAL_DIFF", "GIT_EDITOR", "GIT_PAGER", "GIT_SEQUENCE_EDITOR", "EDITOR", "PAGER"), PROGRAM
    ),
    "configuration": {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": PROGRAM,
        "GIT_CONFIG_KEY_1": "core.hooksPath",
        "GIT_CONFIG_VALUE_1": f"{FOLDER}/templates/hooks",
    },
    "old configuration": {
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor={PROGRAM}' 'core.hooksPath={FOLDER}/templates/hooks'"
    },
    "bad count": {"GIT_CONFIG_COUNT": "many"},
    "another hash": {"GIT_DEFAULT_HASH": "sha256"},
    "pathspecs": {"GIT_LITERAL_PATHSPECS": "1", "GIT_ICASE_PATHSPECS": "1"},
    "ceiling": {"GIT_CEILING_DIRECTORIES": "/"},
    "grafts": {"GIT_GRAFT_FILE": f"{FOLDER}/attributes", "GIT_SHALLOW_FILE": f"{FOLDER}/attributes"},
    "trace": {"GIT_TRACE": f"{FOLDER}/mark", "GIT_TRACE2": f"{FOLDER}/mark", "GIT_TRACE_SETUP": f"{FOLDER}/mark"},
    "protocols": {"GIT_PROTOCOL_FROM_USER": "0", "GIT_PROTOCOL": "version=1"},
    "no file transport": {"GIT_ALLOW_PROTOCOL": "https:ssh"},
    "no transport": {"GIT_ALLOW_PROTOCOL": ""},
    "language": {"LANGUAGE": "de", "LC_ALL": "de_DE.UTF-8"},
}
# These forbid reading a template of somebody else's, which is the user's right.
FORBIDDING = {"no file transport", "no transport", "broken"}


def bundled(folder: Path, scaffold: Run) -> dict[str, bytes]:
    """Install, check and change the bundled template; return what is there then."""
    target = folder / "target"
    assert scaffold("init", target).code == 0
    assert scaffold("check", target).code == 0
    done = scaffold("update", target, "-d", "emoji=false")
    assert done.code == 0, done
    done = scaffold("update", target, "--ref", "v1.0.0")
    assert done.code in {0, 1}, done
    return read_tree(target)


def of_somebody(folder: Path, scaffold: Run) -> dict[str, bytes]:
    """Install a local template into a repository, with a conflict that git is told of; return what is there then."""
    target = folder / "target"
    done = scaffold("init", target, "-t", folder / "template", "--ref", "v1.0.0")
    assert done.code == 0, done
    write_tree(target, {"a.md": "mine\n"})
    done = scaffold("update", target)
    assert done.code == 1, done
    assert scaffold("check", target, "--refresh").code == 1
    assert scaffold("update", target, "--force", "--restore", "a.md").code == 0
    return read_tree(target)


def authoring(folder: Path, scaffold: Run) -> dict[str, bytes]:
    """Make a catalog, whose repository git initialises; return what is there then."""
    done = scaffold("catalog", "new", folder / "catalog")
    assert done.code == 0, done
    assert not list((folder / "catalog/.git").glob("hooks/*"))
    return read_tree(folder / "catalog")


Scenario = Callable[[Path, Run], dict[str, bytes]]
SCENARIOS: dict[str, Scenario] = {"bundled": bundled, "of somebody": of_somebody, "authoring": authoring}


@pytest.fixture
def world(tmp_path: Path, mark: Path, program: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a template, a target in git, and what hostile settings point at."""
    folder = tmp_path
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):  # so that commits have the same ids in every world
        monkeypatch.setenv(name, "2026-01-01T00:00:00Z")
    template = Template(folder / "template").release("v1.0.0", {"a.md": "one\n"})
    template.release("v1.1.0", {"a.md": "two\n"})
    for name in ("target", "other"):
        (folder / name).mkdir(exist_ok=True)
        git(folder / name, "init", "--quiet", "--initial-branch=main")
    write_tree(folder, {"attributes": "* filter=evil diff=evil merge=evil\n", "other/x": "x\n"})
    commit_all(folder / "other")
    hooks = folder / "templates/hooks"
    hooks.mkdir(parents=True)
    for hook in (
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "pre-auto-gc",
        "post-merge",
        "fsmonitor",
    ):
        (hooks / hook).symlink_to(program)
    assert not mark.exists()
    return folder


def hostile(text: str, folder: Path) -> str:
    return text.replace(PROGRAM, str(folder / "program")).replace(FOLDER, str(folder))


# What each scenario ends with when nothing is hostile.
_CALM: dict[str, dict[str, bytes]] = {}


def compare(
    name: str, world: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]
) -> None:
    scenario = SCENARIOS[name]
    if name not in _CALM:
        calm = world / "calm"
        shutil.copytree(world / "template", calm / "template")
        shutil.copytree(world / "target", calm / "target")
        _CALM[name] = placeless(scenario(calm, scaffold), calm)
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(world / "cold"))
    for variable, value in variables.items():
        monkeypatch.setenv(variable, hostile(value, world))
    assert placeless(scenario(world, scaffold), world) == _CALM[name]
    assert not (world / "mark").exists(), (world / "mark").read_text()


def placeless(tree: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    return {path: content.replace(str(folder).encode(), b"@") for path, content in tree.items()}


def combined(settings: Iterable[str]) -> list[tuple[str, str]]:
    """Return every scenario with every setting, but where the user forbids what it does."""
    pairs = itertools.product(SCENARIOS, settings)
    return [(scenario, name) for scenario, name in pairs if scenario != "of somebody" or name not in FORBIDDING]


@pytest.mark.parametrize(("scenario", "name"), combined(CONFIGURATIONS))
def test_configurations(scenario: str, name: str, world: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(world, {"gitconfig": hostile(CONFIGURATIONS[name], world)})
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
    compare(scenario, world, scaffold, monkeypatch, {"GIT_CONFIG_GLOBAL": str(world / "gitconfig")})


@pytest.mark.parametrize(("scenario", "name"), combined(VARIABLES))
def test_variables(scenario: str, name: str, world: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
    compare(scenario, world, scaffold, monkeypatch, VARIABLES[name])


@pytest.mark.parametrize(
    ("variables", "config", "named"),
    [
        ({"GIT_ALLOW_PROTOCOL": "https:ssh"}, "", "GIT_ALLOW_PROTOCOL=https:ssh"),
        ({"GIT_ALLOW_PROTOCOL": ""}, "", "GIT_ALLOW_PROTOCOL="),
        ({}, '[protocol "file"]\n\tallow = never\n', "protocol.file.allow=never"),
        ({}, "[protocol]\n\tallow = never\n", "protocol.allow=never"),
        ({}, '[protocol]\n\tallow = never\n[protocol "file"]\n\tallow = always\n', None),
        ({}, '[protocol "file"]\n\tallow = user\n', None),
    ],
)
def test_forbidden_transports(
    variables: Mapping[str, str],
    config: str,
    named: str | None,
    world: Path,
    scaffold: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A template of somebody else's by a path stays forbidden when the user forbids it; the message says by what."""
    monkeypatch.delenv("GIT_ALLOW_PROTOCOL")
    write_tree(world, {"gitconfig": config})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(world / "gitconfig"))
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    done = scaffold("init", world / "target", "-t", world / "template")
    assert done.code == (0 if named is None else 3), done
    if named is not None:
        assert named in done.err
        assert not (world / "target/a.md").exists()


def test_the_bundled_template_with_the_users_hooks(
    tmp_path: Path, repo: Path, scaffold: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many people have hooks in `init.templateDir`; one that fails makes `git clone` fail."""
    hook = tmp_path / "template/hooks/post-checkout"
    write_tree(tmp_path, {"template/hooks/post-checkout": f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n"})
    hook.chmod(0o755)
    write_tree(tmp_path, {"home/.gitconfig": f"[init]\n\ttemplateDir = {tmp_path}/template\n"})
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert scaffold("init", repo).code == 0
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "cold"))
    assert scaffold("check", repo).code == 0
    assert scaffold("update", repo, "-d", "emoji=false").code == 0
    assert not (tmp_path / "ran").exists()


class TestAnotherOwner:
    """A checkout that belongs to another user, as containers have it: git refuses to be told of conflicts."""

    def test_a_dry_run_and_a_real_one_end_alike(self, template: Template, repo: Path, scaffold: Run) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root can give files away")
        template.release("v1.0.0", {"a.md": "one\n"})
        assert scaffold("init", repo, "-t", template).code == 0
        write_tree(repo, {"a.md": "mine\n"})
        commit_all(repo)
        template.release("v1.1.0", {"a.md": "two\n"})
        for place in (repo, *repo.rglob("*")):
            os.chown(place, 1234, 1234, follow_symlinks=False)
        assert scaffold("update", repo, "--dry-run").code == 1
        done = scaffold("update", repo)
        assert done.code == 1, done
        assert "git could not be told" in done.out + done.err
        assert f"safe.directory {repo}" in done.out + done.err
        assert b"<<<<<<< yours" in (repo / "a.md").read_bytes()


@pytest.mark.parametrize("place", ["b.git", "b.git/hooks", "repo/.git", "repo/.git/hooks", "b.git/new/folder"])
@pytest.mark.usefixtures("repo")
def test_init_where_git_has_no_working_tree(place: str, tmp_path: Path, scaffold: Run) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "b.git")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for options in ((), ("--dry-run",)):
        done = scaffold("init", tmp_path / place, *options)
        assert done.code == 2, done
        assert "which has no working tree" in done.err
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_work_tree_below_a_bare_repository(template: Template, tmp_path: Path, scaffold: Run) -> None:
    template.release("v1.0.0", {"a.md": "one\n"})
    git(tmp_path, "clone", "--quiet", "--bare", str(template), "project/.bare")
    git(tmp_path / "project/.bare", "worktree", "add", "--quiet", "../main", "main")
    assert scaffold("init", tmp_path / "project/main", "-t", template).code in {0, 1}
    write_tree(tmp_path, {"project/.git": "gitdir: .bare\n"})
    assert scaffold("init", tmp_path / "project", "-t", template).code == 2
