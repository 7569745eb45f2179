"""The tokens for Gitea, Forgejo and GitLab: where they come from, and which host gets one."""

from pathlib import Path

import pytest

from issue_scaffold.errors import ScaffoldError
from issue_scaffold.forge.forges import FORGES
from issue_scaffold.label_sync.forges import find_token
from issue_scaffold.text.masking import TOKENS

CANARY = "canary-0000000000"
GITLAB, GITEA = "/api/v4", "/api/v1"
SERVER = "https://code.example"


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the only folder of programs, without any token around."""
    for name in (*TOKENS, *(name for forge in FORGES if forge.tokens for name in forge.tokens.host_variables)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


TABLE = [
    # host, path of the API, named by the user, environment, the variable that counts
    ("gitlab.com", GITLAB, False, {"GITLAB_TOKEN": CANARY}, "GITLAB_TOKEN"),
    ("gitlab.com", GITLAB, False, {"GITLAB_ACCESS_TOKEN": CANARY, "OAUTH_TOKEN": "x"}, "GITLAB_ACCESS_TOKEN"),
    ("gitlab.evil.example", GITLAB, False, {"GITLAB_TOKEN": CANARY}, None),
    ("code.example", GITLAB, True, {"GITLAB_TOKEN": CANARY}, "GITLAB_TOKEN"),
    ("code.example", GITLAB, False, {"GITLAB_TOKEN": CANARY, "GITLAB_HOST": "code.example"}, "GITLAB_TOKEN"),
    ("code.example", GITLAB, False, {"GITLAB_TOKEN": CANARY, "CI_SERVER_URL": f"{SERVER}:443/x"}, "GITLAB_TOKEN"),
    ("code.example", GITLAB, False, {"GITLAB_TOKEN": CANARY, "GITLAB_HOST": "[bad"}, None),
    ("gitlab.com", GITLAB, True, {"CI_JOB_TOKEN": CANARY, "GITHUB_TOKEN": CANARY, "GITEA_TOKEN": CANARY}, None),
    ("codeberg.org", GITEA, False, {"FORGEJO_TOKEN": CANARY, "GITEA_TOKEN": "x"}, "FORGEJO_TOKEN"),
    ("codeberg.org", GITEA, False, {"GITEA_TOKEN": CANARY}, None),
    ("codeberg.org", GITEA, True, {"GITEA_TOKEN": CANARY}, "GITEA_TOKEN"),
    ("codeberg.org", GITEA, True, {"GITHUB_TOKEN": CANARY, "GITLAB_TOKEN": CANARY}, None),
    ("gitea.com", GITEA, False, {"GITEA_TOKEN": CANARY}, "GITEA_TOKEN"),
    ("gitea.code.example", GITEA, False, {"GITEA_TOKEN": CANARY}, None),
    (
        "gitea.code.example",
        GITEA,
        False,
        {"GITHUB_TOKEN": CANARY, "GITHUB_SERVER_URL": "https://gitea.code.example/"},
        "GITHUB_TOKEN",
    ),
    ("gitea.code.example", GITEA, False, {"GITHUB_TOKEN": CANARY, "GITHUB_SERVER_URL": SERVER}, None),
    ("github.com", "", False, {"GITLAB_TOKEN": CANARY, "GITEA_TOKEN": CANARY}, None),
]


@pytest.mark.parametrize(("host", "path", "is_named", "environment", "source"), TABLE)
def test_which_variable_counts_for_a_host(
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    path: str,
    is_named: bool,
    environment: dict[str, str],
    source: str | None,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if source is None:
        with pytest.raises(ScaffoldError, match=f"there is no token for {host}") as caught:
            find_token(f"https://{host}{path}", host, is_named=is_named)
        assert CANARY not in f"{caught.value} {caught.value.hint}"
    else:
        token = find_token(f"https://{host}{path}", host, is_named=is_named)
        assert (token.source, token.reveal()) == (source, CANARY)


@pytest.mark.parametrize(
    ("program", "script", "path"),
    [
        # As `glab`, which answers with the variable's token whatever host it is asked for.
        ("glab", f'[ "$*" = "config get token --host code.example" ] && echo "${{GITLAB_TOKEN:-{CANARY}}}"', GITLAB),
        ("tea", f'[ "$*" = "login helper get" ] && grep -q host=code.example && echo password={CANARY}', GITEA),
    ],
)
def test_the_forges_program_is_asked_for_the_host(
    monkeypatch: pytest.MonkeyPatch, programs: Path, program: str, script: str, path: str
) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", "another")
    (programs / program).write_text(f"#!/bin/sh\n{script}\n")
    (programs / program).chmod(0o755)
    token = find_token(f"{SERVER}{path}", "code.example", is_named=False)
    assert (token.source, token.reveal()) == (program, CANARY)
    (programs / program).write_text(f"#!/bin/sh\necho {CANARY} >&2; exit 1\n")
    with pytest.raises(ScaffoldError, match=r"there is no token for code\.example"):
        find_token(f"{SERVER}{path}", "code.example", is_named=False)


def test_what_to_do_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def hint(host: str, path: str) -> str:
        with pytest.raises(ScaffoldError) as caught:
            find_token(f"https://{host}{path}", host, is_named=False)
        return str(caught.value.hint)

    assert hint("gitlab.com", GITLAB) == (
        "set GITLAB_TOKEN to a token with api, or run: glab auth login --hostname gitlab.com"
    )
    assert hint("code.example", GITLAB) == (
        "GITLAB_TOKEN goes to a host that you name only: set GITLAB_HOST to code.example, or give "
        "--repo code.example/OWNER/NAME; or run: glab auth login --hostname code.example"
    )
    assert "tea login add --url https://codeberg.org" in hint("codeberg.org", GITEA)
    monkeypatch.setenv("CI_JOB_TOKEN", CANARY)
    assert hint("gitlab.com", GITLAB).startswith("CI_JOB_TOKEN can't ask for labels: put a project access token")


def test_a_token_that_no_header_can_carry_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", f"{CANARY}\nx")
    with pytest.raises(ScaffoldError, match="holds signs that no token has") as caught:
        find_token("https://gitlab.com/api/v4", "gitlab.com", is_named=False)
    assert CANARY not in f"{caught.value}"
