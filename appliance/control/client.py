"""The asking end of the control socket: for the `moment` command and the portal. Standard library and msgspec only."""

import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, get_args, overload

import msgspec

from appliance.control.errors import GoneError, NoSupervisorError, RefusedError
from appliance.control.messages import (
    AnyAnswer,
    AnyRequest,
    BackendsAnswer,
    Cameras,
    CamerasAnswer,
    CancelUpload,
    ChangeSettings,
    Delete,
    Deleted,
    DeletedAnswer,
    Departed,
    DepartedAnswer,
    Describe,
    Diagnostics,
    DiagnosticsAnswer,
    Done,
    Event,
    FactoryReset,
    Hold,
    HoldAnswer,
    Hotspot,
    Keep,
    Memories,
    MemoriesAnswer,
    Network,
    NetworkAnswer,
    Picture,
    PictureAnswer,
    Press,
    Refused,
    RemotesAnswer,
    Ring,
    RingAnswer,
    Save,
    SaveAnswer,
    ServiceRequest,
    SetClock,
    SetCountry,
    Settings,
    SettingsAnswer,
    SettingsChanged,
    SettingsRefused,
    Share,
    ShareAnswer,
    Status,
    StatusAnswer,
    Step,
    StorageAbort,
    StorageBackends,
    StorageBegin,
    StorageRemotes,
    StorageRemove,
    StorageReply,
    StorageTest,
    StorageTested,
    Subscribe,
    Undelete,
    Upload,
    UploadAnswer,
    WifiAttempt,
    WifiDrop,
    WifiForget,
    WifiJoin,
    WifiKeep,
    WifiKnown,
    WifiKnownAnswer,
    WifiPrefer,
    WifiScan,
    WifiScanAnswer,
)

SYSTEM_SOCKET = "/run/moment-recorder/control.sock"
LOCAL_SOCKET = "var/control.sock"

_EVENTS = get_args(Event)
_RECEIVED_BYTES = 64 * 1024
_decoder: msgspec.json.Decoder[AnyAnswer] = msgspec.json.Decoder(AnyAnswer)


def find_socket(given: str | None, environment: Mapping[str, str], system_socket: str = SYSTEM_SOCKET) -> str:
    """The socket to ask at: the one that was given, `MOMENT_SOCKET`, the installed recorder's, or the local one."""
    named = given or environment.get("MOMENT_SOCKET")
    if named:
        return named
    return system_socket if Path(system_socket).exists() else LOCAL_SOCKET


class Client:
    """A connection to the supervisor, made at once; one conversation at a time.

    `timeout_s` bounds the wait for each line; None waits as long as it takes.

    Raises:
        NoSupervisorError: nobody answers at `socket_path`.
        RefusedError: this user may not knock there.
    """

    def __init__(self, socket_path: str, timeout_s: float | None = 30.0) -> None:
        self._timeout_s = timeout_s
        self._received = b""
        self._socket = _connected(socket_path, timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    @overload
    def ask(self, request: Status) -> StatusAnswer: ...
    @overload
    def ask(self, request: Save | Keep) -> SaveAnswer: ...
    @overload
    def ask(self, request: Press) -> SaveAnswer | Done: ...
    @overload
    def ask(self, request: Hold) -> HoldAnswer | SaveAnswer: ...
    @overload
    def ask(self, request: Memories) -> MemoriesAnswer: ...
    @overload
    def ask(
        self, request: Delete | StorageAbort | StorageRemove | WifiKeep | WifiDrop | SetCountry | Hotspot
    ) -> Done: ...
    @overload
    def ask(self, request: Describe | Undelete) -> Done: ...
    @overload
    def ask(self, request: SetClock | FactoryReset) -> Done: ...
    @overload
    def ask(self, request: Deleted) -> DeletedAnswer: ...
    @overload
    def ask(self, request: Ring) -> RingAnswer: ...
    @overload
    def ask(self, request: Settings) -> SettingsAnswer: ...
    @overload
    def ask(self, request: ChangeSettings) -> SettingsChanged | SettingsRefused: ...
    @overload
    def ask(self, request: Cameras) -> CamerasAnswer: ...
    @overload
    def ask(self, request: Picture) -> PictureAnswer: ...
    @overload
    def ask(self, request: Share) -> ShareAnswer: ...
    @overload
    def ask(self, request: Diagnostics) -> DiagnosticsAnswer: ...
    @overload
    def ask(self, request: Upload | CancelUpload) -> UploadAnswer: ...
    @overload
    def ask(self, request: Departed) -> DepartedAnswer: ...
    @overload
    def ask(self, request: StorageBackends) -> BackendsAnswer: ...
    @overload
    def ask(self, request: StorageRemotes) -> RemotesAnswer: ...
    @overload
    def ask(self, request: StorageTest) -> StorageTested: ...
    @overload
    def ask(self, request: StorageBegin | StorageReply) -> Step: ...
    @overload
    def ask(self, request: Network) -> NetworkAnswer: ...
    @overload
    def ask(self, request: WifiScan) -> WifiScanAnswer: ...
    @overload
    def ask(self, request: WifiKnown | WifiForget | WifiPrefer) -> WifiKnownAnswer: ...
    @overload
    def ask(self, request: WifiJoin) -> WifiAttempt: ...
    def ask(self, request: ServiceRequest) -> AnyAnswer:
        """The answer; events on the way to it are passed over.

        Raises:
            RefusedError: the supervisor says no, with a sentence.
            GoneError: it hung up, took too long or answers in another tongue.
        """
        *_, answer = self.ask_with_events(request)
        return answer

    def ask_with_events(self, request: ServiceRequest) -> Iterator[AnyAnswer]:
        """Events as they come, then the answer as the last. Raises as `ask` does."""
        self._send(request)
        while True:
            heard = self._hear(self._timeout_s)
            if heard is None:
                raise GoneError(f"The recorder has not answered for {self._timeout_s:g} s.")
            if isinstance(heard, Refused):
                raise RefusedError(heard.sentence)
            yield heard
            if not isinstance(heard, _EVENTS):
                return

    def subscribe(self) -> None:
        """Have every event from now on told to this connection; hear them by `next_event`."""
        self._send(Subscribe())

    def next_event(self, within_s: float | None) -> Event | None:
        """The next event, or None when nothing happens `within_s`.

        Raises:
            GoneError: the supervisor hung up.
        """
        heard = self._hear(within_s)
        if heard is None or isinstance(heard, _EVENTS):
            return heard
        if isinstance(heard, Refused):
            raise RefusedError(heard.sentence)
        raise GoneError("The recorder answers where it should tell events.")

    def events(self) -> Iterator[Event]:
        """Every event from now on, until the supervisor hangs up (GoneError)."""
        self.subscribe()
        while True:
            event = self.next_event(None)
            if event is not None:
                yield event

    def _send(self, request: AnyRequest) -> None:
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(msgspec.json.encode(request) + b"\n")
        except BrokenPipeError:
            pass  # it hung up, but may have said why: that is read next
        except OSError as trouble:
            raise GoneError(f"The recorder does not listen any more: {trouble.strerror or trouble}.") from None

    def _hear(self, within_s: float | None) -> AnyAnswer | None:
        line = self._receive_line(within_s)
        if line is None:
            return None
        try:
            return _decoder.decode(line)
        except (ValueError, RecursionError):
            raise GoneError("The recorder answers in a way this command does not know; are both one version?") from None

    def _receive_line(self, within_s: float | None) -> bytes | None:
        deadline_s = None if within_s is None else time.monotonic() + within_s
        while b"\n" not in self._received:
            remaining_s = None if deadline_s is None else max(deadline_s - time.monotonic(), 0.001)
            self._socket.settimeout(remaining_s)
            try:
                chunk = self._socket.recv(_RECEIVED_BYTES)
            except TimeoutError:
                return None
            except OSError:
                chunk = b""
            if not chunk:
                raise GoneError("The recorder hung up; it has ended or is starting anew.")
            self._received += chunk
        line, _, self._received = self._received.partition(b"\n")
        return line


def _connected(socket_path: str, timeout_s: float | None) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(timeout_s)
    try:
        connection.connect(socket_path)
    except PermissionError:
        connection.close()
        raise RefusedError(f"You may not use {socket_path}; try as the user that the recorder runs as.") from None
    except (OSError, ValueError):
        connection.close()
        raise NoSupervisorError(
            f'No recorder is running (nobody answers at {socket_path}); start one with "moment run" or "moment demo".'
        ) from None
    return connection
