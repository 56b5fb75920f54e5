"""The TCP forwarders of the reduced rig."""
