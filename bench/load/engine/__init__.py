"""The generator: a process in which Locust runs terminals and people of a load (`python -m bench.load.engine`).

Importing Locust changes the standard library of the process (gevent), so that nothing else of the bench imports these
modules. Users are Locust's, and so are workers, their messages, statistics and page; `park` is what all users of a
process share.
"""
