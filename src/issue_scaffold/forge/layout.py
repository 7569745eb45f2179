"""Where forges look for templates, forms, choosers and labels configs, by their rows.

Owns the questions about a path; what the file is then is `file_kind`'s.
"""

from typing import Final

from issue_scaffold.forge.forges import FORGES, GITHUB

SETTINGS_PATH: Final = ".github/scaffold.yml"
YAML_SUFFIXES: Final = frozenset({"yml", "yaml"})
FORGE_FOLDERS: Final = frozenset(forge.folder for forge in FORGES)
SHARED_FOLDERS: Final = frozenset(folder for forge in FORGES for folder in forge.shared)
# The folders that are walked. All are listed; which of their folders are entered `is_entered` says.
FOLDERS: Final = tuple(sorted(FORGE_FOLDERS | SHARED_FOLDERS))

_TEMPLATE_FOLDERS: Final = frozenset(
    folder.rpartition("/")[2].lower()
    for forge in FORGES
    if forge.has_forms
    for folder in forge.templates
)
_PROSE_FOLDERS: Final = tuple(
    f"/{folder.lower()}/" for forge in FORGES if not forge.has_forms for folder in forge.templates
)
_CI_FOLDERS: Final = tuple(f"/{folder}/" for forge in FORGES for folder in forge.workflows)
_CI_FILES: Final = frozenset(forge.ci_file for forge in FORGES if forge.ci_file)
_LABELS_PARENTS: Final = frozenset({"", *FORGE_FOLDERS})
_LABELS_FOLDERS: Final = frozenset(forge.labels_folder for forge in FORGES if forge.labels_folder)
_SETTINGS_STEMS: Final = frozenset(forge.settings_stem for forge in FORGES if forge.settings_stem)
_LABELS_STEMS: Final = frozenset(
    {"labels", "label-sync", "labels-sync", "label", "labelsettings", "github-labels"}
)
LABELS_SUFFIXES: Final = frozenset({".yml", ".yaml", ".json", ".toml"})
_LEGACY: Final = frozenset({"issue_template.md", "issue_template", "issue_template.txt"})
_SECURITY: Final = "security.md"
_SECURITY_FOLDERS: Final = frozenset({GITHUB.folder, *GITHUB.shared})
_PICTURES: Final = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "mp4", "mov"})


def template_folder(path: str) -> tuple[str, str] | None:
    """Return the template folder that a path lies in and the rest of the path, or None."""
    parts = path.split("/")
    for index, part in enumerate(parts[:-1]):
        if part.lower() in _TEMPLATE_FOLDERS:
            return "/".join(parts[: index + 1]), "/".join(parts[index + 1 :])
    return None


def is_description_template(path: str) -> bool:
    """Tell whether a file is a template of a forge that knows plain text only."""
    place = f"/{path.lower()}"
    return any(folder in place for folder in _PROSE_FOLDERS)


def is_wanted(path: str) -> bool:
    """Tell whether the walk over a repository takes this file."""
    parent, _, name = path.lower().rpartition("/")
    if template_folder(path):
        return name.rpartition(".")[2] not in _PICTURES
    if is_description_template(path) or path.lower() == SETTINGS_PATH:
        return True
    if parent in FOLDERS and (is_legacy(name) or name == _SECURITY):
        return True
    return is_labels_config(path)


def is_entered(folder: str) -> bool:
    """Tell whether the walk over a repository looks into this folder."""
    inside = f"{folder}/x"
    if template_folder(inside) or is_description_template(inside):
        return True
    return folder.lower() in _LABELS_FOLDERS


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
    return f"/{path.lower()}".endswith(f"/{SETTINGS_PATH}")


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


def is_run_by_ci(path: str) -> bool:
    """Tell whether a forge runs what a file says."""
    place = f"/{path}"
    return path in _CI_FILES or any(folder in place for folder in _CI_FOLDERS)
