"""Ports of this machine: whether one is free, and whether somebody answers on it."""

import socket

PORTS_TRIED = 50


class NoPortError(RuntimeError):
    """None of the ports that were tried is free."""


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def next_free_port(host: str, first: int, taken: set[int]) -> int:
    """The first free port from a number on that is not among those taken; it is added to them."""
    for port in range(first, first + PORTS_TRIED):
        if port not in taken and is_free(host, port):
            taken.add(port)
            return port
    raise NoPortError(f"none of the ports {first} to {first + PORTS_TRIED - 1} of {host} is free")
