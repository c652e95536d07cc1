"""The owner's `rclone.conf`: its storages come to those of the box, then the file leaves the FAT partition. Pure.

A storage of the same name is replaced, all others stay. Nothing of a section but its name is ever quoted.
"""

from collections import Counter
from collections.abc import Iterator

from appliance.boot.scene import Drop, Part, Put, Scene, Unreadable, doubled, owners_name
from appliance.settings.textfile import SettingsError, decode, plain
from appliance.settings.words import quoted
from appliance.storage.sections import is_encrypted, remotes_in, section_of, with_section, without_section

NAME = "rclone.conf"

_DECRYPT = "decrypt it with `rclone config encryption remove`"


def plan_storages(scene: Scene) -> Part:
    """What becomes of the file, if there is one."""
    name = owners_name(scene, NAME)
    if name is None:
        return Part()
    brought = scene.shelves["firmware"][name]
    if isinstance(brought, Unreadable):
        return Part(troubles=[f"{name} cannot be read: {brought.why}; copy it to the card once more."])
    try:
        content = plain(decode(name, brought)).encode()
    except SettingsError as error:
        return Part(troubles=list(error.sentences))
    if troubles := _troubles(name, content, scene):
        return Part(troubles=[*troubles, *doubled(scene, NAME)])
    remotes = [remote.name for remote in remotes_in(content)]
    return Part(
        keeping=[Put("settings", NAME, _merged(scene.content("settings", NAME), content, remotes))],
        tidying=[Drop("firmware", name)],
        taken=[f"{name}: the storage {quoted(remote)} was taken over." for remote in remotes],
        troubles=doubled(scene, NAME),
    )


def _merged(existing: bytes, brought: bytes, remotes: list[str]) -> bytes:
    for remote in remotes:
        section = section_of(brought, remote)
        assert section is not None
        existing = with_section(without_section(existing, remote), section)
    return existing


def _troubles(name: str, content: bytes, scene: Scene) -> list[str]:
    if is_encrypted(content):
        return [f"{name} is encrypted, and the box has nobody to ask for its password: {_DECRYPT}."]
    if is_encrypted(scene.content("settings", NAME)) or isinstance(scene.shelves["settings"].get(NAME), Unreadable):
        return [f"{name} was not taken over: the box's own {NAME} is encrypted or cannot be read; {_DECRYPT} there."]
    wrong = [f"{name}{place}: {sentence}" for place, sentence in _wrong(content)]
    return wrong or ([] if remotes_in(content) else [f"{name} holds no storage: copy the file that rclone wrote."])


def _wrong(content: bytes) -> Iterator[tuple[str, str]]:
    headers = Counter[str]()
    for number, line in enumerate(content.decode().split("\n"), start=1):
        words = line.strip()
        if not words or words.startswith(("#", ";")):
            continue
        if words.startswith("[") and words.endswith("]"):
            headers[words[1:-1].strip()] += 1
        elif not words.partition("=")[1]:
            yield f", line {number}", "this is neither [NAME] nor KEY = VALUE; copy the file that rclone wrote"
        elif not headers:
            yield f", line {number}", "a key stands before the first [NAME]; copy the file that rclone wrote"
    for remote in remotes_in(content):
        if not remote.name.strip() or not remote.name.isprintable():
            yield "", f"{quoted(remote.name)} is no name for a storage"
        elif headers[remote.name] > 1:
            yield "", f"[{remote.name}] is there {headers[remote.name]} times; leave one of them"
        elif not remote.kind:
            yield "", f"[{remote.name}] has no type, so nobody knows what kind of storage it is; set it up once more"
