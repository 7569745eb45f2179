"""The question that `init` asks first: is this short plan with suggested answers right.

Owns how the plan looks, and the menu of the answers that can be changed.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from issue_scaffold.cli.asking import choose, pick, spoken, tell
from issue_scaffold.cli.output.text import diff_lines
from issue_scaffold.cli.printing import page, read_line, say, style
from issue_scaffold.sync.drift import unified_diff
from issue_scaffold.sync.init import Confirmation, needs_decision
from issue_scaffold.sync.interview import Interview
from issue_scaffold.sync.outcome import FileOutcome
from issue_scaffold.sync.plan import FileStep
from issue_scaffold.template.interview import AskedChoice, AskedQuestion, QuestionKind
from issue_scaffold.text.wording import count

_ANSWERS: Final[Mapping[str, str]] = {
    "yes": "[Y]es",
    "change": "[c]hange answers",
    "diff": "[d]iff",
    "no": "[n]o",
}
_ROW: Final = {"indent": "  ", "further": " " * 12}
_MOST_FILES: Final = 12  # the plan is a short one
_MOST: Final = 6  # longer lists of answers are summed up


def confirm_plan(outcome: FileOutcome, interview: Interview) -> Confirmation:
    """Return what a person says to a plan; its files are shown as often as they want."""
    _show(outcome, interview)
    while True:
        match choose("Install this?", _ANSWERS):
            case "yes":
                return Confirmation("yes")
            case "no":
                return Confirmation("no")
            case "diff":
                page([line for step in outcome.plan.writes for line in _diff(step)])
            case _ if interview.questions:
                return Confirmation("change", _which(interview))
            case _:
                tell("This template has no questions left to ask.")


def adds_labels(config: str, names: Sequence[str]) -> bool:
    """Return whether a person wants the labels in the config that their templates name."""
    say("", style(f"Your templates name labels that {config} doesn't have:", bold=True))
    tell(", ".join(names), indent="  ")
    tell("They get grey where no colour is known; scaffold labels export lists the forge's own.")
    return choose("Add them?", {"yes": "[Y]es", "no": "[n]o"}) == "yes"


def _show(outcome: FileOutcome, interview: Interview) -> None:
    say("")
    tell(f"Template {outcome.version} for {outcome.target}")
    if interview.resumed:
        tell("The answers that you gave before the last run was interrupted are taken up again.")
    shown = [one for one in interview.questions.values() if _matters(one, interview)]
    for question in shown:
        tell(f"{question.name}: {_brief(question, interview)}", indent="  ", further="      ")
    left = len(interview.questions) - len(shown)
    if left:
        tell(f"and {count(left, 'more answer')} as the template suggests", indent="  ")
    _show_files(outcome.plan.steps)
    for note in outcome.notes:
        tell(f"note: {note}", further="  ")


def _show_files(steps: Sequence[FileStep]) -> None:
    say("Would write:")
    rows = [row for step in steps if (row := _file_row(step))]
    for row in rows[:_MOST_FILES]:
        tell(row, **_ROW)
    if len(rows) > _MOST_FILES:
        tell(f"and {count(len(rows) - _MOST_FILES, 'more file')}", indent="  ")
    if any(map(needs_decision, steps)):
        tell("What exists isn't as the template has it: you are asked about each file.")


def _file_row(step: FileStep) -> str:
    """Return what becomes of a file, empty where that is nothing."""
    if needs_decision(step):
        return f"exists    {step.path}"
    return f"{step.action:<9} {step.path}" if step.writes else ""


def _matters(question: AskedQuestion, interview: Interview) -> bool:
    """Whether an answer says much of what is installed: a choice, or what was said or found out."""
    return bool(question.choices) or question.name in {*interview.given, *interview.suggested}


def _brief(question: AskedQuestion, interview: Interview) -> str:
    """Return an answer in a few words."""
    reply = interview.given.get(question.name)
    chosen = question.defaults
    if reply is not None and reply.chosen is not None:
        chosen = reply.chosen
    if question.kind is QuestionKind.SOME and len(chosen) > _MOST:
        return f"{len(chosen)} of {len(question.choices)}"
    return spoken(question, reply) or "nothing"


def _diff(step: FileStep) -> list[str]:
    return list(diff_lines(unified_diff(step.path, step.before, step.after)))


def _which(interview: Interview) -> Collection[str] | None:
    """Return the questions whose answers a person wants to change; None for all of them."""
    questions = sorted(interview.questions.values(), key=lambda one: _rank(one, interview))
    width = len(str(len(questions)))
    say("", style("Which answers?", bold=True))
    for number, question in enumerate(questions, 1):
        lead = f"  {number:>{width}}  "
        text = f"{question.name}: {_brief(question, interview)}"
        tell(text, indent=lead, further=" " * (len(lead) + 2))
    offered = [AskedChoice(one.name, one.name) for one in questions]
    while True:
        typed = read_line("Numbers or names [all]").strip()
        if typed.lower() in {"", "a", "all"}:
            return None
        try:
            items = typed.replace(",", " ").split()
            return {offered[pick(offered, item)].title for item in items}
        except ValueError as error:
            tell(str(error))


def _rank(question: AskedQuestion, interview: Interview) -> int:
    """Return how early a question comes: first what somebody said, then what decides most."""
    if question.name in {*interview.given, *interview.suggested}:
        return 0
    return 1 if question.choices else 2
