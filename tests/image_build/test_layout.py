"""The card's partition table, as docs/box.md promises it."""

from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_build.layout import DATA_AT_BYTES, SECTOR_BYTES, SIGNATURE, Part, layout_troubles, read_table

MIB = 1 << 20
BOOT = Part(0x0C, 4 * MIB, 256 * MIB)
ROOT = Part(0x83, 260 * MIB, 300 * MIB)
DATA = Part(0x83, DATA_AT_BYTES, 1 * MIB)


def table(*parts: Part, signature: int = SIGNATURE) -> bytes:
    entries = [
        pack("<4xB3xII", part.kind, part.start_bytes // SECTOR_BYTES, part.size_bytes // SECTOR_BYTES) for part in parts
    ]
    return bytes(440) + pack("<I2x", signature) + b"".join(entries).ljust(64, b"\0") + b"\x55\xaa"


def test_the_card_as_it_is_planned() -> None:
    assert layout_troubles(table(BOOT, ROOT, DATA), ROOT.end_bytes) == []


@pytest.mark.parametrize(
    ("parts", "card_bytes", "word"),
    [
        ((BOOT, ROOT), ROOT.end_bytes, "three parts"),
        ((ROOT, BOOT, DATA), ROOT.end_bytes, "three parts"),
        ((Part(0x0C, 4 * MIB, 300 * MIB), ROOT, DATA), ROOT.end_bytes, "overlap"),
        ((BOOT, ROOT, Part(0x83, DATA_AT_BYTES + MIB, MIB)), ROOT.end_bytes, "1 GiB from the start"),
        ((BOOT, Part(0x83, 260 * MIB, 800 * MIB), DATA), DATA_AT_BYTES, "reaches into the data"),
        ((BOOT, ROOT, DATA), ROOT.end_bytes - 1, "shorter"),
        ((BOOT, ROOT, DATA), DATA_AT_BYTES + 1, "overwrite memories"),
    ],
)
def test_each_departure_is_told(parts: tuple[Part, ...], card_bytes: int, word: str) -> None:
    assert any(word in trouble for trouble in layout_troubles(table(*parts), card_bytes))


def test_another_signature_would_not_find_its_root() -> None:
    (trouble,) = layout_troubles(table(BOOT, ROOT, DATA, signature=0xDEADBEEF), ROOT.end_bytes)
    assert "deadbeef" in trouble


def test_no_table_at_all() -> None:
    assert layout_troubles(bytes(512), 512) == ["The card has no partition table."]


sectors = st.integers(0, 2**32 - 1).map(lambda count: count * SECTOR_BYTES)
any_part = st.builds(Part, kind=st.integers(1, 255), start_bytes=sectors, size_bytes=sectors)


@settings(deadline=None)
@given(parts=st.lists(any_part, max_size=4), signature=st.integers(0, 2**32 - 1))
def test_what_was_written_is_read(parts: list[Part], signature: int) -> None:
    assert read_table(table(*parts, signature=signature)) == (signature, parts)


@settings(deadline=None)
@given(st.binary(max_size=520))
def test_any_sector_is_answered_in_sentences(sector: bytes) -> None:
    assert all(trouble.endswith(".") for trouble in layout_troubles(sector, 0))
