-- A store of version 1: it keeps no replies of models.
PRAGMA application_id = 1919772531;
PRAGMA user_version = 1;
CREATE TABLE cells (
    sample INTEGER NOT NULL REFERENCES samples,
    "column" INTEGER NOT NULL REFERENCES columns,
    repeat INTEGER NOT NULL CHECK (repeat >= 0),
    outcome INTEGER NOT NULL REFERENCES outcomes,
    checksum BLOB NOT NULL,
    PRIMARY KEY (sample, "column", repeat)
) WITHOUT ROWID;
INSERT INTO cells VALUES (0,1,0,1,X'C9C8A1A361057649');
INSERT INTO cells VALUES (0,2,0,2,X'8C346C643FADADEC');
INSERT INTO cells VALUES (0,2,1,9,X'5094ED6BEC2DB6DD');
INSERT INTO cells VALUES (0,3,0,10,X'A419A11FA456D2F0');
INSERT INTO cells VALUES (1,1,0,3,X'77A30BA3B83C05CC');
INSERT INTO cells VALUES (1,2,0,4,X'639CDDF398E91467');
INSERT INTO cells VALUES (1,2,1,11,X'F45576B36BB17F9F');
INSERT INTO cells VALUES (1,3,0,12,X'EFC839B837045F28');
INSERT INTO cells VALUES (2,1,0,5,X'B26EEB9CB12B5882');
INSERT INTO cells VALUES (2,2,0,6,X'E2850CEE108E452A');
INSERT INTO cells VALUES (2,2,1,13,X'71DB6526E3333F71');
INSERT INTO cells VALUES (2,3,0,14,X'AFA2B985D9BDB472');
INSERT INTO cells VALUES (3,1,0,7,X'62004786464350B7');
INSERT INTO cells VALUES (3,2,0,8,X'BC8AB32CBD6BA44B');
INSERT INTO cells VALUES (3,2,1,15,X'B925765FF041ECBB');
INSERT INTO cells VALUES (3,3,0,16,X'DDA4DBD59A2D11CE');
CREATE TABLE columns (
    "column" INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    position INTEGER UNIQUE CHECK (position >= 0),
    grader INTEGER REFERENCES graders,
    repeats INTEGER NOT NULL CHECK (repeats >= 1),
    checksum BLOB NOT NULL
);
INSERT INTO columns VALUES (1,'same',0,1,1,X'678DC7FCC98B04DB');
INSERT INTO columns VALUES (2,'other',1,2,2,X'86948241FDA0B675');
INSERT INTO columns VALUES (3,'all',2,NULL,1,X'6A984C9D67884683');
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
INSERT INTO graders VALUES (1,'000102030405060708090a0b0c0d0e0f','text/same','rmg-plugin-text','1.0','','','{"a":1}','{"scale":[0.0,1.0]}');
INSERT INTO graders VALUES (2,'101112131415161718191a1b1c1d1e1f','./g.py:other','','','','cafe','{}','{"scale":[0.0,1.0]}');
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO meta VALUES ('basis','');
INSERT INTO meta VALUES ('begun','2026-11-01T12:00:00.000000+00:00 0badcafe');
INSERT INTO meta VALUES ('complete','yes');
INSERT INTO meta VALUES ('created','2026-11-01T12:00:00+00:00');
INSERT INTO meta VALUES ('finished','yes');
INSERT INTO meta VALUES ('rmg_version','0.1.0');
INSERT INTO meta VALUES ('schema_digest','563a43ba2ec4e2968dba2ac53a010884');
INSERT INTO meta VALUES ('schema_version','1');
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
    attempts INTEGER NOT NULL CHECK (attempts >= 1),
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
INSERT INTO outcomes VALUES (1,'2fb60f84abb8f66215f20ade3f061bd2',1,'score',0.5,NULL,'{"reason":"so"}',0.25,1,X'3F2A7F6F45C407C3');
INSERT INTO outcomes VALUES (2,'b5a8d207889934c6d7029fe9b9119ac9',2,'score',1.66666666666666657414e-01,NULL,NULL,0.25,1,X'4FD8D72515469A79');
INSERT INTO outcomes VALUES (3,'6c13dd8f4e1df0c22e8261435f47d540',1,'score',0.5,NULL,'{"reason":"so"}',0.25,1,X'04EDB57B0A2F6B4A');
INSERT INTO outcomes VALUES (4,'c4b47617ddfa7087cdd2865bc6084eaf',2,'score',1.66666666666666657414e-01,NULL,NULL,0.25,1,X'6F20766013AE8395');
INSERT INTO outcomes VALUES (5,'d03da37259ca4d47a5f34835bfdf1450',1,'score',0.5,NULL,'{"reason":"so"}',0.25,1,X'6A6939CB85917F89');
INSERT INTO outcomes VALUES (6,'d0d53e5ead29666ed6256f8f51fe6078',2,'score',1.66666666666666657414e-01,NULL,NULL,0.25,1,X'71D46AF179CA200F');
INSERT INTO outcomes VALUES (7,'44e05328ce267e9fdb9e8b0cb950eb84',1,'error',NULL,'timeout','{"error":"too slow"}',0.25,1,X'7730E06CB679D856');
INSERT INTO outcomes VALUES (8,'ab4ba23b98b4eb236eeae2da4dd5fc0a',2,'score',1.66666666666666657414e-01,NULL,NULL,0.25,1,X'C15D8E29FF311A67');
INSERT INTO outcomes VALUES (9,NULL,2,'skip',NULL,NULL,'{"reason":"no claim"}',0.25,1,X'58FE1D3EA19AD0D0');
INSERT INTO outcomes VALUES (10,NULL,NULL,'score',0.5,NULL,NULL,0.0,1,X'C56CD451E9F06413');
INSERT INTO outcomes VALUES (11,NULL,2,'skip',NULL,NULL,'{"reason":"no claim"}',0.25,1,X'6A0D851BC06B7529');
INSERT INTO outcomes VALUES (12,NULL,NULL,'score',0.5,NULL,NULL,0.0,1,X'CFFFBBB9A3A3647F');
INSERT INTO outcomes VALUES (13,NULL,2,'skip',NULL,NULL,'{"reason":"no claim"}',0.25,1,X'018C451865DC9006');
INSERT INTO outcomes VALUES (14,NULL,NULL,'score',0.5,NULL,NULL,0.0,1,X'F9DF970614C74F41');
INSERT INTO outcomes VALUES (15,NULL,2,'skip',NULL,NULL,'{"reason":"no claim"}',0.25,1,X'E620C17DA20AA927');
INSERT INTO outcomes VALUES (16,NULL,NULL,'score',0.5,NULL,NULL,0.0,1,X'1AD31B75E718C5CC');
CREATE TABLE samples (
    sample INTEGER PRIMARY KEY CHECK (sample >= 0),
    id TEXT
);
INSERT INTO samples VALUES (0,'"q0"');
INSERT INTO samples VALUES (1,'"q1"');
INSERT INTO samples VALUES (2,'"q2"');
INSERT INTO samples VALUES (3,'"q3"');
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
    outcomes.attempts AS attempts,
    outcomes.fingerprint AS fingerprint
FROM cells
JOIN columns ON columns."column" = cells."column" AND columns.position IS NOT NULL
JOIN samples ON samples.sample = cells.sample
JOIN outcomes ON outcomes.outcome = cells.outcome
ORDER BY cells.sample, columns.position, cells.repeat;
