"""The cache folder: JSON documents and content-addressed blobs, each verified when read.

Nothing in it is ever needed: a folder that can't be written is worked without, a damaged entry
counts as absent.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from issue_scaffold.text.digests import sha256_of

# Of all documents; another one counts as absent.
FORMAT: Final = 1
_NEW_FLAGS: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
)


def digest_of(*parts: str) -> str:
    """Return one SHA-256, in hex, over several texts.

    No two lists of texts share one by running together.
    """
    return sha256_of(
        "\0".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")
    )


class CacheStore:
    """JSON documents by kind and key, and blobs by digest, below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._place = os.fspath(folder)
        self._swept = False

    def read_document(self, kind: str, key: str) -> dict[str, Any] | None:
        """Return a document, None when it is absent, damaged or of another format.

        What is in it is the reader's to check: a later release may have written it.
        """
        try:
            raw = _content(self._document(kind, key))
        except OSError:
            return None
        checksum, _, body = raw.partition(b"\n")
        if sha256_of(body).encode() != checksum:
            return None
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return None
        if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
            return None
        return document

    def write_document(self, kind: str, key: str, document: dict[str, Any]) -> None:
        """Keep a document; quietly not, when the folder can't be written."""
        body = json.dumps(
            {**document, "format": FORMAT}, ensure_ascii=False, sort_keys=True
        ).encode("utf-8", "surrogatepass")
        self._write(self._document(kind, key), sha256_of(body).encode() + b"\n" + body)

    def remove_document(self, kind: str, key: str) -> None:
        """Remove a document, if it is there; quietly not, when the folder can't be written."""
        with suppress(OSError):
            os.unlink(self._document(kind, key))  # noqa: PTH108

    def read_blob(self, digest: str) -> bytes | None:
        """Return the bytes with this SHA-256, or None when they are absent or damaged."""
        try:
            content = _content(self._blob(digest))
        except OSError:
            return None
        if sha256_of(content) == digest:
            return content
        return None

    def write_blob(self, content: bytes) -> str:
        """Keep bytes, and return their SHA-256."""
        digest = sha256_of(content)
        if self.read_blob(digest) is None:
            self._write(self._blob(digest), content)
        return digest

    # Texts: pathlib takes twice the time.
    def _document(self, kind: str, key: str) -> str:
        return f"{self._place}/{kind}/{key}.json"

    def _blob(self, digest: str) -> str:
        return f"{self._place}/blobs/{digest[:2]}/{digest}"

    def _write(self, place: str, content: bytes) -> None:
        from issue_scaffold.state import locks

        path, temporary = Path(place), None
        try:
            folder = self._sweep()
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = folder / os.urandom(12).hex()
            handle = os.open(temporary, _NEW_FLAGS, 0o600)
            # Held until the file has its name: what nobody holds was left by a process that died.
            with os.fdopen(handle, "wb") as file:
                locks.try_lock(handle)
                file.write(content)
                file.flush()
                if os.name != "nt":
                    temporary.replace(path)
            if os.name == "nt":  # which renames no open file
                temporary.replace(path)
        except OSError:
            if temporary is not None:
                with suppress(OSError):
                    temporary.unlink()

    def _sweep(self) -> Path:
        """Return the folder for files on their way, once rid of what dead processes left there.

        Raises OSError.
        """
        from issue_scaffold.state import locks

        folder = self.folder / "new"
        if self._swept:
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():
            with suppress(OSError):
                handle = os.open(left, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
                with os.fdopen(handle, "rb"):
                    dead = locks.try_lock(handle)
                if dead:
                    left.unlink()
        self._swept = True
        return folder


def _content(place: str) -> bytes:
    with open(place, "rb", buffering=0) as file:  # noqa: PTH123
        return file.read()
