-- auditoria: who brought a token, in which transaction each line came, and the seals that chain the lines.
ALTER TABLE auditoria.registro
    ADD COLUMN sujeto text DEFAULT nullif(current_setting('observatorio.sujeto', true), ''),
    ADD COLUMN transaccion bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX registro_transaccion ON auditoria.registro (transaccion);
COMMENT ON COLUMN auditoria.registro.sujeto IS 'The name that its issuer gives the bearer of an outside token; NULL for keys';
COMMENT ON COLUMN auditoria.registro.transaccion IS
    'Tells a line that committed late from one that was put among the sealed ones afterwards';

CREATE TABLE auditoria.sello (
    sello bigint PRIMARY KEY,
    momento timestamptz NOT NULL,
    sistema text NOT NULL,
    foto text NOT NULL,
    lineas bigint NOT NULL,
    hasta bigint NOT NULL,
    huella bytea NOT NULL
);
COMMENT ON TABLE auditoria.sello IS
    'Each covers the lines that were there and had no seal; its huella is the SHA-256 of the one before, of itself and of its lines';
COMMENT ON COLUMN auditoria.sello.sistema IS 'The server that made it: transactions are numbered by server';
COMMENT ON COLUMN auditoria.sello.foto IS 'Which transactions had ended when it was made';
COMMENT ON COLUMN auditoria.sello.hasta IS 'The highest line under this seal or one before';

CREATE TABLE auditoria.eslabon (
    registro bigint PRIMARY KEY,
    sello bigint NOT NULL REFERENCES auditoria.sello,
    huella bytea NOT NULL
);
CREATE INDEX eslabon_sello ON auditoria.eslabon (sello, registro);
COMMENT ON TABLE auditoria.eslabon IS 'The SHA-256 of each sealed line: it outlives the line, and so names the one that is missing';
