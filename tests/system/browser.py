"""A browser without a window before the pages' own process, over real HTTP."""

import http.cookiejar
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from html import unescape
from http import HTTPStatus
from typing import NamedTuple

from tests.portal.visitor import forms_of

LONGEST_ABSENCE_S = 30.0
"""Of the recorder behind the pages."""


class Shown(NamedTuple):
    """An answer, wherever it led to."""

    code: int
    address: str
    html: str

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.html, re.DOTALL)
        return unescape(found[1]).strip() if found else ""


class Browser:
    """Keeps cookies. Whenever the pages themselves cannot be reached, it raises URLError."""

    def __init__(self, address: str) -> None:
        self._address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))
        self._opener.addheaders = [("Accept-Language", "en")]

    def get(self, path: str) -> Shown:
        """A page; while the recorder is away the page asks again by itself, and so does this."""
        began_s = time.monotonic()
        while (shown := self.ask(path)).code == HTTPStatus.SERVICE_UNAVAILABLE:
            assert time.monotonic() - began_s < LONGEST_ABSENCE_S, shown.html
            time.sleep(0.1)
        return shown

    def send(self, page: Shown, action: str, **values: str) -> Shown:
        """Fill the form in that is sent there, press its button, and go where that leads."""
        form = next(form for form in forms_of(page.html) if form.action == action)
        answer = self.ask(action, urllib.parse.urlencode({**form.fields, **values}).encode())
        return self.get(answer.address) if answer.address != action else answer

    def ask(self, path: str, sent: bytes | None = None) -> Shown:
        """One answer, whatever it is."""
        address = urllib.parse.urljoin(self._address, path)
        try:
            answer = self._opener.open(address, sent, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            return Shown(answer.status or 0, urllib.parse.urlsplit(answer.url).path, answer.read().decode())
