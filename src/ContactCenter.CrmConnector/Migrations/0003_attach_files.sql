ALTER TABLE crm.operations DROP CONSTRAINT ck_operations_kind;
ALTER TABLE crm.operations ADD CONSTRAINT ck_operations_kind CHECK (kind IN ('ACCOUNT', 'RECORD', 'UPDATE', 'COMMENT', 'FILE'));
