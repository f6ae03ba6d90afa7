package dev.cohortium.stats;

import java.io.Serializable;
import java.util.Optional;

/** What an estimator finds: an estimate, or the reason why the data cannot give one. */
public sealed interface Measurement extends Serializable permits Estimate, Unmeasured {
  /** The estimate, if there is one. */
  default Optional<Estimate> estimate() {
    return this instanceof Estimate estimate ? Optional.of(estimate) : Optional.empty();
  }
}
