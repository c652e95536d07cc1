"""The promises about power cuts, seen from below: the order of the system calls of one press (M2, R6)."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from appliance.control.messages import Save
from tests.system.conftest import BoxFactory

WATCHED = "link,linkat,rename,renameat,renameat2,fsync,fdatasync,write,sendto"

_CALL = re.compile(r"^(?:\[pid +)?(\d+)\]? +(\w+)\((.*)$")


def calls_of(trace: Path) -> Iterator[str]:
    """Every watched call that came to its end, as `name(arguments`, in the order of their ends.

    A call that another thread interrupts stands in two lines: it is over at the second.
    """
    begun: dict[str, str] = {}
    for line in trace.read_text(errors="replace").splitlines():
        thread, _, rest = line.strip().partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            begun[thread] = rest.removesuffix("<unfinished ...>")
        elif rest.startswith("<... "):
            yield begun.pop(thread, "") + rest.partition("resumed>")[2]
        else:
            yield rest


def place(calls: list[str], *words: str, after: int = -1) -> int:
    """Where the first call after `after` stands that has all these words."""
    found = next((n for n, call in enumerate(calls) if n > after and all(word in call for word in words)), None)
    assert found is not None, f"no call with {words} after call {after}"
    return found


@pytest.mark.skipif(which("strace") is None, reason="`scripts/system-packages test` installs strace")
def test_a_press_is_on_the_card_before_it_is_answered(box: BoxFactory, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    strace = ("strace", "-D", "-f", "-y", "-qq", "-s", "120", "--seccomp-bpf", "-e", f"trace={WATCHED}", "-o", trace)
    recorder = box().start(before=[str(word) for word in strace], within_s=40)
    recorder.wait_for_segments(3)
    with recorder.client() as client:
        answer = client.ask(Save(minutes=1))
    recorder.wait_until_kept()
    assert recorder.end() == 0

    calls = list(calls_of(trace))
    claims = str(recorder.memories / ".claims")
    links = [n for n, call in enumerate(calls) if call.startswith("link") and "/new-c-" in call]
    assert len(links) >= 4, "the open segment is one of them"
    provisional = re.search(r"new-c-[0-9a-f]+", calls[links[0]])
    assert provisional
    written = place(calls, "fsync(", f"{provisional[0]}/claim.json", after=links[-1])
    flushed = [
        n for n, call in enumerate(calls[:written]) if call.startswith("fdatasync(") and f"{provisional[0]}/" in call
    ]
    opened = max(re.findall(r"/(\d{8}-\d{6}\.ts)", " ".join(calls[n] for n in links)))
    assert any(opened in calls[n] for n in flushed), "the bytes of the segment that is being written"
    assert links[-1] < flushed[0]
    folder = place(calls, "fsync(", f"{provisional[0]}>", after=written)
    named = place(calls, "rename", provisional[0], after=folder)
    parent = place(calls, "fsync(", f"{claims}>", after=named)
    answered = place(calls, "sendto(", answer.id, '\\"is\\":\\"save\\"')
    assert parent < answered
    assert not any(answer.id in call for call in calls[:parent] if call.startswith("sendto(")), "not a word before"


@pytest.mark.skipif(which("strace") is None, reason="`scripts/system-packages test` installs strace")
def test_a_segment_is_on_the_card_before_the_index_says_so(box: BoxFactory, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    strace = ("strace", "-D", "-f", "-y", "-qq", "--seccomp-bpf", "-e", f"trace={WATCHED}", "-o", trace)
    recorder = box().start(before=[str(word) for word in strace], within_s=40)
    recorder.wait_for_segments(4)
    assert recorder.end() == 0

    calls = list(calls_of(trace))
    described = place(calls, "rename", "epoch.json")
    noted = [(n, call) for n, call in enumerate(calls) if call.startswith("write(") and "/index>" in call]
    assert len(noted) >= 4
    for n, call in noted:
        number = re.search(r'"(?:\\n)?(\d+) ', call)
        assert number
        assert place(calls, "fdatasync(", f"/{int(number[1]):06d}.ts>") < n
        assert described < n
