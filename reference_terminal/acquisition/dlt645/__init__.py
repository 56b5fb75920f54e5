"""DL/T 645 meters, editions 1997 and 2007."""
