"""A stand-in for the Qt side of Slicer, on top of slicer-core's real MRML.

``desktop = standin.install()`` makes ``import qt``, ``import ctk``, ``DICOMLib``,
``slicer.dicomDatabase``, ``slicer.app``, ``slicer.i18n`` and the scripted-module base classes
work as code inside Slicer finds them, and strictly so: names that Slicer does not have raise, and
what Slicer would only print is kept in ``desktop.mistakes``. Nothing in here imports PrintPrepLib,
and no line of it is Slicer's.
"""

from .desktop import Desktop, Module, install
from .strict import StandInGap

__all__ = ["Desktop", "Module", "StandInGap", "install"]
