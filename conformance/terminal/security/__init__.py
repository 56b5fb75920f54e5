"""Security: channels, certificates and their status, integrity of settings."""
