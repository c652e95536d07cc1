"""NetworkManager's own reader and writer of keyfiles (libnm), asked line by line over standard input and output.

Run by the system's Python (`/usr/bin/python3`, which has gi), not by the virtual environment's. A line
`{"keyfile": …}` or `{"settings": …}` is answered by what NetworkManager understands, one like
`{"ssid": HEX, "password": …, "hidden": …}` by the keyfile that it would write.
"""

import json
import sys
import uuid
from typing import Any

import gi  # type: ignore[import-not-found]  # the system's Python has it

gi.require_version("NM", "1.0")
from gi.repository import GLib, NM  # type: ignore[import-not-found] # noqa: E402, I001 - gi wants the version first


def understood(keyfile: str) -> dict[str, Any]:
    """What NetworkManager makes of a keyfile, once it has found it valid."""
    file = GLib.KeyFile()
    content = GLib.Bytes.new(keyfile.encode())
    file.load_from_bytes(content, GLib.KeyFileFlags.NONE)
    connection = NM.keyfile_read(file, "/", NM.KeyfileHandlerFlags.NONE, None, None)
    connection.normalize(None)
    wifi, security = connection.get_setting_wireless(), connection.get_setting_wireless_security()
    return {
        "ssid": bytes(wifi.get_ssid().get_data()).hex(),
        "hidden": wifi.get_hidden(),
        "password": security.get_psk() if security else "",
        "key-mgmt": security.get_key_mgmt() if security else "",
        "uuid": connection.get_uuid(),
        "retries": connection.get_setting_connection().get_autoconnect_retries(),
        "autoconnect": connection.get_setting_connection().get_autoconnect(),
    }


def taken(settings: str) -> dict[str, Any]:
    """What NetworkManager makes of settings that came over D-Bus, in GVariant's text; an error if it refuses them."""
    connection = NM.SimpleConnection.new_from_dbus(GLib.Variant.parse(GLib.VariantType("a{sa{sv}}"), settings))
    connection.normalize(None)
    connection.verify()
    connection.verify_secrets()
    wifi, addresses = connection.get_setting_wireless(), connection.get_setting_ip4_config()
    return {
        "ssid": bytes(wifi.get_ssid().get_data()).hex(),
        "mode": wifi.get_mode(),
        "method": addresses.get_method(),
        "addresses": [addresses.get_address(n).get_address() for n in range(addresses.get_num_addresses())],
        "uuid": connection.get_uuid(),
    }


def written(ssid: bytes, password: str, *, is_hidden: bool) -> str:
    """The keyfile of a network that was set up some other way."""
    connection = NM.SimpleConnection.new()
    about = NM.SettingConnection.new()
    about.set_property("id", "set up by a phone")
    about.set_property("uuid", str(uuid.uuid4()))
    about.set_property("type", "802-11-wireless")
    wifi = NM.SettingWireless.new()
    wifi.set_property("ssid", GLib.Bytes.new(ssid))
    wifi.set_property("hidden", is_hidden)
    connection.add_setting(about)
    connection.add_setting(wifi)
    if password:
        security = NM.SettingWirelessSecurity.new()
        security.set_property("key-mgmt", "wpa-psk")
        security.set_property("psk", password)
        connection.add_setting(security)
    connection.normalize(None)
    keyfile: str = NM.keyfile_write(connection, NM.KeyfileHandlerFlags.NONE, None, None).to_data()[0]
    return keyfile


def answer(question: dict[str, Any]) -> Any:
    """One line's answer; what NetworkManager refuses is told."""
    try:
        if "keyfile" in question:
            return understood(question["keyfile"])
        if "settings" in question:
            return taken(question["settings"])
        return written(bytes.fromhex(question["ssid"]), question["password"], is_hidden=question["hidden"])
    except GLib.Error as error:
        return {"error": error.message}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()
