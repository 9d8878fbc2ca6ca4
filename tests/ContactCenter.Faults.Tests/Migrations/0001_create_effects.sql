-- What callers were promised: written in the transaction that enqueues the job or the message.
CREATE TABLE accepted (
  number integer NOT NULL,
  key text NOT NULL,
  time timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT pk_accepted PRIMARY KEY (number)
);

-- What was done. Nothing keeps a second row of one number away but the product. The times of both are the database's.
CREATE TABLE effects (
  id bigint GENERATED ALWAYS AS IDENTITY,
  number integer NOT NULL,
  key text NOT NULL,
  attempt integer NOT NULL,
  time timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT pk_effects PRIMARY KEY (id)
);

CREATE INDEX ix_effects_number ON effects (number);

-- Jobs of these numbers fail.
CREATE TABLE broken (
  number integer NOT NULL,
  CONSTRAINT pk_broken PRIMARY KEY (number)
);

-- A migration that ran twice would leave two of these.
CREATE TABLE seeds (
  id bigint GENERATED ALWAYS AS IDENTITY,
  CONSTRAINT pk_seeds PRIMARY KEY (id)
);

INSERT INTO seeds DEFAULT VALUES;
