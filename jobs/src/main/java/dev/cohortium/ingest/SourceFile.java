package dev.cohortium.ingest;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * A file of a source, or one reading of a database or Delta table.
 *
 * @param path its URI as Spark names it, or the database without its secrets
 * @param size in bytes; empty for a reading
 * @param modifiedAt when it was last modified; for a reading when it is read
 */
record SourceFile(String path, OptionalLong size, Instant modifiedAt) {}
