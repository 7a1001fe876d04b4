"""The signatures under an edition that count, today and of what was issued, and the SSH keys that made them."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from nianbao.catalog.sign_off import read_sign_off
from nianbao.errors import StoreError, UsageError
from nianbao.language import _
from nianbao.record import Archive, Record
from nianbao.record.manifest import Manifest
from nianbao.record.verify import Damage
from nianbao.terms.sign_off import Proposal, SigningRole, SignOff, SignOffRules

_DECLARED = "reports/sign_off.toml"

S = TypeVar("S", Proposal, SignOff)


def statement_of(proposal: Proposal, role: SigningRole) -> bytes:
    """What a role signs: which edition, in which role, and the hash that stands for every byte of it."""
    lines = ("nianbao sign-off 签发", proposal.name, f"role {role.id}", f"sha256 {proposal.manifest_sha256}")
    return ("\n".join(lines) + "\n").encode()


def counting(roles: Iterable[SigningRole], proposal: Proposal, given: Iterable[SignOff]) -> Iterator[SignOff]:
    """The signatures of a proposal that count: of declared roles, proven where the role has keys, of two users."""
    declared = {role.id: role for role in roles}
    unproven: set[str] = set()
    users: set[str] = set()
    for each in given:
        role = declared.get(each.role)
        if role is None or _edition(each) != _edition(proposal):
            continue
        if role.keys:
            if not key_of(each.signature, statement_of(proposal, role), role.keys):
                continue
            is_second = each.signed_by in unproven
        else:
            is_second = each.signed_by in users
            unproven.add(each.signed_by)
        if not is_second:
            users.add(each.signed_by)
            yield each


def verify_signatures(record: Record) -> Iterator[Damage | SignOff]:
    """The signatures under every release that hold, by the roles and keys declared when it was issued, and what lacks.

    A damage is a release under which the signature of a role does not hold, or is not there.
    """
    proposals: dict[tuple[object, ...], Proposal] = {}
    given: dict[tuple[object, ...], dict[str, SignOff]] = {}
    for manifest in record.scan():
        for proposal in _rows(record, manifest, "proposal", Proposal):
            proposals[_edition(proposal)] = proposal
        for signature in _rows(record, manifest, "sign_off", SignOff):
            given.setdefault(_edition(signature), {})[signature.role] = signature
        for row in _plain_rows(record, manifest, "release"):
            edition = (row["publication"], row["year"], row["number"], row["manifest_sha256"])
            name = f"{row['publication']}/{row['year']}/r{row['number']}"
            place = str(record.path_of(manifest.number))
            proposal_of = proposals.get(edition)
            if proposal_of is None:
                what = _("{release} was never laid before those who sign").format(release=name)
                yield Damage(what, place, _recall(name))
                continue
            roles = _rules_of(record.archive, manifest.declarations).roles
            yield from _verify(roles, proposal_of, list(given.get(edition, {}).values()), place)


def _verify(
    roles: Sequence[SigningRole], proposal: Proposal, given: Sequence[SignOff], place: str
) -> Iterator[Damage | SignOff]:
    try:
        held = {each.role: each for each in counting(roles, proposal, given)}
    except StoreError as error:
        what = _("the signatures under {release} cannot be verified: {error}")
        yield Damage(what.format(release=proposal.name, error=error.what), place, error.next_step)
        return
    yield from held.values()
    there = {each.role for each in given}
    for role in roles:
        if role.id not in held:
            what = (
                _("the signature of {role} under {release} does not hold")
                if role.id in there
                else _("the signature of {role} under {release} is missing")
            )
            yield Damage(what.format(role=role.zh, release=proposal.name), place, _recall(proposal.name))


def _recall(name: str) -> str:
    step = _("find out who changed the record; nianbao recall {release}, then preview, sign and publish it anew")
    return step.format(release=name)


def _rules_of(archive: Archive, declarations: str) -> SignOffRules:
    """What was declared of signing then."""
    listed = json.loads(archive.read(declarations))
    with TemporaryDirectory(prefix="nianbao-") as folder:
        path = Path(folder) / Path(_DECLARED).name
        if _DECLARED in listed:
            path.write_bytes(archive.read(listed[_DECLARED]))
        return read_sign_off(path)


def _edition(of: Proposal | SignOff) -> tuple[object, ...]:
    return of.publication, of.year, of.number, of.manifest_sha256


def _rows(record: Record, manifest: Manifest, kind: str, of: type[S]) -> Iterator[S]:
    """The facts of a kind as they are known; what is empty stands as its default."""
    names = {field.name for field in dataclasses.fields(of)}
    for row in _plain_rows(record, manifest, kind):
        yield of(**{name: value for name, value in row.items() if name in names and value is not None})


def _plain_rows(record: Record, manifest: Manifest, kind: str) -> Iterator[Mapping[str, Any]]:
    if kind in manifest.facts:
        yield from manifest.facts[kind].iter_rows(named=True)
    elif kind in manifest.tables:
        yield from record.table(manifest.tables[kind]).iter_rows(named=True)


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
