"""Print the table: all benchmarks, or those named on the command line."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

TESTING = Path(__file__).resolve().parents[1]
if __package__ in (None, ""):  # called as a file: make the packages importable
    sys.path[:1] = [str(TESTING), str(TESTING.parent / "PrintPrep")]


def benchmarks() -> dict:
    """Name → function that yields rows, in the order of the table."""
    from benchmarks import (
        ball,
        calibration,
        conversion,
        cut,
        edge,
        erased,
        examination,
        fuzz,
        gaps,
        held,
        loading,
        memory,
        model,
        qa,
        regularize,
        skull,
        truth,
    )

    return {
        "tilts": ball.tilts,
        "steps": ball.random_steps,
        "orientations": ball.orientations,
        "edge_balls": edge.edge_balls,
        "edge_shells": edge.edge_shells,
        "edge_thin": edge.edge_thin,
        "edge_robust": edge.edge_robust,
        "edge_others": edge.edge_others,
        "edge_kernels": edge.edge_kernels,
        "edge_mask": edge.edge_mask,
        "edge_skull": edge.edge_skull,
        "edge_time": edge.edge_time,
        "erased": erased.erased,
        "cut": cut.cut,
        "calibration": calibration.calibration,
        "skull": skull.skull,
        "regularize": regularize.regularize,
        "loading": loading.loading,
        "examination": examination.examination,
        "conversion": conversion.conversion,
        "model": model.model,
        "truth": truth.truth,
        "qa": qa.qa,
        "memory": memory.memory,
        "gaps": gaps.gaps,
        "fuzz": fuzz.fuzz,
        "held": held.held,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run, print, and return 1 if a bar was missed."""
    known = benchmarks()
    parser = argparse.ArgumentParser(
        prog="benchmarks", description="Measure PrintPrep beside Slicer and dcm2niix."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    chosen = parser.parse_args(arguments).names or list(known)
    unknown = [name for name in chosen if name not in known]
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(known)}")
    from benchmarks import machine
    from benchmarks.real_data import Absent
    from benchmarks.table import absent, text

    rows = []
    for name in chosen:
        start = time.perf_counter()
        print(f"{name} ...", end="", file=sys.stderr, flush=True)
        try:
            rows += list(known[name]())
        except Absent as reason:
            rows.append(absent(name, str(reason)))
        print(f" {time.perf_counter() - start:.0f} s", file=sys.stderr)
    print(machine.description())
    print(text(rows))
    judged = [row.met for row in rows if row.met is not None]
    print(f"{judged.count(True)} of {len(judged)} bars met")
    return 0 if all(judged) else 1


if __name__ == "__main__":
    sys.exit(main())
