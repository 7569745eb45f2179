"""The system's Chromium, once for all tests of pages."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, sync_playwright
from tests.conftest import IN_CI

NPM = Path(__file__).parent / "npm"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass
class Visit:
    """A page that is open, and what it complained of or asked for beside itself."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, path: Path) -> None:
        """Open a file, and look for nothing that was complained of before."""
        self.complaints.clear()
        self.page.goto(path.as_uri())

    def dismiss(self, dialog: Dialog) -> None:
        """Complain of a window that asks something."""
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note_request(self, request: Request) -> None:
        """Complain of whatever is loaded beside the page."""
        if request.resource_type != "document":
            self.complaints.append(request.url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the browser. Without one the tests skip, but never in CI."""
    if CHROMIUM is None and not IN_CI:
        pytest.skip("no Chromium on PATH")
    assert CHROMIUM is not None, "no Chromium on PATH"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield found
        found.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe-core."""
    source = NPM / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file() and not IN_CI:
        pytest.skip("axe-core is not installed: npm ci --prefix tests/browser/npm")
    return source.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def visit(browser: Browser) -> Iterator[Visit]:
    """Return a visit; its page is used again and again."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(15_000)
    found = Visit(page)
    page.on("console", lambda said: found.complaints.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: found.complaints.append(f"error: {error}"))
    page.on("dialog", found.dismiss)
    page.on("request", found.note_request)
    yield found
    page.close()
