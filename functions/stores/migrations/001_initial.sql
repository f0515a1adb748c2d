-- Times are whole microseconds since 1970 UTC. Columns named sealed_… hold AES-GCM bytes (design D10).

CREATE TABLE data_keys (
    -- The order in which keys were made: the newest seals.
    sequence INTEGER PRIMARY KEY,
    key_id BLOB NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    -- For the operator's eye only: the clock may have been wrong.
    created_at INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER) * 1000000)
) STRICT;
CREATE INDEX data_keys_by_purpose ON data_keys (purpose, sequence);

CREATE TABLE tips (
    -- The order of receipt, whatever the clock said.
    sequence INTEGER PRIMARY KEY,
    tip_id TEXT NOT NULL UNIQUE,
    card_code TEXT NOT NULL UNIQUE,
    receipt_hash BLOB NOT NULL UNIQUE,
    unit_id TEXT NOT NULL,
    addressed_unit_id TEXT NOT NULL,
    category TEXT NOT NULL,
    urgency TEXT NOT NULL,
    status TEXT NOT NULL,
    sealed INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    -- NULL once erased.
    sealed_content BLOB,
    -- Apart, for it is erased earlier; NULL when none was given.
    sealed_contact BLOB,
    contact_erase_after INTEGER,
    erase_after INTEGER NOT NULL
) STRICT;
CREATE INDEX tips_by_unit ON tips (unit_id, received_at);

CREATE TABLE attachments (
    attachment_id TEXT PRIMARY KEY,
    tip_id TEXT NOT NULL REFERENCES tips (tip_id),
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    blob_key TEXT NOT NULL,
    clean_sha256 TEXT NOT NULL,
    UNIQUE (tip_id, position)
) STRICT;

CREATE TABLE timeline (
    sequence INTEGER PRIMARY KEY,
    tip_id TEXT NOT NULL REFERENCES tips (tip_id),
    at INTEGER NOT NULL,
    status TEXT NOT NULL
) STRICT;
CREATE INDEX timeline_by_tip ON timeline (tip_id, sequence);

CREATE TABLE submissions (
    submission_hash BLOB PRIMARY KEY,
    tip_id TEXT NOT NULL REFERENCES tips (tip_id),
    content_hash BLOB NOT NULL,
    repeatable_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE repeats (
    fingerprint BLOB PRIMARY KEY,
    sealed_receipt_code BLOB NOT NULL,
    tip_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE alarms (
    code TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    PRIMARY KEY (code, unit_id)
) STRICT, WITHOUT ROWID;
