"""What a question asks for, and which articles it is asked of."""
