"""What every stage of ingestion shares: articles, settings, errors, filters."""
