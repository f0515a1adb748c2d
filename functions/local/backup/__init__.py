"""Backups of one machine: taking them while it runs, keeping some, restoring one.

A place (a folder, or a prefix of an S3 bucket) holds the backups of one installation:

blobs/ab/abcdef…            sealed photos as they lie in the data folder or bucket; for all backups
backups/ID/database         the database of that moment, sealed
backups/ID/content          the pages that staff wrote, with drafts and versions, sealed
backups/ID/manifest         what belongs to the backup, with checksums, sealed; written last:
                            without it there is no backup

Each backup has a key of its own, which seals database, pages and manifest. That key stands in front
of each file, wrapped by the master key of the key file, as the data keys do in the database.
So a place opens nothing without the key file, and the key file is never in it.
"""
