"""From what a reader extracted to a clean, dated, named Article."""
