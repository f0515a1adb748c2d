CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS oas (
    oa_id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL UNIQUE,
    unit_name TEXT NOT NULL,
    name TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    verified INTEGER NOT NULL DEFAULT 1,
    package_ok INTEGER NOT NULL DEFAULT 1,
    permissions TEXT NOT NULL DEFAULT 'message,group,user',
    quota_total INTEGER NOT NULL DEFAULT 500,
    quota_left INTEGER NOT NULL DEFAULT 500
) STRICT;
CREATE TABLE IF NOT EXISTS groups (
    group_id TEXT PRIMARY KEY,
    oa_id TEXT NOT NULL UNIQUE REFERENCES oas,
    name TEXT NOT NULL,
    link TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1,
    valid_through_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS users (
    position INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    oa_id TEXT NOT NULL REFERENCES oas,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    standing TEXT NOT NULL DEFAULT 'active',
    is_follower INTEGER NOT NULL DEFAULT 1,
    last_interaction_ms INTEGER,
    replies_used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS token_pairs (
    generation INTEGER PRIMARY KEY AUTOINCREMENT,
    oa_id TEXT NOT NULL REFERENCES oas,
    access_token TEXT NOT NULL UNIQUE,
    refresh_token TEXT NOT NULL UNIQUE,
    issued_ms INTEGER NOT NULL,
    refresh_issued_ms INTEGER NOT NULL,
    access_expired INTEGER NOT NULL DEFAULT 0,
    access_dead INTEGER NOT NULL DEFAULT 0,
    refresh_dead INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY,
    oa_id TEXT NOT NULL REFERENCES oas,
    challenge TEXT,
    issued_ms INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS media (
    media_id TEXT PRIMARY KEY,
    oa_id TEXT NOT NULL REFERENCES oas,
    kind TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    file_name TEXT NOT NULL,
    content BLOB NOT NULL,
    created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    oa_id TEXT NOT NULL REFERENCES oas,
    group_id TEXT,
    user_id TEXT,
    src INTEGER NOT NULL,
    from_id TEXT NOT NULL,
    from_name TEXT NOT NULL,
    type TEXT NOT NULL,
    text TEXT NOT NULL,
    media_id TEXT,
    url TEXT,
    mentions TEXT NOT NULL DEFAULT '[]',
    time_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_group ON messages (group_id, seq);
CREATE INDEX IF NOT EXISTS messages_by_user ON messages (user_id, seq);
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule TEXT NOT NULL,
    remaining INTEGER,
    hits INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT;

-- One unit as the version before webhooks left it: a card in the group, an officer who answered.
INSERT INTO documents VALUES ('app', '{"app_id": "3141592653589793238", "secret_key": "old-app-secret", "oa_secret_key": "old-oa-secret", "active": true, "api_enabled": true, "callback_url": ""}');
INSERT INTO documents VALUES ('switches', '{"superseded_token_code": -216, "app_calls_per_minute": 4000, "oa_calls_per_minute": 100, "appsecret_proof_required": false, "expires_in_as_number": false, "spent_refresh_code": -14014, "keep_refresh_token": false, "too_long_code": -201, "out_of_quota_code": -211, "unlimited_replies": false, "unsupported_type_code": -233}');
INSERT INTO oas (oa_id, unit_id, unit_name, name) VALUES ('4318657068771012646', 'phuong-tuy-hoa', 'Phường Tuy Hòa', 'Công an phường Tuy Hòa');
INSERT INTO groups (group_id, oa_id, name, link, asset_id, valid_through_ms) VALUES ('f414c8f76fa586fbdfb4', '4318657068771012646', 'Nhóm trực', 'https://zalo.me/g/abc', 'asset', 4102444800000);
INSERT INTO users (user_id, oa_id, name, role, last_interaction_ms) VALUES ('8756287263669629130', '4318657068771012646', 'Lê Văn An', 'officer', 1795223700000);
INSERT INTO token_pairs (oa_id, access_token, refresh_token, issued_ms, refresh_issued_ms) VALUES ('4318657068771012646', 'old-access', 'old-refresh', 1795223700000, 1795223700000);
INSERT INTO messages (message_id, oa_id, group_id, src, from_id, from_name, type, text, time_ms) VALUES ('81d74a9cd71d6f473608', '4318657068771012646', 'f414c8f76fa586fbdfb4', 0, '4318657068771012646', 'Công an phường Tuy Hòa', 'text', '[TB-7K3Q2M] Gây rối', 1795223700000);
INSERT INTO media VALUES ('old-photo', '4318657068771012646', 'image', 'image/jpeg', 'a.jpg', x'ffd8ff', 1795223700000);
INSERT INTO messages (message_id, oa_id, group_id, src, from_id, from_name, type, text, media_id, time_ms) VALUES ('81d74a9cd71d6f473609', '4318657068771012646', 'f414c8f76fa586fbdfb4', 0, '4318657068771012646', 'Công an phường Tuy Hòa', 'photo', '', 'old-photo', 1795223700000);
