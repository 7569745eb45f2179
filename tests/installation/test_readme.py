"""The README from its first line to its last, typed in one fresh shell: the command is the one that it installs.

Nothing is set up unseen but a home folder with a name for git. The installers are the real ones, see conftest.py.
"""

import os
import re
from dataclasses import replace

import pytest
from tests.docs.pages import Example, examples, problems
from tests.installation.conftest import ROOT, Machine

README = ROOT / "README.md"
# The page's second command runs every check, and so this test: CI runs it as it stands (.ci/run).
EVERY_CHECK = "/bin/nox"
THEN = " && scaffold init ../demo"


def typed() -> list[Example]:
    """Return what a reader types, without the command that runs every check."""
    found = examples(README.read_text(encoding="utf-8"), with_typed=True)
    kept = [example for example in found if EVERY_CHECK not in example.command]
    assert len(kept) == len(found) - 1
    return kept


def table(program: str) -> tuple[str, str]:
    """Return what the README says to type with an installer, and where the command isn't found after that."""
    row = rf"^\| \[{program}\]\(.*?\) \| `(.*?)` \| `(.*?)`, and open a new terminal \|$"
    ((install, repair),) = re.findall(row, README.read_text("utf-8"), re.MULTILINE)
    return install, repair


def installed_with(program: str) -> str:
    """Return what the README says to type with an installer."""
    return table(program)[0]


@pytest.mark.parametrize("program", ["pip", "pipx", "uv"])
def test_every_line_works_after_those_before_it(machine: Machine, program: str) -> None:
    first, *others = typed()
    if program != "pip":
        assert first.command.endswith(THEN)
        first = replace(first, command=installed_with(program) + THEN)
    version = Example(command="scaffold --version", line=0)
    wrong = "\n\n".join(problems([first, *others, version], machine.clone, machine.env))
    assert not wrong, wrong
    assert (machine.clone.parent / "demo/.github/scaffold.yml").is_file()


@pytest.mark.parametrize("program", ["pipx", "uv"])
def test_a_terminal_that_does_not_look_there_is_told_to(machine: Machine, program: str) -> None:
    """On a new machine no terminal looks into the folder that the installers put the command into."""
    install, repair = table(program)
    folders = machine.env["PATH"].split(os.pathsep)
    machine.env["PATH"] = os.pathsep.join(folder for folder in folders if not folder.startswith(str(machine.home)))
    machine.env["SHELL"] = "/bin/bash"
    machine.env["PIPX_DEFAULT_BACKEND"] = "uv"  # the other one is used above
    machine.run("bash", "-euc", install)
    machine.run("bash", "-ic", "scaffold --version", code=127)
    machine.run("bash", "-euc", repair)
    assert "place " in machine.run("bash", "-ic", "scaffold --version")
    page = (ROOT / "docs/how-to/install.md").read_text("utf-8")
    assert f"`{repair}`" in page


def test_the_first_command_leaves_what_other_shells_need(machine: Machine) -> None:
    """The page about installing names a file of the environment for each shell."""
    machine.run("python3", "-m", "venv", "--without-pip", ".venv")
    made = {path.name for path in (machine.clone / ".venv/bin").iterdir()}
    page = (ROOT / "docs/how-to/install.md").read_text("utf-8")
    named = set(re.findall(r"\.venv/bin/(activate[\w.]*)", page))
    assert named == {"activate", "activate.fish"}
    assert named < made
    assert "Activate.ps1" in made


def test_the_page_about_installing_says_the_same() -> None:
    page = (ROOT / "docs/how-to/install.md").read_text("utf-8")
    first = typed()[0].command.removesuffix(THEN)
    for command in (first, installed_with("pipx"), installed_with("uv")):
        assert f"`{command}`" in page
    quickstart = (ROOT / "docs/quickstart.md").read_text("utf-8")
    assert f"`{installed_with('pipx')}`" in quickstart
    assert f"`{installed_with('uv')}`" in quickstart
