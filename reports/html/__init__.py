"""The HTML pages: one self-contained file each, no external resource.

Leaves the drawing of pictures to `reports.timeline`.
"""
