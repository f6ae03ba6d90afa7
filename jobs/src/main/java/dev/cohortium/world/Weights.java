package dev.cohortium.world;

import java.io.Serializable;
import java.util.Collection;

/** Relative shares from which one is chosen. */
final class Weights implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double[] upTo;

  private Weights(double[] upTo) {
    this.upTo = upTo;
  }

  static Weights of(Collection<Double> weights) {
    double[] upTo = new double[weights.size()];
    double sum = 0;
    int i = 0;
    for (double weight : weights) {
      sum += weight;
      upTo[i++] = sum;
    }
    for (int j = 0; j < upTo.length; j++) {
      upTo[j] /= sum;
    }
    return new Weights(upTo);
  }

  /** Where {@code share}, from 0 to 1, falls. */
  int at(double share) {
    int i = 0;
    while (i < upTo.length - 1 && share >= upTo[i]) {
      i++;
    }
    return i;
  }
}
