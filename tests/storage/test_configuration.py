"""rclone's configuration file: one section comes or goes, everything else stays byte for byte."""

import re
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.storage.configuration import Configuration
from appliance.storage.model import Remote, StorageRefusedError
from appliance.storage.rclone import find_rclone
from appliance.storage.sections import is_encrypted, remotes_in, section_of, with_section, without_section

SECTION = b"[new]\ntype = webdav\npass = x\n"
names = (
    st.text("abcXYZ09 _-.+@\u00fc", min_size=1, max_size=6).map(str.strip).filter(lambda name: name and name != "new")
)
texts = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=12)
ends = st.sampled_from(["\n", "\r\n"])
keys = st.builds(lambda key, value: f"{key} = {value}", st.sampled_from(["type", "url", "token"]), texts)
comments = st.builds(lambda sign, text: f"{sign} {text}", st.sampled_from("#;"), texts)
headers = st.builds(lambda name: f"[{name}]", names)
lines = st.builds(lambda line, end: line + end, st.one_of(headers, keys, comments, st.just(""), st.just("  ")), ends)
contents = st.builds(
    lambda lines, tail: "".join(lines).encode() + tail,
    st.lists(lines, max_size=14),
    st.sampled_from([b"", b"[z]", b"# e"]),
)


@settings(deadline=None)
@given(contents)
def test_a_section_comes_and_goes_and_nothing_else_changes(content: bytes) -> None:
    fuller = with_section(content, SECTION)
    assert fuller.startswith(content)
    assert section_of(fuller, "new") == SECTION
    assert remotes_in(fuller) == [*remotes_in(content), Remote("new", "webdav")]
    emptier = without_section(fuller, "new")
    assert emptier.startswith(content)
    assert emptier[len(content) :].strip() == b""


@settings(deadline=None)
@given(contents, names)
def test_removing_takes_the_section_alone(content: bytes, name: str) -> None:
    """All its lines and an empty one; what is left are the same lines in the same order."""
    rest = without_section(content, name)
    assert section_of(rest, name) is None
    others = [remote for remote in remotes_in(content) if remote.name != name]
    assert remotes_in(rest) == others
    for remote in others:
        assert section_of(rest, remote.name) == section_of(content, remote.name)
    comments_before = re.findall(rb"^[ \t]*[#;][^\n]*", content, re.MULTILINE)
    kept = re.findall(rb"^[ \t]*[#;][^\n]*", rest, re.MULTILINE)
    if not any(remote.name == name for remote in remotes_in(content)):
        assert rest == content
    assert set(kept) <= set(comments_before)


def test_comments_around_a_section_stay() -> None:
    content = b"# top\n[a]\ntype = s3\n# inside\nkey = 1\n\n# of b\n[b]\ntype = sftp\n"
    assert without_section(content, "a") == b"# top\n# of b\n[b]\ntype = sftp\n"
    assert without_section(content, "b") == b"# top\n[a]\ntype = s3\n# inside\nkey = 1\n\n# of b\n"
    assert without_section(content, "c") == content


def test_a_section_that_stands_twice_is_one() -> None:
    content = b"[a]\ntype = s3\n[b]\ntype = x\n[a]\nkey = 2\n"
    assert remotes_in(content) == [Remote("a", "s3"), Remote("b", "x")]
    assert without_section(content, "a") == b"[b]\ntype = x\n"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.conf"
    path.write_bytes(b"[old]\ntype = s3\n\n" + SECTION)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_is_private_from_its_first_moment(tmp_path: Path, other: Path) -> None:
    path = tmp_path / "data" / "deep" / "rclone.conf"
    assert Configuration(path).remotes() == []
    assert Configuration(path).take("new", other) == Remote("new", "webdav")
    assert path.read_bytes() == SECTION
    assert mode(path) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["rclone.conf"]


def test_a_file_that_somebody_left_open_is_tightened(tmp_path: Path, other: Path) -> None:
    path = tmp_path / "rclone.conf"
    path.write_text("[a]\ntype = s3\n")
    path.chmod(0o644)
    configuration = Configuration(path)
    configuration.take("new", other)
    assert mode(path) == 0o600
    path.chmod(0o666)
    assert len(configuration.remotes()) == 2
    assert mode(path) == 0o600
    path.chmod(0o664)
    configuration.remove("a")
    assert mode(path) == 0o600
    assert path.read_bytes() == SECTION


def test_what_is_not_there_or_there_already_is_refused(tmp_path: Path, other: Path) -> None:
    configuration = Configuration(tmp_path / "rclone.conf")
    with pytest.raises(StorageRefusedError, match=r"There is no storage 'a'\. Set up: none yet"):
        configuration.remove("a")
    configuration.take("new", other)
    with pytest.raises(StorageRefusedError, match="There is a storage 'new' already"):
        configuration.take("new", other)
    with pytest.raises(StorageRefusedError, match="Set up: new"):
        configuration.require("a")
    with pytest.raises(StorageRefusedError, match="Nothing was noted"):
        configuration.take("absent", other)
    assert (tmp_path / "rclone.conf").read_bytes() == SECTION


def test_a_change_by_rclone_in_the_middle_of_ours_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "rclone.conf"
    path.write_bytes(b"[a]\ntoken = old\n")
    turns: list[bytes] = []

    def change(content: bytes) -> bytes:
        turns.append(content)
        if len(turns) < 3:
            path.write_bytes(b"[a]\ntoken = new%d\n" % len(turns))
        return with_section(content, SECTION)

    Configuration(path)._change(change)
    assert path.read_bytes() == b"[a]\ntoken = new2\n\n" + SECTION
    assert len(turns) == 3


def test_a_link_stays_a_link(tmp_path: Path, other: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "rclone.conf"
    link.symlink_to(tmp_path / "real" / "r.conf")
    Configuration(link).take("new", other)
    assert link.is_symlink()
    assert (tmp_path / "real" / "r.conf").read_bytes() == SECTION


def test_a_folder_in_the_place_of_the_file_is_a_sentence(tmp_path: Path, other: Path) -> None:
    with pytest.raises(StorageRefusedError, match="cannot be read"):
        Configuration(tmp_path).remotes()
    (tmp_path / "file").touch()
    with pytest.raises(StorageRefusedError, match=r"cannot be (read|written) \((Not a directory|File exists)\)"):
        Configuration(tmp_path / "file" / "rclone.conf").take("new", other)


def test_an_encrypted_file_is_refused(tmp_path: Path, other: Path) -> None:
    """One that rclone itself encrypted."""
    path = tmp_path / "rclone.conf"
    path.write_bytes(SECTION)
    argv = [find_rclone(), f"--config={path}", "config", "encryption", "set", "--password-command=echo word"]
    subprocess.run(argv, capture_output=True, check=True, timeout=60)
    encrypted = path.read_bytes()
    assert is_encrypted(encrypted)
    with pytest.raises(StorageRefusedError, match="is encrypted"):
        Configuration(path).remotes()
    with pytest.raises(StorageRefusedError, match="is encrypted"):
        Configuration(path).take("new", other)
    assert path.read_bytes() == encrypted
