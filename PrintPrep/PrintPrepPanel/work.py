"""Long work: a dialog with progress and Cancel stands before everything else meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import qt
import slicer
from PrintPrepLib.core.errors import Cancelled, PrintPrepError
from slicer.i18n import tr as _

#: Work that is over sooner shows no dialog.
PATIENCE_S = 0.4
#: The screen is brought up to date so often at most.
PAUSE_S = 0.1


class Work:
    """Runs one piece of work at a time and says how it went.

    The work gets a ``progress`` function and computes on arrays; nodes are added when it is
    through, so that a cancelled one leaves the scene as it was.

    :param show: told the sentence to show after each piece of work ("" when all went well).
    :param busy: told True before and False after, to lock the panel.
    """

    def __init__(self, show: Callable[[str], None], busy: Callable[[bool], None]) -> None:
        self._show, self._busy = show, busy
        self._dialog: Any = None
        self._cancelled = False
        self._started = self._last = 0.0
        self.patience_s = PATIENCE_S
        self.running = False

    @property
    def dialog(self) -> Any:
        """The progress dialog while there is one, else None."""
        return self._dialog

    def cancel(self) -> None:
        """Ask the work in hand to stop; at once where the scene is about to go."""
        self._cancelled = True

    def run(
        self, title: str, task: Callable[[Callable[[float, str], bool]], Any], cancelled: str = ""
    ) -> Any:
        """Do a task; None where it failed or was cancelled, which the user has been told.

        :param task: called with the progress function.
        :param cancelled: what is told then; "" for that nothing was changed.
        """
        if self.running:
            return None
        self.running, self._cancelled = True, False
        self._started = self._last = time.monotonic()
        self._show("")
        self._busy(True)
        self._title, message, detail = title, "", None
        try:
            result = task(self._progress)
            if self._cancelled:
                raise Cancelled
            return result
        except Cancelled:
            message = cancelled or _("Cancelled: nothing was changed.")
        except PrintPrepError as error:
            message = detail = str(error)
        except MemoryError:
            message = detail = _("There is not enough memory for this. Close other volumes first.")
        except BaseException:
            message = _("Something went wrong that should not: the application's log tells more.")
            raise
        finally:
            self._close_dialog()
            self.running = False
            self._busy(False)
            if message:
                self._show(message)
        if detail:
            slicer.util.errorDisplay(detail, windowTitle=_("PrintPrep"))
        return None

    def guarded(self, task: Callable[[], Any]) -> Any:
        """Do something short; errors are told as those of long work."""
        return self.run("", lambda progress: task())

    def _progress(self, fraction: float, message: str) -> bool:
        now = time.monotonic()
        if now - self._started < self.patience_s or now - self._last < PAUSE_S * bool(self._dialog):
            return self._cancelled
        self._last = now
        if self._dialog is None:
            self._dialog = self._make_dialog()
        self._dialog.labelText = message
        # Not 100: the dialog would close itself, though nodes are still to be made.
        self._dialog.value = min(99, int(100 * fraction))
        slicer.app.processEvents()
        self._cancelled = self._cancelled or self._dialog.wasCanceled
        return self._cancelled

    def _make_dialog(self) -> Any:
        dialog = slicer.util.createProgressDialog(
            labelText=self._title,
            windowTitle=_("PrintPrep"),
            maximum=100,
            autoClose=False,
            autoReset=False,
        )
        dialog.windowModality = qt.Qt.ApplicationModal
        dialog.show()
        return dialog

    def _close_dialog(self) -> None:
        if self._dialog is not None:
            self._dialog.close()
            self._dialog.deleteLater()
            self._dialog = None
