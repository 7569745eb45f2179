"""The generated pages are what the code says, and the facts that pages repeat are the code's."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from issue_scaffold.settings.file import parse_settings

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> ModuleType:
    """Import a script."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_reference_pages_are_what_the_code_says() -> None:
    assert load("generate_reference").stale_pages() == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_the_picture_is_what_the_terminal_shows() -> None:
    recorder = load("record_terminal")
    assert recorder.picture(recorder.record()) == recorder.PICTURE.read_text(encoding="utf-8")


def test_continuous_integration_runs_the_second_command() -> None:
    commands = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert f"({commands[1].strip()}) 2>&1" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_dependency_is_explained_with_its_floor() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    declared = re.search(r"^dependencies = \[\n(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert declared
    page = (ROOT / "docs" / "explanation" / "dependencies.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([\w.-]+)` \| ([\w.]+) \|", page, re.MULTILINE))
    assert rows == {tuple(line.split(">=")) for line in re.findall(r'"([^"]+)"', declared[1])}


def test_every_page_is_in_the_navigation() -> None:
    class Loader(yaml.SafeLoader):
        """Reads past MkDocs' own tags."""

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)
    config = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 - a safe loader
    listed = set(re.findall(r"[\w/-]+\.md", str(config["nav"])))
    assert listed == {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")}


def test_the_environment_variables_that_the_code_reads_are_documented() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    read = set(re.findall(r'environ(?:\.get\(|\[)"(\w+)"', source)) - {"COPIER_CACHE_DIR"}
    page = (ROOT / "docs" / "reference" / "environment.md").read_text(encoding="utf-8")
    assert not {name for name in read if f"`{name}`" not in page}


def test_the_settings_file_that_is_shown_is_one() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    shown = re.search(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert shown
    settings = parse_settings(shown[1].encode())
    assert settings.accepted
    assert settings.ignored
    assert settings.known_labels
