"""Template versions: which is newest, what is newer than what, what stands for which commit."""

import pytest

from issue_scaffold.template.versions import KnownVersions, latest_tag, parse, same_commit

ABC = "abc1234" + "0" * 33
KNOWN = KnownVersions(tags={"v1.0.0": "1" * 40, "v2.0.0": "2" * 40}, head=ABC, latest="v2.0.0")


@pytest.mark.parametrize(
    ("tags", "latest"),
    [
        ([], None),
        (["main", "latest"], None),
        (["v1.0.0", "v1.10.0", "v1.9.0"], "v1.10.0"),
        (["1.0", "v2.0.0rc1", "2.0.0.dev1"], "1.0"),
        (["v2.0.0rc1"], None),
        (["v1.0.0", "1.0.0.post1", "release-9"], "1.0.0.post1"),
        (["v1!0.1", "v9"], "v1!0.1"),
    ],
)
def test_the_newest_release_is_pep_440s(tags: list[str], latest: str | None) -> None:
    assert latest_tag(tags) == latest
    assert latest_tag(reversed(tags)) == latest


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [
        ("v2.0.0", "v1.0.0", True),
        ("v1.0.0", "v2.0.0", False),
        ("v2.0.0", "v2.0.0", False),
        ("2.0.0", "v2.0.0", False),
        ("v10.0.0", "v9.0.0", True),
        ("v2.0.0", "v1.0.0-3-gabc1234", True),
        ("v2.0.0", "v2.0.0-1-gabc1234", False),
        ("v1.0.0", "v2.0.0-1-gabc1234", False),
        ("v1.0.0", "abc1234", True),
        (ABC, "v1.0.0", False),
        (ABC, "abc1234", False),
        (ABC, "def1234", True),
        (ABC, "v1.0.0-3-gabc1234", False),
        (ABC, "v1.0.0-3-gdef1234", True),
        (ABC, "8352884", True),
        ("v2.0.0", "8352884", True),
    ],
)
def test_newer(version: str, than: str, newer: bool) -> None:
    assert KNOWN.is_newer(version, than) is newer


@pytest.mark.parametrize(
    ("version", "commit"),
    [
        ("v1.0.0", "1" * 40),
        ("v1.0.0-3-gabc1234", "abc1234"),
        ("odd-tag-12-gdeadbee", "deadbee"),
        ("abc1234", "abc1234"),
        ("v9.9.9", None),
        ("main", None),
        ("", None),
        ("abc", None),
    ],
)
def test_what_a_version_stands_for(version: str, commit: str | None) -> None:
    assert KNOWN.commit_of(version) == commit


def test_abbreviated_commits() -> None:
    assert same_commit(ABC, "abc1234")
    assert same_commit("abc1234", ABC)
    assert not same_commit(ABC, "abc1235")
    assert parse("not a version") is None
