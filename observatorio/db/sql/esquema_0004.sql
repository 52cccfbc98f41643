-- The id of an establishment rests on the record that named it, so that a corrected row may change it. What was
-- published under the old one must still be found. It is history, and so no part of `catastro`, which is derived.
CREATE TABLE auditoria.relevo (
    cut text NOT NULL,
    id text NOT NULL,
    sucesor text NOT NULL,
    momento timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (cut, id)
);
COMMENT ON TABLE auditoria.relevo IS
    'Which establishment took over the records of one whose id is gone; that one may be gone in its turn';
