"""How the tool was installed: seen in real installations, and in metadata of the kinds that need a network.

`scaffold --version` says it; and every kind has what `scaffold labels` needs to ask GitHub.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from tests.conftest import write_tree
from tests.installation.conftest import Machine
from tests.labels.fake_github import FakeGitHub, FakeServer

from issue_scaffold.template import installation
from issue_scaffold.template.installation import Origin, OriginKind, read_origin

SECRET = "sesame-7f3a"  # noqa: S105 - what must not be seen
NAME = "issue-scaffold"

# How each is made, as typed in a clone; `{python}` is an environment's. What `--version` says, where `{clone}` is the
# clone's path.
KINDS = {
    "pip from a folder": ("{python} -m pip install .", "pip from {clone}"),
    "pip from a folder, editable": ("{python} -m pip install --editable .", "pip from {clone}, editable"),
    # `labels` once needed an extra; what people and scripts type still works.
    "pip with the extra of old": ("{python} -m pip install '.[github]'", "pip from {clone}"),
    "pip from a git URL": ("{python} -m pip install 'git+{url}'", "pip from git+{url}@{commit}"),
    "pip from a wheel file": (
        "{python} -m pip wheel --no-deps --wheel-dir dist . && {python} -m pip install dist/*.whl",
        "pip from {clone}/dist/issue_scaffold-{version}-py3-none-any.whl",
    ),
    "pip by name, from a folder of wheels": (
        "{python} -m pip wheel --no-deps --wheel-dir dist . && {python} -m pip install --find-links dist " + NAME,
        "pip",
    ),
    "pip from a folder that is gone": (
        "cp -r . ../gone && {python} -m pip install ../gone && rm -rf ../gone",
        "pip from {gone}",
    ),
    "uv from a folder": ("uv pip install --python {python} .", "uv from {clone}"),
    "pipx": ("pipx install .", "pipx from {clone}"),
    "uv tool": ("uv tool install .", "uv tool from {clone}"),
    "uv tool, editable": ("uv tool install --editable .", "uv tool from {clone}, editable"),
    "uv tool from a git URL": ("uv tool install 'git+{url}'", "uv tool from git+{url}@{commit}"),
}


@pytest.fixture
def service() -> Iterator[FakeServer]:
    """Serve a repository without labels."""
    running = FakeServer(FakeGitHub())
    running.github.repository()
    yield running
    running.close()


@pytest.mark.parametrize("kind", KINDS)
def test_an_installation_says_how_it_was_made_and_asks_for_labels(
    machine: Machine, service: FakeServer, kind: str
) -> None:
    made_by, said = KINDS[kind]
    words = {
        "python": str(machine.home / "env/bin/python"),
        "clone": str(machine.clone),
        "gone": str(machine.clone.parent / "gone"),
        "url": machine.clone.as_uri(),
        "commit": machine.run("git", "rev-parse", "HEAD").strip(),
        "version": installation_version(machine),
    }
    command = machine.home / ".local/bin/scaffold"
    if "{python}" in made_by:
        # What the project requires is there already, so that pip has little to do: that it can is seen elsewhere.
        machine.run("uv", "venv", "--quiet", machine.home / "env")
        machine.run("uv", "pip", "install", "--python", words["python"], "pip", "-r", "pyproject.toml")
        command = machine.home / "env/bin/scaffold"
    machine.env["PIPX_DEFAULT_BACKEND"] = "uv"  # the other one is in test_readme.py
    machine.run("bash", "-ec", made_by.format(**words))

    lines = machine.run(command, "--version").splitlines()
    assert lines[0] == f"scaffold {words['version']}"
    assert lines[-1].endswith(f"(installed by {said.format(**words)})")

    machine.env["GH_TOKEN"] = service.github.token
    write_tree(machine.home / "work", {".github/labels.yml": "- name: bug\n  color: ff0000\n"})
    labels = (command, "labels", "plan", "--repo", "octo/demo", "--api-url", service.address)
    assert "1 to create" in machine.run(*labels, cwd=machine.home / "work", code=1)


def installation_version(machine: Machine) -> str:
    """Return the version that the clone has."""
    text = (machine.clone / "src/issue_scaffold/__init__.py").read_text("utf-8")
    (version,) = re.findall(r'^__version__.*= "(.*)"$', text, re.MULTILINE)
    return str(version)


def repository(url: str, **more: str) -> dict[str, object]:
    return {"url": url, "vcs_info": {"vcs": "git", "commit_id": "c0ffee", **more}}


HOST = "https://git.example.com/tools/issue-scaffold.git"
SSH = "ssh://git@git.example.com/tools/issue-scaffold.git"
WHEEL = "https://files.example.com/issue_scaffold-1.0-py3-none-any.whl"
# What an installer recorded, and what is shown of it: never a secret, nothing where it tells nothing.
RECORDED: dict[str, tuple[object, str | None]] = {
    "git": (repository(HOST), f"git+{HOST}@c0ffee"),
    "a tag": (repository(HOST, requested_revision="v1.0"), f"git+{HOST}@c0ffee"),
    "ssh": (repository(SSH), f"git+{SSH}@c0ffee"),
    "a port": (
        repository("https://git.example.com:8443/a.git"),
        "git+https://git.example.com:8443/a.git@c0ffee",
    ),
    "an archive": ({"url": WHEEL, "archive_info": {"hash": "sha256=00"}}, WHEEL),
    "a name and a password": (
        repository(f"https://user:{SECRET}@git.example.com/a.git"),
        "git+https://git.example.com/a.git@c0ffee",
    ),
    "a token": (repository(f"https://{SECRET}@git.example.com/a.git"), "git+https://git.example.com/a.git@c0ffee"),
    "a password with an at sign": (
        repository(f"https://user:{SECRET}@x@git.example.com/a.git"),
        "git+https://git.example.com/a.git@c0ffee",
    ),
    "a password for ssh": (
        repository(f"ssh://git:{SECRET}@git.example.com/a.git"),
        "git+ssh://git.example.com/a.git@c0ffee",
    ),
    "a signed address": ({"url": f"{WHEEL}?X-Signature={SECRET}", "archive_info": {}}, WHEEL),
    "a secret behind the address": ({"url": f"{WHEEL}#{SECRET}", "archive_info": {}}, WHEEL),
    "a folder that is gone": ({"url": "file:///no/such/folder", "dir_info": {}}, "/no/such/folder"),
    "no URL": (repository(f"git:{SECRET}@git.example.com:a.git".replace("git:", "", 1)), None),
    "control characters": (repository(f"{HOST}\x1b[31m"), None),
    "a broken address": (repository("https://[::1/a.git"), None),
    "another shape": ([HOST], None),
    "no address": ({"vcs_info": {}}, None),
    "a commit that is none": (
        {"url": HOST, "vcs_info": {"vcs": "git", "commit_id": 7}},
        f"git+{HOST}@an unknown commit",
    ),
    "a folder with control characters": ({"url": "file:///tmp/%1b[31m", "dir_info": {}}, "file:///tmp/%1b%5B31m"),
    "nothing": (None, None),
}


@pytest.mark.parametrize("kind", RECORDED)
def test_the_source_is_shown_without_secrets(tmp_path: Path, kind: str) -> None:
    recorded, wanted = RECORDED[kind]
    if recorded is not None:
        (tmp_path / "direct_url.json").write_text(json.dumps(recorded), encoding="utf-8")
    source = read_origin(tmp_path)
    assert (source and str(source)) == wanted
    assert SECRET not in repr(source)
    assert str(source).isprintable()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"null", b'{"url": 3}'])
def test_metadata_that_can_not_be_read_tells_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "direct_url.json").write_bytes(content)
    assert read_origin(tmp_path) is None


def test_a_local_folder_keeps_its_blanks(tmp_path: Path) -> None:
    folder = tmp_path / "a b'c"
    folder.mkdir()
    source = Origin(kind=OriginKind.FOLDER, address=folder.as_uri())
    assert source.path == folder


def test_one_reads_its_own_metadata_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another copy, installed on the same path, says nothing about the code that runs."""
    write_tree(tmp_path, {"issue_scaffold-9.dist-info/METADATA": "", "issue_scaffold-9.dist-info/INSTALLER": "pip"})
    monkeypatch.setattr(installation, "PACKAGE", tmp_path / "elsewhere/issue_scaffold")
    monkeypatch.syspath_prepend(str(tmp_path))
    installation.installation.cache_clear()
    try:
        assert installation.installation().installer is None
    finally:
        monkeypatch.undo()
        installation.installation.cache_clear()


def test_addresses_are_of_the_form_that_the_template_asks_for() -> None:
    """A source's address and revision can answer `tool_source` and `tool_version` as they are."""
    source = Origin(kind=OriginKind.REPOSITORY, address=HOST, vcs="git", revision="v1.0", commit="c0ffee")
    assert PurePosixPath(source.address).suffix == ".git"
    assert source.path is None
