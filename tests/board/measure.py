"""When a boot came how far, by the guest's own monotonic clock."""

import base64
from dataclasses import dataclass

from tests.board.box import RING, Box
from tests.board.steps import Steps

_EMPTY_UNIT = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/usr/bin/true\n"
EMPTY_SERVICE = (
    "systemd.set_credential_binary=systemd.extra-unit.empty.service:"
    f"{base64.b64encode(_EMPTY_UNIT.encode()).decode()} systemd.wants=empty.service"
)
"""Words for the kernel: a service that does nothing, to compare with."""
EMPTY_SERVICE_INSTEAD = f"{EMPTY_SERVICE} systemd.mask=moment-recorder.service"
"""The same, and no recorder."""

_FIRST_INDEX = f"""
report=/run/moment-boot/report.json
until
    for epoch in {RING}/*/epoch.json; do newest=$epoch; done
    test -e $report && test "$newest" -nt $report && test -s "${{newest%/*}}/index"
do sleep 4; done
cat "${{newest%/*}}/index"
"""
"""What the index of this boot's newest epoch says, once it says something; with hardly a process meanwhile."""


@dataclass(frozen=True)
class BootTimes:
    """Seconds since the kernel began."""

    empty_service_s: float
    recording_since_s: float
    """When the first segment of this boot began."""
    first_segment_s: float
    """When it was whole and on the card."""

    @classmethod
    def of(cls, box: Box, within_s: float) -> "BootTimes":
        """Of the boot that is running, once its first segment is whole.

        Nobody may ask the recorder before: each question is a process that takes seconds of the emulated processors.
        """
        index = box.run(_FIRST_INDEX, within_s)
        began_s, ended_s = index.splitlines()[0].split()[1:3]
        empty_us = box.run("systemctl show empty.service -P ActiveEnterTimestampMonotonic")
        return cls(int(empty_us) / 1e6, float(began_s), float(ended_s))

    @property
    def later_s(self) -> float:
        """How much later than an empty service the recorder had its first footage."""
        return self.recording_since_s - self.empty_service_s

    def tell(self, steps: Steps, boot: str) -> None:
        """As facts of a story."""
        steps.fact(f"{boot}: an empty service ran", f"{self.empty_service_s:.1f} s")
        steps.fact(f"{boot}: the first segment began", f"{self.recording_since_s:.1f} s, {self.later_s:.1f} s later")
        steps.fact(f"{boot}: the first segment was whole", f"{self.first_segment_s:.1f} s")


def whole_boot_s(box: Box) -> float:
    """What systemd-analyze calls the time of the whole boot, once it is over."""
    box.run("systemctl is-system-running --wait || true")
    return int(box.run("systemctl show -P FinishTimestampMonotonic")) / 1e6
