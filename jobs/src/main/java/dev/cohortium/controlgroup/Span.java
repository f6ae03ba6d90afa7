package dev.cohortium.controlgroup;

/**
 * A window and the one of equal length before, in months from a customer's month of reference.
 *
 * @param months of each, at least 1
 * @param first of the window
 * @param firstBefore of the window before
 */
record Span(int months, int first, int firstBefore) {
  /** The months after that of assignment, which itself is in neither window. */
  static Span afterAssignment(int months) {
    return new Span(months, 1, -months);
  }

  /** The last months up to that of reference. */
  static Span upTo(int months) {
    return new Span(months, 1 - months, 1 - 2 * months);
  }

  int last() {
    return first + months - 1;
  }

  int lastBefore() {
    return firstBefore + months - 1;
  }
}
