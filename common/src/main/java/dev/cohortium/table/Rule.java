package dev.cohortium.table;

/**
 * What must hold inside one row.
 *
 * @param sql a condition over the table's columns; null counts as kept
 * @param sentence the rule in words, as a broken one is reported
 */
public record Rule(String sql, String sentence) {}
