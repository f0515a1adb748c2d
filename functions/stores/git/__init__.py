"""The pages in a bare git repository, by plumbing only: no checkout, no index that stays."""

from functions.stores.git.content import GitContentStore

__all__ = ["GitContentStore"]
