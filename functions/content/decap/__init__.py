"""Decap CMS: its page, its configuration for each editor, and the proxy protocol it speaks."""
