"""Updating several targets in one run: each is settled on its own, in the order given.

Owns how they are shared out among threads. What is asked of a template's source is asked once, by
whichever target needs it first.
"""

import threading
from collections.abc import Generator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from issue_scaffold.sync.update import UpdateOptions, update
from issue_scaffold.template import sealed_process

if TYPE_CHECKING:
    from issue_scaffold.sync.outcome import FileOutcome
    from issue_scaffold.template.renderer import Renderer

    Attempt = FileOutcome | Exception


def update_each(
    targets: Sequence[str], options: UpdateOptions, renderer: "Renderer", *, jobs: int = 1
) -> "Generator[tuple[str, Attempt]]":
    """Yield what came of each target, in the order given, at most `jobs` of them at work at once.

    When the caller ends early, targets at work are finished, and no other is begun.
    """
    if jobs == 1 or len(targets) == 1:
        for text in targets:
            yield text, _attempt(text, options, renderer)
        return
    pool = _Pool(targets, options, renderer)
    try:
        pool.start(min(jobs, len(targets)))
        for text, attempt in zip(targets, pool.attempts, strict=True):
            yield text, attempt.result()
    finally:
        pool.end()


def _attempt(text: str, options: UpdateOptions, renderer: "Renderer") -> "Attempt":
    try:
        return update(replace(options, target=text), renderer)
    except Exception as error:  # noqa: BLE001 - one target never costs the others
        return error


class _Pool:
    """The threads of a run: they wait for Copier's processes and git most of the time."""

    def __init__(
        self, targets: Sequence[str], options: UpdateOptions, renderer: "Renderer"
    ) -> None:
        self._options = options
        self._renderer = renderer
        self._left: SimpleQueue[tuple[str, Future[Attempt]]] = SimpleQueue()
        self.attempts: list[Future[Attempt]] = []
        for text in targets:
            self.attempts.append(Future())
            self._left.put((text, self.attempts[-1]))
        self._threads: list[threading.Thread] = []
        self._is_over = threading.Event()

    def start(self, jobs: int) -> None:
        """Start the threads."""
        for _ in range(jobs):
            self._threads.append(threading.Thread(target=self._work))
            self._threads[-1].start()

    def end(self) -> None:
        """Wait until what is at work is finished; nothing else is begun."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        try:
            with self._renderer.beside() as renderer:
                while not self._is_over.is_set():
                    text, attempt = self._left.get_nowait()
                    attempt.set_result(_attempt(text, self._options, renderer))
        except Empty:
            return
        finally:
            sealed_process.end()
