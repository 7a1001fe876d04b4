"""Channels as the page for operators declares them, against real servers on this machine."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from nianbao.catalog.notices import read_notices
from nianbao.errors import DeclarationError
from nianbao.notices.channels import NotTold, send
from nianbao.terms.notice import Channel, Event, Notice
from tests.homes import ROOT
from tests.notices.servers import hook_server, mail_server, make_certificate

EXAMPLES = re.findall(r"^```toml\n(.*?)^```", (ROOT / "docs" / "notices.md").read_text("utf-8"), re.M | re.S)
NOTICE = Notice(Event.KEPT_BACK, ("甲市总工会 A01 2021Q4", '带引号的"文字"和 {title}'))


def channels(folder: Path, text: str) -> tuple[Channel, ...]:
    """The channels that a text declares."""
    path = folder / "notices.toml"
    path.write_text(text, "utf-8")
    return read_notices(path).channels


def example(name: str) -> str:
    """The declaration of a channel as the page shows it."""
    (text,) = (text for text in EXAMPLES if tomllib.loads(text)["channels"][0]["name"] == name)
    return text


def test_a_mail_goes_over_tls_with_a_password(tmp_path: Path) -> None:
    """STARTTLS with the certificate of the house; the mail says that a machine wrote it."""
    certificate = make_certificate(tmp_path)
    with mail_server(certificate) as box:
        text = example("office").replace("mail.example.org", "127.0.0.1")
        (channel,) = channels(tmp_path, f'{text}port = {box.port}\nca_file = "{certificate[0]}"\n')
        send(NOTICE, channel, tmp_path, {"NIANBAO_MAIL_PASSWORD": "secret"}.get)
    (mail,) = box.messages
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("【年报】有报送因系统原因留存待审", "auto-generated")
    assert mail.get_content().splitlines() == list(NOTICE.lines)
    assert (box.receivers, box.users) == ([["operator@example.org"]], ["nianbao"])


def test_a_mail_is_not_sent_to_a_server_that_nobody_vouches_for(tmp_path: Path) -> None:
    """A certificate that is not trusted ends it, before the password is said."""
    with mail_server(make_certificate(tmp_path)) as box:
        text = example("office").replace("mail.example.org", "127.0.0.1")
        (channel,) = channels(tmp_path, f"{text}port = {box.port}\n")
        with pytest.raises(NotTold, match="CERTIFICATE_VERIFY_FAILED"):
            send(NOTICE, channel, tmp_path, {"NIANBAO_MAIL_PASSWORD": "secret"}.get)
    assert box.users == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("wecom", {"msgtype": "markdown", "markdown": {"content": "**{}**\n{}"}}),
        ("dingtalk", {"msgtype": "text", "text": {"content": "{}\n{}"}}),
    ],
)
def test_a_message_to_a_group_has_the_shape_that_was_declared(
    tmp_path: Path, name: str, body: dict[str, object]
) -> None:
    """As the page shows it for 企业微信 and 钉钉; whatever the notice holds, the body stays JSON of that shape."""
    (channel,) = channels(tmp_path, example(name))
    with hook_server() as hook:
        send(NOTICE, channel, tmp_path, lambda variable: hook.url)
    title, text = "【年报】有报送因系统原因留存待审", "\n".join(NOTICE.lines)
    (kind,) = set(body) - {"msgtype"}
    shape = body[kind]
    assert isinstance(shape, dict)
    assert hook.bodies == [{"msgtype": body["msgtype"], kind: {"content": shape["content"].format(title, text)}}]


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [(500, b"", "answered 500"), (302, b"", "answered 302"), (200, b'{"errcode": 93000}', "errcode 93000")],
)
def test_a_group_that_refuses_is_a_failure(tmp_path: Path, status: int, answer: bytes, said: str) -> None:
    """By its status or, as 企业微信 does, with 200 and an errcode; the address is a secret and not told."""
    (channel,) = channels(tmp_path, example("wecom"))
    with hook_server() as hook:
        hook.status, hook.answer = status, answer
        with pytest.raises(NotTold, match=said) as failure:
            send(NOTICE, channel, tmp_path, lambda variable: hook.url)
    assert "not-to-be-shown" not in str(failure.value)


def test_a_program_gets_the_notice_on_its_input(tmp_path: Path) -> None:
    """As JSON; nothing of the notice is an argument or goes through a shell."""
    program = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    command = json.dumps([sys.executable, "-c", program, str(tmp_path / "told")])
    (channel,) = channels(tmp_path, f'[[channels]]\nname = "own"\nkind = "command"\ncommand = {command}\n')
    send(NOTICE, channel, tmp_path, {}.get)
    told = json.loads((tmp_path / "told").read_text("utf-8"))
    assert told == {
        "event": "kept_back",
        "title": "【年报】有报送因系统原因留存待审",
        "text": "\n".join(NOTICE.lines),
        "home": str(tmp_path),
    }


def test_a_program_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    """Its exit code and the last line of its complaint."""
    command = json.dumps([sys.executable, "-c", "import sys; sys.exit('no line to the pager')"])
    (channel,) = channels(tmp_path, f'[[channels]]\nname = "own"\nkind = "command"\ncommand = {command}\n')
    with pytest.raises(NotTold, match="ended with 1: no line to the pager"):
        send(NOTICE, channel, tmp_path, {}.get)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('password_env = "NIANBAO_MAIL_PASSWORD"', 'password = "geheim"', "no secret stands here"),
        ('security = "starttls"', 'security = "none"', "a password is not sent without"),
        ('"operator@example.org"', '"operator"', "no mail address"),
        ('"digest"', '"diggest"', "is none of: night_failed"),
        ('kind = "mail"', 'kind = "fax"', "is none of: mail, command, webhook"),
        ('name = "office"', 'name = "Office!"', "small letters"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Before anything is sent."""
    with pytest.raises(DeclarationError, match=said) as failure:
        channels(tmp_path, example("office").replace(old, new))
    assert failure.value.line is not None


def test_an_unknown_place_in_a_body_is_refused(tmp_path: Path) -> None:
    """It would be sent as it stands, to a group of people."""
    with pytest.raises(DeclarationError, match=r"\{titel\} is none of"):
        channels(tmp_path, example("wecom").replace("{title}", "{titel}"))
