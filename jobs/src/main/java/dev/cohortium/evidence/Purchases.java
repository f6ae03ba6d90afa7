package dev.cohortium.evidence;

/** What one customer bought, by month counted from the panel's first; 0 where nothing was. */
public interface Purchases {
  int orders(int month);

  double revenue(int month);

  /** 0 where the cost is not known, too. */
  double margin(int month);

  double items(int month);

  /** Whether nothing was ordered in a month and those before it, {@code span} in all. */
  default boolean isInactive(int month, int span) {
    for (int at = Math.max(0, month - span + 1); at <= month; at++) {
      if (orders(at) > 0) {
        return false;
      }
    }
    return true;
  }
}
