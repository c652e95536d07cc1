"""Who may come in: the owner's password, the sessions of those who gave it, and the mark on every form."""

import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from threading import Lock

import msgspec

from setup_portal.passwords import COST, hashed, is_right
from setup_portal.store import Store

MOST_SESSIONS = 20
LIFE_S = 30 * 86_400
COOKIE = "moment"


_log = logging.getLogger("moment.portal")


class Kept(msgspec.Struct):
    """`keys.json`. `sessions`: SHA-256 of each session's secret, and when it began, Unix seconds; oldest first."""

    password: str | None = None
    sessions: dict[str, float] = msgspec.field(default_factory=dict)


class Keys:
    """`now`: Unix seconds; the box's clock may be wrong, or jump when a phone sets it. `cost`: of new passwords."""

    def __init__(self, store: Store, now: Callable[[], float] = time.time, cost: int = COST) -> None:
        self._store = store
        self._now = now
        self._cost = cost
        self._key = store.key()
        self._kept = store.read("keys", Kept)
        self._hashing = Lock()
        """One at a time: each takes 16 MiB, and the pages may have 96."""

    @property
    def has_password(self) -> bool:
        """Whether the owner has set one: until then the set-up network's own passphrase opens the door."""
        return self._kept.password is not None

    def opens(self, password: str) -> bool:
        """Whether this is the owner's password."""
        with self._hashing:
            return self._kept.password is not None and is_right(password, self._kept.password)

    def set_password(self, password: str) -> None:
        """A new password; whoever came in by the old one has to come in again.

        Raises:
            OSError: the card does not take it; the old one holds.
        """
        with self._hashing:
            kept = Kept(hashed(password, self._cost))
        with self._store.lock:
            self._store.write("keys", kept)
            self._kept = kept

    def begin(self) -> str:
        """A session's secret, for the visitor's cookie."""
        secret = secrets.token_urlsafe(32)
        self._change_sessions(lambda kept: _with_session(kept, _digest(secret), self._now()))
        return secret

    def knows(self, secret: str) -> bool:
        """Whether a cookie belongs to a session that goes on. A clock that was set back ends none."""
        begun_s = self._kept.sessions.get(_digest(secret))
        return begun_s is not None and self._now() - begun_s < LIFE_S

    def end(self, secret: str) -> None:
        """Whoever holds this cookie is outside again."""
        self._change_sessions(lambda kept: _without_session(kept, _digest(secret)))

    def mark(self, holder: str) -> str:
        """What a form must bring back: only a page of ours, shown to `holder` (a session or an address), has it."""
        return hmac.new(self._key, b"form:" + holder.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def is_marked(self, holder: str, mark: str) -> bool:
        """Whether a form came from a page of ours that was shown to this holder."""
        return hmac.compare_digest(self.mark(holder).encode(), mark.encode("utf-8", "replace"))

    def _change_sessions(self, how: Callable[[Kept], Kept]) -> None:
        """A card that takes nothing keeps nobody out, or in: the sessions last until this process ends."""
        with self._store.lock:
            self._kept = how(self._kept)
            try:
                self._store.write("keys", self._kept)
            except OSError as error:
                _log.warning("A session cannot be kept on the card: %s.", error.strerror or error)


def _with_session(kept: Kept, digest: str, now_s: float) -> Kept:
    """The oldest go first, in the order in which they began, whatever the clock did."""
    sessions = [*kept.sessions.items(), (digest, now_s)]
    return Kept(kept.password, dict(sessions[-MOST_SESSIONS:]))


def _without_session(kept: Kept, ended: str) -> Kept:
    return Kept(kept.password, {digest: begun for digest, begun in kept.sessions.items() if digest != ended})


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
