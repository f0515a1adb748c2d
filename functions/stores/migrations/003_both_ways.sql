-- Cases that officers and residents work on, webhook events, and messages of more kinds.
-- Times are whole microseconds since 1970 UTC. Columns named sealed_… hold AES-GCM bytes.

-- Counts the changes of a case; the position of its latest entry.
ALTER TABLE tips ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
-- NULL once closed, and in rows of before this migration.
ALTER TABLE tips ADD COLUMN due_at INTEGER;
-- NULL where nobody acted yet.
ALTER TABLE tips ADD COLUMN sealed_case BLOB;
-- NULL where it came by no chat, or the chat was taken away; chat_hash goes with it.
ALTER TABLE tips ADD COLUMN sealed_chat BLOB;
ALTER TABLE tips ADD COLUMN chat_hash BLOB;
-- What the officers' list shows and sorts by of the sealed case.
ALTER TABLE tips ADD COLUMN assignee_id TEXT NOT NULL DEFAULT '';
ALTER TABLE tips ADD COLUMN is_waiting INTEGER NOT NULL DEFAULT 0;

-- Holds only what somebody has to look at, so that years of closed cases cost a list nothing.
CREATE INDEX tips_open ON tips (unit_id)
    WHERE status NOT IN ('resolved', 'out_of_scope', 'duplicate', 'erased') OR is_waiting = 1;
CREATE INDEX tips_by_chat ON tips (chat_hash, sequence) WHERE chat_hash IS NOT NULL;

ALTER TABLE attachments ADD COLUMN kind TEXT NOT NULL DEFAULT 'photo';
ALTER TABLE attachments ADD COLUMN entry_id TEXT NOT NULL DEFAULT '';

-- What was done with a tip, never changed; the key of each act is the promise "once".
CREATE TABLE case_entries (
    tip_id TEXT NOT NULL REFERENCES tips (tip_id),
    position INTEGER NOT NULL,
    entry_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    via TEXT NOT NULL,
    actor_id TEXT NOT NULL,
    -- The actor's name and the text.
    sealed_words BLOB NOT NULL,
    about TEXT NOT NULL,
    -- NULL where the tip's status stayed.
    status TEXT,
    PRIMARY KEY (tip_id, position),
    UNIQUE (tip_id, entry_id)
) STRICT;

-- The units that work on a tip beside the one that has it.
CREATE TABLE joint_units (
    unit_id TEXT NOT NULL,
    tip_id TEXT NOT NULL REFERENCES tips (tip_id),
    PRIMARY KEY (unit_id, tip_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX joint_units_of_tip ON joint_units (tip_id);

-- Verified webhook events, each once.
CREATE TABLE events (
    event_id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    -- NULL once handled: the id alone stays known for a while.
    sealed_body BLOB
) STRICT;
CREATE INDEX events_finished ON events (received_at) WHERE sealed_body IS NULL;

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is late is looked for every minute among what is unfinished alone.
CREATE INDEX jobs_unfinished ON jobs (kind, created_at, job_id)
    WHERE state IN ('pending', 'unknown');

-- Whom it goes to, unless that is a group: then `recipient`, here and in delivery_tips, is a keyed
-- hash. NULL for a group and in rows of before this migration.
ALTER TABLE deliveries ADD COLUMN sealed_recipient BLOB;
ALTER TABLE deliveries ADD COLUMN purpose TEXT NOT NULL DEFAULT 'card';
-- The tip that a relay or a note is about, and the entry that a relay brings; empty: none.
ALTER TABLE deliveries ADD COLUMN about_tip_id TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN entry_id TEXT NOT NULL DEFAULT '';
CREATE INDEX deliveries_about ON deliveries (about_tip_id) WHERE about_tip_id != '';

-- Other ids by which messages of ours are known, and the tip that each is about; each recipient
-- hashed, also a group.
CREATE TABLE message_aliases (
    recipient TEXT NOT NULL,
    message_id TEXT NOT NULL,
    tip_id TEXT NOT NULL,
    PRIMARY KEY (recipient, message_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mailboxes (
    unit_id TEXT PRIMARY KEY,
    sealed_addresses BLOB NOT NULL
) STRICT;

-- When an alarm went out by e-mail as well.
ALTER TABLE alarms ADD COLUMN told_at INTEGER;
