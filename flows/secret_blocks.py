"""Secrets of the sources: from the environment, else from a Prefect Secret block of the same name."""

from __future__ import annotations

import os

from prefect.blocks.system import Secret


def secret(name: str) -> str | None:
    """The secret that reference/sources.toml names: XINING_SFTP_PASSWORD, or the block `xining-sftp-password`."""
    given = os.environ.get(name)
    if given is not None:
        return given
    try:
        block = Secret.load(name.lower().replace("_", "-"))
    except ValueError:  # there is no such block
        return None
    value = block.get() if isinstance(block, Secret) else None
    return value if isinstance(value, str) else None
