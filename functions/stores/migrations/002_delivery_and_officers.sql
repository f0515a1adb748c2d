-- Jobs, deliveries, channels, tokens and officers.
-- Times are whole microseconds since 1970 UTC. Columns named sealed_… hold AES-GCM bytes.

-- Work to be done, written in the transaction of what it serves.
CREATE TABLE jobs (
    job_id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    unit_id TEXT NOT NULL,
    urgency TEXT NOT NULL,
    urgency_rank INTEGER NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    lane TEXT NOT NULL,
    last_error TEXT NOT NULL,
    lease_token TEXT NOT NULL DEFAULT '',
    lease_until INTEGER
) STRICT, WITHOUT ROWID;

-- These hold only what is unfinished, so that years of done jobs cost a look-up nothing.
CREATE INDEX jobs_due ON jobs (due_at) WHERE state IN ('pending', 'unknown');
CREATE INDEX jobs_in_lane ON jobs (lane) WHERE state IN ('pending', 'unknown') AND lane != '';
CREATE INDEX jobs_leased ON jobs (lane, lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX jobs_failed ON jobs (job_id) WHERE state = 'failed';

CREATE TABLE lane_pauses (
    lane TEXT PRIMARY KEY,
    paused_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was, or may have been, posted where.
CREATE TABLE deliveries (
    delivery_id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    is_digest INTEGER NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sent_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX deliveries_one_open_digest ON deliveries (unit_id, channel, recipient)
    WHERE state = 'open';
CREATE INDEX deliveries_digests ON deliveries (unit_id, created_at) WHERE is_digest = 1;

-- The key is the promise "none twice": one tip stands once with one recipient of a channel.
CREATE TABLE delivery_tips (
    tip_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    delivery_id TEXT NOT NULL REFERENCES deliveries (delivery_id),
    position INTEGER NOT NULL,
    PRIMARY KEY (tip_id, channel, recipient)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX delivery_tips_in_order ON delivery_tips (delivery_id, position);

CREATE TABLE delivery_messages (
    delivery_id TEXT NOT NULL REFERENCES deliveries (delivery_id),
    position INTEGER NOT NULL,
    unit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed_text BLOB NOT NULL,
    attachment_id TEXT NOT NULL,
    state TEXT NOT NULL,
    attempted_at INTEGER,
    sent_at INTEGER,
    message_id TEXT NOT NULL,
    PRIMARY KEY (delivery_id, position)
) STRICT;

CREATE INDEX delivery_messages_attempted ON delivery_messages (unit_id, attempted_at, delivery_id)
    WHERE attempted_at IS NOT NULL;
CREATE INDEX delivery_messages_by_id ON delivery_messages (message_id) WHERE message_id != '';

-- The province's one app.
CREATE TABLE zalo_app (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    app_id TEXT NOT NULL,
    sealed_secret_key BLOB NOT NULL,
    sealed_oa_secret_key BLOB NOT NULL
) STRICT;

CREATE TABLE unit_channels (
    unit_id TEXT PRIMARY KEY,
    oa_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    forward_mode TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Token pairs. refresh_hash is a keyed hash of the refresh token inside sealed_pair.
CREATE TABLE tokens (
    unit_id TEXT PRIMARY KEY,
    oa_id TEXT NOT NULL,
    sealed_pair BLOB NOT NULL,
    refresh_hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL,
    obtained_at INTEGER NOT NULL,
    exchange_begun_at INTEGER,
    exchange_attempts INTEGER NOT NULL,
    next_refresh_at INTEGER,
    rejections INTEGER NOT NULL DEFAULT 0,
    -- The generation that the latest rejection counted; each counts once.
    rejected_generation INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX tokens_by_refresh_hash ON tokens (refresh_hash);

-- Kept for ever: a refresh token known to be spent is never used again.
CREATE TABLE spent_refresh_tokens (
    refresh_hash BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE officers (
    unit_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    sealed_name BLOB NOT NULL,
    role TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL,
    PRIMARY KEY (unit_id, user_id)
) STRICT;

CREATE TABLE sign_in_links (
    link_hash BLOB PRIMARY KEY,
    unit_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (unit_id, user_id) REFERENCES officers (unit_id, user_id) ON DELETE CASCADE
) STRICT;

CREATE INDEX sign_in_links_of_officer ON sign_in_links (unit_id, user_id);

CREATE TABLE officer_sessions (
    session_hash BLOB PRIMARY KEY,
    unit_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    csrf_token TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (unit_id, user_id) REFERENCES officers (unit_id, user_id) ON DELETE CASCADE
) STRICT;

CREATE INDEX officer_sessions_of_officer ON officer_sessions (unit_id, user_id);

-- Who saw what of which tip; outlives the officer, hence no reference.
CREATE TABLE read_log (
    read_id INTEGER PRIMARY KEY,
    unit_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    tip_id TEXT NOT NULL,
    what TEXT NOT NULL,
    read_at INTEGER NOT NULL
) STRICT;

CREATE INDEX read_log_of_tip ON read_log (tip_id);
