"""What a visit costs: the phone in bytes over the wire and requests, the box in memory. The real process, over HTTP."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.bench.first_page import MOST_KB, MOST_REQUESTS, weigh
from appliance.bench.visitor import Visitor
from appliance.control.standin import StandInService, StandInSupervisor
from tests.portal.test_front import set_up
from tests.portal.test_process import Pages, running

SEGMENT_BYTES = 32 << 20
MOST_GROWTH_KB = 2048


@pytest.fixture
def pages(tmp_path: Path, control: Path, supervisor: StandInSupervisor) -> Iterator[Pages]:
    set_up(tmp_path / "pages")
    with running(tmp_path / "pages", control) as pages:
        yield pages


@pytest.mark.parametrize("path", ["/", "/set-up/welcome"])
def test_a_first_page_is_light_over_the_wire(pages: Pages, service: StandInService, path: str) -> None:
    service.cameras.jpeg = b"\xff\xd8" + b"x" * 20_000
    with closing(Visitor(pages.port)) as phone:
        weight = weigh(phone, path)
    assert weight.requests <= MOST_REQUESTS
    assert 15 < weight.kb <= MOST_KB, "with the style and the script, which alone are 15"
    assert weight.picture_kb == pytest.approx(20.4 if path == "/" else 0, abs=0.6)


def test_a_large_file_is_never_held_in_memory(pages: Pages, service: StandInService, tmp_path: Path) -> None:
    service.ring.directory = str(tmp_path / "ring")
    segment = tmp_path / "ring" / "00000001" / "000000.ts"
    segment.parent.mkdir(parents=True)
    segment.touch()
    with closing(Visitor(pages.port)) as phone:
        phone.get("/look-back/segment/1-0.ts")
        before_kb = most_kb(pages)
        with segment.open("r+b") as file:
            file.truncate(SEGMENT_BYTES)
        assert len(phone.get("/look-back/segment/1-0.ts").body) == SEGMENT_BYTES
    assert most_kb(pages) - before_kb <= MOST_GROWTH_KB


def most_kb(pages: Pages) -> int:
    """The most that the process has ever held (proc_pid_status(5))."""
    text = Path(f"/proc/{pages.process.pid}/status").read_text()
    return int(re.findall(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)[0])
