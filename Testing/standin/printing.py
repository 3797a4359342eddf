"""``qt.QPrinter`` as Qt 5 has it, on the one of Qt 6."""

from __future__ import annotations

from PySide6 import QtCore, QtGui, QtPrintSupport

from .natives import native


@native
class QPrinter(QtPrintSupport.QPrinter):
    """Paper and margins are set by number, not by objects."""

    A4, Millimeter = 0, 0

    def setPaperSize(self, paper: int) -> None:
        if paper != self.A4:
            raise TypeError("only A4 is imitated")
        super().setPageSize(QtGui.QPageSize(QtGui.QPageSize.PageSizeId.A4))

    def setPageMargins(self, *arguments: object) -> bool:
        if len(arguments) == 2:  # Qt itself calls it so, which code under test cannot
            return super().setPageMargins(*arguments)
        left, top, right, bottom, unit = arguments
        if unit != self.Millimeter:
            raise TypeError("only millimetres are imitated")
        margins = QtCore.QMarginsF(left, top, right, bottom)
        return super().setPageMargins(margins, QtGui.QPageLayout.Unit.Millimeter)

    def setPageSize(self, size: object) -> bool:
        if isinstance(size, int):
            raise TypeError("which of Qt 5's overloads takes it is not known: use setPaperSize")
        return super().setPageSize(size)
