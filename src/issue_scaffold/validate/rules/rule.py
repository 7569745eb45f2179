"""What a rule is: its data and the function that finds breaches of it, side by side.

A rule is declared once, by a `Rule` in the decorator of its function, and is found from there: the
engine runs the stages, `registry` gathers the rules. Nobody else names one. A stage loads the
modules of its rules when it first runs: those of templates aren't loaded for a form.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib import import_module
from itertools import chain, islice
from typing import Final, Generic, Literal, NamedTuple, TypeVar

from issue_scaffold.forge.document import Problem
from issue_scaffold.report.finding import Severity

# A finding links to the page of GitHub's documentation that its rule comes from. Where there is
# none, it names the command that explains the rule: everybody has that who sees the finding.
EXPLAIN: Final = "scaffold rules"

# The pages of GitHub's documentation that rules come from.
_GITHUB: Final = "https://docs.github.com/en"
_TEMPLATES: Final = (
    f"{_GITHUB}/communities/using-templates-to-encourage-useful-issues-and-pull-requests"
)
ERRORS_PAGE: Final = f"{_TEMPLATES}/common-validation-errors-when-creating-issue-forms"
FORMS_PAGE: Final = f"{_TEMPLATES}/syntax-for-issue-forms"
SCHEMA_PAGE: Final = f"{_TEMPLATES}/syntax-for-githubs-form-schema"
CHOOSER_PAGE: Final = f"{_TEMPLATES}/configuring-issue-templates-for-your-repository"
ABOUT_PAGE: Final = f"{_TEMPLATES}/about-issue-and-pull-request-templates"
SINGLE_PAGE: Final = f"{_TEMPLATES}/manually-creating-a-single-issue-template-for-your-repository"
LABELS_API_PAGE: Final = f"{_GITHUB}/rest/issues/labels"
LABELS_PAGE: Final = f"{_GITHUB}/issues/using-labels-and-milestones-to-track-work/managing-labels"

ERROR: Final = Severity.ERROR
WARNING: Final = Severity.WARNING
INFO: Final = Severity.INFO

MOST_PROBLEMS: Final = 100
T = TypeVar("T")
Check = Callable[[T], Iterator[Problem]]
# What the best evidence of a rule is worth.
Grade = Literal["DOC", "ERR", "FIX", "LIVE", "1", "OWN"]
GRADES: Final[Mapping[Grade, str]] = {
    "DOC": "documented by the forge, or by the specification of the format",
    "ERR": "an error text of the forge's own, quoted by people who met it",
    "FIX": "maintainers made this change to mend what didn't work",
    "LIVE": "files in use have it and work, so it is a remark",
    "1": "one report, or reports that contradict each other",
    "OWN": "this tool's own: limits, settings and order",
}


class Rule(NamedTuple):
    """All there is to know about a rule but its function.

    `severity` is that of its worst breach, `source` the page that it comes from, or empty.
    `evidence` names pages and public threads (`owner/repo#number`), and `grade` says what the best
    of it is worth; `lived` names a file that broke the rule, how long it did, and what people saw
    of it. `wrong` and `right` are files by path: the first break this rule alone, the others none.
    Where `is_final`, a repository can't suppress it. Of a file of which it speaks, the rule that it
    `replaces` says nothing.

    `reveals` says what may come to light once a breach is fixed, although it was there before:
    breaches of `others`, in what can be read now; or also the `next` one of the same rule, since
    reading stops at the first.
    """

    id: str
    severity: Severity
    summary: str
    why: str
    evidence: tuple[str, ...]
    wrong: Mapping[str, str]
    right: Mapping[str, str]
    grade: Grade = "1"
    lived: str = ""
    fix: Literal["", "safe", "unsafe", "safe or unsafe"] = ""
    source: str = ""
    reveals: Literal["", "others", "next"] = ""
    is_final: bool = False
    replaces: str = ""

    @property
    def url(self) -> str:
        """Where a reader finds more: an address that exists, or a command."""
        return self.source or f"{EXPLAIN} {self.id}"


class Stage(Generic[T]):
    """A moment at which rules run, all on the same subject.

    `modules` of this package declare its rules. `of_files` says that the subject is many files: the
    same words about several of them then count as one of the problems that are listed at most.
    """

    def __init__(self, *modules: str, of_files: bool = False) -> None:
        self.modules = modules
        self._is_loaded = False
        self._checks: list[tuple[Rule, Check[T]]] = []
        self._of_files = of_files

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that run at this stage."""
        return tuple(rule for rule, _ in self._loaded())

    def _loaded(self) -> list[tuple[Rule, Check[T]]]:
        """Return the rules with their functions, all of them declared."""
        if not self._is_loaded:
            for name in self.modules:
                import_module(f"{__package__}.{name}")
            self._is_loaded = True
        return self._checks

    def runs(self, rule: Rule) -> Callable[[Check[T]], Rule]:
        """Let a function look for breaches of a rule; its name then stands for the rule.

        A rule can have a function in more than one stage.
        """

        def declare(check: Check[T]) -> Rule:
            self._checks.append((rule, check))
            return rule

        return declare

    def run(
        self, subject: T, lifted: Collection[str] = frozenset()
    ) -> Iterator[tuple[Rule, Problem]]:
        """Yield each rule's problems, 100 at most: who has more wants no list of them.

        `lifted` are the ids of the rules that the subject's forge hasn't.
        """
        for rule, check in self._loaded():
            if rule.id in lifted:
                continue
            problems = check(subject)
            listed = list(islice(problems, MOST_PROBLEMS + 1))
            if len(listed) > MOST_PROBLEMS:
                listed = self._cut(chain(listed, problems))
            for problem in listed:
                yield rule, problem

    def _cut(self, problems: Iterable[Problem]) -> list[Problem]:
        listed: list[Problem] = []
        counted: set[object] = set()
        for number, problem in enumerate(problems):
            counted.add(problem.message if self._of_files else number)
            if len(counted) > MOST_PROBLEMS:
                message = f"{listed[-1].message} (further ones are not listed)"
                listed[-1] = listed[-1]._replace(message=message)
                break
            listed.append(problem)
        return listed
