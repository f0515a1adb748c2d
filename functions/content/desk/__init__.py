"""Pages for who looks after pages: drafts and review, versions, what is due, what changed."""
