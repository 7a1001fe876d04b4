"""The workbook part: its sheets by name, and a new first one."""

from __future__ import annotations

from lxml import etree

from nianbao.intake.answer.package import MAIN, RELATIONS, Element, UnknownPackage, WorkbookPackage, relations_part

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


class MarkedBook:
    """The sheets of a package."""

    def __init__(self, package: WorkbookPackage) -> None:
        self._package = package
        self._root = package.tree(package.workbook)
        self._list = self._root.find(f"{{{MAIN}}}sheets")
        if self._list is None:
            raise UnknownPackage("no sheets")
        targets = dict(package.related(package.workbook, "worksheet"))
        self.parts: dict[str, str] = {
            sheet.get("name"): targets[key]
            for sheet in self._list
            if (key := sheet.get(f"{{{RELATIONS}}}id")) in targets and targets[key] in package
        }

    @property
    def styles(self) -> Element:
        """The root of the styles part."""
        for _, part in self._package.related(self._package.workbook, "styles"):
            if part in self._package:
                return self._package.tree(part)
        raise UnknownPackage("no styles")

    def put_first(self, name: str, sheet: bytes) -> None:
        """Show a sheet of this name first; one that is there already gets the new content where it stands."""
        if name in self.parts:
            part = self.parts[name]
            self._package.drop(relations_part(part))
            self._package.put(part, sheet)
        else:
            self._insert(name, sheet)
        self._open_at([sheet.get("name") for sheet in self._list].index(name), self.parts[name])

    def _insert(self, name: str, sheet: bytes) -> None:
        part = self._package.free_name("xl/worksheets/sheet{}.xml")
        self._package.put(part, sheet)
        self._package.declare(part, _SHEET_TYPE)
        number = max((int(sheet.get("sheetId", 0)) for sheet in self._list), default=0) + 1
        entry = etree.Element(f"{{{MAIN}}}sheet", name=name, sheetId=str(number))
        entry.set(f"{{{RELATIONS}}}id", self._package.relate(self._package.workbook, "worksheet", part))
        self._list.insert(0, entry)
        self.parts[name] = part
        # Names that belong to one sheet tell it by its place, and every place has moved by one.
        for defined in self._root.iterfind(f"{{{MAIN}}}definedNames/{{{MAIN}}}definedName"):
            if defined.get("localSheetId") is not None:
                defined.set("localSheetId", str(int(defined.get("localSheetId")) + 1))

    def _open_at(self, index: int, part: str) -> None:
        """Let the workbook open at a sheet, with no other one selected beside it."""
        for view in self._root.iterfind(f"{{{MAIN}}}bookViews/{{{MAIN}}}workbookView"):
            view.set("activeTab", str(index))
            view.set("firstSheet", "0")
        for other in self.parts.values():
            if other != part and b"tabSelected" in self._package.read(other):
                for view in self._package.tree(other).iter(f"{{{MAIN}}}sheetView"):
                    view.attrib.pop("tabSelected", None)
