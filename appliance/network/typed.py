"""A value with its D-Bus type beside it: what is told to NetworkManager is built without knowing any library."""

from collections.abc import Mapping

from msgspec import Struct


class Typed(Struct, frozen=True):
    """`signature`: of D-Bus, such as `s`, `u`, `b`, `ay`, `as`, `aa{sv}`. Values inside of `v` are `Typed` as well."""

    signature: str
    value: object


Settings = Mapping[str, Mapping[str, Typed]]
"""A connection as NetworkManager takes it: `a{sa{sv}}`, a section each (nm-settings-dbus(5))."""


def text(value: str) -> Typed:
    """A `s`."""
    return Typed("s", value)


def flag(*, value: bool) -> Typed:
    """A `b`."""
    return Typed("b", value)


def number(value: int) -> Typed:
    """A `i`: signed, of 32 bits."""
    return Typed("i", value)


def count(value: int) -> Typed:
    """A `u`: unsigned, of 32 bits."""
    return Typed("u", value)


def data(value: bytes) -> Typed:
    """A `ay`."""
    return Typed("ay", value)


def texts(*values: str) -> Typed:
    """A `as`."""
    return Typed("as", list(values))
