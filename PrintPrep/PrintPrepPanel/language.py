"""The library speaks the language that Slicer is shown in."""

from __future__ import annotations

import slicer
from PrintPrepLib.core.phrases import use_language


def use_slicer_language() -> str:
    """Show the library's sentences in Slicer's language; English where there is no translation.

    :returns: the language now in use.
    """
    # Without a desktop there is no application, and so no language of its own.
    application = getattr(slicer, "app", None)
    return use_language(getattr(application, "applicationLocaleName", None) or "en")
