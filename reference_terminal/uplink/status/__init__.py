"""Whether a centre's certificate still counts: revocation lists and OCSP."""
