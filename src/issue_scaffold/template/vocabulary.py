"""What a template may use, as tables.

Every name that Jinja, Copier and Copier's Ansible filters offer has a verdict here.

A name is pure when its result is a function of its arguments. What is in none of these tables, nor
replaced by `sealed_jinja`, is refused until somebody has read it; a test compares them with the
installed packages.

Sources: https://jinja.palletsprojects.com/en/stable/templates/#builtin-filters,
https://copier.readthedocs.io/en/stable/creating/ and the source of `jinja2_ansible_filters`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def names(text: str) -> frozenset[str]:
    """Return the names that a text lists, blanks between them."""
    return frozenset(text.split())


# Functions of their arguments.
PURE_FILTERS: Final = names(
    # Jinja's own: texts, numbers, lists, mappings, markup.
    "abs attr batch capitalize center count d default dictsort e escape filesizeformat first float "
    "forceescape format groupby indent int items join last length list lower map max min pprint "
    "reject rejectattr replace reverse round safe select selectattr slice sort string striptags "
    "sum title tojson trim truncate unique upper urlencode urlize wordcount wordwrap xmlattr "
    # Ansible's: formats, base64, digests, regular expressions (whose time is limited), shell
    # quotes, comments.
    "ans_groupby b64decode b64encode bool checksum combine comment extract flatten from_json "
    "from_yaml from_yaml_all hash mandatory md5 quote regex_escape regex_findall regex_replace "
    "regex_search sha1 subelements ternary to_datetime to_json to_nice_json to_nice_yaml to_yaml "
    "type_debug "
    # Names a text by a digest of it (UUID version 5).
    "to_uuid "
    # Windows' rules for a path, wherever it runs; looks at no file.
    "win_basename win_dirname win_splitdrive"
)
REFUSED_FILTERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "expanduser": "reads the home folder's place",
        "expandvars": "reads environment variables",
        "fileglob": "lists files of the machine",
        "random": "gives something else each time",
        "realpath": "looks at files of the machine",
        "relpath": "reads the working directory",
    }
)
PURE_GLOBALS: Final = frozenset({"dict", "namespace", "range"})
REFUSED_GLOBALS: Final[Mapping[str, str]] = MappingProxyType(
    {"lipsum": "gives another text each time"}
)
# Every test looks at its arguments alone.
PURE_TESTS: Final = names(
    "!= < <= == > >= boolean callable defined divisibleby eq equalto escaped even false filter "
    "float ge greaterthan gt in integer iterable le lessthan lower lt mapping ne none number odd "
    "sameas sequence string test true undefined upper"
)
# What Copier puts beside the answers: https://copier.readthedocs.io/en/stable/creating/#variables
PURE_VARIABLES: Final = names(
    "_commit _copier_answers _copier_conf _copier_operation _copier_phase _folder_name _src_path"
)
REFUSED_VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "_copier_python": "is a path of this machine",
        "_external_data": "reads another file",
        "make_secret": "gives something else each time",
        "now": "reads the clock",
    }
)
# Parts of `_copier_conf`: the same in every rendering, or what was asked for.
PURE_SETTINGS: Final = names(
    "answers_file cleanup_on_error conflict context_lines dst_path exclude overwrite pretend quiet "
    "sep skip_if_exists skip_tasks unsafe use_prereleases vcs_ref vcs_ref_hash"
)
REFUSED_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "data": "tells how this run was started",
        "defaults": "tells how this run was started",
        "os": "tells which system this machine has",
        "settings": "are the user's",
        "skip_answered": "tells how this run was started",
        "src_path": "is a path of this machine",
        "user_defaults": "tells how this run was started",
    }
)
