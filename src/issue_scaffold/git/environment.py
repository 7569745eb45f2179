"""The environments that git is started with: what of the user's may reach it, and what not.

There are four, by what git is to do:

* sealed: it reads only what is ours, or a local repository through `upload-pack`. Built from
  nothing; no configuration, hook, filter, attribute or template folder of anybody's, no transport
  but local files.
* transport: it talks to somebody's server. The user's configuration, credentials, proxies and
  transport settings are there, for that is what they are for; hooks and template folders are not.
* work tree: it is asked about, or told of, the target. The user's configuration is there
  (`safe.directory`), their hooks and monitors are not, and no transport is.
* signing: it signs a commit of ours. As work tree, and what the user says of keys and programs that
  sign.

`GIT_*` variables are documented at https://git-scm.com/docs/git#_environment_variables, and the
configuration at https://git-scm.com/docs/git-config. What an old git doesn't know it ignores.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from issue_scaffold.text.late_patterns import late_pattern

CONFIGURATION: Final = Path(__file__).parent.parent / "data" / "gitconfig"
NOTHING: Final = "/dev/null"  # git reads it so on Windows too

# What programs need to start at all; nothing in it says what they are to do.
_BASICS: Final = (
    "PATH",
    "TMPDIR",
    "TEMP",
    "TMP",
    "GIT_EXEC_PATH",  # where git's own programs lie, when it was moved
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "MSYSTEM",
)
# Of the user's variables for git, those of their credentials, proxies and transports, and where
# their configuration is.
_TRANSPORT: Final = frozenset(
    {
        "GIT_ALLOW_PROTOCOL",
        "GIT_ASKPASS",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_CURL_FTP_NO_EPSV",
        "GIT_EXEC_PATH",
        "GIT_HTTP_LOW_SPEED_LIMIT",
        "GIT_HTTP_LOW_SPEED_TIME",
        "GIT_HTTP_PROXY_AUTHMETHOD",
        "GIT_HTTP_USER_AGENT",
        "GIT_PROXY_COMMAND",
        "GIT_PROXY_SSL_CAINFO",
        "GIT_PROXY_SSL_CERT",
        "GIT_PROXY_SSL_CERT_PASSWORD_PROTECTED",
        "GIT_PROXY_SSL_KEY",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
        "GIT_SSL_CERT",
        "GIT_SSL_CERT_PASSWORD_PROTECTED",
        "GIT_SSL_CERT_TYPE",
        "GIT_SSL_CIPHER_LIST",
        "GIT_SSL_KEY",
        "GIT_SSL_KEY_TYPE",
        "GIT_SSL_NO_VERIFY",
        "GIT_SSL_VERSION",
    }
)
# Of the configuration that users pass by variables (GIT_CONFIG_COUNT), the same.
_TRANSPORT_SECTIONS: Final = late_pattern(
    r"(credential|http|https|protocol|safe|ssh|url)\.|core\.(askpass|gitproxy|sshcommand)$"
    r"|remote\..*\.proxy",
    re.IGNORECASE,
)
_SIGNING_SECTIONS: Final = late_pattern(r"(gpg|user)\.", re.IGNORECASE)
# A stalled transfer ends by itself: less than this many bytes a second for this many seconds.
_SLOW_BYTES, _SLOW_SECONDS = 1000, 30
_ALWAYS: Final = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TEMPLATE_DIR": "",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# What stands above every configuration file, a repository's own included.
_OVERRIDES: Final = {
    "core.hooksPath": NOTHING,
    "core.fsmonitor": "false",
    "core.attributesFile": NOTHING,
    "init.templateDir": "",
}


def sealed_environment() -> dict[str, str]:
    """Return the whole environment for a git that reads only what is ours."""
    return {
        **_taken(_BASICS),
        **_ALWAYS,
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_CONFIG_GLOBAL": str(CONFIGURATION),
        "GIT_CONFIG_SYSTEM": NOTHING,
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": NOTHING,  # for a git that doesn't know GIT_CONFIG_GLOBAL yet (2.31 and older)
        **_passed(_OVERRIDES.items()),
    }


def transport_environment(
    protocols: Iterable[str], more: Iterable[tuple[str, str]] = ()
) -> dict[str, str]:
    """Return the environment for a git that talks to a server, by these protocols alone.

    `more` are settings of ours, which stand behind the user's and above every file.
    """
    slow = {
        "GIT_HTTP_LOW_SPEED_LIMIT": str(_SLOW_BYTES),
        "GIT_HTTP_LOW_SPEED_TIME": str(_SLOW_SECONDS),
    }
    users = {name: value for name, value in os.environ.items() if _is_for_transport(name)}
    settings = [*_users_settings(os.environ), *more, *_OVERRIDES.items()]
    return {
        **slow,
        **users,
        **_ALWAYS,
        "GIT_ALLOW_PROTOCOL": ":".join(protocols),
        **_passed(settings),
    }


def work_tree_environment() -> dict[str, str]:
    """Return the environment for a git in the target: it runs nothing, and reaches nobody."""
    return transport_environment(())


def signing_environment() -> dict[str, str]:
    """Return the environment for a git that signs as the user's does; it reaches nobody."""
    return transport_environment((), _users_settings(os.environ, _SIGNING_SECTIONS))


def _is_for_transport(name: str) -> bool:
    # Credential helpers and ssh are the user's programs, which may need any variable that isn't
    # git's.
    return not name.upper().startswith("GIT_") or name.upper() in _TRANSPORT


def _users_settings(
    env: Mapping[str, str], sections: re.Pattern[str] = _TRANSPORT_SECTIONS
) -> list[tuple[str, str]]:
    """Return the settings of some sections that the user passes by variables."""
    try:
        count = int(env.get("GIT_CONFIG_COUNT") or 0)
    except ValueError:
        return []
    pairs = [
        (env.get(f"GIT_CONFIG_KEY_{n}"), env.get(f"GIT_CONFIG_VALUE_{n}"))
        for n in range(min(count, 1000))
    ]
    return [(key, value or "") for key, value in pairs if key and sections.match(key)]


def _passed(settings: Iterable[tuple[str, str]]) -> dict[str, str]:
    variables = {}
    count = 0
    for count, (key, value) in enumerate(settings, 1):
        variables[f"GIT_CONFIG_KEY_{count - 1}"] = key
        variables[f"GIT_CONFIG_VALUE_{count - 1}"] = value
    return {**variables, "GIT_CONFIG_COUNT": str(count)}


def _taken(names: Iterable[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}
