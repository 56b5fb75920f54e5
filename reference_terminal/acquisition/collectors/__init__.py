"""What all collectors share: forms of messages, and the slot that a message's instant belongs to."""
