"""PDF files: lines read in a process of their own, and their layout as paragraphs."""
