"""Which of rclone's backends are offered, and which of their options concern an owner. Pure."""

from collections.abc import Iterable, Mapping

from appliance.storage.model import Backend, StorageRefusedError
from appliance.storage.names import why_not_keepable
from appliance.storage.providers import Option, Provider

_NOT_OFFERED = {
    **dict.fromkeys(("local", "memory"), "it would keep the memories on the box itself"),
    **dict.fromkeys(
        ("alias", "archive", "cache", "chunker", "combine", "compress", "crypt", "hasher", "union"),
        "it stands in front of another storage: set up that one",
    ),
    **dict.fromkeys(("http", "doi"), "it can only be read"),
    "google photos": "it keeps no file as it was, so nothing there can be proven",
}
_RANKED = ("drive", "onedrive", "dropbox", "webdav", "s3", "sftp")
"""Most used first; WebDAV stands for Nextcloud and its kin, SFTP for any machine of one's own."""
_TITLES = {
    "webdav": "WebDAV (Nextcloud, ownCloud and others)",
    "s3": "Amazon S3 and everything compatible with it",
    "sftp": "SFTP (a computer or NAS of your own)",
}
_SIGNS_IN_BY_PASSWORD = ("mailru",)

_ASKED: Mapping[str, tuple[str, ...]] = {
    "drive": ("client_id", "client_secret"),
    "onedrive": (),
    "dropbox": (),
    "box": (),
    "webdav": ("url", "vendor", "user", "pass"),
    "s3": ("provider", "access_key_id", "secret_access_key", "region", "endpoint"),
    "sftp": ("host", "user", "port", "pass", "key_pem"),
}
"""What is asked for the most used; all else keeps rclone's default."""
_NEEDED = {
    ("drive", "client_id"),
    ("drive", "client_secret"),
    ("s3", "provider"),
    ("s3", "access_key_id"),
    ("s3", "secret_access_key"),
    ("sftp", "user"),
}
"""rclone does without: by its shared client id, anonymously, or as the user that it runs as."""
_PRESET: Mapping[str, Mapping[str, str]] = {"drive": {"scope": "drive.file"}}
"""The box sees only what it put there itself, and Google asks for no review of such a client."""
_UNASKED = {"client_id", "client_secret", "bearer_token", "use_insecure_cipher", "disable_hashcheck"}
"""For the others: "leave blank normally", says rclone."""
_REACH_THE_BOX = {
    "ssh", "set_env", "env_auth", "profile", "config_profile", "unix_socket", "key_use_agent", "db_path", "chunk_path",
    "tmp_upload_path", "client_certificate_path", "box_config_file", "config_file", "service_account_file",
    "key_file", "key_file_pass", "pubkey_file", "known_hosts_file", "shared_credentials_file", "sse_customer_key_file",
    "service_principal_file", "use_msi", "use_az",
}  # fmt: skip
"""Options by which rclone runs programs or reads files of the box; whoever sets up a storage has no say there."""


def offered(providers: Iterable[Provider]) -> list[Backend]:
    """What an owner may choose: the most used first, then by title."""
    backends = [_backend(provider) for provider in providers if not provider.hide and provider.name not in _NOT_OFFERED]
    return sorted(backends, key=lambda backend: (backend.rank or len(backends), backend.title.casefold()))


def require_offered(kind: str, providers: Iterable[Provider]) -> Provider:
    """The backend of this kind.

    Raises:
        StorageRefusedError: if there is none, or it is none for memories.
    """
    if kind in _NOT_OFFERED:
        raise StorageRefusedError(f"The kind {kind!r} is not for memories: {_NOT_OFFERED[kind]}.")
    for provider in providers:
        if provider.name == kind and not provider.hide:
            return provider
    raise StorageRefusedError(f"There is no storage of the kind {kind!r}: choose one of the list.")


def prepared(provider: Provider, parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters that are given from the start, ours included.

    Raises:
        StorageRefusedError: for one that the backend does not have, that reaches into the box, or cannot be kept.
    """
    options = {option.name: option for option in provider.options}
    for name, value in parameters.items():
        option = options.get(name)
        if option is None:
            raise StorageRefusedError(f"{provider.description} has no option {name!r}.")
        if reaches_the_box(name):
            raise StorageRefusedError(f"The option {name!r} reaches into the box itself and cannot be set here.")
        if not option.is_password and (why := why_not_keepable(value)):
            raise StorageRefusedError(f"The value of {name!r} was not accepted. {why}")
    return {**_PRESET.get(provider.name, {}), **parameters}


def reaches_the_box(option: str) -> bool:
    """Whether rclone runs a program or reads a file of the box by it."""
    return option in _REACH_THE_BOX or option.endswith("_command")


def is_asked(kind: str, option: Option, given: Mapping[str, str]) -> bool:
    """Whether the owner is asked for a basic option. `given`: what is known so far, by name."""
    if option.name in given or reaches_the_box(option.name):
        return False
    if (kind, option.name) == ("sftp", "key_pem"):
        return not given.get("pass")
    if kind in _ASKED:
        return option.name in _ASKED[kind]
    return option.required or option.name not in _UNASKED


def is_needed(kind: str, option: Option) -> bool:
    """Whether it goes on only with an answer."""
    return option.required or (kind, option.name) in _NEEDED


def _backend(provider: Provider) -> Backend:
    kind = provider.name
    signs_in = kind not in _SIGNS_IN_BY_PASSWORD and any(option.name == "token_url" for option in provider.options)
    rank = _RANKED.index(kind) + 1 if kind in _RANKED else None
    return Backend(kind, _TITLES.get(kind, provider.description), signs_in, rank)
