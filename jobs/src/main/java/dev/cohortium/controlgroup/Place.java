package dev.cohortium.controlgroup;

/**
 * Where arms are compared.
 *
 * @param arm that is held against control
 * @param span months of the window
 */
record Place(String experiment, String arm, String segmentBy, String segment, int span) {}
