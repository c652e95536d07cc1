"""What is answered about the owner's settings: told so that a page can be made of them, changed all at once."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from typing import Any

import msgspec
from msgspec import inspect

from appliance.control.errors import RefusedError
from appliance.control.messages import (
    Answer,
    ChangeSettings,
    Mistake,
    Setting,
    SettingKind,
    SettingsAnswer,
    SettingsChanged,
    SettingsRefused,
    SettingsRequest,
    SettingsSection,
    SettingValue,
)
from appliance.control.messages import Settings as SettingsRequested
from appliance.settings.model import Settings
from appliance.settings.owners import InForce, OwnersSettings, SettingsError, WrongSettingsError, hidden
from appliance.settings.words import choices, fixed, meaning, secrecy
from appliance.threads import in_thread

LIVE = frozenset({
    "upload.behaviour", "upload.hours", "upload.networks", "upload.metered", "upload.monthly_cap_gb",
    "upload.after_upload",
})  # fmt: skip
"""What can be taken over while the recorder runs; all else takes effect as it starts."""

ANSWER_FIRST_S = 0.5
_HOLDS = "The settings are written, and hold from now on."
_RESTARTS = "The settings are written. The recorder starts anew with them: for some seconds nothing is recorded."
_NO_FILE = "This recorder was started without a settings file: there is none to write. Start it with --config FILE."


class SettingsDesk:
    """`take_over`: the settings that can change while the recorder runs. `begin_anew`: end, and start with the file."""

    def __init__(
        self,
        owners: OwnersSettings,
        thread: Executor,
        *,
        take_over: Callable[[Settings], None],
        begin_anew: Callable[[], None],
    ) -> None:
        self._owners = owners
        self._thread = thread
        self._take_over = take_over
        self._begin_anew = begin_anew
        self._order = asyncio.Lock()

    async def ask(self, request: SettingsRequest) -> Answer:
        """The answer to one request."""
        async with self._order:
            try:
                match request:
                    case SettingsRequested():
                        in_force = await in_thread(self._thread, self._owners.read)
                        return SettingsAnswer(sections_of(in_force), self._owners.may_change)
                    case ChangeSettings():
                        return await self._change(request.changes)
            except SettingsError as error:
                raise RefusedError(" ".join(error.sentences)) from error

    async def _change(self, changes: Mapping[str, SettingValue]) -> SettingsChanged | SettingsRefused:
        if not self._owners.may_change:
            raise RefusedError(_NO_FILE)
        names = [(name, (section, key)) for name in changes for section, _, key in [name.partition(".")]]
        wanted = {where: changes[name] for name, where in names}
        before = (await in_thread(self._thread, self._owners.read)).settings
        try:
            settings = await in_thread(self._thread, self._owners.change, wanted)
        except WrongSettingsError as wrong:
            return SettingsRefused([Mistake(".".join(one.where[:2]), f"{one.sentence}.") for one in wrong.complaints])
        except OSError as error:
            raise RefusedError(
                f"The settings file cannot be written ({error.strerror}): nothing was changed."
            ) from error
        # what is said once more is no reason for a gap in the recording
        if all(name in LIVE or _value(settings, where) == _value(before, where) for name, where in names):
            self._take_over(settings)
            return SettingsChanged(_HOLDS, restarts=False)
        asyncio.get_running_loop().call_later(ANSWER_FIRST_S, self._begin_anew)
        return SettingsChanged(_RESTARTS, restarts=True)


def sections_of(in_force: InForce) -> list[SettingsSection]:
    """All that can be set, with what holds now; secrets are starred. Pure."""
    return [
        SettingsSection(section.name, _headline(section.type), list(_settings_of(section.name, section.type, in_force)))
        for section in msgspec.structs.fields(Settings)
    ]


def _headline(section: type[msgspec.Struct]) -> str:
    words = (section.__doc__ or "").split(": ", 1)[-1]
    return words[:1].upper() + words[1:]


def _settings_of(section: str, type_: type[msgspec.Struct], in_force: InForce) -> Iterator[Setting]:
    for key in msgspec.structs.fields(type_):
        where, kind = (section, key.name), inspect.type_info(key.type)
        yield Setting(
            key=f"{section}.{key.name}",
            kind=_kind(kind),
            meaning=meaning(kind),
            value=hidden(where, _value(in_force.settings, where)),
            default=hidden(where, _value(in_force.default, where)),
            is_owners=key.name in in_force.said.get(section, {}),
            may_be_unset=any(isinstance(one, inspect.NoneType) for one in _members(kind)),
            choices=list(choices(kind)),
            **_bounds(kind),
            is_of_the_box=fixed(kind),
        )


def _value(settings: Settings, where: tuple[str, str]) -> Any:
    return getattr(getattr(settings, where[0]), where[1])


def _members(kind: inspect.Type) -> list[inspect.Type]:
    match kind:
        case inspect.Metadata(type=inner):
            return _members(inner)
        case inspect.UnionType(types=types):
            return [member for one in types for member in _members(one)]
    return [kind]


def _kind(kind: inspect.Type) -> SettingKind:
    if hides := secrecy(kind):
        return "url" if hides == "in-url" else "secret"
    kinds: dict[type[inspect.Type], SettingKind] = {
        inspect.LiteralType: "choice",
        inspect.BoolType: "yes-no",
        inspect.IntType: "whole-number",
        inspect.FloatType: "number",
        inspect.ListType: "list",
    }
    return next((kinds[type(one)] for one in _members(kind) if type(one) in kinds), "text")


def _bounds(kind: inspect.Type) -> dict[str, Any]:
    for one in _members(kind):
        if isinstance(one, inspect.IntType | inspect.FloatType):
            return {"at_least": one.ge, "above": one.gt, "at_most": one.le}
    return {}
