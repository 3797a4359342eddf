"""The page of a record as a PDF file, printed by Qt."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import qt
from PrintPrepLib.core.errors import ExportError
from PrintPrepLib.core.files import write_bytes
from PrintPrepLib.core.phrases import _


def save_pdf(html: str, path: Path, folder: str) -> None:
    """Print a page to a PDF file in A4; one that was there is replaced only by a whole one.

    :param folder: for the file while it is being printed.
    :raises ExportError: it could not be printed or written.
    """
    document = qt.QTextDocument()
    document.setHtml(html)
    with tempfile.TemporaryDirectory(prefix="printprep-", dir=folder) as place:
        printed = os.path.join(place, "record.pdf")
        printer = qt.QPrinter(qt.QPrinter.HighResolution)
        printer.setOutputFormat(qt.QPrinter.PdfFormat)
        printer.setPaperSize(qt.QPrinter.A4)
        # The document has margins of its own, 2 cm all around.
        printer.setPageMargins(0.0, 0.0, 0.0, 0.0, qt.QPrinter.Millimeter)
        printer.setOutputFileName(printed)
        document.print_(printer)
        if not os.path.isfile(printed) or not os.path.getsize(printed):
            raise ExportError(_("the page could not be printed to a file"), file=str(path))
        write_bytes(path, Path(printed).read_bytes())
