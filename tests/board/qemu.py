"""Pure: the emulators' command lines. Both start the card's own kernel, initial file system and command line."""

from dataclasses import dataclass
from pathlib import Path

from tests.board.card import Start

CAMERA_PORT = 8554
"""Where the box listens for its camera."""

HOST = "10.0.3.2"
"""This machine, as the home network reaches it. The camera's network leads nowhere: what leaves the box, leaves it by
Wi-Fi."""

FILES_PORT = "files"
CAMERA_MAC = "52:54:00:00:00:01"
HOME_MAC = "52:54:00:00:00:02"

_SHELL_WORDS = "loglevel=6 systemd.debug_shell={} systemd.getty_auto=no"
"""The kernel speaks on the console, as a sign of life, whatever the card's own words say."""
_NO_VIDEOCORE = "modprobe.blacklist=vchiq"
"""The emulated firmware refuses VCHIQ ("failed to set channelbase", says the kernel). The driver then frees memory that
threads which it has just started still read: one that comes late ends everything."""
_RADIO_WORDS = "modules-load=mac80211_hwsim mac80211_hwsim.radios=3"

VIRT_MACHINE = ["-M", "virt", "-cpu", "cortex-a53", "-smp", "2", "-m", "512"]
PI_MACHINE = ["-M", "raspi3b"]


@dataclass(frozen=True)
class Sockets:
    """Where the outside gets in."""

    folder: Path

    @property
    def monitor(self) -> Path:
        return self.folder / "monitor.sock"

    @property
    def wires(self) -> Path:
        return self.folder / "wires.sock"

    @property
    def shell(self) -> Path:
        return self.folder / "shell.sock"

    @property
    def files(self) -> Path:
        """A port that files of the guest come out of, whatever its networks do."""
        return self.folder / "files.sock"

    @property
    def console(self) -> Path:
        """Not a socket: the file that the console's words go to."""
        return self.folder / "console.log"

    def clear(self) -> None:
        """Take away what an emulator that was killed has left: nobody listens there."""
        for path in (self.monitor, self.wires, self.shell, self.files, self.console):
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Disks:
    """`write_log`: keep every write and flush in this file, in the format of the kernel's dm-log-writes."""

    card: Path
    payload: Path | None = None
    write_log: Path | None = None


def virt(
    start: Start, disks: Disks, sockets: Sockets, *, tree: Path, camera_port: int, more_words: str = ""
) -> list[str]:
    """A board of two cores and 512 MB with networks, radios, buttons and a shell."""
    words = [
        start.command_line,
        "console=ttyAMA0",
        _SHELL_WORDS.format("hvc0"),
        _RADIO_WORDS,
        "systemd.show_status=error",
        more_words,
    ]
    camera = f"user,id=camera,ipv6=off,restrict=on,hostfwd=udp:127.0.0.1:{camera_port}-:{CAMERA_PORT}"
    return [
        *_common(start, sockets, " ".join(words)),
        *VIRT_MACHINE, "-accel", "tcg,thread=multi", "-dtb", str(tree),
        "-serial", f"file:{sockets.console}",
        "-qtest", f"unix:{sockets.wires},server=on,wait=off", "-qtest-log", "/dev/null",
        "-device", "virtio-serial-pci", "-chardev", f"socket,id=shell,path={sockets.shell},server=on,wait=off",
        "-device", "virtconsole,chardev=shell",
        "-chardev", f"socket,id=files,path={sockets.files},server=on,wait=off",
        "-device", f"virtserialport,chardev=files,name={FILES_PORT}",
        "-netdev", camera, "-device", f"virtio-net-pci,netdev=camera,mac={CAMERA_MAC},romfile=",
        "-netdev", "user,id=home,ipv6=off,net=10.0.3.0/24",
        "-device", f"virtio-net-pci,netdev=home,mac={HOME_MAC},romfile=",
        *_card(disks), "-device", "virtio-blk-pci,drive=card",
        *_payload(disks),
    ]  # fmt: skip


def raspberry_pi(start: Start, disks: Disks, sockets: Sockets, *, tree: Path) -> list[str]:
    """A Raspberry Pi 3 B: the Pi's own device tree and SD card; no networks, nothing at its pins.

    Its shell is on the second serial line, which is its console; the first one is Bluetooth's.
    """
    # the emulated watchdog does not wait: the machine is reset in the instant it is armed (hw/misc/bcm2835_powermgt.c)
    words = [start.command_line, "console=ttyS1", _SHELL_WORDS.format("ttyS1"), "systemd.watchdog_sec=0", _NO_VIDEOCORE]
    shell = f"socket,id=shell,path={sockets.shell},server=on,wait=off,logfile={sockets.console}"
    return [
        *_common(start, sockets, " ".join(words)),
        *PI_MACHINE, "-accel", "tcg,thread=multi", "-dtb", str(tree),
        "-chardev", shell, "-serial", "null", "-serial", "chardev:shell",
        "-drive", f"file={disks.card},format=raw,if=sd",
    ]  # fmt: skip


def _common(start: Start, sockets: Sockets, words: str) -> list[str]:
    monitor = f"unix:{sockets.monitor},server=on,wait=off"
    return [
        "qemu-system-aarch64", "-display", "none", "-no-reboot", "-nodefaults", "-qmp", monitor,
        "-kernel", str(start.kernel), "-initrd", str(start.initrd), "-append", words,
    ]  # fmt: skip


def _card(disks: Disks) -> list[str]:
    file = f"driver=raw,file.driver=file,file.filename={disks.card}"
    if disks.write_log is None:
        return ["-blockdev", f"node-name=card,{file}"]
    return [
        "-blockdev", f"node-name=medium,{file}",
        "-blockdev", f"node-name=log,driver=raw,file.driver=file,file.filename={disks.write_log}",
        "-blockdev", "node-name=card,driver=blklogwrites,file=medium,log=log",
    ]  # fmt: skip


def _payload(disks: Disks) -> list[str]:
    if disks.payload is None:
        return []
    file = f"driver=raw,file.driver=file,file.filename={disks.payload},node-name=payload,read-only=on"
    return ["-blockdev", file, "-device", "virtio-blk-pci,drive=payload,serial=payload"]
