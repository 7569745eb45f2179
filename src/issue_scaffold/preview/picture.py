"""A page as a picture, by a browser that is on this machine.

Owns the search for a browser and how it is started: without a network, a profile of its own.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.files.bounded import read_file
from issue_scaffold.files.scratch import Scratch, ScratchKind

_BROWSERS: Final = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge", "brave-browser"),
)
_SECONDS: Final = 120.0
_WIDTH: Final = 1280
# A browser draws no larger pictures.
_HIGHEST: Final = 16_000
_HEIGHT: Final = re.compile(rb'<html[^>]*\sdata-height="([0-9]{1,7})"')
_MAX_BYTES: Final = 1 << 26


def find_browser() -> str:
    """Return the program of a browser. Raises ScaffoldError if there is none."""
    for name in _BROWSERS:
        found = shutil.which(name)
        if found is not None:
            return found
    raise ScaffoldError(
        "no browser was found that makes pictures",
        hint="install Chromium, Chrome or Edge, so that it is on PATH; or leave out --format png",
    )


def picture_of(page: str) -> bytes:
    """Return a page as PNG, as high as it is. Raises ScaffoldError if no browser makes one."""
    browser = find_browser()
    with Scratch(ScratchKind.PREVIEW) as folder:
        source, picture = folder / "page.html", folder / "page.png"
        source.write_bytes(page.encode())
        shown = _run(browser, folder, f"--window-size={_WIDTH},800", "--dump-dom", source.as_uri())
        found = _HEIGHT.search(shown)
        height = min(int(found[1]), _HIGHEST) if found else _HIGHEST
        size = f"--window-size={_WIDTH},{height}"
        _run(browser, folder, size, f"--screenshot={picture}", source.as_uri())
        if not picture.is_file():
            raise ScaffoldError(f"{browser} made no picture", hint="try another browser")
        return read_file(picture, limit=_MAX_BYTES)


def _run(browser: str, folder: Path, *arguments: str) -> bytes:
    options = [
        *("--headless=new", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
        *("--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder / 'profile'}"),
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")  # as root a browser refuses to start in one
    try:
        done = subprocess.run(
            [browser, *options, *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ScaffoldError(
            f"{browser} made no picture: {type(error).__name__}", hint="try another browser"
        ) from error
    return done.stdout
