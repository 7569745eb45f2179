# ruff: noqa: RUF001 - odd characters are what this is about
"""Text that went through a wrong code page is found and repaired; honest text is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issue_scaffold.convert.to_form import repair_emoji
from issue_scaffold.text import broken_emoji
from issue_scaffold.text.broken_emoji import CODE_PAGES, LEADS, find_broken

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
    # In code page 866 these have the byte E2, before or behind what would be a tail.
    "Прежде чем отправить баг-репорт: что вы ожидали?",
    "Звіт про помилку, відомо. Відкрийте вікно, повторіть двічі.",
    "Спіс мае элемент; літоўская прастора",
    "Очаквано поведение, точно и отговор",
    "Здравље и љубав, “пољ” … борџ”… Живњ…",
    "“Hâlâ” bekliyor, hâlâ™ çok iyi ğüş, hâlâ® hâlâ—hâlâ hâ\u00adlâ",
    "«AMANHû e “AMANHÔ, AMANHÃ… AMANHÃ® AMANHÃ: amanhã",
    "“ĐÔ và “ĐÃ…” là chữ hoa của “đã”",
    "Litera “â” și literele „ă, î, â” se scriu așa",
    "« Â » et « à », «Â» ou «À»",
    "Η σταθερά “π” και «β™», το «β—»",
    "كيف يمكننا مساعدتك؟ «نعم»",
    "מה קרה? „שלום”",
    "Điều gì đã xảy ra? Ảnh chụp màn hình “đã”",
    "Brittilâš kielâlâš™ “Brittilâš” säämi",
)
# Sentences of which all bytes beyond ASCII are found again, whichever Western page misread them.
WESTERN = (
    "Was ist passiert? Größe, Übung, schön",
    "Décrivez le problème : à quoi vous attendiez-vous ?",
    "¿Qué ocurrió? Señal y acción",
    "O que você esperava? Não funciona",
    "Hvad skete der? Så går det: på øen",
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


@given(st.sampled_from(WESTERN), st.sampled_from(EMOJI), st.sampled_from(PAGES))
def test_western_text_with_emoji_is_restored(sentence: str, char: str, page: str) -> None:
    text = f"## {char} {sentence} {char}\n{sentence}"
    assert repair_emoji(misread(text, page, lose=False))[0] == text


# Once broken, these hold a quotation mark or the euro, by which the second accident is known.
@given(st.sampled_from(WESTERN[1:4]), st.sampled_from("🔧🔒📊🚀📋📚🔄"))
def test_what_was_broken_twice_is_restored(sentence: str, char: str) -> None:
    text = f"## {char} {sentence}"
    twice = misread(misread(text, "cp1252", lose=False), "cp1252", lose=False)
    assert repair_emoji(twice)[0] == text


@given(st.sampled_from(WESTERN), st.sampled_from(EMOJI), st.sampled_from(("cp1252", "cp1254")))
def test_lost_bytes_beside_other_text_are_found(sentence: str, char: str, page: str) -> None:
    broken = misread(f"## {char} {sentence}", page, lose=True)
    assert char in next(find_broken(broken)).candidates


@pytest.mark.parametrize("page", CODE_PAGES)
@pytest.mark.parametrize("char", EMOJI)
def test_an_emoji_is_found_after_any_code_page(char: str, page: str) -> None:
    broken = misread(f"## {char} What happened? Don’t panic", page, lose=False)
    assert repair_emoji(broken)[0] == f"## {char} What happened? Don’t panic"


@given(st.data(), st.sampled_from(sorted({*CODE_PAGES} - {"cp1252", "cp1254"})))
def test_no_lost_byte_is_put_back_after_other_code_pages(data: st.DataObject, page: str) -> None:
    letters = bytes(range(0x80, 0x100)).decode(page, "ignore")
    text = data.draw(st.text(letters, max_size=30))
    for found in find_broken(text):
        if not found.lossless:
            assert found.repair is None or found.page in {"cp1252", "cp1254"}


def test_a_lost_byte_after_another_code_page_is_only_told() -> None:
    broken = misread("😀 Hello", "cp1251", lose=True)
    (found,) = find_broken(broken)
    assert (found.candidates, found.repair) == (("😀",), None)
    assert repair_emoji(broken)[0] == broken


def test_cyrillic_that_was_misread_is_found_and_restored() -> None:
    text = "Что вы ожидали?"
    assert repair_emoji(misread(text, "cp1252", lose=False))[0] == text
    assert next(find_broken("Ð§Ñ‚Ð¾")).repair == "Что"


def test_a_broken_emoji_in_sound_cyrillic_is_restored() -> None:
    for page in ("cp1252", "cp1251", "cp866"):
        broken = misread("🔧", page, lose=False)
        assert repair_emoji(f"{broken} Что вы ожидали?")[0] == "🔧 Что вы ожидали?"


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("SÃ³ isso", "Só isso"),
        ("SÃ³ isso nÃ£o é", "Só isso não é"),
        ("SÃ³ isso não é", "SÃ³ isso não é"),
        ("Doneâœ…", "Done✅"),
        ("Doneâœ… in the café", "Doneâœ… in the café"),
        ("Â« oui Â»", "« oui »"),
    ],
)
def test_a_word_and_its_mark_are_judged_by_the_whole_text(text: str, restored: str) -> None:
    assert repair_emoji(text)[0] == restored


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


def test_what_is_looked_for_first_is_what_the_code_pages_make_of_lead_bytes() -> None:
    """It is written down, so that sound text needs no code page."""
    leads = {char for page in CODE_PAGES for char in vars(broken_emoji)["_leads"](page)}
    assert leads == LEADS
