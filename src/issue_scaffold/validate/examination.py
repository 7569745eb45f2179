"""What is wrong with a set of files, in memory: load each, run the rules on it, then the rules across files.

Owns the order of the steps, and suppressions. Trees are dropped file by file; only what cross-file rules need is kept.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from issue_scaffold.forge.document import Document, Problem
from issue_scaffold.forge.documents import encoding_problem, load
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.issue_form import FormView
from issue_scaffold.forge.layout import SETTINGS_PATH, is_security_policy, template_folder
from issue_scaffold.labels.config import read_labels
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.settings.file import Settings, read_settings
from issue_scaffold.settings.suppression import (
    IgnoreEntry,
    Suppression,
    covers,
    find_suppressions,
    matches,
)
from issue_scaffold.text.source import Source
from issue_scaffold.text.tree import Mapping as MappingNode
from issue_scaffold.text.tree import Node, Scalar, Sequence
from issue_scaffold.validate.rules import registry
from issue_scaffold.validate.rules.cross import Repository, summarize_config, summarize_template
from issue_scaffold.validate.rules.registry import RULES, Rule, run
from issue_scaffold.validate.rules.template import NOT_TEMPLATES


class Located(NamedTuple):
    """A problem with the rule that found it and the file it is in."""

    rule: Rule[Any]
    problem: Problem
    source: Source

    @property
    def severity(self) -> Severity:
        """How bad it is here."""
        return self.problem.severity or self.rule.severity

    @property
    def line(self) -> int:
        """The 0-based line."""
        return self.source.line_index(self.problem.start)

    def finding(self, path: str | None = None) -> Finding:
        """Return what users see, under the path that they know the file by."""
        problem, source = self.problem, self.source
        line, column = source.position(problem.start)
        return Finding(
            kind=Kind.INVALID,
            severity=self.severity,
            path=source.path if path is None else path,
            message=problem.message,
            rule=self.rule.id,
            line=line,
            column=column,
            hint=problem.hint,
            url=self.rule.url,
            fixable=problem.fix is not None and not problem.fix.unsafe,
            fixable_unsafely=problem.fix is not None and problem.fix.unsafe,
            excerpt=source.excerpt(problem.start, problem.end) if source.text else None,
        )


class Overlooked(NamedTuple):
    """One suppression that is honoured: where it stands (a span of `source`), why, and what it silences."""

    source: Source
    start: int
    reason: str
    silenced: tuple[Located, ...]

    def finding(self) -> Finding | None:
        """Return what `check` shows: the errors that this kept from failing; None if there are none."""
        errors = [item for item in self.silenced if item.severity is Severity.ERROR]
        if not errors:
            return None
        count = "1 error is" if len(errors) == 1 else f"{len(errors)} errors are"
        rules = ", ".join(sorted({item.rule.id for item in errors}))
        paths = ", ".join(sorted({item.source.path for item in errors}))
        line, column = self.source.position(self.start)
        return Finding(
            kind=Kind.IGNORED,
            severity=Severity.INFO,
            path=self.source.path,
            line=line,
            column=column,
            message=f"{count} ignored in {paths} ({rules}): {self.reason or 'no reason is given'}",
        )


class Examination(NamedTuple):
    """What is wrong with files, and what was overlooked because the repository says so."""

    located: list[Located]
    overlooked: tuple[Overlooked, ...]


# Tells whether a comment may silence a problem, by the problem and the comment's own text.
Honour = Callable[[Located, str], bool]


def _honour_all(_item: Located, _comment: str) -> bool:
    return True


class _State:
    """What is gathered while files are looked at one by one."""

    def __init__(self, files: Mapping[str, bytes], honour: Honour) -> None:
        self.paths = frozenset(files)
        self.honour = honour
        self.settings = Settings()
        self.located: list[Located] = []
        self.sources: dict[str, Source] = {}
        self.suppressions: dict[str, list[Suppression]] = {}
        self.templates: list[Any] = []
        self.configs: list[Any] = []
        self.choosers: list[Document] = []
        self.frontless: list[tuple[str, Source]] = []

    def repository(self) -> Repository:
        """Return what the cross-file rules look at."""
        return Repository(
            templates=tuple(self.templates),
            configs=tuple(self.configs),
            known_labels=self.settings.known_labels,
            choosers=tuple(self.choosers),
            paths=self.paths,
            frontless=tuple(self.frontless),
        )


def examine(
    files: Mapping[str, bytes],
    *,
    together: bool = True,
    unread: Mapping[str, str] = MappingProxyType({}),
) -> list[Located]:
    """Return the problems of files by repository-relative POSIX path, sorted, suppressed ones left out.

    `together` says that the files are one repository's, so that cross-file rules apply. `unread` says what stands in
    the place of a file that can't be read as one, as in "is a named pipe".
    """
    return examine_whole(files, together=together, unread=unread).located


def examine_whole(
    files: Mapping[str, bytes],
    *,
    together: bool = True,
    honour: Honour = _honour_all,
    unread: Mapping[str, str] = MappingProxyType({}),
) -> Examination:
    """Return the problems of files as `examine` does, and what was overlooked.

    `honour` decides which problems comments may silence; the settings among `files` always may.
    """
    state = _State(files, honour)
    for path in sorted(files):
        if path == SETTINGS_PATH and together:
            _settings(state, path, files[path])
        elif not is_security_policy(path):  # that there is one matters, not what it says
            _one(state, path, files[path])
    for path, what in unread.items():
        state.sources[path] = Source(path, "")
        state.located.append(Located(RULES["yaml/limits"], _not_a_file(what), state.sources[path]))
    if together:
        _across(state)
    located, overlooked = _unsuppressed(state)
    return Examination(sorted(located, key=_order), overlooked)


def _not_a_file(what: str) -> Problem:
    return Problem(0, 0, f"this is {what}, and isn't read", "put a regular file in its place")


def _order(found: Located) -> tuple[str, int, str, str]:
    return (found.source.path, found.problem.start, found.rule.id, found.problem.message)


def _settings(state: _State, path: str, content: bytes) -> None:
    state.settings, problems, source = read_settings(content, path)
    state.sources[path] = source
    state.located += [Located(RULES["settings/invalid"], problem, source) for problem in problems]


def _one(state: _State, path: str, content: bytes) -> None:
    document = load(path, content)
    source = document.source
    state.sources[path] = source
    state.located += [Located(rule, problem, source) for rule, problem in _problems(document)]
    if "scaffold:" in source.text:
        spans = ((node.start, node.end) for node in _scalars(document.root))
        state.suppressions[path] = list(find_suppressions(source, spans))
    if document.failure is not None or document.kind is FileKind.STRAY:
        return
    if document.kind in {FileKind.FORM, FileKind.TEMPLATE} and template_folder(path):
        summary = summarize_template(document)
        if summary is not None:
            state.templates.append(summary)
        elif document.kind is FileKind.TEMPLATE and _is_frontless(document):
            state.frontless.append((path, source))
    elif document.kind is FileKind.CHOOSER:
        state.choosers.append(document)
    elif document.kind is FileKind.LABELS:
        config = summarize_config(read_labels(document))
        if config is not None:
            state.configs.append(config)


def _is_frontless(document: Document) -> bool:
    name = document.path.rpartition("/")[2].lower()
    return document.head == (0, 0) and name not in NOT_TEMPLATES


def _problems(document: Document) -> Iterator[tuple[Rule[Any], Problem]]:
    bom = encoding_problem(document)
    if bom is not None:
        yield RULES["yaml/encoding"], bom
    if document.failure is not None:
        yield RULES[document.failure[0]], document.failure[1]
        return
    yield from run(registry.ANY, document)
    root = document.mapping
    if document.kind in {FileKind.FORM, FileKind.CHOOSER, FileKind.LABELS, FileKind.TEMPLATE}:
        yield from run(registry.YAML, document)
    if document.kind is FileKind.FORM:
        yield from (
            run(registry.FORM, FormView(document, root))
            if root and root.entries
            else _no_form(document)
        )
    elif document.kind is FileKind.TEMPLATE:
        yield from run(registry.TEMPLATE, document)
    elif document.kind is FileKind.CHOOSER:
        yield from run(registry.CHOOSERS, document)
    elif document.kind is FileKind.LABELS:
        yield from run(registry.LABEL_CONFIG, read_labels(document))


def _no_form(document: Document) -> Iterator[tuple[Rule[Any], Problem]]:
    if document.separators:
        return  # that rule has said what became of the rest
    what = "empty" if document.root is None else "no mapping of keys to values"
    hint = "a form needs `name`, `description` and `body`"
    end = document.source.line_end(0)
    yield RULES["form/missing-key"], Problem(0, end, f"the form is {what}", hint)


def _scalars(root: Node | None) -> Iterator[Scalar]:
    stack: list[Node] = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            stack += node.items
        elif isinstance(node, MappingNode):
            stack += [part for entry in node.entries if not entry.merged for part in entry[:2]]


def _across(state: _State) -> None:
    found = list(run(registry.CROSS, state.repository()))
    for rule, problem in found:
        assert problem.path is not None  # noqa: S101 - cross-file rules say where
        state.located.append(Located(rule, problem, state.sources[problem.path]))
    # The rule across files judges harder what the rule for one file has found too.
    harder = {problem.path for rule, problem in found if rule.id == "template/no-front-matter"}
    state.located = [
        item
        for item in state.located
        if item.rule.id != "template/no-front-matter"
        or item.source.path not in harder
        or item.severity is Severity.ERROR
    ]


def _unsuppressed(state: _State) -> tuple[list[Located], tuple[Overlooked, ...]]:
    kept: list[Located] = []
    silenced: dict[tuple[str, int], list[Located]] = {}
    for item in state.located:
        hits = _hits(state, item)
        for hit in hits:
            silenced.setdefault(hit, []).append(item)
        if not hits:
            kept.append(item)
    overlooked = tuple(_overlooked(state, silenced))
    return kept + list(_about_suppressions(state, set(silenced))), overlooked


def _hits(state: _State, item: Located) -> list[tuple[str, int]]:
    """Return what silences a problem: a file with a comment or the settings, and the number of the entry there."""
    path, rule = item.source.path, item.rule.id
    if rule == "settings/invalid":
        return []
    hits = [
        (SETTINGS_PATH, number)
        for number, entry in enumerate(state.settings.ignored)
        if matches(entry.path, path) and covers((entry.rule,), rule)
    ]
    comments = [
        (number, comment)
        for number, comment in enumerate(state.suppressions.get(path, ()))
        if comment.first_line <= item.line <= comment.last_line and covers(comment.rules, rule)
    ]
    if comments and not hits:
        first = comments[0][1]
        if not state.honour(item, item.source.text[first.start : first.end]):
            return []
    return [(path, number) for number, _ in comments] + hits


def _overlooked(
    state: _State, silenced: Mapping[tuple[str, int], list[Located]]
) -> Iterator[Overlooked]:
    for (path, number), items in sorted(silenced.items(), key=lambda pair: pair[0]):
        source = state.sources[path]
        entries: list[IgnoreEntry] | list[Suppression] = state.suppressions.get(path, [])
        if path == SETTINGS_PATH:
            entries = list(state.settings.ignored)
        entry = entries[number]
        yield Overlooked(source, entry.start, entry.reason, tuple(items))


def _about_suppressions(state: _State, used: set[tuple[str, int]]) -> Iterator[Located]:
    """Judge the suppressions themselves. These findings can't be suppressed."""
    for path, comments in state.suppressions.items():
        for number, comment in enumerate(comments):
            yield from _judge(state.sources[path], comment, comment.rules, (path, number) in used)
    for number, entry in enumerate(state.settings.ignored):
        yield from _judge(
            state.sources[SETTINGS_PATH], entry, (entry.rule,), (SETTINGS_PATH, number) in used
        )


def _judge(source: Source, item: Any, rules: tuple[str, ...], used: bool) -> Iterator[Located]:  # noqa: ANN401
    span = (item.start, item.end)
    unknown = [word for word in rules if not any(covers((word,), rule) for rule in RULES)]
    if unknown or not rules:
        words = ", ".join(f"`{word}`" for word in unknown)
        message = f"no rule is called {words}" if unknown else "the suppression names no rule"
        from issue_scaffold.text.wording import closest

        guess = closest(unknown[0], RULES) if unknown else None
        hint = (
            f"did you mean `{guess}`?"
            if guess
            else "`scaffold rules` lists them; write `ignore[rule] reason`"
        )
        yield Located(RULES["suppression/unknown-rule"], Problem(*span, message, hint), source)
    elif not used:
        message, hint = (
            f"nothing here breaks {', '.join(f'`{rule}`' for rule in rules)}",
            "remove the suppression",
        )
        yield Located(RULES["suppression/unused"], Problem(*span, message, hint), source)
    if not item.reason:
        message, hint = "the suppression gives no reason", "say why, behind the rule"
        yield Located(RULES["suppression/no-reason"], Problem(*span, message, hint), source)
