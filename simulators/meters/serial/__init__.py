"""What every meter on a serial line shares: the line, addresses, maps, packed decimal digits."""
