"""The archive: opened, read, searched, changed, checked and repaired."""
