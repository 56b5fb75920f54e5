"""HJ 212: form of frames, splitting of packets, protected payloads."""
