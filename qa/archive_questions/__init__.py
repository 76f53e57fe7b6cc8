"""Questions about the archive itself, answered by counting."""
