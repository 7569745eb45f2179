"""An interview: which of a template's questions a person is asked, and what was said so far.

A template is rendered as often as somebody changes an answer. Each time all its questions come by:
those that are wanted are asked, the others get what was said to them before, or their default. How
a question is asked is the command line's.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from issue_scaffold.state.draft_answers import DraftAnswers
from issue_scaffold.template.interview import AGAIN, KEEP, AskedQuestion, QuestionKind, Reply

# Asks one question; the second argument is what was said to it before, if anything was. Returns
# None when the person wants to go back to the question before.
Asker = Callable[[AskedQuestion, Reply | None], Reply | None]


class Interview:
    """What is asked in one run of a command. An instance is the interviewer of a rendering.

    `questions` are those that came by last, `given` what was said to them, `suggested` the ones for
    which something better than the template's default was found out; `resumed` tells that
    something of it was said in a run that was interrupted.
    """

    def __init__(
        self,
        ask: Asker,
        drafts: DraftAnswers,
        *,
        new_in: Mapping[str, str] | None = None,
        suggested: Collection[str] = (),
    ) -> None:
        """`new_in` are the versions of the template that brought questions which are new here."""
        self._ask = ask
        self._drafts = drafts
        self._saved = drafts.read()
        self._new_in = new_in or {}
        self._wanted: Collection[str] | None = ()
        self._shown: frozenset[str] | None = None  # what the person knows of
        self._asked: list[str] = []
        self._unsettled: AskedQuestion | None = None
        self._in_doubt: set[str] = set()
        self.suggested = suggested
        self.questions: dict[str, AskedQuestion] = {}
        self.given: dict[str, Reply] = {}
        self.resumed = False

    def want(self, names: Collection[str] | None) -> None:
        """Let the next rendering ask these questions (None: all), and those that come of them."""
        self._wanted = names
        self._shown = frozenset(self.questions)
        self._asked = []
        self.questions = {}

    def __call__(self, question: AskedQuestion) -> Reply:
        """Return the reply to a question that is due."""
        self._remember(question)
        reply = self._known(question)
        while reply is None:
            said = self._ask(self._marked(question), self.given.get(question.name))
            if said is not None:
                reply = self._keep(question, said)
            elif set(self._asked) - {question.name}:
                reply = self._back(question.name)
        return reply

    def _marked(self, question: AskedQuestion) -> AskedQuestion:
        return replace(question, new_in=self._new_in.get(question.name))

    def _remember(self, question: AskedQuestion) -> None:
        name = question.name
        if question.error is None:
            self.settle()
            self.questions[name] = question
            saved = self._reply_in(question, self._saved.pop(name, None))
            if saved is not None:
                self.given[name] = saved
                self._in_doubt.add(name)
                self.resumed = True

    def _known(self, question: AskedQuestion) -> Reply | None:
        """Return the reply to a question that nobody needs to be asked, else None."""
        name = question.name
        if question.error is not None and name in self._in_doubt:
            # What was remembered fitted another version of the template, or other answers.
            self._in_doubt.discard(name)
            self.given.pop(name, None)
        elif question.error is not None:
            return None
        if name not in self._asked and self._is_wanted(name):
            return None
        if name in self.given:
            return self.given[name]
        return KEEP if question.has_default else None

    def _is_wanted(self, name: str) -> bool:
        if self._wanted is None or name in self._wanted:
            return True
        return self._shown is not None and name not in self._shown

    def _keep(self, question: AskedQuestion, reply: Reply) -> Reply:
        if question.name not in self._asked:
            self._asked.append(question.name)
        self._in_doubt.discard(question.name)
        if reply != KEEP:
            self.given[question.name] = reply
            self._unsettled = question
        return reply

    def settle(self) -> None:
        """Remember the last answer, which was found right, for a run after this one."""
        if self._unsettled is not None:
            name = self._unsettled.name
            self._drafts.keep(name, _saved(self._unsettled, self.given[name]))
        self._unsettled = None

    def _back(self, now: str) -> Reply:
        """Have the question before the one of now asked anew, and those after it as they come."""
        self._unsettled = None
        self.given.pop(now, None)
        self._asked = [name for name in self._asked if name != now]
        name = self._asked.pop()
        if self._wanted is not None:
            self._wanted = {*self._wanted, name}
        self.questions = {}
        return AGAIN

    def end(self) -> None:
        """Forget what was remembered for another run: this one came to its end."""
        self._drafts.forget()

    @staticmethod
    def _reply_in(question: AskedQuestion, saved: str | list[str] | None) -> Reply | None:
        """Return the reply that was remembered, None if the question has no such answer now."""
        if isinstance(saved, str) and not question.choices:
            return Reply(text=saved)
        if not isinstance(saved, list) or not question.choices:
            return None
        titles = [choice.title for choice in question.choices]
        if not set(saved) <= set(titles) or (question.kind is QuestionKind.ONE and len(saved) != 1):
            return None
        return Reply(chosen=tuple(map(titles.index, saved)))


def _saved(question: AskedQuestion, reply: Reply) -> str | list[str]:
    if reply.chosen is not None:
        return [question.choices[number].title for number in reply.chosen]
    return reply.text or ""
