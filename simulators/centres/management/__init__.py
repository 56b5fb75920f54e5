"""The management carbon software: signed packages, results, records."""
