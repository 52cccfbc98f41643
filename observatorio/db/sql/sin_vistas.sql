-- Drops every view of ours, so that a migration may alter the columns under them. vistas.sql makes them again.
DO $$
DECLARE
    vista record;
BEGIN
    FOR vista IN
        SELECT schemaname, viewname FROM pg_views
        WHERE schemaname IN ('ref', 'ingreso', 'observacion', 'catastro', 'territorio', 'indicador', 'publicacion', 'auditoria')
    LOOP
        EXECUTE format('DROP VIEW IF EXISTS %I.%I CASCADE', vista.schemaname, vista.viewname);
    END LOOP;
END $$;
