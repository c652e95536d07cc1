"""The card's partition table: what docs/box.md promises of it.

Format: the classic MBR, its signature at 440, 16 bytes an entry from 446 on.
"""

from dataclasses import dataclass
from struct import unpack_from

SECTOR_BYTES = 512
SIGNATURE = 0x4D4F4D52
DATA_AT_BYTES = 1 << 30


@dataclass(frozen=True)
class Part:
    """One entry of the table."""

    kind: int
    start_bytes: int
    size_bytes: int

    @property
    def end_bytes(self) -> int:
        """The first byte behind it."""
        return self.start_bytes + self.size_bytes


def read_table(sector: bytes) -> tuple[int, list[Part]]:
    """Signature and used entries of a card's first sector.

    Raises:
        ValueError: if it holds no table.
    """
    if len(sector) < SECTOR_BYTES or sector[510:512] != b"\x55\xaa":
        raise ValueError("The card has no partition table.")
    (signature,) = unpack_from("<I", sector, 440)
    parts = []
    for at in range(446, 510, 16):
        kind, start, count = unpack_from("<4xB3xII", sector, at)
        if kind:
            parts.append(Part(kind, start * SECTOR_BYTES, count * SECTOR_BYTES))
    return signature, parts


def layout_troubles(sector: bytes, card_bytes: int) -> list[str]:
    """Where the card is not laid out as promised, a sentence each. `card_bytes`: how long the image's file is."""
    try:
        signature, parts = read_table(sector)
    except ValueError as error:
        return [str(error)]
    if [part.kind for part in parts] != [0x0C, 0x83, 0x83]:
        return ["The card must have three parts: FAT, root and data."]
    boot, root, data = parts
    wrong = {
        f"The card's signature is {signature:08x}, not {SIGNATURE:08x}: it would not find its root.": signature
        != SIGNATURE,
        "The boot partition and the root overlap.": boot.end_bytes > root.start_bytes,
        "The data partition must begin 1 GiB from the start.": data.start_bytes != DATA_AT_BYTES,
        "The root reaches into the data partition.": root.end_bytes > DATA_AT_BYTES,
        "The image is shorter than its root.": card_bytes < root.end_bytes,
        "The image reaches into the data partition: flashing would overwrite memories.": card_bytes > DATA_AT_BYTES,
    }
    return [sentence for sentence, is_so in wrong.items() if is_so]
