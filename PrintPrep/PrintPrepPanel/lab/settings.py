"""What scan and model are compared with: protocol, date of surgery, printer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import qt
from PrintPrepLib.qa.printers import known_printers
from PrintPrepLib.qa.protocol import load_protocol, protocol_names
from slicer.i18n import tr as _

from ..parameters import REMEMBERED
from ..part import QaPart, folder_setting, keep_setting, setting
from ..states.qa import (
    OWN_SIZE,
    SettingsFacts,
    offered_protocols,
    settings_widgets,
    standards_told,
)
from ..states.view import Text, said
from ..step import show

_DATE = "yyyy-MM-dd"
_LAST = {"protocol": "Protocol", "printer": "Printer", "printerSize": "PrinterSize"}


class Settings(QaPart):
    """The choices are kept with the scene, by name; paths stay in the user's settings."""

    def setup(self) -> None:
        ui = self.ui
        ui.protocolCombo.connect("activated(int)", self._protocol_chosen)
        ui.printerCombo.connect("activated(int)", self._printer_chosen)
        ui.surgeryCheck.connect("toggled(bool)", self._surgery_toggled)
        ui.surgeryDateEdit.connect("dateChanged(QDate)", self._date_chosen)
        ui.surgeryDateEdit.date = qt.QDate.currentDate()
        self._protocols: dict[str, Text] = {}
        names = [printer.name for printer in known_printers()]
        self._printers = ["", *names, OWN_SIZE]
        ui.printerCombo.addItems([_("none"), *names, _("own size…")])

    # For the check

    def protocol(self) -> str:
        """Name of a protocol, or the path of the user's own one."""
        return _files().get(self.parameters.protocol, self.parameters.protocol)

    def printer(self) -> str:
        """Name or size of the printer, or ""."""
        chosen = self.parameters.printer
        return self.parameters.printerSize.strip() if chosen == OWN_SIZE else chosen

    def asked(self) -> list[str]:
        """All of it as it is now: a record made for something else is not shown."""
        return [self.parameters.protocol, self.parameters.surgeryDate, self.printer()]

    def standards(self) -> Text:
        """All that was chosen, by name, or ""."""
        self._offer_protocols()
        parameters = self.parameters
        protocol = self._protocols[parameters.protocol] if parameters.protocol else ""
        return standards_told(protocol, self.printer(), parameters.surgeryDate)

    # Showing

    def refresh(self, record: dict[str, Any] | None, model: Any) -> None:
        parameters = self.parameters
        self._offer_protocols()
        facts = SettingsFacts(
            tuple(self._protocols),
            self._printers,
            parameters.protocol,
            parameters.printer,
            parameters.surgeryDate,
            (record or {}).get("protocol", {}).get("source", ""),
        )
        show(self.ui, settings_widgets(facts))
        if parameters.surgeryDate:
            self.ui.surgeryDateEdit.date = qt.QDate.fromString(parameters.surgeryDate, _DATE)

    def take_last(self) -> None:
        """In a scene where nothing was chosen yet the last choice holds."""
        for name, key in _LAST.items():
            if getattr(self.parameters, name) == REMEMBERED:
                setattr(self.parameters, name, setting(key))

    def _offer_protocols(self) -> None:
        """None, those of the library, the user's own, one whose file is not known here."""
        known = {name: load_protocol(name).title for name in protocol_names()}
        titles = offered_protocols(known, _files(), self.parameters.protocol)
        if titles != self._protocols:
            self._protocols = titles
            self.ui.protocolCombo.clear()
            self.ui.protocolCombo.addItems([*map(said, titles.values()), _("from a file…")])

    # What the user does

    def _protocol_chosen(self, index: int) -> None:
        if self.busy:
            return
        if index < len(self._protocols):
            self._use_protocol(list(self._protocols)[index])
            return
        path = qt.QFileDialog.getOpenFileName(
            self.ui.stepsFrame,
            _("A protocol"),
            folder_setting("ProtocolFolder"),
            _("Protocols (*.json)"),
        )
        found = self.panel.work.guarded(lambda: load_protocol(path)) if path else None
        if found is not None:
            keep_setting("ProtocolFolder", str(Path(path).parent))
            name = Path(path).name
            keep_setting("ProtocolFiles", json.dumps({**_files(), name: path}))
            self._use_protocol(name)
        self.panel.refresh()

    def _use_protocol(self, name: str) -> None:
        self.parameters.protocol = name
        keep_setting("Protocol", name)
        self.panel.refresh()

    def _printer_chosen(self, index: int) -> None:
        if not self.busy:
            self.parameters.printer = self._printers[index]
            keep_setting("Printer", self._printers[index])
            self.panel.refresh()

    def remember_size(self) -> None:
        """The own size of a printer has served: offer it again in other scenes."""
        if self.parameters.printer == OWN_SIZE:
            keep_setting("PrinterSize", self.parameters.printerSize)

    def _surgery_toggled(self, checked: bool) -> None:
        if not self.busy:
            date = self.ui.surgeryDateEdit.date.toString(_DATE)
            self.parameters.surgeryDate = date if checked else ""
            self.panel.refresh()

    def _date_chosen(self, date: Any) -> None:
        if not self.busy and self.parameters.surgeryDate:
            self.parameters.surgeryDate = date.toString(_DATE)
            self.panel.refresh_soon()


def _files() -> dict[str, str]:
    """The user's own protocols: name of the file and its path."""
    text = setting("ProtocolFiles")
    return json.loads(text) if text else {}
