"""Repositories that people name by an address: of any host that git reaches.

Owns what is taken for an address, and when two mean the same repository. Whether git may be given
one is `source_text`'s to say, where templates are named in the same ways.
"""

import os
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import SplitResult, urlsplit

from issue_scaffold.errors import UsageError
from issue_scaffold.fleet.remote import FleetRepository, RemoteRepository
from issue_scaffold.forge.forges import ALIASES
from issue_scaffold.forge.remote import parse_remote
from issue_scaffold.template.source_text import TemplateSource, parse_address

# `scheme://…`, `helper::…`, `user@host:path` or an option: no folder, unless there is one.
_ADDRESS: Final = re.compile(r"[\w.+-]+:(//|:)|[^/]+@[^/]+:|-", re.ASCII)
_CREDENTIALS: Final = re.compile(r"(://)[^/@]*@")
_BEHIND_PATH: Final = re.compile(r"(://[^?#]*)[?#].*", re.DOTALL)
_PORTS: Final = {"https": 443, "http": 80}


def remote_named(text: str) -> RemoteRepository | None:
    """Return the repository on a host that a text names; None when it names a folder.

    Credentials in it are dropped: git asks its credential helper, or a token is found. One that git
    mustn't be given is refused when its turn comes, so that it costs the others nothing.
    """
    if not _ADDRESS.match(text) and not text.startswith(tuple(ALIASES)):
        return None
    if os.path.lexists(text) or text.lower().startswith("file://"):
        return None
    bare = text
    if not text.startswith("ssh://"):  # whose user is none of the credentials
        bare = _BEHIND_PATH.sub(r"\1", _CREDENTIALS.sub(r"\1", text))
    try:
        source = parse_address(bare, what="address")
    except UsageError:
        source = None
    address = bare if source is None else source.url
    shown = _CREDENTIALS.sub(r"\1", address) if source is None else address
    return RemoteRepository(host=_host(address), name=shown, clone_url=shown)


def source_of(repository: RemoteRepository) -> TemplateSource:
    """Return what git is given to reach a repository. Raises UsageError for what it mustn't be."""
    hint = "name it by an https or ssh address"
    try:
        source = parse_address(repository.clone_url, what="address")
    except UsageError as error:
        raise UsageError(error.message, hint=hint) from error
    if source is None:
        raise UsageError(f"{repository.clone_url!r} is no address of a repository", hint=hint)
    return source


def place_of(repository: FleetRepository, resolved: Callable[[str], str] = os.path.realpath) -> str:
    """Return a text that is the same for two that are one repository, however they are named.

    `resolved` returns a folder with the links on the way to it resolved. Forges tell neither hosts
    nor owners nor names apart by their case.
    """
    if isinstance(repository, str):
        try:
            return resolved(repository)
        except ValueError:  # a zero byte
            return repository
    found = parse_remote(repository.clone_url)
    host = _host(repository.clone_url)
    if found is None or not host:
        return repository.clone_url
    return f"{host}/{found.owner}/{found.name}".lower()


def _host(address: str) -> str:
    """Return the host of an address, with its port where that isn't the usual one."""
    found = parse_remote(address)
    parts = _parts(address)
    if parts is None:
        return "" if found is None else found.host
    host = parts.hostname or ""
    if found is not None:
        host = found.host
    usual = _PORTS.get(parts.scheme)
    if usual is None or parts.port in {None, usual}:
        return host
    return f"{host}:{parts.port}"


def _parts(address: str) -> SplitResult | None:
    if "://" not in address:
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def folder_name(repository: RemoteRepository) -> str:
    """Return what a clone of a repository is called: templates suggest answers by that."""
    name = re.split(r"[/:]", repository.clone_url.rstrip("/"))[-1].removesuffix(".git")
    if re.fullmatch(r"[\w.-]{1,100}", name, re.ASCII) and name.strip(".") and name != ".git":
        return name
    return "repository"
