"""Photos: told apart by their first bytes, and made clean in a child process with limits.

`sniff` is all that the accept path needs and loads no image library; `runner` is what the
worker calls; `clean` and `child` live in the child process only.
"""
