"""Beside step 1: what came of a conversion, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PrintPrepLib.core.phrases import Phrase, _

from .view import Text, joined

_LONGEST_REASON = 600


@dataclass(frozen=True)
class Ended:
    """How the child process ended.

    :param folder: that it wrote to.
    :param errors: what it said that is no progress.
    """

    folder: str
    code: int = 0
    crashed: bool = False
    stopped: bool = False
    errors: str = ""

    @property
    def reason(self) -> str:
        """The end of what it said, without its own name."""
        return self.errors.removeprefix("printprep: ")[-_LONGEST_REASON:]


def ended_told(ended: Ended) -> Text:
    """What is told of a child that did not come to its end."""
    values = {"reason": ended.reason, "folder": ended.folder}
    if ended.crashed:
        text = _("The conversion broke off. What is in {folder} is whole. {reason}")
        return Phrase(text, values)
    if ended.stopped:
        return Phrase(_("{reason} The files so far are in {folder}"), values)
    return Phrase(_("The conversion failed: {reason}"), {"reason": ended.reason})


def summary_told(summary: Mapping[str, Any], folder: str) -> Text:
    """The numbers of a summary that was written.

    :param summary: the content of ``summary.json``.
    """
    counts = {fate: count for fate, count in summary["counts"].items() if count}
    lines: list[Text] = [
        Phrase(
            _("Done, {files} files: {counts}."),
            {
                "files": f"{sum(counts.values()):,}",
                "counts": ", ".join(f"{count:,} {fate}" for fate, count in counts.items()),
            },
        )
    ]
    bad = [item for item in summary["files"] if item["fate"] in ("refused", "failed")]
    if bad:
        values = {"file": bad[0]["file"], "reason": bad[0]["reason"]}
        lines.append(Phrase(_("Not converted, such as {file}: {reason}."), values))
    lines += summary["warnings"]
    told = _("The files are in {folder}; summary.csv names each.")
    return joined([*lines, Phrase(told, {"folder": folder})], "\n")
