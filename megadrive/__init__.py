"""The Sega Mega Drive / Genesis as a Python library."""
