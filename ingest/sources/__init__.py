"""Sources of articles: files, folders, containers, URLs."""
