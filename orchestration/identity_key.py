"""The secret that customer ids derive from: configured in the environment, else made once and kept in the `ops` store."""

import os
import secrets

IDENTITY_KEY_VARIABLE = "A360_IDENTITY_KEY"


def identity_key() -> str:
    """The configured secret, else a new random one."""
    return os.environ.get(IDENTITY_KEY_VARIABLE) or secrets.token_hex(32)


def identity_key_differs(stored: str) -> bool:
    """Whether a secret is configured that is not the stored one: every customer id would change."""
    configured = os.environ.get(IDENTITY_KEY_VARIABLE) or stored
    return not secrets.compare_digest(configured.encode(), stored.encode())
