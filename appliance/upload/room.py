"""The upload room, put together from plain values."""

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import NoReturn, TypedDict, Unpack

from appliance.clock import Clock
from appliance.hours import parse_hours
from appliance.storage.rclone import Rclone
from appliance.upload.behaviour import Behaviour, Rules
from appliance.upload.book import Book
from appliance.upload.clearance import Policy
from appliance.upload.clearing import Clearing, Growth, KeptFiles, RingSize
from appliance.upload.delivery import Delivery
from appliance.upload.desk import Desk
from appliance.upload.layout import remote_path
from appliance.upload.ledger import Ledger
from appliance.upload.line import Order
from appliance.upload.outlook import Outlook
from appliance.upload.queue import Queue
from appliance.upload.register import Register
from appliance.upload.remote import RemoteStore
from appliance.upload.transfer import Transfer
from appliance.upload.uploader import Uploader, UploadListener


class Joints(TypedDict):
    """What the upload is joined with. `folder`: where memories lie, whose disk keeps `reserve_bytes` free."""

    rclone: Rclone
    folder: Path
    reserve_bytes: int
    kept: KeptFiles
    growth: Growth
    ring: RingSize
    clock: Clock
    thread: Executor
    listener: UploadListener


class UploadRoom:
    """`uploader` runs, `register` hears of the shelf, `desk` answers. No `remote`: everything stays on the box."""

    def __init__(
        self,
        *,
        remote: str,
        behaviour: Behaviour,
        hours: str,
        networks: list[str],
        metered: bool,
        limit_mbit_s: float | None,
        monthly_cap_gb: float | None,
        after_upload: Policy,
        layout: str,
        device: str,
        order: Order,
        reread: bool,
        **joints: Unpack[Joints],
    ) -> None:
        rclone, folder, clock, thread = joints["rclone"], joints["folder"], joints["clock"], joints["thread"]
        kept, growth = joints["kept"], joints["growth"]
        rules = rules_of(behaviour, hours, networks, monthly_cap_gb, metered=metered) if remote else None
        queue = Queue(order, clock.boot_id)
        book = Book(Ledger(folder), thread, remote)
        self._outlook = outlook = Outlook(rules, clock)
        transfer = Transfer(rclone, clock, limit_mbit_s=limit_mbit_s)
        delivery = Delivery(RemoteStore(rclone, thread), transfer, clock, reread=reread)
        self.register = Register(queue=queue, book=book, outlook=outlook, kept=kept, clock=clock)
        self._clearing = clearing = Clearing(
            policy=after_upload,
            kept=kept,
            growth=growth,
            ring=joints["ring"],
            folder=folder,
            reserve_bytes=joints["reserve_bytes"],
            thread=thread,
        )
        self.uploader = Uploader(
            place=lambda entry: remote_path(remote, layout, device, entry.press.local_time, entry.name),
            queue=queue,
            book=book,
            register=self.register,
            outlook=outlook,
            deliver=delivery.deliver,
            brake=transfer,
            kept=kept,
            growth=growth,
            clearing=clearing,
            clock=clock,
            listener=joints["listener"],
            folder=folder,
        )
        self.desk = Desk(
            remote=remote,
            queue=queue,
            book=book,
            register=self.register,
            outlook=outlook,
            uploader=self.uploader,
            kept=kept,
            clock=clock,
        )
        self._book = book

    def go_by(self, rules: Rules, policy: Policy) -> None:
        """From now on memories go, and are deleted, by these."""
        if self._outlook.rules is not None:
            self._outlook.rules = rules
        self._clearing.policy = policy
        self.register.news.set()

    async def run(self, log: Callable[[str], None]) -> NoReturn:
        """Upload for ever."""
        try:
            await self.uploader.run(log)
        finally:
            await self._book.close()


def rules_of(
    behaviour: Behaviour, hours: str, networks: list[str], monthly_cap_gb: float | None, *, metered: bool
) -> Rules:
    """The owner's rules, from the words of the settings."""
    cap_bytes = None if monthly_cap_gb is None else int(monthly_cap_gb * 1e9)
    return Rules(behaviour, parse_hours(hours), tuple(networks), metered, cap_bytes)
