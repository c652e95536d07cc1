"""Settings without a file: one of each kind."""

from collections.abc import Iterator

from msgspec.structs import replace

from appliance.control.messages import (
    ChangeSettings,
    Mistake,
    Setting,
    Settings,
    SettingsAnswer,
    SettingsChanged,
    SettingsRefused,
    SettingsRequest,
    SettingsSection,
    SettingValue,
)

_RESTARTING = "The settings are written. The recorder starts anew with them; for some seconds nothing is recorded."
SECTIONS = [
    SettingsSection(
        "camera",
        "Where the footage comes from.",
        [
            Setting(
                "camera.kind",
                "choice",
                "What kind of camera it is.",
                "rtsp",
                "test-pattern",
                is_owners=True,
                choices=["test-pattern", "v4l2", "rtsp", "mpegts-udp"],
            ),
            Setting("camera.url", "url", "Its address.", "rtsp://viewer:********@192.0.2.7/live", "", is_owners=True),
        ],
    ),
    SettingsSection(
        "memories",
        "What a press keeps.",
        [
            Setting(
                "memories.minutes_per_step",
                "number",
                "How much a press keeps, in minutes.",
                3,
                3,
                is_owners=False,
                above=0,
                at_most=60,
            )
        ],
    ),
    SettingsSection(
        "panel",
        "Buttons, lamp and buzzer.",
        [
            Setting(
                "panel.buzzer_pin",
                "whole-number",
                "BCM number of an active buzzer.",
                None,
                None,
                is_owners=False,
                may_be_unset=True,
                at_least=0,
                at_most=27,
                is_of_the_box=True,
            )
        ],
    ),
    SettingsSection(
        "upload",
        "How memories reach the owner's storage.",
        [
            Setting("upload.networks", "list", "Names of Wi-Fi networks.", ["home"], [], is_owners=True),
            Setting("upload.metered", "yes-no", "Whether it may cost.", value=False, default=False, is_owners=False),
            Setting("upload.device", "text", "The name of this box.", "porch", "moment-recorder", is_owners=True),
        ],
    ),
]


class StandInSettings:
    """Takes every value that is in its choices and bounds."""

    def __init__(self) -> None:
        self.sections = SECTIONS
        self.may_change = True

    def answer(self, request: SettingsRequest) -> SettingsAnswer | SettingsChanged | SettingsRefused:
        """The answer to one request."""
        match request:
            case Settings():
                return SettingsAnswer(self.sections, self.may_change)
            case ChangeSettings():
                return self._change(request.changes)

    def _change(self, changes: dict[str, SettingValue]) -> SettingsChanged | SettingsRefused:
        known = {setting.key: setting for section in self.sections for setting in section.settings}
        if mistakes := list(_mistakes(known, changes)):
            return SettingsRefused(mistakes)
        self.sections = [
            replace(section, settings=[_changed(setting, changes) for setting in section.settings])
            for section in self.sections
        ]
        restarts = any(not key.startswith("upload.") for key in changes)
        return SettingsChanged(_RESTARTING if restarts else "The settings are written and hold from now on.", restarts)


def _changed(setting: Setting, changes: dict[str, SettingValue]) -> Setting:
    value = changes.get(setting.key, setting.value)
    if setting.key not in changes:
        return setting
    return replace(setting, value=setting.default if value is None else value, is_owners=value is not None)


def _mistakes(known: dict[str, Setting], changes: dict[str, SettingValue]) -> Iterator[Mistake]:
    for key, value in changes.items():
        setting = known.get(key)
        if setting is None:
            yield Mistake(key, f"{key} is not a setting.")
        elif setting.choices and value is not None and value not in setting.choices:
            yield Mistake(key, f"{key} must be one of {', '.join(setting.choices)}.")
        elif isinstance(value, int | float) and setting.at_most is not None and value > setting.at_most:
            yield Mistake(key, f"{key} must be at most {setting.at_most:g}.")
