"""Storage: the durable memory of the terminal (SQLite through apsw).

Leaves the meaning of what it keeps to the rooms that hand it over.
"""
