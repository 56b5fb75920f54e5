"""What people keep in a platform: objects made, changed, removed, listed and read back as they were entered."""
