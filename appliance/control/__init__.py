"""The local socket: messages, server and client."""
