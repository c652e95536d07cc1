"""The bench that a story stands at: a card, a folder, and boards to put the card into."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.board.box import Box
from tests.board.card import Card
from tests.board.device_tree import RASPBERRY_PI_3_B, revised, zero_2_w_tree
from tests.board.machine import switched_on
from tests.board.qemu import VIRT_MACHINE, Disks, Sockets, raspberry_pi, virt

PI_TREE = "bcm2837-rpi-3-b.dtb"


@dataclass(frozen=True)
class Bench:
    """`folder`: short enough for the sockets in it. `payload`: a second disk, if the story needs one."""

    folder: Path
    card: Card
    camera_port: int
    payload: Path | None = None

    @contextlib.contextmanager
    def board(self, *, write_log: Path | None = None, more_words: str = "") -> Iterator[Box]:
        """The card in a board with pins, radios and wires, switched on; cut off at the end of the block if still on."""
        argv = virt(
            self.card.start(self.folder),
            Disks(self.card.path, self.payload, write_log),
            Sockets(self.folder),
            tree=zero_2_w_tree(VIRT_MACHINE, self.folder),
            camera_port=self.camera_port,
            more_words=more_words,
        )
        with switched_on(argv, self.folder) as machine:
            yield Box(machine)

    @contextlib.contextmanager
    def raspberry_pi(self) -> Iterator[Box]:
        """The card in an emulated Raspberry Pi 3 B."""
        tree = revised(self.card.extract(PI_TREE, self.folder), RASPBERRY_PI_3_B)
        argv = raspberry_pi(self.card.start(self.folder), Disks(self.card.path), Sockets(self.folder), tree=tree)
        with switched_on(argv, self.folder, has_wires=False) as machine:
            yield Box(machine)
