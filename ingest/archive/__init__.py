"""The archive: open it, read it, search it, change it, verify it and repair it."""
