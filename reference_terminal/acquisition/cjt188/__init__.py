"""CJ/T 188 meters, editions 2004 and 2018."""
