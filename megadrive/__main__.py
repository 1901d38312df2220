"""``python -m megadrive``: the same as the command ``megadrive``."""

import sys

from megadrive.cli import main

if __name__ == "__main__":
    sys.exit(main())
