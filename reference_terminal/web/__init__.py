"""Web: the local HTTP/JSON read interface.

Leaves every decision about data to the rooms it reads from.
"""
