"""Play a game in a window: ``python examples/play.py [ROM]``; without a ROM, the built-in game.

Needs ``pip install 'megadrive[play]'``.  F1 shows the keys.
"""

import sys

import megadrive.frontend

megadrive.frontend.play(sys.argv[1] if len(sys.argv) > 1 else None)
