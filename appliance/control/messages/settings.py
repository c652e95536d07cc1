"""The owner's settings, told so that a page can be made of them, and changed all at once or not at all."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from appliance.control.messages.base import Answer, Request

SettingKey = Annotated[str, Meta(max_length=64, pattern=r"^[a-z_]+\.[a-z0-9_]+\Z")]
"""Section and key: `upload.behaviour`."""

Text = Annotated[str, Meta(max_length=4096)]
SettingValue = bool | int | float | Text | Annotated[list[Text], Meta(max_length=100)] | None
"""As TOML has it; None: not set."""

SettingKind = Literal["text", "secret", "url", "yes-no", "whole-number", "number", "choice", "list"]
"""`secret` and `url`: stars stand in the place of what is not shown. Said back unchanged, they change nothing."""


class Settings(Request, frozen=True):
    """Which settings are in force?"""


class ChangeSettings(Request, frozen=True):
    """Give these keys new values; None gives a key its default again. A value may be a secret: it is never shown."""

    changes: Annotated[dict[SettingKey, SettingValue], Meta(min_length=1, max_length=100)]

    def __repr__(self) -> str:
        return f"ChangeSettings({', '.join(self.changes)})"


class Setting(Struct, frozen=True):
    """One key. `value`: what the settings say, be it in force or about to be."""

    key: str
    kind: SettingKind
    meaning: str
    value: SettingValue
    default: SettingValue
    """What holds when the owner says nothing."""
    is_owners: bool
    """The owner's file says it; otherwise `value` is the default."""
    may_be_unset: bool = False
    choices: list[str] = field(default_factory=list)
    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    is_of_the_box: bool = False
    """Where this box keeps its files: shown, but not changed from here."""


class SettingsSection(Struct, frozen=True):
    """`[name]` of the file."""

    name: str
    meaning: str
    settings: list[Setting]


class Mistake(Struct, frozen=True):
    """One thing that is wrong. `key`: where; just the section's name if it is about all of it."""

    key: str
    sentence: str


class SettingsAnswer(Answer, frozen=True, tag="settings"):
    """To `Settings`."""

    sections: list[SettingsSection]
    may_change: bool
    """Whether there is a file of the owner's that can be written."""


class SettingsChanged(Answer, frozen=True):
    """To `ChangeSettings`: they are written."""

    sentence: str
    restarts: bool
    """The recorder ends now and is there again within seconds; what happens meanwhile is not recorded."""


class SettingsRefused(Answer, frozen=True):
    """To `ChangeSettings`: nothing was changed. Everything that is wrong is told."""

    mistakes: list[Mistake]
