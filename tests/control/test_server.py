"""The server against real sockets: what clients may do wrong, and who is disturbed by it (nobody)."""

import asyncio
import contextlib
import json
import os
import socket
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.control.connection import LONGEST_LINE_BYTES, UNREAD_LIMIT_BYTES
from appliance.control.errors import SocketTroubleError
from appliance.control.messages import (
    Answer,
    AnyAnswer,
    AnyRequest,
    Event,
    MemoryChanged,
    RecordingChanged,
    Remote,
    Save,
    SaveAnswer,
    ServiceRequest,
    StatusAnswer,
)
from appliance.control.server import MOST_CONNECTIONS, Server, Tell
from appliance.control.standin import StandInService

OUR_UID = frozenset({os.getuid()})


class Service(StandInService):
    """Can be kept waiting, and can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.may_finish = asyncio.Event()
        self.may_finish.set()
        self.finished = 0
        self.fault: Exception | None = None
        self.fault_of: Callable[[ServiceRequest], Exception] | None = None

    async def ask(self, request: ServiceRequest, tell: Tell) -> Answer:
        if self.fault_of is not None:
            raise self.fault_of(request)
        return await super().ask(request, tell)

    async def status(self) -> StatusAnswer:
        if self.fault is not None:
            raise self.fault
        return await super().status()

    async def save(self, request: Save, tell: Callable[[Event], None]) -> SaveAnswer:
        await self.may_finish.wait()
        answer = await super().save(request, tell)
        self.finished += 1
        return answer


class Peer:
    """A client that says whatever it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def hear(self) -> dict[str, Any]:
        message = json.loads(await asyncio.wait_for(self.reader.readline(), 60))
        assert isinstance(message, dict)
        return message

    async def say(self, line: bytes | str) -> dict[str, Any]:
        self.writer.write((line.encode() if isinstance(line, str) else line) + b"\n")
        return await self.hear()

    async def hears_the_end(self) -> bool:
        with contextlib.suppress(ConnectionError):
            return not await asyncio.wait_for(self.reader.read(), 60)
        return True

    def vanish(self) -> None:
        self.writer.transport.abort()


class House:
    """A running server and the peers that visited it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.service = Service()
        self.server = Server(path, self.service, OUR_UID, patience_s=0.2)
        self._peers: list[Peer] = []

    async def peer(self) -> Peer:
        peer = Peer(*await asyncio.open_unix_connection(self.path, limit=1 << 24))
        self._peers.append(peer)
        return peer

    async def subscriber(self) -> Peer:
        peer = await self.peer()
        peer.writer.write(b'{"do":"subscribe"}\n')
        await peer.say('{"do":"status"}')  # answered: so the subscription before it holds
        return peer

    async def close(self) -> None:
        for peer in self._peers:
            peer.vanish()
        await self.server.stop()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path / "run" / "control.sock")
    await house.server.start()
    yield house
    await house.close()


async def test_the_socket_is_made_with_its_folder_and_for_owner_and_group(house: House) -> None:
    mode = house.path.stat().st_mode

    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o660


async def test_the_socket_is_gone_after_a_stop(house: House) -> None:
    await house.server.stop()

    assert not house.path.exists()


async def test_stopping_before_starting_is_fine(tmp_path: Path) -> None:
    await Server(tmp_path / "s", Service(), OUR_UID).stop()


async def test_a_dead_supervisors_socket_is_taken_over(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "s"))
    house = House(tmp_path / "s")

    await house.server.start()

    assert (await (await house.peer()).say('{"do":"status"}'))["is"] == "status"
    await house.close()


async def test_a_second_supervisor_is_refused_and_the_first_goes_on(house: House) -> None:
    second = Server(house.path, Service(), OUR_UID)

    with pytest.raises(SocketTroubleError, match=r"^Another recorder answers at .*control\.sock already; stop it "):
        await second.start()
    await second.stop()

    assert (await (await house.peer()).say('{"do":"status"}'))["is"] == "status"


async def test_a_file_in_the_way_is_kept_and_told(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("precious")

    with pytest.raises(SocketTroubleError, match="is not a socket; move it away"):
        await Server(tmp_path / "s", Service(), OUR_UID).start()

    assert (tmp_path / "s").read_text() == "precious"


async def test_a_path_that_is_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(SocketTroubleError, match="longer than 107 bytes"):
        await Server(tmp_path / ("x" * 108), Service(), OUR_UID).start()


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SocketTroubleError, match="cannot be made: Not a directory"):
        await Server(tmp_path / "file" / "run" / "s", Service(), OUR_UID).start()


async def test_stopping_leaves_anothers_socket_alone(house: House) -> None:
    house.path.unlink()
    other = House(house.path)
    await other.server.start()

    await house.server.stop()

    assert (await (await other.peer()).say('{"do":"status"}'))["is"] == "status"
    await other.close()


async def test_a_stranger_is_refused_with_a_sentence(tmp_path: Path) -> None:
    server = Server(tmp_path / "s", Service(), frozenset({os.getuid() + 1}))
    await server.start()
    peer = Peer(*await asyncio.open_unix_connection(tmp_path / "s"))

    refused = await peer.hear()

    assert refused["is"] == "refused"
    assert f"User {os.getuid()} may not talk to the recorder" in refused["sentence"]
    assert await peer.hears_the_end()
    peer.vanish()
    await server.stop()


async def test_the_status_keeps_the_contract(house: House) -> None:
    status = await (await house.peer()).say('{"do":"status"}')

    assert status["recording"]["state"] == "recording"
    assert status["recording"]["last_segment_age_s"] == 1.5
    assert set(status["ring"]) >= {"segments", "bytes", "capacity_bytes", "seconds"}
    assert status["memories"]["count"] == 0


async def test_one_connection_may_ask_many_things(house: House) -> None:
    peer = await house.peer()

    answers = [
        (await peer.say(line))["is"]
        for line in (
            '{"do":"save","minutes":1}',
            '{"do":"press","hold_s":3}',
            '{"do":"press","hold_s":1,"button":"upload"}',
            '{"do":"memories"}',
            '{"do":"delete","name":"2026-10-01T12-00-01-MEMORY.mp4"}',
            '{"do":"delete","name":"2026-10-01T12-00-01-MEMORY.mp4"}',
        )
    ]

    assert answers == ["save", "save", "done", "memories", "done", "refused"]


async def test_requests_that_are_sent_together_are_answered_in_order(house: House) -> None:
    peer = await house.peer()
    peer.writer.write(b'{"do":"memories"}\n{"do":"status"}\n{"do":"memories"}\n')

    assert [(await peer.hear())["is"] for _ in range(3)] == ["memories", "status", "memories"]


async def test_a_waiting_save_tells_its_progress_to_its_client_only(house: House) -> None:
    peer, other = await house.peer(), await house.subscriber()

    heard = [await peer.say('{"do":"save","wait":true}')]
    while heard[-1]["is"] != "save":
        heard.append(await peer.hear())

    assert [message["progress"] for message in heard[:-1]] == [0.0, 0.5, 1.0]
    assert heard[-1]["path"].endswith("-MEMORY.mp4")
    assert (await other.say('{"do":"status"}'))["is"] == "status"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "not a JSON object"),
        ("nonsense", "not a JSON object"),
        (b"\xff\x00\xfe", "not a JSON object"),
        (b'{"do":"delete","name":"\xff"}', "not a JSON object"),
        ('{"a":' + "[" * 60_000, "not a JSON object"),
        ('{"do":"status"} {"do":"status"}', "not a JSON object"),
        ("null", "Expected `object`, got `null`"),
        ("{}", 'A request says in "do" what it wants; there are: status, ring, save, press, hold, keep, '),
        ('{"do":"dance"}', 'A request says in "do" what it wants'),
        ('{"do":3}', 'A request says in "do" what it wants'),
        ('{"do":"save","minutes":"3"}', "`$.minutes`"),
        ('{"do":"save","minutes":0}', "`$.minutes`"),
        ('{"do":"save","minutes":1e999}', "`$.minutes`"),
        ('{"do":"save","seconds":3}', "unknown field `seconds`"),
        ('{"do":"press"}', "`hold_s`"),
        ('{"do":"press","hold_s":1e6}', "`$.hold_s`"),
        ('{"do":"press","hold_s":1,"button":"eject"}', "'eject'"),
        ('{"do":"delete","name":"../../etc/passwd"}', "`$.name`"),
        ('{"do":"delete","name":""}', "`$.name`"),
        ("x" * (LONGEST_LINE_BYTES + 1), "A request may be 64 KiB long, not more."),
        ("x" * 400_000, "A request may be 64 KiB long, not more."),
    ],
)
async def test_what_is_no_request_is_refused_and_the_conversation_goes_on(
    house: House, line: str | bytes, said: str
) -> None:
    peer = await house.peer()

    refused = await peer.say(line)

    assert refused["is"] == "refused"
    assert said in refused["sentence"]
    assert (await peer.say('{"do":"status"}'))["is"] == "status"
    assert house.service.asked == []


async def test_half_a_line_is_refused_and_then_closed(house: House) -> None:
    peer = await house.peer()
    peer.writer.write(b'{"do":"sta')
    peer.writer.write_eof()

    assert (await peer.hear())["sentence"] == "The request broke off in the middle of its line."
    assert await peer.hears_the_end()


async def test_a_client_that_says_its_last_still_gets_the_answer(house: House) -> None:
    peer = await house.peer()
    peer.writer.write(b'{"do":"status"}\n')
    peer.writer.write_eof()

    assert (await peer.hear())["is"] == "status"
    assert await peer.hears_the_end()


async def test_a_fault_of_the_service_is_told_logged_and_disturbs_nobody(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    peer = await house.peer()
    house.service.fault = ZeroDivisionError("oops")

    refused = await peer.say('{"do":"status"}')
    house.service.fault = None

    assert refused["sentence"] == "The recorder failed at this (ZeroDivisionError); its log tells more."
    assert "oops" in caplog.text
    assert (await peer.say('{"do":"status"}'))["is"] == "status"


async def test_a_request_that_takes_minutes_holds_up_nobody_else(house: House) -> None:
    house.service.storage.remotes = [Remote("garage", "webdav")]
    house.service.storage.may_test.clear()
    patient, other = await house.peer(), await house.peer()
    patient.writer.write(b'{"do":"storage-test","remote":"garage"}\n')

    for asked, answered in (("status", "status"), ("storage-remotes", "storage-remotes"), ("save", "save")):
        assert (await other.say(json.dumps({"do": asked})))["is"] == answered
    house.service.storage.may_test.set()

    assert (await patient.hear())["is"] == "storage-test"


async def test_what_may_be_secret_is_not_logged_even_by_a_fault(house: House, caplog: pytest.LogCaptureFixture) -> None:
    peer = await house.peer()
    for asked in (
        {"do": "storage-begin", "name": "garage", "kind": "webdav", "parameters": {"pass": "hunter2"}},
        {"do": "storage-reply", "session": "s1", "value": "hunter2"},
    ):
        house.service.fault_of = lambda request: RuntimeError(f"cannot {request}")
        refused = await peer.say(json.dumps(asked))
        assert "(RuntimeError)" in refused["sentence"]
        assert "hunter2" not in refused["sentence"]

    assert "cannot Storage" in caplog.text
    assert "hunter2" not in caplog.text


async def test_a_secret_in_a_request_that_is_not_understood_is_not_said_back(house: House) -> None:
    refused = await (await house.peer()).say(
        json.dumps({"do": "storage-begin", "name": "-", "kind": "webdav", "parameters": {"pass": "hunter2"}})
    )

    assert "`$.name`" in refused["sentence"]
    assert "hunter2" not in refused["sentence"]


async def test_a_client_that_vanishes_cancels_no_save(house: House) -> None:
    peer, other = await house.peer(), await house.peer()
    house.service.may_finish.clear()
    peer.writer.write(b'{"do":"save","wait":true}\n')
    assert (await other.say('{"do":"status"}'))["is"] == "status"

    peer.vanish()
    assert (await other.say('{"do":"status"}'))["is"] == "status"
    house.service.may_finish.set()

    assert len((await other.say('{"do":"memories"}'))["memories"]) == 1
    assert house.service.finished == 1


async def test_a_client_that_never_reads_is_hung_up_on(house: House) -> None:
    peer, other = await house.peer(), await house.peer()
    assert isinstance(peer.reader, asyncio.StreamReader)
    peer.writer.transport.pause_reading()  # type: ignore[attr-defined] # a unix transport reads, too
    peer.writer.write(b'{"do":"status"}\n' * 4000)

    assert (await other.say('{"do":"status"}'))["is"] == "status"
    async with asyncio.timeout(60):
        while len(house.server._connections) > 1:  # noqa: ASYNC110 - the server has no reason to tell a test
            await asyncio.sleep(0.02)

    assert (await other.say('{"do":"status"}'))["is"] == "status"


async def test_events_reach_every_subscriber_and_nobody_else(house: House) -> None:
    one, two, other = await house.subscriber(), await house.subscriber(), await house.peer()
    await other.say('{"do":"status"}')

    house.server.publish(RecordingChanged("stalled", "no fresh segment"))

    told = {"is": "recording-changed", "state": "stalled", "reason": "no fresh segment"}
    assert await one.hear() == told
    assert await two.hear() == told
    assert (await other.say('{"do":"memories"}'))["is"] == "memories"


async def test_a_subscriber_may_still_ask(house: House) -> None:
    peer = await house.subscriber()
    house.server.publish(RecordingChanged("recording"))

    assert (await peer.hear())["is"] == "recording-changed"
    assert (await peer.say('{"do":"memories"}'))["is"] == "memories"


async def test_a_slow_subscriber_is_dropped_and_never_waited_for(house: House) -> None:
    slow, good = await house.subscriber(), await house.subscriber()
    slow.writer.transport.pause_reading()  # type: ignore[attr-defined] # a unix transport reads, too
    event = MemoryChanged("m1", "x" * 4096, "assembling", 0.5)
    count = 4 * UNREAD_LIMIT_BYTES // 4096

    for _ in range(count):
        house.server.publish(event)
        assert (await good.hear())["progress"] == 0.5

    assert len(house.server._subscribers) == 1
    house.server.publish(RecordingChanged("recording"))
    assert (await good.hear())["is"] == "recording-changed"


async def test_publishing_to_a_vanished_subscriber_is_fine(house: House) -> None:
    peer = await house.subscriber()
    peer.vanish()

    for _ in range(10):
        house.server.publish(RecordingChanged("recording"))
        await asyncio.sleep(0)

    assert (await (await house.peer()).say('{"do":"status"}'))["is"] == "status"


async def test_a_crowd_is_refused_politely_and_served_again_later(house: House) -> None:
    crowd = [await house.peer() for _ in range(MOST_CONNECTIONS)]
    assert (await crowd[-1].say('{"do":"status"}'))["is"] == "status"

    late = await house.peer()
    refused = await late.hear()
    crowd[0].vanish()
    assert await late.hears_the_end()
    await crowd[-1].say('{"do":"status"}')

    assert "64 clients are connected already" in refused["sentence"]
    assert (await (await house.peer()).say('{"do":"status"}'))["is"] == "status"


async def test_stopping_ends_a_conversation_in_its_middle(house: House) -> None:
    peer, subscriber = await house.peer(), await house.subscriber()
    house.service.may_finish.clear()
    peer.writer.write(b'{"do":"save","wait":true}\n')
    await subscriber.say('{"do":"status"}')

    async with asyncio.timeout(60):
        await house.server.stop()

    assert await peer.hears_the_end()
    assert await subscriber.hears_the_end()


DELIMITED = st.binary(max_size=80).map(lambda line: line.replace(b"\n", b" "))
FIELDS = st.sampled_from(
    ["do", "minutes", "wait", "pressed_at_s", "hold_s", "button", "name", "names", "remote", "kind", "session", "value"]
)
ANSWERS = {str(kind.__struct_config__.tag) for kind in AnyAnswer.__args__}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
WORDS = st.sampled_from(["dance", *(kind.__struct_config__.tag for kind in AnyRequest.__args__)])
OBJECTS = st.dictionaries(FIELDS, SCALARS | st.lists(SCALARS, max_size=2), max_size=4)
ALMOST = st.builds(lambda word, fields: json.dumps({"do": word, **fields}).encode(), WORDS, OBJECTS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=st.lists(DELIMITED | ALMOST, min_size=1, max_size=6))
def test_whatever_is_said_every_line_is_answered_or_refused(tmp_path: Path, lines: list[bytes]) -> None:
    async def conversation() -> None:
        house = House(tmp_path / "s")
        await house.server.start()
        peer = await house.peer()
        for line in lines:
            if is_subscription(line):
                continue  # it alone has no answer
            heard = await peer.say(line)
            while heard["is"] == "memory-changed":
                heard = await peer.hear()
            assert heard["is"] in {tag for tag in ANSWERS if "changed" not in tag}
            assert "failed" not in (heard.get("sentence") or "")
        assert (await peer.say('{"do":"status"}'))["is"] == "status"
        await house.close()

    asyncio.run(conversation())


def is_subscription(line: bytes) -> bool:
    try:
        return bool(msgspec.json.decode(line) == {"do": "subscribe"})
    except (ValueError, RecursionError):
        return False
