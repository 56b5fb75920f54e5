"""Security: national algorithms, keys, certificates, channels, protected payloads and fingerprints.

Leaves what is sent to uplink and what is kept to storage.
"""
