"""Commissioning: configurations from spreadsheets, and looking at one device once.

Leaves running the terminal to `assembly`.
"""
