"""Looking back in a real browser: the ring's own segments play, or the film made of them does."""

from playwright.sync_api import Browser, Page, expect
from setup_portal.lookback.footage import runs
from setup_portal.lookback.playlist import KIND, playlist

from appliance.control.messages import Keep
from tests.portal.browser.conftest import Box, opened

GONE = "the footage has been overwritten meanwhile"
SHOWN = "() => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames"


def play(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate("() => { const v = document.querySelector('video'); v.muted = true; v.play().catch(() => {}); }")
    page.wait_for_function(
        "() => { const v = document.querySelector('video');"
        " return v.currentTime > 1 && v.getVideoPlaybackQuality().totalVideoFrames > 20; }"
    )


def test_the_list_plays_and_goes_on_behind_the_gap(browser: Browser, box: Box) -> None:
    page = opened(browser)
    play(page, f"{box.address}/look-back")
    assert ".m3u8" in page.evaluate("document.querySelector('video').currentSrc")
    page.evaluate("() => { document.querySelector('video').currentTime = 9; }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 10.5")
    before = page.evaluate(SHOWN)
    page.wait_for_function(f"() => ({SHOWN})() > {before} + 10")
    page.context.close()


def test_a_click_on_the_timeline_and_keeping_from_here_to_here(browser: Browser, box: Box) -> None:
    page = opened(browser, "desktop")
    play(page, f"{box.address}/look-back")
    page.evaluate("() => { const v = document.querySelector('video'); v.pause(); v.currentTime = 2; }")
    expect(page.locator("[data-clock-of-film]")).to_have_text("12:06:42")
    page.get_by_role("button", name="From here").click()
    page.evaluate("() => { document.querySelector('video').currentTime = 12; }")
    expect(page.locator("[data-clock-of-film]")).to_have_text("12:07:12")
    page.get_by_role("button", name="To here").click()
    page.get_by_label("What it is").fill("Fox")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status")).to_contain_text("Kept: ")
    (kept,) = [asked for asked in box.service.asked if isinstance(asked, Keep)]
    assert (kept.end_s - kept.start_s, kept.title) == (30, "Fox")
    page.context.close()


def test_a_browser_that_plays_no_list_is_given_a_film(browser: Browser, box: Box) -> None:
    page = opened(browser)
    page.route("**/*.m3u8*", lambda route: route.abort())
    play(page, f"{box.address}/look-back")
    assert "film.mp4" in page.evaluate("document.querySelector('video').currentSrc")
    page.context.close()


def test_a_browser_that_stops_between_two_sources_is_given_the_last_by_hand(browser: Browser, box: Box) -> None:
    """It was seen in Chromium, which told nobody; here its words are kept from the page."""
    page = opened(browser)
    page.add_init_script("window.addEventListener('error', (event) => event.stopImmediatePropagation(), true);")
    page.route("**/*.m3u8*", lambda route: route.abort())
    page.route("**/film.mp4*", lambda route: route.abort(), times=1)
    play(page, f"{box.address}/look-back")
    assert "film.mp4" in page.evaluate("document.querySelector('video').currentSrc")
    page.context.close()


def test_pieces_play_as_segments_do(browser: Browser, box: Box) -> None:
    """As HEVC is handed out; Chromium knows H.264 for sure."""
    found = tuple(runs(box.service.ring.segments))
    written = playlist(
        found,
        lambda s: f"/look-back/piece/{s.epoch}-{s.number}.m4s",
        lambda s: f"/look-back/head/{s.epoch}-{s.number}.mp4",
    )
    page = opened(browser)
    page.route("**/*.m3u8*", lambda route: route.fulfill(body=written, content_type=KIND))
    play(page, f"{box.address}/look-back")
    assert ".m3u8" in page.evaluate("document.querySelector('video').currentSrc")
    page.evaluate("() => { document.querySelector('video').currentTime = 9; }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 10.5")
    page.context.close()


def test_footage_that_has_gone_meanwhile_is_told(browser: Browser, box: Box) -> None:
    for segment in box.ring.rglob("*.ts"):
        segment.unlink()
    page = opened(browser)
    page.goto(f"{box.address}/look-back")
    page.evaluate("() => { document.querySelector('video').play().catch(() => {}); }")
    expect(page.get_by_role("alert")).to_contain_text(GONE)
    page.context.close()


def test_footage_that_goes_while_it_plays_is_told(browser: Browser, box: Box) -> None:
    page = opened(browser)
    page.goto(f"{box.address}/look-back")
    for number in range(3, 10):
        (box.ring / f"00000001/{number:06d}.ts").unlink()
    page.evaluate("() => { const v = document.querySelector('video'); v.muted = true; v.play().catch(() => {}); }")
    expect(page.get_by_role("alert")).to_contain_text(GONE)
    page.context.close()
