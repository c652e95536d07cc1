"""The story of an owner who has a phone and no computer: from the box's own Wi-Fi to a memory in their storage."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.board.box import Box
from tests.board.camera import Reel
from tests.board.card import Card
from tests.board.conftest import BenchFactory
from tests.board.machine import wait_until
from tests.board.owner import HOME, PANEL, SHORT_RING, settings_file
from tests.board.payload import MOUNT, MOUNTED
from tests.board.phone import NO_CABLE, SET_UP_IS_OPEN, Page, Phone, set_up_network
from tests.board.qemu import CAMERA_PORT, HOME_MAC, HOST
from tests.board.steps import Steps
from tests.stands.storage_servers import StorageServer

pytestmark = pytest.mark.board

BOX = "192.0.2.1"
PASSWORD = "correct horse battery"
LIMIT_S = 600.0
PROBES = {
    "connectivitycheck.gstatic.com": "/generate_204",
    "captive.apple.com": "/hotspot-detect.html",
    "www.msftconnecttest.com": "/connecttest.txt",
}
OPEN_DOOR = (
    "timeout 300 python3 -S -c 'import socket; s = socket.create_server((\"\", 900)); [s.accept() for _ in [0] * 9]'"
)
IS_AT_HOME = f"nmcli -t -f NAME connection show --active | grep -qx '{HOME[0]}'"


@dataclass(frozen=True)
class Evening:
    """One box's set-up by one phone."""

    box: Box
    card: Card
    steps: Steps

    @property
    def phone(self) -> Phone:
        """The owner's."""
        return Phone(self.box)

    def joins_the_box(self) -> None:
        """By what stands in the file on the card."""
        with self.steps.step("the set-up network opens by itself, as the box knows no other"):
            wait_until("the card says its name", lambda: "moment-wifi.txt" in self.card.boot_files(), LIMIT_S)
            wait_until("NetworkManager", lambda: self.box.is_true("nmcli device"), LIMIT_S, every_s=3.0)
            self.box.run(f"{MOUNT} && {MOUNTED}/home-network '{HOME[0]}' '{HOME[1]}' {HOME_MAC}; {NO_CABLE}")
            wait_until("it is open", lambda: self.box.is_true(SET_UP_IS_OPEN), LIMIT_S, every_s=3.0)
        with self.steps.step("a phone joins it with the name and the password of moment-wifi.txt"):
            assert self.phone.join(*set_up_network(self.card)).startswith("192.0.2.")

    def is_sent_to_the_pages(self) -> None:
        """Whatever it asks for."""
        with self.steps.step("every name leads to the box, every system's probe to its pages"):
            for host, path in PROBES.items():
                assert self.phone.resolve(BOX, host) == [BOX]
                heard = self.phone.probe(BOX, host, path)
                assert (heard.code, heard.place) == (302, f"http://{BOX}/")
                assert heard.words
        with self.steps.step("the phone finds names and pages at the box, and no other door, though one is open there"):
            self.box.run(f"{OPEN_DOOR} </dev/null >/dev/null 2>&1 & disown")
            wait_until("the door", lambda: self.box.is_true(f"{MOUNTED}/doors {BOX} 900 900 | grep -q 900"), LIMIT_S)
            assert self.phone.open_doors(BOX, 1, 1024) == [53, 80]

    def tells_the_time_and_the_country(self) -> None:
        """The board has no clock."""
        with self.steps.step("the phone gives its clock and its time zone"):
            page = self._send("welcome", now=f"{time.time():.3f}", zone="Europe/Berlin")
            assert page.url.endswith("/set-up/country"), page
            wait_until("the zone", lambda: "Europe/Berlin" in self.box.run("readlink /etc/localtime"), LIMIT_S)
            assert abs(float(self.box.run("date +%s")) - time.time()) < 60
        with self.steps.step("and the country"):
            assert self._send("country", country="DE").title == "Home Wi-Fi"

    def joins_home_by_the_pages(self) -> None:
        """Once wrong, once right; the phone comes back each time."""
        with self.steps.step("a wrong password: the box comes back, and says that it is wrong"):
            self._listens_until_home_is_heard()
            self._try_home("wrong horse 77")
            assert "The password of Our Home is wrong" in self._outcome().words
        with self.steps.step("the right one: the box was there, and comes back to say so"):
            self._try_home(HOME[1])
            page = self._outcome()
            assert page.title == "Our Home works", page.words

    def chooses_a_camera(self) -> None:
        """By its address; the recorder starts anew with it."""
        with self.steps.step("a camera by its address, looked at before it is taken: recording"):
            page = self._send("camera", do="address", url=f"udp://0.0.0.0:{CAMERA_PORT}")
            assert page.url.endswith("/set-up/storage"), page
            self.box.wait_until_recording(LIMIT_S)
        with self.steps.step("a name and a password: recording goes on in another life"):
            page = self._when_it_answers(lambda: self._send("name", name="porch", password=PASSWORD, again=PASSWORD))
            assert page.title == "Our Home works", page  # what was left open
            self.box.wait_until_recording(LIMIT_S)

    def moves_home(self) -> str:
        """The set-up network closes; the address of the box at home."""
        with self.steps.step("the box changes over, the phone, too; it is found by its name, and lets in by password"):
            self._when_it_answers(lambda: self.phone.send(self._page("end"), "/set-up/wifi/outcome"))
            wait_until("at home", lambda: self.box.is_true(IS_AT_HOME), LIMIT_S, every_s=3.0)
            self.phone.join(*HOME)
            address = self.box.run("nmcli -g IP4.ADDRESS device show wlan0").strip().split("/")[0]
            assert self.phone.find("porch.local") == [address]
            assert self.phone.probe(address, "porch.local", "/").place.endswith("/enter")
            assert self.phone.get(f"http://{address}/").title == "Sign in"
            assert self.phone.send(f"http://{address}/enter", "/enter", password="wrong").code == 422
            assert self.phone.send(f"http://{address}/enter", "/enter", password=PASSWORD).code == 200
            assert self.phone.probe(address, "evil.example", "/").code == 421
        return address

    def sets_a_storage_up(self, address: str, storage: StorageServer) -> None:
        """Question by question, and a real test of it."""
        answers = {
            "Your storage: webdav URL": f"http://{HOST}:{storage.port}",
            "WebDAV site": "other",
            "User name": storage.user,
            "Password": storage.password,
        }
        with self.steps.step("the storage is set up there, tried for real, and memories go to it at once"):
            page = self.phone.send(f"http://{address}/set-up/storage", "/storage/begin", kind="webdav")
            assert page.code == 200, page.words
            for _ in range(12):
                if page.title.startswith("Try "):
                    break
                known = [answer for words, answer in answers.items() if words in page.words]
                page = self.phone.send(page.url, "/storage/step", **({"value": known[0]} if known else {}))
                assert page.code == 200, page.words
            assert page.title.startswith("Try "), page
            page = self.phone.send(page.url, "/storage/test")
            assert page.code == 200, page
            self.box.wait_until_recording(LIMIT_S)

    def keeps_a_moment(self, storage: StorageServer) -> None:
        """By the box's button, into the owner's storage."""
        with self.steps.step("the button is pressed, and the memory is in the storage, bit for bit"):
            self.box.press(0.3)
            (memory,) = self.box.wait_until_kept(1, LIMIT_S)
            wait_until("proven", lambda: self.box.upload_state(memory.name) == "proven", LIMIT_S, every_s=4.0)
            (path,) = storage.folder.rglob(memory.name)
            assert hashlib.sha256(path.read_bytes()).hexdigest() == memory.sha256

    def _listens_until_home_is_heard(self) -> None:
        """The box listens before it opens its network; a router that came on later is heard when it is asked to."""

        def is_heard() -> bool:
            page = self.phone.get(self._page("wifi"))
            if HOME[0] not in page.words:
                page = self.phone.send(self._page("wifi"), "/set-up/wifi", do="listen")
            return HOME[0] in page.words

        wait_until("the home network is in the list", is_heard, LIMIT_S, every_s=5.0)

    def _try_home(self, password: str) -> None:
        url = f"{self._page('wifi')}/join?ssid={HOME[0].encode().hex()}"
        assert self.phone.send(url, "/set-up/wifi/join", password=password).title == f"Trying {HOME[0]}"

    def _outcome(self) -> Page:
        """What the phone reads once it is back."""
        found: list[Page] = []

        def is_told() -> bool:
            if not self.box.is_true(SET_UP_IS_OPEN):
                return False
            page = self.phone.get(self._page("wifi"))
            found.append(page)
            return page.code == 200 and not page.title.startswith("Trying")

        wait_until("the outcome", is_told, LIMIT_S, every_s=3.0)
        return found[-1]

    def _when_it_answers(self, ask: Callable[[], Page]) -> Page:
        """Ask again while the recorder is between two lives."""
        found: list[Page] = []

        def is_answered() -> bool:
            found.append(ask())
            return found[-1].code not in {0, 503}

        wait_until("an answer", is_answered, LIMIT_S, every_s=3.0)
        return found[-1]

    def _send(self, step: str, **values: str) -> Page:
        return self.phone.send(self._page(step), f"/set-up/{step}", **values)

    def _page(self, step: str) -> str:
        return f"http://{BOX}/set-up/{step}"


@pytest.mark.timeout(3600)
def test_a_phone_sets_the_box_up(
    bench: BenchFactory, payload: object, reel: Reel, storage: StorageServer, steps: Steps
) -> None:
    """Set up by a phone."""
    here = bench(payload=payload)
    here.card.write({"moment.toml": settings_file(SHORT_RING, PANEL)})  # the bench's pins, and nothing else
    with reel.playing(here.camera_port):
        with here.board() as box:
            evening = Evening(box, here.card, steps)
            evening.joins_the_box()
            evening.is_sent_to_the_pages()
            evening.tells_the_time_and_the_country()
            evening.joins_home_by_the_pages()
            evening.chooses_a_camera()
            evening.sets_a_storage_up(evening.moves_home(), storage)
            evening.keeps_a_moment(storage)
            with steps.step("switched off in order"):
                assert box.failed_units() == ""
                assert box.run("systemctl show -P NRestarts moment-recorder").strip() == "0"  # lives change in place
                box.machine.power_off()
        with steps.step("the next evening it records and joins the home by itself"), here.board() as box:
            box.wait_until_recording(LIMIT_S)
            wait_until("NetworkManager", lambda: box.is_true("nmcli device"), LIMIT_S, every_s=3.0)
            box.run(f"{MOUNT} && {MOUNTED}/home-network '{HOME[0]}' '{HOME[1]}' {HOME_MAC}")
            wait_until("at home", lambda: box.is_true(IS_AT_HOME), LIMIT_S, every_s=3.0)
            box.machine.power_off()
