"""`scaffold preview`: what it writes and says, what it refuses, and the page that is served."""

import errno
import http.client
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Thread

import pytest
from tests.conftest import Run, git, write_tree
from tests.unit.issue.forms import SHARED

from issue_scaffold.preview.server import PreviewServer, keep_up, serving

CORPUS = sorted((SHARED / "corpus" / "forms").glob("*.y*ml"))
ROOT = Path(__file__).parents[2]
FORM = ".github/ISSUE_TEMPLATE/bug.yml"
BUG = """\
name: Bug
description: Something is wrong
body:
  - type: input
    id: version
    attributes:
      label: Version
"""


@pytest.fixture
def here(repo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with one form, the working directory."""
    write_tree(repo, {FORM: BUG})
    monkeypatch.chdir(repo)
    return repo


def test_a_page_is_written_and_named(scaffold: Run, here: Path) -> None:
    git(here, "remote", "add", "origin", "https://user:secret@github.com/acme/shop.git")
    done = scaffold("preview")
    assert (done.code, done.out) == (0, "issue-preview.html\n"), done
    page = (here / "issue-preview.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "https://github.com/acme/shop/issues/new" in page
    assert "secret" not in page
    assert scaffold("preview", FORM, "-o", "-").out.count('<section class="template"') == 1


def test_several_repositories_and_files_are_one_page(scaffold: Run, here: Path) -> None:
    write_tree(here, {"other/.github/ISSUE_TEMPLATE/a.yml": BUG, "alone.yml": BUG})
    page = scaffold("preview", ".", "other", "alone.yml", "-o", "-").out
    assert page.count("<h1>") == 3
    assert page.count('<section class="template"') == 3


@pytest.mark.skipif(not CORPUS, reason="needs SCAFFOLD_CORPUS")
def test_fifty_forms_are_a_small_page(scaffold: Run, tmp_path: Path) -> None:
    write_tree(tmp_path, {f".github/ISSUE_TEMPLATE/{path.name}": path.read_bytes() for path in CORPUS[:50]})
    page = tmp_path / "page.html"
    assert scaffold("preview", tmp_path, "-o", page).code == 0
    assert page.read_text(encoding="utf-8").count('<section class="template"') == 50
    assert page.stat().st_size <= 250 << 10


def test_the_whole_catalog_is_a_small_page(scaffold: Run, repo: Path) -> None:
    offered = sorted(path.name.partition(".")[0] for path in (ROOT / "template" / "catalog").glob("*.yml.jinja"))
    assert scaffold("init", repo, "--defaults", "-d", f"issue_types=[{', '.join(offered)}]").code == 0
    page = repo / "page.html"
    assert scaffold("preview", repo, "-o", page).code == 0
    assert page.read_text(encoding="utf-8").count('<section class="template"') >= len(offered)
    assert page.stat().st_size <= 60 << 10


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("missing",), 2, "missing"),
        (("empty",), 2, "no issue forms or templates"),
        (("broken.yml",), 3, "broken.yml: "),
        (("latin.yml",), 3, "not UTF-8"),
        ((".", "--watch", "-o", "page.html"), 2, "--watch writes no file"),
        ((".", "-o", f"{FORM}/page.html"), 3, "bug.yml"),
        ((".", "--format", "png"), 3, "no browser was found"),
        ((".", "--open"), 3, "no browser was found"),
    ],
)
def test_what_can_not_be_done_is_one_clear_line(
    arguments: tuple[str, ...], code: int, said: str, scaffold: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("issue_scaffold.preview.picture._BROWSERS", ())
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    write_tree(
        here, {"empty/.git/x": "", "broken.yml": "name: Broken\nbody: 1\n", "latin.yml": b"name: \xe9\nbody: []\n"}
    )
    done = scaffold("preview", *arguments)
    assert done.code == code, done
    assert said in done.err
    assert done.err.count("error: ") + done.err.count("Error: ") == 1
    assert "Traceback" not in done.err


def test_where_nothing_may_be_served_it_is_said(scaffold: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: PreviewServer) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    assert here.is_dir()
    monkeypatch.setattr(PreviewServer, "server_bind", refuse)
    done = scaffold("preview", "--watch")
    assert (done.code, done.out) == (3, "")
    assert "error: the page can't be served on 127.0.0.1: Operation not permitted" in done.err


def asked(server: PreviewServer, path: str, host: str | None = None) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)) as connection:
        connection.request("GET", path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_who_has_an_older_page_is_told() -> None:
    with serving("<html>one</html>") as server:
        assert asked(server, "/") == (200, '<html data-version="1">one</html>')
        answers: list[tuple[int, str]] = []
        waiting = Thread(target=lambda: answers.append(asked(server, "/changed?since=1")))
        waiting.start()
        server.show("<html>two</html>")
        waiting.join()
        assert answers == [(200, "yes")]
        assert asked(server, "/changed?since=1") == (200, "yes")
        assert asked(server, "/") == (200, '<html data-version="2">two</html>')
        assert asked(server, "/other")[0] == 404
        assert asked(server, "/", "evil.example")[0] == 403


def test_what_changed_while_the_page_was_made_is_shown() -> None:
    class Shown:
        def show(self, page: str) -> None:
            raise KeyboardInterrupt(page)

    with pytest.raises(KeyboardInterrupt, match="after"):
        keep_up(Shown(), "before", lambda: "after", lambda: "after")  # type: ignore[arg-type]


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_a_watched_form_reloads_until_ctrl_c(here: Path) -> None:
    program = [sys.executable, "-c", "from issue_scaffold.cli.entry import run; run()", "preview", "--watch"]
    with ExitStack() as opened:
        process = opened.enter_context(
            subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
        opened.callback(process.kill)  # where something below fails, nobody waits for it
        assert process.stdout is not None
        assert process.stderr is not None
        address = process.stdout.readline().strip()
        port = int(address.rstrip("/").rpartition(":")[2])
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
            connection.request("GET", "/")
            assert "Version" in connection.getresponse().read().decode()
            connection.request("GET", "/changed?since=1")
            (here / FORM).write_text(BUG.replace("Version", "Release"), encoding="utf-8")
            assert connection.getresponse().read() == b"yes"
            connection.request("GET", "/")
            assert "Release" in connection.getresponse().read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr.read().strip() == "interrupted"
