"""Signing in at the provider's page (OAuth), from a box without a browser.

rclone waits on a port of this box for the code that the provider hands to the browser. The owner's browser is
elsewhere and lands on a dead `localhost` page instead; its address holds the code, and we bring it to rclone.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from appliance.storage.landing import AGAIN, HOST, PORT, NoLandingError, read_landing, state_of
from appliance.storage.model import SignIn, StorageRefusedError
from appliance.storage.plain_http import Answer, NoAnswerError, ask
from appliance.storage.providers import Asked
from appliance.storage.rcd import Rcd, RcdError, RcdGoneError

_LINK_LIMIT_S = 60.0
_LOOK_EVERY_S = 0.1
_LOCAL_LIMIT_S = 30.0
_CODE_LIMIT_S = 90.0
_BUSY = "address already in use"
_TEXT = (
    "Open this link in the browser of your phone or computer, sign in, and agree. "
    f"Then you land on a page that cannot be shown. That is right. {AGAIN}"
)

Explain = Callable[[str], str]
Resume = Callable[[], Coroutine[Any, Any, Asked]]
"""Lets rclone go on with its configuration; returns once it has the code, and so takes as long as the owner does."""


class SigningIn:
    """One sign-in, tried until it succeeds."""

    def __init__(self, session: str, rcd: Rcd, resume: Resume, explain: Explain) -> None:
        self._session = session
        self._rcd = rcd
        self._resume = resume
        self._explain = explain
        self._outcome: asyncio.Task[Asked] | None = None
        self._url = ""

    async def begin(self, trouble: str | None = None) -> SignIn | Asked:
        """Let rclone wait for a code. It may find that it needs none.

        Raises:
            RcdError: if rclone does not come so far.
            StorageRefusedError: if another sign-in holds the port.
        """
        await self.stop()
        outcome = self._outcome = asyncio.create_task(self._resume())
        try:
            link = await self._link(outcome)
            if link is None:
                return await _settled(outcome)
            self._url = await _provider_page(link)
        except (NoAnswerError, TimeoutError) as error:
            raise RcdError("rclone did not come to wait for a sign-in") from error
        except RcdError as error:
            if _BUSY in str(error):
                raise StorageRefusedError("Another sign-in is going on: finish or abort it first.") from error
            raise
        return self._step(trouble)

    async def answer(self, pasted: str) -> SignIn | Asked:
        """Bring rclone what the owner pasted; another link where that came to nothing.

        Raises:
            RcdError: if rclone is gone, or does not even begin anew.
        """
        assert self._outcome is not None
        if not self._outcome.done():  # a browser on this very box may have brought the code itself
            try:
                landing = read_landing(pasted, state_of(self._url))
            except NoLandingError as error:
                return self._step(str(error))
            if landing.denial:
                return await self.begin(
                    f"The provider did not agree ({landing.denial}): open the link and agree there."
                )
            with contextlib.suppress(NoAnswerError):  # rclone may close its door on the answer: the outcome tells
                await _get(f"/?{landing.query}")
        return await self._result(self._outcome)

    async def _result(self, outcome: asyncio.Task[Asked]) -> SignIn | Asked:
        try:
            return await _settled(outcome)
        except RcdGoneError:
            raise
        except RcdError as error:
            return await self.begin(f"The sign-in did not succeed: {self._explain(str(error))}")
        except TimeoutError:
            return await self.begin("The provider did not answer in time: open the link and try again.")

    async def stop(self) -> None:
        """Let go of the port; safe to repeat."""
        outcome, self._outcome = self._outcome, None
        if outcome is None:
            return
        if not outcome.done():
            try:
                await self._rcd.call("config/oauthstop", limit_s=_LOCAL_LIMIT_S)
                await asyncio.wait([outcome], timeout=_LOCAL_LIMIT_S)
            except RcdError:
                pass  # it is gone, and its port with it
        outcome.cancel()
        await asyncio.gather(outcome, return_exceptions=True)

    async def _link(self, outcome: asyncio.Task[Asked]) -> str | None:
        """Rclone's own link; None if it is done without one. Nothing tells when it is there, but it comes at once."""
        async with asyncio.timeout(_LINK_LIMIT_S):
            while not outcome.done():
                link: str | None = (await self._rcd.call("config/oauthstatus")).get("authUrl")
                if link:
                    return link
                await asyncio.wait([outcome], timeout=_LOOK_EVERY_S)
        return None

    def _step(self, trouble: str | None) -> SignIn:
        return SignIn(self._session, self._url, _TEXT, trouble)


async def _settled(outcome: asyncio.Task[Asked]) -> Asked:
    """What became of it, even if somebody aborts it meanwhile."""
    done, _ = await asyncio.wait([outcome], timeout=_CODE_LIMIT_S)
    if not done:
        raise TimeoutError
    if outcome.cancelled():
        raise RcdGoneError("the set-up was aborted")
    return outcome.result()


async def _provider_page(link: str) -> str:
    """Where rclone's own link, which works on this box only, leads."""
    parts = urlsplit(link)
    answer = await _get(f"{parts.path}?{parts.query}")
    if answer.status != HTTPStatus.TEMPORARY_REDIRECT or not answer.location:
        raise RcdError("rclone told no page to sign in at")
    return answer.location


async def _get(target: str) -> Answer:
    try:
        async with asyncio.timeout(_LOCAL_LIMIT_S):
            return await ask(*await asyncio.open_connection(HOST, PORT), "GET", target)
    except OSError as error:
        raise NoAnswerError("rclone does not wait for the sign-in any more") from error
