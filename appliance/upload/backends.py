"""What the kinds of storage differ in, as far as an upload is concerned. Pure."""

BY_PYTHON = frozenset({"sha256", "sha512", "sha1", "md5"})
"""Those that `hashlib` can do, so that no child is needed."""

_ATOMIC = frozenset(
    {"s3", "b2", "google cloud storage", "azureblob", "oracleobjectstorage", "swift"}  # an object appears when complete
    | {"drive", "onedrive", "dropbox", "box"}  # an upload session that is committed at its end
)
"""Kinds whose objects are seen under their name only when they are whole. rclone says so by not setting
`PartialUploads` (its flag for backends that show unfinished files), but WebDAV does not set it either and was seen
to leave a truncated file; so a kind must stand here as well. Unknown kinds count as not atomic."""

_LOW_MEMORY = {
    "azureblob": ("--azureblob-chunk-size=4Mi", "--azureblob-upload-concurrency=1"),
    "azurefiles": ("--azurefiles-upload-concurrency=1",),
    "b2": ("--b2-chunk-size=5Mi", "--b2-upload-concurrency=1"),
    "drive": ("--drive-chunk-size=8Mi",),
    "dropbox": ("--dropbox-chunk-size=8Mi",),
    "hidrive": ("--hidrive-chunk-size=8Mi", "--hidrive-upload-concurrency=1"),
    "internxt": ("--internxt-chunk-size=8Mi", "--internxt-upload-concurrency=1"),
    "onedrive": ("--onedrive-chunk-size=5Mi",),
    "opendrive": ("--opendrive-chunk-size=8Mi",),
    "oracleobjectstorage": ("--oos-chunk-size=5Mi", "--oos-upload-concurrency=1"),
    "pikpak": ("--pikpak-chunk-size=5Mi", "--pikpak-upload-concurrency=1"),
    "s3": ("--s3-chunk-size=5Mi", "--s3-upload-concurrency=1"),
    "sharefile": ("--sharefile-chunk-size=8Mi",),
    "webdav": ("--webdav-nextcloud-chunk-size=10Mi",),
}
"""rclone's defaults hold up to 384 MB in memory (Backblaze B2: 4 chunks of 96 MiB) on a board that has 512."""

_SELF_CONTAINED = frozenset({"sftp", "ftp", "local", "smb", *_LOW_MEMORY, *_ATOMIC})
"""Kinds that are no wrappers around others."""


def is_atomic(kind: str, *, shows_partial_files: bool) -> bool:
    """Whether a file is seen under its name only when it is whole.

    Args:
        kind: as in rclone's configuration.
        shows_partial_files: `PartialUploads` of `rclone backend features`.
    """
    return kind in _ATOMIC and not shows_partial_files


def low_memory_flags(kind: str) -> tuple[str, ...]:
    """Flags that keep a transfer small. A kind that may wrap another one (`crypt`, `union`…) gets those of all."""
    if kind in _SELF_CONTAINED:
        return _LOW_MEMORY.get(kind, ())
    return tuple(flag for flags in _LOW_MEMORY.values() for flag in flags)
