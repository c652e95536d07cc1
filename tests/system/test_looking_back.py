"""The pages before a real recorder: what it just wrote can be looked at, while it goes on writing."""

import re
import subprocess
from pathlib import Path

from setup_portal.app import pages
from setup_portal.gate import Gate
from setup_portal.idle import Idle
from setup_portal.store import Store
from setup_portal.wizard.progress import Progress

from tests.portal.visitor import Visitor
from tests.system.conftest import BoxFactory


def test_a_running_ring_is_looked_back_at(box: BoxFactory, tmp_path: Path) -> None:
    recorder = box().start()
    recorder.wait_for_segments(5)
    store, idle = Store(tmp_path / "pages"), Idle(None, 0.0)
    store.write("progress", Progress(at="end", is_over=True))
    phone = Visitor(Gate(pages(store, idle, str(recorder.socket)), idle, lambda: "moment"))

    assert "It records." in phone.get("/").words
    page = phone.get("/look-back")
    source = re.findall(r'src="(/look-back/playlist[^"]+)"', page.html)[0].replace("&amp;", "&")
    names = re.findall(r"^/look-back/segment/(.+)$", phone.get(source).html, re.MULTILINE)
    assert len(names) >= 4
    for name in names:
        (tmp_path / name).write_bytes(phone.get(f"/look-back/segment/{name}").response.data)
    film = phone.get(source.replace("playlist.m3u8", "film.mp4"))
    (tmp_path / "film.mp4").write_bytes(film.response.data)
    for file in [tmp_path / name for name in names] + [tmp_path / "film.mp4"]:
        shown = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", str(file), "-f", "null", "-"], check=False)
        assert shown.returncode == 0, file

    kept = phone.send(page, "/keep", title="Fox")
    assert kept.title == "It is kept", kept.words
    recorder.wait_until_kept()
    (memory,) = recorder.kept()
    assert (memory.title, memory.cause) == ("Fox", "stretch")
    assert recorder.status().recording.state == "recording"
    assert memory.gaps == []
