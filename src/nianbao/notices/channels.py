"""The ways by which a notice goes: SMTP, a program, a JSON body over HTTPS. Nothing else leaves the machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nianbao import clock
from nianbao.language import _
from nianbao.smtp import SECONDS, NoSecret, find_secret, send_mail
from nianbao.terms.notice import Channel, CommandChannel, MailChannel, Notice, WebhookChannel

Secrets = Callable[[str], str | None]
_SHOWN = 200
_PLACE = re.compile(r"\{(title|text|event|home)\}")


class NotTold(Exception):
    """A notice that could not be given to a channel, in one line without any secret."""


def send(notice: Notice, channel: Channel, home: Path, secrets: Secrets) -> None:
    """Give one notice to one channel.

    Raises:
        NotTold: the channel did not take it.
    """
    title, text = f"【年报】{notice.event.zh}", "\n".join(notice.lines)
    way = channel.way
    try:
        if isinstance(way, MailChannel):
            _mail(way, title, text, _secret(secrets, way.smtp.password_env, way.smtp.password_file))
        elif isinstance(way, CommandChannel):
            _run(way, {"event": notice.event.value, "title": title, "text": text, "home": str(home)})
        else:
            places = {"title": title, "text": text, "event": notice.event.value, "home": str(home)}
            _post(way, places, _secret(secrets, way.url_env))
    except (OSError, subprocess.SubprocessError, ValueError) as error:  # SMTPException is an OSError
        raise NotTold(f"{type(error).__name__}: {_first_line(error)}") from error


def _secret(secrets: Secrets, variable: str, file: str = "") -> str:
    try:
        return find_secret(variable, file, secrets)
    except NoSecret as error:
        raise NotTold(str(error)) from error


def _mail(way: MailChannel, title: str, text: str, password: str) -> None:
    from email.message import EmailMessage  # most nights tell nobody by mail
    from email.utils import format_datetime, make_msgid

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = way.smtp.sender, ", ".join(way.to), title
    message["Date"] = format_datetime(clock.now().replace(tzinfo=clock.ZONE))
    message["Message-ID"] = make_msgid(domain=way.smtp.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # so that nobody's absence notice answers it
    message.set_content(text)
    send_mail(way.smtp, password, message, ", ".join(way.to))


def _run(way: CommandChannel, told: Mapping[str, str]) -> None:
    """Run the program; it inherits the environment, and neither shell nor file name stands between."""
    done = subprocess.run(
        way.command,
        input=json.dumps(told, ensure_ascii=False).encode(),
        env=os.environ | {"NIANBAO_EVENT": told["event"]},
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        ended = _("{program} ended with {code}").format(program=way.command[0], code=done.returncode)
        raise NotTold(f"{ended}{': ' + said[-1][:_SHOWN] if said else ''}")


def _post(way: WebhookChannel, places: Mapping[str, str], url: str) -> None:
    """Post the body; no proxy and no redirect leads elsewhere, and an answer that tells of an error is one."""
    import httpx  # only who has such a channel needs it

    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise NotTold(_("the address in {name} must begin with https://").format(name=way.url_env))
    try:
        with httpx.Client(timeout=SECONDS, trust_env=False, follow_redirects=False) as client:
            answer = client.post(url, json=fill(dict(way.body), places))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotTold(f"{way.url_env}: {type(error).__name__}") from None  # the message may hold the address
    if answer.status_code // 100 != 2:
        raise NotTold(_("{name} answered {what}").format(name=way.url_env, what=answer.status_code))
    if code := _error_code(answer.content):
        raise NotTold(_("{name} answered {what}").format(name=way.url_env, what=f"errcode {code}"))


def _error_code(content: bytes) -> int:
    """The `errcode` of an answer as 企业微信 and 钉钉 give it with status 200; 0 where all is well or there is none."""
    try:
        answer = json.loads(content)
    except ValueError:
        return 0
    code = answer.get("errcode", 0) if isinstance(answer, dict) else 0
    return code if isinstance(code, int) else 0


def fill(value: Any, places: Mapping[str, str]) -> Any:
    """A declared body with its places filled; whatever a text holds, it stays one text of the body."""
    if isinstance(value, str):
        return _PLACE.sub(lambda found: places[found[1]], value)
    if isinstance(value, dict):
        return {key: fill(each, places) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, places) for each in value]
    return value


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:_SHOWN] if lines else ""
