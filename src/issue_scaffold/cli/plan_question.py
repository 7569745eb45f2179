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

_ANSWERS: Final[Mapping[str, str]] = {
    "yes": "[Y]es",
    "change": "[c]hange answers",
    "diff": "[d]iff",
    "no": "[n]o",
}
_ROW: Final = {"indent": "  ", "further": " " * 12}
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
    tell("Written in grey, where no colour is known. scaffold labels export has those on GitHub.")
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
        tell(f"and {left} more answers, all as the template suggests", indent="  ")
    say("Would write:")
    for step in outcome.plan.steps:
        if needs_decision(step):
            tell(f"exists    {step.path} (not as the template has it: you are asked)", **_ROW)
        elif step.writes:
            tell(f"{step.action:<9} {step.path}", **_ROW)
    for note in outcome.notes:
        tell(f"note: {note}", further="  ")


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
