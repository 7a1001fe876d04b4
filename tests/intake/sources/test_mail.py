"""A mailbox: attachments of declared addresses are deliveries, each message is taken once, answers are replies."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nianbao.catalog import Project
from nianbao.intake.fetch.sources import Changed, Source
from nianbao.runs.collect import Collected, collect
from nianbao.runs.workspace import open_workspace
from nianbao.settings import Home
from nianbao.terms.delivery import Outcome
from nianbao.terms.source import STRANGER, Correspondent, MailPlace, Smtp
from tests.homes import clock_at, post, send, warehouse
from tests.intake.sources.mail import OFFICE, OTHER, UNIT, ImapServer, imap_server, letter
from tests.intake.sources.reading import content, new, opened
from tests.intake.sources.servers import HOST, PASSWORD
from tests.notices.servers import Mailbox, mail_server, make_certificate

pytestmark = pytest.mark.dovecot

XINING, HAIDONG = "QH630100", "QH630200"
MOMENT = dt.datetime(2021, 4, 2, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
BODY = bytes(range(256)) * 9000
Open = Callable[..., Source]


@pytest.fixture(scope="module")
def dovecot() -> Iterator[ImapServer]:
    """A mail server."""
    with imap_server() as server:
        yield server


@pytest.fixture
def imap(dovecot: ImapServer, request: pytest.FixtureRequest) -> ImapServer:
    """The mail server with an empty mailbox."""
    return dataclasses.replace(dovecot, user=f"box-{request.session.items.index(request.node)}")


@pytest.fixture(autouse=True)
def _in_april() -> Iterator[None]:
    with clock_at("2021-04-05T06:00:00"):
        yield


@pytest.fixture
def there(imap: ImapServer) -> Iterator[Open]:
    """Opens the mailbox as a source."""
    sources: list[Source] = []

    def make(password: str = PASSWORD, port: int = imap.port, **more: object) -> Source:
        known = {UNIT: Correspondent(XINING), OTHER: Correspondent(HAIDONG, lower=True)}
        settings = {"security": "tls", "ca_file": str(imap.certificate), "correspondents": known} | more
        place = MailPlace(HOST, port, user=imap.user, password_env="PASSWORD", **settings)  # type: ignore[arg-type]
        sources.append(opened(place, secrets={"PASSWORD": password}))
        return sources[-1]

    yield make
    for source in sources:
        source.close()


def files(source: Source) -> list[tuple[str, str]]:
    """The files of a mailbox, without the folders that stand for messages, and whose they are."""
    found, alarms = new(source)
    assert not alarms
    return sorted((item.name.partition("/")[2], item.sender) for item in found)


def test_attachments_are_listed_and_read(there: Open, imap: ImapServer) -> None:
    """Byte for byte, however long, each the unit's whose address wrote; the day is that of the server."""
    imap.put(letter(files=(("西宁市总工会-2021Q1.xlsx", BODY), ("明细.csv", b"a,b\r\n1,2\r\n"))), MOMENT)
    found, alarms = new(there())
    assert not alarms
    assert {item.name.partition("/")[2]: content(there(), item) for item in found} == {
        "西宁市总工会-2021Q1.xlsx": BODY,
        "明细.csv": b"a,b\r\n1,2\r\n",
    }
    assert {item.name[:10] for item in found} == {"2021-04-02"}
    assert {(item.sender, item.modified_ns) for item in found} == {(XINING, int(MOMENT.timestamp()) * 10**9)}


@pytest.mark.parametrize(
    "written",
    [
        b"Content-Disposition: attachment; filename*=UTF-8''%E6%8A%A5%E8%A1%A8.xlsx",
        b"Content-Disposition: attachment; filename*=GB18030''%B1%A8%B1%ED.xlsx",
        b"Content-Disposition: attachment; filename*0*=UTF-8''%E6%8A%A5; filename*1*=%E8%A1%A8; filename*2=.xlsx",
        b'Content-Disposition: attachment; filename="=?GB2312?B?saix7S54bHN4?="',
        b'Content-Disposition: attachment; filename="=?utf-8?Q?=E6=8A=A5=E8=A1=A8=2Exlsx?="',
        'Content-Disposition: attachment; filename="报表.xlsx"'.encode("gb18030"),
        'Content-Disposition: attachment; filename="报表.xlsx"'.encode(),
        'Content-Type: application/octet-stream; name="报表.xlsx"\r\nContent-Disposition: attachment'.encode("gb18030"),
    ],
)
def test_names_are_read_as_every_mail_program_writes_them(there: Open, imap: ImapServer, written: bytes) -> None:
    """RFC 2231 whole or in pieces, RFC 2047 in any charset, and bare bytes of UTF-8 or GB18030."""
    message = (
        b"From: " + UNIT.encode() + b"\r\nMessage-ID: <a@b>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\n"
        + written
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--x--\r\n"
    )
    imap.put(message, MOMENT)
    (found,), _ = new(there())
    assert (found.name.partition("/")[2], content(there(), found)) == ("报表.xlsx", b"hello")


def test_what_is_no_file_of_theirs_is_left_without_a_word(there: Open, imap: ImapServer) -> None:
    """Bodies, pictures inside the text, signatures and cards, receipts of ours, what came back, what we wrote."""
    message = letter()
    message.add_alternative("<p>请查收</p><img src='cid:logo'>", subtype="html")
    message.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<logo>", filename="logo.png")
    message.add_attachment(b"card", maintype="text", subtype="vcard", filename="card.vcf")
    message.add_attachment(b"{}", maintype="application", subtype="json", filename="a.xlsx.回执.json")
    imap.put(message, MOMENT)
    imap.put(letter(sender=OFFICE, files=(("a.xlsx", b"x"),), message_id="<2@x>"), MOMENT)
    bounce = letter(files=(("a.xlsx", b"x"),), message_id="<3@x>")
    bounce.replace_header("Content-Type", bounce["Content-Type"].replace("mixed", "report"))
    imap.put(bounce, MOMENT)
    assert files(there(answers=Smtp(HOST, 25, "none", OFFICE))) == []


def test_names_lead_nowhere_and_do_not_meet(there: Open, imap: ImapServer) -> None:
    """A name with folders, one that hides, two that are the same."""
    imap.put(letter(files=(("../海东/a.xlsx", b"1"), (".xlsx", b"2"), ("b.xlsx", b"3"), ("b.xlsx", b"4"))), MOMENT)
    assert [name for name, _ in files(there())] == ["b.xlsx", "b~2.xlsx", "附件.._海东_a.xlsx", "附件.xlsx"]


@pytest.mark.parametrize(
    ("said", "sender"),
    [
        (["mx.example.org; dmarc=pass header.from=xining.example.org"], XINING),
        (["mx.example.org; dkim=pass header.d=xining.example.org; spf=fail"], XINING),
        (["mx.example.org; dkim=pass header.d=forger.example; spf=pass"], STRANGER),
        (["mx.example.org; dmarc=fail", "mx.example.org; dmarc=pass"], STRANGER),
        (["other.example.org; dmarc=pass"], STRANGER),
        ([], STRANGER),
    ],
)
def test_who_must_be_vouched_for_is_a_stranger_otherwise(
    there: Open, imap: ImapServer, said: list[str], sender: str
) -> None:
    """Only our own server's uppermost word counts, and only for the very domain."""
    message = letter(files=(("a.xlsx", b"x"),))
    raw = "".join(f"Authentication-Results: {each}\n" for each in said).encode() + message.as_bytes()
    imap.put(raw, MOMENT)
    assert files(there(authenticated_by="mx.example.org")) == [("a.xlsx", sender)]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"password": "wrong"}, "LOGIN"),
        ({"ca_file": ""}, "CERTIFICATE"),
        ({"folder": "Nowhere"}, "INBOX_GONE"),
        ({"port": 1}, "UNREACHABLE"),
    ],
)
def test_a_mailbox_that_cannot_be_used_is_an_alarm(there: Open, settings: dict[str, str], code: str) -> None:
    """A wrong password, a certificate that nobody vouches for, a folder that is not there, no answer."""
    found, (alarm,) = new(there(**settings))
    assert (found, alarm.code, alarm.stopped) == ([], code, True)


def test_starttls_is_asked_for_before_a_password_is_sent(there: Open, imap: ImapServer) -> None:
    """The other port of a server, over TLS all the same."""
    imap.put(letter(files=(("a.xlsx", b"x"),)), MOMENT)
    assert files(there(port=imap.plain_port, security="starttls")) == [("a.xlsx", XINING)]


def test_a_message_that_went_meanwhile_is_left(there: Open, imap: ImapServer) -> None:
    """What is read is what was listed, or nothing."""
    imap.put(letter(files=(("a.xlsx", b"x"),)), MOMENT)
    (found,), _ = new(there())
    imap.migrate()
    with pytest.raises(Changed):
        content(there(), found)


@pytest.fixture
def smtp(tmp_path: Path) -> Iterator[tuple[Mailbox, Path]]:
    """A server that takes our answers, and its certificate."""
    folder = tmp_path / "smtp"
    folder.mkdir()
    certificate = make_certificate(folder)
    with mail_server(certificate) as box:
        yield box, certificate[0]


@pytest.fixture
def night(
    tmp_path: Path, imap: ImapServer, smtp: tuple[Mailbox, Path], project_with: Callable[[str], Path]
) -> Callable[..., Collected]:
    """Collects from the mailbox and nothing else."""
    box, certificate = smtp
    home = Home(tmp_path / "home")
    home.inbox.mkdir(parents=True)

    def collect_mail(more: str = "") -> Collected:
        path = project_with(
            f'[[sources]]\nname = "mail"\nkind = "mail"\nhost = "{HOST}"\nport = {imap.port}\nuser = "{imap.user}"\n'
            f'password_env = "MAIL"\nca_file = "{imap.certificate}"\n{more}\n[sources.answers]\nhost = "{HOST}"\n'
            f'port = {box.port}\nuser = "nianbao"\npassword_env = "SMTP"\nfrom = "{OFFICE}"\n'
            f'ca_file = "{certificate}"\n'
        )
        rows = ["address,unit_code,lower", f"{UNIT},{XINING},", f"{OTHER},{HAIDONG},yes"]
        (path / "reference" / "addresses.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        with open_workspace(path, home, "collect") as workspace:
            return collect(workspace, secrets={"MAIL": PASSWORD, "SMTP": "secret"}.get)

    return collect_mail


@pytest.fixture(scope="session")
def workbook(project: Project, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Xining's workbook of a quarter, with one form."""
    (path,) = send(project, tmp_path_factory.mktemp("workbook"), post(project, [XINING], ["2021Q1"], ["GH05"]))
    return path.read_bytes()


def test_a_message_is_taken_once_and_answered_by_a_reply(
    night: Callable[..., Collected], imap: ImapServer, smtp: tuple[Mailbox, Path], workbook: bytes, tmp_path: Path
) -> None:
    """Its id is in the record; after a move to another server, under other numbers, it is still known."""
    box, _ = smtp
    imap.put(letter(files=(("西宁.xlsx", workbook),), References="<0@x>"), MOMENT)
    assert night().outcomes == {Outcome.ACCEPTED: 1}
    (reply,), (receivers,) = box.messages, box.receivers
    assert receivers == [UNIT]
    assert (reply["In-Reply-To"], reply["References"]) == ("<1@xining.example.org>", "<0@x> <1@xining.example.org>")
    assert reply["Auto-Submitted"] == "auto-replied"
    text = reply.get_body().get_content()  # type: ignore[union-attr]
    assert "西宁市总工会：" in text and "您好！" in text and "西宁.xlsx" in text
    assert [part.get_filename() for part in reply.iter_attachments()] == ["西宁.xlsx.回执.html", "西宁.xlsx.审核.xlsx"]
    with warehouse(Home(tmp_path / "home")) as connection:
        ((version, arrived),) = connection.execute("SELECT source_version, arrived_at FROM ledger.received").fetchall()
    assert version.endswith(" <1@xining.example.org>") and arrived == MOMENT.replace(tzinfo=None)
    imap.migrate()
    imap.put(reply.as_bytes(), MOMENT)
    assert (night().deliveries, len(box.messages), imap.flags()[0].count("\\")) == (0, 1, 1)


def test_what_is_wrong_comes_back_marked(
    night: Callable[..., Collected], imap: ImapServer, smtp: tuple[Mailbox, Path]
) -> None:
    """Every file of a message gets its answer, one that is no workbook too."""
    imap.put(letter(files=(("说明.pdf", b"%PDF-1.4"),)), MOMENT)
    night()
    (reply,) = smtp[0].messages
    assert "回执" in reply["Subject"] and "一季度报表" in reply["Subject"]
    assert "需要改正或说明" in reply.get_body().get_content()  # type: ignore[union-attr]


def test_O11_neither_subject_nor_text_of_an_answer_nor_an_alarm_tells_a_personal_number(
    night: Callable[..., Collected], imap: ImapServer, smtp: tuple[Mailbox, Path], workbook: bytes, tmp_path: Path
) -> None:
    """O11: the subject it answers, the file's name in its text, the receipts with it, and what operators are told."""
    phone, card = "13912345678", "11010519491231002X"
    asked = letter(files=((f"{phone}填报.xlsx", workbook), (f"身份证{card}.pdf", b"%PDF-1.4")))
    asked.replace_header("Subject", f"{card}报表，电话 139-1234-5678")
    imap.put(asked, MOMENT)
    stranger = letter(sender="somebody@elsewhere.example", files=((f"{phone}.xlsx", workbook),), message_id="<8@x>")
    imap.put(stranger, MOMENT)
    collected = night()
    assert {alarm.code for alarm in collected.alarms} == {"UNKNOWN_SENDER", "NOT_ANSWERED"}
    replies = smtp[0].messages
    assert len(replies) == 2
    bodies = [part for reply in replies for part in reply.walk() if part.get_content_maintype() == "text"]
    told = [str(reply["Subject"]) for reply in replies]
    told += [re.sub(r'href="[^"]*"', "", part.get_content()) for part in bodies]
    told += [f"{alarm.what} {alarm.next_step}" for alarm in collected.alarms]
    told.append((tmp_path / "home" / "alarms.json").read_text("utf-8"))
    assert [text for text in told if phone in text.replace("-", "") or card in text] == []
    assert any("139******78填报.xlsx" in text for text in told)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List_Id": "<all.example.org>"},
        {"Return_Path": "<>"},
    ],
)
def test_what_a_program_or_a_list_sent_is_never_answered(
    night: Callable[..., Collected],
    imap: ImapServer,
    smtp: tuple[Mailbox, Path],
    workbook: bytes,
    headers: dict[str, str],
) -> None:
    """It is taken in, and the operator is told that nobody was written to."""
    imap.put(letter(files=(("西宁.xlsx", workbook),), **headers), MOMENT)
    collected = night()
    assert collected.outcomes == {Outcome.ACCEPTED: 1}
    assert [(alarm.code, alarm.stopped) for alarm in collected.alarms] == [("NOT_ANSWERED", False)]
    assert smtp[0].messages == []
    assert night().alarms == []


def test_what_no_declared_address_wrote_is_held_and_told(
    night: Callable[..., Collected], imap: ImapServer, smtp: tuple[Mailbox, Path], workbook: bytes, tmp_path: Path
) -> None:
    """It counts nowhere until somebody confirms it, and its sender is not written to."""
    imap.put(letter(sender="somebody@elsewhere.example", files=(("西宁.xlsx", workbook),)), MOMENT)
    collected = night()
    assert collected.outcomes == {Outcome.HELD: 1}
    assert {alarm.code for alarm in collected.alarms} == {"UNKNOWN_SENDER", "NOT_ANSWERED"}
    assert smtp[0].messages == []
    shown = "".join(path.read_text("utf-8") for path in (tmp_path / "home" / "outbox").rglob("*.回执.*"))
    assert "未登记的邮箱" in shown and "somebody@" not in shown + str(collected.alarms)


def test_an_address_speaks_for_its_own_unit_alone(
    night: Callable[..., Collected], imap: ImapServer, smtp: tuple[Mailbox, Path], workbook: bytes
) -> None:
    """Another unit's workbook is held; its sender is told, without a value."""
    imap.put(letter(sender=OTHER, files=(("西宁.xlsx", workbook),)), MOMENT)
    assert night().outcomes == {Outcome.HELD: 1}
    assert smtp[0].receivers == [[OTHER]]


def test_what_was_answered_is_flagged_and_moved_where_that_is_declared(
    night: Callable[..., Collected], imap: ImapServer, workbook: bytes
) -> None:
    """And only that; without a declaration the mailbox stays as it is."""
    imap.put(letter(files=(("西宁.xlsx", workbook),)), MOMENT)
    imap.put(letter(sender="somebody@elsewhere.example", files=(("b.xlsx", b"x"),), message_id="<9@x>"), MOMENT)
    night('flag = "Taken"\nmove = "Done"')
    assert len(imap.flags()) == 1
    assert "Taken" in imap.flags("Done")[0]


def test_an_answer_that_could_not_be_sent_is_sent_by_the_next_run(
    night: Callable[..., Collected], imap: ImapServer, smtp: tuple[Mailbox, Path], workbook: bytes
) -> None:
    """A mail server that is down loses nobody's receipt."""
    box, _ = smtp
    imap.put(letter(files=(("西宁.xlsx", workbook),)), MOMENT)
    port, box.port = box.port, 1
    assert [alarm.code for alarm in night().alarms] == ["NO_RECEIPT"]
    box.port = port
    assert (night().alarms, len(box.messages)) == ([], 1)
