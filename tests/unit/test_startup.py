"""What keeps a start short gives the same as what it takes the place of."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from issue_scaffold.state.user_folders import cache_folder, state_folder
from issue_scaffold.text.digests import sha256_of
from issue_scaffold.text.late_patterns import late_pattern

PLACES = {"XDG_CACHE_HOME": cache_folder, "XDG_STATE_HOME": state_folder}
NAMED = ("", "/named", "/named/", "relative", "~/x", " /blank", "/a/../b")
HOMES = ("", "/home/somebody", "relative")


@pytest.mark.parametrize("home", [*HOMES, None])
@pytest.mark.parametrize("named", [*NAMED, None])
@pytest.mark.parametrize("variable", PLACES)
def test_folders_are_those_of_platformdirs(
    variable: str, named: str | None, home: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCAFFOLD_CACHE_DIR", raising=False)
    for name, value in ((variable, named), ("HOME", home)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    expected = {
        "XDG_CACHE_HOME": platformdirs.user_cache_path("issue-scaffold", appauthor=False),
        "XDG_STATE_HOME": platformdirs.user_state_path("issue-scaffold", appauthor=False),
    }
    assert PLACES[variable]() == expected[variable]


def test_a_folder_of_the_users_choice_goes_before_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path))
    assert (cache_folder(), state_folder()) == (tmp_path, tmp_path / "state")


@pytest.mark.parametrize("content", [b"", b"x", os.urandom(100_000)], ids=len)
def test_digests_are_sha_256(content: bytes) -> None:
    assert sha256_of(content) == hashlib.sha256(content).hexdigest()


def test_a_late_pattern_is_that_pattern() -> None:
    late, early = late_pattern(r"(?P<word>[a-z]+)|\d", re.IGNORECASE), re.compile(r"(?P<word>[a-z]+)|\d", re.IGNORECASE)
    for _ in range(2):
        assert late.findall("Ab 1 c") == early.findall("Ab 1 c")
        assert late.sub("-", "Ab 1 c") == early.sub("-", "Ab 1 c")
        found = late.fullmatch("Word")
        assert found is not None
        assert found["word"] == "Word"
    assert late_pattern(rb"\s+").split(b"a b") == [b"a", b"b"]
    assert (late.pattern, late.flags) == (early.pattern, early.flags)
    with pytest.raises(AttributeError):
        _ = late.no_such_thing  # type: ignore[attr-defined]


def test_a_late_pattern_is_compiled_when_it_is_used() -> None:
    broken = late_pattern("(")
    with pytest.raises(re.error):
        broken.match("")


def test_a_check_compiles_no_pattern_at_its_start() -> None:
    # Those of the interpreter, of Click and of PyYAML are compiled whoever asks.
    counting = (
        "import re, sys; before = 'import click, json, pathlib, yaml'; exec(before)\n"
        "compiled, inner = [], re._compiler.compile\n"
        "re._compiler.compile = lambda *a: (compiled.append(a[0]), inner(*a))[1]\n"
        "import issue_scaffold.cli.check\n"
        "print(compiled)"
    )
    done = subprocess.run([sys.executable, "-c", counting], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# What only folders, findings, fixes, other kinds of files or other formats of output need.
NOT_FOR_ONE_FORM = (
    *("dataclasses", "difflib", "fnmatch", "ipaddress", "json", "pathlib", "shutil", "tempfile", "urllib"),
    *("hashlib", "subprocess", "socket", "copier", "jinja2", "ruamel", "markdown_it", "wcwidth"),
    *(f"issue_scaffold.{name}" for name in ("git", "labels", "settings", "state", "sync", "template", "writing")),
    *(f"issue_scaffold.cli.output.{name}" for name in ("excerpt", "json", "markdown", "sarif")),
    *("issue_scaffold.forge.source_files", "issue_scaffold.forge.syntax", "issue_scaffold.text.toml_nodes"),
    *(f"issue_scaffold.validate.rules.{name}" for name in ("chooser", "cross", "labels", "settings", "template")),
    *(f"issue_scaffold.validate.rules.{name}" for name in ("label_guesses", "linguist", "registry", "summaries")),
)
VALIDATING = """
import re, sys
import click, yaml
before = set(sys.modules)
compiled, inner = [], re._compiler.compile
re._compiler.compile = lambda *a: (compiled.append(a[0]), inner(*a))[1]
from issue_scaffold.cli.main import main
code = main(["validate", sys.argv[1]])
ours = [name for name in sys.modules if name.startswith("issue_scaffold")]
named = [name for name, module in sys.modules.items() if name in ours for value in vars(module).values()
         if isinstance(value, type) and value.__module__ == name and issubclass(value, tuple)]
print(code, len(ours), len(named), len(compiled), *set(sys.modules) - before, file=sys.stderr)
"""
FORM = "name: Bug report\ndescription: Something is broken\nbody:\n" + "".join(
    f"  - type: {kind}\n    id: {kind}\n    attributes:\n      label: Field of {kind}\n      description: Few words.\n"
    for kind in ("input", "textarea")
)


def test_a_form_alone_loads_what_judges_forms_alone(tmp_path: Path) -> None:
    """Loading is nine tenths of such a run, and hooks make many of them.

    A module costs 0.1 ms and more, so does a named tuple; a pattern up to 0.3 ms.
    """
    (tmp_path / "bug.yml").write_text(FORM)
    command = [sys.executable, "-c", VALIDATING, str(tmp_path / "bug.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, ours, named, compiled, *loaded = done.stderr.split()
    inside = tuple(f"{name}." for name in NOT_FOR_ONE_FORM)
    assert [name for name in loaded if f"{name}.".startswith(inside)] == []
    assert code == "0"
    assert int(ours) <= 75
    assert int(named) <= 50
    assert int(compiled) <= 8


# What a command needs for some of its options alone.
FOR_SOME_RUNS = {
    "check": ("cli.labels_progress", "template.offer", "validate.engine", "fleet", "label_sync"),
    "fleet": ("fleet.dask_engine", "label_sync.adapter", "label_sync.plan", "template.installation", "validate.engine"),
}


@pytest.mark.parametrize("command", FOR_SOME_RUNS)
def test_a_command_loads_what_every_run_of_it_needs(command: str) -> None:
    program = f"import sys, issue_scaffold.cli.{command}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    needless = tuple(f"issue_scaffold.{name}." for name in FOR_SOME_RUNS[command])
    assert [name for name in done.stdout.split() if f"{name}.".startswith(needless)] == []
