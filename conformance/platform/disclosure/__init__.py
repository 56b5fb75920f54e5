"""What a platform shows to everybody, and to whom oversees emitters (ISC-1 5.1.7, 5.1.8, 5.2.9)."""
