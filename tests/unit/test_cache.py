"""The cache folder: what is read is what was written, or nothing."""

import hashlib
import os
from pathlib import Path

import pytest

from issue_scaffold.files.rendering import File, Rendering
from issue_scaffold.state.cache_store import CacheStore, digest_of
from issue_scaffold.state.user_folders import cache_folder
from issue_scaffold.template.render_cache import RenderCache

RENDERING = Rendering(
    source="s",
    version="v1",
    answers_file=".a.yml",
    answers={"q": "ünï", "n": [1, {"x": None}]},
    files={
        ".a.yml": File(content=b"q: x\n"),
        "run.sh": File(content=b"#!/bin/sh\n", executable=True),
        "link": File(link="run.sh"),
        "bin": File(content=bytes(range(256))),
        "empty": File(),
        "ü/🔧": File(content="🔧".encode()),
    },
    write_once=frozenset({"empty"}),
)


def test_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", "relative")
    assert cache_folder() == tmp_path / "relative"
    monkeypatch.delenv("SCAFFOLD_CACHE_DIR")
    assert cache_folder().name == "issue-scaffold"
    assert cache_folder().is_absolute()


def test_digests_do_not_run_together() -> None:
    assert digest_of("ab", "c") != digest_of("a", "bc")
    assert digest_of("a", "") != digest_of("a")
    assert digest_of("a\x001:b") != digest_of("a", "b")
    assert len(digest_of("\ud800")) == 64


def test_documents(tmp_path: Path) -> None:
    store = CacheStore(tmp_path / "deep/cache")
    assert store.read_document("kind", "key") is None
    for document in ({}, {"a": [1, None, "ü🔧\u2028"]}, {"odd": "\ud800"}):
        store.write_document("kind", "key", document)
        assert store.read_document("kind", "key") == document
    assert store.read_document("other", "key") is None


@pytest.mark.parametrize("cut", [0, 1, 64, 65, 70, -1])
def test_half_a_document_is_none(cut: int, tmp_path: Path) -> None:
    store = CacheStore(tmp_path)
    store.write_document("kind", "key", {"a": 1})
    path = next((tmp_path / "kind").iterdir())
    path.write_bytes(path.read_bytes()[:cut])
    assert store.read_document("kind", "key") is None


def test_a_document_that_is_no_mapping_is_none(tmp_path: Path) -> None:
    store = CacheStore(tmp_path)
    store.write_document("kind", "key", {"a": 1})
    path = next((tmp_path / "kind").iterdir())
    for body in (b"[1]", b"1", b"null"):
        path.write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        assert store.read_document("kind", "key") is None


def test_blobs(tmp_path: Path) -> None:
    store = CacheStore(tmp_path)
    digest = store.write_blob(b"content")
    assert digest == hashlib.sha256(b"content").hexdigest()
    assert store.read_blob(digest) == b"content"
    path = next(path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    path.write_bytes(b"contenT")
    assert store.read_blob(digest) is None
    store.write_blob(b"content")
    assert store.read_blob(digest) == b"content"
    assert store.read_blob("0" * 64) is None
    assert not list(tmp_path.rglob("tmp*"))


def test_a_folder_that_can_not_be_written_is_worked_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    store = CacheStore(tmp_path / "file")
    store.write_document("kind", "key", {"a": 1})
    assert store.read_document("kind", "key") is None
    assert store.read_blob(store.write_blob(b"x")) is None
    cache = RenderCache(store)
    assert cache.keep("k", RENDERING).version == "v1"
    assert cache.manifest("k") is not None  # within this run
    assert cache.load("k") is None


def test_a_rendering_comes_back_as_it_was(tmp_path: Path) -> None:
    assert RenderCache(CacheStore(tmp_path)).load("k") is None
    kept = RenderCache(CacheStore(tmp_path)).keep("k", RENDERING)
    again = RenderCache(CacheStore(tmp_path))
    assert again.load("k") == RENDERING
    assert again.manifest("k") == kept
    assert kept.entries["run.sh"].executable
    assert kept.entries["link"].link == "run.sh"
    assert kept.entries["bin"].digest == RENDERING.files["bin"].digest
    assert kept.write_once == {"empty"}


def test_a_rendering_with_a_lost_blob_is_none(tmp_path: Path) -> None:
    RenderCache(CacheStore(tmp_path)).keep("k", RENDERING)
    blob = tmp_path / "blobs" / hashlib.sha256(b"q: x\n").hexdigest()[:2] / hashlib.sha256(b"q: x\n").hexdigest()
    blob.unlink()
    again = RenderCache(CacheStore(tmp_path))
    assert again.manifest("k") is not None
    assert again.load("k") is None
    again.keep("k", RENDERING)
    assert again.load("k") == RENDERING


def test_entries_are_private_to_nobody(tmp_path: Path) -> None:
    """A cache that a team shares can be read by the team."""
    store = CacheStore(tmp_path)
    store.write_blob(b"x")
    store.write_document("kind", "key", {})
    mask = os.umask(0)
    os.umask(mask)
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes <= {0o600, 0o666 & ~mask}
