"""Renderings on demand: from the cache when they are known, else by Copier.

Every use case gets them here.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from issue_scaffold import __version__
from issue_scaffold.errors import AnswerError, ScaffoldError
from issue_scaffold.files.rendering import Rendering
from issue_scaffold.state.cache_store import CacheStore, digest_of
from issue_scaffold.state.remembered import Remembered
from issue_scaffold.state.user_folders import cache_folder
from issue_scaffold.template.answers_file import COMMIT_ID, with_commit_id
from issue_scaffold.template.copier_release import copier_version
from issue_scaffold.template.render_cache import Manifest, RenderCache
from issue_scaffold.template.sources import Revision, SourceReader

if TYPE_CHECKING:
    from issue_scaffold.files.scratch import Scratch
    from issue_scaffold.template.copier_engine import Asking, RenderJob
    from issue_scaffold.template.interview import Interviewer
    from issue_scaffold.template.offer import OfferedQuestion

# Documents in the cache that hold what was offered.
_OFFERS: Final = "offers"
# A rendering takes about a second, and more on a machine that has others to do.
_PATIENCE_SECONDS: Final = 20.0
# Repositories of a fleet have the same answers: up to so many sets of them are remembered.
_REMEMBERED: Final = 64


class Request(NamedTuple):
    """What to render: a revision, for recorded answers (None: a first time) and newly given ones.

    `suggested` are answers that take the place of the template's own defaults, `layout` those to
    hidden questions that the target's own folders answer: nobody records them. `places` are where
    the target has files of the template under another name, by the name in the template.
    """

    revision: Revision
    answers_file: str
    folder_name: str
    recorded: Mapping[str, Any] | None = None
    data: Mapping[str, Any] = MappingProxyType({})
    suggested: Mapping[str, Any] = MappingProxyType({})
    layout: Mapping[str, str] = MappingProxyType({})
    places: Mapping[str, str] = MappingProxyType({})


class Renderer:
    """Renders through the cache. One for each thread of a run of a command."""

    def __init__(self, folder: Path | None = None, sources: SourceReader | None = None) -> None:
        self.store = CacheStore(folder or cache_folder())
        self.sources = sources or SourceReader(self.store, self._new_scratch, _preload)
        self._cache = RenderCache(self.store)
        self._scratch: Scratch | None = None
        self._checkouts: dict[tuple[str, str], tuple[Path, Mapping[str, int]]] = {}
        self._offers: Remembered[Mapping[str, OfferedQuestion]] = Remembered(_REMEMBERED)

    def beside(self) -> "AbstractContextManager[Renderer]":
        """Open another renderer, for another thread of this run: it asks no source again."""
        return contextlib.closing(Renderer(self.store.folder, self.sources))

    def manifest(self, request: Request) -> Manifest:
        """Return the manifest of a rendering, making the rendering when it isn't cached."""
        manifest = self.known(request)
        if manifest is not None:
            return manifest
        with self._alone(request):
            manifest = self.known(request)
            if manifest is None:
                manifest = self._keep(request, self._make(request, "nothing"))
                manifest = manifest.relocated(request.places)
        return manifest

    def known(self, request: Request) -> Manifest | None:
        """Return the manifest of a rendering that is in the cache, None for another one."""
        manifest = next(filter(None, map(self._cache.manifest, _keys(request))), None)
        if manifest is None:
            return None
        return manifest.relocated(request.places)

    def known_of_any_folder(self, request: Request) -> Manifest | None:
        """Return what `known` returns, but only where it is the same in a folder of any name."""
        return self._cache.manifest(_key(request))

    def rendering(
        self,
        request: Request,
        *,
        asking: "Asking" = "nothing",
        interviewer: "Interviewer | None" = None,
    ) -> Rendering:
        """Return a rendering.

        With `asking`, `interviewer` answers questions, and the cache is only filled. Raises
        what `copier_engine.render` raises, and TemplateError when the source can't be reached.
        """
        if asking != "nothing":
            rendering = self._make(request, asking, interviewer)
        else:
            found = self._cached(request)
            if found is not None:
                return found
            with self._alone(request):
                found = self._cached(request)
                if found is not None:
                    return found
                rendering = self._make(request, asking)
                self._keep(request, rendering)
        # What was just rendered is what a check will ask for next.
        nothing: Mapping[str, Any] = MappingProxyType({})
        again = request._replace(recorded=rendering.answers, data=nothing, suggested=nothing)
        self._keep(again, rendering)
        return rendering.relocated(request.places)

    def _cached(self, request: Request) -> Rendering | None:
        cached = next(filter(None, map(self._cache.load, _keys(request))), None)
        if cached is None:
            return None
        return cached.relocated(request.places)

    @contextmanager
    def _alone(self, request: Request) -> Iterator[None]:
        """Keep other processes from rendering the same, so that they find it when this one is done.

        Where one takes too long, or nothing can be locked, it is rendered twice.
        """
        from issue_scaffold.state import locks

        # A few hundred files, whatever is rendered: two letters of a digest.
        name = f"render-{_key(request)[:2]}"
        held = locks.hold(
            self.store.folder, name, what="the same rendering", patience=_PATIENCE_SECONDS
        )
        with contextlib.ExitStack() as opened:
            with contextlib.suppress(ScaffoldError):
                opened.enter_context(held)
            yield

    def offer(self, request: Request) -> "Mapping[str, OfferedQuestion]":
        """Return what a version offers to somebody with these answers, whether they fit or not.

        From the cache where it was asked before. Raises what `copier_engine.offer` raises, and
        TemplateError when the source can't be reached.
        """
        key = _key(request)
        return self._offers.get(key) or self._offers.keep(key, self._offer(request, key))

    def _offer(self, request: Request, key: str) -> "Mapping[str, OfferedQuestion]":
        from issue_scaffold.template.offer import question_in

        document = self.store.read_document(_OFFERS, key) or {}
        try:
            found = [question_in(one) for one in document["questions"]]
        except (KeyError, TypeError, ValueError):
            found = self._ask_offer(request)
            rows = [question.document for question in found]
            self.store.write_document(_OFFERS, key, {"questions": rows})
        return {question.name: question for question in found}

    def _ask_offer(self, request: Request) -> "list[OfferedQuestion]":
        from issue_scaffold.template import copier_engine

        copier_engine.preload()
        questions = copier_engine.offer(self._job(request, "nothing"), self._new_scratch())
        return list(questions.values())

    def _keep(self, request: Request, rendering: Rendering) -> Manifest:
        for_all, for_folder = _keys(request)
        key = for_folder if rendering.uses_folder else for_all
        return self._cache.keep(key, rendering)

    def close(self) -> None:
        """Remove the temporary folders."""
        if self._scratch is None:
            return
        self._scratch.close()
        self._scratch = None
        self._checkouts.clear()

    def _new_scratch(self) -> Path:
        """Return a new folder in the one that is removed at the end."""
        from tempfile import mkdtemp

        from issue_scaffold.files.scratch import Scratch, ScratchKind

        if self._scratch is None:
            self._scratch = Scratch(ScratchKind.RENDER)
        return Path(mkdtemp(dir=self._scratch.path))

    def _make(
        self, request: Request, asking: "Asking", interviewer: "Interviewer | None" = None
    ) -> Rendering:
        from issue_scaffold.template import copier_engine

        copier_engine.preload()
        job = self._job(request, asking)
        rendering = copier_engine.render(job, self._new_scratch(), interviewer)
        source, _, commit = request.revision
        return rendering if source.is_bundled else _with_commit_id(rendering, commit)

    def _job(self, request: Request, asking: "Asking") -> "RenderJob":
        from issue_scaffold.template.copier_engine import RenderJob

        source, version, commit = request.revision
        checkout, modes = self._checkout(request.revision)
        return RenderJob(
            source=source.recorded,
            version=version,
            checkout=checkout,
            commit=commit,
            modes=modes,
            answers_file=request.answers_file,
            folder_name=request.folder_name,
            recorded=_without_commit_id(request.recorded),
            data=request.data,
            suggested=request.suggested,
            layout=request.layout,
            asking=asking,
        )

    def _checkout(self, revision: Revision) -> tuple[Path, Mapping[str, int]]:
        """Return a folder with a commit's files, and git's mode of each. Raises TemplateError."""
        place = (revision.source.key, revision.commit)
        if place not in self._checkouts:
            from issue_scaffold.template.checkout import write_template

            folder = self._new_scratch() / "template"
            folder.mkdir()
            mirror = self.sources.of(revision.source).mirror_with(revision.commit)
            name = revision.source.recorded
            modes = write_template(mirror, revision.commit, folder, name)
            self._checkouts[place] = folder, modes
        return self._checkouts[place]


def _keys(request: Request) -> Iterator[str]:
    """Yield where a rendering is kept that never asked for the folder's name, and one that did.

    What didn't ask can't be another one for another folder, so that targets share it. Raises
    AnswerError for an answer that contains itself.
    """
    parts = _parts(request)
    yield digest_of(*parts)
    yield digest_of(*parts, request.folder_name)


def _key(request: Request) -> str:
    """Return where a rendering is kept that never asked for the folder's name."""
    return digest_of(*_parts(request))


def _parts(request: Request) -> tuple[str, ...]:
    source, version, commit = request.revision
    return (
        source.recorded,
        commit,
        version,
        request.answers_file,
        _text_of(_Given(request)),
        # "sealed": what was rendered before templates were kept from the machine is made again.
        f"sealed {copier_version()} {__version__}",
    )


class _Given:
    """The answers of a request: they are those of another one if they are written the same.

    Raises AnswerError for one that contains itself.
    """

    __slots__ = ("_written", "request")

    def __init__(self, request: Request) -> None:
        self.request = request
        try:
            self._written = repr(
                (request.recorded, request.data, request.suggested, request.layout)
            )
        except RecursionError:
            raise _circular() from None

    def __hash__(self) -> int:
        return hash(self._written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Given) and self._written == other._written


@lru_cache(maxsize=_REMEMBERED)
def _text_of(given: _Given) -> str:
    request = given.request
    recorded = None
    if request.recorded is not None:
        recorded = {
            name: value for name, value in request.recorded.items() if not name.startswith("_")
        }
    answers = [recorded, dict(request.data), dict(request.suggested)]
    if request.layout:
        answers.append({"layout": dict(request.layout)})
    return json.dumps(_canonical(answers), sort_keys=True)


def _preload() -> None:
    from issue_scaffold.template import copier_engine

    copier_engine.preload()


def _with_commit_id(rendering: Rendering, commit: str) -> Rendering:
    """Return the rendering with its commit remembered in its answers file."""
    path = rendering.answers_file
    file = rendering.files[path]
    content = with_commit_id(file.content, commit)
    if content is None:
        return rendering
    files = {**rendering.files, path: file._replace(content=content)}
    return rendering._replace(files=files, answers={**rendering.answers, COMMIT_ID: commit})


def _without_commit_id(answers: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if answers is None:
        return None
    return {name: value for name, value in answers.items() if name != COMMIT_ID}


def _canonical(value: object) -> object:
    """Return what JSON tells apart for every two values that YAML tells apart.

    `1: x` from `"1": x`, for example, and dates from texts.

    Raises AnswerError for a value that contains itself.
    """
    try:
        match value:
            case dict():
                return {repr(name): _canonical(item) for name, item in value.items()}
            case list() | tuple():
                return [_canonical(item) for item in value]
            case str() | int() | float() | None:
                return value
    except RecursionError:
        raise _circular() from None
    return {"": repr(value)}


def _circular() -> AnswerError:
    return AnswerError("an answer contains itself, which no template can use")


@contextmanager
def open_renderer() -> Iterator[Renderer]:
    """Open a renderer, and remove its temporary folders at the end."""
    renderer = Renderer()
    with contextlib.closing(renderer):
        yield renderer
