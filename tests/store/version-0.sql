-- A store of version 0: its outcomes do not count attempts.
PRAGMA application_id = 1919772531;
PRAGMA user_version = 0;
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE graders (
    grader INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    distribution TEXT NOT NULL,
    release TEXT NOT NULL,
    version TEXT NOT NULL,
    source TEXT NOT NULL,
    options TEXT NOT NULL,
    scale TEXT NOT NULL
);
CREATE TABLE columns (
    "column" INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    position INTEGER UNIQUE CHECK (position >= 0),
    grader INTEGER REFERENCES graders,
    repeats INTEGER NOT NULL CHECK (repeats >= 1),
    checksum BLOB NOT NULL
);
CREATE TABLE samples (
    sample INTEGER PRIMARY KEY CHECK (sample >= 0),
    id TEXT
);
CREATE TABLE outcomes (
    outcome INTEGER PRIMARY KEY,
    fingerprint TEXT UNIQUE CHECK (
        fingerprint IS NULL OR (fingerprint <> '' AND grader IS NOT NULL)
    ),
    grader INTEGER REFERENCES graders,
    status TEXT NOT NULL,
    score REAL,
    kind TEXT,
    payload TEXT CHECK (payload IS NULL OR json_valid(payload)),
    seconds REAL NOT NULL CHECK (seconds >= 0),
    checksum BLOB NOT NULL,
    CHECK (
        CASE status
            WHEN 'score' THEN (score > -9e999 AND score < 9e999) IS TRUE AND kind IS NULL
            WHEN 'error' THEN score IS NULL AND kind IS NOT NULL AND payload IS NOT NULL
            WHEN 'rank' THEN score IS NULL AND kind IS NULL AND payload IS NOT NULL
            WHEN 'skip' THEN score IS NULL AND kind IS NULL
            ELSE FALSE
        END
    )
);
CREATE TABLE cells (
    sample INTEGER NOT NULL REFERENCES samples,
    "column" INTEGER NOT NULL REFERENCES columns,
    repeat INTEGER NOT NULL CHECK (repeat >= 0),
    outcome INTEGER NOT NULL REFERENCES outcomes,
    checksum BLOB NOT NULL,
    PRIMARY KEY (sample, "column", repeat)
) WITHOUT ROWID;
INSERT INTO meta VALUES ('begun', '2026-11-01T12:00:00.000000+00:00 0badcafe');
INSERT INTO meta VALUES ('complete', 'yes');
INSERT INTO meta VALUES ('created', '2026-11-01T12:00:00+00:00');
INSERT INTO meta VALUES ('finished', 'yes');
INSERT INTO meta VALUES ('rmg_version', '0.1.0');
INSERT INTO meta VALUES ('schema_digest', '136a6c4bad867541a0788b90f6110ac9');
INSERT INTO meta VALUES ('schema_version', '0');
INSERT INTO graders VALUES (1, '000102030405060708090a0b0c0d0e0f', 'text/same', 'rmg-plugin-text', '1.0', '', '', '{"a":1}', '{"scale":[0.0,1.0]}');
INSERT INTO graders VALUES (2, '101112131415161718191a1b1c1d1e1f', './g.py:other', '', '', '', 'cafe', '{}', '{"scale":[0.0,1.0]}');
INSERT INTO columns VALUES (1, 'same', 0, 1, 1, X'678dc7fcc98b04db');
INSERT INTO columns VALUES (2, 'other', 1, 2, 2, X'86948241fda0b675');
INSERT INTO columns VALUES (3, 'all', 2, NULL, 1, X'6a984c9d67884683');
INSERT INTO samples VALUES (0, '"q0"');
INSERT INTO samples VALUES (1, '"q1"');
INSERT INTO samples VALUES (2, '"q2"');
INSERT INTO samples VALUES (3, '"q3"');
INSERT INTO outcomes VALUES (1, '2fb60f84abb8f66215f20ade3f061bd2', 1, 'score', 0.5, NULL, '{"reason":"so"}', 0.25, X'7011574bff06fa87');
INSERT INTO outcomes VALUES (2, 'b5a8d207889934c6d7029fe9b9119ac9', 2, 'score', 0.16666666666666666, NULL, NULL, 0.25, X'846d641164ac500b');
INSERT INTO outcomes VALUES (3, '6c13dd8f4e1df0c22e8261435f47d540', 1, 'score', 0.5, NULL, '{"reason":"so"}', 0.25, X'78d440e5a2c304f4');
INSERT INTO outcomes VALUES (4, 'c4b47617ddfa7087cdd2865bc6084eaf', 2, 'score', 0.16666666666666666, NULL, NULL, 0.25, X'a86ee8f466131454');
INSERT INTO outcomes VALUES (5, 'd03da37259ca4d47a5f34835bfdf1450', 1, 'score', 0.5, NULL, '{"reason":"so"}', 0.25, X'7c3d66b8736755f1');
INSERT INTO outcomes VALUES (6, 'd0d53e5ead29666ed6256f8f51fe6078', 2, 'score', 0.16666666666666666, NULL, NULL, 0.25, X'62972751c8e433aa');
INSERT INTO outcomes VALUES (7, '44e05328ce267e9fdb9e8b0cb950eb84', 1, 'error', NULL, 'timeout', '{"error":"too slow"}', 0.25, X'6c3e1af831440754');
INSERT INTO outcomes VALUES (8, 'ab4ba23b98b4eb236eeae2da4dd5fc0a', 2, 'score', 0.16666666666666666, NULL, NULL, 0.25, X'1917d9d44289e7cc');
INSERT INTO outcomes VALUES (9, NULL, 2, 'skip', NULL, NULL, '{"reason":"no claim"}', 0.25, X'2098576904656c6c');
INSERT INTO outcomes VALUES (10, NULL, NULL, 'score', 0.5, NULL, NULL, 0.0, X'3aed6104cbb4308a');
INSERT INTO outcomes VALUES (11, NULL, 2, 'skip', NULL, NULL, '{"reason":"no claim"}', 0.25, X'15b5971f04201e43');
INSERT INTO outcomes VALUES (12, NULL, NULL, 'score', 0.5, NULL, NULL, 0.0, X'9e229324246ed02b');
INSERT INTO outcomes VALUES (13, NULL, 2, 'skip', NULL, NULL, '{"reason":"no claim"}', 0.25, X'328a8dc762e012e7');
INSERT INTO outcomes VALUES (14, NULL, NULL, 'score', 0.5, NULL, NULL, 0.0, X'a91b62de9b648c9e');
INSERT INTO outcomes VALUES (15, NULL, 2, 'skip', NULL, NULL, '{"reason":"no claim"}', 0.25, X'50c40f0c0a59d6f5');
INSERT INTO outcomes VALUES (16, NULL, NULL, 'score', 0.5, NULL, NULL, 0.0, X'83ec5d9912b931b5');
INSERT INTO cells VALUES (0, 1, 0, 1, X'c9c8a1a361057649');
INSERT INTO cells VALUES (0, 2, 0, 2, X'8c346c643fadadec');
INSERT INTO cells VALUES (0, 2, 1, 9, X'5094ed6bec2db6dd');
INSERT INTO cells VALUES (0, 3, 0, 10, X'a419a11fa456d2f0');
INSERT INTO cells VALUES (1, 1, 0, 3, X'77a30ba3b83c05cc');
INSERT INTO cells VALUES (1, 2, 0, 4, X'639cddf398e91467');
INSERT INTO cells VALUES (1, 2, 1, 11, X'f45576b36bb17f9f');
INSERT INTO cells VALUES (1, 3, 0, 12, X'efc839b837045f28');
INSERT INTO cells VALUES (2, 1, 0, 5, X'b26eeb9cb12b5882');
INSERT INTO cells VALUES (2, 2, 0, 6, X'e2850cee108e452a');
INSERT INTO cells VALUES (2, 2, 1, 13, X'71db6526e3333f71');
INSERT INTO cells VALUES (2, 3, 0, 14, X'afa2b985d9bdb472');
INSERT INTO cells VALUES (3, 1, 0, 7, X'62004786464350b7');
INSERT INTO cells VALUES (3, 2, 0, 8, X'bc8ab32cbd6ba44b');
INSERT INTO cells VALUES (3, 2, 1, 15, X'b925765ff041ecbb');
INSERT INTO cells VALUES (3, 3, 0, 16, X'dda4dbd59a2d11ce');
CREATE TRIGGER another_sample AFTER UPDATE OF id ON samples
BEGIN
    DELETE FROM cells WHERE sample = old.sample;
END;
CREATE VIEW results AS
SELECT
    cells.sample AS sample,
    json_extract(samples.id, '$') AS id,
    columns.name AS "column",
    CASE WHEN columns.grader IS NULL THEN 'aggregator' ELSE 'grader' END AS noun,
    cells.repeat AS repeat,
    outcomes.status AS status,
    outcomes.score AS score,
    json_extract(outcomes.payload, '$.reason') AS reason,
    outcomes.kind AS kind,
    json_extract(outcomes.payload, '$.error') AS error,
    json_extract(outcomes.payload, '$.rank') AS rank,
    json_extract(outcomes.payload, '$.metadata') AS metadata,
    outcomes.seconds AS seconds,
    outcomes.fingerprint AS fingerprint
FROM cells
JOIN columns ON columns."column" = cells."column" AND columns.position IS NOT NULL
JOIN samples ON samples.sample = cells.sample
JOIN outcomes ON outcomes.outcome = cells.outcome
ORDER BY cells.sample, columns.position, cells.repeat;
