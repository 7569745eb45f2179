"""The forges, a row each: where one looks for what, what its files may say, which API it has.

Owns every fact about a forge. Other modules ask the row of the file or of the host that they have.
`CONTRIBUTING.md` says what a new forge takes.
"""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from issue_scaffold.text.masking import FORGEJO_TOKENS, GITEA_TOKENS, GITLAB_TOKENS


class ElementKeys(NamedTuple):
    """The attributes and validations of one type of form element; `required` are attributes.

    `booleans` are those of either that must be true or false, if they are there.
    """

    attributes: tuple[str, ...]
    required: tuple[str, ...]
    validations: tuple[str, ...]
    booleans: tuple[str, ...] = ("required",)


class TemplateKeys(NamedTuple):
    """The keys that a forge reads: of a form, its elements and options, and of a Markdown template.

    `about_is_description` says that either key stands for the other, `takes_scalars` that any one
    value is text at the top of a form and as an id, be it a number, and blank in optional keys.
    """

    form: tuple[str, ...]
    front_matter: tuple[str, ...]
    element: tuple[str, ...]
    option: tuple[str, ...]
    elements: Mapping[str, ElementKeys]
    about_is_description: bool = False
    takes_scalars: bool = False


class RuleSwitch(NamedTuple):
    """In what a forge's rules differ from GitHub's, for which they are written, by their ids.

    Rules that are `lifted` don't hold there; what breaks an `eased` one is passed over there, so
    that it is a warning at most. Where `chooser_is_whole`, one bad contact link costs the whole
    file. `reads_with_go` tells whose YAML reader the forge has: Go's, or Ruby's. `tells_case` says
    that labels may differ by their case alone, `marks_colours` that colours begin with `#`.
    """

    lifted: frozenset[str] = frozenset()
    eased: frozenset[str] = frozenset()
    chooser_is_whole: bool = False
    reads_with_go: bool = False
    tells_case: bool = False
    marks_colours: bool = False


class TokenCustoms(NamedTuple):
    """Where the token for a forge's API lies: in `variables`, the first that counts first.

    They are meant for the forge's known hosts and for a host that the user or one of
    `host_variables` names, by name or address; `other_variables` for the latter alone, and
    `job_variables` for what `host_variables` name. `useless` is one that CI sets and that can't ask
    for labels. `program` is the forge's command that knows tokens by host, `scope` what a token
    needs.
    """

    variables: tuple[str, ...]
    host_variables: tuple[str, ...]
    program: str
    scope: str
    other_variables: tuple[str, ...] = ()
    job_variables: tuple[str, ...] = ()
    useless: str | None = None


_TEXT_FIELD: Final = ("label", "description", "placeholder", "value")
# GitHub's pages "Syntax for issue forms", "Syntax for GitHub's form schema" and "Configuring issue
# templates for your repository".
_GITHUB_KEYS: Final = TemplateKeys(
    form=("name", "description", "title", "labels", "assignees", "projects", "type", "body"),
    front_matter=("name", "about", "title", "labels", "assignees", "type", "projects"),
    element=("type", "id", "attributes", "validations"),
    option=("label", "required"),
    elements={
        "markdown": ElementKeys(("value",), ("value",), ()),
        "input": ElementKeys(_TEXT_FIELD, ("label",), ("required",)),
        "textarea": ElementKeys((*_TEXT_FIELD, "render"), ("label",), ("required",)),
        "dropdown": ElementKeys(
            ("label", "description", "multiple", "options", "default"),
            ("label", "options"),
            ("required",),
            ("required", "multiple"),
        ),
        "checkboxes": ElementKeys(
            ("label", "description", "options"), ("label", "options"), ("required",)
        ),
        "upload": ElementKeys(("label", "description"), ("label",), ("required", "accept")),
    },
)
# `validateYaml` in Gitea's `modules/issue/template/template.go`; at `required` of checkboxes it
# doesn't look.
_GITEA_BOOLEANS: Final = {
    "markdown": (),
    "input": ("required", "is_number"),
    "textarea": ("required",),
    "dropdown": ("required", "multiple", "list"),
    "checkboxes": (),
}
# https://docs.gitea.com/usage/issue-pull-request-templates, and that source: no type but these
# five, `list` in dropdowns, `hide_label` in what has one, `visible` in elements and options.
_GITEA_KEYS: Final = _GITHUB_KEYS._replace(
    form=(*_GITHUB_KEYS.form, "about", "ref"),
    front_matter=(*_GITHUB_KEYS.front_matter, "ref", "description"),
    element=(*_GITHUB_KEYS.element, "visible"),
    option=(*_GITHUB_KEYS.option, "visible"),
    elements={
        kind: keys._replace(
            attributes=(
                *keys.attributes,
                *(("list",) if kind == "dropdown" else ()),
                *(("hide_label",) if kind != "markdown" else ()),
            ),
            validations=(*keys.validations, "is_number", "regex"),
            booleans=_GITEA_BOOLEANS[kind],
        )
        for kind, keys in _GITHUB_KEYS.elements.items()
        if kind in _GITEA_BOOLEANS
    },
    about_is_description=True,
    takes_scalars=True,
)
# What GitHub alone refuses of a label's name and description.
_GITHUB_LABEL_LIMITS: Final = frozenset(
    {
        "labels/description-length",
        "labels/emoji-only",
        "labels/four-byte-description",
        "labels/name-length",
    }
)
# `validateMetadata` and `validateYaml` in that source know none of the lifted rules. Keys that it
# doesn't know its YAML reader passes over, and a Markdown file without front matter is called after
# its file.
_GITEA_RULES: Final = RuleSwitch(
    lifted=frozenset(
        {
            "body/default-required",
            "body/duplicate-option",
            "body/forbidden-word",
            "body/id-shadowed",
            "body/preselected-option",
            "body/render-language",
            "body/reserved-option",
            "chooser/security-link",
            "files/legacy-template",
            "form/checkbox-label",
            "form/description-length",
            "form/duplicate-label",
            "form/name-length",
            "form/only-markdown",
            "form/projects-format",
            "form/similar-labels",
            "template/about-length",
            "template/name-length",
            "template/no-front-matter",
        }
    )
    | _GITHUB_LABEL_LIMITS
    | frozenset({"form/newer-than-server"}),
    eased=frozenset(
        {
            "body/unpermitted-attribute",
            "body/unpermitted-key",
            "body/unpermitted-validation",
            "chooser/unpermitted-key",
            "form/forbidden-key",
            "form/unpermitted-key",
        }
    ),
    # `GetTemplateConfig` in services/issue/template.go
    chooser_is_whole=True,
    reads_with_go=True,
    # `GetLabelInRepoByName` and `NormalizeColor` in that source
    tells_case=True,
    marks_colours=True,
)
# What an older server lacks. github.com has everything.
_OF_SERVERS: Final = frozenset({"form/newer-than-server"})
# These come from Gitea's source.
_OF_GITEA: Final = frozenset(
    {"body/attribute-type", "body/hidden-required", "body/visible-type"},
)
_GITHUB_RULES: Final = RuleSwitch(lifted=_OF_GITEA | _OF_SERVERS)
# https://docs.gitlab.com/api/labels/#create-a-new-label
_GITLAB_RULES: Final = _GITHUB_RULES._replace(
    lifted=_GITHUB_RULES.lifted | _GITHUB_LABEL_LIMITS, tells_case=True, marks_colours=True
)
# https://docs.github.com/en/issues/using-labels-and-milestones-to-track-work/managing-labels
# The colours are those that GitHub gives them in a new repository.
GITHUB_LABEL_COLOURS: Final[Mapping[str, str]] = {
    "bug": "d73a4a",
    "documentation": "0075ca",
    "duplicate": "cfd3d7",
    "enhancement": "a2eeef",
    "good first issue": "7057ff",
    "help wanted": "008672",
    "invalid": "e4e669",
    "question": "d876e3",
    "wontfix": "ffffff",
}
_GITHUB_LABELS: Final = frozenset(GITHUB_LABEL_COLOURS)
# The set "Default" in `options/label` of Gitea's source, which one takes or not.
_GITEA_LABELS: Final = frozenset(
    {"bug", "duplicate", "enhancement", "help wanted", "invalid", "question", "wontfix"}
)


GITHUB_DOCS: Final = "https://docs.github.com/en/"


class Forge(NamedTuple):
    """One forge. Paths are POSIX and relative to the repository's root.

    * `key` is its name as an answer to the template, and the first part of the names of hosts that
      people run; `name` is that in the settings and on the command line, where it is another one;
      `hosts` are the known ones, suffixes if they begin with a dot; `alias` stands for the first of
      them in a template's source.
    * `folder` is its own folder, `shared` are others that it reads. `templates` are its template
      folders as it documents them, in the order in which it reads them; unless `has_forms`, what is
      in them is plain text. One form alone may lie beside them if it `has_single_form`. The
      chooser's settings have one of the `chooser_names`.
    * `other_templates` are template folders that it reads though they aren't its own.
    * `install_folder` is the one of them that the template writes into.
    * `offered_labels` are the labels configs that the template can write. Further ones are in the
      `labels_folder` and in the settings file, of any YAML suffix, that `settings_stem` names.
    * `signs` exist for this forge alone. `workflows` are folders of which it runs the first that
      exists, `ci_file` is what it runs instead; `runner` is the variable by which a job knows.
    * `rules` are what differs from GitHub's, `page` says more about them; unless it is given, each
      rule has a page of its own, which lies below `docs`. `default_labels` are those that a new
      repository may have.
    * `since` is what a form may have only from a certain version on, by key or type of element;
      None where nobody has said from which.
    * `finds_relative_links` says that links in an issue are taken for paths in the repository, not
      for addresses beside the page that shows them.
    * `api` is where labels can be synchronised; how it is asked is `label_sync`'s. `tokens` is
      where its token lies, None for GitHub, whose customs `label_sync.github` knows.
    * `nests_owners` says that an owner can belong to another one (`group/subgroup/project`).
    """

    key: str
    title: str
    folder: str
    templates: tuple[str, ...]
    install_folder: str
    offered_labels: tuple[str, ...]
    signs: tuple[str, ...]
    ci: str
    workflows: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    alias: str | None = None
    keys: TemplateKeys = _GITHUB_KEYS
    name: str | None = None
    rules: RuleSwitch = _GITHUB_RULES
    since: Mapping[str, str | None] = MappingProxyType({})
    page: str | None = None
    docs: str = GITHUB_DOCS
    default_labels: frozenset[str] = _GITHUB_LABELS
    shared: tuple[str, ...] = ("",)
    has_forms: bool = True
    has_single_form: bool = False
    other_templates: tuple[str, ...] = ()
    chooser_names: tuple[str, ...] = ("config.yml",)
    labels_folder: str | None = None
    settings_stem: str | None = None
    ci_file: str | None = None
    runner: str | None = None
    fork_of: str | None = None
    finds_relative_links: bool = False
    api: str = ""
    tokens: TokenCustoms | None = None
    nests_owners: bool = False


GITHUB: Final = Forge(
    key="github",
    title="GitHub",
    folder=".github",
    hosts=("github.com", ".ghe.com"),
    alias="gh:",
    shared=("", "docs"),
    templates=(".github/ISSUE_TEMPLATE",),
    install_folder=".github/ISSUE_TEMPLATE",
    offered_labels=(
        ".github/labels.yml",
        ".github/labels.yaml",
        ".github/labels.json",
        ".github/settings.yml",
    ),
    labels_folder=".github/labels",
    settings_stem=".github/settings",
    signs=(
        ".github/ISSUE_TEMPLATE",
        ".github/workflows",
        ".github/labels.yml",
        ".github/CODEOWNERS",
    ),
    ci="GitHub Actions",
    # https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    runner="GITHUB_ACTIONS",
    workflows=(".github/workflows",),
    api="https://api.{host}",
)
# https://docs.github.com/en/enterprise-server/rest/quickstart
# Forms are the same but for what its version doesn't have yet: `data/features/issue-types.yml` in
# github/docs; `upload` came to github.com in March 2026.
GITHUB_ENTERPRISE: Final = GITHUB._replace(
    title="GitHub Enterprise Server",
    name="ghes",
    rules=_GITHUB_RULES._replace(lifted=_OF_GITEA),
    since=MappingProxyType({"type": "3.18", "upload": None}),
    docs="https://docs.github.com/en/enterprise-server@latest/",
    hosts=(),
    alias=None,
    api="https://{host}/api/v3",
)
# `templateDirCandidates` there: of each its two spellings. GitLab itself reads another folder.
_FOLDERS_OF_OTHERS: Final = tuple(
    f"{folder}{name}"
    for folder in ("", ".github/", ".gitlab/")
    for name in ("ISSUE_TEMPLATE", "issue_template")
)
# Folders and names: services/issue/template.go in Gitea's source. It reads other forges' too.
_GITEA: Final = Forge(
    key="gitea",
    title="Gitea",
    folder=".gitea",
    keys=_GITEA_KEYS,
    has_single_form=True,
    rules=_GITEA_RULES,
    page="https://docs.gitea.com/usage/issue-pull-request-templates",
    default_labels=_GITEA_LABELS,
    finds_relative_links=True,  # https://github.com/go-gitea/gitea/pull/29427
    hosts=("gitea.com",),
    templates=(".gitea/ISSUE_TEMPLATE", ".gitea/issue_template"),
    other_templates=_FOLDERS_OF_OTHERS,
    install_folder=".gitea/issue_template",
    chooser_names=("config.yaml", "config.yml"),
    offered_labels=(".gitea/labels.yml",),
    signs=(".gitea",),
    ci="Gitea Actions",
    runner="GITEA_ACTIONS",  # beside GitHub's, as Forgejo's runner does
    workflows=(".gitea/workflows", ".github/workflows"),
    # https://docs.gitea.com/development/api-usage
    api="https://{host}/api/v1",
    # The runner calls the server GitHub's, and so do workflows the token that it makes:
    # https://docs.gitea.com/usage/actions/actions-variables
    tokens=TokenCustoms(
        variables=GITEA_TOKENS,
        other_variables=FORGEJO_TOKENS,
        job_variables=("GITHUB_TOKEN",),
        host_variables=("GITEA_SERVER_URL", "FORGEJO_SERVER_URL", "GITHUB_SERVER_URL"),
        program="tea",
        scope="write:issue and read:repository",
    ),
)
# https://forgejo.org/docs/latest/user/issue-pull-request-templates/
# Its `modules/issue/template` is Gitea's, check by check; `services/issue/template.go` has its own
# folders before, and those below `docs` behind the others.
_FORGEJO: Final = _GITEA._replace(
    key="forgejo",
    title="Forgejo",
    page="https://forgejo.org/docs/latest/user/issue-pull-request-templates/",
    folder=".forgejo",
    hosts=("codeberg.org", "code.forgejo.org"),
    shared=("", "docs"),
    templates=(".forgejo/ISSUE_TEMPLATE", ".forgejo/issue_template", *_GITEA.templates),
    # In Forgejo's `templateDirCandidates` alone.
    other_templates=(*_FOLDERS_OF_OTHERS, "docs/ISSUE_TEMPLATE", "docs/issue_template"),
    install_folder=".forgejo/issue_template",
    offered_labels=(".forgejo/labels.yml",),
    signs=(".forgejo",),
    ci="Forgejo Actions",
    runner="FORGEJO_ACTIONS",
    workflows=(".forgejo/workflows", *_GITEA.workflows),
    # https://forgejo.org/docs/latest/user/actions/reference/
    tokens=TokenCustoms(
        variables=FORGEJO_TOKENS,
        other_variables=GITEA_TOKENS,
        job_variables=("GITHUB_TOKEN",),
        host_variables=("FORGEJO_SERVER_URL", "GITEA_SERVER_URL", "GITHUB_SERVER_URL"),
        program="tea",
        scope="write:issue and read:repository",
    ),
    fork_of="gitea",
)
# https://docs.gitlab.com/user/project/description_templates/
_GITLAB: Final = Forge(
    key="gitlab",
    title="GitLab",
    rules=_GITLAB_RULES,
    page="https://docs.gitlab.com/user/project/description_templates/",
    default_labels=frozenset(),
    folder=".gitlab",
    hosts=("gitlab.com",),
    alias="gl:",
    templates=(".gitlab/issue_templates",),
    install_folder=".gitlab/issue_templates",
    has_forms=False,
    finds_relative_links=True,  # https://gitlab.com/gitlab-org/gitlab/-/issues/19613
    offered_labels=(".gitlab/labels.yml",),
    signs=(".gitlab-ci.yml", ".gitlab"),
    ci="GitLab CI",
    workflows=(".gitlab/ci",),
    ci_file=".gitlab-ci.yml",
    # https://docs.gitlab.com/api/rest/
    api="https://{host}/api/v4",
    # https://docs.gitlab.com/cli/ for the variables. A job's own token can't ask for labels:
    # https://docs.gitlab.com/ci/jobs/ci_job_token/
    tokens=TokenCustoms(
        variables=GITLAB_TOKENS,
        host_variables=("GITLAB_HOST", "GITLAB_URI", "GL_HOST", "CI_SERVER_URL"),
        program="glab",
        scope="api",
        useless="CI_JOB_TOKEN",
    ),
    nests_owners=True,
)
FORGES: Final = (GITHUB, GITHUB_ENTERPRISE, _FORGEJO, _GITEA, _GITLAB)

# What a source may begin with instead of `https://` and a host; Copier knows the same ones.
ALIASES: Final = {
    forge.alias: f"https://{forge.hosts[0]}/" for forge in FORGES if forge.alias is not None
}


def forge_of_key(key: object) -> Forge:
    """Return the forge of a key, such as an answer or a command's option; GitHub for any other."""
    return next((forge for forge in FORGES if forge.key == key), GITHUB)


# What may be said of a repository's files in folders that several forges read.
_NAMES: Final = {forge.name or forge.key: forge for forge in FORGES if forge.has_forms}
FORGE_NAMES: Final = tuple(_NAMES)


def forge_named(name: str) -> Forge | None:
    """Return the forge that settings and the command line call so, None where there is none."""
    return _NAMES.get(name)


def forge_of_path(path: str, shared: Forge = GITHUB) -> Forge:
    """Return the forge whose folder a file lies in, `shared` for folders that several read.

    Those are the repository's root and GitHub's folder.
    """
    folders = path.lower().split("/")[:-1]
    own = next((forge for forge in FORGES if forge.folder in folders), GITHUB)
    if own is GITHUB:
        return shared
    return own


class SharedForges(NamedTuple):
    """What is known of who reads shared folders: what the user `named`, and what is `probable`."""

    named: Forge | None = None
    probable: Forge = GITHUB

    def chosen(self, setting: str | None, paths: Iterable[str] = ()) -> Forge:
        """Return the forge: the user's word counts before the settings', both before a guess.

        Of a repository with these files the only forge that has a folder there is no guess.
        """
        named = self.named or forge_named(setting or "")
        return named or _only_forge(paths) or self.probable


def _only_forge(paths: Iterable[str]) -> Forge | None:
    """Return the forge with forms that alone has a folder among these files, or with its parent."""
    folders = {path.partition("/")[0] for path in paths if "/" in path}
    found = {forge.key: forge for forge in FORGES if forge.folder in folders}
    parents = {forge.fork_of for forge in found.values()}
    left = [forge for key, forge in found.items() if key not in parents]
    if len(left) != 1 or not left[0].has_forms or left[0].key == GITHUB.key:
        return None
    return left[0]


def is_known_host(host: str) -> bool:
    """Return whether a host is one that a forge is known by, not only called after it."""
    return any(_is_of(host.lower(), known) for forge in FORGES for known in forge.hosts)


def forge_of_host(host: str) -> Forge | None:
    """Return the forge of a known host, or of one that is called after it (gitlab.example.com)."""
    name = host.lower()
    for forge in FORGES:
        if any(_is_of(name, known) for known in forge.hosts):
            return forge
    own = (forge for forge in reversed(FORGES) if forge.key == name.partition(".")[0])
    return next(own, None)


def _is_of(host: str, known: str) -> bool:
    return host == known or (known.startswith(".") and host.endswith(known))


def forge_of_api(url: str, host: str) -> Forge:
    """Return the forge whose API has such an address, GitHub where none has.

    Of a forge and its fork, whose APIs are the same, it is the one that the host's name tells.
    """
    path = url.rstrip("/")
    fitting = [
        forge
        for forge in FORGES
        if forge.tokens is not None and path.endswith(forge.api.partition("{host}")[2])
    ]
    known = forge_of_host(host)
    if known in fitting:
        return known
    return next(iter(fitting), GITHUB)


def forge_of_files(existing: Collection[str]) -> Forge | None:
    """Return the one forge that existing paths are signs of, None where they are of none or of two.

    A fork reads the folder of what it is a fork of, so a repository that moved to it has both.
    """
    found = {
        forge.key: forge for forge in reversed(FORGES) if not set(forge.signs).isdisjoint(existing)
    }
    parents = {forge.fork_of for forge in found.values()}
    left = [forge for key, forge in found.items() if key not in parents]
    if len(left) != 1:
        return None
    return left[0]


def parent_of(fork: Forge) -> Forge | None:
    """Return the forge that one is a fork of."""
    return next((forge for forge in FORGES if forge.key == fork.fork_of), None)
