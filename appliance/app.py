"""The composition root: every room is built here, started in order, and stopped in reverse."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from appliance.announcer import Announcer
from appliance.boot.report import read_report
from appliance.camera.finders import look
from appliance.camera.look_here import LookHere
from appliance.camera.radio import Radio
from appliance.camera.source import Source
from appliance.card.meter import Meter
from appliance.clock import Clock
from appliance.configured.camera import RadioDoor, camera_source, taken_by
from appliance.configured.network import network_room
from appliance.configured.upload import go_by, upload_room
from appliance.control.server import Server
from appliance.control.users import allowed_uids
from appliance.durable import FolderLock, disk_reserve_bytes, prepare_folder, require_links
from appliance.memories.archive import Archive
from appliance.memories.assembler import Assembler
from appliance.memories.claims import Claims
from appliance.memories.keeper import Keeper
from appliance.memories.shelf import Shelf
from appliance.memories.workshop import Workshop
from appliance.network.uplink import UplinkWatch
from appliance.notify import notifier_of
from appliance.panel.hardware import Hardware
from appliance.panel.panel import Panel
from appliance.recording.folder import RingFolder
from appliance.recording.heartbeat import Heartbeat
from appliance.recording.rebuild import rebuild
from appliance.recording.recorder import Recorder
from appliance.recording.ring import Ring
from appliance.recording.store import RingStore, describe_now, first_reason
from appliance.recording.watcher import Watcher
from appliance.service.answers import Answers
from appliance.service.cameras import CameraDesk
from appliance.service.settings import SettingsDesk
from appliance.settings.model import CameraSettings, RingSettings, Settings
from appliance.settings.owners import OwnersSettings
from appliance.storage.rclone import Rclone, find_rclone
from appliance.storage.room import StorageRoom
from appliance.threads import in_thread
from appliance.upload.causes import explain
from appliance.vitals import Vitals

Log = Callable[[str], None]
BeginAnew = Callable[[], None]
Camera = Callable[[CameraSettings, Radio], Source]
"""The camera as the settings say, not connected yet."""

FOOTAGE_FIRST_S = 20.0
"""A start that finds a memory unfinished begins with the camera all the same."""


async def run_appliance(
    settings: Settings,
    clock: Clock,
    hardware: Hardware,
    log: Log,
    stop: asyncio.Event,
    *,
    warn: Log,
    owners: OwnersSettings,
    begin_anew: BeginAnew,
    farewell: Callable[[], str],
    camera: Camera = camera_source,
) -> None:
    """Be the box until `stop` is set. `warn`: `log` for what the owner should still find after a power cut.

    `owners`: where the settings came from; `begin_anew`: called when they have changed, stops this and starts another.
    `farewell`: what the service manager is told at the end. `camera`: who builds it.

    Raises:
        UnusableFolderError, FolderInUseError, SocketTroubleError: a sentence for the owner each.
        ExceptionGroup: if a task died that never should; the process had better start anew.
    """
    ring_path, memories_path = Path(settings.ring.directory), Path(settings.memories.directory)
    step_minutes, step_s = settings.memories.minutes_per_step, settings.memories.minutes_per_step * 60
    async with AsyncExitStack() as closing:
        _take_folders(closing, ring_path, memories_path)
        names = ("card", "flusher", "archivist", "desk")  # a camera that hangs at the desk holds up no memory
        card, flusher, archivist, desk = (closing.enter_context(ThreadPoolExecutor(1, name)) for name in names)

        # what earlier lives left; the ring gives way first, so that a full disk keeps nobody from starting
        store = await _ring_store(settings.ring, clock, card=card, flusher=flusher)
        claims = Claims(memories_path)
        claims.prepare()
        left_claims = claims.read_all()
        archive = Archive(memories_path)
        entries = await in_thread(archivist, archive.open)
        closing.push_async_callback(in_thread, archivist, archive.close)
        used_epochs = [claim.last.epoch for claim in left_claims] + [entry.last.epoch for entry in entries]
        store.number_after(max(used_epochs, default=-1))

        # recording
        announcer = Announcer(step_minutes, log, warn, read_report(settings.box.boot_report))
        watcher = closing.enter_context(Watcher())
        source = camera(settings.camera, radio := RadioDoor())
        recorder = Recorder(
            source=source,
            store=store,
            watcher=watcher,
            clock=clock,
            listener=announcer,
            segment_s=settings.ring.segment_seconds,
            first_reason=first_reason(store.ring, clock.boot_id),
        )

        # memories
        assembler = Assembler(memories_path, claims, archivist)
        assembler.sweep()
        workshop = Workshop(
            archive=archive,
            assembler=assembler,
            claims=claims,
            room=store,
            clock=clock,
            card=card,
            archivist=archivist,
            listener=announcer,
            patience_s=FOOTAGE_FIRST_S,
        )
        keeper = Keeper(
            store=store,
            claims=claims,
            workshop=workshop,
            camera=recorder,
            clock=clock,
            card=card,
            listener=announcer,
            step_s=step_s,
            overlap=settings.memories.overlap,
            may_grow=announcer.may_grow,
        )
        shelf = Shelf(archive=archive, workshop=workshop, archivist=archivist, clock=clock)
        store.spare = shelf.start()
        workshop.start_from(entries)
        keeper.resume(left_claims)

        # upload
        rclone = Rclone(Path(settings.upload.rclone_config), find_rclone())
        upload = upload_room(
            settings.upload,
            rclone=rclone,
            folder=memories_path,
            reserve_bytes=disk_reserve_bytes(ring_path),
            kept=workshop,
            growth=keeper,
            ring=store.ring,
            clock=clock,
            thread=closing.enter_context(ThreadPoolExecutor(1, "uploads")),
            listener=announcer,
        )
        storage = StorageRoom(rclone, upload.uploader.configuration_changed, explain=explain)
        closing.push_async_callback(storage.close)

        # network
        network = radio.opened(
            network_room(
                settings.network,
                clock=clock,
                thread=closing.enter_context(ThreadPoolExecutor(1, "network")),
                listener=announcer,
                wants=upload.desk.want,
                reach=partial(storage.reaches, settings.upload.remote),
            )
        )
        uplink = UplinkWatch(network.link, upload.uploader.uplink_changed)

        # panel and control
        panel = Panel(
            hardware=hardware,
            listener=announcer,
            holds_step=keeper.holds_step,
            seconds_per_step=settings.memories.seconds_per_step,
            clock=clock.monotonic_s,
        )
        answers = Answers(
            recorder=recorder,
            store=store,
            keeper=keeper,
            workshop=workshop,
            shelf=shelf,
            uploads=upload.desk,
            storage=storage,
            network=network,
            settings=SettingsDesk(owners, desk, take_over=partial(go_by, upload), begin_anew=begin_anew),
            cameras=CameraDesk(
                recorded=settings.camera,
                name=lambda: recorder.camera,
                taken=partial(taken_by, source),
                store=store,
                clock=clock,
                look_here=LookHere(),
                look_around=look,
            ),
            owners_folder=owners.folder if settings.box.boot_report else None,
            configured=settings,
            thread=desk,
            panel=panel,
            meter=Meter(memories_path, rated_terabytes=settings.box.card_terabytes, monotonic_s=clock.monotonic_s),
            vitals=Vitals(),
            clock=clock,
            announcer=announcer,
            folder=str(archive.folder.absolute()),
        )
        server = Server(settings.control.socket, answers, allowed_uids=allowed_uids())
        announcer.connect(
            keeper=keeper,
            workshop=workshop,
            panel=panel,
            upload=upload,
            network=answers.network,
            radio=network,
            recording=recorder,
            publish=server.publish,
        )

        for sentence in store.left_out:
            warn(sentence)
        panel.start()
        closing.callback(panel.stop)
        await server.start()
        closing.push_async_callback(server.stop)
        async with asyncio.TaskGroup() as tasks:
            heartbeat = Heartbeat(notifier_of(os.environ), recorder, farewell)
            lives = (
                recorder.run(),
                panel.use_hardware(),
                workshop.run(log),
                upload.run(log),
                uplink.run(),
                network.run(),
                heartbeat.run(stop),
            )
            working = [tasks.create_task(life) for life in lives]
            await stop.wait()
            await keeper.wait_until_quiet()
            for task in working:
                task.cancel()


def _take_folders(closing: AsyncExitStack, ring_path: Path, memories_path: Path) -> None:
    for path in (ring_path, memories_path):
        prepare_folder(path)
        closing.callback(FolderLock(path).release)
    require_links(ring_path, memories_path)


async def _ring_store(settings: RingSettings, clock: Clock, *, card: Executor, flusher: Executor) -> RingStore:
    """The ring as earlier lives left it; it has given way to a short disk already."""
    path = Path(settings.directory)
    folder = RingFolder(path)
    store = RingStore(
        Ring(settings.capacity_bytes),
        folder,
        card=card,
        flusher=flusher,
        clock=clock,
        disk_reserve_bytes=disk_reserve_bytes(path),
    )
    await store.take(rebuild(folder, describe_now(clock, 0, "", ""), settings.segment_seconds))
    return store
