"""Where a terminal of a real-time rig stands: its addresses, and the links to everything around it."""
