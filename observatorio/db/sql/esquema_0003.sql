-- ingreso: the name of a file as each load gave it. Files are kept by content, and equal ones of two years have two names.
ALTER TABLE ingreso.carga ADD COLUMN nombre text;
UPDATE ingreso.carga AS c SET nombre = a.nombre FROM ingreso.archivo AS a WHERE a.sha256 = c.sha256;
ALTER TABLE ingreso.carga ALTER COLUMN nombre SET NOT NULL;
COMMENT ON COLUMN ingreso.carga.nombre IS 'The name that the file had when it was loaded';
COMMENT ON COLUMN ingreso.archivo.nombre IS 'The name under which the file came for the first time';
