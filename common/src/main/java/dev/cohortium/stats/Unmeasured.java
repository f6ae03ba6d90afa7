package dev.cohortium.stats;

import java.io.Serial;

/**
 * Data that cannot give an estimate: too few, or without any variance to tell by.
 *
 * @param reason a sentence for the reader of the results
 */
public record Unmeasured(String reason) implements Measurement {
  @Serial private static final long serialVersionUID = 1;
}
