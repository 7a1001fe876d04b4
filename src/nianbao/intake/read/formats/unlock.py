"""Opens what only seems to be locked: workbooks encrypted with the password that spreadsheets try by themselves.

Who protects the structure of an .xls in Excel or WPS encrypts it with a fixed password, and is never asked for one.
"""

from __future__ import annotations

import io

PASSWORD = "VelvetSweatshop"
"""Published in [MS-OFFCRYPTO] 2.4.2.3; it keeps nobody out."""


def unlock(content: bytes) -> bytes | None:
    """The workbook without its encryption; None where somebody chose a password."""
    import msoffcrypto  # hardly any file needs it

    opened = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(content))
        file.load_key(password=PASSWORD)
        file.decrypt(opened)
    except Exception:  # a hostile file raises whatever it likes; it stays locked
        return None
    return opened.getvalue()
