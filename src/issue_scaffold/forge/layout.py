"""Where forges look for templates, forms, choosers and labels configs, by their rows.

Owns the questions about a path; what the file is then is `file_kind`'s.
"""

import re
from functools import lru_cache
from typing import Final

from issue_scaffold.forge.forges import FORGES, GITHUB

# This tool's settings: in the folder of any forge, GitHub's first. The first that is there counts.
SETTINGS_PATHS: Final = tuple(dict.fromkeys(f"{forge.folder}/scaffold.yml" for forge in FORGES))
SETTINGS_PATH: Final = SETTINGS_PATHS[0]
YAML_SUFFIXES: Final = frozenset({"yml", "yaml"})
FORGE_FOLDERS: Final = frozenset(forge.folder for forge in FORGES)
SHARED_FOLDERS: Final = frozenset(folder for forge in FORGES for folder in forge.shared)
# The folders that are walked. All are listed; which of their folders are entered `is_entered` says.
FOLDERS: Final = tuple(sorted(FORGE_FOLDERS | SHARED_FOLDERS))

# What forges call their template folders, and how people write that, without the marks in between.
_TEMPLATE_FOLDERS: Final = frozenset(
    folder.rpartition("/")[2].lower()
    for forge in FORGES
    if forge.has_forms
    for folder in forge.templates
)
_MISSPELT: Final = frozenset({"issuetemplate", "issuetemplates"})
_PROSE_FOLDERS: Final = tuple(
    f"/{folder.lower()}/" for forge in FORGES if not forge.has_forms for folder in forge.templates
)
_CI_FOLDERS: Final = tuple(f"/{folder}/" for forge in FORGES for folder in forge.workflows)
# Where a template folder is put by mistake: that of a forge's workflows.
_CI_PARENTS: Final = frozenset(
    folder for forge in FORGES for folder in forge.workflows if forge.has_forms
)
_CI_FILES: Final = frozenset(forge.ci_file for forge in FORGES if forge.ci_file)
# Where people put a labels config, and what may be something else altogether: its content tells.
_OPEN_LABELS_PARENTS: Final = frozenset({"", "config", "lib"})
_LABELS_PARENTS: Final = frozenset(
    {*_OPEN_LABELS_PARENTS, *FORGE_FOLDERS, *(f"{folder}/config" for folder in FORGE_FOLDERS)}
)
_LABELS_FOLDERS: Final = frozenset(forge.labels_folder for forge in FORGES if forge.labels_folder)
_SETTINGS_STEMS: Final = frozenset(forge.settings_stem for forge in FORGES if forge.settings_stem)
_LABELS_STEMS: Final = frozenset(
    {"labels", "label-sync", "labels-sync", "label", "labelsettings", "github-labels"}
)
LABELS_SUFFIXES: Final = frozenset({".yml", ".yaml", ".json", ".toml"})
_LEGACY: Final = frozenset({"issue_template.md", "issue_template", "issue_template.txt"})
_SINGLE_FORMS: Final = frozenset({"issue_template.yml", "issue_template.yaml"})
_SECURITY: Final = "security.md"
_SECURITY_FOLDERS: Final = frozenset({GITHUB.folder, *GITHUB.shared})
# Where people write how to ask: links to templates stand there.
_PAGES: Final = frozenset({"readme", "contributing", "support"})
DOCS: Final = "docs"
_PAGE_SUFFIXES: Final = frozenset({"md", "markdown", "rst", "adoc"})
_PICTURES: Final = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "mp4", "mov"})


# A run comes by the same paths in many repositories.
_REMEMBERING: Final = lru_cache(maxsize=4096)


@_REMEMBERING
def template_folder(path: str) -> tuple[str, str] | None:
    """Return the template folder that a path lies in and the rest of the path, or None."""
    if is_description_template(path):
        return None
    parts = path.split("/")
    for index, part in enumerate(parts[:-1]):
        if _is_template_folder(part):
            return "/".join(parts[: index + 1]), "/".join(parts[index + 1 :])
    return None


def _is_template_folder(name: str) -> bool:
    lower = name.lower()
    return lower in _TEMPLATE_FOLDERS or re.sub(r"[-_ ]", "", lower) in _MISSPELT


def is_misplaced(path: str) -> bool:
    """Tell whether a forge looks for templates elsewhere than where a path leads to.

    Folders that are misspelt, or that lie deeper in a forge's folder, and that folder itself.
    """
    inside = template_folder(path)
    if inside is None:
        return path.rpartition("/")[0] in FORGE_FOLDERS and not is_single_form(path)
    parent, _, name = inside[0].rpartition("/")
    if name.lower() not in _TEMPLATE_FOLDERS:
        return True
    return parent not in FORGE_FOLDERS and parent.partition("/")[0] in FORGE_FOLDERS


@_REMEMBERING
def may_be_misplaced(path: str) -> bool:
    """Tell whether only the content of a file can tell that it is a template, put wrongly."""
    name = path.lower().rpartition("/")[2]
    if not name.endswith((".yml", ".yaml", ".md")) or is_known(path):
        return False
    return is_misplaced(path)


def is_known(path: str) -> bool:
    """Tell whether a path says what a file is, wherever templates may lie."""
    parent, _, name = path.lower().rpartition("/")
    if path.lower() in SETTINGS_PATHS or is_labels_config(path):
        return True
    return parent in FOLDERS and (is_single(name) or name == _SECURITY)


def is_single(name: str) -> bool:
    """Tell whether a file is called like a forge's single template, of text or a form."""
    return is_legacy(name) or is_single_form(name)


def is_single_form(path: str) -> bool:
    """Tell whether a file is called like the single form of the forges that read such a one."""
    return path.lower().rpartition("/")[2] in _SINGLE_FORMS


def is_description_template(path: str) -> bool:
    """Tell whether a file is a template of a forge that knows plain text only."""
    place = f"/{path.lower()}"
    return any(folder in place for folder in _PROSE_FOLDERS)


@_REMEMBERING
def is_wanted(path: str) -> bool:
    """Tell whether the walk over a repository takes this file, or has to look into it first."""
    name = path.lower().rpartition("/")[2]
    if template_folder(path):
        return name.rpartition(".")[2] not in _PICTURES
    return is_description_template(path) or is_known(path) or may_be_misplaced(path)


@_REMEMBERING
def is_entered(folder: str) -> bool:
    """Tell whether the walk over a repository looks into this folder."""
    inside = f"{folder}/x"
    if template_folder(inside) or is_description_template(inside):
        return True
    return folder.lower() in _LABELS_FOLDERS | _LABELS_PARENTS or folder in _CI_PARENTS


def is_walked(path: str) -> bool:
    """Tell whether the walk over a repository comes by this file and takes it."""
    parent = path.rpartition("/")[0]
    while parent not in FOLDERS:
        if not is_entered(parent):
            return False
        parent = parent.rpartition("/")[0]
    return is_wanted(path)


def is_settings(path: str) -> bool:
    """Tell whether a path is that of this tool's settings, in whatever repository."""
    return f"/{path.lower()}".endswith(tuple(f"/{place}" for place in SETTINGS_PATHS))


def is_legacy(path: str) -> bool:
    """Tell whether a file is called like the single template that came before the chooser."""
    return path.lower().rpartition("/")[2] in _LEGACY


def is_labels_config(path: str) -> bool:
    """Tell whether a path is a usual place of a labels config."""
    place, _, suffix = path.lower().rpartition(".")
    if f".{suffix}" not in LABELS_SUFFIXES:
        return False
    if place in _SETTINGS_STEMS:
        return suffix in YAML_SUFFIXES
    parent, _, stem = place.rpartition("/")
    return parent in _LABELS_FOLDERS or (parent in _LABELS_PARENTS and stem in _LABELS_STEMS)


def may_be_labels_config(path: str) -> bool:
    """Tell whether a file at a usual place of a labels config may as well be something else."""
    return is_labels_config(path) and path.lower().rpartition("/")[0] in _OPEN_LABELS_PARENTS


def is_labels_path(path: str) -> bool:
    """Tell whether a path may be recorded as that of a labels config: below the root, with data."""
    _, dot, suffix = path.lower().rpartition(".")
    parts = path.split("/")
    is_below = not {"", ".", "..", ".git"} & set(parts) and "\\" not in path and ":" not in path
    return is_below and dot + suffix in LABELS_SUFFIXES


def is_security_policy(path: str) -> bool:
    """Tell whether a path is a security policy that makes GitHub add its own chooser entry."""
    parent, _, name = path.lower().rpartition("/")
    return name == _SECURITY and parent in _SECURITY_FOLDERS


def is_page(path: str) -> bool:
    """Tell whether people may read in a file how to open an issue: a README, a page of the docs."""
    lower = path.lower()
    parent, _, name = lower.rpartition("/")
    stem, _, suffix = name.rpartition(".")
    if suffix not in _PAGE_SUFFIXES or template_folder(lower) or is_single(name):
        return False
    in_docs = parent.partition("/")[0] == DOCS
    return in_docs or (stem in _PAGES and parent in FOLDERS)


def is_run_by_ci(path: str) -> bool:
    """Tell whether a forge runs what a file says."""
    place = f"/{path}"
    return path in _CI_FILES or any(folder in place for folder in _CI_FOLDERS)
