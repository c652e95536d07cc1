"""What the recorder says reaches the pages in the visitor's language, and nothing that it can say is left out.

That a new sentence has to be translated is told by `test_no_text_is_left_out_of_a_catalogue`.
"""

import re
import runpy

import pytest
from flask import Flask, g
from hypothesis import given
from hypothesis import strategies as st
from setup_portal.catalogues import catalogue
from setup_portal.retelling import retold

from appliance.camera.troubles import explain
from appliance.control.messages import MemoryUpload
from appliance.control.standin import StandInService
from appliance.network.attempts import Attempt
from appliance.network.sentences import of_attempt
from tests.portal.conftest import Portal
from tests.portal.test_languages import GAP, ROOT, TRANSLATED, forms, theirs

SPOKEN = Flask("texts")
URL = "rtsp://192.0.2.7/live"
CAMERA = f"RTSP camera at {URL}"
PROVEN = (
    "Home marche ; le boîtier y avait l'adresse 192.0.2.9. Il sera rejoint pour de bon dans 5 min, ou quand vous le "
    "dites. Il n'a pas d'accès à Internet pour l'instant : les souvenirs restent sur le boîtier jusque-là."
)


def in_language(language: str, sentence: str) -> str:
    with SPOKEN.app_context():
        g.language = language
        return retold(sentence)


def filled(text: str) -> str:
    return text % {name: f"<{name}>" for name in GAP.findall(text) if name}


def shape(text: str) -> str:
    """Whatever its gaps are called, or filled with."""
    return re.sub(r"%\(\w+\)s|<\w+>", "<>", text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_known_again_whatever_fills_it(language: str) -> None:
    book = catalogue(language, "recorder")
    assert len(book.texts) > 250
    for text in book.texts:
        alike = [other for other in book.texts if shape(other) == shape(text)]
        told = in_language(language, filled(text))
        assert shape(told) in {shape(filled(book.gettext(other))) for other in alike}, text
        assert told != filled(text)


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_fills_no_gap_that_its_sentence_lacks(language: str) -> None:
    for message in theirs(language, "recorder"):
        gaps = {*GAP.findall(forms(message.id)[0])}
        assert not message.id or {*GAP.findall(forms(message.string)[0])} <= gaps, message.id


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (
            explain("Connection refused", 1, CAMERA),
            f"caméra RTSP à {URL} refuse la connexion ; est-elle allumée, et le port dans camera.url est-il le bon ?",
        ),
        (
            of_attempt(Attempt("a", b"Home", "proven", "no-internet", "boot", 0.0, 0.0, ("192.0.2.9",)), 300.0),
            PROVEN,
        ),
        ("It was kept before. A press goes first.", "C'était déjà gardé. Un appui passe d'abord."),
        ("Nobody has translated this.", "Nobody has translated this."),
        ("50 %% of %(name)s", "50 %% of %(name)s"),
        ("", ""),
    ],
)
def test_sentences_are_retold_with_their_names_and_parts(sentence: str, told: str) -> None:
    assert in_language("fr", sentence) == told
    assert in_language("en", sentence) == sentence


@given(st.text(max_size=300), st.sampled_from(TRANSLATED))
def test_whatever_is_said_a_page_can_say_it(sentence: str, language: str) -> None:
    gone = f"<{sentence}> is gone from the box."
    assert in_language(language, gone) != gone
    assert isinstance(in_language(language, sentence), str)


def test_sentences_are_found_in_the_source() -> None:
    told_in = runpy.run_path(str(ROOT / "scripts" / "recorder_sentences.py"))["told_in"]
    source = """
def camera(self):
    '''This is a docstring and no sentence.'''
    _log.warning("This goes to the log alone.")
    raise CameraError(f"{self._name} hangs upside down: {self.turn:g} degrees, {other.turn} %, at most.")
TABLE = {"x": "{camera} is dark; is its cap on?", "y": "no sentence"}
"""
    assert list(told_in(source)) == [
        "%(name)s hangs upside down: %(turn)s degrees, %(turn2)s %%, at most.",
        "%(camera)s is dark; is its cap on?",
    ]


def test_pages_tell_what_the_recorder_says_in_the_visitors_language(portal: Portal, service: StandInService) -> None:
    owner = portal.owner()
    owner.headers["Accept-Language"] = "ru"
    service.refusals["wifi-scan"] = "No Wi-Fi is found on this machine."
    assert "Wi-Fi на этой машине не найден." in owner.get("/set-up/wifi").words
    service._keep(180.0)
    service.upload.states[service.kept[0].name] = MemoryUpload("waiting", "A press goes first.", None, None)
    assert "Сначала — нажатие кнопки." in owner.get("/memories").words
