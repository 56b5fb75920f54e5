"""Operations: event log and alarms of the running terminal.

Leaves showing them to the web room.
"""
