"""The makers: programs that generate the built-in game's patterns, palettes, tables, samples and music.

Everything is computed with integers or correctly rounded float operations, and rounded before it is
compared, so that every machine makes the same bytes.
"""
