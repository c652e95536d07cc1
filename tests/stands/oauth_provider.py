"""A provider that people sign in at (OAuth 2, RFC 6749): one page to agree on, one place to change codes for tokens."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

Mood = Literal["agrees", "denies", "gives-no-token", "stalls"]


@dataclass
class OAuthProvider:
    """What it does is set by `mood`; what it gave and saw is noted."""

    url: str = ""
    mood: Mood = "agrees"
    codes: list[str] = field(default_factory=list)
    exchanges: list[dict[str, list[str]]] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def options(self) -> dict[str, str]:
        """The options by which rclone finds it."""
        return {"auth_url": f"{self.url}/authorize", "token_url": f"{self.url}/token"}

    def landing(self, query: str) -> str:
        """Where the browser of somebody who signs in here is sent."""
        asked = parse_qs(query)
        said = {"state": asked["state"][0]}
        if self.mood == "denies":
            said |= {"error": "access_denied", "error_description": "The user said no"}
        else:
            self.codes.append(f"code/{len(self.codes)}+=&")
            said["code"] = self.codes[-1]
        return f"{asked['redirect_uri'][0]}?{urlencode(said)}"

    def exchange(self, form: str) -> tuple[int, dict[str, object]]:
        """The answer to a code or a refresh token."""
        self.exchanges.append(parse_qs(form))
        if self.mood == "stalls":
            self.is_over.wait(120)
        if self.mood == "gives-no-token":
            return 400, {"error": "invalid_grant", "error_description": "the code is too old"}
        token = {"access_token": f"access-{len(self.exchanges)}", "refresh_token": "refresh", "token_type": "bearer"}
        return 200, {**token, "expires_in": 3600}


def _page(provider: OAuthProvider) -> type[BaseHTTPRequestHandler]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", provider.landing(urlsplit(self.path).query))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, document = provider.exchange(form)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
            """Be silent."""

    return Page


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A visitor that goes away in the middle is nobody's fault."""


@contextmanager
def oauth_provider() -> Iterator[OAuthProvider]:
    """A provider on loopback, for as long as the context lasts."""
    provider = OAuthProvider()
    with _Server(("127.0.0.1", 0), _page(provider)) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            provider.is_over.set()
            server.shutdown()
            thread.join()
