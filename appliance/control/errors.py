"""What can go wrong between a client and the supervisor. Each text is one plain sentence for the owner."""


class RefusedError(Exception):
    """The supervisor understood and says no. Raised by the service, carried over the socket, raised by the client."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NoSupervisorError(Exception):
    """Nobody answers at the socket."""


class GoneError(Exception):
    """The supervisor stopped answering in the middle of a conversation."""


class SocketTroubleError(Exception):
    """The server cannot take its place at the socket."""
