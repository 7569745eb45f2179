"""What GitHub, a proxy or the network can do in the middle: limits, lost answers, refusals, nonsense."""

import os
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.conftest import Result, Run, write_tree
from tests.labels.fake_github import FakeGitHub, FakeServer, Fault

from issue_scaffold.forge.remote import Repository
from issue_scaffold.label_sync.forges import connect
from issue_scaffold.label_sync.http.token import Token


@pytest.fixture
def run(github: FakeGitHub, folder: Path, scaffold: Run) -> Run:
    """Return `scaffold labels` on a repository that is to get one label, and whose own is to be renamed."""
    github.repository().add("defect", "ff0000")
    write(folder, "- {name: bug, color: d73a4a, aliases: [defect]}\n- {name: new, color: '000000'}\n")

    def labels(*arguments: str | Path) -> Result:
        return scaffold("labels", *arguments, "--repo", "octo/demo")

    return labels


def write(folder: Path, config: str) -> None:
    write_tree(folder, {".github/labels.yml": config})


# Where Prism would be in the way, or add nothing.
once = pytest.mark.parametrize("github", ["direct"], indirect=True)
WANTED = {"bug": ("d73a4a", ""), "new": ("000000", "")}


def on(verb: str, part: str = "") -> dict[str, object]:
    return {"matches": lambda found, path: found == verb and part in path}


def test_retry_after_is_honoured(run: Run, github: FakeGitHub) -> None:
    github.faults.append(Fault(429, {"Retry-After": "17"}, {"message": "slow down"}))
    assert run("plan").code == 1
    assert github.clock.slept == [17.0]


def test_the_primary_limit_is_waited_for(run: Run, github: FakeGitHub) -> None:
    reset = str(int(github.clock.seconds) + 600)
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    github.faults.append(Fault(403, spent, {"message": "API rate limit exceeded"}))
    result = run("plan")
    assert result.code == 1
    assert github.clock.slept == [601.0]
    assert "waiting 10 min: GitHub's rate limit" in result.err


def test_a_secondary_limit_without_headers_is_waited_for_ever_longer(run: Run, github: FakeGitHub) -> None:
    said = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    github.faults += [Fault(403, {}, said), Fault(403, {}, said)]
    assert run("plan").code == 1
    assert github.clock.slept == [60.0, 120.0]


def test_nobody_waits_for_hours(run: Run, github: FakeGitHub) -> None:
    github.faults.append(Fault(429, {"Retry-After": "9000"}, {"message": "slow down"}))
    result = run("plan")
    assert result.code == 3
    assert "its rate limit ends in 150 minutes" in result.err


def test_writes_are_paced_so_that_the_service_never_refuses(run: Run, github: FakeGitHub, folder: Path) -> None:
    github.limits = ((1, 1.0), (80, 60.0), (500, 3600.0))
    write(folder, "".join(f"- {{name: label {number}, color: '000000'}}\n" for number in range(170)))
    start = github.clock.seconds
    assert run("apply", "--yes").code == 0
    assert github.count("POST") == 170
    assert 185 <= github.clock.seconds - start < 195


@pytest.mark.parametrize("fault", [Fault(502), Fault(drop="before"), Fault(503, html=True, body="<html>")])
def test_a_failure_that_passes_is_retried(run: Run, github: FakeGitHub, fault: Fault) -> None:
    github.faults += [fault, Fault(500)]
    assert run("apply", "--yes").code == 0
    assert github.repository().state() == WANTED
    assert github.clock.slept[:2] == [1.0, 2.0]


def test_a_failure_that_stays_ends_with_what_failed(run: Run, github: FakeGitHub) -> None:
    github.faults += [Fault(502)] * 5
    result = run("plan")
    assert result.code == 3
    assert "answers with status 502, 5 times in a row" in result.err


@pytest.mark.parametrize(("verb", "part"), [("POST", "/labels"), ("PATCH", "/labels/defect")])
def test_a_lost_answer_makes_no_difference(run: Run, github: FakeGitHub, verb: str, part: str) -> None:
    github.faults.append(Fault(drop="after", **on(verb, part)))  # type: ignore[arg-type]
    result = run("apply", "--yes")
    assert result.code == 0, result
    assert github.repository().state() == WANTED


def test_a_lost_answer_to_a_deletion_or_a_merge_makes_no_difference(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository()
    repository.add("bug", "d73a4a")
    repository.add("stale")
    repository.put(1, "defect", state="closed")
    write(folder, "- {name: bug, color: d73a4a, aliases: [defect]}\n")
    github.faults += [
        Fault(drop="after", **on("POST", "/issues/1/labels")),  # type: ignore[arg-type]
        Fault(drop="after", **on("DELETE", "/labels/defect")),  # type: ignore[arg-type]
        Fault(drop="after", **on("DELETE", "/labels/stale")),  # type: ignore[arg-type]
    ]
    assert run("apply", "--yes", "--prune").code == 0
    assert repository.state() == {"bug": ("d73a4a", "")}
    assert repository.on(1) == {"bug"}


def test_a_label_that_somebody_creates_meanwhile_gets_what_the_config_says(run: Run, github: FakeGitHub) -> None:
    def created(verb: str, path: str) -> bool:
        if verb == "POST" and path.endswith("/labels"):
            github.repository().add("New", "ffffff")
        return False

    github.faults.append(Fault(matches=created))
    assert run("apply", "--yes").code == 0
    assert github.repository().state() == WANTED


def test_one_refused_step_stops_what_needs_it_and_nothing_else(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository()
    repository.add("old")
    repository.put(1, "old")
    write(
        folder,
        "- {name: bug, color: d73a4a, aliases: [defect, old]}\n- {name: new, color: '000000'}\n",
    )
    refused = Fault(422, {}, {"message": "Validation Failed"}, **on("PATCH"))  # type: ignore[arg-type]
    github.faults.append(refused)
    result = run("apply", "--yes")
    assert result.code == 3
    assert "failed    rename old → bug" in result.out
    assert "skipped   merge defect → bug" in result.out
    assert "done      create new" in result.out
    assert "1 step failed, 1 skipped" in result.out
    assert repository.on(1) == {"old"}
    assert run("apply", "--yes").code == 0
    assert repository.on(1) == {"bug"}


def test_three_pages(run: Run, github: FakeGitHub, folder: Path) -> None:
    for number in range(250):
        github.repository().add(f"label {number}")
    write(folder, "".join(f"- {{name: label {number}, color: ededed}}\n" for number in range(250)))
    assert run("plan").code == 0
    assert github.count() == 3


def test_a_repository_that_has_moved(run: Run, github: FakeGitHub, folder: Path) -> None:
    repository = github.repository("octo/new")
    github.repositories.pop("octo/demo", None)
    github.moved["octo/demo"] = "octo/new"
    for number in range(35):
        repository.add(f"label {number}")
    repository.add("defect")
    repository.put(7, "label 3", state="closed")
    write(folder, "- {name: bug, color: d73a4a, aliases: [defect, label 3]}\n")
    assert run("apply", "--yes").code == 0
    assert repository.on(7) == {"bug"}
    result = run("plan", "--prune")
    assert "34 to delete" in result.out


@pytest.mark.parametrize(
    ("change", "message", "hint"),
    [
        ("token", "the token in GH_TOKEN is not valid: Bad credentials", "gh auth login"),
        ("hidden", "octo/demo was not found", "a private repository needs a token with access to it"),
        ("archived", "the repository is archived", ""),
        ("forbidden", "not allowed to", "needs the permission issues: write or pull_requests: write"),
    ],
)
def test_a_refusal_says_what_is_missing(run: Run, github: FakeGitHub, change: str, message: str, hint: str) -> None:
    if change == "token":
        github.token = "another"  # noqa: S105 - no secret
    github.repository().visible = change != "hidden"
    github.repository().archived = change == "archived"
    github.repository().writable = change != "forbidden"
    result = run("apply", "--yes")
    assert result.code == 3
    said = result.out + result.err
    assert message in said
    assert hint in said
    assert github.repository().state() == {"defect": ("ff0000", "")}
    assert github.count("POST", "PATCH", "DELETE") <= 1


def test_html_instead_of_json(run: Run, github: FakeGitHub) -> None:
    github.faults.append(Fault(200, {}, "<html>Please log in</html>", html=True))
    result = run("plan")
    assert result.code == 3
    assert "answers with HTML where JSON belongs (status 200)" in result.err
    assert "log in" not in result.err


def test_an_answer_that_is_no_list(run: Run, github: FakeGitHub) -> None:
    github.faults.append(Fault(200, {}, {"hello": "world"}))
    result = run("plan")
    assert result.code == 3
    assert "the answer is no list" in result.err


@once  # Prism follows redirects itself
def test_another_host_never_gets_the_token(run: Run, github: FakeGitHub) -> None:
    github.faults.append(Fault(302, {"Location": "http://127.0.0.2:9/repos/octo/demo/labels"}))
    result = run("plan")
    assert result.code == 3
    assert "redirects to another address" in result.err


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch, run: Run, github: FakeGitHub) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    result = run("plan")
    assert result.code == 3
    assert "127.0.0.1:9 can't be reached, 5 times in a row" in result.err
    assert github.clock.slept == [1.0, 2.0, 4.0, 8.0]


@once
def test_a_proxy_is_used(monkeypatch: pytest.MonkeyPatch, run: Run, github: FakeGitHub) -> None:
    address = os.environ["GITHUB_API_URL"]
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.9:9")
    monkeypatch.setenv("HTTP_PROXY", address)
    assert run("plan").code == 1
    # A proxy gets the whole address as its target.
    assert github.calls[0] == ("GET", "http://127.0.0.9:9/repos/octo/demo/labels?per_page=100")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    result = run("plan")
    assert (result.code, "can't be reached through the proxy" in result.err) == (3, True)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("GITHUB_API_URL", address)
    assert run("plan").code == 1


@once
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_of_ones_own(
    monkeypatch: pytest.MonkeyPatch, run: Run, github: FakeGitHub, tmp_path: Path, variable: str
) -> None:
    certificate, key = self_signed(tmp_path)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = FakeServer(github, context)
    monkeypatch.setenv("GITHUB_API_URL", server.address)
    try:
        result = run("plan")
        assert (result.code, "can't be verified" in result.err) == (3, True)
        monkeypatch.setenv(variable, str(certificate))
        assert run("plan").code == 1
        monkeypatch.setenv(variable, str(tmp_path / "nowhere"))
        result = run("plan")
        assert (result.code, "the file of certificates can't be read" in result.err) == (3, True)
    finally:
        server.close()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Return the files of a certificate for the loopback address, and of its key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = builder.add_extension(address, critical=False).sign(private, hashes.SHA256())
    certificate, key = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate, key


def test_the_token_goes_over_https_only() -> None:
    with pytest.raises(Exception, match="is not https"):
        connect(Repository(owner="o", name="n"), "http://github.example", Token("GH_TOKEN", "x"), on_wait=print)


@pytest.mark.parametrize("name", ["with space", "a/b", "c%2Fd", "e?f#g", "h+i&j", "émoji 🐛", "a/../.."])
def test_any_name_survives_its_way_through_an_address(run: Run, github: FakeGitHub, folder: Path, name: str) -> None:
    repository = github.repository()
    repository.add(name, "ffffff")
    repository.put(1, name, state="closed", pull=True)
    write(folder, f"- {{name: bug, color: d73a4a, aliases: [defect, '{name}']}}\n")
    result = run("apply", "--yes")
    assert result.code == 0, result
    assert repository.state() == {"bug": ("d73a4a", "")}
    assert repository.on(1) == {"bug"}


@pytest.mark.parametrize("name", [".", ".."])
def test_a_label_called_like_a_folder_never_becomes_a_request_for_the_repository(
    run: Run, github: FakeGitHub, folder: Path, name: str
) -> None:
    github.repository().add(name, "ffffff")
    write(folder, f"- {{name: bug, color: d73a4a, aliases: [defect, '{name}']}}\n")
    result = run("apply", "--yes", "--prune")
    assert result.code == 3
    assert f"label '{name}' can't be addressed" in result.out
    assert not github.count("DELETE")


def test_a_comma_in_a_name_cannot_be_asked_for_so_all_issues_are_read(
    run: Run, github: FakeGitHub, folder: Path
) -> None:
    repository = github.repository()
    repository.add("a,b")
    repository.put(1, "a,b", state="closed")
    repository.put(2, "defect")
    write(folder, "- {name: bug, color: d73a4a, aliases: [defect]}\n")
    assert "refused" in run("plan", "--prune").out
    write(folder, "- {name: bug, color: d73a4a, aliases: [defect, 'a,b']}\n")
    assert run("apply", "--yes").code == 0
    assert repository.on(1) == {"bug"}


def test_a_hundred_labels_of_which_five_differ_cost_six_calls_and_one_to_prove_it(
    run: Run, github: FakeGitHub, folder: Path
) -> None:
    repository = github.repository()
    repository.labels.clear()
    for number in range(100):
        repository.add(f"label {number}", "000000" if number < 5 else "ededed")
    write(folder, "".join(f"- {{name: label {number}, color: ededed}}\n" for number in range(100)))
    assert run("apply", "--yes").code == 0
    assert (github.count("GET"), github.count("PATCH"), github.count()) == (2, 5, 7)
