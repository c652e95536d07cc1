"""HTTP, as far as the faulty proxy speaks it: heads are read, answered in the server's place, or shortened."""

from dataclasses import dataclass

from tests.stands.faults import Answer, Fault, Portal

SIGN_IN_PAGE = b"<!DOCTYPE html><html><head><title>Guest Wi-Fi</title></head><body>Please sign in.</body></html>"


@dataclass(frozen=True)
class Request:
    """The head of an HTTP request."""

    method: str
    path: str
    head: bytes
    body_bytes: int


def parsed(head: bytes) -> Request:
    """What the head of an HTTP request says; a body needs a `Content-Length`."""
    first, *fields = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    values = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    return Request(method, path, head, int(values.get("content-length", "0")))


def answered(fault: Fault, request: Request) -> bytes | None:
    """What the proxy itself answers, or None if it is the server's turn."""
    match fault:
        case Portal(redirects=True) if not request.path.startswith("/sign-in"):
            return response(302, b"", "Location: /sign-in")
        case Portal():
            return response(200, SIGN_IN_PAGE, "Content-Type: text/html")
        case Answer(status, methods, path, body):
            if (not methods or request.method in methods) and path in request.path:
                return response(status, body, "Content-Type: text/plain")
    return None


def response(status: int, body: bytes, *fields: str) -> bytes:
    """The last answer of a connection."""
    lines = [f"HTTP/1.1 {status} Told", *fields, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def last_of_its_connection(request: Request, body_bytes: int) -> bytes:
    """The head with another length; the server closes after it has answered."""
    lines = [
        line
        for line in request.head.decode("latin-1").split("\r\n")
        if not line.lower().startswith(("content-length:", "connection:", "expect:"))
    ]
    length = [f"Content-Length: {body_bytes}"] if request.body_bytes else []
    return "\r\n".join([lines[0], "Connection: close", *length, *lines[1:]]).encode("latin-1")
