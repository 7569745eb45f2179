"""`scaffold init`: merge a template's first rendering into a folder."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from issue_scaffold.errors import ConflictError, ScaffoldError, UsageError
from issue_scaffold.files import target_files as target
from issue_scaffold.files.rendering import Rendering
from issue_scaffold.forge.detection import EVIDENCE, detect, hidden_workflows
from issue_scaffold.forge.forges import GITHUB, Forge, forge_of_key
from issue_scaffold.forge.layout import (
    FORGE_FOLDERS,
    SHARED_FOLDERS,
    is_legacy,
    template_folder,
)
from issue_scaffold.forge.source_files import read_repository
from issue_scaffold.git.folder import work_tree_problem
from issue_scaffold.settings.place import new_settings_path
from issue_scaffold.state.draft_answers import DraftAnswers
from issue_scaffold.state.locks import hold_target
from issue_scaffold.sync import structured_files
from issue_scaffold.sync.acceptances import acceptances_of
from issue_scaffold.sync.adopted_steps import (
    adoptable,
    marked,
    record_places,
    relocated_again,
)
from issue_scaffold.sync.apply_plan import apply_plan, recovery_notes
from issue_scaffold.sync.content_merge import merge_tools
from issue_scaffold.sync.drift import Remedy
from issue_scaffold.sync.interview import Asker, Interview
from issue_scaffold.sync.item_changes import ItemChange, with_changes
from issue_scaffold.sync.meaning import Meaning
from issue_scaffold.sync.merge import plan_merge
from issue_scaffold.sync.outcome import FileOutcome, NothingWrittenError
from issue_scaffold.sync.own_labels import (
    OwnConfigs,
    beside_own_configs,
    own_configs,
    suggested_config,
)
from issue_scaffold.sync.own_layout import own_layout, own_names
from issue_scaffold.sync.own_names import beside_own_names
from issue_scaffold.sync.plan import FileAction, FilePlan, FileStep
from issue_scaffold.sync.refusals import (
    broken_files,
    is_broken,
    listed,
    refuse_invalid,
    refuse_plan,
    refuse_unfinished,
)
from issue_scaffold.sync.renewal import Renewal, leave_own
from issue_scaffold.sync.sparse import refuse_skipped
from issue_scaffold.sync.stand_ins import (
    find_stand_ins,
    keep_stand_in,
    replace_stand_in,
    with_stand_ins,
)
from issue_scaffold.sync.target import TargetFolder, answers_path, located, open_target
from issue_scaffold.sync.tool_origin import suggested_tool
from issue_scaffold.template.renderer import Renderer, Request
from issue_scaffold.template.source_text import BUNDLED, parse_source, refuse_inside
from issue_scaffold.text.shell_words import quote
from issue_scaffold.writing import staging

if TYPE_CHECKING:
    from issue_scaffold.template.copier_engine import Asking

Decision = Literal["keep", "replace", "merge", "abort"]
Decider = Callable[[Sequence[FileStep]], Mapping[str, Decision | None]]


class Confirmation(NamedTuple):
    """What a person says to a plan; to change answers, of which questions (None: of all)."""

    word: Literal["yes", "no", "change"]
    names: Collection[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitOptions:
    """What the user asked of `init`; `changes` are made in the answers that `data` gives.

    `decide` is called once with the existing files that differ, and if `replaces_labels` with those
    that are merged by their meaning; None for one leaves it to us, which is to
    write nothing, or to keep what is only in the way because it is broken. `ask` is asked the
    template's questions (None: nobody is), and `confirm` what to do with a plan of the suggested
    answers. `here` allows a folder below a repository's root. `choose_config` is asked which of
    several labels configs counts; None leaves all. `adds_labels` is asked whether a labels config
    gets labels that the existing templates name (None: nobody is, and it doesn't). `before_write`
    is told what will be done when nothing else can keep it from being done.
    """

    target: str
    decide: Decider
    replaces_labels: bool = False
    template: str | None = None
    ref: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[ItemChange] = ()
    answers_file: str | None = None
    ask: Asker | None = None
    confirm: Callable[[FileOutcome, Interview], Confirmation] = lambda *_: Confirmation("yes")
    dry_run: bool = False
    here: bool = False
    choose_config: Callable[[Sequence[str]], str | None] = lambda _: None
    adds_labels: Callable[[str, Sequence[str]], bool] | None = None
    before_write: Callable[[FileOutcome], None] = lambda _: None
    on_wait: Callable[[], None] = lambda: None


class _Adoption(NamedTuple):
    """Existing templates that are the template's: by the template's path, and of another kind.

    The latter are by their own path. `notes` name others that are alike.
    """

    pairs: Mapping[str, str] = MappingProxyType({})
    stand_ins: Mapping[str, str] = MappingProxyType({})
    notes: tuple[str, ...] = ()


class _Undecided(NamedTuple):
    """A plan before anybody decided on files, its rendering, and where settings would be made.

    `names` are those of the template's files here, by their path in it, where they differ.
    """

    outcome: FileOutcome
    rendering: Rendering
    settings_path: str
    names: Mapping[str, str]


def install(options: InitOptions, renderer: Renderer) -> FileOutcome:
    """Install a template. Returns what was done.

    Raises UsageError for a target that can't be one or already is one, NothingWrittenError when
    existing files stand in the way, and what rendering and writing raise; then nothing was written.
    """
    folder = _folder(options.target)
    root = folder.root
    if problem := work_tree_problem(root):
        raise UsageError(
            f"{options.target} {problem}", hint="run this in the folder where the files are"
        )
    answers_file = answers_path(options.answers_file)
    if folder.work_tree != root and not options.here:
        raise UsageError(
            f"{options.target} lies in the repository {folder.top}, at whose root forges look for "
            "issue templates",
            hint=f"{_at_the_root(folder.work_tree, answers_file)}; for this folder, add: --here",
        )
    with hold_target(root, shown=options.target, on_wait=options.on_wait):
        recovery = None if options.dry_run else staging.recover(root)
        notes = recovery_notes(root, recovery)
        if (
            recovery is not None
            and recovery.completed is not None
            and recovery.taken_back is None
            and answers_file in recovery.completed
        ):
            return _resumed(options, notes)
        if (root / answers_file).exists():
            again = Remedy(options.target).update_command
            raise UsageError(
                f"{options.target} is already initialised: it has {answers_file}",
                hint=f"to bring it up to date: {again}; "
                f"to answer the questions anew: {again} --ask",
            )
        outcome = _install(options, folder, answers_file, renderer)
        return replace(outcome, notes=notes + outcome.notes)


def _at_the_root(root: Path, answers_file: str) -> str:
    """Return which command is for the root of the repository that a folder lies below."""
    place = quote(os.path.relpath(root))
    if (root / answers_file).exists():
        return f"it is initialised there: scaffold update {place}"
    return f"scaffold init {place} installs them there"


def repository_around(text: str) -> Path | None:
    """Return the root of the repository that a folder lies below; None for a root, and outside.

    Raises UsageError for what is no folder.
    """
    folder = _folder(text)
    return None if folder.work_tree == folder.root else folder.work_tree


def _install(
    options: InitOptions, folder: TargetFolder, answers_file: str, renderer: Renderer
) -> FileOutcome:
    root = folder.root
    source = BUNDLED
    if options.template is not None:
        source = parse_source(options.template, relative_to=Path.cwd())
    refuse_inside(source, folder.work_tree)
    revision, remarks = renderer.sources.of(source).choose(options.ref)
    evidence = [path for path in EVIDENCE if (root / path).exists()]
    found = detect(evidence, _remote_host(root))
    own = own_configs(root, options.data, options.choose_config, may_make=source.is_bundled)
    request = Request(
        revision=revision,
        answers_file=answers_file,
        folder_name=root.name,
        data=own.data,
        suggested=suggested_config(own.paths) | found.answers,
    )
    request = request._replace(data=with_changes(request, options.changes, renderer))

    def planned(interview: Interview | None) -> _Undecided:
        rendering = _rendering(renderer, request, root, interview)
        names = own_names(root, rendering, rendering.files)
        rendering = rendering.relocated(names)
        adoption = _recognised(root, rendering)
        rendering = rendering.relocated(adoption.pairs)
        names = relocated_again(names, adoption.pairs)
        ours = target.read_files(root, rendering.files)
        refuse_skipped(folder, rendering.files, ours)
        refuse_unfinished(folder, ours, rendering.files)
        plan = plan_merge(None, ours, rendering, merge_tools(rendering.version))
        settings_path = new_settings_path(root, rendering.answers.get("platform"))
        if "labels_config" not in own.data:
            plan = beside_own_configs(root, plan, own, settings_path)
        plan = leave_own(plan, acceptances_of(root, may_be_broken=True))
        refuse_plan(folder, plan)
        plan = with_stand_ins(root, marked(plan, names), adoption.stand_ins)
        outcome = FileOutcome(
            target=options.target,
            source=source.recorded,
            version_before=None,
            version=rendering.version,
            plan=plan,
            dry_run=options.dry_run,
            notes=(
                *remarks,
                *_place_note(folder, plan, forge_of_key(rendering.answers.get("platform"))),
                *_legacy_notes(root, plan),
                *_several_notes(own),
                *found.notes,
                *hidden_workflows(evidence, [step.path for step in plan.writes]),
                *adoption.notes,
            ),
        )
        return _Undecided(outcome, rendering, settings_path, names)

    interview = None
    if options.ask is None:
        proposal = planned(None)
    else:
        suggested = {
            **suggested_tool(),
            **_suggested_choices(root, request, renderer),
            **request.suggested,
        }
        request = request._replace(suggested=suggested)
        drafts = DraftAnswers(root, source.recorded)
        interview = Interview(options.ask, drafts, suggested=request.suggested)
        proposal = _agreed(planned, interview, options)
    decided = _with_named_labels(root, _decided(proposal.outcome, options), own.paths, options)
    outcome = _settled(root, proposal._replace(outcome=decided), renderer)
    if options.dry_run:
        return outcome
    options.before_write(outcome)
    outcome = replace(
        outcome, notes=outcome.notes + apply_plan(folder, outcome.plan, command="init")
    )
    if interview is not None:
        interview.end()
    return outcome


def _settled(root: Path, decided: _Undecided, renderer: Renderer) -> FileOutcome:
    """Return the outcome of what was decided, with what the settings have to say of it."""
    outcome, rendering, settings_path, names = decided
    plan, reasons = beside_own_names(outcome.plan, _staying(root, outcome.plan))
    plan = record_places(root, plan, names, settings_path)
    meaning = Meaning(tuple(rendering.files), renderer.store)
    renewal = Renewal(root, settings_path, meaning, merge_tools(rendering.version).text)
    plan = renewal.with_absent(plan, reasons)
    refuse_invalid(plan, renderer.store)
    broken = broken_files(plan, renderer.store)
    return replace(outcome, plan=renewal.with_kept(plan, broken))


def _staying(root: Path, plan: FilePlan) -> dict[str, bytes]:
    """Return the repository's own templates that a plan leaves as they are, by path."""
    written = {step.path for step in plan.writes}
    files = read_repository(root, template_folder).files
    return {
        path: content
        for path, content in files.items()
        if template_folder(path) and path not in written
    }


def _agreed(
    planned: Callable[[Interview], _Undecided], interview: Interview, options: InitOptions
) -> _Undecided:
    """Return the plan that a person agrees to, after changing answers as often as they like.

    Raises ConflictError if they don't.
    """
    proposal = planned(interview)
    if options.dry_run:
        return proposal
    while (said := options.confirm(proposal.outcome, interview)).word == "change":
        interview.want(said.names)
        proposal = planned(interview)
    if said.word == "no":
        interview.end()
        raise ConflictError("nothing was written, as you chose", hint="scaffold init asks again")
    return proposal


def _rendering(
    renderer: Renderer, request: Request, root: Path, interview: Interview | None
) -> Rendering:
    """Return what is to be installed, in the folders that the target has already."""
    if request.revision.source.is_bundled:
        request = request._replace(layout=own_layout(root, {**request.suggested, **request.data}))
    asking: Asking = "nothing" if interview is None else "all"
    rendering = renderer.rendering(request, asking=asking, interviewer=interview)
    if interview is not None:
        interview.settle()
    if not request.revision.source.is_bundled:
        return rendering
    layout = own_layout(root, rendering.answers)
    if layout == request.layout:
        return rendering
    # A person chose another forge than what the repository looked like.
    nothing: dict[str, Any] = {}
    return renderer.rendering(
        request._replace(recorded=rendering.answers, data=nothing, suggested=nothing, layout=layout)
    )


def _folder(text: str) -> TargetFolder:
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise UsageError(
            f"{text} is not a folder", hint="name a folder; one that doesn't exist yet is made"
        )
    return located(path.resolve())


def _resumed(options: InitOptions, notes: tuple[str, ...]) -> FileOutcome:
    opened = open_target(options.target, options.answers_file)
    return FileOutcome(
        target=options.target,
        source=opened.source.recorded,
        version_before=None,
        version=opened.version,
        plan=FilePlan(answers_file=opened.answers_file, steps=()),
        dry_run=False,
        notes=notes,
        resumed=True,
    )


def _remote_host(root: Path) -> str | None:
    """Return the host that a repository's remote is on, or None when that can't be told."""
    from issue_scaffold.forge.git_remote import repository_of

    try:
        return repository_of(root).host
    except ScaffoldError:
        return None


def _existing_templates(root: Path) -> dict[str, bytes]:
    files = read_repository(root, template_folder).files
    return {path: content for path, content in files.items() if template_folder(path)}


def _recognised(root: Path, rendering: Rendering) -> _Adoption:
    """Return which existing templates are the template's files, and what to say of others alike."""
    existing = _existing_templates(root)
    if not existing:
        return _Adoption()
    from issue_scaffold.sync.adoption import recognise_templates

    catalog = {path: file.content for path, file in rendering.files.items() if file.link is None}
    catalog = {path: content for path, content in catalog.items() if template_folder(path)}
    found = recognise_templates(existing, catalog)
    pairs = adoptable(found, rendering, existing)
    stand_ins = find_stand_ins(found, rendering, {*pairs, *existing})
    adopted = {*pairs.values(), *stand_ins, *rendering.files}
    notes = tuple(one.message for one in found if one.existing not in adopted)
    return _Adoption(pairs, stand_ins, notes)


def _suggested_choices(root: Path, request: Request, renderer: Renderer) -> dict[str, Any]:
    """Return answers that take up the existing templates; none where the template has no such."""
    existing = _existing_templates(root)
    if not existing:
        return {}
    from issue_scaffold.sync.adoption import suggested_choices

    try:
        offered = renderer.offer(request)
    except ScaffoldError:  # whatever it is, rendering will say so
        return {}
    return suggested_choices(existing, offered)


def _with_named_labels(
    root: Path, outcome: FileOutcome, configs: Sequence[str], options: InitOptions
) -> FileOutcome:
    """Return the outcome with labels that existing templates name, or with a remark on them."""
    if not _existing_templates(root):
        return outcome
    from issue_scaffold.sync.named_labels import named_labels

    found = named_labels(root, outcome.plan, configs)
    if found is None:
        return outcome
    if options.adds_labels is None or options.dry_run:
        names = ", ".join(found.names)
        note = (
            f"your templates name labels that {found.config} doesn't have: {names}; to add them: "
            "scaffold validate --fix --unsafe-fixes; to list the labels that the forge has, with "
            "their colours: scaffold labels export"
        )
        return replace(outcome, notes=(*outcome.notes, note))
    if not options.adds_labels(found.config, found.names):
        return outcome
    return replace(outcome, plan=found.added_to(outcome.plan))


def _decided(outcome: FileOutcome, options: InitOptions) -> FileOutcome:
    """Return the outcome with a decision for each existing file that differs."""
    in_the_way = [step for step in outcome.plan.steps if needs_decision(step)]
    said = options.decide(in_the_way) if in_the_way else {}
    decisions = {step.path: said.get(step.path) or _by_default(step) for step in in_the_way}
    if "abort" in decisions.values():
        raise NothingWrittenError(
            "these files exist and differ from the template's; nothing was written"
            f"{listed(replace(step, reason='') for step in in_the_way)}",
            outcome,
            hint="choose with --on-conflict keep|replace|merge; see them with --dry-run --diff "
            "--on-conflict merge",
        )
    decided = {step.path: _settle(step, decisions[step.path]) for step in in_the_way}
    decided |= _replaced(outcome.plan, options)
    settled = [one for step in outcome.plan.steps for one in decided.get(step.path, (step,))]
    steps = tuple(sorted(settled, key=lambda step: step.path))
    return replace(outcome, plan=replace(outcome.plan, steps=steps))


def needs_decision(step: FileStep) -> bool:
    """Whether a file exists and differs.

    Adding to one by its meaning changes nothing of the user's.
    """
    exists_in_both = step.before is not None and step.theirs is not None
    return exists_in_both and step.action is not FileAction.UNCHANGED and not step.by_meaning


def _by_default(step: FileStep) -> Decision:
    if is_broken(step):
        return "keep"
    return "abort"


def _settle(step: FileStep, decision: Decision) -> tuple[FileStep, ...]:
    """Return what a decision on a file makes of its step."""
    if not step.stands_for:
        return (_settle_file(step, decision),)
    if decision == "replace":
        return replace_stand_in(step)
    return (keep_stand_in(step, is_merge=decision == "merge"),)


def _settle_file(step: FileStep, decision: Decision) -> FileStep:
    if decision == "keep":
        reason = "you chose to keep it"
        if is_broken(step):
            reason = "it has an error, so that nothing can be added: scaffold validate"
        return replace(step, action=FileAction.KEPT, after=step.before, reason=reason)
    if decision == "replace":
        return replace(
            step, action=FileAction.CLEAN, after=step.theirs, reason="you chose to replace it"
        )
    return step


def _replaced(plan: FilePlan, options: InitOptions) -> dict[str, tuple[FileStep, ...]]:
    """Return the steps by path of what is merged by its meaning, where the template's is to count.

    Elsewhere nothing of the user's is lost, and nothing to decide.
    """
    merged = [step for step in plan.steps if step.by_meaning]
    said = options.decide(merged) if options.replaces_labels else {}
    return {
        step.path: (_replaced_by_meaning(step),)
        for step in merged
        if said.get(step.path) == "replace"
    }


def _replaced_by_meaning(step: FileStep) -> FileStep:
    """Return the step that takes the template's side of each label or hook that both have."""
    if step.before is None or step.theirs is None:
        return step
    texts = step.before.content.decode(), step.theirs.content.decode()
    restored = structured_files.restore(step.path, *texts)
    if restored is None:
        return step
    after = step.before._replace(content=restored.text.encode())
    action = FileAction.KEPT if after == step.before else FileAction.MERGE
    return replace(step, action=action, after=after, notes=())


def _several_notes(own: OwnConfigs) -> tuple[str, ...]:
    """Return a remark on several labels configs of which nobody has said which one counts."""
    if len(own.paths) < 2 or "labels_config" in own.data:  # noqa: PLR2004 - two and more
        return ()
    taken = suggested_config(own.paths).get("labels_config", "none of them")
    listed_paths = ", ".join(own.paths)
    note = f"labels are in {listed_paths}, and a label tool reads one of them: {taken} was taken"
    return (f"{note}; to name another, add -d labels_config=PATH",)


def _legacy_notes(root: Path, plan: FilePlan) -> tuple[str, ...]:
    """Return a remark on each single template of the old kind, which a folder of them replaces."""
    written = [step.path for step in plan.writes]
    folders = [inside[0] for inside in map(template_folder, written) if inside]
    if not folders:
        return ()
    places = {"", *SHARED_FOLDERS, *FORGE_FOLDERS}
    found = (path for place in sorted(places) for path in _legacy_in(root, place))
    return tuple(
        f"{path} is out of use beside {folders[0]}: the page for new issues shows what is there; "
        f"to keep its text as an issue form: scaffold convert {path}"
        for path in found
    )


def _legacy_in(root: Path, folder: str) -> list[str]:
    try:
        entries = sorted(entry.name for entry in (root / folder).iterdir() if entry.is_file())
    except OSError:  # no such folder
        return []
    return [f"{folder}/{name}".lstrip("/") for name in entries if is_legacy(name)]


def _place_note(target_folder: TargetFolder, plan: FilePlan, forge: Forge) -> tuple[str, ...]:
    """Return a remark on what the place means to the forge."""
    root, top = target_folder
    if top is not None and top != root:
        return (f"{forge.title} reads issue templates only at a repository's root, which is {top}",)
    folder = GITHUB.templates[0]
    begins = any(step.path.startswith(f"{folder}/") for step in plan.writes)
    if forge is not GITHUB or not begins or (root / folder).exists():
        return ()
    # https://docs.github.com/en/communities, "Creating a default community health file"
    hides = "now hides the default issue templates of its owner, if there are any"
    return (f"this repository's own {folder} {hides}",)
