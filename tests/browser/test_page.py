"""A preview's page in a browser: nothing foreign runs, nobody is kept out, the keyboard is enough."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator
from tests.browser.conftest import Visit
from tests.browser.forms import EVERYTHING, FOLDER, hostile_form
from tests.conftest import Run, write_tree

from issue_scaffold.preview.run import preview
from issue_scaffold.preview.server import serving

WIDTHS = (390, 1280)
THEMES = ("light", "dark")


@pytest.fixture
def everything(scaffold: Run, tmp_path: Path) -> Path:
    """Return the page of a repository with every kind of element and file."""
    return made(scaffold, tmp_path, EVERYTHING)


def made(scaffold: Run, folder: Path, files: dict[str, str]) -> Path:
    """Return the page of a repository's files."""
    write_tree(folder / "repository", dict(files))
    page = folder / "page.html"
    done = scaffold("preview", folder / "repository", "-o", page)
    assert (done.code, done.out) == (0, f"{page}\n"), done
    return page


def section(visit: Visit, name: str) -> Locator:
    """Return the part of the page that one template has."""
    heading = visit.page.get_by_role("heading", name=name, exact=True)
    return visit.page.locator(".template").filter(has=heading)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nobody_is_kept_out(everything: Path, visit: Visit, axe: str, width: int, theme: str) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    visit.open(everything)
    visit.page.evaluate(f"{axe}; undefined")
    found = visit.page.evaluate("axe.run().then(done => [done.violations, done.passes.length])")
    assert [(row["id"], [node["html"] for node in row["nodes"]]) for row in found[0]] == []
    assert found[1] > 20
    assert visit.page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert visit.complaints == []


def test_a_hostile_form_runs_nothing_and_lays_out(scaffold: Run, visit: Visit, axe: str, tmp_path: Path) -> None:
    page = made(scaffold, tmp_path, {f"{FOLDER}/evil.yml": hostile_form()})
    visit.page.set_viewport_size({"width": 390, "height": 900})
    visit.open(page)
    assert visit.page.evaluate("[window.hit, document.scripts.length, document.images.length]") == [None, 1, 0]
    assert visit.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert visit.page.locator("option").count() == 501
    addresses = visit.page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    assert all(address.startswith(("#", "https:")) for address in addresses)
    for label in visit.page.locator(".box label").all()[:2]:
        label.click(position={"x": 2, "y": 2})
    assert "x" * 100_000 in visit.page.locator(".body").input_value()
    visit.page.evaluate(f"{axe}; undefined")
    found = visit.page.evaluate("axe.run().then(done => done.violations.map(row => row.id))")
    assert found == []
    assert visit.complaints == []


def test_the_chooser_the_issue_and_what_gets_lost(everything: Path, visit: Visit) -> None:
    visit.open(everything)
    chooser, hidden = visit.page.locator(".chooser").all()
    assert [row.inner_text() for row in chooser.locator(".name").all()] == [
        "Everything", "Task", "Forum ↗", "Report a security vulnerability", "Blank issue",
    ]  # fmt: skip
    assert [row.inner_text().split("\n")[0].split()[0] for row in hidden.locator("li").all()] == [
        "Broken", "Hidden", "Mail",
    ]  # fmt: skip
    assert "For maintainers only" in chooser.inner_text()
    form = section(visit, "Everything")
    assert form.locator(".finding").count() > 0
    assert "absent" in form.locator(".note").first.inner_text()
    form.get_by_label("Version", exact=True).fill("2 & 3")
    form.get_by_label("System", exact=True).select_option(label="Linux")
    form.get_by_label("Areas", exact=True).select_option(["one", "two, three"])
    form.get_by_label("Other", exact=True).check()
    assert form.get_by_label("Issue body").input_value() == (
        "### Version\n\n2 & 3\n\n### Logs\n\n```Shell\nnone\n```\n\n### Steps\n\n1. \n\n### System\n\nLinux\n\n"
        "### Areas\n\none, two, three\n\n### Terms\n\n- [ ] I read [it](https://example.com)\n- [x] Other\n\n"
        "### Files\n\n_No response_"
    )
    assert form.get_by_label("Link that fills in the form").input_value() == (
        "https://github.com/OWNER/REPOSITORY/issues/new?template=everything.yml&version=2%20%26%203"
    )
    assert form.locator(".notes").inner_text() == "The link can't carry: System, Areas, Terms"
    task = section(visit, "Task")
    task.get_by_label("Text", exact=True).fill("Done\n")
    assert task.get_by_label("Issue body").input_value() == "Done\n"
    assert task.get_by_label("Link that fills in the form").input_value().endswith("?template=task.md&body=Done%0A")
    assert visit.complaints == []


def test_the_keyboard_is_enough(everything: Path, visit: Visit) -> None:
    visit.open(everything)
    form = section(visit, "Everything")
    keyboard = visit.page.keyboard
    form.get_by_label("Version", exact=True).focus()
    reached = []
    for keys in ("3.1", "", "", "ArrowUp", "ArrowDown", " ", "", " ", "", "", "", "", "Enter"):
        focused = "document.activeElement.type + ':' + document.activeElement.id"
        reached.append(visit.page.evaluate(focused).partition(":")[0])
        if len(keys) > 1 and keys[0].isalpha():
            keyboard.press(keys)
        elif keys:
            keyboard.type(keys)
        keyboard.press("Tab")
    assert reached == [
        "text", "textarea", "textarea", "select-one", "select-multiple", "checkbox", "", "checkbox", "file", "text",
        "textarea", "button", "text",
    ]  # fmt: skip
    body = form.get_by_label("Issue body").input_value()
    assert "3.1" in body
    assert "Linux" in body


def test_copying_puts_the_body_on_the_clipboard(everything: Path, visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.open(everything)
    form = section(visit, "Everything")
    form.get_by_role("button", name="Copy body").press("Enter")
    form.get_by_role("button", name="Copied").wait_for()
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied == form.get_by_label("Issue body").input_value()


def test_a_served_page_reloads_itself(visit: Visit, tmp_path: Path) -> None:
    write_tree(tmp_path, dict(EVERYTHING))
    with serving(preview([str(tmp_path)], reloads=True)) as server:
        visit.complaints.clear()
        visit.page.goto(server.address)
        assert section(visit, "Everything").get_by_label("Issue body").input_value().startswith("### Version")
        write_tree(
            tmp_path, {f"{FOLDER}/everything.yml": EVERYTHING[f"{FOLDER}/everything.yml"].replace("Everyth", "Noth")}
        )
        server.show(preview([str(tmp_path)], reloads=True))
        section(visit, "Nothing").wait_for()
        assert {said for said in visit.complaints if "/changed?since=" not in said} == set()
        visit.page.goto("about:blank")


def test_a_picture_is_as_high_as_the_page(scaffold: Run, tmp_path: Path, browser: Browser) -> None:
    write_tree(tmp_path, dict(EVERYTHING))
    picture = tmp_path / "page.png"
    assert browser.is_connected()
    assert scaffold("preview", tmp_path, "--format", "png", "-o", picture).code == 0
    head = picture.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert int.from_bytes(head[16:20]) == 1280
    assert int.from_bytes(head[20:24]) > 2000
