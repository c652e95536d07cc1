"""What the owner writes into `moment.toml`, and what is said about it."""

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.settings.model import Settings
from appliance.settings.reading import SettingsError, read_settings


def refusal(path: Path, content: str | bytes) -> list[str]:
    """The sentences about a file, without its name."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    return [sentence.removeprefix(str(path)).removeprefix(", ") for sentence in caught.value.sentences]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "moment.toml"


def test_no_file_means_the_embedded_defaults() -> None:
    assert read_settings(None) == Settings()


def test_an_empty_file_means_the_embedded_defaults(file: Path) -> None:
    file.write_text("")

    assert read_settings(file) == Settings()


def test_every_section_is_read(file: Path) -> None:
    file.write_text(
        '[camera]\nkind = "rtsp"\nurl = "rtsp://cam/live"\ntransport = "udp"\n'
        '[ring]\ncapacity_bytes = 2_000_000\nsegment_seconds = 2\n[memories]\noverlap = "separate"\n'
        '[panel]\nkind = "gpio"\nbuzzer_pin = 5\n[control]\nsocket = "/run/x.sock"\n'
    )

    settings = read_settings(file)

    assert (settings.camera.kind, settings.camera.url, settings.camera.transport) == ("rtsp", "rtsp://cam/live", "udp")
    assert (settings.ring.capacity_bytes, settings.ring.segment_seconds) == (2_000_000, 2.0)
    assert settings.memories.overlap == "separate"
    assert (settings.panel.kind, settings.panel.buzzer_pin, settings.panel.save_pin) == ("gpio", 5, 17)
    assert settings.control.socket == "/run/x.sock"


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_file_from_windows_is_read(file: Path, codec: str) -> None:
    file.write_bytes('\ufeff[camera]\r\nkind = "v4l2"\r\n'.encode(codec))

    assert read_settings(file).camera.kind == "v4l2"


def test_a_misspelt_key_is_told_in_the_promised_words(file: Path) -> None:
    file.write_text('# my camera\n[camera]\nknd = "rtsp"\n')

    with pytest.raises(SettingsError) as caught:
        read_settings(file)

    assert caught.value.sentences == (f'{file}, line 3: camera.knd is not a setting; did you mean "kind"?',)


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(file: Path) -> None:
    said = refusal(
        file,
        '[panel]\nsave_pin = 99\n[camra]\nkind = "rtsp"\n[camera]\ntransport = "tpc"\n'
        "[panel.lamp_pin]\n[ring]\nspeed = 3\n",
    )

    assert said == [
        "line 2: panel.save_pin must be a whole number, at least 0 and at most 27, not 99",
        "line 3: camra is not a section; did you mean [camera]?",
        'line 6: camera.transport must be one of "tcp", "udp", not "tpc"; did you mean "tcp"?',
        "line 7: panel.lamp_pin must be a whole number, at least 0 and at most 27, not a section",
        "line 9: ring.speed is not a setting; [ring] knows directory, capacity_bytes, segment_seconds",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[camera]\nsave_pin = 3", 'line 2: camera.save_pin is not a setting; did you mean "panel.save_pin"?'),
        ('kind = "rtsp"', "line 1: kind stands outside of its section [camera] or [panel]"),
        (
            "\n\nzzz = 1",
            "line 3: zzz is not a section; there are [camera], [ring], [memories], [panel], [upload], [network], ",
        ),
        ("camera = 3", "line 1: camera must be a section: [camera]"),
        ("[[camera]]\n", "line 1: camera must be a section: [camera]"),
        ("camera.knd = 3", 'line 1: camera.knd is not a setting; did you mean "kind"?'),
        ("\ncamera = { knd = 3 }", 'line 2: camera.knd is not a setting; did you mean "kind"?'),
        ('["camera"]\n"k\\u006ed" = 3', 'line 2: camera.knd is not a setting; did you mean "kind"?'),
        ('[camera]\n"a\\nb" = 3', 'line 2: camera."a\\nb" is not a setting; [camera] knows'),
        ('[camera]\naudio = """\nkind = 3\n"""\nknd = 1', 'line 5: camera.knd is not a setting; did you mean "kind"?'),
        ("[panel]\nsave_pin = 1.0", "line 2: panel.save_pin must be a whole number"),
        ("[panel]\nsave_pin = true", "line 2: panel.save_pin must be a whole number"),
        ("[panel]\nbuzzer_pin = []", "at least 0 and at most 27, not a list"),
        ("[panel]\nbuzzer_pin = 1979-05-27", "at least 0 and at most 27, not a date or time"),
        ("[ring]\nsegment_seconds = nan", "must be a number, at least 1 and at most 60, not nan"),
        ("[memories]\nminutes_per_step = 0", "must be a number, above 0 and at most 60, not 0"),
        ("[ring]\ncapacity_bytes = 0x" + "f" * 9000, "not a huge number"),
        ("[camera]\naudio = 3", "line 2: camera.audio must be a text in quotes, not 3"),
    ],
)
def test_one_mistake_is_told_in_plain_words(file: Path, text: str, said: str) -> None:
    (sentence,) = refusal(file, text)

    assert said in sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[camera]\nkind = "rtsp"', "line 2: camera.url must look like rtsp://ADDRESS/PATH"),
        ('[camera]\nkind = "rtsp"\nurl = "http://cam/"', "line 3: camera.url must look like rtsp://"),
        ('[camera]\nkind = "rtsp"\nurl = "rtsp:///live"', "line 3: camera.url must look like rtsp://"),
        ('[camera]\nkind = "rtsp"\nurl = "rtsp://cam:port/"', "line 3: camera.url must look like rtsp://"),
        ('[camera]\nkind = "rtsp"\nurl = "rtsp://ca\\nm/"', "line 3: camera.url must look like rtsp://"),
        ('[camera]\nkind = "mpegts-udp"', "line 2: camera.url must look like udp://ADDRESS:PORT"),
        ('[camera]\nkind = "mpegts-udp"\nurl = "udp://0.0.0.0"', "line 3: camera.url must look like udp://"),
        ('[camera]\nkind = "mpegts-udp"\nurl = "udp://0.0.0.0:0"', "line 3: camera.url must look like udp://"),
        ('[camera]\nkind = "mpegts-udp"\nurl = "udp://0.0.0.0:99999"', "line 3: camera.url must look like udp://"),
        ('[camera]\nkind = "v4l2"\ndevice = ""', 'line 3: camera.device must name the camera, for example "/dev'),
        ('[camera]\naudio = ""', 'line 2: camera.audio must be "auto", "none" or an ALSA device'),
        ('[ring]\ndirectory = " "', "line 2: ring.directory must not be empty"),
        ('[memories]\ndirectory = ""', "line 2: memories.directory must not be empty"),
        ('[memories]\ndirectory = "~/m"', 'line 2: memories.directory must be written in full: "~" is not known here'),
        ('[memories]\ndirectory = "a\\u0000b"', "line 2: memories.directory must not hold line breaks"),
        ('[memories]\ndirectory = "./var//ring"', "line 2: memories.directory is the folder of ring.directory"),
        (
            '[network]\ncountry = "de"',
            'line 2: network.country must be the two capital letters of a country, such as "DE"',
        ),
        (f'[network]\nhotspot_name = "{"é" * 17}"', "line 2: network.hotspot_name must be visible text of at most 32"),
        ('[network]\nhost_name = "my porch"', "line 2: network.host_name must be at most 63 letters without accents"),
        ('[network]\nhost_name = "-porch"', "line 2: network.host_name must be at most 63 letters without accents"),
        (f'[network]\nhost_name = "{"a" * 64}"', "line 2: network.host_name must be at most 63 letters"),
        ('[network]\nhost_name = "moment.local"', "line 2: network.host_name must be at most 63 letters"),
        ('[network]\nhotspot_name = "a\\nb"', "line 2: network.hotspot_name must be visible text"),
        ('[network]\nhotspot_file = ""', "line 2: network.hotspot_file must not be empty"),
        ('[control]\nsocket = ""', "line 2: control.socket must not be empty"),
        (f'[control]\nsocket = "/{"é" * 54}"', "line 2: control.socket is longer than the 107 bytes"),
        ("[panel]\nlamp_pin = 17", "line 2: panel.lamp_pin is GPIO 17, which panel.save_pin has already"),
        ("[panel]\nbuzzer_pin = 22", "line 2: panel.buzzer_pin is GPIO 22, which panel.lamp_pin has already"),
    ],
)
def test_rules_between_keys(file: Path, text: str, said: str) -> None:
    (sentence,) = refusal(file, text)

    assert said in sentence


def test_the_same_folder_by_an_absolute_name_is_noticed(file: Path) -> None:
    (sentence,) = refusal(file, f'[ring]\ndirectory = "a"\n[memories]\ndirectory = "{Path.cwd()}/b/../a"')

    assert "line 4: memories.directory is the folder of ring.directory" in sentence


@pytest.mark.parametrize("url", ["udp://0.0.0.0:8554", "udp://@:8554", "udp://@239.0.0.1:1234?fifo_size=1000"])
def test_usual_udp_addresses_are_taken(file: Path, url: str) -> None:
    file.write_text(f'[camera]\nkind = "mpegts-udp"\nurl = "{url}"')

    assert read_settings(file).camera.url == url


def test_a_longest_socket_path_is_taken(file: Path) -> None:
    file.write_text(f'[control]\nsocket = "/{"x" * 106}"')

    assert len(read_settings(file).control.socket) == 107


def test_no_rule_between_keys_is_told_on_top_of_a_wrong_value(file: Path) -> None:
    assert len(refusal(file, '[panel]\nsave_pin = "x"\nlamp_pin = 17')) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[camera]\nkind = rtsp\n", "line 2: this is not valid TOML at column 8: Invalid value"),
        ('[camera]\nkind = "a"\nkind = "b"\n', "line 3: this is not valid TOML at column 11: Cannot overwrite a value"),
        ("[camera", "line 1: this is not valid TOML"),
        ("a = " + "[" * 100_000, "line 1: this is not valid TOML: maximum recursion depth"),
        ("\na = " + "9" * 5000, "line 2: this is not valid TOML"),
        (b"a = 1\nb = '\xff'\n", "line 2: this is not UTF-8 text; save the file as UTF-8."),
        ("[camera]\n".encode("utf-16")[:-1], "line 1: this is not UTF-8 text"),
        (b"#" * (1 << 20) + b"#", " is larger than 1 MiB; that is not a settings file."),
    ],
)
def test_a_file_that_is_no_toml(file: Path, content: str | bytes, said: str) -> None:
    (sentence,) = refusal(file, content)

    assert said in sentence


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^There is no settings file .*/none\.toml\.$"):
        read_settings(tmp_path / "none.toml")


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read: Is a directory\.$"):
        read_settings(tmp_path)


def test_a_forbidden_file_is_told(file: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    file.touch(mode=0)

    with pytest.raises(SettingsError, match=r"cannot be read: Permission denied\.$"):
        read_settings(file)


@pytest.mark.parametrize(
    "text",
    [
        '[camera]\nkind = "rtsp"\nurl = "http://me:hunter2@cam/"',
        '[camera]\nkind = "rtsp"\nurl = ["rtsp://me:hunter2@cam/"]',
        '[camera]\nkind = "rtsp"\nurl = "rtsp://me:hunter2#@cam/"',
        "[camera]\nurl = rtsp://me:hunter2@cam/",
    ],
)
def test_a_refused_url_does_not_give_its_password_away(file: Path, text: str) -> None:
    assert "hunter2" not in "\n".join(refusal(file, text))


def sentences_about(file: Path) -> tuple[str, ...]:
    """What is said about a file: nothing when it gives settings, at least one sentence otherwise."""
    try:
        read_settings(file)
    except SettingsError as error:
        return error.sentences or ("an error without a sentence",)
    return ()


SECTIONS = [section.name for section in msgspec.structs.fields(Settings)]
KEYS = [key.name for section in msgspec.structs.fields(Settings) for key in msgspec.structs.fields(section.type)]
VALUES = ['"rtsp"', '"rtsp://a/b"', '"v4l2"', '"\\u0000"', '""', "3", "17", "-1", "1e999", "nan", "true", "[]", "{}"]
VALUES += ["1979-05-27", "'''\nkind = 3\n'''", '"""', "[[", "0x" + "f" * 40, '{kind = "gpio"}', "[{a = 1}]"]
words = st.sampled_from([*SECTIONS, *KEYS, "knd", '"a b"', "'x'", "camera.kind", '"\\u0007"']) | st.text(max_size=8)
toml_lines = (
    st.builds("[{}]".format, words)
    | st.builds("[[{}]]".format, words)
    | st.builds("{} = {}".format, words, st.sampled_from(VALUES) | words)
    | st.text(max_size=12)
)


@settings(deadline=None)
@given(st.lists(toml_lines, max_size=8).map("\n".join))
def test_any_text_gives_settings_or_sentences(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(text.encode(errors="surrogatepass"))

    for sentence in sentences_about(file):
        assert sentence.startswith(f"{file}, line ")
        assert sentence.isprintable()


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_give_settings_or_sentences(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "bytes.toml"
    file.write_bytes(content)

    for sentence in sentences_about(file):
        assert sentence.startswith(f"{file}, line ")


@settings(deadline=None)
@given(
    st.sampled_from(
        [
            (section.name, key.name)
            for section in msgspec.structs.fields(Settings)
            for key in msgspec.structs.fields(section.type)
        ]
    ),
    st.integers(0, 5),
)
def test_a_wrong_key_is_told_with_its_own_line(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str, str], blank_lines: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "one.toml"
    section, key = place
    file.write_text(f"# first\n[{section}]\n" + "\n" * blank_lines + f"{key} = {{}}\n")

    with pytest.raises(SettingsError, match=rf", line {3 + blank_lines}: {section}\.{key} must be "):
        read_settings(file)
