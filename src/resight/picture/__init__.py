"""Pictures of a trace, one format per file."""
