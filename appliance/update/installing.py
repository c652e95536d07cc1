"""From a bundle in our hands to a version on trial: read, proven, judged, copied, unpacked, named."""

import time
from pathlib import Path

from msgspec import Struct

from appliance.durable import free_bytes
from appliance.update.bundle import MANIFEST, PAYLOAD, SIGNATURE, Head, copy_payload, read_head
from appliance.update.inbox import OLDER, open_plain
from appliance.update.manifest import Manifest, bundle_hash, parse_manifest, refusal
from appliance.update.places import Places
from appliance.update.refusal import RefusedBundleError
from appliance.update.shelf import make_folder
from appliance.update.signature import require_signature
from appliance.update.trial import Trial
from appliance.update.unpacking import unpack
from appliance.update.versions import Versions

_FILE_BYTES = 4096
"""What each file takes beside its content, at most: the rest of its last block."""

_AIR_BYTES = 16 * 1024**2


class Proven(Struct, frozen=True):
    """A bundle whose maker is known."""

    manifest: Manifest
    hash: str


class Installing:
    """Does it, in the folders of `places`."""

    def __init__(self, places: Places, versions: Versions) -> None:
        self._places = places
        self._versions = versions
        self.version: str | None = None
        """What is being installed, as soon as that is known for certain."""

    def prepare(self, bundle: Path, *, was_recording: bool) -> Trial:
        """Have the version lie here, whole and durable. It is not in use yet.

        Raises:
            RefusedBundleError: with a sentence; nothing was changed.
        """
        self.version = None
        self._clear()
        try:
            with open_plain(bundle) as file:
                head = read_head(file, bundle.name)
                proven = self._prove(head)
                self.version = proven.manifest.version
                self._judge(proven, head, is_older_allowed=bundle.name.endswith(OLDER))
                self._require_room(proven.manifest)
                if copy_payload(file, head, self._work(PAYLOAD)) != proven.manifest.payload.sha256:
                    raise RefusedBundleError("The update is damaged: copy it once more, from where you got it.")
            self._unpack(proven.manifest, head.manifest)
        except OSError as trouble:
            raise RefusedBundleError(f"The update could not be stored ({trouble.strerror}): try once more.") from None
        finally:
            self._clear()
        return Trial(
            version=proven.manifest.version,
            previous=self._versions.current,
            bundle=proven.hash,
            was_recording=was_recording,
            request=bundle.name,
            since_s=time.time(),
        )

    def _prove(self, head: Head) -> Proven:
        manifest, signature = self._work(MANIFEST), self._work(SIGNATURE)
        manifest.write_bytes(head.manifest)
        signature.write_bytes(head.signature)
        require_signature(manifest, signature, self._places.key)
        return Proven(parse_manifest(head.manifest), bundle_hash(head.manifest))

    def _judge(self, proven: Proven, head: Head, *, is_older_allowed: bool) -> None:
        no = refusal(
            proven.manifest,
            self._versions.machine,
            in_use=self._versions.in_use,
            is_known_bad=self._versions.is_known_bad(proven.hash),
            is_older_allowed=is_older_allowed,
        )
        if no:
            raise RefusedBundleError(no)
        if head.payload_bytes != proven.manifest.payload.bytes:
            raise RefusedBundleError("The update is damaged: copy it once more, from where you got it.")

    def _require_room(self, manifest: Manifest) -> None:
        """Versions that nothing leads back to make way first; the ring does not: it yields to memories only."""
        payload = manifest.payload
        needed_bytes = payload.bytes + payload.unpacked_bytes + payload.files * _FILE_BYTES + _AIR_BYTES
        make_folder(self._places.app)
        if free_bytes(self._places.app) < needed_bytes:
            self._versions.sweep(set())
        lacking_bytes = needed_bytes - free_bytes(self._places.app)
        if lacking_bytes > 0:
            raise RefusedBundleError(
                f"Version {manifest.version} needs {lacking_bytes} bytes more than are free on the card: "
                "delete memories that you do not need any more, or make ring.capacity smaller in the settings."
            )

    def _unpack(self, manifest: Manifest, manifest_text: bytes) -> None:
        folder = self._versions.unfinished(manifest.version)
        self._versions.steps.remove_tree(folder)
        self._versions.steps.remove_tree(self._versions.folder(manifest.version))
        folder.mkdir(mode=0o755, parents=True)
        try:
            unpack(self._work(PAYLOAD), manifest.payload, folder)
            (folder / MANIFEST).write_bytes(manifest_text)
            self._versions.steps.flush()
            self._versions.steps.rename(folder, self._versions.folder(manifest.version))
        except (OSError, RefusedBundleError):
            self._versions.steps.remove_tree(folder)
            raise
        if not self._versions.is_usable(manifest.version):
            self._versions.steps.remove_tree(self._versions.folder(manifest.version))
            raise RefusedBundleError("The update lacks parts of the application: ask its maker for another.")

    def _work(self, name: str) -> Path:
        make_folder(self._places.opened)
        return self._places.opened / name

    def _clear(self) -> None:
        for name in (MANIFEST, SIGNATURE, PAYLOAD):
            self._work(name).unlink(missing_ok=True)
