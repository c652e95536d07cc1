"""Claims on disk: what is written, in which order it reaches the card, and what is found again (promise M2)."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from appliance.memories.claims import Claims
from appliance.memories.model import Claim, ClaimedSegment, Interruption, Leading, Press
from appliance.recording.segment import Key
from tests.stands.memory_box import Reel

ROOT = Path(__file__).resolve().parents[2]
PRESS = Press("this boot", 100.0, 1_795_000_100.0, 3600, "trusted")


def claim_of(*numbers: int, folder: str = "c-1", supersedes: list[str] | None = None) -> Claim:
    return Claim(
        folder=folder,
        id=f"id of {folder}",
        stem=PRESS.file_stem,
        press=PRESS,
        last_press_s=100.0,
        asked_s=180.0,
        window_start_s=-80.0,
        segments=[ClaimedSegment(2, n, n * 5.0, n * 5.0 + 5.0 if n < 9 else None, is_whole=n < 9) for n in numbers],
        interruptions=[Interruption(2, "it was unplugged", is_measured=False)],
        supersedes=supersedes or [],
        leading=Leading("earlier.mp4", Key(1, 0), Key(1, 5), [], "earlier", 4.0),
    )


@pytest.fixture
def ring(tmp_path: Path) -> dict[Key, Path]:
    """Ten segments of an epoch, by their keys."""
    paths = {Key(2, n): tmp_path / "ring" / Key(2, n).path for n in range(10)}
    for key, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes([key.number]) * 1000)
    return paths


@pytest.fixture
def claims(tmp_path: Path) -> Claims:
    (tmp_path / "memories").mkdir()
    found = Claims(tmp_path / "memories")
    found.prepare()
    return found


def some(ring: dict[Key, Path], *numbers: int) -> dict[str, Path]:
    return {Key(2, n).file_name: ring[Key(2, n)] for n in numbers}


def tree(claims: Claims) -> list[str]:
    return sorted(str(path.relative_to(claims.root)) for path in claims.root.rglob("*"))


def test_a_claim_holds_links_that_outlive_the_ring_and_grow_with_it(claims: Claims, ring: dict[Key, Path]) -> None:
    claim = claim_of(8, 9)
    claims.secure(claim, some(ring, 8, 9), [Key(2, 9).file_name])
    with ring[Key(2, 9)].open("ab") as still_open:
        still_open.write(b"more")
    for path in ring.values():
        path.unlink()
    assert claims.segment_path(claim, Key(2, 8)).read_bytes() == b"\x08" * 1000
    assert claims.segment_path(claim, Key(2, 9)).read_bytes() == b"\x09" * 1000 + b"more"
    assert tree(claims) == ["c-1", "c-1/00000002-000008.ts", "c-1/00000002-000009.ts", "c-1/claim.json"]
    assert claims.size_bytes(claim) == 2004 + (claims.path(claim) / "claim.json").stat().st_size


def test_a_claim_is_read_as_it_was_written(claims: Claims, ring: dict[Key, Path]) -> None:
    claim = claim_of(8, 9)
    claims.secure(claim, some(ring, 8, 9), [])
    assert claims.read_all() == [claim]


def test_a_claim_that_grew_is_read_as_it_is_now(claims: Claims, ring: dict[Key, Path]) -> None:
    claims.secure(claim_of(8, 9), some(ring, 8, 9), [])
    longer = claim_of(6, 7, 8, 9)
    claims.extend(longer, some(ring, 6, 7, 8), [])
    claims.extend(longer, {}, [])
    assert claims.read_all() == [longer]
    assert len(list(claims.path(longer).glob("*.ts"))) == 4


def test_a_dropped_claim_leaves_nothing(claims: Claims, ring: dict[Key, Path]) -> None:
    claim = claim_of(8, 9)
    claims.secure(claim, some(ring, 8, 9), [])
    claims.drop(claim)
    claims.drop(claim)
    assert (claims.read_all(), tree(claims)) == ([], [])


def test_claims_are_found_oldest_footage_first(claims: Claims, ring: dict[Key, Path]) -> None:
    for name, numbers in {"c-b": (1, 2), "c-a": (5, 6), "c-c": (3, 4)}.items():
        claims.secure(claim_of(*numbers, folder=name), some(ring, *numbers), [])
    assert [claim.folder for claim in claims.read_all()] == ["c-b", "c-c", "c-a"]


def test_a_claim_that_a_longer_one_holds_is_dropped_at_the_next_start(claims: Claims, ring: dict[Key, Path]) -> None:
    claims.secure(claim_of(5, 6, folder="c-old"), some(ring, 5, 6), [])
    longer = claim_of(5, 6, 7, folder="c-new", supersedes=["c-old", "c-long-gone"])
    claims.secure(longer, some(ring, 5, 6, 7), [])
    assert claims.read_all() == [longer]
    assert "c-old" not in tree(claims)


def test_litter_is_swept_away_at_the_next_start(claims: Claims, ring: dict[Key, Path]) -> None:
    claim = claim_of(8, 9)
    claims.secure(claim, some(ring, 8, 9), [])
    for name, content in {"new-c-2": b"{}", "c-3": b'{"folder": "c-3"}', "c-4": b"\0" * 600}.items():
        (claims.root / name).mkdir()
        (claims.root / name / "claim.json").write_bytes(content)
    (claims.root / "c-5").mkdir()
    os.link(ring[Key(2, 1)], claims.root / "c-5" / "00000002-000001.ts")
    shutil.copytree(claims.path(claim), claims.root / "c-6")  # says that it is c-1
    assert claims.read_all() == [claim]
    assert [path.name for path in claims.root.iterdir()] == ["c-1"]


def test_a_claim_that_the_disk_refuses_leaves_nothing(claims: Claims, ring: dict[Key, Path]) -> None:
    ring[Key(2, 9)].unlink()
    with pytest.raises(FileNotFoundError):
        claims.secure(claim_of(8, 9), some(ring, 8, 9), [])
    assert tree(claims) == []


@pytest.mark.parametrize("flush", [1, 2, 3])
def test_a_claim_that_the_card_refuses_at_a_flush_leaves_nothing(
    claims: Claims, ring: dict[Key, Path], flush: int
) -> None:
    secure = (
        "import sys, msgspec; from pathlib import Path; from appliance.memories.claims import Claims; "
        "from appliance.memories.model import Claim; claim = msgspec.json.decode(sys.argv[2], type=Claim); "
        "sources = {s.file_name: Path(sys.argv[3]) / s.key.path for s in claim.segments}; "
        "Claims(Path(sys.argv[1])).secure(claim, sources, sources)"
    )
    words = [str(claims.root.parent), msgspec.json.encode(claim_of(8, 9)).decode(), str(ring[Key(2, 9)].parents[1])]
    inject = ["strace", "-f", "-o", "/dev/null", "-e", f"inject=fsync:error=EIO:when={flush}"]
    done = subprocess.run(
        [*inject, sys.executable, "-c", secure, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "Input/output error" in done.stderr
    assert (tree(claims), claims.read_all()) == ([], [])


def test_a_growth_that_the_disk_refuses_leaves_the_claim_as_it_was(claims: Claims, ring: dict[Key, Path]) -> None:
    claim = claim_of(8, 9)
    claims.secure(claim, some(ring, 8, 9), [])
    ring[Key(2, 6)].unlink()
    with pytest.raises(FileNotFoundError):
        claims.extend(claim_of(6, 7, 8, 9), some(ring, 7, 6), [])
    assert claims.read_all() == [claim]
    longer = claim_of(7, 8, 9)
    claims.extend(longer, some(ring, 7), [])
    assert claims.read_all() == [longer]


# The order in which it reaches the card


def traced(folder: Path, reel: Reel) -> list[tuple[str, str]]:
    """The calls of a box that is pressed: (what, on which name), each where it was done."""
    log = folder / "trace"
    calls = "link,linkat,fdatasync,fsync,rename,renameat,renameat2,mkdir,mkdirat,write"
    command = ["strace", "-f", "-y", "-s", "64", "-e", f"trace={calls}", "-e", "signal=none", "-o", str(log)]
    command += [sys.executable, "-m", "tests.stands.pressing_box", str(folder / "box"), str(reel.segments[0].parent)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=60, stdout=subprocess.DEVNULL)
    begun: dict[str, str] = {}
    found: list[tuple[str, str]] = []
    for line in log.read_text().splitlines():
        thread, _, rest = line.partition(" ")
        if rest.rstrip().endswith("<unfinished ...>"):
            begun[thread] = rest
            continue
        text = begun.pop(thread) + rest if "resumed>" in rest else rest
        if call := _call(text.strip()):
            found.append(call)
    start = found.index(("write", "pressed"))
    return found[start + 1 :]


def _call(text: str) -> tuple[str, str] | None:
    name = text.partition("(")[0]
    if said := re.match(r'write\(1<[^>]*>, "(\w+)\\n"', text):
        return "write", said[1]
    paths = re.findall(r'"([^"]+)"|<(/[^>]+)>', text)
    path = next((found for pair in reversed(paths) for found in pair if "/.claims" in found), None)
    if path is None:
        return None
    at = path[path.index("/.claims") + 1 :]
    return {"linkat": "link", "mkdirat": "mkdir", "renameat": "rename", "renameat2": "rename"}.get(name, name), at


def test_everything_is_on_the_card_in_order_before_it_is_acknowledged(tmp_path: Path, reel: Reel) -> None:
    calls = traced(tmp_path, reel)
    told = calls.index(("write", "acknowledged"))
    folder = calls[0][1]
    final = folder.replace("new-", "")
    segments = [f"{folder}/00000000-00000{n}.ts" for n in (5, 6, 7)]
    assert re.fullmatch(r"\.claims/new-c-[0-9a-f]{16}", folder)
    flushed = [call for call in calls[:told] if call[0] == "fdatasync"]
    assert ("fdatasync", segments[2]) in flushed, "the open segment"
    assert ("fdatasync", segments[0]) not in flushed, "what is on the card already is not flushed again"
    assert [call for call in calls[:told] if call not in flushed[:-1]] == [
        ("mkdir", folder),
        *(("link", segment) for segment in segments),
        ("fdatasync", segments[2]),
        ("write", f"{folder}/claim.json"),
        ("fsync", f"{folder}/claim.json"),
        ("fsync", folder),
        ("rename", final),
        ("fsync", ".claims"),
    ]


def test_a_claim_that_grows_holds_the_old_until_the_new_is_on_the_card(tmp_path: Path, reel: Reel) -> None:
    calls = traced(tmp_path, reel)
    folder = calls[0][1].replace("new-", "")
    between = calls[calls.index(("write", "acknowledged")) + 1 : calls.index(("write", "counted"))]
    assert between == [
        ("link", f"{folder}/00000000-000003.ts"),
        ("link", f"{folder}/00000000-000004.ts"),
        ("write", f"{folder}/.claim.json.new"),
        ("fsync", f"{folder}/.claim.json.new"),
        ("rename", f"{folder}/claim.json"),
        ("fsync", folder),
    ]


def test_the_claim_file_is_plain_json(claims: Claims, ring: dict[Key, Path]) -> None:
    claim = claim_of(8, 9)
    claims.secure(claim, some(ring, 8, 9), [])
    content = msgspec.json.decode((claims.path(claim) / "claim.json").read_bytes())
    assert content["segments"][0] == {
        "epoch": 2,
        "number": 8,
        "start_s": 40.0,
        "end_s": 45.0,
        "is_whole": True,
        "size_bytes": None,
    }
