"""Every text in every language, and the right language for every visitor."""

import io
import re
import subprocess
import sys
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st
from setup_portal.catalogues import FOLDER, LANGUAGES, Domain, catalogue, chosen, parsed
from setup_portal.countries import countries, is_country, likely

from tests.portal.conftest import Portal

ROOT = Path(__file__).parents[2]
TRANSLATED = sorted(set(LANGUAGES) - {"en"})
GAP = re.compile(r"%(?:\((\w+)\))?[s%]")


def test_no_text_is_left_out_of_a_catalogue() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/texts", "--list"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def theirs(language: str, domain: Domain = "messages") -> Catalog:
    """A catalogue as Babel reads it."""
    with (FOLDER / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(text: str | list[str] | tuple[str, ...]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_is_read_as_gettext_reads_it(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, theirs(language))
    compiled.seek(0)
    gettexts, ours = GNUTranslations(compiled), catalogue(language)
    for message in theirs(language):
        texts = forms(message.id)
        if len(texts) > 1:
            for count in range(200):
                assert ours.ngettext(texts[0], texts[1], count) == gettexts.ngettext(texts[0], texts[1], count)
        elif message.id:
            assert ours.gettext(texts[0]) == gettexts.gettext(texts[0])


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_gaps_of_its_text(language: str) -> None:
    for message in theirs(language):
        gaps = frozenset(GAP.findall(forms(message.id)[0]))
        assert not message.id or {frozenset(GAP.findall(form)) for form in forms(message.string)} == {gaps}, message.id


def test_a_text_that_is_not_there_is_shown_in_english() -> None:
    assert catalogue("ru").gettext("No such text.") == "No such text."
    assert [catalogue("fr").ngettext("one", "many", count) for count in (1, 2)] == ["one", "many"]
    assert parsed('msgid "a"\nmsgstr ""\n\nmsgid "b"\nmsgstr "c"\n"d\\n"\n').gettext("a") == "a"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", "fr"),
        ("de-DE,de;q=0.9,ru;q=0.5,en;q=0.4", "ru"),
        ("ru;q=0, en", "en"),
        ("ja", "en"),
        ("en-GB;q=0.8, RU", "ru"),
        ("fr;q=x, ru;q=0.1", "ru"),
    ],
)
def test_the_browser_chooses(accepted: str, language: str) -> None:
    assert chosen(accepted) == language


@settings(deadline=None)
@given(st.text())
def test_no_wish_is_too_strange(accepted: str) -> None:
    assert chosen(accepted) in LANGUAGES
    assert likely(accepted) == "" or is_country(likely(accepted))


def test_pages_speak_the_visitors_language(portal: Portal) -> None:
    phone = portal.phone()
    assert phone.get("/set-up/wifi", Accept_Language="fr").title == "Wi-Fi de la maison"
    page = phone.get("/set-up/wifi", Accept_Language="ru-RU")
    assert (page.title, '<html lang="ru">' in page.html) == ("Домашний Wi-Fi", True)
    assert "Этому списку 95 секунд." in page.words
    phone.headers["Accept-Language"] = "ru"
    answer = phone.send(phone.get("/password"), password="x", again="x")
    assert "Этот пароль слишком короткий: нужно не меньше 8 знаков." in answer.words


def test_countries_are_named_and_sorted() -> None:
    assert ("DE", "Германия") in countries("ru")
    assert ("GB", "United Kingdom") in countries("en")
    assert len(countries("fr")) == len(countries("en")) > 200
    assert (is_country("GB"), is_country("UK"), is_country("")) == (True, False, False)
