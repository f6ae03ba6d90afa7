package dev.cohortium.stats;

import java.util.Arrays;
import java.util.function.IntToLongFunction;

/**
 * Sorts rows by a key of 64 bits, and equals by a second key, in eight bytes a row and in place.
 *
 * <p>As many leading bits of the key as fit beside a row's number are packed with it into one long,
 * and the longs are sorted; runs that are equal so far are sorted by the bits that follow. Time is
 * O(n log n), for equal scores as well.
 */
final class ScoreOrder {
  private final String name;
  private final IntToLongFunction[] keys;
  private final int rowBits;
  private final long rowMask;
  private final long[] rows;

  private ScoreOrder(String name, int count, IntToLongFunction... keys) {
    this.name = name;
    this.keys = keys;
    rowBits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, count - 1)));
    rowMask = (1L << rowBits) - 1;
    rows = new long[count + 1];
    for (int row = 0; row < count; row++) {
      rows[row] = row;
    }
    sort(0, count, 0, Long.SIZE);
    for (int place = 0; place < count; place++) {
      rows[place] &= rowMask;
    }
  }

  /**
   * Rows by ascending score, equal scores by row; one entry more than rows, which is the caller's.
   */
  static long[] byScore(String name, double[] scores) {
    return new ScoreOrder(name, scores.length, row -> sortable(scores[row])).rows;
  }

  /** Rows by ascending finite score, equal scores by row. */
  static int[] rows(String name, double[] scores) {
    return Arrays.stream(byScore(name, scores))
        .limit(scores.length)
        .mapToInt(row -> (int) row)
        .toArray();
  }

  /**
   * Rows by ascending score, equal scores by ascending {@code ties}; one entry more than rows,
   * which is the caller's.
   *
   * @throws IllegalArgumentException if two rows have the same score and the same key
   */
  static long[] byScore(String name, double[] scores, IntToLongFunction ties) {
    return new ScoreOrder(name, scores.length, row -> sortable(scores[row]), unsigned(ties)).rows;
  }

  /** Rows 0..count-1 by ascending {@code key}, which differs between rows. */
  static long[] byKey(String name, int count, IntToLongFunction key) {
    return new ScoreOrder(name, count, unsigned(key), row -> row).rows;
  }

  /** Hashes one long to another, no two to the same: the finaliser of SplitMix64. */
  static long hash(long value, long salt) {
    long mixed = value + (salt + 1) * 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  private void sort(int from, int to, int key, int bitsLeft) {
    int bits = Math.min(bitsLeft, Long.SIZE - 1 - rowBits);
    long mask = (1L << bits) - 1;
    for (int place = from; place < to; place++) {
      int row = (int) (rows[place] & rowMask);
      long prefix = (keys[key].applyAsLong(row) >>> (bitsLeft - bits)) & mask;
      rows[place] = prefix << rowBits | row;
    }
    Arrays.sort(rows, from, to);
    int start = from;
    while (start < to) {
      int end = start + 1;
      while (end < to && rows[end] >>> rowBits == rows[start] >>> rowBits) {
        end++;
      }
      if (end - start > 1) {
        sortEquals(start, end, key, bitsLeft - bits);
      }
      start = end;
    }
  }

  private void sortEquals(int from, int to, int key, int bitsLeft) {
    if (bitsLeft > 0) {
      sort(from, to, key, bitsLeft);
    } else if (key + 1 < keys.length) {
      sort(from, to, key + 1, Long.SIZE);
    } else if (keys.length > 1) {
      throw new IllegalArgumentException(
          name
              + " has rows "
              + (rows[from] & rowMask)
              + " and "
              + (rows[from + 1] & rowMask)
              + " of the same id and score, ids must differ");
    }
  }

  /** A long that sorts, unsigned, as the finite score does; both zeros are one. */
  private static long sortable(double score) {
    long bits = Double.doubleToRawLongBits(score + 0.0);
    return bits ^ ((bits >> (Long.SIZE - 1)) | Long.MIN_VALUE);
  }

  private static IntToLongFunction unsigned(IntToLongFunction key) {
    return row -> key.applyAsLong(row) ^ Long.MIN_VALUE;
  }
}
