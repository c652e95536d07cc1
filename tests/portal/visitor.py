"""A browser without a window: it keeps cookies, fills forms in and sends them, from any address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from setup_portal.gate import LOCAL, Gate
from werkzeug.test import Client, TestResponse

SETUP = "192.0.2.1"
HOME = "192.168.7.20"


@dataclass
class Form:
    """One form of a page, as it would be sent."""

    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
            self._inside = True
        elif self._inside and tag in {"input", "button", "select", "option", "textarea"}:
            self._take(tag, given)

    def _take(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option":
            form.choices.setdefault(self._select, []).append(given.get("value", ""))
            if "selected" in given:
                form.fields[self._select] = given.get("value", "")
        elif tag == "button":
            form.buttons.append(f"{name}={given.get('value', '')}" if name else "")
        elif given.get("type") in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields[name] = given.get("value", "on")
        elif name:
            form.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


def forms_of(html: str) -> list[Form]:
    """Every form of a page."""
    reader = _Forms()
    reader.feed(html)
    return reader.forms


@dataclass
class Page:
    """An answer. `words`: what is read on it, without marks and with single blanks."""

    response: TestResponse

    @property
    def code(self) -> int:
        return self.response.status_code

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def words(self) -> str:
        visible = re.sub(r"<(script|style|title)\b.*?</\1>", " ", self.html, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", visible)).split())

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.html, re.DOTALL)
        return "" if found is None else unescape(found[1]).strip()

    @property
    def place(self) -> str:
        return self.response.headers.get("Location", "")

    def form(self, action: str = "") -> Form:
        """The form that is sent there; without an address, the first after the head's."""
        found = [form for form in forms_of(self.html) if (action in form.action if action else form.action != "/leave")]
        assert found, f"no form for {action!r} on {self.title!r}"
        return found[0]


class Visitor:
    """`at`: our address that they knock at. `host`: what they call us."""

    def __init__(self, gate: Gate, at: str = SETUP, peer: str = "192.0.2.77", host: str | None = None) -> None:
        self.client = Client(gate)
        self.at, self.peer = at, peer
        self.host = at if host is None else host
        self.headers = {"Accept-Language": "en"}

    def ask(self, method: str, path: str, data: Mapping[str, str] | None = None, /, **headers: str) -> Page:
        """One request; redirections are not followed."""
        around = {LOCAL: self.at, "REMOTE_ADDR": self.peer, "HTTP_HOST": self.host}
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return Page(
            self.client.open(path, method=method, data=data, headers=sent, environ_overrides=around, buffered=True)
        )

    def get(self, path: str, **headers: str) -> Page:
        """A page, wherever it leads to."""
        page = self.ask("GET", path, **headers)
        for _ in range(5):
            if page.code not in {302, 303}:
                break
            page = self.ask("GET", page.place)
        return page

    def send(self, page: Page, action: str = "", **values: str) -> Page:
        """Fill a form of the page in, press its button, and go where that leads."""
        form = page.form(action)
        answer = self.ask("POST", form.action, {**form.fields, **values})
        return self.get(answer.place) if answer.code in {302, 303} else answer
