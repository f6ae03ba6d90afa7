package dev.cohortium.world;

import java.io.Serializable;

/**
 * The chances of one customer's life. Each is a hash of seed, replicate, customer, purpose, month
 * and index, and of nothing else: whatever is asked before, by whom and how often, it stays the
 * same. So two courses of the same life share all that they have in common.
 */
final class Draws implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  private final long life;

  /** What a draw decides; its name is part of every world. */
  enum Purpose {
    ARRIVAL,
    ANONYMOUS,
    REGION,
    CITY,
    STORE,
    CHANNEL,
    BIRTH,
    GENDER,
    INCOME,
    RATE,
    RECEIPT_LEVEL,
    HUGE,
    RESPONDS,
    SATISFACTION,
    TRANSIENT,
    GAP,
    TIME,
    JOIN,
    DROP_OUT,
    LEAVE,
    LEAVING_TIME,
    AMOUNT,
    LINES,
    LINE_SHARE,
    CATEGORY,
    PRODUCT,
    QUANTITY,
    DISCOUNT,
    ELSEWHERE,
    OTHER_STORE,
    OTHER_CHANNEL,
    NO_CARD,
    RETURN,
    RETURN_TIME,
    RETURN_LINE,
    REDEEM,
    ARM,
    CONTAMINATION,
    CONTACT,
    CONTACT_TIME,
    ASKED,
    ANSWERED,
    ANSWER,
    ANSWER_TIME,
    LATE,
    DIRT,
    NAME;

    private final long salt = mixed(name().hashCode() + GOLDEN);
  }

  Draws(long seed, int replicate, long customer) {
    life = mixed(mixed(mixed(seed + GOLDEN) + replicate) + customer);
  }

  /** 64 random bits. */
  long bits(Purpose purpose, int month, int index) {
    long place = ((month + 1L) << 32) | (index & 0xFFFFFFFFL);
    return mixed(mixed(life ^ purpose.salt) + place * GOLDEN);
  }

  /** Uniform between 0 and 1, neither of them. */
  double share(Purpose purpose, int month, int index) {
    return ((bits(purpose, month, index) >>> 11) + 0.5) * UNIT;
  }

  double share(Purpose purpose) {
    return share(purpose, 0, 0);
  }

  boolean happens(double chance, Purpose purpose, int month, int index) {
    return share(purpose, month, index) < chance;
  }

  /** A whole number from 0 to below {@code bound}. */
  int number(int bound, Purpose purpose, int month, int index) {
    return (int) (share(purpose, month, index) * bound);
  }

  /** Exponential with mean 1. */
  double exponential(Purpose purpose, int month, int index) {
    return -Math.log(share(purpose, month, index));
  }

  /** Standard normal, by Box and Muller. */
  double normal(Purpose purpose, int month, int index) {
    double radius = Math.sqrt(-2 * Math.log(share(purpose, month, 2 * index)));
    return radius * Math.cos(2 * Math.PI * share(purpose, month, 2 * index + 1));
  }

  double normal(Purpose purpose) {
    return normal(purpose, 0, 0);
  }

  /**
   * Gamma with mean 1 and variance 1 / shape.
   *
   * @see <a href="https://doi.org/10.1145/358407.358414">Marsaglia, Tsang 2000</a>
   */
  double gamma(double shape, Purpose purpose) {
    double boost = shape >= 1 ? 1 : Math.pow(share(purpose, 1, 0), 1 / shape);
    double d = (shape >= 1 ? shape : shape + 1) - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    for (int i = 0; ; i++) {
      double x = normal(purpose, 2, i);
      double v = Math.pow(1 + c * x, 3);
      if (v > 0 && Math.log(share(purpose, 3, i)) < x * x / 2 + d - d * v + d * Math.log(v)) {
        return boost * d * v / shape;
      }
    }
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014; Stafford's thirteenth variant). */
  private static long mixed(long bits) {
    long x = bits;
    x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }
}
