"""How long the parts of joining a network may take."""

from msgspec import Struct


class Patience(Struct, frozen=True):
    """How long each part may take, in seconds. `checkpoint_s` outlasts all of a trial."""

    scan_s: float = 12.0
    join_s: float = 50.0
    """A network that is not found is given up by NetworkManager after 25 s, an address after 20 s."""
    internet_s: float = 15.0
    storage_s: float = 20.0
    """A large program is loaded by a slow card first; the board takes some 5 s for it."""
    keep_s: float = 60.0
    """A router may rest for some seconds before it lets the same radio in again."""
    back_s: float = 15.0
    visit_s: float = 45.0
    """A camera's Wi-Fi takes some seconds to come up after it was asked for."""
    checkpoint_s: int = 120
    look_s: float = 0.5
    """Between two looks at what is not told by a signal."""
    settle_s: float = 0.1
    """A change is told in several signals: they are waited for and looked at once."""
    sight_s: float = 15.0
    """NetworkManager may start after us: until then nobody is told that it does not run."""
