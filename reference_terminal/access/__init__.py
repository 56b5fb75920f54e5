"""Access: accounts, roles, sessions and the audit log (ISC-2 7.4.1.1 to 7.4.1.3).

Leaves the addresses and pages that ask here for a right to the web room.
"""
