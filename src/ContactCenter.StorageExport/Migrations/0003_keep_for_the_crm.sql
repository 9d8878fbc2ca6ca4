ALTER TABLE storage.files
  ADD COLUMN send_to_crm boolean NOT NULL DEFAULT false,
  ADD COLUMN crm_revision integer NOT NULL DEFAULT 0;

COMMENT ON COLUMN storage.files.send_to_crm IS 'Whether the CRM gets the present revision too; its bytes stay staged until it has them.';
COMMENT ON COLUMN storage.files.crm_revision IS 'The revision that the CRM has; 0 for none.';
