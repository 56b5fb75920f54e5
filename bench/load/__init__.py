"""Load: thousands of terminals and people against a centre or a platform, and what became of every record.

Locust is the engine (`engine/`, a process of its own, since gevent changes the standard library under everything that
is imported after it). What load is to be made is data (`plan`), what a terminal is and says is pure (`truth`, `sender`,
`forms`), and what the target holds in the end is compared with what was sent record by record (`ledger`). Nothing here
distributes anything: workers on this and other machines are Locust's.
"""
