"""What the real-time rigs share: the bench around a program, its power, its storage."""
