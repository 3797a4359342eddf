"""``python -m PrintPrepLib.cli``."""

import sys

from . import main

sys.exit(main())
