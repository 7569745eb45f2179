"""Rules about several files together: labels that nobody defines, equal names, unlike twins.

Sources: GitHub drops labels that don't exist without a word, and wants template names unique (its
pages "Configuring issue templates for your repository" and "Syntax for issue forms").
"""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.issue_form import text_of
from issue_scaffold.forge.layout import is_security_policy
from issue_scaffold.forge.twins import plain, stem
from issue_scaffold.labels.config import DEFAULT_LABELS
from issue_scaffold.text.edits import Fix, insert_line
from issue_scaffold.text.scalars import quoted
from issue_scaffold.text.tree import Scalar
from issue_scaffold.text.wording import closest, line_of, some
from issue_scaffold.validate.rules.chooser import contact_links
from issue_scaffold.validate.rules.examples import (
    CHOOSER_PATH,
    FORM_PATH,
    GOOD_CHOOSER,
    GOOD_FORM,
    GOOD_TEMPLATE,
    LABELS_PATH,
    TEMPLATE_PATH,
)
from issue_scaffold.validate.rules.rule import (
    CHOOSER_PAGE,
    ERROR,
    FORMS_PAGE,
    INFO,
    LABELS_PAGE,
    WARNING,
    Rule,
)
from issue_scaffold.validate.rules.stages import REPOSITORY
from issue_scaffold.validate.rules.summaries import (
    RepositorySummary,
    TemplateSummary,
    is_other_markdown,
)

_CONFIG: Final = '- name: bug\n  color: "d73a4a"\n'
_LABELLED: Final = GOOD_FORM.replace("body:", "labels: [bug, needs-triage]\nbody:")


@REPOSITORY.runs(
    Rule(
        id="labels/not-in-config",
        severity=WARNING,
        fix="unsafe",
        summary="a template names a label that no config defines",
        source=LABELS_PAGE,
        why=(
            "GitHub drops a label that the repository doesn't have, without a word. A template's "
            "labels are looked up in the repository's labels config, GitHub's nine defaults, and "
            "`labels: known:` in `.github/scaffold.yml`. A warning where there is a config, a "
            "remark where there is none. With `--unsafe-fixes` the label is added to the config."
        ),
        evidence=(
            "openai/codex#21158",
            "mapequation/infomap#932",
        ),
        wrong={FORM_PATH: _LABELLED, LABELS_PATH: _CONFIG},
        right={
            FORM_PATH: _LABELLED,
            LABELS_PATH: _CONFIG + '- name: needs-triage\n  color: "ededed"\n',
        },
    )
)
def label_not_in_config(repository: RepositorySummary) -> Iterator[Problem]:
    """Find labels that a template names and no config defines; GitHub drops them without a word."""
    names = frozenset().union(*(config.names for config in repository.configs))
    known = names | DEFAULT_LABELS | repository.known_labels
    severity = None if repository.configs else INFO
    guesses: dict[str, str | None] = {}
    for template in repository.templates:
        for label in template.labels:
            folded = label.value.strip().casefold()
            if folded in known:
                continue
            if folded not in guesses:
                guesses[folded] = closest(folded, sorted(known))
            guess = guesses[folded]
            hint = _missing_hint(repository, guess)
            fix = None if guess else _define(repository, label)
            where = _where(repository)
            message = f"label {shown(label)} is not {where}; GitHub drops labels that don't exist"
            yield at(label, message, hint=hint, severity=severity, fix=fix, path=template.path)


def _where(repository: RepositorySummary) -> str:
    if not repository.configs:
        return "one of GitHub's default labels"
    if len(repository.configs) > 1:
        return "in any labels config"
    return f"in {repository.configs[0].path}"


def _missing_hint(repository: RepositorySummary, guess: str | None) -> str:
    hint = "make sure that the repository has it; a labels config would keep the two together"
    if repository.configs:
        hint = "add it there, or to `labels: known:` in .github/scaffold.yml"
    return f"did you mean `{guess}`? {hint}" if guess else hint


def _define(repository: RepositorySummary, label: Scalar) -> Fix | None:
    if len(repository.configs) != 1 or repository.configs[0].insertion is None:
        return None
    config = repository.configs[0]
    assert config.insertion is not None  # noqa: S101 - narrowed above
    offset, lead = config.insertion
    indent = " " * len(lead)
    text = f'{lead}name: {quoted(label.value.strip())}\n{indent}color: "ededed"'
    return Fix((insert_line(config.source, offset, text),), unsafe=True, path=config.path)


@REPOSITORY.runs(
    Rule(
        id="cross/duplicate-name",
        severity=ERROR,
        summary="two templates have the same name",
        source=FORMS_PAGE,
        why="Names must be unique among forms and Markdown templates of one folder.",
        evidence=("syntax-for-issue-forms",),
        wrong={FORM_PATH: GOOD_FORM, ".github/ISSUE_TEMPLATE/crash.yml": GOOD_FORM},
        right={
            FORM_PATH: GOOD_FORM,
            ".github/ISSUE_TEMPLATE/crash.yml": GOOD_FORM.replace("Bug report", "Crash report"),
        },
    )
)
def duplicate_name(repository: RepositorySummary) -> Iterator[Problem]:
    """Find two templates of one folder with the same name; GitHub shows one of them at most."""
    seen: dict[tuple[str, str], TemplateSummary] = {}
    for template in repository.templates:
        if template.name is None or is_other_markdown(template.path):
            continue
        key = (template.path.rpartition("/")[0].lower(), template.name.value.strip())
        first = seen.setdefault(key, template)
        if first is not template and first.name is not None:
            message = f"name {shown(template.name)} is also that of {first.path}"
            where = line_of(first.source, first.name.start)
            hint = (
                "names must be unique, forms and Markdown templates together: "
                f"see {first.path}, {where}"
            )
            yield at(template.name, message, hint=hint, path=template.path)


@REPOSITORY.runs(
    Rule(
        id="cross/twin-differs",
        severity=WARNING,
        summary="a form and its Markdown twin disagree",
        why=(
            "Some keep a Markdown template beside the form of the same name, for `gh issue "
            "create`, which knows no forms. Labels, fields and options should then agree."
        ),
        evidence=("cli/cli#5865",),
        wrong={
            FORM_PATH: GOOD_FORM,
            TEMPLATE_PATH: GOOD_TEMPLATE.replace("Bug report", "Bug report (Markdown)"),
        },
        right={
            FORM_PATH: GOOD_FORM,
            TEMPLATE_PATH: GOOD_TEMPLATE.replace("Bug report", "Bug report (Markdown)").replace(
                "What happened?", "**Version:**"
            ),
        },
    )
)
def twin_differs(repository: RepositorySummary) -> Iterator[Problem]:
    """Find forms and Markdown templates of one slug that disagree in labels, fields or options."""
    forms = {_place(item): item for item in repository.templates if item.kind is FileKind.FORM}
    for template in repository.templates:
        form = forms.get(_place(template))
        if form is None or template.kind is not FileKind.TEMPLATE:
            continue
        differences = "; ".join((*_label_differences(template, form), *_lacks(template, form)))
        if differences:
            start, end = _head(template)
            message = f"this template and its twin {form.path} disagree: {differences}"
            hint = "make them say the same, or rename one of them"
            yield Problem(start, end, message, hint, path=template.path)


def _place(template: TemplateSummary) -> tuple[str, str]:
    """Return the folder of a template, and what its file's name has in common with its twin's."""
    return template.path.rpartition("/")[0].lower(), stem(template.path)


def _head(template: TemplateSummary) -> tuple[int, int]:
    """Return the span of a template's name, else of its first label, else of its first line."""
    for node in (template.name, *template.labels):
        if node is not None:
            return node.start, node.end
    return 0, template.source.line_end(0)


def _label_differences(template: TemplateSummary, form: TemplateSummary) -> Iterator[str]:
    in_markdown = {label.value.casefold(): label.value for label in template.labels}
    in_form = {label.value.casefold(): label.value for label in form.labels}
    sides = (("Markdown", in_markdown, in_form), ("form", in_form, in_markdown))
    for side, labels, others in sides:
        only = [labels[key] for key in labels if key not in others]
        if only:
            yield f"only the {side} has {some(only, 'label')}"


def _lacks(template: TemplateSummary, form: TemplateSummary) -> Iterator[str]:
    prose = plain(template.prose)
    if not prose:
        return
    for words, noun in ((form.fields, "field"), (form.options, "option")):
        missing = [word for word in dict.fromkeys(words) if plain(word) not in prose]
        if missing:
            yield f"the Markdown lacks {some(missing, noun)}"


@REPOSITORY.runs(
    Rule(
        id="chooser/security-link",
        severity=INFO,
        summary="a link doubles GitHub's own security entry",
        source=CHOOSER_PAGE,
        why=(
            "A repository with a SECURITY.md gets a security entry in the chooser from GitHub, so "
            "that a link of one's own is a second one."
        ),
        evidence=("genealogix/glx#884",),
        wrong={
            "SECURITY.md": "Report privately.\n",
            CHOOSER_PATH: "contact_links:\n  - name: Security\n"
            "    url: https://github.com/o/r/security/advisories/new\n"
            "    about: Report a vulnerability.\n",
        },
        right={"SECURITY.md": "Report privately.\n", CHOOSER_PATH: GOOD_CHOOSER},
    )
)
def security_link(repository: RepositorySummary) -> Iterator[Problem]:
    """Find chooser links that double the entry which GitHub makes of a security policy."""
    if not any(is_security_policy(path) for path in repository.paths):
        return
    for document in repository.choosers:
        for index, link in contact_links(document):
            if _is_security_address(text_of(link.get("url")) or ""):
                message = (
                    f"contact_links[{index}]: GitHub adds its own security entry beside this link"
                )
                hint = "drop the link: the repository's SECURITY.md already makes one"
                yield at(link.get("url") or link, message, hint=hint, path=document.path)


def _is_security_address(url: str) -> bool:
    address = url.lower()
    reports = "/security/advisories/new" in address
    return reports or address.rstrip("/").endswith("/security/policy")
