package dev.cohortium;

import java.util.List;
import java.util.Map;

/**
 * A delivered row and what must become of it.
 *
 * @param key names it wherever it ends
 * @param wrong for each thing that is wrong with it, the words of which its reason has one
 * @param values what the clean row must hold, by column
 * @param isPlain whether nothing is there to be quarantined for
 * @param isFiltered whether the study leaves it out
 */
record Delivered(
    String key,
    List<List<String>> wrong,
    Map<String, Object> values,
    boolean isPlain,
    boolean isFiltered) {}
