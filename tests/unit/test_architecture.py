"""Who may do what: each outside thing has one owner, only `cli/` prints or exits, nobody changes directory.

Which folder may import which is a contract in pyproject.toml, which import-linter holds.
"""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

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
    "files/scratch.py",  # temporary folders of ours, to be locked
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


@cache
def read(path: Path) -> ast.Module:
    """Return what a module holds. All tests look at it, so each is read once."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    """Return the outermost packages that a module imports."""
    found = set()
    for node in ast.walk(read(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return frozenset(name.split(".")[0] for name in found)


@cache
def called_in(path: Path) -> frozenset[str]:
    """Return what a module calls, as it is written."""
    calls = [node.func for node in ast.walk(read(path)) if isinstance(node, ast.Call)]
    return frozenset(ast.unparse(call) for call in calls)


def name_of(path: Path) -> str:
    """Return how a module is named in the tables above."""
    return path.relative_to(PACKAGE).as_posix()


def callers(names: set[str], modules: Iterable[Path]) -> dict[str, set[str]]:
    """Return the modules that call one of the functions, and which."""
    found = {name_of(path): names & called_in(path) for path in modules}
    return {module: called for module, called in found.items() if called}


def all_but(allowed: set[str]) -> list[Path]:
    """Return the modules that a table doesn't name."""
    return [path for path in MODULES if name_of(path) not in allowed]


def test_every_outside_thing_has_one_owner() -> None:
    wrong = [
        (module, name)
        for module, name in ((name_of(path), name) for path in MODULES for name in imports(path) & OWNERS.keys())
        if not any(module == owner or module.startswith(f"{owner}/") for owner in OWNERS[name])
    ]
    assert not wrong


def test_nobody_below_the_command_line_prints_exits_or_changes_directory() -> None:
    assert not callers({"os.chdir", "contextlib.chdir"}, MODULES)
    below = [path for path in MODULES if not name_of(path).startswith("cli/")]
    ending = {"print", "sys.exit", "exit", "sys.stdout.write", "sys.stderr.write", "click.echo"}
    assert not callers(ending, below)


def test_modules_say_what_they_are() -> None:
    assert not [path for path in MODULES if not ast.get_docstring(read(path))]


def test_files_of_others_are_read_in_one_place() -> None:
    opening = {"open", ".open", ".read_bytes", ".read_text", ".readlines"}
    wrong = {}
    for path in all_but(OPENERS):
        called = {call[call.rfind(".") :] if "." in call else call for call in called_in(path) - {"tarfile.open"}}
        if called & opening:
            wrong[name_of(path)] = called & opening
    assert not wrong


def test_values_are_made_of_yaml_in_one_place() -> None:
    loading = {"load", "load_all", "safe_load", "safe_load_all", "compose", "compose_all", "parse", "full_load"}
    assert not callers({f"yaml.{name}" for name in loading}, all_but(LOADERS))


def test_everything_is_printed_in_one_place() -> None:
    printing = {"click.echo", "click.secho", "click.style", "click.prompt", "click.confirm", "print"}
    assert not callers({*printing, "sys.stdout.write", "sys.stderr.write"}, all_but(PRINTERS))


def test_temporary_folders_are_named_in_one_place() -> None:
    """What has no name needs no owner, nor what is made inside such a folder."""
    makers = {"TemporaryDirectory", "NamedTemporaryFile", "mkstemp"}
    others = all_but({"files/scratch.py", "cli/crash.py"})
    assert not callers({*makers, *(f"tempfile.{name}" for name in makers)}, others)
    for path in others:
        calls = [node for node in ast.walk(read(path)) if isinstance(node, ast.Call)]
        named = [call for call in calls if ast.unparse(call.func).endswith("mkdtemp")]
        assert all([word.arg for word in call.keywords] == ["dir"] for call in named), path
