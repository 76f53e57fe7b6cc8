"""Where articles come from: files, folders, containers, web addresses."""
