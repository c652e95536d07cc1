"""What rclone tells of its backends (`config/providers`), as far as we read it."""

from msgspec import Struct, field


class Example(Struct, rename="pascal"):
    """One of the answers that rclone suggests."""

    value: str
    help: str = ""


class Option(Struct, rename="pascal"):
    """One option of a backend, and also one question of rclone's configuration."""

    name: str
    help: str = ""
    default_str: str = ""
    value_str: str = ""
    examples: list[Example] | None = None
    required: bool = False
    is_password: bool = False
    exclusive: bool = False
    sensitive: bool = False
    advanced: bool = False
    type: str = "string"


class Provider(Struct, rename="pascal"):
    """One backend."""

    name: str
    description: str = ""
    options: list[Option] = field(default_factory=list)
    hide: bool = False


class Providers(Struct):
    """The answer of `config/providers`."""

    providers: list[Provider]


class Asked(Struct, rename="pascal"):
    """Where rclone's configuration stands. `state`: empty when it is finished."""

    state: str = ""
    option: Option | None = None
    error: str = ""
