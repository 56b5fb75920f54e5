"""OPC UA servers."""
