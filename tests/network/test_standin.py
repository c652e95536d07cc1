"""The stand-in against NetworkManager's own introspection files (Debian's package network-manager-dev)."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from appliance.network.standin.air import Router
from appliance.network.standin.state import NAME, Active, Connection, State, Wireless

INTERFACES = Path("/usr/share/dbus-1/interfaces")


def real_properties(interface: str) -> dict[str, str]:
    """Names and D-Bus types."""
    file = INTERFACES / f"{interface}.xml"
    assert file.is_file(), "`scripts/system-packages test` installs network-manager-dev"
    (found,) = [one for one in ET.parse(file).iter("interface") if one.get("name") == interface]
    return {each.attrib["name"]: each.attrib["type"] for each in found.findall("property")}


@pytest.fixture
def shown() -> dict[str, dict[str, str]]:
    home = Router(b"home")
    connection = Connection("/c", {"connection": {"id": ("s", "home")}}, "disk")
    state = State(has_wire=True, heard=[home], radios=[Wireless(active=Active("/a", connection, home, is_up=True))])
    return {
        interface: {name: signature for name, (signature, _) in properties.items()}
        for interfaces in state.objects().values()
        for interface, properties in interfaces.items()
    }


@pytest.mark.parametrize(
    "interface", ["", ".Device", ".Device.Wireless", ".Connection.Active", ".AccessPoint", ".IP4Config"]
)
def test_it_has_the_names_and_types_of_the_real_one(interface: str, shown: dict[str, dict[str, str]]) -> None:
    name = f"{NAME}{interface}"

    assert shown[name]
    assert shown[name].items() <= real_properties(name).items()
