"""Rules about several files together: labels that nobody defines, equal names, unlike twins.

Sources: GitHub drops labels that don't exist without a word, and wants template names unique (its
pages "Configuring issue templates for your repository" and "Syntax for issue forms").
"""

from collections.abc import Iterator
from typing import Final

from issue_scaffold.forge.document import Problem, at, shown
from issue_scaffold.forge.file_kind import FileKind
from issue_scaffold.forge.forges import GITHUB, forge_of_path
from issue_scaffold.forge.issue_form import words_of
from issue_scaffold.forge.layout import is_security_policy
from issue_scaffold.forge.twins import plain, stem
from issue_scaffold.text.edits import Edit, Fix, insert_line, one_line
from issue_scaffold.text.scalars import quoted, yaml_scalar
from issue_scaffold.text.tree import Scalar, Sequence
from issue_scaffold.text.wording import line_of, some
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
from issue_scaffold.validate.rules.label_guesses import (
    GuessKind,
    LabelGuess,
    by_looks,
    guess_labels,
    is_several,
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
    ConfigSummary,
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
        grade="DOC",
        fix="unsafe",
        summary="a template names a label that no config defines",
        source=LABELS_PAGE,
        why=(
            "GitHub drops a label that the repository doesn't have, without a word. A template's "
            "labels are looked up in the repository's labels config, GitHub's nine defaults, and "
            "`labels: known:` in `.github/scaffold.yml`. A warning where there is a config, a "
            "remark where there is none. `:bug: bug` and `🐛 bug` look the same and aren't, and "
            "labels are separated by commas and nothing else. With `--unsafe-fixes` such names are "
            "put right in the template, and other labels are added to the config."
        ),
        evidence=(
            "openai/codex#21158",
            "mapequation/infomap#932",
            "ChilliCream/graphql-platform#3478: emoji and short name",
            "ni/nimble#289: separated by spaces",
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
    known = names | repository.known_labels
    severity = None if repository.configs else INFO
    guesses: dict[tuple[str, str], LabelGuess | None] = {}
    for template in repository.templates:
        for label in template.labels:
            defaults = template.forge.default_labels
            if label.value.strip().casefold() in known | defaults:
                continue
            wanted = (label.value, template.forge.key)
            if wanted not in guesses:
                choices = by_looks(_spellings(repository, defaults))
                guesses[wanted] = guess_labels(label.value, choices, known | defaults)
            guess = guesses[wanted]
            message = (
                f"label {shown(label)} is not {_where(repository)}; GitHub drops labels that don't "
                "exist"
            )
            hint = _missing_hint(repository, template.path, guess)
            fix = _missing_fix(repository, template, label, guess)
            yield at(label, message, hint=hint, severity=severity, fix=fix, path=template.path)


def _spellings(repository: RepositorySummary, defaults: frozenset[str]) -> list[str]:
    """Return the labels that can be suggested: the config's own where there is one."""
    if repository.configs:
        return [name for config in repository.configs for name in config.spellings]
    return sorted(defaults | repository.known_labels)


def _where(repository: RepositorySummary) -> str:
    if not repository.configs:
        return "one of GitHub's default labels"
    if len(repository.configs) > 1:
        return "in any labels config"
    return f"in {repository.configs[0].path}"


def _settings_of(repository: RepositorySummary, path: str) -> str:
    """Return where the settings are, or would be beside a file of the repository."""
    if repository.settings is not None:
        return repository.settings.path
    return f"{forge_of_path(path).folder}/scaffold.yml"


def _missing_hint(repository: RepositorySummary, path: str, guess: LabelGuess | None) -> str:
    hint = "make sure that the repository has it; a labels config would keep the two together"
    if repository.configs:
        hint = f"add it there, or to `labels: known:` in {_settings_of(repository, path)}"
    if guess is None:
        return hint
    if guess.kind is GuessKind.SEVERAL:
        return f"labels are separated by commas: write `{', '.join(guess.names)}`"
    (name,) = guess.names
    if guess.kind is GuessKind.LOOKS_SAME:
        owner = "GitHub's own label is"
        if repository.configs:
            owner = "the config has"
        return f"{owner} `{name}`, which looks the same and is another label: write that"
    return f"did you mean `{name}`? {hint}"


def _missing_fix(
    repository: RepositorySummary,
    template: TemplateSummary,
    label: Scalar,
    guess: LabelGuess | None,
) -> Fix | None:
    """Put right what the template names, where one can tell; else add it to the config."""
    if guess is None:
        return None if is_several(label.value) else _define(repository, label)
    if guess.kind is GuessKind.NEAR_MISS:
        return None
    edit = _renamed(template, label, guess.names)
    # With the path, so that the fix is judged beside the config.
    return Fix((edit,), unsafe=True, path=template.path) if edit else None


def _renamed(template: TemplateSummary, label: Scalar, names: tuple[str, ...]) -> Edit | None:
    """Return the edit that writes other labels in the place of one."""
    value, source = template.labels_value, template.source
    if isinstance(value, Scalar):
        return _renamed_in_text(template, value, label, names)
    if not isinstance(value, Sequence) or one_line(source, label) is None:
        return None
    between = ", "
    if not value.flow:
        between = source.newline + source.text[source.line_start(label.start) : label.start]
        if between.strip() != "-":
            return None
    items = [yaml_scalar(name, label.style, in_flow=value.flow) for name in names]
    return Edit(label.start, label.end, between.join(items))


def _renamed_in_text(
    template: TemplateSummary, value: Scalar, label: Scalar, names: tuple[str, ...]
) -> Edit | None:
    """Write a text of labels with commas anew: a name may need quotation marks around all."""
    if any("," in name for name in names) or one_line(template.source, value) is None:
        return None
    index = template.labels.index(label)
    words = [item.value for item in template.labels]
    words[index : index + 1] = names
    return Edit(value.start, value.end, yaml_scalar(", ".join(words), value.style))


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
        id="labels/second-config",
        severity=WARNING,
        summary="two labels configs of one forge",
        why=(
            "A label tool reads the one config that it is told of, so that what the other says is "
            "lost, or the two undo each other's work. The one that counts is the one that "
            "`labels_config:` in `.github/scaffold.yml` names, and the finding is a remark on the "
            "others then; without it, nobody can know. Files in `.github/labels/` are one config "
            "together."
        ),
        evidence=("hackebrot/labels", "EndBug/label-sync"),
        wrong={LABELS_PATH: _CONFIG, ".github/labels.toml": '[bug]\ncolor = "d73a4a"\n'},
        right={".github/labels.toml": '[bug]\ncolor = "d73a4a"\n'},
    )
)
def second_config(repository: RepositorySummary) -> Iterator[Problem]:
    """Find labels configs beside another one that the same forge's tools would read."""
    counting: dict[str, ConfigSummary] = {}
    recorded = repository.labels_config
    # The one that counts comes first, whatever it is called.
    for config in sorted(repository.configs, key=lambda config: config.path != recorded):
        first = counting.setdefault(forge_of_path(config.path).key, config)
        if first is config or _is_one_folder(first.path, config.path):
            continue
        message = f"there are labels in {first.path} too, and a label tool reads one of the two"
        settings = _settings_of(repository, config.path)
        hint = f"keep one; or name the one that counts: `labels_config:` in {settings}"
        severity = None
        if first.path == recorded:
            message = f"the labels are in {first.path}, as `labels_config` says: these don't count"
            hint, severity = "move what you need of them there", INFO
        yield Problem(0, 0, message, hint, severity=severity, path=config.path)


def _is_one_folder(first: str, second: str) -> bool:
    """Tell whether two files lie in the folder whose files are one config together."""
    folders = {path.rpartition("/")[0] for path in (first, second)}
    return folders == {GITHUB.labels_folder}


@REPOSITORY.runs(
    Rule(
        id="cross/duplicate-name",
        severity=ERROR,
        grade="DOC",
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
        grade="OWN",
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
        grade="1",
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
    if not any(map(is_security_policy, repository.paths)):
        return
    for document in repository.choosers:
        for index, link in contact_links(document):
            if _is_security_address(words_of(link.get("url"))):
                message = (
                    f"contact_links[{index}]: GitHub adds its own security entry beside this link"
                )
                hint = "drop the link: the repository's SECURITY.md already makes one"
                yield at(link.get("url") or link, message, hint=hint, path=document.path)


def _is_security_address(url: str) -> bool:
    address = url.lower()
    reports = "/security/advisories/new" in address
    return reports or address.rstrip("/").endswith("/security/policy")
