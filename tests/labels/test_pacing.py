"""How fast is written: a second between writes, the limits with a margin, and all processes of a user together."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Run, write_tree
from tests.labels.fake_github import FakeGitHub, VirtualClock

from issue_scaffold.label_sync.gitea.api import GITEA_API
from issue_scaffold.label_sync.github.api import GITHUB_API
from issue_scaffold.label_sync.gitlab.api import GITLAB_API
from issue_scaffold.label_sync.http.pacing import Pacer
from issue_scaffold.state.user_folders import state_folder
from issue_scaffold.state.write_log import WriteLog

LIMITS = GITHUB_API.write_limits
# What GitHub itself allows.
ALLOWED = ((1, 1.0), (80, 60.0), (500, 3600.0))
RESERVE = """
import sys
from issue_scaffold.label_sync.github.api import GITHUB_API
from issue_scaffold.label_sync.http.pacing import Pacer, SystemClock
from issue_scaffold.state.write_log import WriteLog
class Standing(SystemClock):
    def wall(self):
        return 1_800_000_000.0
pacer = Pacer(Standing(), GITHUB_API.write_limits, WriteLog("h", "secret-token"))
print(*[pacer.reserve() for _ in range(20)])
"""


def assert_allowed(moments: list[float]) -> None:
    for number, seconds in ALLOWED:
        for first, last in zip(moments, moments[number:], strict=False):
            assert last - first >= seconds


def test_five_hundred_writes_an_hour_with_a_margin() -> None:
    clock = VirtualClock()
    pacer = Pacer(clock, LIMITS, WriteLog("h", "t"))
    start = clock.now()
    assert pacer.seconds_for(480) == pytest.approx(479 * 1.1)
    moments = []
    for _ in range(1000):
        clock.sleep(pacer.reserve())
        moments.append(clock.now())
    assert_allowed(moments)
    assert moments[480] - start == pytest.approx(3600.0)
    assert pacer.seconds_for(1) == pytest.approx(3600.0 - (moments[-1] - moments[-480]))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 3)), max_size=120), st.integers(0, 10**6))
def test_several_at_once_keep_the_limits_together(turns: list[tuple[int, float]], run: int) -> None:
    clock = VirtualClock()
    pacers = [Pacer(clock, LIMITS, WriteLog("h", f"{run} {turns}")) for _ in range(3)]
    moments = []
    for number, passed in turns:
        clock.seconds += passed
        moments.append(clock.now() + pacers[number].reserve())
    assert_allowed(moments)


def test_real_processes_share_one_list() -> None:
    command = [sys.executable, "-c", RESERVE]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    waits = [float(word) for process in processes for word in process.communicate(timeout=60)[0].split()]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(waits) == 60
    assert_allowed(sorted(waits))
    assert max(waits) == pytest.approx(59 * 1.1)


def test_tokens_and_hosts_have_lists_of_their_own_and_no_file_holds_a_token() -> None:
    clock = VirtualClock()
    for host, secret in (("h", "secret-a"), ("h", "secret-b"), ("g", "secret-a")):
        pacer = Pacer(clock, LIMITS, WriteLog(host, secret))
        assert pacer.reserve() == 0.0
        assert pacer.reserve() == pytest.approx(1.1)
    kept = [path for path in state_folder().rglob("*") if path.is_file()]
    assert len([path for path in kept if path.suffix == ".json"]) == 3
    assert not any("secret" in f"{path}{path.read_bytes()!r}" for path in kept)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[", b'{"moments": [1e999, "x"]}'])
def test_a_damaged_list_is_none(content: bytes) -> None:
    clock = VirtualClock()
    assert Pacer(clock, LIMITS, WriteLog("h", "t")).reserve() == 0.0
    (kept,) = (state_folder() / "writes").iterdir()
    kept.write_bytes(content)
    pacer = Pacer(clock, LIMITS, WriteLog("h", "t"))
    assert pacer.reserve() == 0.0
    assert pacer.reserve() == pytest.approx(1.1)


def test_moments_of_a_clock_that_was_wrong_do_not_count() -> None:
    clock = VirtualClock()
    clock.seconds += 90_000
    assert Pacer(clock, LIMITS, WriteLog("h", "t")).reserve() == 0.0
    clock.seconds -= 90_000
    assert Pacer(clock, LIMITS, WriteLog("h", "t")).reserve() == 0.0


def test_without_a_folder_to_write_in_one_process_keeps_the_limits_by_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("SCAFFOLD_CACHE_DIR", str(tmp_path / "file" / "below"))
    pacer = Pacer(VirtualClock(), LIMITS, WriteLog("h", "t"))
    assert [pacer.reserve() for _ in range(3)] == pytest.approx([0.0, 1.1, 2.2])


def test_what_the_forge_says_holds_everybody_back() -> None:
    clock = VirtualClock()
    Pacer(clock, LIMITS, WriteLog("h", "t")).hold_back(60.0)
    assert Pacer(clock, LIMITS, WriteLog("h", "t")).reserve() == pytest.approx(61.1)


@pytest.mark.parametrize("github", ["direct"], indirect=True)
def test_a_second_run_goes_on_where_the_first_has_left_off(github: FakeGitHub, folder: Path, scaffold: Run) -> None:
    github.limits = ALLOWED
    github.repository()
    for names in (range(70), range(140)):
        rows = "".join(f"- {{name: l{number}, color: '000000'}}\n" for number in names)
        write_tree(folder, {".github/labels.yml": rows})
        assert scaffold("labels", "apply", "--yes", "--repo", "octo/demo").code == 0
    assert_allowed(github.writes)
    assert len(github.writes) == 140


@pytest.mark.parametrize("limits", [GITLAB_API.write_limits, GITEA_API.write_limits, LIMITS])
def test_writes_that_wait_for_one_moment_keep_the_limits_when_it_comes(limits: tuple[tuple[int, float], ...]) -> None:
    clock = VirtualClock()
    pacers = [Pacer(clock, limits, WriteLog("h", f"one moment {limits}")) for _ in range(4)]
    pacers[0].hold_back(60.0)
    moments = sorted(clock.now() + pacers[turn % 4].reserve() for turn in range(40))
    assert moments[0] - clock.now() >= 60.0
    for number, seconds in limits:
        for first, last in zip(moments, moments[number:], strict=False):
            assert last - first >= seconds - 0.001
