"""Packages of the management software: read, verified, kept, put in force.

Leaves the wire to uplink and the file import to web.
"""
