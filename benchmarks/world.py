"""The temporary world that benchmarks run in: templates behind local "remotes", and installed copies of them.

Nothing of the user's is read or written: home, caches and git configuration are temporary. Copier and scaffold get the
same git templates through the same URLs; cruft gets a cookiecutter template that renders the same files.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from race import Runner, nothing

# Four files (form, Markdown template, labels, answers), one question; and the template that comes with the package.
SMALL_URL: Final = "https://templates.invalid/small.git"
CATALOG_URL: Final = "https://templates.invalid/catalog.git"
COOKIE_URL: Final = "https://templates.invalid/cookie.git"
_DATA: Final = Path(__file__).resolve().parent.parent / "src" / "issue_scaffold" / "data"
BUNDLE: Final = _DATA / "template.bundle"
# The newest two versions of the bundled template; the other templates bear the same.
OLD, NEW = [line.split()[0] for line in (_DATA / "template-releases.txt").read_text("ascii").splitlines()[-2:]]

_FORM = """\
name: Task
description: A task for the {team} team
labels: [task]
body:
  - type: markdown
    attributes:
      value: "## What is to be done"
  - type: textarea
    id: what
    attributes:
      label: What
      description: One or two sentences
    validations:
      required: true
  - type: checkboxes
    id: checklist
    attributes:
      label: Checklist
      options:
        - label: Tests are written
        - label: Documentation is written
"""
_MARKDOWN = """\
---
name: Task (Markdown)
about: A task for the {team} team
labels: task
---

## What is to be done

## Checklist

- [ ] Tests are written
- [ ] Documentation is written
"""
_LABELS = """\
- name: task
  color: "0e8a16"
  description: Work of the {team} team
"""
_FOURTH_BOX = "        - label: The change is announced\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Where the commands are."""

    scaffold: str
    copier: str
    cruft: str
    python: str


class World:
    """Templates with two versions each, and an installed copy of each version by each tool."""

    def __init__(self, folder: Path, tools: Tools) -> None:
        self.folder = folder
        self.tools = tools
        config = folder / "gitconfig"
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "home"),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": str(config),
            "GIT_CONFIG_SYSTEM": os.devnull,
            "SCAFFOLD_CACHE_DIR": str(folder / "cache" / "scaffold"),
            "COPIER_CACHE_DIR": str(folder / "cache" / "copier"),
        }
        (folder / "home").mkdir()
        (folder / "work").mkdir()
        remotes = {SMALL_URL: "small", CATALOG_URL: "catalog", COOKIE_URL: "cookie"}
        config.write_text(
            "[user]\nname = Bench\nemail = bench@example.invalid\n[init]\ndefaultBranch = main\n"
            "[advice]\ndetachedHead = false\n"
            + "".join(f'[url "{folder / name}"]\ninsteadOf = {url}\n' for url, name in remotes.items()),
            encoding="utf-8",
        )
        self.call("git", "clone", "--quiet", str(BUNDLE), "catalog")
        self._make_templates()
        self._make_copies()

    def call(self, *command: str, cwd: Path | None = None) -> None:
        """Run a command that must succeed. Raises RuntimeError."""
        done = subprocess.run(command, cwd=cwd or self.folder, env=self.env, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command} exited with {done.returncode}:\n{(done.stdout + done.stderr).decode()}")

    def _commit(self, folder: Path, tag: str | None = None) -> None:
        if not (folder / ".git").is_dir():
            self.call("git", "init", "--quiet", cwd=folder)
        self.call("git", "add", "--all", cwd=folder)
        self.call("git", "commit", "--quiet", "--message", tag or "start", cwd=folder)
        if tag:
            self.call("git", "tag", tag, cwd=folder)

    def _make_templates(self) -> None:
        small, cookie = self.folder / "small", self.folder / "cookie"
        for tag, more in ((OLD, ""), (NEW, _FOURTH_BOX)):
            _write(small, _issue_files("{{ team }}", more, suffix=".jinja"))
            _write(small, {"copier.yml": "team:\n  type: str\n  default: platform\n"})
            _write(small, {"{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}"})
            _write(cookie / "{{cookiecutter.project}}", _issue_files("{{cookiecutter.team}}", more))
            _write(cookie, {"cookiecutter.json": '{"project": "project", "team": "platform"}\n'})
            self._commit(small, tag)
            self._commit(cookie, tag)

    def _make_copies(self) -> None:
        scaffold, copier, cruft = self.tools.scaffold, self.tools.copier, self.tools.cruft
        for tag in (OLD, NEW):
            folder = self.folder / "copies" / tag
            folder.mkdir(parents=True)
            for name, url in (("small", SMALL_URL), ("catalog", CATALOG_URL)):
                self.call(scaffold, "init", "-l", "-t", url, "--ref", tag, str(folder / f"scaffold-{name}"))
                self.call(copier, "copy", "-lq", "--vcs-ref", tag, url, str(folder / f"copier-{name}"))
            self.call(scaffold, "init", "-l", "--ref", tag, str(folder / "scaffold-bundled"))
            self.call(cruft, "create", "-y", "--checkout", tag, "--output-dir", str(folder), COOKIE_URL)
            (folder / "project").rename(folder / "cruft-small")
            for copy in folder.iterdir():
                self._commit(copy)

    def copy(self, name: str, tag: str) -> Path:
        """Return the installed copy of a version, `TOOL-TEMPLATE`; nobody may change it."""
        return self.folder / "copies" / tag / name

    def forget(self, tool: str) -> None:
        """Empty a tool's cache."""
        shutil.rmtree(self.folder / "cache" / tool, ignore_errors=True)

    def work(self, name: str) -> Path:
        """Return a working folder's path."""
        return self.folder / "work" / name

    def prepare(self, name: str, tag: str | None = None, *, forget: str | None = None) -> Callable[[], None]:
        """Return what makes a working folder absent, or with `tag` a copy, and may empty a tool's cache."""

        def prepare() -> None:
            shutil.rmtree(self.work(name), ignore_errors=True)
            if tag:
                shutil.copytree(self.copy(name, tag), self.work(name), symlinks=True)
            if forget:
                self.forget(forget)

        return prepare

    def runner(
        self, name: str, *command: str | Path, cwd: Path | None = None, prepare: Callable[[], None] = nothing
    ) -> Runner:
        """Return a command to time in this world."""
        return Runner(name=name, command=[*map(str, command)], cwd=cwd or self.folder, env=self.env, prepare=prepare)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def _issue_files(team: str, more: str, *, suffix: str = "") -> dict[str, str]:
    """Return the template's files; `more` is appended to the form."""
    texts = {"ISSUE_TEMPLATE/task.yml": _FORM + more, "ISSUE_TEMPLATE/task.md": _MARKDOWN, "labels.yml": _LABELS}
    return {f".github/{name}{suffix}": text.replace("{team}", team) for name, text in texts.items()}
