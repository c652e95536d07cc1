"""The stand-in answers whatever the pages may ask, and misbehaves on demand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.control.client import Client
from appliance.control.errors import GoneError, RefusedError
from appliance.control.messages import (
    Cameras,
    ChangeSettings,
    Delete,
    Deleted,
    Describe,
    Diagnostics,
    FactoryReset,
    Keep,
    Memories,
    Picture,
    Ring,
    Save,
    SetClock,
    Settings,
    SettingsChanged,
    SettingsRefused,
    Share,
    Status,
    Undelete,
)
from appliance.control.standin import StandInService, StandInSupervisor


@pytest.fixture
def service() -> StandInService:
    return StandInService()


@pytest.fixture
def client(service: StandInService, tmp_path: Path) -> Iterator[Client]:
    with StandInSupervisor(tmp_path / "s", service), Client(str(tmp_path / "s")) as client:
        yield client


def test_the_ring_is_paged_and_kept(client: Client) -> None:
    first = client.ask(Ring(limit=200))
    rest = client.ask(Ring(after=first.next))

    assert len(first.segments) + len(rest.segments) == 360
    assert [gap.length_s for gap in first.gaps] == [20.0]
    assert rest.next is None
    assert first.start_s is not None
    kept = client.ask(Keep(first.start_s - 60, first.start_s + 60, "Ring", wait=True))
    assert (kept.got_s, kept.remark) == (60.0, "60 s of it are not in the ring any more.")
    with pytest.raises(RefusedError, match="NOT SAVED"):
        client.ask(Keep(1.0, 2.0))


def test_memories_are_paged_described_and_come_back(client: Client) -> None:
    names = [client.ask(Save()).name for _ in range(3)]
    client.ask(Describe(names[0], "First", "of all"))
    client.ask(Delete(names[1]))

    page = client.ask(Memories(limit=1))
    rest = client.ask(Memories(before=page.next))
    assert [memory.name for memory in page.memories + rest.memories] == [names[2], names[0]]
    assert (rest.memories[0].title, rest.next) == ("First", None)
    deleted = client.ask(Deleted(limit=1))
    assert ([memory.name for memory in deleted.deleted], deleted.count, deleted.next) == ([names[1]], 1, None)
    client.ask(Undelete(names[1]))
    assert client.ask(Memories(name=names[1])).memories[0].name == names[1]
    with pytest.raises(RefusedError, match="not at the storage"):
        client.ask(Share(names[1]))


def test_settings_are_all_changed_or_none(client: Client) -> None:
    refused = client.ask(ChangeSettings({"camera.kind": "x", "a.b": 1, "memories.minutes_per_step": 90}))
    changed = client.ask(ChangeSettings({"upload.device": None, "upload.metered": True}))

    assert isinstance(refused, SettingsRefused)
    assert [mistake.key for mistake in refused.mistakes] == ["camera.kind", "a.b", "memories.minutes_per_step"]
    assert isinstance(changed, SettingsChanged)
    assert not changed.restarts
    values = {s.key: s.value for section in client.ask(Settings()).sections for s in section.settings}
    assert (values["upload.device"], values["upload.metered"]) == ("moment-recorder", True)


def test_the_box_and_its_cameras(client: Client, service: StandInService) -> None:
    assert client.ask(Cameras()).cameras[0].is_recorded
    assert client.ask(Picture()).jpeg.startswith(b"\xff\xd8\xff")
    with pytest.raises(RefusedError, match="another program"):
        client.ask(Picture("v4l2", device="/dev/video0"))
    assert client.ask(Diagnostics()).size_bytes
    with pytest.raises(RefusedError, match="erase"):
        client.ask(FactoryReset([], "yes"))
    client.ask(FactoryReset(["settings"], "erase"))
    assert client.ask(SetClock(1_795_000_000.0, "Europe/Berlin")).sentence == "The box knows the time already."
    assert [reset.parts for reset in service.box.resets] == [["settings"]]
    assert client.ask(Status()).machine == service.box.machine


def test_misbehaviour(service: StandInService, tmp_path: Path) -> None:
    service.refusals["ring"] = "The ring is out."
    service.delays_s["settings"] = 3600.0
    with StandInSupervisor(tmp_path / "s", service), Client(str(tmp_path / "s"), timeout_s=0.2) as client:
        with pytest.raises(RefusedError, match="The ring is out"):
            client.ask(Ring())
        assert client.ask(Status()).version == "0"
        with pytest.raises(GoneError, match="has not answered"):
            client.ask(Settings())
