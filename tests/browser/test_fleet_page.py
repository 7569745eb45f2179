"""A fleet's page in a browser: sorted and filtered without a server, nobody kept out, nothing foreign runs."""

import json
from pathlib import Path

import pytest
from tests.browser.conftest import Visit
from tests.conftest import Run

from issue_scaffold.fleet.outcome import FleetOutcome, Reason, Status, Why, failed

WIDTHS = (390, 1280)
THEMES = ("light", "dark")
EVIL = "<img src=x onerror=hit()>\"'&</table><script>hit()</script>\x1b[31m\udce9"


def outcomes(clean: int) -> list[FleetOutcome]:
    """Return a run's outcomes: some clean, and one of each other kind; names and messages are hostile."""
    template = {"source": "https://git.example.com/t.git", "version": "v1.0.0", "latest": "v1.2.0"}
    finding = {"kind": "modified", "severity": "error", "path": f".github/{EVIL}", "message": EVIL}
    rows = [
        FleetOutcome(repository=f"acme/r{number}", status=Status.CLEAN, template={**template, "version": "v1.2.0"})
        for number in range(clean)
    ]
    rows += [
        FleetOutcome(repository="acme/drifted", status=Status.DRIFTED, template=template, findings=(finding, finding)),
        FleetOutcome(repository="acme/old", status=Status.OUTDATED, template=template),
        FleetOutcome(repository="acme/new", status=Status.NOT_INITIALISED),
        FleetOutcome(repository="acme/out", status=Status.SKIPPED, why=Why(Reason.OPTED_OUT, EVIL)),
        failed(f"acme/{EVIL}", Reason.NETWORK, EVIL, EVIL),
        failed("acme/gone", Reason.GONE, "it is gone"),
    ]
    return rows


def write_rows(path: Path, clean: int, started: str) -> Path:
    rows = [{"schema": "scaffold.fleet/1", **one.document} for one in outcomes(clean)]
    end = {"schema": "scaffold.fleet/1", "event": "summary", "counts": {}, "exit_code": 3, "left": 0}
    end["started"] = started
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, end]), encoding="utf-8")
    return path


@pytest.fixture
def page(tmp_path: Path, scaffold: Run) -> Path:
    """Return the page of a run of 16 repositories, with two earlier reports."""
    now = write_rows(tmp_path / "now.jsonl", 10, "2026-03-01T00:00:00Z")
    before = [write_rows(tmp_path / f"{number}.jsonl", number, f"2026-0{number}-01T00:00:00Z") for number in (2, 1)]
    report = tmp_path / "report.html"
    history = [word for one in before for word in ("--history", str(one))]
    done = scaffold("fleet", "report", now, *history, "--format", f"html={report}")
    assert done.code == 3, done
    return report


def names(visit: Visit) -> list[str]:
    return [row.inner_text() for row in visit.page.locator(".every tbody th:visible").all()]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_nobody_is_kept_out(page: Path, visit: Visit, axe: str, width: int, theme: str) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    visit.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    visit.open(page)
    visit.page.evaluate(f"{axe}; undefined")
    found = visit.page.evaluate("axe.run().then(done => [done.violations, done.passes.length])")
    assert [(row["id"], [node["html"] for node in row["nodes"]]) for row in found[0]] == []
    assert found[1] > 15
    assert visit.page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert visit.page.evaluate("[window.hit, document.scripts.length, document.images.length]") == [None, 1, 0]
    assert visit.complaints == []


def test_what_it_says(page: Path, visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    visit.open(page)
    tables = visit.page.locator("table").all()
    heads = [head.inner_text() for head in visit.page.get_by_role("heading", level=2).all()]
    assert heads == ["Over time", "Versions in use", "Drift by file", "Failures by reason", "Repositories"]
    over_time = [row.inner_text().split("\t") for row in tables[0].locator("tbody tr").all()]
    assert [row[:2] for row in over_time] == [
        ["2026-01-01T00:00:00Z", "1"], ["2026-02-01T00:00:00Z", "2"], ["2026-03-01T00:00:00Z", "10"],
    ]  # fmt: skip
    assert visit.page.locator(".chart rect").count() == 3 * 6
    versions = [row.inner_text().split("\t") for row in tables[1].locator("tbody tr").all()]
    assert [row[1:] for row in versions] == [["v1.2.0", "v1.2.0", "10"], ["v1.0.0", "v1.2.0", "2"]]
    assert tables[2].locator("tbody tr").count() == 1
    assert [row.inner_text().split("\t")[:2] for row in tables[3].locator("tbody tr").all()] == [
        ["gone", "no"], ["network", "yes"],
    ]  # fmt: skip
    assert len(names(visit)) == 16


def test_the_keyboard_sorts_and_filters(page: Path, visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    visit.open(page)
    keyboard = visit.page.keyboard
    said = visit.page.get_by_role("status")
    visit.page.get_by_label("Name or details").focus()
    keyboard.type("acme/r1")
    assert (names(visit), said.inner_text()) == (["acme/r1"], "1 of 16 shown")
    keyboard.press("Control+a")
    keyboard.press("Delete")
    keyboard.press("Tab")
    keyboard.type("failed")
    assert len(names(visit)) == 2
    keyboard.press("Tab")
    keyboard.type("gone")
    assert names(visit) == ["acme/gone"]
    visit.page.reload()
    head = visit.page.get_by_role("button", name="repository")
    visit.page.locator("select[name=reason]").focus()
    for _ in range(2):  # the region that scrolls, then the head
        keyboard.press("Tab")
    for direction in ("ascending", "descending"):
        keyboard.press("Enter")
        assert head.locator("..").get_attribute("aria-sort") == direction
    assert names(visit)[0] == "acme/r9"
    keyboard.press("Tab")
    keyboard.press(" ")
    assert visit.page.locator(".every td[class]").first.inner_text() == "clean"
    assert visit.complaints == []


def test_it_says_all_without_its_script(page: Path, visit: Visit, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    bare = tmp_path / "bare.html"
    bare.write_text(text[: text.index("<script>")] + "</body></html>", encoding="utf-8")
    visit.open(bare)
    assert len(names(visit)) == 16
    assert not visit.page.locator(".filters").is_visible()
    assert visit.complaints == []
