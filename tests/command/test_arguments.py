"""What may be typed, and what each line of it becomes."""

import sys

import pytest

from appliance.command.arguments import parse
from appliance.command.main import successor


@pytest.mark.parametrize(
    "line",
    [
        "",
        "dance",
        "save --minutes",
        "save --minutes 0",
        "save --minutes -1",
        "save --minutes nan",
        "save --minutes inf",
        "save --minutes x",
        "save --minutes 1441",
        "save extra",
        "press",
        "press --hold -1",
        "press --hold 601",
        "press --hold 3 --button eject",
        "status --wat",
        "memory",
        "memory delete",
        "memory eat x",
        "upload --wait --cancel",
        "upload var/memories/x-MEMORY.mp4",
        "storage",
        "storage add two/words",
        "storage add -- -x",
        "storage add a b c",
        "storage add a b --set url",
        "storage add a b --set Url=x",
        "storage test",
        "storage remove",
        "config",
        "config check",
        "run file",
        "demo --config x",
        "demo --camera",
        "demo --camera nikon",
    ],
)
def test_wrong_use_ends_with_2_and_the_usage(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(line.split())

    assert caught.value.code == 2
    assert "usage: moment" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["--help", "save --help", "config check --help", "--version"])
def test_help_and_version_end_with_0(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(line.split())

    assert caught.value.code == 0
    assert "moment" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("run", "appliance.supervise"),
        ("run --config a.toml", "appliance.supervise --config a.toml"),
        ("run --config a.toml --base b.toml", "appliance.supervise --base b.toml --config a.toml"),
        ("demo", "appliance.supervise --demo"),
        ("demo --camera snapcam", "appliance.supervise --demo --camera snapcam"),
        ("bench", "appliance.bench"),
        ("bench --json --seconds 3 claim -h", "appliance.bench --json --seconds 3 claim -h"),
    ],
)
def test_what_takes_the_place_of_the_command(line: str, becomes: str) -> None:
    assert successor(parse(line.split())) == [sys.executable, "-m", *becomes.split()]


@pytest.mark.parametrize("words", [["storage", "test", ""], ["storage", "remove", "a\nb"], ["upload", ""]])
def test_a_name_is_a_name(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(words)

    assert caught.value.code == 2


def test_a_storage_may_have_answers_ahead() -> None:
    arguments = parse(["storage", "add", "garage", "webdav", "--set", "url=https://a=b", "--set", "pass="])

    assert (arguments.name, arguments.kind) == ("garage", "webdav")
    assert arguments.known == [("url", "https://a=b"), ("pass", "")]


def test_a_press_has_its_defaults() -> None:
    arguments = parse(["press", "--hold", "0"])

    assert (arguments.hold_s, arguments.button, arguments.json, arguments.socket) == (0.0, "save", False, None)
