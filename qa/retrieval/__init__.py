"""Search the archive for candidate passages."""
