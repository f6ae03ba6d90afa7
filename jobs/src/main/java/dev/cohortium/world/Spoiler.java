package dev.cohortium.world;

import dev.cohortium.config.World.Dirt;
import dev.cohortium.world.Draws.Purpose;
import java.util.Locale;
import java.util.Optional;

/** What is wrong with the files: which rows are followed by a spoilt copy, and how it is spoilt. */
final class Spoiler {
  private static final String NO_VALUE = "n/a";
  private static final String NO_WORD = "unknown";
  private static final String TOO_EARLY = "1970-01-01 00:00:00";
  private static final String TOO_LATE = "2170-01-01 00:00:00";

  private final Dirt dirt;
  private final boolean isClean;
  private final Draws draws;

  /** A way to be wrong. */
  enum Fault {
    DUPLICATE,
    MALFORMED,
    UNKNOWN_ENUM,
    CLOCK_ERROR,
    NULL_KEY,
    /** Comes with a later file; nothing else is wrong with it. */
    LATE;

    /** As the truth names it. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Fault[] FAULTS = Fault.values();

  Spoiler(Dirt dirt, Draws draws) {
    this.dirt = dirt;
    this.isClean = dirt.equals(Dirt.NONE);
    this.draws = draws;
  }

  /** What is wrong with the copy that follows a customer's row of that number, if there is one. */
  Optional<Fault> fault(Feed feed, int row) {
    if (isClean) {
      return Optional.empty();
    }
    double share = draws.share(Purpose.DIRT, feed.folder().hashCode(), row);
    for (Fault fault : FAULTS) {
      share -= shareOf(fault, feed);
      if (share < 0) {
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }

  private double shareOf(Fault fault, Feed feed) {
    return switch (fault) {
      case DUPLICATE -> dirt.duplicates();
      case MALFORMED -> dirt.malformed();
      case UNKNOWN_ENUM -> feed.word() < 0 ? 0 : dirt.unknownEnums();
      case CLOCK_ERROR -> dirt.clockErrors();
      case NULL_KEY -> dirt.nullKeys();
      case LATE -> 0;
    };
  }

  /** Whether a receipt comes with the next month's file. */
  boolean isLate(Receipt receipt) {
    return draws.happens(dirt.late(), Purpose.LATE, receipt.boughtIn(), receipt.number());
  }

  /** The spoilt copy of a customer's row of that number. */
  static String[] spoilt(Feed feed, String[] row, int number, Fault fault) {
    String[] copy = row.clone();
    switch (fault) {
      case DUPLICATE, LATE -> {}
      case MALFORMED -> copy[feed.parsed()] = NO_VALUE;
      case UNKNOWN_ENUM -> copy[feed.word()] = NO_WORD;
      case CLOCK_ERROR -> copy[feed.time()] = number % 2 == 0 ? TOO_EARLY : TOO_LATE;
      case NULL_KEY -> copy[feed.key()] = null;
    }
    return copy;
  }
}
