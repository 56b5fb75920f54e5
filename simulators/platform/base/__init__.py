"""The area every other stands on: park, enterprise, process, facility, product, terminal, instrument, point, factor,
entry, account, and the analyses samples, records, alarms, audit.

Leaves what is computed of them to the areas beside it.
"""
