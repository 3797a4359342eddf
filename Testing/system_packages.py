"""Name the system libraries that a wheel cannot bring, and install them where that is allowed.

Runs before there is an environment, so it needs nothing but Python. It looks for
the libraries themselves instead of asking the package manager: what is there is
used, wherever it came from.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

#: The panel's tests run Qt without a screen; its libraries want these all the same. The library
#: itself and its pictures need none.
QT = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
NEEDED: dict[str, dict[str, str]] = {"demo": {}, "test": QT}
#: What the versions in constraints.txt have wheels for.
OLDEST, NEWEST = (3, 10), (3, 13)


def loads(library: str) -> bool:
    """Whether the dynamic linker finds the library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def can_make_environments() -> bool:
    """Debian leaves ``ensurepip`` out of its python3 package."""
    made = [sys.executable, "-c", "import ensurepip, venv"]
    return subprocess.run(made, stderr=subprocess.DEVNULL, check=False).returncode == 0


def venv_package() -> str:
    """Debian's package that makes this interpreter's environments complete."""
    return "python{}.{}-venv".format(*sys.version_info[:2])


def missing_packages(purpose: str) -> list[str]:
    """Debian's names of what is not there."""
    packages = [package for library, package in NEEDED[purpose].items() if not loads(library)]
    return packages if can_make_environments() else [venv_package(), *packages]


def may_install() -> list[str] | None:
    """What has to stand before apt-get (nothing for root), or None where it may not run."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    asks = ["sudo", "-n", "true"]
    if shutil.which("sudo") is None or subprocess.run(asks, capture_output=True).returncode:
        return None
    return ["sudo", "-n"]


def install(packages: list[str], before: list[str]) -> None:
    """Install; what went wrong shows when the libraries are looked for again."""
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
    subprocess.run([*apt, "install", "-y", "--no-install-recommends", *packages], check=False)


def main(arguments: list[str]) -> int:
    """Exit status 0 when the work can go on, 1 when no environment can be made."""
    purpose = arguments[0]
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        print(
            "PrintPrep needs Python {}.{} to {}.{}, this is {}.{}.".format(
                *OLDEST, *NEWEST, *sys.version_info[:2]
            )
            + f" Name another one: make {purpose} PYTHON=python3.12",
            file=sys.stderr,
        )
        return 1
    if sys.platform.startswith("linux"):
        packages = [venv_package(), *NEEDED[purpose].values()]
        print(f"System packages for `make {purpose}` (Debian's names): {' '.join(packages)}")
        missing = missing_packages(purpose)
        before = may_install() if missing else None
        if missing and before is not None:
            print(f"Installing {' '.join(missing)} ...", flush=True)
            install(missing, before)
            missing = missing_packages(purpose)
        if missing:
            print(f"Not there: {' '.join(missing)}. Please run, or ask for:", file=sys.stderr)
            print(f"    sudo apt-get install {' '.join(missing)}", file=sys.stderr)
        else:
            print("All of them are there.")
    if not can_make_environments():
        print(
            f"{Path(sys.executable).name} cannot make environments, because its modules venv and"
            f" ensurepip are missing. Install {venv_package()} and call make again.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
