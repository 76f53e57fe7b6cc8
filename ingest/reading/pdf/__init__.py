"""Read PDF files: a subprocess extracts lines, and their layout determines paragraphs."""
