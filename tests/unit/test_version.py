"""What `scaffold --version` says, and what it leaves alone."""

import platform
import subprocess
import sys
from importlib.metadata import version

import pytest
from tests.conftest import Run

from issue_scaffold import __version__
from issue_scaffold.template import about as usecase
from issue_scaffold.template import bundled
from issue_scaffold.template.installation import PACKAGE


def test_it_says_what_is_at_work_and_where(scaffold: Run) -> None:
    result = scaffold("--version")
    lines = result.out.splitlines()
    assert result.code == 0
    assert lines[0] == f"scaffold {__version__}"
    assert [line.split()[:2] for line in lines[1:]] == [
        ["template", bundled.versions().latest],
        ["copier", version("copier")],
        ["python", platform.python_version()],
        ["place", str(PACKAGE)],
    ]
    assert sys.executable in lines[3]


def test_it_works_without_copier(scaffold: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise ModuleNotFoundError("copier")

    monkeypatch.setattr(usecase, "copier_version", missing)
    assert "copier    not found" in scaffold("--version").out


def test_it_loads_nothing_that_takes_long() -> None:
    slow = {"copier", "jinja2", "yaml", "packaging", "importlib.metadata"}
    code = (
        f"import sys; from issue_scaffold.cli.main import main; main(['--version']); print({slow} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "set()"
