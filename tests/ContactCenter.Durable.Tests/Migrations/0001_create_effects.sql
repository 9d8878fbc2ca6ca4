CREATE TABLE effects (
  id bigint GENERATED ALWAYS AS IDENTITY,
  message_id uuid,
  key text,
  number integer NOT NULL,
  CONSTRAINT pk_effects PRIMARY KEY (id)
);
