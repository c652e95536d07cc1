"""Every message over the wire and back; what is too much of it is refused."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from appliance.control.messages import (
    AnyAnswer,
    AnyRequest,
    ChangeSettings,
    Picture,
    StorageBegin,
    StorageReply,
    WifiJoin,
)

DOCUMENT = (Path(__file__).parents[2] / "docs" / "control.md").read_text()
REQUESTS = [inspect.type_info(kind) for kind in get_args(AnyRequest)]
ANSWERS = [inspect.type_info(kind) for kind in get_args(AnyAnswer)]


def values(kind: inspect.Type) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - a table
    """Whatever a type allows."""
    match kind:
        case inspect.StructType(cls, fields):
            return st.builds(cls, **{field.name: values(field.type) for field in fields})
        case inspect.UnionType(types):
            return st.one_of(*map(values, types))
        case inspect.ListType(item_type=item):
            return st.lists(values(item), max_size=3)
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(values(key), values(value), min_size=kind.min_length or 0, max_size=3)
        case inspect.LiteralType(options):
            return st.sampled_from(options)
        case inspect.StrType():
            return strings(kind)
        case inspect.FloatType():
            return st.floats(kind.ge or kind.gt or 0, kind.le or 1e12, exclude_min=kind.gt is not None)
        case inspect.IntType():
            return st.integers(kind.ge or 0, kind.le or 2**53)
        case inspect.BytesType():
            return st.binary(max_size=40)
    return {inspect.BoolType: st.booleans(), inspect.NoneType: st.none()}[type(kind)]


def strings(kind: inspect.StrType) -> st.SearchStrategy[str]:
    longest = kind.max_length or 40
    if kind.pattern is None:
        return st.text(min_size=kind.min_length or 0, max_size=min(longest, 40))
    pattern = re.compile(kind.pattern)
    cut = st.from_regex(pattern).map(lambda text: text[: min(longest, 40)])
    return cut.filter(lambda text: pattern.search(text) is not None)


@given(st.one_of(*map(values, REQUESTS)))
@settings(deadline=None)
def test_a_request_comes_over_the_wire_as_it_was_meant(request_: Any) -> None:
    line = msgspec.json.encode(request_)

    assert msgspec.json.decode(line, type=AnyRequest) == request_
    assert b"\n" not in line


@given(st.one_of(*map(values, ANSWERS)))
@settings(deadline=None)
def test_an_answer_comes_over_the_wire_as_it_was_meant(answer: Any) -> None:
    line = msgspec.json.encode(answer)

    assert msgspec.json.decode(line, type=AnyAnswer) == answer
    assert b"\n" not in line


@given(st.one_of(*map(values, REQUESTS)), st.text(max_size=8).filter(lambda name: name != "do"))
@settings(deadline=None)
def test_a_field_that_is_not_known_is_refused(request_: Any, name: str) -> None:
    fields = msgspec.to_builtins(request_)
    if name not in fields:
        with pytest.raises(msgspec.ValidationError, match="unknown field"):
            msgspec.json.decode(json.dumps({**fields, name: 1}), type=AnyRequest)


@pytest.mark.parametrize("kind", get_args(AnyRequest), ids=lambda kind: kind.__name__)
def test_every_text_that_is_asked_with_is_bounded(kind: Any) -> None:
    for text in texts(inspect.type_info(kind)):
        assert text.max_length is not None
        assert text.max_length <= 8192


def texts(kind: inspect.Type) -> list[inspect.StrType]:
    match kind:
        case inspect.StructType(fields=fields):
            return [text for field in fields for text in texts(field.type)]
        case inspect.UnionType(types):
            return [text for option in types for text in texts(option)]
        case inspect.ListType(item_type=item):
            assert kind.max_length is not None
            return texts(item)
        case inspect.DictType(key_type=key, value_type=value):
            assert kind.max_length is not None
            return [*texts(key), *texts(value)]
        case inspect.StrType():
            return [kind]
    return []


BEGIN: dict[str, Any] = {"do": "storage-begin", "name": "garage", "kind": "webdav"}


@pytest.mark.parametrize(
    "asked",
    [
        {"do": "upload", "names": ["x"] * 1001},
        {"do": "upload", "names": ["../x"]},
        {"do": "upload", "names": [""]},
        {"do": "upload", "names": "x.mp4"},
        {"do": "upload", "names": ["x" * 256]},
        {"do": "cancel-upload", "names": ["a/b"]},
        {"do": "storage-test", "remote": ""},
        {"do": "storage-test", "remote": "a:b\nc"},
        {"do": "storage-test", "remote": "x" * 1025},
        {"do": "storage-remove", "name": "a:b"},
        {"do": "storage-remove", "name": ""},
        BEGIN | {"name": ""},
        BEGIN | {"name": "-rf"},
        BEGIN | {"name": "two words"},
        BEGIN | {"name": "a:b"},
        BEGIN | {"name": "a\n"},
        BEGIN | {"name": "`touch x`"},
        BEGIN | {"name": "x" * 65},
        BEGIN | {"kind": "Web/DAV"},
        BEGIN | {"kind": ""},
        BEGIN | {"parameters": {"Url": "x"}},
        BEGIN | {"parameters": {"a-b": "x"}},
        BEGIN | {"parameters": {"url": "x" * 8193}},
        BEGIN | {"parameters": {"url": 3}},
        BEGIN | {"parameters": {f"k{number}": "" for number in range(101)}},
        {"do": "ring", "limit": 0},
        {"do": "ring", "limit": 2001},
        {"do": "ring", "since_s": -1},
        {"do": "ring", "after": "1"},
        {"do": "ring", "after": "1-2\n"},
        {"do": "keep", "start_s": 1},
        {"do": "keep", "start_s": "1", "end_s": 2},
        {"do": "keep", "start_s": 1, "end_s": 1e12},
        {"do": "keep", "start_s": 1, "end_s": 2, "title": "x" * 201},
        {"do": "describe", "name": "../x"},
        {"do": "describe", "name": "x", "note": "x" * 4001},
        {"do": "memories", "limit": 0},
        {"do": "memories", "limit": 1001},
        {"do": "undelete", "name": "/etc/passwd"},
        {"do": "share", "name": "a/b"},
        {"do": "change-settings", "changes": {}},
        {"do": "change-settings", "changes": {"camera": "x"}},
        {"do": "change-settings", "changes": {"camera.url": {"a": 1}}},
        {"do": "change-settings", "changes": {"camera.url": "x" * 4097}},
        {"do": "change-settings", "changes": {"upload.networks": ["x"] * 101}},
        {"do": "picture", "kind": "webcam"},
        {"do": "set-clock", "now_s": 0, "zone": "Europe/Berlin"},
        {"do": "set-clock", "now_s": 1_795_000_000, "zone": "../../etc/passwd"},
        {"do": "set-clock", "now_s": 1_795_000_000, "zone": "/etc/passwd"},
        {"do": "set-clock", "now_s": 1_795_000_000, "zone": ""},
        {"do": "factory-reset", "parts": ["everything"], "word": "erase"},
        {"do": "factory-reset", "parts": ["settings"]},
        {"do": "storage-reply", "session": "s 1", "value": ""},
        {"do": "storage-reply", "session": "s1"},
        {"do": "storage-reply", "session": "s1", "value": "x" * 8193},
        {"do": "storage-abort", "session": "x" * 129},
        {"do": "wifi-join", "ssid": ""},
        {"do": "wifi-join", "ssid": "4"},
        {"do": "wifi-join", "ssid": "48" * 33},
        {"do": "wifi-join", "ssid": "AB"},
        {"do": "wifi-join", "ssid": "48\n"},
        {"do": "wifi-join", "ssid": "48", "password": "x" * 129},
        {"do": "wifi-join", "ssid": "48", "security": "wep"},
        {"do": "wifi-prefer", "ids": ["x"] * 101},
        {"do": "wifi-forget", "id": "../x"},
        {"do": "wifi-keep", "id": ""},
        {"do": "set-country", "country": "de"},
        {"do": "set-country", "country": "DEU"},
        {"do": "hotspot"},
    ],
    ids=lambda asked: json.dumps(asked)[:60],
)
def test_what_is_not_asked_rightly_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(asked), type=AnyRequest)


@pytest.mark.parametrize("kind", [*get_args(AnyRequest), *get_args(AnyAnswer)], ids=lambda kind: kind.__name__)
def test_every_message_is_documented(kind: Any) -> None:
    assert f"`{kind.__struct_config__.tag}`" in DOCUMENT or f'"is": "{kind.__struct_config__.tag}"' in DOCUMENT


def test_what_may_be_secret_is_not_shown() -> None:
    secrets = [
        StorageReply("s1", "hunter2"),
        StorageBegin("garage", "webdav", {"pass": "hunter2"}),
        WifiJoin("486f", "hunter2"),
        ChangeSettings({"camera.url": "rtsp://a:hunter2@b"}),
        Picture("rtsp", "rtsp://a:hunter2@b"),
    ]
    shown = f"{secrets!r}"

    assert "hunter2" not in shown
    assert "garage" in shown
    assert "camera.url" in shown
