"""Acquisition: meters, collectors and systems are read on time; sources stand in; commands are obeyed."""
