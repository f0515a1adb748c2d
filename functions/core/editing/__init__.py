"""How pages change: who may, drafts and their review, publishing, and the way back."""
