"""Reads reports/sign_off.toml: the two roles that sign a release, their keys, and what is material."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from nianbao.catalog.declared import NAME, Declared
from nianbao.language import _
from nianbao.terms.sign_off import SigningRole, SignOffRules

SIGNERS = 2
_AMOUNT = re.compile(r"\d{1,3}(\.\d{1,4})?", re.ASCII)
_KEY = re.compile(r"(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+", re.ASCII)


def read_sign_off(path: Path) -> SignOffRules:
    """What is declared of signing; without the file nobody may sign, and so nothing is released.

    Raises:
        DeclarationError: there are not two roles, a key is no SSH public key, or stands for both.
    """
    if not path.exists():
        return SignOffRules()
    declared = Declared.from_toml(path)
    material = declared.table("materiality")
    share, points = SignOffRules.share, SignOffRules.points
    if material:
        share, points = _amount(material, "percent"), _amount(material, "points")
        material.done()
    roles = tuple(_roles(declared))
    declared.done()
    if len({role.id for role in roles}) != SIGNERS or len(roles) != SIGNERS:
        raise declared.fail(_("a release is signed by two roles: declare two [[roles]]"))
    for key in roles[0].keys:
        if key in roles[1].keys:
            raise declared.fail(_("one key stands for both roles; each has its own"), key)
    return SignOffRules(roles, share, points)


def _roles(declared: Declared) -> Iterator[SigningRole]:
    for table in declared.tables("roles", "id"):
        role = SigningRole(table.name("id", NAME), table.text("zh"), tuple(_keys(table)))
        table.done()
        yield role


def _keys(table: Declared) -> Iterator[str]:
    """The keys without their comments, which name people and machines."""
    for line in table.texts("keys", ()):
        found = _KEY.match(line)
        if not found:
            raise table.fail(_("a key is the line of a .pub file: ssh-ed25519 AAAA…"), line)
        yield found[0]


def _amount(table: Declared, key: str) -> Decimal:
    text = table.text(key)
    if not _AMOUNT.fullmatch(text):
        raise table.fail(_('{key} = {text!r} is no amount such as "0.5"').format(key=key, text=text), text)
    return Decimal(text)
