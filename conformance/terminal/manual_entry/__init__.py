"""Manual entry (补录): data by hand, their correction, and what is wrong with them."""
