"""Signatures by SSH keys, made and verified by the program that comes with OpenSSH (`ssh-keygen -Y`)."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from nianbao.errors import StoreError, UsageError
from nianbao.language import _

PROGRAM = "ssh-keygen"
NAMESPACE = "nianbao"
"""What the signatures are for: one that was given for anything else does not count."""

_FINGERPRINT = re.compile(r"key (SHA256:[A-Za-z0-9+/=]+)")


def sign_with(key: Path, statement: bytes) -> str:
    """The signature of a private key, or of an agent's key by its public file; the program asks for its passphrase.

    Raises:
        UsageError: there is no such key, or it did not sign.
        StoreError: OpenSSH is not installed.
    """
    done = _run(["-Y", "sign", "-q", "-n", NAMESPACE, "-f", str(key)], statement)
    if done.returncode:
        raise UsageError(
            _("the key did not sign: {last_line}").format(last_line=_last_line(done.stderr)),
            str(key),
            _("name a key: --key FILE"),
        )
    return done.stdout.decode("ascii")


def key_of(signature: str, statement: bytes, keys: Sequence[str]) -> str:
    """The fingerprint of the key, one of these, that signed a statement; empty if none of them did.

    Raises:
        StoreError: OpenSSH is not installed.
    """
    with TemporaryDirectory(prefix="nianbao-") as folder:
        allowed, signed = Path(folder) / "allowed_signers", Path(folder) / "signature"
        allowed.write_text("".join(f'role namespaces="{NAMESPACE}" {key}\n' for key in keys), encoding="ascii")
        signed.write_text(signature, encoding="utf-8")
        done = _run(["-Y", "verify", "-n", NAMESPACE, "-I", "role", "-f", str(allowed), "-s", str(signed)], statement)
    found = _FINGERPRINT.search(done.stdout.decode("utf-8", "replace"))
    return found[1] if done.returncode == 0 and found else ""


def _run(arguments: list[str], statement: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run([PROGRAM, *arguments], input=statement, capture_output=True, check=False)
    except FileNotFoundError as error:
        step = _("install OpenSSH, which brings it; or declare the roles without keys in reports/sign_off.toml")
        raise StoreError(_("the program that makes and verifies signatures is not installed"), PROGRAM, step) from error


def _last_line(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "nothing was said"
