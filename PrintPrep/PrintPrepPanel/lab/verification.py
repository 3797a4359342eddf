"""A record and its files: do they still hold?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt
from slicer.i18n import tr as _

from ..part import QaPart, folder_setting, keep_setting
from ..states.qa import verification_told


class Verification(QaPart):
    """What was found is shown until the next record is looked at; the scene has no part in it."""

    def setup(self) -> None:
        self.ui.verifyButton.connect("clicked()", self._verify)

    def _verify(self) -> None:
        from PrintPrepLib.verify.record import verify

        path = qt.QFileDialog.getOpenFileName(
            self.ui.stepsFrame,
            _("A record"),
            folder_setting("VerifyFolder"),
            _("Records (qa*.json);;All files (*)"),
        )
        if not path:
            return
        done = self.panel.run(
            _("Verifying the record"), lambda progress: verify(path, progress=progress)
        )
        if done is not None:
            keep_setting("VerifyFolder", str(Path(path).parent))
            self.ui.verifyText.text = _told(done)
            self.ui.verifyText.visible = True


def _told(done: Any) -> str:
    """The verification in words."""
    items = [(item.outcome, item.title.said, item.told.said) for item in done.items]
    return verification_told(done.record.name, done.verdict, items)
