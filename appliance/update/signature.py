"""Whose bundle it is: minisign's word, by its own program (jedisct1.github.io/minisign)."""

import subprocess
from pathlib import Path

from appliance.update.refusal import RefusedBundleError

_PATIENCE_S = 60


def require_signature(manifest: Path, signature: Path, key: Path) -> None:
    """See that `key`'s owner signed the manifest. All three files must be out of others' reach.

    Raises:
        RefusedBundleError: that is not so, or cannot be told.
    """
    if not key.exists():
        raise RefusedBundleError("This card carries no maker's key, so no update can be proven: write a newer image.")
    argv = ["minisign", "-V", "-q", "-p", str(key), "-x", str(signature), "-m", str(manifest)]
    try:
        code = subprocess.run(argv, capture_output=True, check=False, timeout=_PATIENCE_S).returncode
    except FileNotFoundError:
        raise RefusedBundleError(
            "minisign is not installed, so no update can be proven. Install it with: sudo apt install minisign"
        ) from None
    except subprocess.TimeoutExpired:
        raise RefusedBundleError("The update's signature could not be read in time: try it once more.") from None
    if code:
        raise RefusedBundleError(
            "The update is not signed by the maker whose key is on this card: "
            "take it from where your card image came from."
        )
