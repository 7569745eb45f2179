"""What a run of the rules has to say: breaches of rules, each with its place in a file."""

from typing import Final, NamedTuple

from issue_scaffold.forge.document import Problem
from issue_scaffold.forge.forges import GITHUB, GITHUB_DOCS, Forge
from issue_scaffold.report.finding import Finding, Kind, Severity
from issue_scaffold.text.late_patterns import late_pattern
from issue_scaffold.text.source import Source
from issue_scaffold.validate.rules.rule import Rule

_QUOTED_OR_GITHUB: Final = late_pattern(r"(?P<quoted>`[^`]*`)|\bGitHub\b")


class Diagnostic(NamedTuple):
    """A problem with the rule that found it, the file it is in and the forge that reads it."""

    rule: Rule
    problem: Problem
    source: Source
    forge: Forge = GITHUB

    @property
    def severity(self) -> Severity:
        """How bad it is here."""
        return self.problem.severity or self.rule.severity

    @property
    def line(self) -> int:
        """The 0-based line."""
        return self.source.line_index(self.problem.start)

    @property
    def sort_key(self) -> tuple[str, int, str, str]:
        """The order in which diagnostics are given: by file and place."""
        return (self.source.path, self.problem.start, self.rule.id, self.problem.message)

    @property
    def _url(self) -> str:
        if self.forge.page is None or not self.rule.source:
            return self.rule.url.replace(GITHUB_DOCS, self.forge.docs, 1)
        return self.forge.page

    def finding(self, path: str | None = None) -> Finding:
        """Return what users see, under the path that they know the file by."""
        problem, source = self.problem, self.source
        line, column = source.position(problem.start)
        excerpt = None
        if source.text:
            excerpt = source.excerpt(problem.start, problem.end)
        return Finding(
            kind=Kind.INVALID,
            severity=self.severity,
            path=source.path if path is None else path,
            message=in_words_of(self.forge, problem.message),
            rule=self.rule.id,
            line=line,
            column=column,
            hint=problem.hint and in_words_of(self.forge, problem.hint),
            url=self._url,
            fixable=problem.fix is not None and not problem.fix.unsafe,
            fixable_unsafely=problem.fix is not None and problem.fix.unsafe,
            excerpt=excerpt,
        )


def in_words_of(forge: Forge, message: str) -> str:
    """Return a message about GitHub as one about another forge; what is quoted stays as it is."""
    return _QUOTED_OR_GITHUB.sub(lambda found: found["quoted"] or forge.title, message)


class Suppressed(NamedTuple):
    """One suppression that took effect: where it begins in `source`, why, and what it silences."""

    source: Source
    start: int
    reason: str
    diagnostics: tuple[Diagnostic, ...]

    def finding(self) -> Finding | None:
        """Return what `check` shows: the errors that this kept from failing; None without any."""
        errors = [item for item in self.diagnostics if item.severity is Severity.ERROR]
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


class RunResult(NamedTuple):
    """What the rules found in files, in order, and what the repository has suppressed of it."""

    diagnostics: list[Diagnostic]
    suppressed: tuple[Suppressed, ...]
