"""The commands of `binhyen`, by kind."""
