"""Exceptions of the package."""


class MegaDriveError(Exception):
    """Base of the exceptions that only this package raises."""


class RomError(MegaDriveError, ValueError):
    """A ROM image cannot be used: it says what is wrong and what was expected."""


class StateError(MegaDriveError, ValueError):
    """A save state cannot be loaded: it says what is wrong and what was expected."""
