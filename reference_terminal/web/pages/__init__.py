"""Pages: what a person sees and does at the terminal, rendered on the terminal, in Chinese and English.

Leaves values and orders to the addresses of the local interface, which every page asks with its reader's own rights.
"""
