"""Who may do what: each outside thing has one owner, only `cli/` prints or exits, nobody changes directory.

Which folder may import which is a contract in pyproject.toml, which import-linter holds.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import issue_scaffold

PACKAGE = Path(issue_scaffold.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# Each outside thing has one owner.
OWNERS = {
    "copier": {"template/sealed_child.py", "template/sealed_interview.py"},
    "subprocess": {
        "git/command.py",
        "text/patterns.py",
        "template/sealed_process.py",
        "label_sync/login_program.py",
        "issue/gh.py",
        "preview/picture.py",
    },
    "click": {"cli"},
    "distributed": {"fleet/dask_engine.py"},
    "http": {"label_sync/http/exchange.py", "preview/server.py"},
    "socket": {"label_sync/http/byte_streams.py"},
    "ssl": {
        "label_sync/http/byte_streams.py",
        "label_sync/http/exchange.py",
        "label_sync/http/route.py",
    },
    # Not needed, and not declared: one client for one API is ours.
    "github": set(),
    "requests": set(),
}
# Who opens files by name: the one bounded reader, and those who read what this program itself has put there.
OPENERS = {
    "files/bounded.py",
    "template/bundled.py",  # the package's own list of releases
    "state/cache_store.py",  # the cache, verified by checksums
    "template/rendered_files.py",  # what a rendering has left in a folder of ours
    "template/sealed_child.py",  # in the sealed process, which can open nothing but the template
    "template/installation.py",  # how this program was installed, by its own metadata
    "preview/frame.py",  # the package's own style and scripts
    "fleet/run_folder.py",  # what a run remembers, and the files that it has shown
    "state/locks.py",  # lock files in the cache
    "files/sweep.py",  # many small files that are plainly there, none through a link
    "files/folders.py",  # what a journal holds, and the files that are to be replaced
    "git/folder.py",  # git's own pointers and configuration, a little of each
    "writing/files.py",  # the files that are to be replaced, and pipes that are written to
    "cli/entry.py",  # the null device
    "cli/main.py",  # the null device
    "writing/one_file.py",  # a step summary, which is appended to
}
# Who makes values of YAML: the one loader, and who needs another reader to be sure of the first.
LOADERS = {
    "text/yaml_values.py",
    "text/yaml_nodes.py",
    "template/copier_engine.py",  # a catalog's questions, counted first
    "template/sealed_interview.py",  # writes a default as people would type it; reads none
    "template/sealed_child.py",  # a template's settings, within the limits of the sealed process
}
# Everything that is printed is made inert on the way.
# Before Click is loaded, the first module has to say what it can.
PRINTERS = {"cli/printing.py", "cli/entry.py"}


def layer_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_outside_thing_has_one_owner(path: Path) -> None:
    relative = path.relative_to(PACKAGE).as_posix()
    for name in {name.split(".")[0] for name in imports(path)} & OWNERS.keys():
        assert any(relative == owner or relative.startswith(f"{owner}/") for owner in OWNERS[name]), name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nobody_below_the_command_line_prints_exits_or_changes_directory(path: Path) -> None:
    called = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    assert not called & {"os.chdir", "contextlib.chdir"}
    if layer_of(path) != "cli":
        assert not called & {"print", "sys.exit", "exit", "sys.stdout.write", "sys.stderr.write", "click.echo"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_modules_say_what_they_are(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def called_in(path: Path) -> set[str]:
    """Return what a module calls, as it is written."""
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return {ast.unparse(call) for call in calls}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_files_of_others_are_read_in_one_place(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() not in OPENERS:
        opening = {"open", ".open", ".read_bytes", ".read_text", ".readlines"}
        called = {call[call.rfind(".") :] if "." in call else call for call in called_in(path) - {"tarfile.open"}}
        assert not called & opening


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_values_are_made_of_yaml_in_one_place(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() not in LOADERS:
        loading = {"load", "load_all", "safe_load", "safe_load_all", "compose", "compose_all", "parse", "full_load"}
        assert not called_in(path) & {f"yaml.{name}" for name in loading}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_everything_is_printed_in_one_place(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() not in PRINTERS:
        printing = {"click.echo", "click.secho", "click.style", "click.prompt", "click.confirm", "print"}
        assert not called_in(path) & {*printing, "sys.stdout.write", "sys.stderr.write"}
