"""The stand-in against NetworkManager's own introspection files (Debian's package network-manager-dev)."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.stands.network_manager import NetworkManagerStand

INTERFACES = Path("/usr/share/dbus-1/interfaces")


def real_properties(interface: str) -> dict[str, str]:
    """Names and D-Bus types."""
    file = INTERFACES / f"{interface}.xml"
    assert file.is_file(), "`scripts/system-packages test` installs network-manager-dev"
    (found,) = [one for one in ET.parse(file).iter("interface") if one.get("name") == interface]
    return {each.attrib["name"]: each.attrib["type"] for each in found.findall("property")}


@pytest.fixture
def shown(manager: NetworkManagerStand) -> dict[str, dict[str, str]]:
    manager.join_wifi(b"home", "home")
    return {
        interface: {name: value.signature for name, value in properties.items()}
        for interfaces in manager.objects.values()
        for interface, properties in interfaces.items()
    }


@pytest.mark.parametrize("interface", ["", ".Connection.Active", ".AccessPoint"])
def test_it_has_the_names_and_types_of_the_real_one(interface: str, shown: dict[str, dict[str, str]]) -> None:
    name = f"org.freedesktop.NetworkManager{interface}"
    assert shown[name]
    assert shown[name].items() <= real_properties(name).items()
