"""Behind the pages of `carbonbench serve`: people, queue, looking into records, the person's question, issue.

Leaves routes and pages to `serve`. Nothing true lives here: pages read what the command line writes.
"""
