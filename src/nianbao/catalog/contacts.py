"""Reads reference/contacts.csv: the office, phone and mail address at which each unit is reached."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path

from nianbao.catalog.declared import read_csv
from nianbao.errors import DeclarationError
from nianbao.language import _
from nianbao.terms.contact import Contact

CONTACTS = "contacts.csv"
CONTACT_COLUMNS = "unit_code,office,phone,mail".split(",")
_PHONE = re.compile(r"[0-9+()（）\- 转/、]{3,40}")
_MAIL = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")


def read_contacts(path: Path, units: Container[str]) -> dict[str, Contact]:
    """The contacts by unit code; without the file nobody's are known.

    Raises:
        DeclarationError: a unit is not in the roster or stands twice, has no office, or a phone or address is none.
    """
    if not path.exists():
        return {}
    found: dict[str, Contact] = {}
    for line, row in read_csv(path, CONTACT_COLUMNS):
        code = row["unit_code"]
        if code not in units:
            raise DeclarationError(path, line, _("unit {code} is not in the roster").format(code=code))
        if code in found:
            raise DeclarationError(path, line, _("unit {code} stands twice").format(code=code))
        if not row["office"]:
            raise DeclarationError(path, line, _("office is empty: name the office that reports, not a person"))
        for name, pattern, example in (("phone", _PHONE, "0971-0000000"), ("mail", _MAIL, "office@example.org")):
            if row[name] and not pattern.fullmatch(row[name]):
                raise DeclarationError(path, line, _("{name} is not like {example}").format(name=name, example=example))
        found[code] = Contact(row["office"], row["phone"], row["mail"])
    return found
