"""Renderings in the cache: a manifest of digests for each, and the contents as blobs.

A manifest alone answers whether a target is as rendered; contents are loaded when something
differs. A check takes 0.4 s so, and 1.9 s where it has to render (best of six on two busy cores).
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from issue_scaffold.files.rendering import File, Rendering, moves_among
from issue_scaffold.state.cache_store import CacheStore
from issue_scaffold.state.remembered import Remembered

# Repositories of a fleet have the same renderings: so many are kept, of so many bytes at most.
_REMEMBERED: Final = 64
_MOST_BYTES: Final = 262_144
# Of digests alone, a few KB each.
_MOST_MANIFESTS: Final = 2048


class ManifestEntry(NamedTuple):
    """What a manifest says of one file.

    `blob` is the SHA-256 of its bytes, `digest` of what is compared.
    """

    digest: str
    executable: bool
    blob: str
    link: str | None = None


class Manifest(NamedTuple):
    """A rendering without its contents."""

    source: str
    version: str
    answers_file: str
    answers: Mapping[str, Any]
    entries: Mapping[str, ManifestEntry]
    write_once: frozenset[str]

    def relocated(self, places: Mapping[str, str]) -> "Manifest":
        """Return the manifest of the rendering that `Rendering.relocated` makes."""
        if not places:
            return self
        moves = moves_among(self.entries, places)
        entries = {moves.get(path, path): entry for path, entry in self.entries.items()}
        write_once = frozenset(moves.get(path, path) for path in self.write_once)
        return self._replace(entries=entries, write_once=write_once)


class RenderCache:
    """Renderings by key, in a cache store."""

    def __init__(self, store: CacheStore) -> None:
        self._store = store
        self._seen: Remembered[Manifest] = Remembered(_MOST_MANIFESTS)
        self._loaded: Remembered[Rendering] = Remembered(_REMEMBERED)

    def manifest(self, key: str) -> Manifest | None:
        """Return a rendering's manifest, or None when it isn't cached."""
        seen = self._seen.get(key)
        if seen is not None:
            return seen
        document = self._store.read_document("renders", key)
        try:
            return self._seen.keep(key, _manifest(document or {}))
        except (AttributeError, KeyError, TypeError, ValueError):
            return None  # absent, or of another shape than this release writes

    def load(self, key: str) -> Rendering | None:
        """Return a whole rendering, or None when a part of it is absent or damaged."""
        known = self._loaded.get(key)
        if known is not None:
            return known
        rendering = self._rendering(key)
        if rendering is not None and _size(rendering) <= _MOST_BYTES:
            self._loaded.keep(key, rendering)
        return rendering

    def _rendering(self, key: str) -> Rendering | None:
        manifest = self.manifest(key)
        if manifest is None:
            return None
        files = {}
        for path, entry in manifest.entries.items():
            content = b"" if entry.link is not None else self._store.read_blob(entry.blob)
            if content is None:
                return None
            files[path] = File(content=content, executable=entry.executable, link=entry.link)
        return Rendering(
            source=manifest.source,
            version=manifest.version,
            answers_file=manifest.answers_file,
            answers=manifest.answers,
            files=files,
            write_once=manifest.write_once,
        )

    def keep(self, key: str, rendering: Rendering) -> Manifest:
        """Keep a rendering; return its manifest.

        Quietly keeps nothing when the cache can't be written.
        """
        entries = {
            path: ManifestEntry(
                digest=file.digest,
                executable=file.executable,
                blob="" if file.link is not None else self._store.write_blob(file.content),
                link=file.link,
            )
            for path, file in rendering.files.items()
        }
        document = {
            "source": rendering.source,
            "version": rendering.version,
            "answers_file": rendering.answers_file,
            "answers": json.dumps(dict(rendering.answers), default=str, ensure_ascii=False),
            "files": {
                path: [row.digest, row.executable, row.blob, row.link]
                for path, row in entries.items()
            },
            "write_once": sorted(rendering.write_once),
        }
        self._store.write_document("renders", key, document)
        self._loaded.forget(key)
        return self._seen.keep(key, _manifest(document))


def _size(rendering: Rendering) -> int:
    return sum(len(file.content) for file in rendering.files.values())


def _manifest(document: Mapping[str, Any]) -> Manifest:
    """Return the manifest in a document.

    Raises KeyError, TypeError or ValueError for another shape.
    """
    answers = json.loads(document["answers"])
    names = (document["source"], document["version"], document["answers_file"])
    if not isinstance(answers, dict) or not all(isinstance(name, str) for name in names):
        raise TypeError
    return Manifest(
        source=document["source"],
        version=document["version"],
        answers_file=document["answers_file"],
        answers=answers,
        entries={path: _entry(*row) for path, row in document["files"].items()},
        write_once=frozenset(document["write_once"]),
    )


def _entry(digest: object, executable: object, blob: object, link: object) -> ManifestEntry:
    if not isinstance(digest, str) or not isinstance(executable, bool) or not isinstance(blob, str):
        raise TypeError
    if link is not None and not isinstance(link, str):
        raise TypeError
    return ManifestEntry(digest=digest, executable=executable, blob=blob, link=link)
