"""Network: channels, HTTP and serial ports, for acquisition and uplink alike."""
