"""rclone's own questions and answers about one new storage (https://rclone.org/commands/rclone_config_create/).

rclone is asked for all basic options, in its order and filtered by what was answered before; what no owner needs is
answered here. Passwords are obscured before they are handed over: measured, `continue` keeps them as they come.
"""

from typing import Any

import msgspec

from appliance.storage.backends import is_asked, prepared
from appliance.storage.model import Question, SignIn, Step
from appliance.storage.providers import Asked, Option, Provider
from appliance.storage.questions import question, why_refused, worded
from appliance.storage.rcd import CALL_LIMIT_S, Rcd, RcdError, RcdGoneError
from appliance.storage.signing_in import Explain, SigningIn

_OPTIONS = {"nonInteractive": True, "obscure": True, "all": True}
_BASIC = "*all-set"
"""How the states begin in which rclone asks for the options of a backend (fs/backend_config.go)."""
_AUTOMATIC = {"config_fs_advanced": "false", "config_refresh_token": "true"}
_SIGN_IN = "config_is_local"
_SIGN_IN_LIMIT_S = 3600.0
"""The session ends sooner when nobody answers."""
_MOST_STEPS = 500


class Wizard:
    """The set-up of one storage, in the configuration file of `rcd`. A step of None: it is finished."""

    def __init__(self, session: str, name: str, provider: Provider, rcd: Rcd, explain: Explain) -> None:
        self._session = session
        self._name = name
        self._provider = provider
        self._rcd = rcd
        self._explain = explain
        self._given: dict[str, str] = {}
        self._asked = Asked()
        self._step: Step | None = None
        self._signing_in: SigningIn | None = None

    async def begin(self, parameters: dict[str, str]) -> Step | None:
        """The first question. `parameters`: options that are known already, passwords in clear.

        Raises:
            StorageRefusedError: for a parameter that is not accepted.
            RcdError: if rclone refuses.
        """
        self._given = prepared(self._provider, parameters)
        call = {"name": self._name, "type": self._provider.name, "parameters": self._given, "opt": _OPTIONS}
        return await self._go_on(_asked(await self._rcd.call("config/create", call)))

    async def answer(self, value: str) -> Step | None:
        """The next step; the same question with its `trouble` where the answer was not accepted.

        Raises:
            RcdGoneError: if rclone has ended.
        """
        if self._signing_in is not None:
            return await self._after_sign_in(await self._signing_in.answer(value))
        asked, option = self._step, self._asked.option
        assert isinstance(asked, Question)
        assert option is not None
        trouble = why_refused(asked, option, value)
        if trouble:
            return self._ask(option, trouble)
        return await self._accept(asked, option, value)

    async def stop(self) -> None:
        """Let go of what others may want; safe to repeat."""
        if self._signing_in is not None:
            await self._signing_in.stop()

    async def _accept(self, asked: Question, option: Option, value: str) -> Step | None:
        words, before = worded(asked, option, value), self._asked
        try:
            result = await self._obscured(words) if option.is_password and words else words
            following = await self._continue(result)
            self._given[option.name] = words
            return await self._go_on(following)
        except BaseException as error:
            self._asked = before  # rclone keeps no state of its own: the same question can be answered again
            if isinstance(error, RcdError) and not isinstance(error, RcdGoneError):
                return self._ask(option, f"It was not accepted: {self._explain(str(error))}")
            raise

    async def _go_on(self, asked: Asked) -> Step | None:
        """Answer what needs no owner, up to the next question or the end."""
        for _ in range(_MOST_STEPS):
            self._asked = asked
            option = asked.option
            if not asked.state:
                self._step = None
                return None
            if option is None:
                asked = await self._continue("")
            elif option.name == _SIGN_IN:
                return await self._sign_in()
            elif option.name in _AUTOMATIC:
                asked = await self._continue(_AUTOMATIC[option.name])
            elif asked.state.startswith(_BASIC) and not is_asked(self._provider.name, option, self._given):
                asked = await self._continue(option.default_str)
            else:
                return self._ask(option, asked.error or None)
        raise RcdError("rclone asks on and on")

    def _ask(self, option: Option, trouble: str | None) -> Question:
        self._step = question(self._session, self._provider.name, option, trouble)
        return self._step

    async def _sign_in(self) -> Step | None:
        signing_in = SigningIn(self._session, self._rcd, self._resume, self._explain)
        try:
            outcome = await signing_in.begin()
        except BaseException:
            await signing_in.stop()
            raise
        self._signing_in = signing_in
        return await self._after_sign_in(outcome)

    async def _after_sign_in(self, outcome: SignIn | Asked) -> Step | None:
        if isinstance(outcome, SignIn):
            self._step = outcome
            return outcome
        self._signing_in = None
        return await self._go_on(outcome)

    async def _resume(self) -> Asked:
        """Say that there is a browser on this box, and wait for its code."""
        return await self._continue("true", limit_s=_SIGN_IN_LIMIT_S)

    async def _continue(self, result: str, limit_s: float = CALL_LIMIT_S) -> Asked:
        options = {**_OPTIONS, "continue": True, "state": self._asked.state, "result": result}
        call = {"name": self._name, "parameters": {}, "opt": options}
        return _asked(await self._rcd.call("config/update", call, limit_s=limit_s))

    async def _obscured(self, clear: str) -> str:
        obscured: str = (await self._rcd.call("core/obscure", {"clear": clear}))["obscured"]
        return obscured


def _asked(answer: Any) -> Asked:
    try:
        return msgspec.convert(answer, Asked)
    except msgspec.ValidationError as error:
        raise RcdError(f"rclone said something unknown: {error}") from error
