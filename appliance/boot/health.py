"""`python3 -m appliance.boot.health [--stopped]`, the process of `moment-health.service`: was this boot any good?

Looks at the recorder every few seconds until it has been up for a minute: then what is on trial is confirmed, and the
boot is remembered as a good one. A recorder that does not come up in five minutes makes it a failed one. With
`--stopped`, when the machine is on its way down (the unit's `ExecStopPost=`, while the recorder's unit still is as it
was): unless the boot was good, a recorder that is failing makes it a failed one, for its unit asks for that;
else it was the owner's hand. Runs from the card's own application, whatever version of the recorder is in use.
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from appliance.boot.boots import Boots
from appliance.boot.guard import Ending
from appliance.boot.recorder import ask_recorder, ask_systemd
from appliance.boot.vigil import Vigil
from appliance.clock import SystemClock
from appliance.update.settling import confirm

LOOK_EVERY_S = 5.0
ANSWER_WITHIN_S = 10.0

Confirm = Callable[[str], object]
"""This version of the recorder stays, if it is on trial. Called before the boot counts as good: if the power goes in
between, it is called again in the next one."""

_log = logging.getLogger("moment-health")


class Health:
    """One boot's health: asks `uptime`, and tells `boots` how far the boot came."""

    def __init__(
        self, *, boots: Boots, boot_id: str, confirmations: Sequence[Confirm], socket_path: str, systemctl: str
    ) -> None:
        self._boots = boots
        self._boot_id = boot_id
        self._confirmations = confirmations
        self._socket_path = socket_path
        self._systemctl = systemctl

    def attend(self, look_every_s: float) -> None:
        """Until the boot is known to be good or not."""
        vigil = Vigil(time.monotonic())
        while True:
            word = ask_recorder(self._socket_path, ANSWER_WITHIN_S)
            ending = vigil.look(time.monotonic(), word.uptime_s if word else None)
            if word and ending == "good":
                return self._good(word.version)
            if ending == "unwell":
                return self._remember("unwell", ask_systemd(self._systemctl).why)
            if ending:
                self._remember(ending)
            time.sleep(look_every_s)

    def stopped(self) -> None:
        """The machine is on its way down."""
        if self._boots.ending(self._boot_id) == "good":
            return
        life = ask_systemd(self._systemctl)
        if life.is_failing(answers=ask_recorder(self._socket_path, ANSWER_WITHIN_S) is not None):
            self._remember("unwell", life.why)
        else:
            self._remember("clean")

    def _good(self, version: str) -> None:
        # before the mark: if the power goes in between, it is confirmed once more, and not taken back for nothing
        for keep in self._confirmations:
            try:
                keep(version)
            except Exception:  # noqa: BLE001 - of another room, and no reason to forget that this boot was good
                _log.exception("what is on trial could not be confirmed")
        self._remember("good")

    def _remember(self, ending: Ending, why: str = "") -> None:
        try:
            self._boots.mark(self._boot_id, ending, why)
        except OSError as trouble:
            _log.warning("The card does not take how this boot goes (%s).", trouble.strerror)
        _log.info("this boot: %s", f"{ending}, {why}" if why else ending)


def main(confirmations: Sequence[Confirm] = (confirm,)) -> int:
    """Attend this boot."""
    parser = argparse.ArgumentParser(prog="moment-health")
    parser.add_argument("--boots", type=Path, default=Path("/data/system/boots.json"))
    parser.add_argument("--socket", default="/run/moment-recorder/control.sock")
    parser.add_argument("--systemctl", default="systemctl")
    parser.add_argument("--look-every", type=float, default=LOOK_EVERY_S)
    parser.add_argument("--stopped", action="store_true")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    health = Health(
        boots=Boots(asked.boots),
        boot_id=SystemClock().boot_id,
        confirmations=confirmations,
        socket_path=asked.socket,
        systemctl=asked.systemctl,
    )
    if asked.stopped:
        health.stopped()
    else:
        health.attend(asked.look_every)
    return 0


if __name__ == "__main__":
    sys.exit(main())
