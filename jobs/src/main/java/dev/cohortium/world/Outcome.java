package dev.cohortium.world;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a comparison measures of a path, per month of a window. */
enum Outcome {
  NET_REVENUE(100) {
    @Override
    long of(Path path, int month) {
      return path.net(month);
    }
  },
  MARGIN(100) {
    @Override
    long of(Path path, int month) {
      return path.margin(month);
    }
  },
  ORDERS(1) {
    @Override
    long of(Path path, int month) {
      return path.orders(month);
    }
  },
  ITEMS(1) {
    @Override
    long of(Path path, int month) {
      return path.items(month);
    }
  },
  ACTIVE_RATE(1) {
    @Override
    long of(Path path, int month) {
      return path.orders(month) > 0 ? 1 : 0;
    }
  },
  /**
   * Without an order in this month and the five before, the joining month included: an order there
   * counts in the first five months of a window, the one that joining by level adds, too.
   */
  CHURNED_RATE(1) {
    @Override
    long of(Path path, int month) {
      for (int t = Math.max(0, month - INACTIVE_MONTHS + 1); t <= month; t++) {
        if (path.orders(t) > 0) {
          return 0;
        }
      }
      return 1;
    }
  },
  /** Has joined by the end of the window: 0 or 1. */
  JOINED(1) {
    @Override
    long of(Path path, int month) {
      return path.hasJoinedBy(Math.nextDown(month + 1.0)) ? 1 : 0;
    }

    @Override
    double mean(Path path, int first, int months) {
      return of(path, first + months - 1);
    }
  },
  /** Months at whose end the customer is a member. */
  MEMBER_MONTHS(1) {
    @Override
    long of(Path path, int month) {
      return path.isMemberAt(month + 1.0) ? 1 : 0;
    }
  };

  /** What joining may change. */
  static final List<Outcome> OF_JOINING =
      Arrays.stream(values()).filter(outcome -> !outcome.isTreatment()).toList();

  private static final int INACTIVE_MONTHS = 6;

  private final int parts;

  Outcome(int parts) {
    this.parts = parts;
  }

  /** Whether it says how much of the treatment somebody got, and not what that did. */
  boolean isTreatment() {
    return this == JOINED || this == MEMBER_MONTHS;
  }

  /** What one month counts, in parts of the unit. */
  abstract long of(Path path, int month);

  /** The mean of a month from {@code first} on, over so many months, in the metric's unit. */
  double mean(Path path, int first, int months) {
    long sum = 0;
    for (int t = first; t < first + months; t++) {
      sum += of(path, t);
    }
    return (double) sum / parts / months;
  }

  /** How many of what is counted make the unit: 100 cents. */
  int parts() {
    return parts;
  }

  /** The metric's name. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
