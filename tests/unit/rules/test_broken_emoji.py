# ruff: noqa: RUF001 - odd characters are what this is about
"""Text that went through a wrong code page is found and repaired; honest text is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.text.broken_emoji import find_broken

EMOJI = "🔧🎯🏗🤖🔒📊🚀💰⏱🧪📋📚🔄🐛✅❌⚠❤✨🌍👍💥"
HONEST = (
    "Größe, naïve café, façade, Ångström, señor, coração, çok iyi, ığüşöç, Dvořák",
    "« été… », „Übung“, “quoted” – dash — and ellipsis… 5 € 20 °C ½ © ® ™",
    "Привет, «мир»! в „слове“ — так",
    "Γειά σου Κόσμε, π.χ. β΄",
    "日本語のテキスト。한국어 텍스트, 中文文本",
    "🔧 🎯 🏗️ 👩‍💻 🇩🇪 1️⃣",
    "Âme, Île, ÀÉÈÊË ÇÑ ÃÕ, İstanbul, ĞÜŞ",
    "Zażółć gęślą jaźń, Příliš žluťoučký kůň, şţăâî",
)
PAGES = ("cp1252", "cp1254", "latin-1")


def misread(text: str, page: str, *, lose: bool) -> str:
    """Return a text as it looks after the accident; bytes that the page lacks become control characters or nothing."""
    chars = []
    for byte in text.encode():
        try:
            chars.append(bytes([byte]).decode(page))
        except UnicodeDecodeError:
            if not lose:
                chars.append(chr(byte))
    return "".join(chars)


@pytest.mark.parametrize("text", HONEST)
def test_honest_text_is_left_alone(text: str) -> None:
    assert list(find_broken(text)) == []


@given(st.text(EMOJI, min_size=1, max_size=5), st.sampled_from(PAGES))
def test_repair_is_exact_where_all_bytes_survived(text: str, page: str) -> None:
    found = list(find_broken(f"a {misread(text, page, lose=False)} b"))
    assert "".join(item.candidates[0] for item in found) == text
    assert all(len(item.candidates) == 1 for item in found)


@given(st.sampled_from(EMOJI), st.sampled_from(PAGES))
def test_lost_byte_leaves_the_right_one_among_the_candidates(char: str, page: str) -> None:
    broken = misread(char, page, lose=True)
    (found,) = find_broken(f"a {broken} b")
    assert char in found.candidates


@given(st.text(max_size=60))
def test_any_text_can_be_looked_at(text: str) -> None:
    at = 0
    for found in find_broken(text):
        assert found.start >= at
        assert text[found.start : found.end] == found.text
        at = found.end


@pytest.mark.parametrize(
    ("broken", "candidates"),
    [
        ("ğŸ¯", {"🎯", "🍯", "🏯", "🐯"}),
        ("â±ï¸", {"⏱️"}),
        ("â€™", {"’"}),
        ("Ã©", {"é"}),
        ("ÃƒÂ©", {"é"}),
        ("Â\xa0", {"\xa0"}),
        ("рџ”§", {"🔧"}),
        ("≡ƒöº", {"🔧"}),
        ("æ—¥æœ¬èªž", {"日本語"}),
        ("ÐŸÑ€Ð¸Ð²ÐµÑ‚", {"Привет"}),
    ],
)
def test_candidates(broken: str, candidates: set[str]) -> None:
    (found,) = find_broken(broken)
    assert set(found.candidates) == candidates


def test_building_site_is_among_what_two_lost_bytes_leave() -> None:
    (found,) = find_broken("ğŸ—ï¸")
    assert "🏗️" in found.candidates
    assert len(found.candidates) > 1
