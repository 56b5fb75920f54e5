"""Storage: retention without power, cuts at any instant, full stores, sets out and in."""
