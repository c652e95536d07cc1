"""What lamp and buzzer say, in the owner's language: the table of `appliance/panel/lamp.py`, which a test compares."""

from setup_portal.words import marked, say

_SIGNS = (
    (marked("steady light"), "", marked("Recording: a press keeps the last minutes.")),
    (marked("even blinking, twice a second"), "", marked("Starting, wait a moment.")),
    (marked("one flash, pause"), "", marked("The camera does not answer; the box keeps trying.")),
    (marked("two flashes, pause"), "", marked("The camera answers but no footage arrives.")),
    (marked("three flashes, pause"), "", marked("Something needs you: the first page says what.")),
    (marked("light with a short gap every two seconds"), "", marked("Recording, and uploading memories.")),
    (
        marked("slow blinking, one second each"),
        "",
        marked("Set-up mode: join its Wi-Fi. In safe mode nothing is recorded, and the first page says why."),
    ),
    (marked("one wink"), marked("tick"), marked("The press counts; one wink for every step held.")),
    (
        marked("a long dark while you hold"),
        marked("one long tone"),
        marked("The box remembers no more: let go of the button."),
    ),
    (marked("one long light"), marked("two short tones"), marked("Got it: this moment can no longer be lost.")),
    (marked("two long lights"), marked("three short tones"), marked("The file is ready.")),
    (
        marked("six seconds of hurried flicker"),
        marked("six seconds of alarm"),
        marked("NOT SAVED: the first page says why."),
    ),
)


def signs() -> list[tuple[str, str, str]]:
    """How the lamp looks, what the buzzer does, and what that means."""
    return [(say(looks), say(sound) if sound else "", say(meaning)) for looks, sound, meaning in _SIGNS]
