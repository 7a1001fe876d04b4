"""sign: one of the two declared roles signs exactly the bytes that lie before it."""

from __future__ import annotations

import os
import pwd
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from nianbao import clock
from nianbao.errors import UsageError
from nianbao.language import _
from nianbao.runs.recording import Doing, record_run
from nianbao.runs.releases import refuse_other_bytes
from nianbao.runs.signatures import counting, key_of, statement_of
from nianbao.runs.workspace import Workspace
from nianbao.terms.sign_off import Identity, Proposal, SigningRole, SignOff
from nianbao.warehouse import issued


def user_of_this_process() -> str:
    """The user of the operating system, as the system knows it and not as the environment says."""
    return pwd.getpwuid(os.getuid()).pw_name


def proposal_and_role(workspace: Workspace, name: str, role: str) -> tuple[Proposal, SigningRole]:
    """What is to be signed and in which role, each by its name.

    Raises:
        UsageError: there is no such proposal or role.
    """
    lying = {each.name: each for each in issued.proposals(workspace.connection)}
    if name not in lying:
        choices = ", ".join(lying) or _("none; nianbao preview lays the next edition before those who sign")
        raise UsageError(
            _("{name} does not lie before those who sign").format(name=name),
            next_step=_("name one of: {choices}").format(choices=choices),
        )
    roles = workspace.project.sign_off.roles
    found = next((each for each in roles if role in (each.id, each.zh)), None)
    if found is None:
        choices = ", ".join(f"{each.id} {each.zh}" for each in roles) or _("none; declare two in reports/sign_off.toml")
        raise UsageError(
            _("{role!r} is no role that signs").format(role=role),
            next_step=_("name one of: {choices}").format(choices=choices),
        )
    return lying[name], found


def sign(workspace: Workspace, name: str, role: str, by: Identity) -> SignOff:
    """Record the signature of a role under a proposal; one that it has given already stays as it is.

    Raises:
        UsageError: there is no such proposal or role, a required text is open in it, the signature is not by a key of
            the role, or the user has signed in the other role.
        StoreError: the files are not those that were laid before those who sign, or OpenSSH is missing.
    """
    proposal, signing = proposal_and_role(workspace, name, role)
    given = signed_by(workspace, proposal)
    if earlier := next((each for each in given if each.role == signing.id), None):
        return earlier
    if proposal.open_required:
        raise UsageError(
            _("{name} cannot be signed: ").format(name=name) + "；".join(proposal.open_required),
            next_step=_("let it be written, and call nianbao preview again"),
        )
    refuse_other_bytes(workspace.home.path / proposal.path, proposal)
    key = _key_of(proposal, signing, by)
    if twice := next((each for each in given if each.signed_by == by.user and not (key and each.is_proven)), None):
        raise UsageError(
            _("the user {user} has signed {name} as {role} already: two people sign").format(
                user=by.user, name=name, role=twice.role
            ),
            next_step=_(
                "let somebody else sign, under a user of the system of their own; or declare keys for both roles"
            ),
        )
    signature = SignOff(
        proposal.publication, proposal.year, proposal.number, proposal.manifest_sha256, signing.id,
        clock.now(), by.user, key, by.signature if key else "",
    )  # fmt: skip
    summary = {"name": name, "role": signing.id, "proven": signature.is_proven}
    record_run(workspace, Doing("sign", actor=signing.zh, summary=summary), {"sign_off": [asdict(signature)]})
    return signature


def signed_by(workspace: Workspace, proposal: Proposal) -> list[SignOff]:
    """The signatures of a proposal that count: of declared roles, proven where the role has keys, of two users."""
    given = issued.sign_offs(workspace.connection, proposal.manifest_sha256)
    return list(counting(workspace.project.sign_off.roles, proposal, given))


@dataclass(frozen=True)
class Wanted:
    """A signature that is still to be given, with what the role is told before."""

    proposal: Proposal
    role: SigningRole
    preview: str

    @property
    def key(self) -> str:
        """What stands for exactly this request."""
        return f"{self.proposal.manifest_sha256[:16]}-{self.role.id}"


def wanted_signatures(workspace: Workspace, proposals: Sequence[Proposal]) -> list[Wanted]:
    """The signatures that are still to be given under proposals in which nothing required is open."""
    return [
        Wanted(each, role, issued.preview_in_record(workspace.connection, each))
        for each in proposals
        if not each.open_required
        for given in [{signature.role for signature in signed_by(workspace, each)}]
        for role in workspace.project.sign_off.roles
        if role.id not in given
    ]


def _key_of(proposal: Proposal, role: SigningRole, by: Identity) -> str:
    """The key that proves a signature; a role without keys has none."""
    if not role.keys:
        if by.signature:
            raise UsageError(
                _("no key is declared for {zh}").format(zh=role.zh), next_step=_("declare it in reports/sign_off.toml")
            )
        return ""
    if not by.signature:
        step = _("nianbao sign {name} --as {id} --key FILE").format(name=proposal.name, id=role.id)
        raise UsageError(_("{zh} signs with an SSH key").format(zh=role.zh), next_step=step)
    if not (key := key_of(by.signature, statement_of(proposal, role), role.keys)):
        step = _("sign what nianbao sign {name} --as {id} --statement prints, with a key of the role").format(
            name=proposal.name, id=role.id
        )
        raise UsageError(
            _("this is no signature of {zh} under {name}").format(zh=role.zh, name=proposal.name), next_step=step
        )
    return key
