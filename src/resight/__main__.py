"""`python -m resight` is the command `resight`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
