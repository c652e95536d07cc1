"""Signing in at a provider's page from a box without a browser: a real rclone, a provider of ours."""

import asyncio
import contextlib
import os
import signal
import urllib.request
from http.client import RemoteDisconnected
from urllib.error import HTTPError

import pytest

from appliance.storage.model import Ready, Remote, SignIn, StorageRefusedError
from tests.stands.oauth_provider import OAuthProvider
from tests.storage.conftest import Box, answered, as_question, as_sign_in, private_folders, rcd_of


class _Landed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Stay: the page that it leads to is not there."""


def _browse(url: str) -> str:
    try:
        with urllib.request.build_opener(_Landed).open(url, timeout=30):
            raise AssertionError("the provider sends its visitors on")
    except HTTPError as redirect:
        with redirect:
            return str(redirect.headers["Location"])


async def signed_in_address(url: str) -> str:
    """What stands in the address line of a browser elsewhere after its user agreed, or did not."""
    return await asyncio.to_thread(_browse, url)


@pytest.mark.parametrize("kind", ["dropbox", "yandex"])
async def test_the_address_that_was_pasted_brings_the_token(box: Box, provider: OAuthProvider, kind: str) -> None:
    step = as_sign_in(await box.room.begin("cloud", kind, provider.options))
    assert step.url.startswith(f"{provider.url}/authorize?")
    assert step.trouble is None
    assert box.text == ""
    landed = await signed_in_address(step.url)
    assert await box.room.answer(step.session, f"  {landed}\n") == Ready(Remote("cloud", kind))
    assert "access-1" in box.text
    assert provider.exchanges[0]["code"] == provider.codes
    assert private_folders() == []


async def test_a_browser_on_the_box_itself_needs_no_pasting(box: Box, provider: OAuthProvider) -> None:
    step = as_sign_in(await box.room.begin("cloud", "dropbox", provider.options))
    await asyncio.to_thread(visit, await signed_in_address(step.url))
    async with asyncio.timeout(60):  # rclone still fetches the token when its page is shown
        while isinstance(outcome := await box.room.answer(step.session, ""), SignIn):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    assert outcome == Ready(Remote("cloud", "dropbox"))


def visit(address: str) -> None:
    with contextlib.suppress(RemoteDisconnected), urllib.request.urlopen(address, timeout=30) as page:
        assert page.status == 200  # rclone may have what it wants, and end, before it has answered


async def test_what_is_no_such_address_is_told_and_the_link_stays_good(box: Box, provider: OAuthProvider) -> None:
    step = as_sign_in(await box.room.begin("cloud", "dropbox", provider.options))
    landed = await signed_in_address(step.url)
    for wrong in ("", "my password", landed.replace("53682", "8080"), landed.replace("state=", "state=x")):
        again = as_sign_in(await box.room.answer(step.session, wrong))
        assert again.trouble is not None
        assert again.url == step.url
    assert isinstance(await box.room.answer(step.session, landed), Ready)


async def test_a_provider_that_does_not_agree_gets_another_chance(box: Box, provider: OAuthProvider) -> None:
    provider.mood = "denies"
    first = as_sign_in(await box.room.begin("cloud", "dropbox", provider.options))
    second = as_sign_in(await box.room.answer(first.session, await signed_in_address(first.url)))
    assert second.trouble == "The provider did not agree (access_denied): open the link and agree there."
    assert second.url != first.url
    provider.mood = "gives-no-token"
    third = as_sign_in(await box.room.answer(first.session, await signed_in_address(second.url)))
    assert third.trouble is not None
    assert "invalid_grant" in third.trouble
    provider.mood = "agrees"
    stale = as_sign_in(await box.room.answer(first.session, await signed_in_address(second.url)))
    assert stale.trouble is not None
    assert "another sign-in" in stale.trouble
    assert isinstance(await box.room.answer(first.session, await signed_in_address(third.url)), Ready)
    assert box.text.count("[cloud]") == 1


async def test_a_set_up_can_be_aborted_while_the_provider_stalls(box: Box, provider: OAuthProvider) -> None:
    provider.mood = "stalls"
    step = as_sign_in(await box.room.begin("cloud", "dropbox", provider.options))
    answering = asyncio.create_task(box.room.answer(step.session, await signed_in_address(step.url)))
    async with asyncio.timeout(60):
        while not provider.exchanges:  # noqa: ASYNC110 - the provider is a thread
            await asyncio.sleep(0.02)
    await box.room.abort(step.session)
    with pytest.raises(StorageRefusedError):
        await answering
    assert private_folders() == []
    assert box.text == ""


async def test_one_sign_in_at_a_time(box: Box, provider: OAuthProvider) -> None:
    first = as_sign_in(await box.room.begin("one", "dropbox", provider.options))
    with pytest.raises(StorageRefusedError, match="Another sign-in is going on: finish or abort it first"):
        await box.room.begin("two", "dropbox", provider.options)
    await box.room.abort(first.session)
    second = as_sign_in(await box.room.begin("two", "dropbox", provider.options))
    assert isinstance(await box.room.answer(second.session, await signed_in_address(second.url)), Ready)
    assert await box.room.remotes() == [Remote("two", "dropbox")]


async def test_the_question_before_a_sign_in_that_must_wait_can_be_answered_again(
    box: Box, provider: OAuthProvider
) -> None:
    other = as_sign_in(await box.room.begin("other", "dropbox", provider.options))
    step = as_question(await box.room.begin("drive", "drive", {**provider.options, "client_id": "mine"}))
    with pytest.raises(StorageRefusedError, match="Another sign-in is going on"):
        await box.room.answer(step.session, "secret")
    await box.room.abort(other.session)
    assert "client_id=mine" in as_sign_in(await box.room.answer(step.session, "secret")).url


async def test_a_new_beginning_of_the_same_name_takes_the_place_of_the_old(box: Box, provider: OAuthProvider) -> None:
    first = as_sign_in(await box.room.begin("cloud", "dropbox", provider.options))
    second = as_sign_in(await box.room.begin("cloud", "dropbox", provider.options))
    with pytest.raises(StorageRefusedError, match="over"):
        await box.room.answer(first.session, "http://localhost:53682/?state=x&code=y")
    await box.room.abort(second.session)
    assert box.text == ""


async def test_google_drive_leads_through_a_client_of_ones_own(box: Box, provider: OAuthProvider) -> None:
    step = as_question(await box.room.begin("drive", "drive", provider.options))
    assert (step.key, step.is_required, step.kind) == ("client_id", True, "text")
    assert "console.cloud.google.com" in step.text
    assert "2026" in step.text
    step = as_question(await box.room.answer(step.session, ""))
    assert (step.key, step.trouble) == ("client_id", "An answer is needed here.")
    step = as_question(await box.room.answer(step.session, "mine.apps.googleusercontent.com"))
    assert (step.key, step.is_required, step.kind) == ("client_secret", True, "secret")
    sign_in = as_sign_in(await box.room.answer(step.session, "GOCSPX-secret"))
    assert "client_id=mine.apps.googleusercontent.com" in sign_in.url
    assert "auth%2Fdrive.file" in sign_in.url
    step = as_question(await box.room.answer(sign_in.session, await signed_in_address(sign_in.url)))
    assert (step.key, step.kind) == ("config_change_team_drive", "yes-no")
    assert isinstance((await answered(box, step, {}))[0], Ready)
    assert "scope = drive.file" in box.text


async def test_an_rclone_that_dies_meanwhile_is_told_and_leaves_nothing(box: Box, provider: OAuthProvider) -> None:
    step = as_sign_in(await box.room.begin("cloud", "dropbox", provider.options))
    landed = await signed_in_address(step.url)
    os.kill(rcd_of(private_folders()[0]), signal.SIGKILL)
    with pytest.raises(StorageRefusedError, match="begin again"):
        await box.room.answer(step.session, landed)
    assert private_folders() == []
    assert box.text == ""
